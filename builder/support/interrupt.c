#include "flinkpack/support/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "flinkpack/support/system.h"

/* What comes so soon after the first is no second request: timeout(1) sends its signal to the
 * program and then to the group that it is in, and so do scripts that pass a Ctrl-C on. */
#define SAME_REQUEST_MS 250U

/* Lock-free, so a handler may write it and every thread may read it. */
static atomic_int arrived;
static atomic_uint arrived_ms; /* on a clock that wraps around */
static atomic_bool given_up;

static void on_signal(int number)
{
    int none = 0;
    unsigned now = (unsigned) fp_now_ms();
    if (atomic_compare_exchange_strong(&arrived, &none, number)) {
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
    /* Without SA_RESTART, so that a blocking read() ends and its caller looks at the flag. */
    struct sigaction action = {.sa_handler = on_signal};
    /* One after the other: none finds another amid its work. */
    (void) sigfillset(&action.sa_mask);
    (void) sigaction(number, &action, NULL);
}

void fp_interrupt_install(void)
{
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    catch_signal(SIGHUP);
    /* write() says it too: EPIPE, and EFBIG beyond "ulimit -f". */
    (void) signal(SIGPIPE, SIG_IGN);
    (void) signal(SIGXFSZ, SIG_IGN);
}

int fp_interrupted(void)
{
    int number = atomic_load_explicit(&arrived, memory_order_relaxed);
    return number == 0 && atomic_load_explicit(&given_up, memory_order_relaxed) ? SIGTERM : number;
}

void fp_interrupt_give_up(void)
{
    atomic_store_explicit(&given_up, true, memory_order_relaxed);
}

enum fp_code fp_interrupt_check(struct fp_error *err)
{
    switch (fp_interrupted()) {
    case 0:
        return FP_OK;
    case SIGINT:
        return fp_fail(err, FP_E_INTERRUPTED, "interrupted");
    case SIGHUP:
        return fp_fail(err, FP_E_INTERRUPTED, "the terminal went away");
    default:
        return fp_fail(err, FP_E_INTERRUPTED, "terminated");
    }
}
