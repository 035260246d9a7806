/*
 * A repository of a registry as a repo. What comes from there is kept in a folder by digest:
 * blobs because they are needed as files, documents because asking again costs time and, on
 * Docker Hub, a share of the allowance.
 *
 * Images may come from mirrors. They are asked in order, and what the first that knows the name
 * fails to deliver is asked of those after it; the last is the repository itself.
 *
 * A download goes to ".HEX.partial", from where it is resumed, and is renamed when it is verified.
 * Whoever downloads holds a lock on that file: the same blob is never fetched twice at once, by
 * threads (each has its own open file, hence its own lock) or by processes.
 */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of one image, the repository itself included. */
#define MAX_SOURCES (FP_MIRRORS_MAX_CANDIDATES + 1)

struct registry_repo {
    struct fp_repo base; /* its registry is the source in use */
    struct fp_registry *sources[MAX_SOURCES];
    size_t source_count;
    size_t source; /* the one in use; set before threads begin */
    struct fp_reporter *reporter;
    struct fp_reference reference;
    char *blob_folder;
    int hold;             /* on the layout that the folder belongs to */
    pthread_mutex_t lock; /* of `sent` */
    struct fp_strv sent;  /* digests of what was uploaded */
};

static const struct registry_repo *to_repo(const struct fp_repo *self)
{
    return (const struct registry_repo *) self;
}

/* A tag or digest from one, or from a full reference to this repository. */
static enum fp_code tag_of(const struct fp_repo *self, const char *name, char **ret,
                           struct fp_error *err)
{
    const struct registry_repo *repo = to_repo(self);
    cleanup_reference struct fp_reference reference =
        name == NULL ? fp_reference_copy(&repo->reference) : (struct fp_reference){0};
    struct fp_digest digest = {0};
    if (name != NULL &&
        (fp_tag_is_valid(name) || fp_digest_parse(name, "", &digest, NULL) == FP_OK)) {
        *ret = fp_xstrdup(name);
        return FP_OK;
    }
    enum fp_code code = name != NULL ? fp_reference_parse_docker(name, &reference, err) : FP_OK;
    if (code != FP_OK)
        return code;
    if (strcmp(reference.repository, repo->reference.repository) != 0 ||
        strcmp(reference.registry, repo->reference.registry) != 0)
        return fp_fail(err, FP_E_INTERNAL, "'%s' is not in %s", name, self->title);
    if (fp_digest_is_set(&reference.digest))
        *ret = fp_xstrdup(reference.digest.text);
    else
        *ret = fp_xstrdup(reference.tag != NULL ? reference.tag : "latest");
    return FP_OK;
}

static char *blob_path(const struct registry_repo *repo, const struct fp_digest *digest)
{
    return fp_path_join(repo->blob_folder, fp_digest_hex(digest));
}

static enum fp_code keep_document(const struct registry_repo *repo,
                                  const struct fp_descriptor *descriptor, const struct fp_buf *body,
                                  struct fp_error *err)
{
    cleanup_free char *path = blob_path(repo, &descriptor->digest);
    return fp_file_write(path, fp_buf_text(body), body->len, 0644, err);
}

/* Whether the source after this one may do better. Says why. */
static bool try_next(const struct registry_repo *repo, size_t source, enum fp_code code,
                     const struct fp_error *err)
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
    const struct registry_repo *repo = to_repo(self);
    size_t source = repo->source;
    enum fp_code code = FP_OK;
    do
        code = fp_registry_get_manifest(repo->sources[source], reference_text, body, ret, err);
    while (try_next(repo, source++, code, err));
    return code != FP_OK ? code : keep_document(repo, ret, body, err);
}

/* Asking for the descriptor is free where fetching is counted. Some registries do not tell all of
 * it; then the manifest itself does. */
