/* The classes that a job finds, out of the cache or of what Flink is in. */
#include "flink_api.h"

#include <stdlib.h>
#include <string.h>

#include "flink_index.h"
#include "record.h"

/* What identifies the jars in an image's lib/. The caller owns it. */
static char *source_of_image(const struct fp_base_image *image)
{
    char hex[FP_HASH_HEX_MAX];
    cleanup_free char *home = fp_home_of(&image->config);
    cleanup_json json_t *layers = json_array();
    for (size_t i = 0; i < image->config.diff_id_count; i++)
        fp_json_append(layers, json_string(image->config.diff_ids[i].text));
    fp_json_append(layers, json_string(home));
    fp_json_sha256(layers, hex);
    return fp_xasprintf("image:%s", hex);
}

/* What identifies Flink's jars. The caller owns it; NULL: it is not known. */
static char *source_of(const struct fp_plan *plan, const struct fp_flink *flink,
                       const struct fp_bases *bases)
{
    if (plan->source == FP_FROM_IMAGE)
        return bases != NULL && bases->count > 0 ? source_of_image(&bases->images[0]) : NULL;
    return fp_xstrdup(flink->digest);
}

/* The directory is known by its digest, and read in a moment. */
static enum fp_code index_directory(const char *directory, struct fp_buf *ret, struct fp_error *err)
{
    cleanup_api_builder struct fp_api_builder *builder = fp_api_builder_new();
    cleanup_free char *lib = fp_path_join(directory, "lib");
    cleanup_strv struct fp_strv names = {0};
    if (!fp_dir_names(lib, "*.jar", SIZE_MAX, &names))
        return fp_fail_errno(err, FP_E_IO, "%s", lib);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *path = fp_path_join(lib, names.items[i]);
        FP_TRY(fp_api_builder_add(builder, path, err));
    }
    fp_api_builder_finish(steal_pointer(&builder), ret);
    return fp_buf_check(ret, err);
}

/* An archive is read for its jars alone. */
static enum fp_code index_archive(const struct fp_plan *plan, struct fp_input *archive,
                                  struct fp_buf *ret, struct fp_error *err)
{
    cleanup_api_spool struct fp_api_spool *spool = fp_api_spool_new(plan->blob_folder);
    cleanup_strv struct fp_strv names = {0};
    cleanup_strv struct fp_strv paths = {0};
    const struct fp_distribution_options options = {.archive = archive->path,
                                                    .input = archive,
                                                    .jars = fp_api_spool_receiver(spool),
                                                    .reporter = plan->context->reporter};
    FP_TRY(fp_distribution_read_jars(&options, &names, err));
    for (size_t i = 0; i < names.len; i++)
        fp_strv_addf(&paths, "lib/%s", names.items[i]);
    return fp_api_spool_finish(spool, &paths, ret, err);
}

/* The real paths of the jars in an image's lib/. */
static void list_image_jars(const struct fp_base_image *image, struct fp_strv *ret)
{
    cleanup_free char *home = fp_home_of(&image->config);
    cleanup_strv struct fp_strv names = {0};
    fp_base_home_names(image->facts.tree, home, "lib", &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *path = fp_xasprintf("%s/lib/%s", home, names.items[i]);
        const struct fp_entry *entry = fp_tree_resolve(image->facts.tree, path + strspn(path, "/"));
        bool is_jar = entry != NULL && entry->kind == FP_ENTRY_FILE &&
                      fp_text_ends_with(names.items[i], ".jar");
        if (is_jar && !fp_strv_has(ret, entry->path))
            fp_strv_add(ret, entry->path);
    }
}

/* The jars of an image on their way to the spool. */
struct image_jars {
    const struct fp_jar_receiver *receiver;
    const struct fp_strv *paths;
};

static enum fp_code take_jar(void *context, size_t i, struct fp_source *content,
                             struct fp_error *err)
{
    const struct image_jars *jars = context;
    struct fp_sink *opened = NULL;
    FP_TRY(jars->receiver->open(jars->receiver->context, jars->paths->items[i], &opened, err));
    cleanup_sink struct fp_sink *sink = opened;
    if (sink == NULL)
        return FP_OK;
    FP_TRY(fp_stream_copy(content, sink, NULL, err));
    return fp_sink_finish(sink, err);
}

static enum fp_code index_image(const struct fp_plan *plan, struct fp_bases *bases,
                                struct fp_buf *ret, struct fp_error *err)
{
    struct fp_base_image *image = &bases->images[0];
    cleanup_strv struct fp_strv paths = {0};
    size_t missing = 0;
    FP_TRY(fp_base_need(plan, bases, image, err));
    FP_TRY(fp_base_fetch(plan, bases, image, err));
    list_image_jars(image, &paths);
    cleanup_api_spool struct fp_api_spool *spool = fp_api_spool_new(plan->blob_folder);
    struct image_jars jars = {fp_api_spool_receiver(spool), &paths};
    FP_TRY(fp_base_image_take(image, &paths, take_jar, &jars, &missing, err));
    return fp_api_spool_finish(spool, &paths, ret, err);
}

