/* The outputs: pushes are opened first, get layers as they are made, and are finished last. */
#include "attach.h"
#include "known.h"

#include <stdlib.h>
#include <string.h>

/* Open the push of an output unless it is already open. */
static enum fp_code open_one(struct fp_outputs *outputs, size_t index, struct fp_error *err)
{
    const struct fp_plan *plan = outputs->plan;
    const struct fp_plan_output *output = &plan->outputs[index];
    struct fp_push_options options = {.names = &output->names,
                                      .threads = plan->context->threads,
                                      .one_of_several = plan->output_count > 1,
                                      .owner = outputs->owner,
                                      .from = "the new image",
                                      .reporter = plan->context->reporter};
    if (outputs->pushes[index] != NULL)
        return FP_OK;
    FP_TRY(
        fp_location_create(&output->location, &plan->context->places, &outputs->repos[index], err));
    for (size_t i = 0; i < index; i++)
        options.before = outputs->pushes[i] != NULL ? outputs->pushes[i] : options.before;
    outputs->pushes[index] = fp_push_new(outputs->repos[index], &options);
    return FP_OK;
}

static bool can_be_signed(const struct fp_plan_output *output)
{
    return output->location.kind == FP_AT_REGISTRY || output->location.kind == FP_AT_LAYOUT;
}

/* A key may be in the environment of a whole job, whose images are pushed later. */
static void tell_unsigned(const struct fp_plan *plan)
{
    for (size_t i = 0; i < plan->output_count; i++) {
        if (can_be_signed(&plan->outputs[i]))
            return;
    }
    fp_report(
        plan->context->reporter, FP_EVENT_INFO,
        "not signed: that is done in a registry or a layout, by 'push' with the same options");
}

enum fp_code fp_outputs_open(struct fp_outputs *outputs, const struct fp_plan *plan,
                             struct fp_group *owner, struct fp_error *err)
{
    if (plan->context->signing != NULL)
        tell_unsigned(plan);
    outputs->plan = plan;
    outputs->owner = owner;
    outputs->repos = fp_xcalloc(plan->output_count + 1, sizeof(struct fp_repo *));
    outputs->pushes = fp_xcalloc(plan->output_count + 1, sizeof(struct fp_push *));
    for (size_t i = 0; i < plan->output_count && !plan->dry_run; i++) {
        if (plan->outputs[i].location.kind == FP_AT_REGISTRY)
            FP_TRY(open_one(outputs, i, err));
    }
    return FP_OK;
}

enum fp_code fp_outputs_ask(struct fp_outputs *outputs, struct fp_error *err)
{
    if (outputs->is_asked)
        return FP_OK;
    outputs->is_asked = true;
    for (size_t i = 0; i < outputs->plan->output_count; i++) {
        if (outputs->repos[i] != NULL)
            FP_TRY(fp_repo_may_put(outputs->repos[i], err));
    }
    return FP_OK;
}

void fp_outputs_reserve(const struct fp_outputs *outputs)
{
    for (size_t i = 0; i < outputs->plan->output_count; i++) {
        if (outputs->pushes[i] != NULL)
            fp_push_reserve(outputs->pushes[i], 1);
    }
}

void fp_outputs_feed(const struct fp_outputs *outputs, enum fp_push_part part, struct fp_blob *blob)
{
    const struct fp_digest *digest = &fp_blob_descriptor(blob)->digest;
    for (size_t i = 0; i < outputs->plan->output_count; i++) {
        if (outputs->pushes[i] != NULL && fp_known_holder(outputs->known, i, digest) == NULL)
            fp_push_blob(outputs->pushes[i], part, blob);
    }
}

