/* The digest of a distribution's directory. */
#include "flink.h"

#include <stdlib.h>

static enum fp_code hash_file(void *context, const char *path, char ret_hex[FP_HASH_HEX_MAX],
                              struct fp_error *err)
{
    return fp_cache_file_sha256(context, path, ret_hex, NULL, err);
}

enum fp_code fp_flink_hash_directory(const struct fp_plan *plan, const char *path, char **ret,
                                     struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX];
    FP_TRY(fp_distribution_folder_sha256(path, hash_file, plan->context->cache, hex, err));
    free(*ret);
    *ret = fp_xasprintf("sha256:%s", hex);
    return FP_OK;
}
