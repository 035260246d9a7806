/**
 * @file
 * Checks, converts and stores the values of options.
 */
#ifndef FLINKPACK_CLI_OPTION_STORE_H
#define FLINKPACK_CLI_OPTION_STORE_H

#include "settings.h"

/** Parse true, yes, on, 1 and their opposites. Returns whether `text` is one of them. */
bool fp_parse_bool(const char *text, bool *ret);
/** Parse a whole number with a unit: ms, s, m, h; the default is s. Returns whether it is valid. */
bool fp_parse_duration(const char *text, int64_t *ret_ms);
/** Parse a whole number with a unit: K, M, G, also as KiB or KB, all powers of 1024. Without a unit
 * it counts bytes. Returns whether `text` is valid and fits. */
bool fp_parse_size(const char *text, int64_t *ret_bytes);
/**
 * Store a setting in the member of `target` that its option names.
 * @return FP_E_USAGE naming the setting.
 */
FP_CHECKED enum fp_code fp_setting_store(struct fp_settings *settings,
                                         const struct fp_setting *setting, void *target,
                                         struct fp_error *err);

/** The text that a YAML scalar has on a command line, or NULL. The caller owns it. */
char *fp_option_text_of(const json_t *value);
/**
 * Add the value of an option in a file: a scalar, or a list or mapping if it takes several.
 * @return FP_E_USAGE naming the file, the option and what was expected.
 */
FP_CHECKED enum fp_code fp_option_add_value(const struct fp_option *option, json_t *value,
                                            struct fp_settings *settings, struct fp_error *err);

#endif
