/**
 * @file
 * What earlier runs found in jars, as records of the cache.
 */
#ifndef FLINKPACK_FLINK_JAR_ASK_H
#define FLINKPACK_FLINK_JAR_ASK_H

#include "flinkpack/store/cache.h"

/** A question about a jar. Zero-initialise; the members are borrowed but for the texts in it. */
struct fp_jar_question {
    struct fp_cache *cache; /**< NULL: nothing is known, and nothing is remembered */
    const char *path;
    char sha256[FP_HASH_HEX_MAX]; /**< of the jar; empty without a cache */
    char key[FP_HASH_HEX_MAX];
};

/**
 * Ask what is known of a jar. Without a cache it is not read.
 * @param words The question, which has to tell all that the answer depends on but the jar.
 * @param ret   For fp_jar_answer().
 * @return A new reference to the answer in `ret_answer`, or NULL: it is not known. Errors of
 * reading the jar.
 */
FP_CHECKED enum fp_code fp_jar_ask(struct fp_cache *cache, const char *path, const char *words,
                                   struct fp_jar_question *ret, json_t **ret_answer,
                                   struct fp_error *err);
/** Remember an answer, if the jar is still the one that the question was asked of. NULL: there is
 * none that JSON can hold. Consumes `take_answer`. */
void fp_jar_answer(const struct fp_jar_question *question, json_t *take_answer);

#endif
