/**
 * @file
 * Reading a jar without asking what is known of it.
 */
#ifndef FLINKPACK_FLINK_JOB_READ_H
#define FLINKPACK_FLINK_JOB_READ_H

#include "flinkpack/flink/job.h"

/**
 * Read the properties of a jar but its size and digest. Errors as fp_jar_inspect().
 */
FP_CHECKED enum fp_code fp_jar_read(const char *path, struct fp_jar *ret, struct fp_error *err);

#endif
