/*
 * Image archives to read. An OCI archive is an OCI layout in a tar. In the output of `docker save`,
 * manifest.json lists the members of each image, both in the older form (a directory with VERSION,
 * json and layer.tar for each layer) and in the newer form (a layout beside it). It states no
 * digests of layers, only diff_ids, so the indexing pass computes the digests, and this file makes
 * manifests from them.
 */
#include "archive_index.h"
#include "layout_index.h"

#include <string.h>

/* The most images of an archive. */
#define MAX_IMAGES 1000

struct docker_image {
    struct fp_blob *manifest;
    struct fp_strv tags;
};

struct docker_archive {
    struct fp_repo base;
    struct fp_archive_index members;
    struct docker_image *images;
    size_t len;
};

static struct fp_blob *find_tag(const struct docker_archive *archive, const char *tag)
{
    for (size_t i = 0; i < archive->len; i++)
        if (fp_strv_has(&archive->images[i].tags, tag))
            return archive->images[i].manifest;
    return NULL;
}

static struct fp_blob *find_manifest(const struct docker_archive *archive,
                                     const struct fp_digest *digest)
{
    for (size_t i = 0; i < archive->len; i++)
        if (fp_digest_equal(&fp_blob_descriptor(archive->images[i].manifest)->digest, digest))
            return archive->images[i].manifest;
    return NULL;
}

/* Docker leaves out its own registry and ":latest" in RepoTags; others write them. */
static struct fp_blob *find_name(const struct docker_archive *archive, const char *name)
{
    static const char *const prefixes[] = {"docker.io/library/", "docker.io/"};
    struct fp_blob *found = find_tag(archive, name);
    cleanup_free char *latest = fp_xasprintf("%s:%s", name, FP_TAG_DEFAULT);
    if (found == NULL)
        found = find_tag(archive, latest);
    for (size_t i = 0; found == NULL && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        cleanup_free char *full = fp_xasprintf("%s%s", prefixes[i], name);
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            found = find_tag(archive, name + strlen(prefixes[i]));
        else
            found = find_tag(archive, full);
    }
    return found;
}

static enum fp_code docker_resolve(struct fp_repo *self, const char *name,
                                   struct fp_descriptor *ret, struct fp_error *err)
{
    const struct docker_archive *archive = (struct docker_archive *) self;
    const struct fp_blob *only = archive->len == 1 ? archive->images[0].manifest : NULL;
    const struct fp_blob *manifest = name != NULL ? find_name(archive, name) : only;
    if (manifest != NULL) {
        *ret = fp_descriptor_copy(fp_blob_descriptor(manifest));
        return FP_OK;
    }
    cleanup_strv struct fp_strv names = {0};
    for (size_t i = 0; i < archive->len; i++)
        for (size_t k = 0; k < archive->images[i].tags.len; k++)
            fp_strv_add(&names, archive->images[i].tags.items[k]);
    return fp_fail_no_image(self->title, name, &names, err);
}

static const struct fp_archive_member *find_digest(const struct docker_archive *archive,
                                                   const struct fp_digest *digest)
{
    for (size_t i = 0; i < archive->members.len; i++)
        if (fp_digest_equal(&archive->members.members[i].digest, digest))
            return &archive->members.members[i];
    return NULL;
}

static enum fp_code docker_get_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                    struct fp_stage *stage, struct fp_blob **ret,
                                    struct fp_error *err)
{
    const struct docker_archive *archive = (struct docker_archive *) self;
    struct fp_blob *manifest = find_manifest(archive, &descriptor->digest);
    (void) stage;
    if (manifest != NULL) {
        *ret = fp_blob_ref(manifest);
        return FP_OK;
    }
    return fp_archive_get(&archive->members, find_digest(archive, &descriptor->digest), descriptor,
                          self->title, ret, err);
}

static void docker_clear(struct fp_repo *self)
{
    struct docker_archive *archive = (struct docker_archive *) self;
    for (size_t i = 0; i < archive->len; i++) {
        fp_blob_unref(archive->images[i].manifest);
        fp_strv_clear(&archive->images[i].tags);
    }
    free(archive->images);
    fp_archive_index_clear(&archive->members);
}

static const struct fp_repo_ops docker_ops = {
    .resolve = docker_resolve,
    .get_blob = docker_get_blob,
    .clear = docker_clear,
};

/* A member whose name is a digest must have content of that digest. */
static enum fp_code check_name(const struct docker_archive *archive, const char *name,
                               const struct fp_archive_member *member, struct fp_error *err)
{
    struct fp_digest expected = {0};
    const char *base = fp_path_base(name);
    const char *colon = strchr(base, ':');
    cleanup_free char *text = fp_xasprintf("sha256:%.64s", colon != NULL ? colon + 1 : base);
    if (fp_digest_parse(text, "", &expected, NULL) != FP_OK ||
        fp_digest_equal(&expected, &member->digest))
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_VERIFY, "%s: the content of %s is %s", archive->base.title,
                             name, member->digest.text),
                     err, "the archive is damaged: get it again");
}

