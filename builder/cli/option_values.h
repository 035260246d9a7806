/**
 * @file
 * Checks the keys of a --values file, and suggests replacements for the keys of other charts.
 */
#ifndef FLINKPACK_CLI_OPTION_VALUES_H
#define FLINKPACK_CLI_OPTION_VALUES_H

#include "settings.h"

/**
 * Check the keys of a --values file.
 *
 * @param file The name of the file in messages.
 * @return FP_E_USAGE if keys are neither options nor belong to "image" or "flink". The error lists
 * all of them, each with a replacement if one is known.
 */
FP_CHECKED enum fp_code fp_values_check(fp_option_groups groups, const json_t *document,
                                        const char *file, struct fp_error *err);

/** Read a file that the user names; "-" is standard input. Fails as fp_file_read() does. */
FP_CHECKED enum fp_code fp_input_read(const char *path, struct fp_buf *ret, struct fp_error *err);

#endif
