/*
 * The form that docker load, podman load and containerd read: manifest.json, the configuration
 * and the layers side by side. Layers keep their bytes: all of these readers recognise compressed
 * ones, and so the layers' digests survive.
 */
#include "archive_writer.h"
#include "flinkpack/store/image.h"
#include "tar_write.h"

#include <string.h>

struct docker_writer {
    struct fp_archive_writer writer;
    struct fp_digest image; /* not set: none yet */
    struct fp_manifest manifest;
    struct fp_strv tags;
};

static enum fp_code docker_resolve(struct fp_repo *self, const char *name,
                                   struct fp_descriptor *ret, struct fp_error *err)
{
    (void) ret;
    return fp_fail(err, FP_E_NOT_FOUND, "%s: no image '%s': it is being written", self->title,
                   name != NULL ? name : "");
}

/* docker load wants names as NAME:TAG. */
static enum fp_code add_tag(struct docker_writer *docker, const char *name, struct fp_error *err)
{
    cleanup_reference struct fp_reference reference = {0};
    enum fp_code code = fp_reference_parse(name, &reference, err);
    if (code != FP_OK)
        return fp_context(code, err, "%s", docker->writer.base.title);
    cleanup_free char *repo = fp_reference_name(&reference);
    cleanup_free char *tag =
        fp_xasprintf("%s:%s", repo, reference.tag != NULL ? reference.tag : FP_TAG_DEFAULT);
    if (!fp_strv_has(&docker->tags, tag))
        fp_strv_add(&docker->tags, tag);
    return FP_OK;
}

static enum fp_code fail_platforms(const struct fp_repo *self, struct fp_error *err)
{
    return fp_hinted(
        fp_fail(err, FP_E_USAGE, "%s: a docker-archive holds one platform only", self->title), err,
        "choose one with --platform, or write an oci-archive");
}

/* An index of one image stands for that image; attestations (platform unknown) do not count. */
static enum fp_code only_image(const struct fp_repo *self, const struct fp_index *index,
                               const struct fp_descriptor **ret, struct fp_error *err)
{
    *ret = NULL;
    for (size_t i = 0; i < index->manifest_count; i++) {
        const struct fp_descriptor *child = &index->manifests[i];
        if (strcmp(child->platform.os, "unknown") == 0)
            continue;
        if (*ret != NULL)
            return fail_platforms(self, err);
        *ret = child;
    }
    if (*ret == NULL || !fp_media_is_manifest((*ret)->media_type))
        return fail_platforms(self, err);
    return FP_OK;
}

static enum fp_code set_image(struct docker_writer *docker, const struct fp_descriptor *descriptor,
                              const char *bytes, struct fp_error *err)
{
    struct fp_repo *self = &docker->writer.base;
    cleanup_index struct fp_index index = {0};
    const struct fp_descriptor *image = descriptor;
    if (fp_media_is_index(descriptor->media_type)) {
        FP_TRY(
            fp_index_parse(bytes, strlen(bytes), descriptor->media_type, self->title, &index, err));
        FP_TRY(only_image(self, &index, &image, err));
    }
    FP_TRY(fp_image_manifest(self, image, self->title, &docker->manifest, err));
    docker->image = descriptor->digest;
    return FP_OK;
}

static enum fp_code docker_name(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                const char *bytes, const char *name, struct fp_error *err)
{
    struct docker_writer *docker = (struct docker_writer *) self;
    enum fp_code code = FP_OK;
    if (!fp_digest_is_set(&docker->image))
        code = set_image(docker, descriptor, bytes, err);
    else if (!fp_digest_equal(&docker->image, &descriptor->digest))
        code = fail_platforms(self, err);
    return code != FP_OK || name == NULL ? code : add_tag(docker, name, err);
}

static char *layer_name(const struct fp_descriptor *layer)
{
    static const struct {
        const char *media_type;
        const char *suffix;
    } kinds[] = {
        {FP_MEDIA_OCI_LAYER_GZIP, ".tar.gz"},
        {FP_MEDIA_DOCKER_LAYER_GZIP, ".tar.gz"},
        {FP_MEDIA_OCI_LAYER_ZSTD, ".tar.zst"},
    };
    const char *suffix = ".tar";
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(layer->media_type, kinds[i].media_type) == 0)
            suffix = kinds[i].suffix;
    return fp_xasprintf("%s%s", fp_digest_hex(&layer->digest), suffix);
}

