/**
 * @file
 * The settings in a configuration file of Flink, flat or nested.
 */
#ifndef FLINKPACK_RECIPE_CONF_SETTINGS_H
#define FLINKPACK_RECIPE_CONF_SETTINGS_H

#include "flinkpack/support.h"

/**
 * Append the settings of a file, nested keys as flat ones, lists separated by ';'.
 * @param title What errors call the file: "--conf 'settings.yaml'". They name a line only by its
 *              number, because it may contain a password.
 * @param text  The file, at most 1 MiB.
 * @return FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_conf_settings(const char *title, const struct fp_buf *text,
                                         struct fp_strv *keys, struct fp_strv *values,
                                         struct fp_error *err);

#endif
