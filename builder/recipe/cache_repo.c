/* Records in a repository of a registry: each is an image with at most one layer, whose manifest
 * says the record in an annotation. */
#include "cache_repo.h"

#include <string.h>

/* The annotation that holds the record. */
#define ANNOTATION "flinkpack.record"
/* The longest record that is kept there. */
#define RECORD_MAX_BYTES ((size_t) 256 << 10)

/* One record on its way there. */
struct sharing {
    struct fp_repo *repo;
    const struct fp_outputs *outputs;
    const struct fp_platform *platform;
    const struct fp_own_layer *own; /* NULL: the record is of a base */
};

enum fp_code fp_cache_repo_open(const struct fp_plan *plan, struct fp_repo **ret,
                                struct fp_error *err)
{
    cleanup_location struct fp_location at = {0};
    if (plan->cache_repo == NULL || !plan->trusts_images)
        return FP_OK;
    FP_TRY(fp_location_parse(plan->cache_repo, &at, err));
    return fp_context(fp_location_create(&at, &plan->context->places, ret, err), err,
                      "--cache-repo");
}

static char *tag_of(const char *kind, const char *key)
{
    return fp_xasprintf("%s-%s", kind, key);
}

static enum fp_code get_manifest(struct fp_repo *repo, const char *kind, const char *key,
                                 struct fp_manifest *ret, struct fp_error *err)
{
    cleanup_free char *tag = tag_of(kind, key);
    cleanup_descriptor struct fp_descriptor root = {0};
    FP_TRY(fp_repo_resolve(repo, tag, &root, err));
    return fp_image_manifest(repo, &root, tag, ret, err);
}

json_t *fp_cache_repo_get(struct fp_repo *repo, const char *kind, const char *key,
                          struct fp_descriptor *ret_layer)
{
    cleanup_manifest struct fp_manifest manifest = {0};
    json_t *record = NULL;
    if (repo == NULL || get_manifest(repo, kind, key, &manifest, NULL) != FP_OK)
        return NULL;
    const char *text = fp_json_string(manifest.annotations, ANNOTATION);
    if (text == NULL || strlen(text) > RECORD_MAX_BYTES || manifest.layer_count > 1 ||
        fp_json_parse(text, strlen(text), ANNOTATION, &record, NULL) != FP_OK)
        return NULL;
    const char *its_key = fp_json_string(record, "key");
    if (its_key == NULL || strcmp(its_key, key) != 0) {
        json_decref(record);
        return NULL;
    }
    if (manifest.layer_count == 1)
        *ret_layer = fp_descriptor_copy(&manifest.layers[0]);
    return record;
}

static struct fp_blob *make_config(const struct sharing *sharing)
{
    cleanup_config struct fp_config empty = fp_config_empty(sharing->platform);
    struct fp_config_layer layer = {.created_by = "flinkpack # record"};
    struct fp_config_change change = {.layers = &layer, .created = "1980-01-01T00:00:00Z"};
    if (sharing->own != NULL && fp_own_layer_is_there(sharing->own)) {
        layer.diff_id = sharing->own->record.diff_id;
        change.layer_count = 1;
    }
    char *bytes = fp_config_bytes(&empty, &change);
    return fp_blob_memory(FP_MEDIA_OCI_CONFIG, bytes, strlen(bytes));
}

/* The layer is mounted from the first registry that it was just pushed to, if it can be. */
static void feed_layer(const struct sharing *sharing, struct fp_push *push)
{
    const struct fp_own_layer *own = sharing->own;
    struct fp_repo *from = own->repo;
    for (size_t i = 0; i < sharing->outputs->plan->output_count; i++) {
        struct fp_repo *output = sharing->outputs->repos[i];
        if (output != NULL && fp_repo_can_mount(sharing->repo, output))
            from = output;
    }
    if (from != NULL)
        fp_push_remote(push, FP_PUSH_LAYER, &own->record.blob, from, own->blob);
    else
        fp_push_blob(push, FP_PUSH_LAYER, own->blob);
}

