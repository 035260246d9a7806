/**
 * @file
 * The parts of `flinkpack base` that ask registries.
 */
#ifndef FLINKPACK_CLI_CMD_BASE_H
#define FLINKPACK_CLI_CMD_BASE_H

#include "flinkpack/base.h"
#include "session.h"

/** `base check IMAGE`: whether its base's name stands for something newer by now. */
FP_CHECKED enum fp_code fp_base_check(struct fp_run *run, struct fp_error *err);
/** `base pin NAME`: the entry with the digests that its name stands for today. */
FP_CHECKED enum fp_code fp_base_pin(struct fp_run *run, const struct fp_strv *folders,
                                    struct fp_error *err);

#endif
