/**
 * @file
 * Shared by the files of this room only.
 */
#ifndef FLINKPACK_FLINK_INTERNAL_H
#define FLINKPACK_FLINK_INTERNAL_H

#include "flinkpack/flink.h"

/** Whether the first `len` bytes of `word` are one of the " "-separated words of `list`. */
bool fp_word_listed(const char *list, const char *word, size_t len);

#endif