static enum fp_code push_record(const struct sharing *sharing, const char *tag, const char *text,
                                struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    cleanup_manifest struct fp_manifest manifest = {.media_type = FP_MEDIA_OCI_MANIFEST};
    cleanup_blob struct fp_blob *config = make_config(sharing);
    bool has_layer = sharing->own != NULL && fp_own_layer_is_there(sharing->own);
    manifest.config = fp_descriptor_copy(fp_blob_descriptor(config));
    manifest.annotations = json_object();
    fp_json_set_text(manifest.annotations, ANNOTATION, text);
    if (has_layer)
        fp_manifest_add_layer(&manifest, &sharing->own->record.blob);
    char *bytes = fp_manifest_bytes(&manifest);
    cleanup_blob struct fp_blob *document =
        fp_blob_memory(FP_MEDIA_OCI_MANIFEST, fp_xstrdup(bytes), strlen(bytes));
    fp_strv_add(&names, tag);
    const struct fp_push_options options = {.names = &names};
    cleanup_push struct fp_push *push = fp_push_new(sharing->repo, &options);
    fp_push_document(push, fp_blob_descriptor(document), bytes);
    fp_push_expect(push, tag, NULL);
    if (has_layer)
        feed_layer(sharing, push);
    fp_push_blob(push, FP_PUSH_CONFIG, config);
    return fp_push_finish(push, NULL, err);
}

/* A tag that is there is never set again, as its record has the same inputs. */
static enum fp_code share(const struct sharing *sharing, const char *kind, const char *key,
                          json_t *take_record, struct fp_error *err)
{
    cleanup_json json_t *record = take_record;
    cleanup_free char *text = fp_json_canonical(record);
    cleanup_free char *tag = tag_of(kind, key);
    cleanup_manifest struct fp_manifest manifest = {0};
    struct fp_error missing = {0};
    if (strlen(text) > RECORD_MAX_BYTES)
        return FP_OK;
    enum fp_code code = get_manifest(sharing->repo, kind, key, &manifest, &missing);
    if (code == FP_E_NOT_FOUND)
        return push_record(sharing, tag, text, err);
    if (code != FP_OK && err != NULL)
        *err = missing;
    return code;
}

static enum fp_code share_platform(struct sharing *sharing, const struct fp_finished *image,
                                   size_t platform, struct fp_error *err)
{
    const struct fp_base_image *base = &image->bases->images[platform];
    const struct fp_platform_image *own = &image->images[platform];
    sharing->platform = &base->platform;
    sharing->own = NULL;
    if (base->outline != NULL)
        FP_TRY(share(sharing, FP_BASE_KIND, base->key, json_incref(base->outline), err));
    for (size_t i = 0; i < own->layer_count; i++) {
        const struct fp_record *record = &own->layers[i].record;
        sharing->own = &own->layers[i];
        if (own->layers[i].repo != sharing->repo)
            FP_TRY(share(sharing, record->kind, record->key, fp_record_json(record, false), err));
    }
    return FP_OK;
}

void fp_cache_repo_keep(struct fp_repo *repo, const struct fp_outputs *outputs,
                        const struct fp_finished *image)
{
    const struct fp_plan *plan = outputs->plan;
    struct sharing sharing = {.repo = repo, .outputs = outputs};
    struct fp_error why = {0};
    for (size_t i = 0; i < plan->platform_count; i++) {
        if (share_platform(&sharing, image, i, &why) == FP_OK)
            continue;
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "--cache-repo: the layers are not kept for other images: %s", why.text);
        return;
    }
}

void fp_cache_repo_put(struct fp_repo *repo, const struct fp_platform *platform, const char *kind,
                       const char *key, const json_t *record)
{
    const struct sharing sharing = {.repo = repo, .platform = platform};
    json_t *named = json_copy((json_t *) (uintptr_t) record);
    struct fp_error ignored = {0};
    fp_json_set_text(named, "key", key);
    if (repo == NULL)
        json_decref(named);
    else
        (void) share(&sharing, kind, key, named, &ignored);
}
