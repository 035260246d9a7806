/**
 * @file
 * base pin: an entry of the catalogue with the digests and facts of now.
 */
#ifndef FLINKPACK_CLI_BASE_PIN_H
#define FLINKPACK_CLI_BASE_PIN_H

#include "command.h"

/** Write the entry that the second operand names, with the digests of all its platforms, and the
 * facts of those of --platform, whose layers are read. */
FP_CHECKED enum fp_code fp_base_pin(struct fp_run *run, const struct fp_strv *folders,
                                    struct fp_error *err);

#endif
