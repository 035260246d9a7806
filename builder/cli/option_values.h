/**
 * @file
 * What can stand in a file of --values, and what to write in place of what other charts have there.
 */
#ifndef FLINKPACK_CLI_OPTION_VALUES_H
#define FLINKPACK_CLI_OPTION_VALUES_H

#include "settings.h"

/**
 * Look through the keys of a file of --values.
 *
 * @param file For messages.
 * @return FP_E_USAGE for keys that are neither options nor of "image" and "flink": all of them,
 * each with what to write instead where that is known.
 */
FP_CHECKED enum fp_code fp_values_check(fp_option_groups groups, const json_t *document,
                                        const char *file, struct fp_error *err);

/** Read a file that the user names; "-" is standard input. Errors as of fp_file_read(). */
FP_CHECKED enum fp_code fp_input_read(const char *path, struct fp_buf *ret, struct fp_error *err);

#endif
