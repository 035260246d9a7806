/* Reads the layers of a base, and collects facts about its content. */
#include "internal.h"

/* The state of reading the layers. */
struct base_inspection {
    struct fp_tree *tree;
    struct keeper *keeper;
    struct fp_stage *stage;
    uint64_t max_bytes;
    uint64_t packed_bytes; /* compressed size of the layers so far */
    uint64_t used_bytes;   /* their uncompressed size */
};

static enum fp_code open_layer(const struct fp_blob *blob, const char *name,
                               struct base_inspection *inspection, struct fp_inflate_info *info,
                               struct fp_source **ret, struct fp_error *err)
{
    struct fp_source *source = NULL;
    FP_TRY(fp_blob_open(blob, 0, &source, err));
    source = fp_source_staged(source, inspection->stage);
    uint64_t size = fp_blob_descriptor(blob)->size;
    inspection->packed_bytes += size < UINT64_MAX - inspection->packed_bytes ? size : 0;
    uint64_t limit = fp_inflate_limit(inspection->packed_bytes);
    limit = limit < inspection->max_bytes ? limit : inspection->max_bytes;
    *ret = fp_source_inflate(source, name, limit - inspection->used_bytes, info);
    return FP_OK;
}

static enum fp_code check_diff_id(struct fp_hash *hash, const struct fp_digest *expected,
                                  const char *name, struct fp_error *err)
{
    struct fp_digest actual = fp_digest_finish(hash, fp_digest_algorithm(expected));
    if (fp_digest_equal(&actual, expected))
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_VERIFY,
                             "%s: the content is %s, and the configuration says diff_id %s", name,
                             actual.text, expected->text),
                     err, "the base was damaged or forged: pull it again, or choose another");
}

static enum fp_code read_layer(const struct fp_blob *blob, const struct fp_digest *diff_id,
                               const char *name, struct base_inspection *inspection,
                               struct fp_error *err)
{
    cleanup_hash struct fp_hash *hash = fp_hash_new(fp_digest_algorithm(diff_id));
    cleanup_sink struct fp_sink *rest = fp_sink_null();
    cleanup_source struct fp_source *source = NULL;
    struct fp_inflate_info info = {0};
    FP_TRY(open_layer(blob, name, inspection, &info, &source, err));
    source = fp_source_hashed(source, hash);
    FP_TRY(fp_tree_apply_layer(inspection->tree, source, name, fp_keeper_visit, inspection->keeper,
                               err));
    /* The diff_id covers every byte, including the padding after the last entry. */
    FP_TRY(fp_stream_copy(source, rest, NULL, err));
    FP_TRY(check_diff_id(hash, diff_id, name, err));
    inspection->used_bytes += info.out_bytes;
    return FP_OK;
}

static enum fp_code check_layers(struct fp_blob *const *blobs, size_t blob_count,
                                 const struct fp_config *config, struct fp_error *err)
{
    if (blob_count != config->diff_id_count)
        return fp_fail(err, FP_E_INPUT, "base: %zu layers, and the configuration has %zu diff_ids",
                       blob_count, config->diff_id_count);
    for (size_t i = 0; i < blob_count; i++) {
        const struct fp_descriptor *descriptor = fp_blob_descriptor(blobs[i]);
        if (!fp_media_is_layer(descriptor->media_type))
            return fp_hinted(
                fp_fail(err, FP_E_INPUT, "base layer %zu of %zu: media type '%s' is no layer",
                        i + 1, blob_count, descriptor->media_type),
                err, "an image is made of tars, and of none that may not be distributed");
    }
    return FP_OK;
}

static enum fp_code read_layers(struct fp_blob *const *blobs, size_t blob_count,
                                const struct fp_config *config, struct base_inspection *inspection,
                                struct fp_error *err)
{
    FP_TRY(check_layers(blobs, blob_count, config, err));
    for (size_t i = 0; i < blob_count; i++) {
        cleanup_free char *name = fp_xasprintf("base layer %zu of %zu (%.19s)", i + 1, blob_count,
                                               fp_blob_descriptor(blobs[i])->digest.text);
        FP_TRY(read_layer(blobs[i], &config->diff_ids[i], name, inspection, err));
    }
    return FP_OK;
}

static void take_os(struct fp_base_facts *facts)
{
    cleanup_free char *text = fp_facts_text(facts, "etc/os-release");
    if (text == NULL)
        text = fp_facts_text(facts, "usr/lib/os-release");
    if (text == NULL)
        return;
    facts->os_id = fp_assignment_value(text, "ID");
    facts->os_version = fp_assignment_value(text, "VERSION_ID");
    facts->os_name = fp_assignment_value(text, "PRETTY_NAME");
}

static enum fp_code conclude(const struct keeper *keeper, const struct variables *variables,
                             struct fp_base_facts *facts, struct fp_error *err)
{
    facts->texts = fp_keeper_texts(keeper);
    FP_TRY(fp_facts_take_accounts(facts, err));
    take_os(facts);
    facts->musl = fp_libc_is_musl(facts->tree);
    facts->architecture = keeper->architecture;
    fp_java_homes(&keeper->javas, facts->tree, &facts->java_homes);
    fp_base_facts_adapt(facts, variables->config, variables->env);
    return FP_OK;
}

static uint64_t total_size(struct fp_blob *const *blobs, size_t blob_count)
{
    uint64_t total = 0;
    for (size_t i = 0; i < blob_count; i++)
        total += fp_blob_descriptor(blobs[i])->size;
    return total;
}

enum fp_code fp_base_inspect(struct fp_blob *const *blobs, size_t blob_count,
                             const struct fp_config *config, const json_t *env, uint64_t max_bytes,
                             struct fp_reporter *reporter, struct fp_base_facts *ret,
                             struct fp_error *err)
{
    cleanup_base_facts struct fp_base_facts facts = {.tree = fp_tree_new()};
    cleanup_keeper struct keeper keeper = {.tree = facts.tree};
    struct fp_stage stage = {0};
    struct base_inspection inspection = {
        .tree = facts.tree, .keeper = &keeper, .stage = &stage, .max_bytes = max_bytes};
    fp_stage_begin(&stage, reporter, "inspect", "base layers", total_size(blobs, blob_count));
    enum fp_code code = read_layers(blobs, blob_count, config, &inspection, err);
    if (code == FP_OK)
        code = conclude(&keeper, &(struct variables){config, env}, &facts, err);
    FP_TRY(fp_stage_close(&stage, code, "done"));
    *ret = steal_value(&facts);
    return FP_OK;
}
