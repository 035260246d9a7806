/**
 * @file
 * Java's certificate store, out of the certificates that the system trusts.
 */
#ifndef FLINKPACK_ALPINE_CACERTS_H
#define FLINKPACK_ALPINE_CACERTS_H

#include <stdint.h>

#include "flinkpack/support/buf.h"

/**
 * Make a JKS store.
 * @param pem    Certificates one behind the other; what is none is passed over.
 * @param time_s When they were added, as the store says.
 */
FP_CHECKED enum fp_code fp_cacerts_make(const char *pem, int64_t time_s, struct fp_buf *ret,
                                        struct fp_error *err);

#endif
