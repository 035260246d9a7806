/* Remembers what was found in jars by their digests, so that a jar that did not change is not read.
 */
#include "flinkpack/flink/jar_ask.h"

#include <string.h>

#define KIND "jar"

/* It has to be another one whenever an answer would be. */
#define LAYOUT 1

enum fp_code fp_jar_ask(struct fp_cache *cache, const char *path, const char *words,
                        struct fp_jar_question *ret, json_t **ret_answer, struct fp_error *err)
{
    *ret = (struct fp_jar_question){.cache = cache, .path = path};
    *ret_answer = NULL;
    if (cache == NULL)
        return FP_OK;
    FP_TRY(fp_cache_file_sha256(cache, path, ret->sha256, NULL, err));
    cleanup_free char *text = fp_xasprintf("%d %s %s", LAYOUT, ret->sha256, words);
    fp_hash_bytes(FP_SHA256, text, strlen(text), ret->key);
    *ret_answer = fp_cache_get(cache, KIND, ret->key);
    return FP_OK;
}

/* A jar whose digest is remembered now did not change since it was hashed, which was before the
 * answer was found. */
void fp_jar_answer(const struct fp_jar_question *question, json_t *take_answer)
{
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_input struct fp_input *input = NULL;
    cleanup_json json_t *answer = take_answer;
    if (question->cache == NULL || answer == NULL ||
        fp_input_open(question->path, &input, NULL) != FP_OK)
        return;
    if (fp_cache_knows_input(question->cache, input, hex) && strcmp(hex, question->sha256) == 0)
        fp_cache_put(question->cache, KIND, question->key, answer);
}