static enum fp_code resolve_at(struct registry_repo *repo, const char *tag,
                               struct fp_descriptor *ret, struct fp_error *err)
{
    bool exists = false;
    struct fp_descriptor head = {0};
    enum fp_code code = fp_registry_head_manifest(repo->base.registry, tag, &exists, &head, err);
    if (code != FP_OK)
        return code;
    if (exists && fp_digest_is_set(&head.digest) && head.size > 0 && head.media_type[0] != '\0') {
        *ret = head;
        return FP_OK;
    }
    fp_descriptor_clear(&head);
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    code = fp_registry_get_manifest(repo->base.registry, tag, &body, ret, err);
    return code != FP_OK ? code : keep_document(repo, ret, &body, err);
}

static enum fp_code registry_resolve(struct fp_repo *self, const char *name,
                                     struct fp_descriptor *ret, struct fp_error *err)
{
    struct registry_repo *repo = (struct registry_repo *) self;
    cleanup_free char *tag = NULL;
    enum fp_code code = tag_of(self, name, &tag, err);
    if (code != FP_OK)
        return code;
    for (;; repo->source++) {
        self->registry = repo->sources[repo->source];
        code = resolve_at(repo, tag, ret, err);
        if (!try_next(repo, repo->source, code, err))
            return code;
    }
}

static bool is_manifest(const struct fp_descriptor *descriptor)
{
    return fp_media_is_manifest(descriptor->media_type) ||
           fp_media_is_index(descriptor->media_type);
}

static enum fp_code publish(int fd, const char *partial, const char *path, struct fp_error *err)
{
    if (fsync(fd) != 0 || rename(partial, path) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be written", path);
    return FP_OK;
}

/* A partial file is continued from wherever the bytes come: they are those of one digest. */
static enum fp_code fetch_from_any(const struct registry_repo *repo,
                                   const struct fp_descriptor *descriptor, int fd,
                                   struct fp_stage *stage, struct fp_error *err)
{
    size_t source = repo->source;
    enum fp_code code = FP_OK;
    do
        code = fp_registry_fetch_blob(repo->sources[source], descriptor, fd, stage, err);
    while (try_next(repo, source++, code, err));
    return code;
}

static enum fp_code download(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             const char *path, struct fp_stage *stage, struct fp_error *err)
{
    cleanup_free char *partial = fp_xasprintf("%s/.%s.partial", to_repo(self)->blob_folder,
                                              fp_digest_hex(&descriptor->digest));
    cleanup_fd int fd = -1;
    enum fp_code code = fp_file_open_locked(partial, &fd, err);
    if (code != FP_OK)
        return code;
    /* Others may have brought it while we waited. */
    if (fp_blob_file_is_there(path, descriptor->size)) {
        (void) unlink(partial);
        return FP_OK;
    }
    code = fetch_from_any(to_repo(self), descriptor, fd, stage, err);
    if (code == FP_OK)
        return publish(fd, partial, path, err);
    if (code == FP_E_IO)
        code = fp_context(err, "%s", partial);
    /* Only what broke off is continued from; wrong bytes are not, and nothing leaves nothing. */
    struct stat st = {0};
    bool broke_off = code == FP_E_NETWORK || code == FP_E_INTERRUPTED || code == FP_E_IO;
    if (!broke_off || fstat(fd, &st) != 0 || st.st_size == 0)
        (void) unlink(partial);
    return code;
}

static enum fp_code registry_get_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                      struct fp_stage *stage, struct fp_blob **ret,
                                      struct fp_error *err)
{
    const struct registry_repo *repo = to_repo(self);
    cleanup_free char *path = blob_path(repo, &descriptor->digest);
    bool there = false;
    enum fp_code code = fp_blob_file_has(path, descriptor, repo->reporter, &there, err);
    if (code == FP_OK && !there)
        code = download(self, descriptor, path, stage, err);
    return code != FP_OK ? code : fp_blob_file_get(path, self->title, descriptor, ret, err);
}

/* What is in the folder from before, unless it is damaged. */
static bool read_kept(struct fp_repo *self, const struct fp_descriptor *descriptor,
                      struct fp_buf *body)
{
    cleanup_free char *path = blob_path(to_repo(self), &descriptor->digest);
    cleanup_blob struct fp_blob *blob = NULL;
    if (!fp_blob_file_is_there(path, descriptor->size) ||
        fp_blob_file_get(path, self->title, descriptor, &blob, NULL) != FP_OK)
        return false;
    if (fp_blob_document(blob, descriptor, self->title, body, NULL) == FP_OK)
        return true;
    (void) unlink(path);
    fp_buf_clear(body);
    return false;
}

