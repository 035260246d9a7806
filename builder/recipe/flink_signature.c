/* --require-signature: Flink's archive has to be signed by a key of Apache's release managers. */
#include "inputs.h"
#include "known.h"

#include <stdlib.h>
#include <string.h>

/* The kind of the records in the local cache of signatures that were verified. */
#define KIND "signature"

/* The key of such a record: the archive, and whose keys count. */
static enum fp_code key_of(const struct fp_plan *plan, const char *digest,
                           char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err)
{
    char keys[FP_HASH_HEX_MAX] = "";
    const struct fp_build_context *context = plan->context;
    if (plan->release.keys != NULL)
        FP_TRY(fp_cache_file_sha256(context->cache, plan->release.keys, keys, NULL, err));
    cleanup_json json_t *all =
        json_pack("[s, s, s?, s?]", digest, keys, context->checksum_url, context->archive_url);
    fp_json_sha256(all, ret_hex);
    return FP_OK;
}

/* The name of the signature beside an archive of the user's. The caller owns it, or NULL. */
static char *beside_of(const struct fp_plan *plan)
{
    return plan->source == FP_FROM_ARCHIVE ? fp_xasprintf("%s.asc", plan->flink_path) : NULL;
}

static enum fp_code verify(const struct fp_plan *plan, struct fp_flink *flink,
                           struct fp_flink_origin *origin, struct fp_error *err)
{
    struct fp_release_options options = fp_flink_release(plan);
    cleanup_free char *beside = beside_of(plan);
    FP_TRY(fp_flink_fetch(plan, flink, origin, err));
    const char *name = flink->release.archive_name != NULL ? flink->release.archive_name
                                                           : fp_path_base(plan->flink_path);
    options.keys = plan->release.keys;
    options.signer = fp_lock_signer(plan->lock, name);
    return fp_release_check_signature(&options, name, beside, origin->archive, &flink->signer, err);
}

enum fp_code fp_flink_check_signature(const struct fp_plan *plan, struct fp_flink *flink,
                                      struct fp_flink_origin *origin, struct fp_error *err)
{
    char key[FP_HASH_HEX_MAX];
    char hex[FP_HASH_HEX_MAX];
    if (!plan->release.requires_signature)
        return FP_OK;
    FP_TRY(fp_flink_fetch(plan, flink, origin, err));
    FP_TRY(fp_cache_input_sha256(plan->context->cache, origin->archive, hex, err));
    FP_TRY(key_of(plan, hex, key, err));
    cleanup_json json_t *known = fp_cache_get(plan->context->cache, KIND, key);
    const char *signer = fp_json_string(known, "signer");
    const char *name = flink->release.archive_name != NULL ? flink->release.archive_name
                                                           : fp_path_base(plan->flink_path);
    const char *locked = fp_lock_signer(plan->lock, name);
    if (signer != NULL && (locked == NULL || strcmp(locked, signer) == 0)) {
        flink->signer = fp_xstrdup(signer);
        return FP_OK;
    }
    FP_TRY(verify(plan, flink, origin, err));
    cleanup_json json_t *record = json_pack("{s:s}", "signer", flink->signer);
    fp_cache_put(plan->context->cache, KIND, key, record);
    return FP_OK;
}
