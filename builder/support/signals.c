/* The signal handler, which does no more than cancel a token. */
#include "flinkpack/support/cancel.h"

#include <signal.h>
#include <stddef.h>

#include "flinkpack/support/system.h"

/* A signal so soon after the first is not a second request: timeout(1) sends its signal to the
 * program and then to its group, and so do scripts that forward Ctrl-C. */
#define SAME_REQUEST_MS 250U

/* A handler gets no context, so its data are global. */
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
    /* The user insists: end by the signal, which is delivered on return from here. */
    (void) signal(number, SIG_DFL);
    (void) raise(number);
}

static void catch_signal(int number)
{
    struct sigaction old = {0};
    /* nohup and shells with background jobs set SIG_IGN, which is respected. */
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
        return;
    /* SA_RESTART is not set, so that a blocking read() ends and its caller checks its token. */
    struct sigaction action = {.sa_handler = on_signal};
    /* All signals are blocked in the handler, so that no handler interrupts another. */
    (void) sigfillset(&action.sa_mask);
    (void) sigaction(number, &action, NULL);
}

void fp_signals_install(struct fp_cancel *root)
{
    handled = root;
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    catch_signal(SIGHUP);
    /* write() reports these cases too, by EPIPE, and by EFBIG beyond "ulimit -f". */
    (void) signal(SIGPIPE, SIG_IGN);
    (void) signal(SIGXFSZ, SIG_IGN);
}