/* Make a descriptor of the member `name`. */
static enum fp_code describe(const struct docker_archive *archive, const char *name, bool is_layer,
                             struct fp_descriptor *ret, struct fp_error *err)
{
    const struct fp_archive_member *member = fp_archive_find(&archive->members, name);
    if (member == NULL || !fp_digest_is_set(&member->digest))
        return fp_fail(err, FP_E_INPUT, "%s: manifest.json names %s, which is not in it",
                       archive->base.title, name);
    const char *type = is_layer ? fp_codec_media(member->codec) : FP_MEDIA_OCI_CONFIG;
    if (type == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: layer %s is compressed with %s, which no image may be",
                       archive->base.title, name, fp_codec_name(member->codec));
    *ret = (struct fp_descriptor){.digest = member->digest, .size = member->size};
    (void) snprintf(ret->media_type, sizeof(ret->media_type), "%s", type);
    /* In the older form a layer is named by the digest of its tar, even when it is compressed. */
    return is_layer && member->codec != FP_CODEC_NONE && strncmp(name, "blobs/", 6) != 0
               ? FP_OK
               : check_name(archive, name, member, err);
}

static enum fp_code add_layers(const struct docker_archive *archive, const json_t *names,
                               struct fp_manifest *manifest, struct fp_error *err)
{
    size_t i = 0;
    json_t *name = NULL;
    json_array_foreach(names, i, name)
    {
        struct fp_descriptor layer = {0};
        if (!json_is_string(name))
            return fp_fail(err, FP_E_INPUT, "%s: manifest.json: a layer's name is no string",
                           archive->base.title);
        FP_TRY(describe(archive, json_string_value(name), true, &layer, err));
        fp_manifest_add_layer(manifest, &layer);
    }
    return FP_OK;
}

/* An uncompressed layer's digest is its diff_id. The diff_id of a compressed layer is checked when
 * the layer is inflated. */
static enum fp_code check_diff_ids(const struct docker_archive *archive, const char *config_name,
                                   const struct fp_manifest *manifest, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_config struct fp_config config = {0};
    FP_TRY(fp_archive_read(&archive->members, config_name, &text, err));
    FP_TRY(fp_config_parse(fp_buf_text(&text), text.len, manifest->layer_count, archive->base.title,
                           &config, err));
    for (size_t i = 0; i < manifest->layer_count; i++) {
        const struct fp_descriptor *layer = &manifest->layers[i];
        if (strcmp(layer->media_type, FP_MEDIA_OCI_LAYER) == 0 &&
            !fp_digest_equal(&layer->digest, &config.diff_ids[i]))
            return fp_hinted(fp_fail(err, FP_E_VERIFY, "%s: layer %zu is %s instead of %s",
                                     archive->base.title, i + 1, layer->digest.text,
                                     config.diff_ids[i].text),
                             err, "the archive is damaged: get it again");
    }
    return FP_OK;
}

static enum fp_code make_manifest(const struct docker_archive *archive, const json_t *object,
                                  struct fp_manifest *ret, struct fp_error *err)
{
    const char *config = NULL;
    const json_t *layers = json_object_get(object, "Layers");
    FP_TRY(fp_json_need_string(object, "Config", archive->base.title, &config, err));
    if (!json_is_array(layers) || json_array_size(layers) > FP_MANIFEST_MAX_LAYERS)
        return fp_fail(err, FP_E_INPUT,
                       "%s: manifest.json: Layers is no array of at most %d layers",
                       archive->base.title, FP_MANIFEST_MAX_LAYERS);
    (void) snprintf(ret->media_type, sizeof(ret->media_type), "%s", FP_MEDIA_OCI_MANIFEST);
    FP_TRY(describe(archive, config, false, &ret->config, err));
    FP_TRY(add_layers(archive, layers, ret, err));
    return check_diff_ids(archive, config, ret, err);
}

static enum fp_code add_image(struct docker_archive *archive, const json_t *object,
                              struct fp_error *err)
{
    cleanup_manifest struct fp_manifest manifest = {0};
    FP_TRY(make_manifest(archive, object, &manifest, err));
    struct docker_image *image = &archive->images[archive->len++];
    char *bytes = fp_manifest_bytes(&manifest);
    image->manifest = fp_blob_memory(FP_MEDIA_OCI_MANIFEST, bytes, strlen(bytes));
    size_t i = 0;
    json_t *tag = NULL;
    json_array_foreach(json_object_get(object, "RepoTags"), i, tag)
    {
        if (json_is_string(tag))
            fp_strv_add(&image->tags, json_string_value(tag));
    }
    return FP_OK;
}

