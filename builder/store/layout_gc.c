/*
 * Garbage collection deletes blobs that no document reachable from index.json names. To be safe
 * with unknown kinds of document (artifacts, signatures), each member "digest" anywhere in a
 * document counts as naming a blob. A named blob is read in turn if its media type may be a
 * manifest or index.
 *
 * The blobs of a running build are not named yet. The build holds the layout (see
 * fp_layout_hold()); meanwhile nothing is deleted, and a later removal deletes the garbage.
 */
#include "layout_index.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The most blobs that are marked, and the longest chain of documents that refer to each other. */
#define MAX_MARKED 200000
#define MAX_DEPTH  8

/* Downloads that were not continued for this long are deleted, as are temporary files that a crash
 * has left. */
#define LEFTOVER_MAX_AGE_S ((time_t) 7 * 24 * 3600)

struct collection {
    const char *path;
    json_t *marked;           /* object: digest -> true */
    struct fp_strv documents; /* marked and not yet read */
};

/* Whether to search a blob of that type for digests. Layers and configurations are not searched. */
static bool may_name_blobs(const char *media_type)
{
    if (media_type == NULL || fp_media_is_index(media_type) || fp_media_is_manifest(media_type))
        return true;
    return strstr(media_type, "json") != NULL && strcmp(media_type, FP_MEDIA_OCI_CONFIG) != 0 &&
           strcmp(media_type, FP_MEDIA_DOCKER_CONFIG) != 0;
}

static enum fp_code mark(struct collection *self, const json_t *object, struct fp_error *err)
{
    struct fp_digest digest = {0};
    const char *text = fp_json_string(object, "digest");
    if (text == NULL || fp_digest_parse(text, "", &digest, NULL) != FP_OK ||
        json_object_get(self->marked, text) != NULL)
        return FP_OK;
    if (json_object_size(self->marked) >= MAX_MARKED)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d blobs", self->path, MAX_MARKED);
    fp_json_set(self->marked, text, json_true());
    if (may_name_blobs(fp_json_string(object, "mediaType")))
        fp_strv_add(&self->documents, text);
    return FP_OK;
}

/* The recursion is bounded, because the JSON parser bounds the depth of documents. */
static enum fp_code mark_all(struct collection *self, const json_t *value, struct fp_error *err)
{
    const char *key = NULL;
    json_t *child = NULL;
    size_t i = 0;
    if (json_is_object(value))
        FP_TRY(mark(self, value, err));
    json_object_foreach((json_t *) (uintptr_t) value, key, child)
    {
        FP_TRY(mark_all(self, child, err));
    }
    json_array_foreach(value, i, child)
    {
        FP_TRY(mark_all(self, child, err));
    }
    return FP_OK;
}

/* A blob names nothing if it is missing (in a sparse copy) or is not a document. */
static enum fp_code mark_document(struct collection *self, const char *digest_text,
                                  struct fp_error *err)
{
    struct fp_digest digest = {0};
    struct stat st = {0};
    cleanup_json json_t *document = NULL;
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_cancel_check(err));
    FP_TRY(fp_digest_parse(digest_text, self->path, &digest, err));
    cleanup_free char *path = fp_layout_blob_path(self->path, &digest);
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
        (uint64_t) st.st_size > FP_MANIFEST_MAX_BYTES)
        return FP_OK;
    FP_TRY(fp_kept_read(path, &body, err));
    if (fp_json_parse(fp_buf_text(&body), body.len, path, &document, NULL) != FP_OK)
        return FP_OK;
    return mark_all(self, document, err);
}

static enum fp_code mark_documents(struct collection *self, struct fp_error *err)
{
    for (int depth = 0; depth < MAX_DEPTH && self->documents.len > 0; depth++) {
        cleanup_strv struct fp_strv batch = self->documents;
        self->documents = (struct fp_strv){0};
        for (size_t i = 0; i < batch.len; i++)
            FP_TRY(mark_document(self, batch.items[i], err));
    }
    if (self->documents.len > 0)
        return fp_fail(err, FP_E_INPUT, "%s: indexes are nested more than %d deep", self->path,
                       MAX_DEPTH);
    return FP_OK;
}

/* A download of registry_fetch.c (".HEX.partial"), or a temporary file. */
static bool is_leftover(const char *name, const struct stat *st)
{
    bool ours = strncmp(name, FP_TEMP_PREFIX, strlen(FP_TEMP_PREFIX)) == 0 ||
                (name[0] == '.' && fp_text_ends_with(name, ".partial"));
    return ours && time(NULL) - st->st_mtime > LEFTOVER_MAX_AGE_S;
}

static bool is_garbage(const struct collection *self, const char *algorithm, const char *name,
                       const struct stat *st)
{
    struct fp_digest digest = {0};
    cleanup_free char *text = fp_xasprintf("%s:%s", algorithm, name);
    if (!S_ISREG(st->st_mode))
        return false;
    if (fp_digest_parse(text, "", &digest, NULL) == FP_OK)
        return json_object_get(self->marked, text) == NULL;
    return is_leftover(name, st);
}

/* A directory of blobs must not be a link, because other people's files would be deleted. */
static enum fp_code sweep(const struct collection *self, const char *algorithm, uint64_t *freed,
                          struct fp_error *err)
{
    cleanup_fd int fd = -1;
    cleanup_free char *directory = fp_path_join("blobs", algorithm);
    enum fp_code code = fp_kept_dir_open(self->path, directory, &fd, err);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL)
        return code;
    fd = -1; /* closed with the stream */
    for (const struct dirent *entry = readdir(dir); entry != NULL && fp_cancelled() == 0;
         entry = readdir(dir)) {
        struct stat st = {0};
        if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
            !is_garbage(self, algorithm, entry->d_name, &st) ||
            unlinkat(dirfd(dir), entry->d_name, 0) != 0)
            continue;
        *freed += st.st_nlink == 1 ? (uint64_t) st.st_size : 0;
    }
    (void) closedir(dir);
    return FP_OK;
}

enum fp_code fp_layout_collect(const char *path, const struct fp_layout_index *index,
                               uint64_t *ret_freed_bytes, struct fp_error *err)
{
    *ret_freed_bytes = 0;
    /* A holder of the layout has a lock on this file. */
    cleanup_free char *marker = fp_path_join(path, "oci-layout");
    cleanup_fd int fd = open(marker, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || !fp_flock_now(fd, marker))
        return FP_OK;
    struct collection self = {.path = path, .marked = json_object()};
    enum fp_code code = mark_all(&self, index->document, err);
    if (code == FP_OK)
        code = mark_documents(&self, err);
    if (code == FP_OK)
        code = sweep(&self, "sha256", ret_freed_bytes, err);
    if (code == FP_OK)
        code = sweep(&self, "sha512", ret_freed_bytes, err);
    json_decref(self.marked);
    fp_strv_clear(&self.documents);
    return fp_context(code, err, "the name is gone, its blobs are still there");
}
