/* Opening an image that gets another base: its platforms, its set-up, and what it was asked to be.
 */
#include "rebase.h"

#include <stdlib.h>
#include <string.h>

#define BASE_NAME   "org.opencontainers.image.base.name"
#define BASE_DIGEST "org.opencontainers.image.base.digest"

static enum fp_code locate(const char *text, const struct fp_build_context *context,
                           struct fp_location *ret, struct fp_error *err)
{
    FP_TRY(fp_location_parse(text, ret, err));
    if (context->offline)
        fp_location_to_store(ret);
    if (ret->kind == FP_AT_REGISTRY || ret->kind == FP_AT_LAYOUT || ret->kind == FP_AT_STORE)
        return FP_OK;
    return fp_hinted(
        fp_fail(err, FP_E_USAGE, "'%s': images in archives are not changed where they are", text),
        err, "copy it to a layout, and back: flinkpack push %s oci:DIR:TAG", text);
}

/* An image of a registry is read from where it is written to, not from a mirror, which may be
 * behind. */
static enum fp_code open_repo(const struct fp_rebase_source *source,
                              const struct fp_build_context *context, struct fp_repo **ret,
                              struct fp_error *err)
{
    if (source->at.kind == FP_AT_REGISTRY)
        return fp_location_create(&source->at, &context->places, ret, err);
    return fp_location_open(&source->at, &context->places, NULL, ret, err);
}

static enum fp_code split_all(struct fp_rebase_source *source, struct fp_error *err)
{
    bool is_more = true;
    size_t most = source->found.index.manifest_count + 1;
    source->images = fp_xcalloc(most + 1, sizeof(*source->images));
    while (source->count < most) {
        struct fp_rebase_image *next = &source->images[source->count];
        FP_TRY(fp_images_next(&source->found, NULL, &next->image, &is_more, err));
        if (!is_more)
            break;
        source->count++;
        FP_TRY(fp_rebase_split(&next->image.config, source->title, &next->layers, err));
    }
    return source->count > 0
               ? FP_OK
               : fp_fail(err, FP_E_INPUT, "%s: an index without images", source->title);
}

static enum fp_code read_version(const struct fp_rebase_source *source,
                                 struct fp_flink_version *ret, struct fp_error *err)
{
    static const char label[] = "flinkpack.flink-version";
    const json_t *config = json_object_get(source->images[0].image.config.document, "config");
    const char *text = fp_json_string(json_object_get(config, "Labels"), label);
    return fp_context(fp_flink_version_parse(text != NULL ? text : "", ret, err), err,
                      "%s: label %s", source->title, label);
}

/* An image that was built with its registry's name, and not pushed, is in the local store. */
static enum fp_code resolve(struct fp_rebase_source *source, const struct fp_build_context *context,
                            struct fp_error *err)
{
    cleanup_repo struct fp_repo *store = NULL;
    cleanup_descriptor struct fp_descriptor there = {0};
    enum fp_code code =
        fp_repo_resolve(source->repo, fp_location_image(&source->at), &source->root, err);
    if (code != FP_E_NOT_FOUND || source->at.kind != FP_AT_REGISTRY)
        return code;
    cleanup_free char *name = fp_reference_full(&source->at.reference);
    if (fp_store_find(context->places.store, name, &store, &there, NULL) == FP_OK)
        fp_hint(err, "the local store has it: flinkpack push %s", source->title);
    return code;
}

enum fp_code fp_rebase_open(const char *text, const struct fp_build_context *context,
                            struct fp_rebase_source *ret, struct fp_error *err)
{
    ret->title = fp_xstrdup(text);
    FP_TRY(locate(text, context, &ret->at, err));
    FP_TRY(open_repo(ret, context, &ret->repo, err));
    FP_TRY(resolve(ret, context, err));
    FP_TRY(fp_images_open(ret->repo, &ret->root, ret->title, &ret->found, err));
    FP_TRY(split_all(ret, err));
    return read_version(ret, &ret->version, err);
}

/* The annotation is anybody's text, so it must not name a file of this machine. */
enum fp_code fp_rebase_base(const struct fp_rebase_source *source, const char **ret,
                            struct fp_error *err)
{
    cleanup_location struct fp_location at = {0};
    const char *name = fp_json_string(source->images[0].image.manifest.annotations, BASE_NAME);
    if (name == NULL)
        return fp_hinted(
            fp_fail(err, FP_E_INPUT, "%s does not say what its base is", source->title), err,
            "--onto BASE; only images built on one out of a registry do");
    if (fp_location_parse(name, &at, NULL) != FP_OK || at.kind != FP_AT_REGISTRY)
        return fp_fail(err, FP_E_INPUT, "%s: %s is '%.200s', which no registry can have",
                       source->title, BASE_NAME, name);
    *ret = name;
    return FP_OK;
}

