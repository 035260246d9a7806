/* Finds the layer of a record in what earlier builds know, and keeps that of one that was made. */
#include "cache_repo.h"
#include "known_parts.h"

#include <string.h>

/* The repository of the first image that has a blob as a layer; `*ret` is its descriptor. */
static const struct fp_known_image *holder_of(const struct fp_known *known, size_t output,
                                              const struct fp_digest *digest,
                                              struct fp_descriptor *ret)
{
    for (size_t i = 0; i < known->count; i++) {
        const struct fp_known_image *image = &known->images[i];
        bool is_asked = output == SIZE_MAX || image->output == output;
        for (size_t k = 0; is_asked && image->platforms != NULL && k < known->plan->platform_count;
             k++) {
            const struct fp_manifest *manifest = &image->platforms[k].image.manifest;
            for (size_t n = 0; n < manifest->layer_count; n++) {
                if (!fp_digest_equal(&manifest->layers[n].digest, digest))
                    continue;
                if (ret != NULL)
                    *ret = manifest->layers[n];
                return image;
            }
        }
    }
    return NULL;
}

struct fp_repo *fp_known_holder(struct fp_known *known, size_t output,
                                const struct fp_digest *digest)
{
    if (known == NULL || !known->is_read)
        return NULL;
    const struct fp_known_image *image = holder_of(known, output, digest, NULL);
    return image != NULL ? image->repo : NULL;
}

/* Take a record's word for all but what this build knows itself. */
static void replace(struct fp_own_layer *own, struct fp_record *record)
{
    json_decref(record->inputs);
    record->inputs = json_incref(own->record.inputs);
    fp_record_clear(&own->record);
    own->record = *record;
    memset(record, 0, sizeof(*record));
}

/* Whether the history says that a build made a layer of that kind there: of the distribution it
 * says the name of its top directory. */
static bool is_said_to_be(const struct fp_config *config, size_t layer, const char *kind)
{
    const char *by = fp_config_layer_by(config, layer);
    const char *mark = by != NULL ? strstr(by, " # ") : NULL;
    bool is_dist = strcmp(kind, "distribution") == 0;
    if (mark == NULL || strncmp(by, "flinkpack ", strlen("flinkpack ")) != 0)
        return false;
    return is_dist ? strncmp(mark + 3, "flink-", strlen("flink-")) == 0
                   : strcmp(mark + 3, kind) == 0;
}

/* Of what a build makes only packages may turn out to be nothing, and the changes to an image that
 * has Flink. */
static bool may_be_nothing(const json_t *label, const char *kind)
{
    return strcmp(kind, "packages") == 0 ||
           (strcmp(kind, "setup") == 0 &&
            fp_known_label_layer(label, "distribution", NULL) == NULL);
}

/* A record in a label is believed where the image has its layer at the same place in manifest and
 * configuration, and its history says that it is of this kind. */
static bool take_labelled(const struct fp_known_image *image, const struct fp_known_platform *at,
                          struct fp_own_layer *own)
{
    cleanup_record struct fp_record record = {0};
    const json_t *found = fp_known_label_layer(at->label, own->record.kind, own->record.key);
    const struct fp_config *config = &at->image.config;
    size_t i = 0;
    if (found == NULL || !fp_record_parse(found, &record))
        return false;
    while (fp_record_has_layer(&record) && i < config->diff_id_count &&
           !fp_digest_equal(&config->diff_ids[i], &record.diff_id))
        i++;
    if (fp_record_has_layer(&record)
            ? i >= at->image.manifest.layer_count || !is_said_to_be(config, i, record.kind)
            : !may_be_nothing(at->label, record.kind))
        return false;
    fp_descriptor_clear(&record.blob);
    if (fp_record_has_layer(&record)) {
        record.blob = fp_descriptor_copy(&at->image.manifest.layers[i]);
        own->repo = image->repo;
    }
    own->from = image->from;
    replace(own, &record);
    return true;
}

/* All platforms have the same distribution. */
static bool find_labelled(const struct fp_known *known, size_t platform, struct fp_own_layer *own)
{
    bool is_any = strcmp(own->record.kind, "distribution") == 0;
    for (size_t i = 0; i < known->count; i++) {
        const struct fp_known_image *image = &known->images[i];
        for (size_t k = 0; k < known->plan->platform_count; k++) {
            if ((is_any || k == platform) && fp_known_label_at(known, i, k) != NULL &&
                take_labelled(image, &image->platforms[k], own))
                return true;
        }
    }
    return false;
}

/* The content of a record of the cache lies there too, or in an earlier image. */
static bool find_cached(const struct fp_known *known, struct fp_own_layer *own)
{
    struct fp_cache *cache = known->plan->context->cache;
    cleanup_json json_t *found = fp_cache_get(cache, own->record.kind, own->record.key);
    cleanup_record struct fp_record record = {0};
    if (found == NULL || !fp_record_parse(found, &record) ||
        strcmp(record.kind, own->record.kind) != 0 || strcmp(record.key, own->record.key) != 0)
        return false;
    if (fp_record_has_layer(&record)) {
        const struct fp_known_image *image = holder_of(known, SIZE_MAX, &record.blob.digest, NULL);
        own->blob = fp_cache_blob(cache, &record.blob);
        own->repo = own->blob == NULL && image != NULL ? image->repo : NULL;
        if (own->blob == NULL && own->repo == NULL && !json_is_true(json_object_get(found, "asIs")))
            return false;
    }
    own->from = "the local cache";
    replace(own, &record);
    return true;
}

