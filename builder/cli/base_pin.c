/* base pin: writes an entry of the catalogue with the digests of now, and what the layers say. */
#include "base_pin.h"

#include <string.h>

#include "flinkpack/base.h"
#include "session.h"

/* The most inflated bytes of a base that are read. */
#define BASE_MAX_BYTES ((uint64_t) 32 << 30)

/* The platforms that Flink's own images are made for. */
static const char *const usual_platforms[] = {"linux/amd64", "linux/arm64"};

/* List the digest of each platform of the image. */
static enum fp_code collect(const struct fp_images *images, json_t *digests, struct fp_error *err)
{
    if (!fp_media_is_index(images->root.media_type))
        return fp_fail(err, FP_E_INPUT,
                       "%s is of one platform only: write its digest into the reference: @%s",
                       images->name, images->root.digest.text);
    for (size_t i = 0; i < images->index.manifest_count; i++) {
        const struct fp_descriptor *child = &images->index.manifests[i];
        /* Attestations are listed with an unknown platform. */
        if (strcmp(child->platform.os, "linux") != 0 || child->platform.architecture[0] == '\0')
            continue;
        cleanup_free char *platform = fp_platform_text(&child->platform);
        fp_json_set_text(digests, platform, child->digest.text);
    }
    return FP_OK;
}

/* The layers of an image. */
struct layers {
    struct fp_blob **blobs;
    size_t count;
};

static void layers_clear(struct layers *layers)
{
    for (size_t i = 0; i < layers->count; i++)
        fp_blob_unref(layers->blobs[i]);
    free(layers->blobs);
}

static enum fp_code fetch_layers(const struct fp_session *session, struct fp_repo *repo,
                                 const struct fp_manifest *manifest, struct layers *ret,
                                 struct fp_error *err)
{
    ret->blobs = fp_xcalloc(manifest->layer_count + 1, sizeof(struct fp_blob *));
    for (size_t i = 0; i < manifest->layer_count; i++) {
        const struct fp_descriptor *layer = &manifest->layers[i];
        struct fp_stage stage;
        char text[32];
        (void) snprintf(text, sizeof(text), "%.19s", layer->digest.text);
        fp_stage_begin(&stage, session->context.reporter, "base layer", text, layer->size);
        enum fp_code code = fp_repo_get_blob(repo, layer, &stage, &ret->blobs[i], err);
        FP_TRY(fp_stage_close(&stage, code, stage.done_bytes > 0 ? "pulled" : "is here already"));
        ret->count++;
    }
    return FP_OK;
}

/* Whether a layer is what its media type says. Builds correct that of others by their bytes. */
static enum fp_code is_as_stated(const struct fp_blob *blob, bool *ret, struct fp_error *err)
{
    char head[8] = "";
    size_t len = 0;
    cleanup_source struct fp_source *source = NULL;
    FP_TRY(fp_blob_open(blob, 0, &source, err));
    FP_TRY(fp_source_read_full(source, head, sizeof(head), &len, err));
    const char *media = fp_codec_media(fp_codec_sniff(head, len));
    const char *stated = fp_media_to_oci(fp_blob_descriptor(blob)->media_type);
    *ret = media != NULL && stated != NULL && strcmp(media, stated) == 0;
    return FP_OK;
}

/* Pack the facts unless builds have to read the layers all the same. */
static enum fp_code pack(const struct fp_session *session, const struct fp_images *images,
                         const struct layers *layers, const struct fp_base_facts *facts,
                         const struct fp_config *config, char **ret, struct fp_error *err)
{
    bool is_sound = true;
    for (size_t i = 0; i < layers->count && is_sound; i++)
        FP_TRY(is_as_stated(layers->blobs[i], &is_sound, err));
    *ret = is_sound ? fp_base_facts_pack(facts, config) : NULL;
    if (*ret == NULL)
        fp_report(session->context.reporter, FP_EVENT_WARNING, "%s %s: builds read its layers",
                  images->name,
                  is_sound ? "has more files than an entry holds facts of"
                           : "has a layer that is not what its media type says");
    return FP_OK;
}

