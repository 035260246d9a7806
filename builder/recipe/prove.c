/* What an image can be held to beside its signature: a lock, and Apache's own file. */
#include <stdlib.h>
#include <string.h>

#include "known_image.h"
#include "lock.h"

/* An image that is held to something. */
struct proof {
    const struct fp_build_context *context;
    const struct fp_prove_options *options;
    const char *name;
    struct fp_repo *repo;
};

/* The record of the distribution's layer, and which layer of the image it is. */
static enum fp_code find_distribution(const struct proof *proof, const struct fp_image *image,
                                      struct fp_record *ret, size_t *ret_layer,
                                      struct fp_error *err)
{
    cleanup_json json_t *label = fp_known_label(&image->config);
    const json_t *layer = fp_known_label_layer(label, "distribution", NULL);
    if (layer == NULL || !fp_record_parse(layer, ret))
        return fp_hinted(
            fp_fail(err, FP_E_VERIFY,
                    "%s: nothing says which of its layers is Flink's distribution", proof->name),
            err, "--flink takes images that flinkpack built from a release or archive");
    for (size_t i = 0; i < image->config.diff_id_count; i++) {
        *ret_layer = i;
        if (fp_digest_equal(&image->config.diff_ids[i], &ret->diff_id))
            return FP_OK;
    }
    return fp_fail(err, FP_E_VERIFY, "%s: the layer of Flink's distribution is not in it any more",
                   proof->name);
}

/* The SHA-512 of a layer's bytes, which are verified meanwhile. */
static enum fp_code hash_layer(const struct proof *proof, const struct fp_descriptor *layer,
                               char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err)
{
    struct fp_stage stage = {0};
    struct fp_source *raw = NULL;
    uint64_t bytes = 0;
    cleanup_blob struct fp_blob *blob = NULL;
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA512);
    cleanup_sink struct fp_sink *nowhere = fp_sink_null();
    FP_TRY(fp_repo_get_blob(proof->repo, layer, NULL, &blob, err));
    FP_TRY(fp_blob_open(blob, 0, &raw, err));
    fp_stage_begin(&stage, proof->context->reporter, "verify", layer->digest.text, layer->size);
    cleanup_source struct fp_source *source = fp_source_hashed(
        fp_source_staged(fp_source_verified(raw, layer, layer->digest.text), &stage), hash);
    enum fp_code code = fp_stream_copy(source, nowhere, &bytes, err);
    FP_TRY(fp_stage_close(&stage, code, "read"));
    fp_hash_hex(hash, ret_hex);
    return FP_OK;
}

/* What Apache says the checksum of the release is. */
static enum fp_code find_checksum(const struct proof *proof, const struct fp_record *record,
                                  struct fp_release *ret, struct fp_error *err)
{
    const struct fp_build_context *context = proof->context;
    const struct fp_strv none = {0};
    const char *version = fp_json_string(record->facts, "flink");
    struct fp_release_options options = {.scala_version = fp_json_string(record->facts, "scala"),
                                         .mirrors = &none,
                                         .checksum = proof->options->flink_checksum,
                                         .apache_url = context->apache_url,
                                         .archive_url = context->archive_url,
                                         .checksum_url = context->checksum_url,
                                         .cache_folder = context->cache_folder,
                                         .cache = context->cache,
                                         .offline = context->offline,
                                         .http = context->http,
                                         .reporter = context->reporter};
    if (version == NULL || fp_flink_version_parse(version, &options.version, NULL) != FP_OK)
        return fp_fail(err, FP_E_VERIFY, "%s: it does not say which Flink it has", proof->name);
    return fp_release_find(&options, ret, err);
}

static enum fp_code prove_flink(const struct proof *proof, const struct fp_image *image,
                                struct fp_error *err)
{
    cleanup_record struct fp_record record = {0};
    cleanup_release struct fp_release release = {0};
    char hex[FP_HASH_HEX_MAX];
    size_t layer = 0;
    FP_TRY(find_distribution(proof, image, &record, &layer, err));
    FP_TRY(fp_mkdir_p(proof->context->cache_folder, FP_KEPT_DIR_MODE, err));
    FP_TRY(find_checksum(proof, &record, &release, err));
    FP_TRY(hash_layer(proof, &image->manifest.layers[layer], hex, err));
    if (strcmp(hex, release.sha512) != 0)
        return fp_hinted(fp_fail(err, FP_E_VERIFY,
                                 "%s: the layer of Flink has the SHA-512 %.16s..., and %s has "
                                 "%.16s...",
                                 proof->name, hex, release.archive_name, release.sha512),
                         err,
                         "only an archive that is a layer as it is can be compared: neither "
                         "--slim nor a directory, and no other compression");
    fp_report(proof->context->reporter, FP_EVENT_INFO, "%s: the layer of Flink is %s, byte by byte",
              proof->name, release.archive_name);
    return FP_OK;
}

/* Hold the image's base to the lock. */
static enum fp_code prove_base(const struct proof *proof, const struct fp_lock *lock,
                               const struct fp_image *image, struct fp_error *err)
{
    const json_t *annotations = image->manifest.annotations;
    const char *name = fp_json_string(annotations, "org.opencontainers.image.base.name");
    const char *digest = fp_json_string(annotations, "org.opencontainers.image.base.digest");
    if (fp_lock_takes_base(lock, digest))
        return FP_OK;
    return fp_fail(err, FP_E_VERIFY, "%s: it is on %s@%s, which is not the base of %s", proof->name,
                   name != NULL ? name : "a base without a name",
                   digest != NULL ? digest : "no digest", fp_lock_name(lock));
}

static enum fp_code prove_images(const struct proof *proof, const struct fp_lock *lock,
                                 const struct fp_descriptor *root, struct fp_error *err)
{
    cleanup_images struct fp_images images = {0};
    cleanup_image struct fp_image image = {0};
    FP_TRY(fp_images_open(proof->repo, root, proof->name, &images, err));
    for (bool more = true;;) {
        FP_TRY(fp_images_next(&images, NULL, &image, &more, err));
        if (!more)
            return FP_OK;
        if (lock != NULL)
            FP_TRY(prove_base(proof, lock, &image, err));
        if (proof->options->flink)
            FP_TRY(prove_flink(proof, &image, err));
    }
}

enum fp_code fp_prove_run(struct fp_repo *repo, const struct fp_descriptor *root, const char *name,
                          const struct fp_prove_options *options,
                          const struct fp_build_context *context, struct fp_error *err)
{
    struct fp_lock *lock = NULL;
    const struct proof proof = {context, options, name, repo};
    if (options->lock_file != NULL)
        FP_TRY(fp_lock_read(options->lock_file, &lock, err));
    const char *image = fp_lock_image(lock);
    enum fp_code code = FP_OK;
    if (image != NULL && strcmp(image, root->digest.text) != 0)
        code = fp_fail(err, FP_E_VERIFY, "%s is %s, and %s is the lock of %s", name,
                       root->digest.text, options->lock_file, image);
    if (code == FP_OK && (lock != NULL || options->flink))
        code = prove_images(&proof, lock, root, err);
    fp_lock_free(lock);
    return code;
}