/* Only a file that begins like a release archive is sent before it has been checked entirely. */
static bool begins_like_release(struct fp_input *archive)
{
    struct fp_source *raw = NULL;
    char block[512];
    size_t len = 0;
    if (fp_input_source(archive, &raw, NULL) != FP_OK)
        return false;
    struct fp_inflate_info info = {0};
    cleanup_source struct fp_source *tar =
        fp_source_inflate(raw, archive->path, sizeof(block) * 128, &info);
    return fp_source_read_full(tar, block, sizeof(block), &len, NULL) == FP_OK &&
           len == sizeof(block) && info.codec == FP_CODEC_GZIP &&
           strncmp(block, "flink-", strlen("flink-")) == 0 &&
           memcmp(block + 257, "ustar", strlen("ustar")) == 0;
}

/* This is a task, so the parallel read need not wait for the digest. The blob becomes part of the
 * image only if that read sees the same bytes. */
static enum fp_code send_archive(void *context, struct fp_error *err)
{
    const struct fp_outputs *outputs = context;
    struct fp_input *archive = outputs->archive;
    struct fp_descriptor descriptor = {.media_type = FP_MEDIA_OCI_LAYER_GZIP,
                                       .size = archive->bytes};
    char hex[FP_HASH_HEX_MAX];
    FP_TRY(fp_input_sha256(archive, hex, err));
    (void) snprintf(descriptor.digest.text, sizeof(descriptor.digest.text), "sha256:%s", hex);
    if (!outputs->sends_archive)
        return FP_OK;
    cleanup_blob struct fp_blob *blob = fp_blob_file(&descriptor, archive->path, archive->fd, 0);
    fp_outputs_feed(outputs, FP_PUSH_LAYER, blob);
    return FP_OK;
}

void fp_outputs_send_archive(struct fp_outputs *outputs, struct fp_input *archive)
{
    if (archive == NULL)
        return;
    outputs->archive = archive;
    outputs->sends_archive = !outputs->plan->slim &&
                             outputs->plan->compression.codec == FP_CODEC_GZIP &&
                             begins_like_release(archive);
    outputs->beside = fp_group_new(outputs->owner, 1);
    fp_group_go(outputs->beside, send_archive, outputs);
}

static enum fp_code add_document(struct fp_push *push, const struct fp_blob *blob,
                                 struct fp_error *err)
{
    cleanup_source struct fp_source *source = NULL;
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_blob_open(blob, 0, &source, err));
    FP_TRY(fp_source_read_all(source, &bytes, err));
    fp_push_document(push, fp_blob_descriptor(blob), fp_buf_take(&bytes));
    return FP_OK;
}

/* A layer is taken for granted where the image that is replaced has it. */
static void feed_layer(const struct fp_outputs *outputs, size_t index,
                       const struct fp_descriptor *layer, struct fp_repo *from,
                       struct fp_blob *blob)
{
    struct fp_push *push = outputs->pushes[index];
    struct fp_repo *holder = fp_known_holder(outputs->known, index, &layer->digest);
    if (holder == NULL && fp_strv_has(&outputs->there_layers, layer->digest.text)) {
        fp_push_remote(push, FP_PUSH_LAYER, layer, outputs->there, NULL);
        return;
    }
    if (holder != NULL)
        fp_push_remote(push, FP_PUSH_LAYER, layer, holder, blob);
    else if (from != NULL)
        fp_push_remote(push, FP_PUSH_LAYER, layer, from, blob);
    else
        fp_push_blob(push, FP_PUSH_LAYER, blob);
}

/* Send all of the image; blobs that were sent before are not sent again. */
static enum fp_code feed_all(const struct fp_outputs *outputs, size_t index,
                             const struct fp_finished *image, struct fp_error *err)
{
    struct fp_push *push = outputs->pushes[index];
    for (size_t i = 0; i < outputs->plan->platform_count; i++)
        FP_TRY(add_document(push, image->images[i].manifest, err));
    FP_TRY(add_document(push, image->root, err));
    fp_known_expect(outputs->known, index, push);
    fp_push_ask(push);
    for (size_t i = 0; i < outputs->plan->platform_count; i++) {
        const struct fp_base_image *base = &image->bases->images[i];
        const struct fp_platform_image *own = &image->images[i];
        for (size_t k = 0; k < base->manifest.layer_count; k++)
            feed_layer(outputs, index, &base->manifest.layers[k], image->bases->repo,
                       base->blobs != NULL ? base->blobs[k] : NULL);
        for (size_t k = 0; k < own->layer_count; k++)
            if (fp_own_layer_is_there(&own->layers[k]))
                feed_layer(outputs, index, &own->layers[k].record.blob, own->layers[k].repo,
                           own->layers[k].blob);
        fp_push_blob(push, FP_PUSH_CONFIG, own->config);
    }
    return FP_OK;
}

