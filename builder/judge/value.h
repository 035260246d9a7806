/**
 * @file
 * Values of Flink's options.
 */
#ifndef FLINKPACK_JUDGE_VALUE_H
#define FLINKPACK_JUDGE_VALUE_H

#include "options.h"

/** What `expected` of fp_conf_value_refused() needs. */
#define FP_EXPECTED_MAX 512

/**
 * Whether Flink from 1.10 on refuses a value of a type ("int", "memory", "enum:A|B"). Types whose
 * values are read in other ways too, such as texts, lists and maps, refuse none.
 * @param ret_expected What it takes: "a whole number of 32 bits".
 */
bool fp_conf_value_refused(struct fp_conf_word type, const char *value,
                           char ret_expected[FP_EXPECTED_MAX]);
/** Whether an option of type "string" takes only some words or a class, and the value is neither.
 * `option` is of the version `version`. */
bool fp_conf_choice_refused(const struct fp_conf_option *option, unsigned version,
                            const char *value, char ret_expected[FP_EXPECTED_MAX]);
/** A size of memory in bytes as Flink reads it: "1728m", "1 gb", "64" (bytes). */
bool fp_conf_value_bytes(const char *value, uint64_t *ret);
/** A copy of a value without the quotes that YAML takes off. The caller owns it. */
char *fp_conf_value_bare(const char *value);

#endif
