/*
 * Content from a registry is kept in a directory by digest: blobs because they are needed as files,
 * documents because fetching them again takes time and counts against Docker Hub's rate limit.
 *
 * A download is written to ".HEX.partial", can be resumed from there, and is renamed when it is
 * verified. The downloader holds a lock on that file, so that neither threads (each has its own
 * open file and therefore its own lock) nor processes fetch the same blob at the same time.
 */
#include "document.h"
#include "layout_index.h"
#include "registry_repo.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *blob_path(const struct fp_registry_repo *repo, const struct fp_digest *digest)
{
    return fp_path_join(repo->blob_folder, fp_digest_hex(digest));
}

enum fp_code fp_registry_repo_keep(const struct fp_registry_repo *repo,
                                   const struct fp_descriptor *descriptor,
                                   const struct fp_buf *body, struct fp_error *err)
{
    cleanup_free char *path = blob_path(repo, &descriptor->digest);
    return fp_kept_write(path, fp_buf_text(body), body->len, err);
}

bool fp_registry_repo_try_next(const struct fp_registry_repo *repo, size_t source,
                               enum fp_code code, const struct fp_error *err)
{
    bool is_ours = code == FP_OK || code == FP_E_INTERRUPTED || code == FP_E_IO ||
                   code == FP_E_INTERNAL || code == FP_E_USAGE;
    if (is_ours || source + 1 >= repo->source_count)
        return false;
    fp_report(repo->reporter, code == FP_E_NOT_FOUND ? FP_EVENT_DEBUG : FP_EVENT_WARNING,
              "%s; going on with %s",
              err != NULL ? err->text : fp_registry_name(repo->sources[source]),
              fp_registry_name(repo->sources[source + 1]));
    return true;
}

static enum fp_code fetch_manifest(struct fp_repo *self, const char *reference_text,
                                   struct fp_buf *body, struct fp_descriptor *ret,
                                   struct fp_error *err)
{
    const struct fp_registry_repo *repo = fp_to_registry_repo(self);
    size_t source = repo->source;
    enum fp_code code = FP_OK;
    do
        code = fp_registry_get_manifest(repo->sources[source], reference_text, body, ret, err);
    while (fp_registry_repo_try_next(repo, source++, code, err));
    return code != FP_OK ? code : fp_registry_repo_keep(repo, ret, body, err);
}

/* Any source can continue a partial file, because the digest determines the bytes. */
static enum fp_code fetch_from_any(const struct fp_registry_repo *repo,
                                   const struct fp_descriptor *descriptor, int fd,
                                   struct fp_stage *stage, struct fp_error *err)
{
    size_t source = repo->source;
    enum fp_code code = FP_OK;
    do
        code = fp_registry_fetch_blob(repo->sources[source], descriptor, fd, stage, err);
    while (fp_registry_repo_try_next(repo, source++, code, err));
    return code;
}

static enum fp_code download(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             const char *path, struct fp_stage *stage, struct fp_error *err)
{
    cleanup_free char *partial =
        fp_xasprintf("%s/.%s.partial", fp_to_registry_repo(self)->blob_folder,
                     fp_digest_hex(&descriptor->digest));
    cleanup_fd int fd = -1;
    FP_TRY(fp_file_open_locked(partial, &fd, err));
    /* Another process or thread may have fetched it while this one waited. */
    if (fp_blob_file_is_there(path, descriptor->size)) {
        (void) unlink(partial);
        return FP_OK;
    }
    enum fp_code code = fetch_from_any(fp_to_registry_repo(self), descriptor, fd, stage, err);
    if (code == FP_OK)
        return fp_sync(fd) && rename(partial, path) == 0
                   ? FP_OK
                   : fp_fail_errno(err, FP_E_IO, "%s: cannot be written", path);
    if (code == FP_E_IO)
        code = fp_context(code, err, "%s", partial);
    /* Only an interrupted download is kept, to be resumed. Empty files are removed, and whole ones,
     * which are wrong or were given up before they could be verified, as another blob was wrong. */
    struct stat st = {0};
    bool broke_off = code == FP_E_NETWORK || code == FP_E_INTERRUPTED || code == FP_E_IO;
    if (!broke_off || fstat(fd, &st) != 0 || st.st_size == 0 ||
        (uint64_t) st.st_size >= descriptor->size)
        (void) unlink(partial);
    return code;
}

enum fp_code fp_registry_repo_get_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                       struct fp_stage *stage, struct fp_blob **ret,
                                       struct fp_error *err)
{
    const struct fp_registry_repo *repo = fp_to_registry_repo(self);
    cleanup_free char *path = blob_path(repo, &descriptor->digest);
    bool there = false;
    FP_TRY(fp_blob_file_has(path, descriptor, repo->reporter, &there, err));
    if (!there)
        FP_TRY(download(self, descriptor, path, stage, err));
    return fp_blob_file_get(path, self->title, false, descriptor, ret, err);
}

/* Read a document that is kept from an earlier run, unless it is damaged. */
static bool read_kept(struct fp_repo *self, const struct fp_descriptor *descriptor,
                      struct fp_buf *body)
{
    cleanup_free char *path = blob_path(fp_to_registry_repo(self), &descriptor->digest);
    cleanup_blob struct fp_blob *blob = NULL;
    if (!fp_blob_file_is_there(path, descriptor->size) ||
        fp_blob_file_get(path, self->title, false, descriptor, &blob, NULL) != FP_OK)
        return false;
    if (fp_blob_document(blob, descriptor, self->title, body, NULL) == FP_OK)
        return true;
    (void) unlink(path);
    fp_buf_clear(body);
    return false;
}

bool fp_registry_repo_has_kept(struct fp_registry_repo *repo, struct fp_descriptor *head)
{
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_json json_t *document = NULL;
    const char *title = repo->base.title;
    const char *type = NULL;
    if (!fp_digest_is_set(&head->digest) || !read_kept(&repo->base, head, &body) ||
        fp_json_parse(fp_buf_text(&body), body.len, title, &document, NULL) != FP_OK ||
        fp_document_type(document, head->media_type, title, &type, NULL) != FP_OK)
        return false;
    (void) snprintf(head->media_type, sizeof(head->media_type), "%s", type);
    return true;
}

static enum fp_code get_config(struct fp_repo *self, const struct fp_descriptor *descriptor,
                               struct fp_buf *body, struct fp_error *err)
{
    cleanup_blob struct fp_blob *blob = NULL;
    if (descriptor->size > body->max)
        return fp_fail(err, FP_E_INPUT, "%s: %s is larger than %zu bytes", self->title,
                       descriptor->digest.text, body->max);
    FP_TRY(fp_registry_repo_get_blob(self, descriptor, NULL, &blob, err));
    return fp_blob_document(blob, descriptor, self->title, body, err);
}

enum fp_code fp_registry_repo_get_document(struct fp_repo *self,
                                           const struct fp_descriptor *descriptor,
                                           struct fp_buf *body, struct fp_error *err)
{
    if (read_kept(self, descriptor, body))
        return FP_OK;
    if (!fp_media_is_manifest(descriptor->media_type) && !fp_media_is_index(descriptor->media_type))
        return get_config(self, descriptor, body, err);
    struct fp_descriptor got = {0};
    cleanup_buf struct fp_buf fetched = FP_BUF_INIT(body->max);
    enum fp_code code = fetch_manifest(self, descriptor->digest.text, &fetched, &got, err);
    fp_descriptor_clear(&got);
    if (code != FP_OK)
        return code;
    return fp_bytes_document(fp_buf_text(&fetched), fetched.len, descriptor, self->title, body,
                             err);
}
