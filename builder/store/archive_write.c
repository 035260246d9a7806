/*
 * Image archives under construction: an OCI layout in a tar, or the form that docker load, podman
 * load and containerd read (manifest.json, the configuration and the layers). The writer keeps
 * references to blobs until the end, when the order of all members is known. The bytes of the tar
 * depend only on names and contents.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "document.h"
#include "flinkpack/store/image.h"
#include "flinkpack/store/kinds.h"
#include "layout_index.h"

#define BLOCK_BYTES ((size_t) 64 << 10)

FP_DEFINE_CLEANUP(free_tarp, struct archive, archive_write_free)
FP_DEFINE_CLEANUP(free_entryp, struct archive_entry, archive_entry_free)

struct archive_writer {
    struct fp_repo base;
    struct fp_newfile *file;
    struct archive *tar;  /* in `file`, at the end; borrowed from writer_finish() */
    pthread_mutex_t lock; /* protects `blobs` */
    struct fp_blob_list blobs;
    struct fp_layout_index index; /* for an OCI archive */
    struct fp_digest image;       /* this and all below: for a docker-archive; not set: none yet */
    struct fp_manifest manifest;
    struct fp_strv tags;
};

static void writer_clear(struct fp_repo *self)
{
    struct archive_writer *writer = (struct archive_writer *) self;
    fp_layout_index_clear(&writer->index);
    fp_manifest_clear(&writer->manifest);
    fp_strv_clear(&writer->tags);
    fp_blob_list_clear(&writer->blobs);
    fp_newfile_free(writer->file);
    (void) pthread_mutex_destroy(&writer->lock);
}

static struct fp_blob *find(struct archive_writer *self, const struct fp_digest *digest)
{
    (void) pthread_mutex_lock(&self->lock);
    struct fp_blob *blob = fp_blob_list_find(&self->blobs, digest);
    (void) pthread_mutex_unlock(&self->lock);
    return blob;
}

static enum fp_code writer_get_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                    struct fp_stage *stage, struct fp_blob **ret,
                                    struct fp_error *err)
{
    struct fp_blob *blob = find((struct archive_writer *) self, &descriptor->digest);
    (void) stage;
    if (blob == NULL)
        return fp_fail(err, FP_E_NOT_FOUND, "%s: %s is not in it yet", self->title,
                       descriptor->digest.text);
    *ret = fp_blob_ref(blob);
    return FP_OK;
}

static enum fp_code writer_put_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                    struct fp_blob *blob, struct fp_repo *origin,
                                    struct fp_stage *stage, enum fp_push_outcome *ret_outcome,
                                    struct fp_error *err)
{
    struct archive_writer *writer = (struct archive_writer *) self;
    (void) origin;
    *ret_outcome = FP_PUSH_EXISTING;
    if (find(writer, &descriptor->digest) != NULL)
        return FP_OK;
    if (blob == NULL)
        return fp_fail(err, FP_E_NOT_FOUND, "%s: %s is not in it yet", self->title,
                       descriptor->digest.text);
    (void) pthread_mutex_lock(&writer->lock);
    fp_blob_list_add(&writer->blobs, blob);
    (void) pthread_mutex_unlock(&writer->lock);
    if (stage != NULL)
        fp_stage_advance(stage, descriptor->size);
    *ret_outcome = FP_PUSH_UPLOADED;
    return FP_OK;
}

static enum fp_code oci_resolve(struct fp_repo *self, const char *name, struct fp_descriptor *ret,
                                struct fp_error *err)
{
    return fp_layout_index_find(&((struct archive_writer *) self)->index, name, self->title, ret,
                                err);
}

static enum fp_code oci_name(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             const char *bytes, const char *name, struct fp_error *err)
{
    (void) bytes;
    (void) err;
    fp_layout_index_set(&((struct archive_writer *) self)->index, descriptor, name);
    return FP_OK;
}

static enum fp_code fail_tar(const struct archive_writer *self, struct fp_error *err)
{
    errno = archive_errno(self->tar);
    return fp_fail_errno(err, FP_E_IO, "%s: cannot be written", self->base.title);
}

/* All entries have the same owner, mode and time. */
static enum fp_code begin_entry(const struct archive_writer *self, const char *name, uint64_t size,
                                struct fp_error *err)
{
    __attribute__((cleanup(free_entryp))) struct archive_entry *entry = archive_entry_new();
    if (entry == NULL)
        fp_out_of_memory();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t) size);
    archive_entry_set_mtime(entry, 0, 0);
    return archive_write_header(self->tar, entry) == ARCHIVE_OK ? FP_OK : fail_tar(self, err);
}