static enum fp_code get_config(struct fp_repo *self, const struct fp_descriptor *descriptor,
                               struct fp_buf *body, struct fp_error *err)
{
    cleanup_blob struct fp_blob *blob = NULL;
    if (descriptor->size > body->max)
        return fp_fail(err, FP_E_INPUT, "%s: %s is larger than %zu bytes", self->title,
                       descriptor->digest.text, body->max);
    enum fp_code code = registry_get_blob(self, descriptor, NULL, &blob, err);
    return code != FP_OK ? code : fp_blob_document(blob, descriptor, self->title, body, err);
}

static enum fp_code registry_get_document(struct fp_repo *self,
                                          const struct fp_descriptor *descriptor,
                                          struct fp_buf *body, struct fp_error *err)
{
    if (read_kept(self, descriptor, body))
        return FP_OK;
    if (!is_manifest(descriptor))
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

static void remember_sent(struct registry_repo *repo, const struct fp_digest *digest)
{
    (void) pthread_mutex_lock(&repo->lock);
    fp_strv_add(&repo->sent, digest->text);
    (void) pthread_mutex_unlock(&repo->lock);
}

/* A registry that finds other bytes than their digest says is right more often than not. */
static enum fp_code blame(const struct fp_blob *blob, struct fp_error *err)
{
    struct fp_error found = {0};
    const char *path = fp_blob_path(blob);
    if (path == NULL || fp_blob_verify(blob, path, NULL, &found) != FP_E_VERIFY)
        return FP_E_VERIFY;
    if (err != NULL)
        *err = found;
    return fp_hinted(FP_E_VERIFY, err, "it is damaged there: build or pull the image again");
}

static enum fp_code registry_put_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                      struct fp_blob *blob, struct fp_repo *origin,
                                      struct fp_stage *stage, enum fp_push_outcome *ret_outcome,
                                      struct fp_error *err)
{
    bool mountable = origin != NULL && origin->registry != NULL && origin != self &&
                     fp_registry_same_host(origin->registry, self->registry);
    const char *from = mountable ? fp_registry_repository(origin->registry) : NULL;
    enum fp_code code =
        fp_registry_push_blob(self->registry, descriptor, blob, from, stage, ret_outcome, err);
    if (code == FP_OK && *ret_outcome == FP_PUSH_UPLOADED)
        remember_sent((struct registry_repo *) self, &descriptor->digest);
    return code == FP_E_VERIFY && blob != NULL ? blame(blob, err) : code;
}

static enum fp_code registry_put_document(struct fp_repo *self,
                                          const struct fp_descriptor *descriptor, const char *bytes,
                                          struct fp_error *err)
{
    return fp_registry_put_manifest(self->registry, descriptor->digest.text, descriptor, bytes,
                                    err);
}

static enum fp_code registry_name(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                  const char *bytes, const char *name, struct fp_error *err)
{
    cleanup_free char *tag = NULL;
    if (name == NULL)
        return FP_OK;
    enum fp_code code = tag_of(self, name, &tag, err);
    if (code != FP_OK || strcmp(tag, descriptor->digest.text) == 0)
        return code;
    return fp_registry_put_manifest(self->registry, tag, descriptor, bytes, err);
}

/* A registry takes no manifest before what that refers to, so where the name stands for it all is
 * there. Only a network that fails is worth giving up for; other refusals come again where they
 * matter. */
static enum fp_code registry_is_named(struct fp_repo *self, const struct fp_digest *digest,
                                      const char *name, bool *ret, struct fp_error *err)
{
    cleanup_free char *tag = NULL;
    *ret = false;
    fp_registry_will_push(self->registry);
    enum fp_code code = tag_of(self, name, &tag, err);
    if (code == FP_OK)
        code = fp_registry_is_tagged(self->registry, tag, digest, ret, err);
    return code == FP_E_NETWORK || code == FP_E_INTERRUPTED ? code : FP_OK;
}

