/* inspect: shows an image as text, as JSON, or prints its documents unchanged. */
#include <string.h>

#include "flinkpack/trust.h"
#include "format.h"
#include "image_model.h"

/* Longer values are cut off; --format json shows them in full. */
#define VALUE_COLUMNS 160

/* Append a line "Label        value". Values come from images and are made printable. */
static void put_field(struct fp_buf *out, const char *label, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    cleanup_free char *text = fp_xstrdup(value);
    fp_make_printable(text);
    bool cut = fp_text_columns(text) > VALUE_COLUMNS;
    fp_text_cut(text, VALUE_COLUMNS);
    fp_buf_putf(out, "%-13s%s%s\n", label, text, cut ? "..." : "");
}

/* Append an array of words on one line, as JSON. */
static void put_words(struct fp_buf *out, const char *label, const json_t *words)
{
    cleanup_free char *text = json_array_size(words) > 0 ? json_dumps(words, 0) : NULL;
    put_field(out, label, text);
}

static void put_lines(struct fp_buf *out, const char *label, const json_t *lines)
{
    for (size_t i = 0; i < json_array_size(lines); i++)
        put_field(out, i == 0 ? label : "", json_string_value(json_array_get(lines, i)));
}

static void put_pairs(struct fp_buf *out, const char *label, json_t *pairs)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(pairs, key, value)
    {
        cleanup_free char *pair =
            fp_xasprintf("%s=%s", key, json_is_string(value) ? json_string_value(value) : "");
        put_field(out, label, pair);
        label = "";
    }
}

static void put_layers(struct fp_buf *out, const json_t *layers)
{
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *layer = json_array_get(layers, i);
        const char *by = fp_json_string(layer, "createdBy");
        char size[FP_FORMAT_MAX];
        fp_format_bytes((uint64_t) json_integer_value(json_object_get(layer, "size")), size);
        cleanup_free char *line = fp_xasprintf("%s  %8s  %.60s", fp_json_string(layer, "digest"),
                                               size, by != NULL ? by : "");
        put_field(out, i == 0 ? "Layers" : "", line);
    }
}

static void put_config(struct fp_buf *out, const json_t *config)
{
    put_field(out, "User", fp_json_string(config, "User"));
    put_field(out, "Folder", fp_json_string(config, "WorkingDir"));
    put_words(out, "Entrypoint", json_object_get(config, "Entrypoint"));
    put_words(out, "Command", json_object_get(config, "Cmd"));
    put_lines(out, "Environment", json_object_get(config, "Env"));
    put_pairs(out, "Labels", json_object_get(config, "Labels"));
}

static void put_image(struct fp_buf *out, const json_t *image)
{
    fp_buf_puts(out, "\n");
    put_field(out, "Platform", fp_json_string(image, "platform"));
    put_field(out, "Manifest", fp_json_string(image, "digest"));
    put_field(out, "Created", fp_json_string(image, "created"));
    put_config(out, json_object_get(image, "config"));
    put_pairs(out, "Annotations", json_object_get(image, "annotations"));
    put_layers(out, json_object_get(image, "layers"));
}

/* "sha256-HEX.sig  2 layers", or "sha256:HEX  ARTIFACT TYPE  PREDICATE TYPE". */
static void put_attached(struct fp_buf *out, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const char *tag = fp_json_string(entry, "tag");
        const char *type = fp_json_string(entry, "artifactType");
        const char *what = fp_json_string(json_object_get(entry, "annotations"),
                                          "dev.sigstore.bundle.predicateType");
        cleanup_free char *line =
            tag != NULL
                ? fp_xasprintf("%s  %lld", tag,
                               (long long) json_integer_value(json_object_get(entry, "count")))
                : fp_xasprintf("%s  %s  %s", fp_json_string(entry, "digest"),
                               type != NULL ? type : "", what != NULL ? what : "");
        put_field(out, i == 0 ? "Attached" : "", line);
    }
}

