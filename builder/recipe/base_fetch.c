/* Fetching the layers of a base in parallel, and correcting their media types. */
#include "flink.h"

#include <string.h>

/* More connections than this to one host are not faster. */
#define FETCH_THREADS 4

/* One layer to fetch. */
struct fetch {
    struct fp_bases *bases;
    struct fp_base_image *image;
    size_t layer;
    const struct fp_plan *plan;
};

static enum fp_code sniff(const struct fp_blob *blob, enum fp_codec *ret, struct fp_error *err)
{
    char head[8] = "";
    size_t len = 0;
    struct fp_source *opened = NULL;
    FP_TRY(fp_blob_open(blob, 0, &opened, err));
    cleanup_source struct fp_source *source = opened;
    enum fp_code code = fp_source_read_full(source, head, sizeof(head), &len, err);
    *ret = fp_codec_sniff(head, len);
    return code;
}

void fp_base_call_layer(const struct fp_plan *plan, const struct fp_bases *bases,
                        struct fp_base_image *image, size_t layer, const char *media)
{
    char *type = image->manifest.layers[layer].media_type;
    const char *stated = fp_media_to_oci(type);
    if (stated != NULL && strcmp(stated, media) == 0)
        return;
    fp_report(plan->context->reporter, FP_EVENT_WARNING,
              "%s: layer %zu says that it is '%s'; by its bytes it is '%s', and is called so",
              bases->name, layer + 1, type, media);
    (void) snprintf(type, FP_MEDIA_TYPE_MAX, "%s", media);
    image->has_other_media = true;
}

/* Some runtimes use the media type, others the bytes, so our manifest makes both agree. */
static enum fp_code check_media(const struct fetch *fetch, struct fp_error *err)
{
    enum fp_codec codec = FP_CODEC_NONE;
    FP_TRY(sniff(fetch->image->blobs[fetch->layer], &codec, err));
    const char *media = fp_codec_media(codec);
    if (media == NULL)
        return fp_fail(err, FP_E_INPUT,
                       "%s: layer %zu is compressed with %s, which no runtime reads",
                       fetch->bases->name, fetch->layer + 1, fp_codec_name(codec));
    fp_base_call_layer(fetch->plan, fetch->bases, fetch->image, fetch->layer, media);
    return FP_OK;
}

static enum fp_code fetch_layer(void *context, struct fp_error *err)
{
    struct fetch *fetch = context;
    const struct fp_descriptor *layer = &fetch->image->manifest.layers[fetch->layer];
    struct fp_repo *repo = fetch->bases->repo;
    struct fp_stage stage;
    char text[32];
    (void) snprintf(text, sizeof(text), "%.19s", layer->digest.text);
    fp_stage_begin(&stage, fetch->plan->context->reporter, "base layer", text, layer->size);
    enum fp_code code =
        fp_repo_get_blob(repo, layer, &stage, &fetch->image->blobs[fetch->layer], err);
    const char *outcome = stage.done_bytes > 0 ? "pulled" : "in the local store already";
    /* A layer of another local store is not copied, so its outcome is not reported. */
    FP_TRY(fp_stage_close(&stage, code, fp_repo_is_remote(repo) ? outcome : NULL));
    return check_media(fetch, err);
}

enum fp_code fp_base_fetch(const struct fp_plan *plan, struct fp_bases *bases,
                           struct fp_base_image *image, struct fp_error *err)
{
    size_t count = image->manifest.layer_count;
    if (image->blobs != NULL)
        return FP_OK;
    image->blobs = fp_xcalloc(count + 1, sizeof(struct fp_blob *));
    cleanup_free struct fetch *fetches = fp_xcalloc(count + 1, sizeof(*fetches));
    cleanup_group struct fp_group *group = fp_group_new(NULL, FETCH_THREADS);
    for (size_t i = 0; i < count; i++) {
        if (!fp_media_is_layer(image->manifest.layers[i].media_type)) {
            return fp_fail(err, FP_E_INPUT, "%s: layer %zu has the media type '%s'", bases->name,
                           i + 1, image->manifest.layers[i].media_type);
        }
        fetches[i] = (struct fetch){bases, image, i, plan};
        fp_group_go(group, fetch_layer, &fetches[i]);
    }
    return fp_group_wait(group, err);
}