static void registry_free(struct fp_repo *self)
{
    struct registry_repo *repo = (struct registry_repo *) self;
    for (size_t i = 0; i < repo->source_count; i++)
        fp_registry_close(repo->sources[i]);
    fp_reference_clear(&repo->reference);
    fp_cleanup_fdp(&repo->hold);
    fp_strv_clear(&repo->sent);
    (void) pthread_mutex_destroy(&repo->lock);
    free(repo->blob_folder);
    free(repo->base.title);
    free(repo);
}

static const struct fp_repo_ops registry_ops = {
    .resolve = registry_resolve,
    .get_document = registry_get_document,
    .get_blob = registry_get_blob,
    .put_blob = registry_put_blob,
    .put_document = registry_put_document,
    .name = registry_name,
    .is_named = registry_is_named,
    .free = registry_free,
};

bool fp_registry_repo_has_sent(struct fp_repo *self, const struct fp_digest *digest)
{
    if (self->ops != &registry_ops)
        return false;
    struct registry_repo *repo = (struct registry_repo *) self;
    (void) pthread_mutex_lock(&repo->lock);
    bool sent = fp_strv_has(&repo->sent, digest->text);
    (void) pthread_mutex_unlock(&repo->lock);
    return sent;
}

/* Where the folder is "LAYOUT/blobs/sha256", nothing may be collected there while we run. */
static int hold_folder(const char *blob_folder)
{
    cleanup_free char *layout = fp_path_join(blob_folder, "../..");
    return fp_layout_hold(layout);
}

static enum fp_code add_source(struct registry_repo *repo,
                               const struct fp_registry_options *options,
                               const struct fp_reference *reference, struct fp_error *err)
{
    enum fp_code code =
        fp_registry_open(options, reference, &repo->sources[repo->source_count], err);
    repo->source_count += code == FP_OK ? 1 : 0;
    return code;
}

static enum fp_code add_sources(struct registry_repo *repo,
                                const struct fp_registry_options *options,
                                const struct fp_mirrors *mirrors,
                                const struct fp_reference *reference, struct fp_error *err)
{
    struct fp_reference candidates[FP_MIRRORS_MAX_CANDIDATES + 1] = {0};
    size_t count = 0;
    enum fp_code code = fp_mirrors_choose(mirrors, reference, candidates, &count, err);
    for (size_t i = 0; i < count; i++) {
        if (code == FP_OK)
            code = add_source(repo, options, &candidates[i], err);
        fp_reference_clear(&candidates[i]);
    }
    return code;
}

enum fp_code fp_repo_open_source(const struct fp_registry_options *options,
                                 const struct fp_mirrors *mirrors,
                                 const struct fp_reference *reference, const char *blob_folder,
                                 struct fp_repo **ret, struct fp_error *err)
{
    enum fp_code code = fp_mkdir_p(blob_folder, 0755, err);
    if (code != FP_OK)
        return code;
    struct registry_repo *repo = fp_xcalloc(1, sizeof(*repo));
    repo->base.ops = &registry_ops;
    (void) pthread_mutex_init(&repo->lock, NULL);
    repo->hold = -1;
    code = mirrors != NULL ? add_sources(repo, options, mirrors, reference, err)
                           : add_source(repo, options, reference, err);
    if (code != FP_OK) {
        registry_free(&repo->base);
        return code;
    }
    repo->base.registry = repo->sources[0];
    repo->base.title = fp_xstrdup(fp_registry_name(repo->sources[repo->source_count - 1]));
    repo->reporter = options->reporter;
    repo->reference = fp_reference_copy(reference);
    repo->blob_folder = fp_xstrdup(blob_folder);
    repo->hold = hold_folder(blob_folder);
    *ret = &repo->base;
    return FP_OK;
}

enum fp_code fp_repo_open_registry(const struct fp_registry_options *options,
                                   const struct fp_reference *reference, const char *blob_folder,
                                   struct fp_repo **ret, struct fp_error *err)
{
    return fp_repo_open_source(options, NULL, reference, blob_folder, ret, err);
}
