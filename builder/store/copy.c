/* Copying an image: walk over it, visit each document and blob once, and push all of them. */
#include "copy_plan.h"

#include "flinkpack/store/image.h"
#include "flinkpack/store/push.h"

#include <string.h>

/* The limits of one image. All documents are kept in memory. */
#define MAX_DOCUMENTS      1000
#define MAX_DOCUMENT_BYTES ((size_t) 32 << 20)
#define MAX_BLOBS          20000

struct copy_walk {
    struct fp_repo *from;
    struct fp_copy_plan *plan;
    int depth;
};

static bool is_planned(const struct fp_descriptor *list, size_t len, const struct fp_digest *digest)
{
    for (size_t i = 0; i < len; i++)
        if (fp_digest_equal(&list[i].digest, digest))
            return true;
    return false;
}

static enum fp_code plan_blob(const struct copy_walk *walk, struct fp_descriptor **list,
                              size_t *len, const struct fp_descriptor *descriptor,
                              struct fp_error *err)
{
    if (is_planned(*list, *len, &descriptor->digest))
        return FP_OK;
    if (*len >= MAX_BLOBS)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d layers in all", walk->from->title,
                       MAX_BLOBS);
    *list = fp_xreallocarray(*list, *len + 1, sizeof(struct fp_descriptor));
    (*list)[(*len)++] = fp_descriptor_copy(descriptor);
    return FP_OK;
}

static enum fp_code plan_manifest(const struct copy_walk *walk,
                                  const struct fp_descriptor *descriptor, const struct fp_buf *text,
                                  struct fp_error *err)
{
    struct fp_copy_plan *plan = walk->plan;
    cleanup_manifest struct fp_manifest manifest = {0};
    FP_TRY(fp_manifest_parse(fp_buf_text(text), text->len, descriptor->media_type,
                             walk->from->title, &manifest, err));
    FP_TRY(plan_blob(walk, &plan->configs, &plan->config_count, &manifest.config, err));
    for (size_t i = 0; i < manifest.layer_count; i++)
        FP_TRY(plan_blob(walk, &plan->layers, &plan->layer_count, &manifest.layers[i], err));
    return FP_OK;
}

static enum fp_code plan_document(const struct copy_walk *walk,
                                  const struct fp_descriptor *descriptor, struct fp_error *err);

static enum fp_code plan_index(const struct copy_walk *walk, const struct fp_descriptor *descriptor,
                               const struct fp_buf *text, struct fp_error *err)
{
    cleanup_index struct fp_index index = {0};
    const struct copy_walk below = {walk->from, walk->plan, walk->depth + 1};
    FP_TRY(fp_index_parse(fp_buf_text(text), text->len, descriptor->media_type, walk->from->title,
                          &index, err));
    for (size_t i = 0; i < index.manifest_count; i++)
        FP_TRY(plan_document(&below, &index.manifests[i], err));
    return FP_OK;
}

static void add_document(struct fp_copy_plan *plan, const struct fp_descriptor *descriptor,
                         struct fp_buf *take_text)
{
    plan->documents = fp_xreallocarray(plan->documents, plan->document_count + 1,
                                       sizeof(struct fp_copy_document));
    plan->documents[plan->document_count++] = (struct fp_copy_document){
        .descriptor = fp_descriptor_copy(descriptor),
        .bytes = fp_buf_take(take_text),
    };
}

static bool has_document(const struct fp_copy_plan *plan, const struct fp_digest *digest)
{
    for (size_t i = 0; i < plan->document_count; i++)
        if (fp_digest_equal(&plan->documents[i].descriptor.digest, digest))
            return true;
    return false;
}