static enum fp_code write_data(const struct archive_writer *self, const char *data, size_t len,
                               struct fp_error *err)
{
    for (size_t done = 0; done < len;) {
        la_ssize_t written = archive_write_data(self->tar, data + done, len - done);
        if (written <= 0)
            return fail_tar(self, err);
        done += (size_t) written;
    }
    return FP_OK;
}

static enum fp_code write_source(const struct archive_writer *self, struct fp_source *source,
                                 struct fp_error *err)
{
    cleanup_free char *block = fp_xmalloc(BLOCK_BYTES);
    for (;;) {
        size_t len = 0;
        enum fp_code code = fp_source_read(source, block, BLOCK_BYTES, &len, err);
        if (code != FP_OK || len == 0)
            return code;
        FP_TRY(write_data(self, block, len, err));
    }
}

static enum fp_code add_text(const struct archive_writer *self, const char *name, const char *text,
                             struct fp_error *err)
{
    FP_TRY(begin_entry(self, name, strlen(text), err));
    return write_data(self, text, strlen(text), err);
}

/* Write a blob and verify its bytes. */
static enum fp_code add_blob(const struct archive_writer *self, const char *name,
                             const struct fp_blob *blob, struct fp_error *err)
{
    const struct fp_descriptor *descriptor = fp_blob_descriptor(blob);
    struct fp_source *opened = NULL;
    FP_TRY(fp_blob_open(blob, 0, &opened, err));
    cleanup_free char *what = fp_xasprintf("copying %s", descriptor->digest.text);
    cleanup_source struct fp_source *source = fp_source_verified(opened, descriptor, what);
    FP_TRY(begin_entry(self, name, descriptor->size, err));
    enum fp_code code = write_source(self, source, err);
    if (code == FP_E_VERIFY)
        return fp_hinted(code, err, "the image is damaged where it comes from: get it again");
    return code;
}

static int compare_digests(const void *a, const void *b)
{
    const struct fp_blob *const *left = a;
    const struct fp_blob *const *right = b;
    return strcmp(fp_blob_descriptor(*left)->digest.text, fp_blob_descriptor(*right)->digest.text);
}

/* Write the index before all blobs, so that a reader of the stream knows these in advance. */
static enum fp_code write_oci(struct archive_writer *self, struct fp_error *err)
{
    cleanup_free char *index = fp_layout_index_bytes(&self->index);
    FP_TRY(add_text(self, "oci-layout", FP_LAYOUT_MARKER, err));
    FP_TRY(add_text(self, "index.json", index, err));
    if (self->blobs.len > 1)
        qsort(self->blobs.items, self->blobs.len, sizeof(struct fp_blob *), compare_digests);
    for (size_t i = 0; i < self->blobs.len; i++) {
        const struct fp_digest *digest = &fp_blob_descriptor(self->blobs.items[i])->digest;
        cleanup_free char *name =
            fp_xasprintf("blobs/%s/%s", fp_digest_algorithm_name(digest), fp_digest_hex(digest));
        FP_TRY(add_blob(self, name, self->blobs.items[i], err));
    }
    return FP_OK;
}

static enum fp_code docker_resolve(struct fp_repo *self, const char *name,
                                   struct fp_descriptor *ret, struct fp_error *err)
{
    (void) ret;
    return fp_fail(err, FP_E_NOT_FOUND, "%s: no image '%s': it is being written", self->title,
                   name != NULL ? name : "");
}

