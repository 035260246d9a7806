/* What a build says of the image that it made, as its result has it. */
#include "statements.h"

#include <stdlib.h>
#include <string.h>

#include "sbom.h"

#define PROVENANCE_TYPE "https://slsa.dev/provenance/v1"

static void put(json_t *list, const struct fp_digest *subject, const char *type,
                const char *media_type, const char *file, json_t *take_document)
{
    json_t *object = json_object();
    fp_json_set_text(object, "subject", subject->text);
    fp_json_set_text(object, "type", type);
    fp_json_set_text(object, "mediaType", media_type);
    fp_json_set_text(object, "file", file);
    fp_json_set(object, "document", take_document);
    fp_json_append(list, object);
}

static enum fp_code read_all(const struct fp_blob *blob, struct fp_buf *ret, struct fp_error *err)
{
    cleanup_source struct fp_source *source = NULL;
    FP_TRY(fp_blob_open(blob, 0, &source, err));
    return fp_source_read_all(source, ret, err);
}

/* The image of one platform, as an image that was found somewhere. */
static enum fp_code open_image(const struct fp_platform_image *made, const char *name,
                               struct fp_image *ret, struct fp_error *err)
{
    cleanup_buf struct fp_buf manifest = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_buf struct fp_buf config = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    const struct fp_descriptor *descriptor = fp_blob_descriptor(made->manifest);
    FP_TRY(read_all(made->manifest, &manifest, err));
    FP_TRY(fp_manifest_parse(fp_buf_text(&manifest), manifest.len, descriptor->media_type, name,
                             &ret->manifest, err));
    FP_TRY(read_all(made->config, &config, err));
    FP_TRY(fp_config_parse(fp_buf_text(&config), config.len, ret->manifest.layer_count, name,
                           &ret->config, err));
    ret->descriptor = fp_descriptor_copy(descriptor);
    return FP_OK;
}

/* Where the layers of an image can be read: those of the base, then ours. The caller frees it. */
static struct fp_sbom_layer *find_layers(const struct fp_statements_input *input, size_t platform,
                                         size_t count)
{
    struct fp_sbom_layer *layers = fp_xcalloc(count + 1, sizeof(*layers));
    const struct fp_base_image *base = &input->bases->images[platform];
    const struct fp_platform_image *image = &input->images[platform];
    size_t filled = 0;
    for (; filled < base->manifest.layer_count && filled < count; filled++) {
        layers[filled].blob = base->blobs != NULL ? base->blobs[filled] : NULL;
        layers[filled].repo = input->bases->repo;
    }
    for (size_t i = 0; i < image->layer_count && filled < count; i++) {
        if (!fp_own_layer_is_there(&image->layers[i]))
            continue;
        layers[filled].blob = image->layers[i].blob;
        layers[filled++].repo = image->layers[i].repo;
    }
    return layers;
}

static enum fp_code add_sboms(const struct fp_statements_input *input, size_t platform,
                              json_t *list, struct fp_error *err)
{
    const struct fp_plan *plan = input->plan;
    cleanup_image struct fp_image image = {0};
    FP_TRY(open_image(&input->images[platform], plan->title, &image, err));
    cleanup_free struct fp_sbom_layer *layers =
        find_layers(input, platform, image.manifest.layer_count);
    const struct fp_sbom_image subject = {
        .name = plan->title, .image = &image, .layers = layers, .records = input->records};
    for (size_t i = 0; i < plan->sbom_count; i++) {
        const struct fp_plan_sbom *sbom = &plan->sboms[i];
        json_t *document = NULL;
        FP_TRY(fp_sbom_make(plan->context, &subject, sbom->format, &document, err));
        cleanup_free char *file = sbom->file != NULL
                                      ? fp_plan_for_platform(sbom->file, &plan->platforms[platform])
                                      : NULL;
        put(list, &image.descriptor.digest, fp_sbom_predicate_type(sbom->format),
            fp_sbom_media_type(sbom->format), file, document);
    }
    return FP_OK;
}

enum fp_code fp_statements_make(const struct fp_statements_input *input, json_t **ret,
                                struct fp_error *err)
{
    const struct fp_plan *plan = input->plan;
    cleanup_json json_t *list = json_array();
    for (size_t i = 0; i < plan->platform_count && plan->sbom_count > 0; i++)
        FP_TRY(add_sboms(input, i, list, err));
    if (plan->provenance) {
        json_t *document = NULL;
        FP_TRY(fp_provenance_make(input, &document, err));
        put(list, &fp_blob_descriptor(input->root)->digest, PROVENANCE_TYPE,
            "application/vnd.in-toto+json", plan->provenance_file, document);
    }
    *ret = steal_pointer(&list);
    return FP_OK;
}