/* Read the layers of the image that is pinned for a platform. */
static enum fp_code read_facts(const struct fp_session *session, const struct fp_images *images,
                               const struct fp_descriptor *descriptor, char **ret,
                               struct fp_error *err)
{
    cleanup_image struct fp_image image = {0};
    cleanup_base_facts struct fp_base_facts facts = {0};
    __attribute__((cleanup(layers_clear))) struct layers layers = {0};
    FP_TRY(fp_image_open(images->repo, descriptor, images->name, &image, err));
    FP_TRY(fetch_layers(session, images->repo, &image.manifest, &layers, err));
    FP_TRY(fp_base_inspect(layers.blobs, layers.count, &image.config, NULL, BASE_MAX_BYTES,
                           session->context.reporter, &facts, err));
    return pack(session, images, &layers, &facts, &image.config, ret, err);
}

/* A platform of --platform has to be there; one of the usual ones need not be. */
static enum fp_code add_facts(const struct fp_session *session, const struct fp_images *images,
                              const char *text, bool is_asked, const json_t *digests, json_t *facts,
                              struct fp_error *err)
{
    struct fp_platform platform = {0};
    cleanup_descriptor struct fp_descriptor descriptor = {0};
    cleanup_free char *packed = NULL;
    FP_TRY(fp_context(fp_platform_parse(text, &platform, err), err, "--platform"));
    enum fp_code code = fp_images_choose(images, &platform, &descriptor, err);
    if (code == FP_E_NOT_FOUND && !is_asked)
        return FP_OK;
    FP_TRY(code);
    /* An image of a nested index is not pinned. */
    cleanup_free char *stated = fp_platform_text(&descriptor.platform);
    if (json_object_get(digests, stated) == NULL)
        return FP_OK;
    FP_TRY(fp_context(read_facts(session, images, &descriptor, &packed, err), err, "%s %s",
                      images->name, text));
    fp_json_set_text(facts, stated, packed);
    return FP_OK;
}

static enum fp_code add_all_facts(const struct fp_session *session, const struct fp_strv *asked,
                                  const struct fp_images *images, const json_t *digests,
                                  json_t *facts, struct fp_error *err)
{
    for (size_t i = 0; i < asked->len; i++)
        FP_TRY(add_facts(session, images, asked->items[i], true, digests, facts, err));
    for (size_t i = 0; asked->len == 0 && i < sizeof(usual_platforms) / sizeof(usual_platforms[0]);
         i++)
        FP_TRY(add_facts(session, images, usual_platforms[i], false, digests, facts, err));
    return FP_OK;
}

static enum fp_code pin_entry(struct fp_run *run, const struct fp_base_entry *entry,
                              struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_found struct fp_found found = {0};
    cleanup_images struct fp_images images = {0};
    cleanup_json json_t *digests = json_object();
    cleanup_json json_t *facts = json_object();
    if (entry->reference == NULL)
        return fp_fail(err, FP_E_INPUT, "%s is made of packages: there is no image to pin",
                       entry->name);
    FP_TRY(fp_session_open(run, &session, err));
    FP_TRY(fp_session_find(&session, entry->reference, FP_FIND_REGISTRY, &found, err));
    FP_TRY(fp_images_open(found.repo, &found.root, found.title, &images, err));
    FP_TRY(collect(&images, digests, err));
    FP_TRY(add_all_facts(&session, &run->args.build.platforms, &images, digests, facts, err));
    cleanup_json json_t *pinned = json_pack(
        "{s:s, s:s, s:s, s:i, s:O}", "description", entry->description, "reference",
        entry->reference, "libc", entry->libc, "java", (int) entry->java, "digests", digests);
    if (json_object_size(facts) > 0)
        fp_json_set(pinned, "facts", json_incref(facts));
    fp_run_put_json(run, pinned);
    return FP_OK;
}

enum fp_code fp_base_pin(struct fp_run *run, const struct fp_strv *folders, struct fp_error *err)
{
    struct fp_base_entry entry = {0};
    enum fp_code code = fp_base_find(folders, run->operands.items[1], &entry, err);
    if (code == FP_OK)
        code = pin_entry(run, &entry, err);
    fp_base_entry_clear(&entry);
    return code;
}
