/* The index of Flink's classes in the local cache, and while a distribution is read. */
#include "flink_index.h"
#include "record.h"

#include <stdlib.h>
#include <string.h>

/* The kind of the records, which name a blob. */
#define KIND  "api"
#define MEDIA "application/octet-stream"

void fp_flink_index_key(const char *source, char ret_hex[FP_HASH_HEX_MAX])
{
    cleanup_json json_t *all = json_pack("[s, i, s]", KIND, FP_API_VERSION, source);
    fp_json_sha256(all, ret_hex);
}

/* The blob of an index. NULL: it is not there. */
static struct fp_blob *find_blob(const struct fp_plan *plan, const char *source)
{
    char key[FP_HASH_HEX_MAX];
    struct fp_cache *cache = plan->context->cache;
    cleanup_descriptor struct fp_descriptor descriptor = {0};
    fp_flink_index_key(source, key);
    cleanup_json json_t *record = fp_cache_get(cache, KIND, key);
    if (record == NULL ||
        fp_descriptor_parse(json_object_get(record, "blob"), KIND, &descriptor, NULL) != FP_OK ||
        descriptor.size > FP_API_MAX_BYTES)
        return NULL;
    return fp_cache_blob(cache, &descriptor);
}

bool fp_flink_index_is_kept(const struct fp_plan *plan, const char *source)
{
    cleanup_blob struct fp_blob *blob = find_blob(plan, source);
    return blob != NULL;
}

bool fp_flink_index_recall(const struct fp_plan *plan, const char *source, struct fp_buf *ret)
{
    cleanup_blob struct fp_blob *blob = find_blob(plan, source);
    struct fp_source *opened = NULL;
    if (blob == NULL || fp_blob_open(blob, 0, &opened, NULL) != FP_OK)
        return false;
    cleanup_source struct fp_source *content = opened;
    return fp_source_read_all(content, ret, NULL) == FP_OK;
}

void fp_flink_index_keep(const struct fp_plan *plan, const char *source, const struct fp_buf *index)
{
    char key[FP_HASH_HEX_MAX];
    struct fp_cache *cache = plan->context->cache;
    if (cache == NULL || index->len == 0)
        return;
    char *data = fp_xmalloc(index->len);
    memcpy(data, index->data, index->len);
    cleanup_blob struct fp_blob *blob = fp_blob_memory(MEDIA, data, index->len);
    cleanup_json json_t *record = json_object();
    fp_flink_index_key(source, key);
    fp_cache_add_blob(cache, blob);
    fp_json_set(record, "blob", fp_descriptor_json(fp_blob_descriptor(blob)));
    fp_cache_put(cache, KIND, key, record);
}

struct fp_api_spool *fp_flink_index_begin(const struct fp_plan *plan,
                                          const struct fp_flink_origin *origin)
{
    bool is_wanted = plan->context->cache != NULL || plan->job_jars.len > 0;
    if (plan->check.mode == FP_CHECK_OFF || !is_wanted || origin->archive == NULL)
        return NULL;
    return fp_api_spool_new(plan->blob_folder);
}

enum fp_code fp_flink_index_end(const struct fp_plan *plan, struct fp_api_spool *spool,
                                struct fp_flink *flink, struct fp_error *err)
{
    struct fp_error why = {0};
    cleanup_strv struct fp_strv paths = {0};
    if (spool == NULL)
        return FP_OK;
    for (size_t i = 0; i < flink->dist.lib_jars.len; i++)
        fp_strv_addf(&paths, "lib/%s", flink->dist.lib_jars.items[i]);
    flink->index.max = FP_API_MAX_BYTES;
    enum fp_code code = fp_api_spool_finish(spool, &paths, &flink->index, &why);
    if (code == FP_E_INTERRUPTED)
        return fp_fail_as(err, &why);
    if (code == FP_OK)
        fp_flink_index_keep(plan, flink->digest, &flink->index);
    else
        fp_report(plan->context->reporter, FP_EVENT_DEBUG, "Flink's classes are not indexed: %s",
                  why.text);
    return FP_OK;
}