/* Make the index out of what Flink is in. Without `must` only a directory is read, and nothing of a
 * release of which only the version is known. */
static enum fp_code make_index(const struct fp_plan *plan, struct fp_flink *flink,
                               struct fp_flink_origin *origin, struct fp_bases *bases, bool must,
                               struct fp_buf *ret, struct fp_error *err)
{
    bool is_directory = plan->source == FP_FROM_LOCAL_DIST;
    if (plan->source == FP_FROM_IMAGE)
        return must ? index_image(plan, bases, ret, err) : FP_OK;
    if (!flink->has_dist || (!must && !is_directory))
        return FP_OK;
    FP_TRY(fp_flink_fetch(plan, flink, origin, err));
    return is_directory ? index_directory(origin->folder, ret, err)
                        : index_archive(plan, origin->archive, ret, err);
}

/* Get the index of Flink, empty if there is none. */
static enum fp_code get_index(const struct fp_plan *plan, struct fp_flink *flink,
                              struct fp_flink_origin *origin, struct fp_bases *bases, bool must,
                              struct fp_buf *ret, struct fp_error *err)
{
    struct fp_error why = {0};
    cleanup_free char *source = source_of(plan, flink, bases);
    if (source != NULL && fp_flink_index_recall(plan, source, ret))
        return FP_OK;
    fp_buf_clear(ret);
    enum fp_code code = make_index(plan, flink, origin, bases, must, ret, &why);
    if (code == FP_OK) {
        cleanup_free char *found = source_of(plan, flink, bases);
        if (found != NULL)
            fp_flink_index_keep(plan, found, ret);
        return FP_OK;
    }
    fp_buf_clear(ret);
    bool is_away = plan->context->offline && (code == FP_E_NETWORK || code == FP_E_NOT_FOUND);
    if (code == FP_E_INTERRUPTED || (must && !is_away && code != FP_E_INPUT))
        return fp_fail_as(err, &why);
    fp_report(plan->context->reporter, must ? FP_EVENT_WARNING : FP_EVENT_DEBUG,
              "Flink's classes are not indexed: %s", why.text);
    return FP_OK;
}

/* Add the jars of the plan, so that each is found by the others. */
static enum fp_code join_jars(const struct fp_plan *plan, struct fp_api *api, struct fp_error *err)
{
    const struct fp_strv *const lists[] = {&plan->job_jars, &plan->libs};
    cleanup_api_builder struct fp_api_builder *builder = fp_api_builder_new();
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api *joined = NULL;
    if (plan->job_jars.len + plan->libs.len < 2)
        return FP_OK; /* what a jar has itself is no reference */
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < lists[i]->len; k++)
            if (fp_text_ends_with(lists[i]->items[k], ".jar"))
                FP_TRY(fp_api_builder_add(builder, lists[i]->items[k], err));
    fp_api_builder_finish(steal_pointer(&builder), &bytes);
    FP_TRY(fp_buf_check(&bytes, err));
    FP_TRY(fp_api_parse(bytes.data, bytes.len, "the jars' classes", &joined, err));
    fp_api_join(api, joined);
    return FP_OK;
}

enum fp_code fp_flink_api(const struct fp_plan *plan, struct fp_flink *flink,
                          struct fp_flink_origin *origin, struct fp_bases *bases, bool must,
                          struct fp_api **ret, struct fp_error *err)
{
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api *parsed = NULL;
    *ret = NULL;
    if (flink->index.len > 0)
        fp_buf_put(&bytes, flink->index.data, flink->index.len);
    else
        FP_TRY(get_index(plan, flink, origin, bases, must, &bytes, err));
    /* What the cache has may be of another version. */
    if (bytes.len == 0 ||
        fp_api_parse(bytes.data, bytes.len, "Flink's classes", &parsed, NULL) != FP_OK)
        return FP_OK;
    cleanup_api struct fp_api *api = parsed;
    FP_TRY(join_jars(plan, api, err));
    *ret = steal_pointer(&api);
    return FP_OK;
}

bool fp_flink_api_key(const struct fp_plan *plan, const struct fp_flink *flink,
                      const struct fp_bases *bases, char ret_hex[FP_HASH_HEX_MAX])
{
    cleanup_free char *source = source_of(plan, flink, bases);
    if (source == NULL || (flink->index.len == 0 && plan->source != FP_FROM_LOCAL_DIST &&
                           !fp_flink_index_is_kept(plan, source)))
        return false;
    fp_flink_index_key(source, ret_hex);
    return true;
}
