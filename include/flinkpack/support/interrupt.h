/**
 * @file
 * Earlier names of what cancel.h has.
 */
#ifndef FLINKPACK_SUPPORT_INTERRUPT_H
#define FLINKPACK_SUPPORT_INTERRUPT_H

#include "flinkpack/support/cancel.h"

#define fp_interrupted()        fp_cancelled()
#define fp_interrupt_check(err) fp_cancel_check(err)

#endif