static json_t *describe(const struct fp_plan_output *output, const struct fp_push *push,
                        const struct fp_push_result *result)
{
    return json_pack("{s:o, s:o, s:I, s:i, s:i, s:i}", "to", fp_json_text(fp_push_title(push)),
                     "names", fp_json_texts(&output->names), "movedBytes",
                     (json_int_t) result->moved_bytes, "moved", (int) result->uploaded, "mounted",
                     (int) result->mounted, "existing", (int) result->existing);
}

/* Sign the image in a place where that can be done, and attach what is said of it.
 * @param image NULL: only the root is known. */
static enum fp_code sign(const struct fp_outputs *outputs, size_t index,
                         const struct fp_finished *image, const struct fp_descriptor *root,
                         struct fp_error *err)
{
    const struct fp_plan *plan = outputs->plan;
    const struct fp_attach attach = {.plan = plan,
                                     .location = &plan->outputs[index].location,
                                     .repo = outputs->repos[index],
                                     .statements = image != NULL ? image->statements : NULL,
                                     .images = image != NULL ? image->images : NULL};
    return can_be_signed(&plan->outputs[index]) ? fp_attach_said(&attach, root, err) : FP_OK;
}

enum fp_code fp_outputs_sign(struct fp_outputs *outputs, const struct fp_descriptor *root,
                             struct fp_error *err)
{
    for (size_t i = 0; i < outputs->plan->output_count; i++) {
        FP_TRY(open_one(outputs, i, err));
        FP_TRY(sign(outputs, i, NULL, root, err));
    }
    return FP_OK;
}

enum fp_code fp_outputs_finish(struct fp_outputs *outputs, const struct fp_finished *image,
                               json_t *metadata, struct fp_error *err)
{
    const struct fp_plan *plan = outputs->plan;
    json_t *list = json_array();
    fp_json_set(metadata, "outputs", list);
    FP_TRY(fp_report_heed(plan->context->reporter, err));
    if (outputs->beside != NULL)
        FP_TRY(fp_group_wait(outputs->beside, err));
    for (size_t i = 0; i < plan->output_count; i++) {
        if (outputs->pushes[i] != NULL)
            FP_TRY(feed_all(outputs, i, image, err));
    }
    for (size_t i = 0; i < plan->output_count; i++) {
        struct fp_push_result result = {0};
        FP_TRY(open_one(outputs, i, err));
        FP_TRY(feed_all(outputs, i, image, err));
        enum fp_code code = fp_push_finish(outputs->pushes[i], &result, err);
        outputs->has_lost = outputs->has_lost || code == FP_E_NOT_FOUND;
        FP_TRY(code);
        fp_json_append(list, describe(&plan->outputs[i], outputs->pushes[i], &result));
        code = sign(outputs, i, image, &result.root, err);
        fp_descriptor_clear(&result.root);
        FP_TRY(code);
    }
    return FP_OK;
}

void fp_outputs_clear(struct fp_outputs *outputs)
{
    size_t count = outputs->pushes != NULL ? outputs->plan->output_count : 0;
    fp_group_free(outputs->beside);
    for (size_t i = count; i > 0; i--)
        fp_push_free(outputs->pushes[i - 1]);
    for (size_t i = 0; i < count; i++)
        fp_repo_free(outputs->repos[i]);
    fp_strv_clear(&outputs->there_layers);
    free(outputs->pushes);
    free(outputs->repos);
    memset(outputs, 0, sizeof(*outputs));
}
