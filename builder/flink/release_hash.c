/* Digests of archives that an earlier build read, remembered in the cache. */
#include <string.h>

#include "release.h"

/* The kind of the records, {ALGORITHM: HEX}, whose keys are the SHA-256 of the file. */
#define KIND "digest"

static bool recall(struct fp_cache *cache, struct fp_input *input, const char *name,
                   char ret_hex[FP_HASH_HEX_MAX])
{
    char sha256[FP_HASH_HEX_MAX] = "";
    if (!fp_cache_knows_input(cache, input, sha256))
        return false;
    cleanup_json json_t *record = fp_cache_get(cache, KIND, sha256);
    const char *hex = fp_json_string(record, name);
    if (hex == NULL || strlen(hex) >= FP_HASH_HEX_MAX)
        return false;
    memcpy(ret_hex, hex, strlen(hex) + 1);
    return true;
}

static void remember(struct fp_cache *cache, struct fp_input *input, const char *name,
                     const char *hex)
{
    char sha256[FP_HASH_HEX_MAX] = "";
    if (fp_cache_input_sha256(cache, input, sha256, NULL) != FP_OK)
        return;
    cleanup_json json_t *record = fp_cache_get(cache, KIND, sha256);
    if (record == NULL)
        record = json_object();
    fp_json_set_text(record, name, hex);
    fp_cache_put(cache, KIND, sha256, record);
}

enum fp_code fp_release_hash(const struct fp_release_options *options, struct fp_input *input,
                             enum fp_hash_algorithm algorithm, char ret_hex[FP_HASH_HEX_MAX],
                             struct fp_error *err)
{
    const char *name = fp_checksum_suffix(algorithm);
    if (recall(options->cache, input, name, ret_hex))
        return FP_OK;
    FP_TRY(fp_input_hash(input, algorithm, ret_hex, err));
    remember(options->cache, input, name, ret_hex);
    return FP_OK;
}
