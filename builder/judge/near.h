/**
 * @file
 * Keys that are nearly an option of Flink.
 */
#ifndef FLINKPACK_JUDGE_NEAR_H
#define FLINKPACK_JUDGE_NEAR_H

#include "options.h"

/** Whether any key of this beginning is somebody's: of a plugin, Hadoop, an operator, the scripts.
 */
bool fp_conf_key_is_free(const char *key);
/**
 * Look for the option of a version that a key is a slip of: one or two letters differ, or the same
 * words are written in another way.
 */
bool fp_conf_option_near(const char *key, unsigned version, struct fp_conf_word *ret);

#endif
