/* The signal handler, which does no more than cancel a token. */
#include "flinkpack/support/cancel.h"

#include <signal.h>
#include <stddef.h>

#include "flinkpack/support/system.h"

/* What comes so soon after the first is no second request: timeout(1) sends its signal to the
 * program and then to the group that it is in, and so do scripts that pass a Ctrl-C on. */
#define SAME_REQUEST_MS 250U

/* A handler gets no context, so what it needs lies here. */
static struct fp_cancel *handled;
static atomic_uint arrived_ms; /* on a clock that wraps around */

static void on_signal(int number)
{
    unsigned now = (unsigned) fp_now_ms();
    if (fp_cancel(handled, number)) {
        atomic_store(&arrived_ms, now);
        return;
    }
    if (now - atomic_load(&arrived_ms) < SAME_REQUEST_MS)
        return;
    /* The user means it: end with the status of the signal. It is delivered on return from here. */
    (void) signal(number, SIG_DFL);
    (void) raise(number);
}

static void catch_signal(int number)
{
    struct sigaction old = {0};
    /* nohup and shells that start jobs in the background say with SIG_IGN: not for you. */
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
        return;
    /* Without SA_RESTART, so that a blocking read() ends and its caller looks at its token. */
    struct sigaction action = {.sa_handler = on_signal};
    /* One after the other: none finds another amid its work. */
    (void) sigfillset(&action.sa_mask);
    (void) sigaction(number, &action, NULL);
}

void fp_signals_install(struct fp_cancel *root)
{
    handled = root;
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    catch_signal(SIGHUP);
    /* write() says it too: EPIPE, and EFBIG beyond "ulimit -f". */
    (void) signal(SIGPIPE, SIG_IGN);
    (void) signal(SIGXFSZ, SIG_IGN);
}
