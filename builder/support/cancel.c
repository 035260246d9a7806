/* Tokens that tell work to stop, and the token of each thread. */
#include "flinkpack/support/cancel.h"

#include <signal.h>
#include <stddef.h>

static _Thread_local struct fp_cancel *current;

bool fp_cancel(struct fp_cancel *cancel, int cause)
{
    int none = 0;
    return atomic_compare_exchange_strong(&cancel->cause, &none, cause);
}

struct fp_cancel *fp_cancel_current(void)
{
    return current;
}

struct fp_cancel *fp_cancel_enter(struct fp_cancel *cancel)
{
    struct fp_cancel *before = current;
    current = cancel;
    return before;
}

void fp_cancel_leave(struct fp_cancel **before)
{
    current = *before;
}

int fp_cancelled(void)
{
    int cause = 0;
    for (const struct fp_cancel *at = current; at != NULL && cause <= 0; at = at->parent) {
        int own = atomic_load_explicit(&at->cause, memory_order_relaxed);
        cause = own != 0 ? own : cause;
    }
    return cause;
}

enum fp_code fp_cancel_check(struct fp_error *err)
{
    switch (fp_cancelled()) {
    case 0:
        return FP_OK;
    case FP_CANCEL_FAILURE:
        return fp_fail(err, FP_E_INTERRUPTED, "given up, as other work failed");
    case SIGINT:
        return fp_fail(err, FP_E_INTERRUPTED, "interrupted");
    case SIGHUP:
        return fp_fail(err, FP_E_INTERRUPTED, "the terminal went away");
    default:
        return fp_fail(err, FP_E_INTERRUPTED, "terminated");
    }
}