/* Count a document before the documents that it refers to. */
static enum fp_code count_document(const struct copy_walk *walk,
                                   const struct fp_descriptor *descriptor, struct fp_error *err)
{
    struct fp_copy_plan *plan = walk->plan;
    if (walk->depth > FP_INDEX_MAX_DEPTH)
        return fp_fail(err, FP_E_INPUT, "%s: indexes are nested more than %d deep",
                       walk->from->title, FP_INDEX_MAX_DEPTH);
    if (plan->document_count >= MAX_DOCUMENTS ||
        descriptor->size > MAX_DOCUMENT_BYTES - plan->document_bytes)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d manifests or %zu bytes of them",
                       walk->from->title, MAX_DOCUMENTS, MAX_DOCUMENT_BYTES);
    plan->document_bytes += (size_t) descriptor->size;
    return FP_OK;
}

static enum fp_code plan_document(const struct copy_walk *walk,
                                  const struct fp_descriptor *descriptor, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    if (has_document(walk->plan, &descriptor->digest))
        return FP_OK;
    FP_TRY(count_document(walk, descriptor, err));
    FP_TRY(fp_repo_get_document(walk->from, descriptor, &text, err));
    FP_TRY(fp_media_is_index(descriptor->media_type) ? plan_index(walk, descriptor, &text, err)
                                                     : plan_manifest(walk, descriptor, &text, err));
    add_document(walk->plan, descriptor, &text);
    return FP_OK;
}

enum fp_code fp_copy_plan_make(struct fp_repo *from, const struct fp_descriptor *root,
                               const struct fp_platform *platform, struct fp_copy_plan *ret,
                               struct fp_error *err)
{
    const struct copy_walk walk = {.from = from, .plan = ret};
    cleanup_images struct fp_images images = {0};
    cleanup_descriptor struct fp_descriptor chosen = {0};
    if (platform == NULL)
        return plan_document(&walk, root, err);
    FP_TRY(fp_images_open(from, root, from->title, &images, err));
    FP_TRY(fp_images_choose(&images, platform, &chosen, err));
    return plan_document(&walk, &chosen, err);
}

static void clear_descriptors(struct fp_descriptor *list, size_t len)
{
    for (size_t i = 0; i < len; i++)
        fp_descriptor_clear(&list[i]);
    free(list);
}

void fp_copy_plan_clear(struct fp_copy_plan *plan)
{
    for (size_t i = 0; i < plan->document_count; i++) {
        fp_descriptor_clear(&plan->documents[i].descriptor);
        free(plan->documents[i].bytes);
    }
    free(plan->documents);
    clear_descriptors(plan->layers, plan->layer_count);
    clear_descriptors(plan->configs, plan->config_count);
    *plan = (struct fp_copy_plan){0};
}

static void feed(struct fp_copy_plan *plan, struct fp_repo *from, struct fp_push *to)
{
    for (size_t i = 0; i < plan->document_count; i++)
        fp_push_document(to, &plan->documents[i].descriptor,
                         steal_pointer(&plan->documents[i].bytes));
    fp_push_ask(to);
    for (size_t i = 0; i < plan->layer_count; i++)
        fp_push_remote(to, FP_PUSH_LAYER, &plan->layers[i], from, NULL);
    for (size_t i = 0; i < plan->config_count; i++)
        fp_push_remote(to, FP_PUSH_CONFIG, &plan->configs[i], from, NULL);
}

static enum fp_code copy(struct fp_repo *from, const struct fp_descriptor *root,
                         const struct fp_platform *platform, struct fp_push *to,
                         struct fp_push_result *ret, struct fp_error *err)
{
    __attribute__((cleanup(fp_copy_plan_clear))) struct fp_copy_plan plan = {0};
    FP_TRY(fp_copy_plan_make(from, root, platform, &plan, err));
    feed(&plan, from, to);
    return fp_push_finish(to, ret, err);
}

enum fp_code fp_copy_image(struct fp_repo *from, const struct fp_descriptor *root,
                           const struct fp_platform *platform, struct fp_push *to,
                           struct fp_push_result *ret, struct fp_error *err)
{
    return fp_context(copy(from, root, platform, to, ret, err), err, "copying from %s to %s",
                      from->title, fp_push_title(to));
}
