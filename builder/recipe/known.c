/* What earlier builds know: the local cache first, then images, in the order of their naming. */
#include "cache_repo.h"
#include "known_image.h"

#include "known.h"

#include <stdlib.h>
#include <string.h>

/* The most images that are read at once. */
#define THREADS 4

struct fp_known {
    const struct fp_plan *plan;
    struct fp_known_image *images;
    size_t count;
    struct fp_repo *shared; /* --cache-repo; borrowed, may be NULL */
    struct fp_group *group;
    pthread_mutex_t lock; /* protects the two members below, and is held while tasks are awaited */
    bool is_sought;       /* all images were looked for */
    bool is_begun;        /* tasks read them */
    bool is_read;         /* and have ended */
};

static struct fp_known_image *new_image(struct fp_known *known)
{
    known->images =
        fp_xreallocarray(known->images, known->count + 1, sizeof(struct fp_known_image));
    struct fp_known_image *image = &known->images[known->count++];
    *image = (struct fp_known_image){.plan = known->plan, .output = SIZE_MAX};
    return image;
}

/* Only what has names that can be asked for: an archive is always written anew. */
static void add_output(struct fp_known *known, const struct fp_outputs *outputs, size_t index)
{
    const struct fp_plan_output *output = &known->plan->outputs[index];
    enum fp_location_kind kind = output->location.kind;
    bool is_there =
        kind == FP_AT_REGISTRY || (kind == FP_AT_STORE && outputs->repos[index] == NULL);
    for (size_t i = 0; is_there && i < output->names.len; i++) {
        const char *name = output->names.items[i];
        struct fp_known_image *image = new_image(known);
        image->output = index;
        image->repo = outputs->repos[index];
        image->name = fp_xstrdup(name);
        image->location.kind = kind;
        if (kind == FP_AT_STORE)
            image->location.path = fp_xstrdup(output->location.path);
        else
            image->location.reference = fp_reference_copy(&output->location.reference);
        image->from = kind == FP_AT_STORE
                          ? fp_xstrdup(name)
                          : fp_xasprintf("%s/%s:%s", output->location.reference.registry,
                                         output->location.reference.repository, name);
    }
}

static void add_named(struct fp_known *known, const char *text)
{
    struct fp_location at = {0};
    if (fp_location_parse(text, &at, NULL) != FP_OK)
        return; /* the plan has checked it */
    struct fp_known_image *image = new_image(known);
    image->location = at;
    image->from = fp_xstrdup(text);
    const char *name = fp_location_image(&image->location);
    image->name = name != NULL ? fp_xstrdup(name) : NULL;
}

struct fp_known *fp_known_open(const struct fp_plan *plan, const struct fp_outputs *outputs,
                               struct fp_repo *shared, struct fp_group *owner)
{
    struct fp_known *known = fp_xcalloc(1, sizeof(*known));
    known->plan = plan;
    known->shared = shared;
    known->group = fp_group_new(owner, THREADS);
    (void) pthread_mutex_init(&known->lock, NULL);
    for (size_t i = 0; plan->trusts_images && i < plan->output_count; i++)
        add_output(known, outputs, i);
    for (size_t i = 0; plan->trusts_images && i < plan->cache_from.len; i++)
        add_named(known, plan->cache_from.items[i]);
    for (size_t i = 0; i < known->count; i++)
        fp_group_go(known->group, fp_known_image_find, &known->images[i]);
    return known;
}

void fp_known_stop(struct fp_known *known)
{
    if (known == NULL)
        return;
    fp_group_free(known->group);
    known->group = NULL;
}

void fp_known_free(struct fp_known *known)
{
    if (known == NULL)
        return;
    fp_known_stop(known);
    for (size_t i = 0; i < known->count; i++)
        fp_known_image_clear(&known->images[i]);
    free(known->images);
    (void) pthread_mutex_destroy(&known->lock);
    free(known);
}

/* The tasks never fail, but the build that they are for may; then it does not matter. */
static void await(struct fp_known *known)
{
    if (fp_group_wait(known->group, NULL) != FP_OK)
        fp_report(known->plan->context->reporter, FP_EVENT_DEBUG, "records are not awaited");
}

static void seek(struct fp_known *known)
{
    if (!known->is_sought)
        await(known);
    known->is_sought = true;
}