/* What --cache-repo keeps under the key has to be of that kind and key. */
static bool find_shared(const struct fp_known *known, struct fp_own_layer *own)
{
    cleanup_record struct fp_record record = {0};
    cleanup_descriptor struct fp_descriptor layer = {0};
    cleanup_json json_t *found =
        fp_cache_repo_get(known->shared, own->record.kind, own->record.key, &layer);
    if (found == NULL || !fp_record_parse(found, &record) ||
        strcmp(record.kind, own->record.kind) != 0 || strcmp(record.key, own->record.key) != 0 ||
        fp_record_has_layer(&record) != fp_digest_is_set(&layer.digest))
        return false;
    fp_descriptor_clear(&record.blob);
    record.blob = fp_descriptor_copy(&layer);
    own->repo = fp_record_has_layer(&record) ? known->shared : NULL;
    own->from = known->plan->cache_repo;
    replace(own, &record);
    return true;
}

/* The lock decides over all: of a layer that this machine has not made it has to name the content
 * too, if nothing may differ from it. */
static bool is_allowed(const struct fp_plan *plan, size_t platform, const struct fp_record *record,
                       bool is_own)
{
    cleanup_free char *name = fp_platform_text(&plan->platforms[platform]);
    const json_t *addition = json_object_get(record->facts, "addition");
    /* What was warned of then is an error now. */
    if (plan->packages.strict && json_object_get(record->facts, "warnings") != NULL)
        return false;
    if (plan->lock == NULL || !fp_record_has_layer(record))
        return true;
    if (plan->locked && !is_own)
        return fp_lock_confirms(plan->lock, name, record->kind, record->key, &record->diff_id,
                                &record->blob.digest);
    return fp_lock_allows(plan->lock, name, record->kind, record->key, &record->diff_id, addition);
}

/* The same packages may have been found in other indexes, which the image tells of. */
static bool take_locked(const struct fp_plan *plan, size_t platform, struct fp_record *record)
{
    cleanup_free char *name = fp_platform_text(&plan->platforms[platform]);
    const json_t *addition =
        fp_lock_addition(plan->lock, name, record->kind, record->key, &record->diff_id);
    if (addition != NULL)
        fp_json_set(record->facts, "addition", json_deep_copy(addition));
    return true;
}

/* Undo what was found, so that the layer is made. */
static void forget(struct fp_own_layer *own)
{
    fp_descriptor_clear(&own->record.blob);
    own->record.blob = (struct fp_descriptor){0};
    own->record.diff_id = (struct fp_digest){0};
    json_decref(own->record.facts);
    own->record.facts = json_object();
    fp_blob_unref(own->blob);
    own->blob = NULL;
    own->repo = NULL;
    own->from = NULL;
}

bool fp_known_find(struct fp_known *known, size_t platform, struct fp_own_layer *own)
{
    const struct fp_plan *plan = known->plan;
    if (!plan->reuses || (plan->refresh && strcmp(own->record.kind, "packages") == 0))
        return false;
    fp_known_read(known);
    if (find_cached(known, own)) {
        if (is_allowed(plan, platform, &own->record, true))
            return take_locked(plan, platform, &own->record);
        forget(own);
    }
    if (find_labelled(known, platform, own) || find_shared(known, own)) {
        if (is_allowed(plan, platform, &own->record, false))
            return take_locked(plan, platform, &own->record);
        forget(own);
    }
    return false;
}

void fp_known_keep(struct fp_known *known, const struct fp_own_layer *own)
{
    struct fp_cache *cache = known->plan->context->cache;
    cleanup_json json_t *record = fp_record_json(&own->record, true);
    bool is_archive = own->blob != NULL && fp_blob_path(own->blob) != NULL;
    if (own->blob != NULL && !is_archive)
        fp_cache_add_blob(cache, own->blob);
    /* The archive that the layer is will be at hand again. */
    if (is_archive && strcmp(own->record.kind, "distribution") == 0)
        fp_json_set(record, "asIs", json_true());
    fp_cache_put(cache, own->record.kind, own->record.key, record);
}

void fp_known_explain(struct fp_known *known, size_t platform, const struct fp_own_layer *own)
{
    struct fp_reporter *reporter = known->plan->context->reporter;
    enum fp_event_kind event = known->plan->explains ? FP_EVENT_INFO : FP_EVENT_DEBUG;
    for (size_t i = 0; i < known->count; i++) {
        const json_t *label = fp_known_label_at(known, i, platform);
        const json_t *found =
            label != NULL ? fp_known_label_layer(label, own->record.kind, NULL) : NULL;
        cleanup_record struct fp_record record = {0};
        if (found == NULL || !fp_record_parse(found, &record))
            continue;
        const char *name = fp_record_difference(&own->record, &record);
        fp_report(reporter, event, "layer %s is made: its %s differs from that of %s",
                  own->record.kind, name != NULL ? name : "record", known->images[i].from);
        return;
    }
    fp_report(reporter, event, "layer %s is made: %s", own->record.kind,
              known->plan->reuses ? "no earlier image has a record of it" : "--no-cache");
}