static enum fp_code add_images(struct docker_archive *archive, const json_t *document,
                               struct fp_error *err)
{
    if (!json_is_array(document) || json_array_size(document) > MAX_IMAGES)
        return fp_fail(err, FP_E_INPUT, "%s: manifest.json is no array of at most %d images",
                       archive->base.title, MAX_IMAGES);
    archive->images = fp_xcalloc(json_array_size(document), sizeof(*archive->images));
    for (size_t i = 0; i < json_array_size(document); i++)
        FP_TRY(add_image(archive, json_array_get(document, i), err));
    return FP_OK;
}

static const char *other_form(const struct docker_archive *archive)
{
    if (fp_archive_find(&archive->members, "oci-layout") != NULL)
        return "it is an OCI archive: write oci-archive:FILE";
    if (fp_archive_find(&archive->members, "repositories") != NULL)
        return "it is from Docker before 1.10: load it into one of today and save it again";
    return "for a root file system in a tar write rootfs:FILE";
}

static enum fp_code open_docker(struct docker_archive *archive, const char *path,
                                const char *work_dir, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_json json_t *document = NULL;
    FP_TRY(fp_archive_index_open(path, work_dir, true, &archive->members, err));
    if (fp_archive_find(&archive->members, "manifest.json") == NULL)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s: not what 'docker save' writes: no manifest.json in it", path),
                         err, "%s", other_form(archive));
    FP_TRY(fp_archive_read(&archive->members, "manifest.json", &text, err));
    FP_TRY(fp_json_parse(fp_buf_text(&text), text.len, path, &document, err));
    return add_images(archive, document, err);
}

static enum fp_code repo_open_docker(const char *path, const char *work_dir, struct fp_repo **ret,
                                     struct fp_error *err)
{
    struct docker_archive *archive = fp_xcalloc(1, sizeof(*archive));
    cleanup_repo struct fp_repo *repo = &archive->base;
    repo->ops = &docker_ops;
    repo->title = fp_xasprintf("docker-archive:%s", path);
    FP_TRY(open_docker(archive, path, work_dir, err));
    *ret = steal_pointer(&repo);
    return FP_OK;
}

struct oci_archive {
    struct fp_repo base;
    struct fp_archive_index members;
    struct fp_layout_index index;
};

static enum fp_code oci_resolve(struct fp_repo *self, const char *name, struct fp_descriptor *ret,
                                struct fp_error *err)
{
    const struct oci_archive *archive = (struct oci_archive *) self;
    return fp_layout_index_find(&archive->index, name, self->title, ret, err);
}

static enum fp_code oci_get_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                 struct fp_stage *stage, struct fp_blob **ret, struct fp_error *err)
{
    const struct oci_archive *archive = (struct oci_archive *) self;
    const struct fp_digest *digest = &descriptor->digest;
    cleanup_free char *name =
        fp_xasprintf("blobs/%s/%s", fp_digest_algorithm_name(digest), fp_digest_hex(digest));
    (void) stage;
    return fp_archive_get(&archive->members, fp_archive_find(&archive->members, name), descriptor,
                          self->title, ret, err);
}

static void oci_clear(struct fp_repo *self)
{
    struct oci_archive *archive = (struct oci_archive *) self;
    fp_archive_index_clear(&archive->members);
    fp_layout_index_clear(&archive->index);
}

static const struct fp_repo_ops oci_ops = {
    .resolve = oci_resolve,
    .get_blob = oci_get_blob,
    .clear = oci_clear,
};

static enum fp_code check_marker(const struct oci_archive *archive, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    if (fp_archive_find(&archive->members, "oci-layout") == NULL)
        return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: not an OCI archive: no oci-layout in it",
                                 archive->members.path),
                         err, "for what 'docker save' writes use docker-archive:FILE");
    FP_TRY(fp_archive_read(&archive->members, "oci-layout", &text, err));
    return fp_layout_marker_check(fp_buf_text(&text), text.len, archive->base.title, err);
}

static enum fp_code open_oci(struct oci_archive *archive, const char *path, const char *work_dir,
                             struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_archive_index_open(path, work_dir, false, &archive->members, err));
    FP_TRY(check_marker(archive, err));
    FP_TRY(fp_archive_read(&archive->members, "index.json", &text, err));
    return fp_layout_index_parse(fp_buf_text(&text), text.len, archive->base.title, &archive->index,
                                 err);
}

enum fp_code fp_repo_open_archive(const char *path, enum fp_archive_kind kind, const char *work_dir,
                                  struct fp_repo **ret, struct fp_error *err)
{
    if (kind == FP_ARCHIVE_DOCKER)
        return repo_open_docker(path, work_dir, ret, err);
    struct oci_archive *archive = fp_xcalloc(1, sizeof(*archive));
    cleanup_repo struct fp_repo *repo = &archive->base;
    repo->ops = &oci_ops;
    repo->title = fp_xasprintf("oci-archive:%s", path);
    FP_TRY(open_oci(archive, path, work_dir, err));
    *ret = steal_pointer(&repo);
    return FP_OK;
}