static void put_text(struct fp_buf *out, const json_t *model)
{
    char size[FP_FORMAT_MAX];
    fp_format_bytes(fp_image_model_bytes(model), size);
    put_field(out, "Name", fp_json_string(model, "name"));
    put_field(out, "Digest", fp_json_string(model, "digest"));
    put_field(out, "Media type", fp_json_string(model, "mediaType"));
    put_field(out, "Size", size);
    put_pairs(out, "Annotations", json_object_get(model, "annotations"));
    put_attached(out, json_object_get(model, "attached"));
    const json_t *images = json_object_get(model, "images");
    for (size_t i = 0; i < json_array_size(images); i++)
        put_image(out, json_array_get(images, i));
}

/* Choose a manifest: from an index, take the platform that was asked for, or the only one. */
static enum fp_code choose_manifest(const struct fp_found *image,
                                    const struct fp_platform *platform, struct fp_descriptor *ret,
                                    struct fp_error *err)
{
    cleanup_images struct fp_images images = {0};
    FP_TRY(fp_images_open(image->repo, &image->root, image->title, &images, err));
    if (platform != NULL || !fp_media_is_index(image->root.media_type))
        return fp_images_choose(&images, platform, ret, err);
    if (images.index.manifest_count != 1)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "%s is for several platforms", image->title), err,
                         "choose one with --platform OS/ARCH");
    *ret = fp_descriptor_copy(&images.index.manifests[0]);
    return FP_OK;
}

/* Print the bytes of a document unchanged, whatever they contain. */
static enum fp_code put_document(struct fp_run *run, const struct fp_found *image,
                                 const struct fp_descriptor *descriptor, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_repo_get_document(image->repo, descriptor, &text, err));
    run->is_document = true;
    fp_buf_put(&run->out, fp_buf_text(&text), text.len);
    return FP_OK;
}

static enum fp_code put_raw(struct fp_run *run, const struct fp_found *image,
                            const struct fp_platform *platform, struct fp_error *err)
{
    cleanup_descriptor struct fp_descriptor chosen = {0};
    if (platform == NULL)
        return put_document(run, image, &image->root, err);
    FP_TRY(choose_manifest(image, platform, &chosen, err));
    return put_document(run, image, &chosen, err);
}

static enum fp_code put_image_config(struct fp_run *run, const struct fp_found *image,
                                     const struct fp_platform *platform, struct fp_error *err)
{
    cleanup_descriptor struct fp_descriptor chosen = {0};
    cleanup_manifest struct fp_manifest manifest = {0};
    FP_TRY(choose_manifest(image, platform, &chosen, err));
    FP_TRY(fp_image_manifest(image->repo, &chosen, image->title, &manifest, err));
    return put_document(run, image, &manifest.config, err);
}

/* An image can be told of although its registry does not say what is attached to it. */
static enum fp_code add_attached(const struct fp_run *run, const struct fp_found *image,
                                 json_t *model)
{
    const struct fp_trust_image target = {.repo = image->repo, .root = &image->root};
    cleanup_json json_t *list = NULL;
    struct fp_error why = {0};
    if (!fp_repo_can_attach(image->repo))
        return FP_OK;
    enum fp_code code = fp_trust_list(&target, &list, &why);
    if (code == FP_E_INTERRUPTED)
        return code;
    if (code != FP_OK)
        fp_report(run->reporter, FP_EVENT_WARNING, "what is attached is not known: %s", why.text);
    else if (json_array_size(list) > 0)
        fp_json_set(model, "attached", steal_pointer(&list));
    return FP_OK;
}

static enum fp_code put_model(struct fp_run *run, const struct fp_found *image,
                              const struct fp_platform *platform, struct fp_error *err)
{
    cleanup_json json_t *model = NULL;
    FP_TRY(fp_image_model(image->repo, &image->root, image->title, platform, &model, err));
    if (add_attached(run, image, model) != FP_OK)
        return fp_cancel_check(err);
    if (run->args.format == NULL || strcmp(run->args.format, "text") == 0)
        put_text(&run->out, model);
    else
        fp_run_put_json(run, model);
    return FP_OK;
}

enum fp_code fp_run_inspect(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_found struct fp_found image = {0};
    FP_TRY(fp_session_open(run, &session, err));
    FP_TRY(fp_session_find(&session, run->operands.items[0], FP_FIND_STORE_FIRST, &image, err));
    if (run->args.raw)
        return put_raw(run, &image, session.only, err);
    if (run->args.image_config)
        return put_image_config(run, &image, session.only, err);
    return put_model(run, &image, session.only, err);
}