/* docker load requires names of the form NAME:TAG. */
static enum fp_code add_tag(struct archive_writer *self, const char *name, struct fp_error *err)
{
    cleanup_reference struct fp_reference reference = {0};
    enum fp_code code = fp_reference_parse(name, &reference, err);
    if (code != FP_OK)
        return fp_context(code, err, "%s", self->base.title);
    cleanup_free char *repo = fp_reference_name(&reference);
    cleanup_free char *tag =
        fp_xasprintf("%s:%s", repo, reference.tag != NULL ? reference.tag : FP_TAG_DEFAULT);
    if (!fp_strv_has(&self->tags, tag))
        fp_strv_add(&self->tags, tag);
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

static enum fp_code set_image(struct archive_writer *self, const struct fp_descriptor *descriptor,
                              const char *bytes, struct fp_error *err)
{
    cleanup_index struct fp_index index = {0};
    const struct fp_descriptor *image = descriptor;
    if (fp_media_is_index(descriptor->media_type)) {
        FP_TRY(fp_index_parse(bytes, strlen(bytes), descriptor->media_type, self->base.title,
                              &index, err));
        FP_TRY(only_image(&self->base, &index, &image, err));
    }
    FP_TRY(fp_image_manifest(&self->base, image, self->base.title, &self->manifest, err));
    self->image = descriptor->digest;
    return FP_OK;
}

static enum fp_code docker_name(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                const char *bytes, const char *name, struct fp_error *err)
{
    struct archive_writer *writer = (struct archive_writer *) self;
    if (!fp_digest_is_set(&writer->image))
        FP_TRY(set_image(writer, descriptor, bytes, err));
    else if (!fp_digest_equal(&writer->image, &descriptor->digest))
        return fail_platforms(self, err);
    return name != NULL ? add_tag(writer, name, err) : FP_OK;
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

static char *image_list(const struct archive_writer *self)
{
    cleanup_free char *config = config_name(&self->manifest);
    json_t *tags = self->tags.len > 0 ? fp_json_texts(&self->tags) : json_null();
    json_t *layers = json_array();
    for (size_t i = 0; i < self->manifest.layer_count; i++) {
        cleanup_free char *name = layer_name(&self->manifest.layers[i]);
        fp_json_append(layers, json_string(name));
    }
    cleanup_json json_t *list =
        json_pack("[{s:s, s:o, s:o}]", "Config", config, "RepoTags", tags, "Layers", layers);
    return fp_json_canonical(list);
}

static enum fp_code add_file(struct archive_writer *self, const struct fp_descriptor *descriptor,
                             const char *name, struct fp_error *err)
{
    cleanup_blob struct fp_blob *blob = NULL;
    FP_TRY(fp_repo_get_blob(&self->base, descriptor, NULL, &blob, err));
    return add_blob(self, name, blob, err);
}

static bool is_repeated(const struct fp_manifest *manifest, size_t layer)
{
    for (size_t i = 0; i < layer; i++)
        if (fp_digest_equal(&manifest->layers[i].digest, &manifest->layers[layer].digest))
            return true;
    return false;
}

static enum fp_code write_docker(struct archive_writer *self, struct fp_error *err)
{
    const struct fp_manifest *manifest = &self->manifest;
    if (!fp_digest_is_set(&self->image))
        return fp_fail(err, FP_E_INTERNAL, "%s: no image was put into it", self->base.title);
    cleanup_free char *list = image_list(self);
    cleanup_free char *config = config_name(manifest);
    FP_TRY(add_text(self, "manifest.json", list, err));
    FP_TRY(add_file(self, &manifest->config, config, err));
    for (size_t i = 0; i < manifest->layer_count; i++) {
        cleanup_free char *name = layer_name(&manifest->layers[i]);
        if (!is_repeated(manifest, i))
            FP_TRY(add_file(self, &manifest->layers[i], name, err));
    }
    return FP_OK;
}

static enum fp_code writer_finish(struct fp_repo *self, struct fp_error *err)
{
    struct archive_writer *writer = (struct archive_writer *) self;
    __attribute__((cleanup(free_tarp))) struct archive *tar = archive_write_new();
    if (tar == NULL)
        fp_out_of_memory();
    if (archive_write_set_format_pax_restricted(tar) != ARCHIVE_OK ||
        archive_write_add_filter_none(tar) != ARCHIVE_OK ||
        archive_write_open_fd(tar, fp_newfile_fd(writer->file)) != ARCHIVE_OK)
        return fp_fail(err, FP_E_INTERNAL, "libarchive cannot write tar archives");
    writer->tar = tar;
    FP_TRY(writer->index.document != NULL ? write_oci(writer, err) : write_docker(writer, err));
    if (archive_write_close(tar) != ARCHIVE_OK)
        return fail_tar(writer, err);
    return fp_newfile_publish(writer->file, NULL, true, err);
}

static const struct fp_repo_ops oci_ops = {
    .resolve = oci_resolve,
    .get_blob = writer_get_blob,
    .put_blob = writer_put_blob,
    .name = oci_name,
    .finish = writer_finish,
    .clear = writer_clear,
};

static const struct fp_repo_ops docker_ops = {
    .resolve = docker_resolve,
    .get_blob = writer_get_blob,
    .put_blob = writer_put_blob,
    .name = docker_name,
    .finish = writer_finish,
    .clear = writer_clear,
};

enum fp_code fp_repo_create_archive(const char *path, enum fp_archive_kind kind,
                                    struct fp_repo **ret, struct fp_error *err)
{
    bool is_oci = kind == FP_ARCHIVE_OCI;
    struct archive_writer *writer = fp_xcalloc(1, sizeof(*writer));
    cleanup_repo struct fp_repo *repo = &writer->base;
    repo->ops = is_oci ? &oci_ops : &docker_ops;
    repo->title = fp_xasprintf("%s:%s", is_oci ? "oci-archive" : "docker-archive", path);
    (void) pthread_mutex_init(&writer->lock, NULL);
    if (is_oci)
        writer->index = fp_layout_index_new();
    FP_TRY(fp_newfile_open(path, 0644, &writer->file, err));
    *ret = steal_pointer(&repo);
    return FP_OK;
}