static void begin(struct fp_known *known)
{
    for (size_t i = 0; !known->is_begun && i < known->count; i++)
        fp_group_go(known->group, fp_known_image_read, &known->images[i]);
    known->is_begun = true;
}

void fp_known_read(struct fp_known *known)
{
    (void) pthread_mutex_lock(&known->lock);
    seek(known);
    begin(known);
    if (!known->is_read)
        await(known);
    known->is_read = true;
    (void) pthread_mutex_unlock(&known->lock);
}

bool fp_known_begin(struct fp_known *known)
{
    bool is_there = false;
    (void) pthread_mutex_lock(&known->lock);
    seek(known);
    begin(known);
    for (size_t i = 0; i < known->count; i++)
        is_there = is_there || known->images[i].is_found;
    (void) pthread_mutex_unlock(&known->lock);
    return is_there;
}

bool fp_known_is_unchanged(struct fp_known *known, const char *image_key, struct fp_descriptor *ret)
{
    const struct fp_descriptor *root = NULL;
    size_t names = 0;
    size_t right = 0;
    (void) pthread_mutex_lock(&known->lock);
    seek(known);
    for (size_t i = 0; i < known->count; i++) {
        const struct fp_known_image *image = &known->images[i];
        /* What a local store has is verified again, so it is put again. */
        bool is_this = image->is_found && image->output != SIZE_MAX &&
                       image->location.kind == FP_AT_REGISTRY && image->image_key != NULL &&
                       strcmp(image->image_key, image_key) == 0;
        root = is_this && root == NULL ? &image->images.root : root;
        right += is_this && fp_digest_equal(&root->digest, &image->images.root.digest);
    }
    (void) pthread_mutex_unlock(&known->lock);
    for (size_t i = 0; i < known->plan->output_count; i++)
        names += known->plan->outputs[i].names.len;
    if (root == NULL || right != names)
        return false;
    *ret = fp_descriptor_copy(root);
    return true;
}

void fp_known_expect(struct fp_known *known, size_t output, struct fp_push *push)
{
    for (size_t i = 0; known != NULL && known->is_sought && i < known->count; i++) {
        const struct fp_known_image *image = &known->images[i];
        if (image->output == output && (image->is_found || image->is_missing))
            fp_push_expect(push, image->name, image->is_found ? &image->images.root.digest : NULL);
    }
}

/* The label of an image for a platform, or NULL. */
static const json_t *label_of(const struct fp_known *known, size_t image, size_t platform)
{
    const struct fp_known_platform *platforms = known->images[image].platforms;
    return platforms != NULL ? platforms[platform].label : NULL;
}

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
            if ((is_any || k == platform) && label_of(known, i, k) != NULL &&
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

bool fp_known_has(struct fp_known *known, const char *kind)
{
    bool has = false;
    fp_known_read(known);
    for (size_t i = 0; i < known->count; i++) {
        for (size_t k = 0; k < known->plan->platform_count; k++) {
            const json_t *label = label_of(known, i, k);
            has = has || (label != NULL && fp_known_label_layer(label, kind, NULL) != NULL);
        }
    }
    return has;
}

json_t *fp_known_first(struct fp_known *known, const char *kind)
{
    fp_known_read(known);
    for (size_t i = 0; i < known->count; i++) {
        for (size_t k = 0; k < known->plan->platform_count; k++) {
            const json_t *label = label_of(known, i, k);
            const json_t *found = label != NULL ? fp_known_label_layer(label, kind, NULL) : NULL;
            if (found != NULL)
                return json_incref(json_object_get(found, "facts"));
        }
    }
    return NULL;
}

json_t *fp_known_facts(struct fp_known *known, size_t platform, const struct fp_config *own_config,
                       const char *key)
{
    cleanup_json json_t *own = fp_known_label(own_config);
    cleanup_descriptor struct fp_descriptor none = {0};
    json_t *facts = own != NULL ? fp_known_label_facts(own, key) : NULL;
    if (facts == NULL)
        fp_known_read(known);
    for (size_t i = 0; facts == NULL && i < known->count; i++) {
        const json_t *label = label_of(known, i, platform);
        facts = label != NULL ? fp_known_label_facts(label, key) : NULL;
    }
    return facts != NULL ? facts : fp_cache_repo_get(known->shared, FP_BASE_KIND, key, &none);
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
        const json_t *label = label_of(known, i, platform);
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
