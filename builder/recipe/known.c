/* What earlier builds know: the local cache first, then images, in the order of their naming. */
#include "cache_repo.h"
#include "known_parts.h"

#include <stdlib.h>
#include <string.h>

/* The most images that are read at once. */
#define THREADS 4

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

const json_t *fp_known_label_at(const struct fp_known *known, size_t image, size_t platform)
{
    const struct fp_known_platform *platforms = known->images[image].platforms;
    return platforms != NULL ? platforms[platform].label : NULL;
}

bool fp_known_has(struct fp_known *known, const char *kind)
{
    bool has = false;
    fp_known_read(known);
    for (size_t i = 0; i < known->count; i++) {
        for (size_t k = 0; k < known->plan->platform_count; k++) {
            const json_t *label = fp_known_label_at(known, i, k);
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
            const json_t *label = fp_known_label_at(known, i, k);
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
        const json_t *label = fp_known_label_at(known, i, platform);
        facts = label != NULL ? fp_known_label_facts(label, key) : NULL;
    }
    return facts != NULL ? facts : fp_cache_repo_get(known->shared, FP_BASE_KIND, key, &none);
}