/* Read the configuration of the base that the image was put on, at the digest that it recorded. */
static enum fp_code read_old_base(const struct fp_rebase_image *image,
                                  const struct fp_build_context *context, struct fp_image *ret,
                                  struct fp_error *err)
{
    const json_t *annotations = image->image.manifest.annotations;
    const char *name = fp_json_string(annotations, BASE_NAME);
    const char *digest = fp_json_string(annotations, BASE_DIGEST);
    cleanup_location struct fp_location at = {0};
    cleanup_repo struct fp_repo *repo = NULL;
    cleanup_descriptor struct fp_descriptor root = {0};
    cleanup_descriptor struct fp_descriptor one = {0};
    cleanup_images struct fp_images images = {0};
    if (name == NULL || digest == NULL || context->offline)
        return fp_fail(err, FP_E_NOT_FOUND, "its base is not named");
    FP_TRY(fp_location_parse(name, &at, err));
    if (at.kind != FP_AT_REGISTRY)
        return fp_fail(err, FP_E_NOT_FOUND, "its base is in no registry");
    FP_TRY(fp_digest_parse(digest, BASE_DIGEST, &at.reference.digest, err));
    FP_TRY(fp_location_open(&at, &context->places, NULL, &repo, err));
    FP_TRY(fp_repo_resolve(repo, fp_location_image(&at), &root, err));
    FP_TRY(fp_images_open(repo, &root, name, &images, err));
    FP_TRY(fp_images_choose(&images, &image->image.config.platform, &one, err));
    return fp_image_open(repo, &one, name, ret, err);
}

/* Without the label of options, the old base tells what the image has beside it. If the old base is
 * gone, every variable and label counts as asked for. */
static enum fp_code read_asked(const struct fp_rebase_source *source, struct fp_rebase_image *image,
                               const struct fp_build_context *context, struct fp_error *err)
{
    struct fp_error failure = {0};
    cleanup_image struct fp_image old_base = {0};
    const struct fp_config *config = &image->image.config;
    bool is_told = fp_asked_is_told(config);
    enum fp_code code = is_told ? FP_OK : read_old_base(image, context, &old_base, &failure);
    if (code == FP_E_INTERRUPTED)
        return fp_fail_as(err, &failure);
    if (code != FP_OK)
        fp_report(context->reporter, FP_EVENT_WARNING,
                  "%s: its old base cannot be read, so every variable and label that it has is "
                  "kept (%s)",
                  source->title, failure.text);
    fp_asked_read(config, image->image.manifest.annotations,
                  old_base.config.document != NULL ? &old_base.config : NULL, &image->asked);
    return FP_OK;
}

static enum fp_code read_one_setup(const struct fp_rebase_source *source,
                                   struct fp_rebase_image *image, size_t number, bool is_first,
                                   struct fp_error *err)
{
    __attribute__((cleanup(fp_rebase_setup_clear))) struct fp_rebase_setup more = {0};
    const struct fp_descriptor *layer =
        &image->image.manifest.layers[image->layers.items[number].place];
    const char *conf = fp_flink_traits(&source->version)->config_file;
    FP_TRY(fp_repo_get_blob(source->repo, layer, NULL, &image->setups[number], err));
    FP_TRY(
        fp_rebase_setup_read(image->setups[number], conf, is_first ? &image->setup : &more, err));
    if (is_first && (!image->setup.has_home || image->setup.top == NULL))
        return fp_fail(err, FP_E_INPUT,
                       "%s: its set-up layer has no /opt/flink/bin, or no link "
                       "into the distribution",
                       source->title);
    if (!is_first && more.has_accounts && image->asked.accounts.len == 0)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s: it was given another user by a build on top "
                                 "of another (--from-image with --user)",
                                 source->title),
                         err, "build it at once, with --user");
    return FP_OK;
}

/* Of an image without the label, the packages are told by what apk wrote of the requests. */
static enum fp_code read_layers(const struct fp_rebase_source *source,
                                struct fp_rebase_image *image, struct fp_error *err)
{
    const struct fp_rebase_layers *layers = &image->layers;
    bool is_first = true;
    for (size_t i = 0; i < layers->count; i++) {
        const char *kind = layers->items[i].kind;
        if (strcmp(kind, "setup") == 0) {
            FP_TRY(read_one_setup(source, image, i, is_first, err));
            is_first = false;
        }
        if (strcmp(kind, "packages") != 0 || !image->asked.is_guessed)
            continue;
        cleanup_blob struct fp_blob *blob = NULL;
        fp_strv_clear(&image->asked.packages);
        FP_TRY(fp_repo_get_blob(source->repo, &image->image.manifest.layers[layers->items[i].place],
                                NULL, &blob, err));
        FP_TRY(fp_rebase_world(blob, &image->asked.packages, err));
    }
    if (image->asked.is_guessed)
        image->asked.with_python3 = image->setup.has_python;
    return FP_OK;
}

enum fp_code fp_rebase_read(struct fp_rebase_source *source, const struct fp_build_context *context,
                            struct fp_error *err)
{
    for (size_t i = 0; i < source->count; i++) {
        struct fp_rebase_image *image = &source->images[i];
        FP_TRY(read_asked(source, image, context, err));
        FP_TRY(fp_context(read_layers(source, image, err), err, "%s", source->title));
    }
    return FP_OK;
}

void fp_rebase_source_clear(struct fp_rebase_source *source)
{
    for (size_t i = 0; i < source->count; i++) {
        struct fp_rebase_image *image = &source->images[i];
        fp_image_clear(&image->image);
        for (size_t k = 0; k < FP_OWN_LAYERS_MAX; k++)
            fp_blob_unref(image->setups[k]);
        fp_rebase_setup_clear(&image->setup);
        fp_asked_clear(&image->asked);
    }
    free(source->images);
    fp_images_clear(&source->found);
    fp_descriptor_clear(&source->root);
    fp_repo_free(source->repo);
    fp_location_clear(&source->at);
    free(source->title);
    memset(source, 0, sizeof(*source));
}