static char *config_name(const struct fp_manifest *manifest)
{
    return fp_xasprintf("%s.json", fp_digest_hex(&manifest->config.digest));
}

static char *image_list(const struct docker_writer *docker)
{
    cleanup_free char *config = config_name(&docker->manifest);
    json_t *tags = docker->tags.len > 0 ? fp_json_texts(&docker->tags) : json_null();
    json_t *layers = json_array();
    for (size_t i = 0; i < docker->manifest.layer_count; i++) {
        cleanup_free char *name = layer_name(&docker->manifest.layers[i]);
        fp_json_append(layers, json_string(name));
    }
    cleanup_json json_t *list =
        json_pack("[{s:s, s:o, s:o}]", "Config", config, "RepoTags", tags, "Layers", layers);
    return fp_json_canonical(list);
}

static enum fp_code add_file(struct docker_writer *docker, struct archive *tar,
                             const struct fp_descriptor *descriptor, const char *name,
                             struct fp_error *err)
{
    cleanup_blob struct fp_blob *blob = NULL;
    FP_TRY(fp_repo_get_blob(&docker->writer.base, descriptor, NULL, &blob, err));
    return fp_tar_add(tar, name, blob, docker->writer.base.title, err);
}

static bool is_repeated(const struct fp_manifest *manifest, size_t layer)
{
    for (size_t i = 0; i < layer; i++)
        if (fp_digest_equal(&manifest->layers[i].digest, &manifest->layers[layer].digest))
            return true;
    return false;
}

static enum fp_code add_layers(struct docker_writer *docker, struct archive *tar,
                               struct fp_error *err)
{
    for (size_t i = 0; i < docker->manifest.layer_count; i++) {
        cleanup_free char *name = layer_name(&docker->manifest.layers[i]);
        if (is_repeated(&docker->manifest, i))
            continue;
        FP_TRY(add_file(docker, tar, &docker->manifest.layers[i], name, err));
    }
    return FP_OK;
}

static enum fp_code docker_finish(struct fp_repo *self, struct fp_error *err)
{
    struct docker_writer *docker = (struct docker_writer *) self;
    if (!fp_digest_is_set(&docker->image))
        return fp_fail(err, FP_E_INTERNAL, "%s: no image was put into it", self->title);
    cleanup_free char *list = image_list(docker);
    cleanup_free char *config = config_name(&docker->manifest);
    cleanup_tar struct archive *tar = fp_tar_new(fp_newfile_fd(docker->writer.file));
    if (tar == NULL)
        return fp_fail(err, FP_E_INTERNAL, "libarchive cannot write tar archives");
    FP_TRY(fp_tar_add_bytes(tar, "manifest.json", list, self->title, err));
    FP_TRY(add_file(docker, tar, &docker->manifest.config, config, err));
    FP_TRY(add_layers(docker, tar, err));
    FP_TRY(fp_tar_finish(tar, self->title, err));
    return fp_newfile_publish(docker->writer.file, NULL, true, err);
}

static void docker_free(struct fp_repo *self)
{
    struct docker_writer *docker = (struct docker_writer *) self;
    fp_manifest_clear(&docker->manifest);
    fp_strv_clear(&docker->tags);
    fp_archive_writer_free(self);
}

static const struct fp_repo_ops docker_ops = {
    .resolve = docker_resolve,
    .get_blob = fp_archive_writer_get_blob,
    .put_blob = fp_archive_writer_put_blob,
    .name = docker_name,
    .finish = docker_finish,
    .free = docker_free,
};

enum fp_code fp_repo_create_docker(const char *path, struct fp_repo **ret, struct fp_error *err)
{
    struct docker_writer *docker = fp_xcalloc(1, sizeof(*docker));
    enum fp_code code =
        fp_archive_writer_init(&docker->writer, &docker_ops, "docker-archive", path, err);
    if (code == FP_OK)
        *ret = &docker->writer.base;
    else
        docker_free(&docker->writer.base);
    return code;
}
