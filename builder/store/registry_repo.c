/*
 * A repository in a registry as a repo: names and pushing. Fetched content is kept in a directory;
 * see registry_fetch.c.
 */
#include "registry_repo.h"
#include "document.h"
#include "layout_index.h"

#include <string.h>

static struct fp_registry *in_use(const struct fp_repo *self)
{
    const struct fp_registry_repo *repo = fp_to_registry_repo(self);
    return repo->sources[repo->source];
}

/* Return a tag or digest, which may also be given as a full reference to this repository. */
static enum fp_code tag_of(const struct fp_repo *self, const char *name, char **ret,
                           struct fp_error *err)
{
    const struct fp_registry_repo *repo = fp_to_registry_repo(self);
    cleanup_reference struct fp_reference reference =
        name == NULL ? fp_reference_copy(&repo->reference) : (struct fp_reference){0};
    struct fp_digest digest = {0};
    if (name != NULL &&
        (fp_tag_is_valid(name) || fp_digest_parse(name, "", &digest, NULL) == FP_OK)) {
        *ret = fp_xstrdup(name);
        return FP_OK;
    }
    FP_TRY(name != NULL ? fp_reference_parse_docker(name, &reference, err) : FP_OK);
    if (strcmp(reference.repository, repo->reference.repository) != 0 ||
        strcmp(reference.registry, repo->reference.registry) != 0)
        return fp_fail(err, FP_E_INTERNAL, "'%s' is not in %s", name, self->title);
    *ret = fp_xstrdup(fp_reference_target(&reference));
    return FP_OK;
}

/* Docker Hub counts each GET of a manifest, and no HEAD. Elsewhere the one takes as long as the
 * other. */
static bool gets_are_counted(const struct fp_registry_repo *repo)
{
    return strcmp(repo->reference.registry, "docker.io") == 0;
}

/* HEAD only shows whether the kept manifest is still current. The size and type in its answer are
 * not trusted. */
static enum fp_code resolve_at(struct fp_registry_repo *repo, const char *tag,
                               struct fp_descriptor *ret, struct fp_error *err)
{
    bool exists = false;
    cleanup_descriptor struct fp_descriptor head = {0};
    if (gets_are_counted(repo))
        FP_TRY(fp_registry_head_manifest(repo->sources[repo->source], tag, &exists, &head, err));
    if (fp_registry_repo_has_kept(repo, &head)) {
        *ret = fp_descriptor_copy(&head);
        return FP_OK;
    }
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_registry_get_manifest(repo->sources[repo->source], tag, &body, ret, err));
    return fp_registry_repo_keep(repo, ret, &body, err);
}

static enum fp_code registry_resolve(struct fp_repo *self, const char *name,
                                     struct fp_descriptor *ret, struct fp_error *err)
{
    struct fp_registry_repo *repo = (struct fp_registry_repo *) self;
    cleanup_free char *tag = NULL;
    enum fp_code code = tag_of(self, name, &tag, err);
    if (code != FP_OK)
        return code;
    for (;; repo->source++) {
        code = resolve_at(repo, tag, ret, err);
        if (!fp_registry_repo_try_next(repo, repo->source, code, err))
            return code;
    }
}

/* If a registry says that bytes do not match their digest, the local file is probably damaged. */
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

static bool registry_can_mount(const struct fp_repo *self, const struct fp_repo *from)
{
    return from->ops == self->ops && fp_registry_same_host(in_use(from), in_use(self));
}

static bool registry_is_same(const struct fp_repo *self, const struct fp_repo *other)
{
    return registry_can_mount(self, other) &&
           strcmp(fp_registry_repository(in_use(self)), fp_registry_repository(in_use(other))) == 0;
}

static enum fp_code registry_put_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                      struct fp_blob *blob, struct fp_repo *origin,
                                      struct fp_stage *stage, enum fp_push_outcome *ret_outcome,
                                      struct fp_error *err)
{
    bool mountable = origin != NULL && origin != self && registry_can_mount(self, origin);
    const char *from = mountable ? fp_registry_repository(in_use(origin)) : NULL;
    enum fp_code code =
        fp_registry_push_blob(in_use(self), descriptor, blob, from, stage, ret_outcome, err);
    return code == FP_E_VERIFY && blob != NULL ? blame(blob, err) : code;
}

static enum fp_code registry_put_document(struct fp_repo *self,
                                          const struct fp_descriptor *descriptor, const char *bytes,
                                          struct fp_error *err)
{
    return fp_registry_put_manifest(in_use(self), descriptor->digest.text, descriptor, bytes, err);
}

static enum fp_code registry_name(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                  const char *bytes, const char *name, struct fp_error *err)
{
    cleanup_free char *tag = NULL;
    if (name == NULL)
        return FP_OK;
    FP_TRY(tag_of(self, name, &tag, err));
    if (strcmp(tag, descriptor->digest.text) == 0)
        return FP_OK;
    return fp_registry_put_manifest(in_use(self), tag, descriptor, bytes, err);
}

/* Only a network failure is returned; other errors occur again when something is put. */
static enum fp_code registry_is_named(struct fp_repo *self, const struct fp_digest *digest,
                                      const char *name, enum fp_tagged *ret, struct fp_error *err)
{
    cleanup_free char *tag = NULL;
    *ret = FP_TAGGED_NOTHING;
    fp_registry_will_push(in_use(self));
    enum fp_code code = tag_of(self, name, &tag, err);
    if (code == FP_OK)
        code = fp_registry_is_tagged(in_use(self), tag, digest, ret, err);
    return code == FP_E_NETWORK || code == FP_E_INTERRUPTED ? code : FP_OK;
}

static enum fp_code registry_put_again(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                       const char *bytes, bool *ret_taken, struct fp_error *err)
{
    return fp_registry_put_again(in_use(self), descriptor, bytes, ret_taken, err);
}

static enum fp_code registry_has_lost(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                      bool *ret_lost, struct fp_error *err)
{
    return fp_registry_has_lost_blob(in_use(self), descriptor, ret_lost, err);
}

static enum fp_code registry_confirm(struct fp_repo *self, const struct fp_digest *digest,
                                     struct fp_error *err)
{
    return fp_registry_confirm(in_use(self), digest, err);
}

static bool registry_wants_again(struct fp_repo *self)
{
    return fp_registry_take_doubts(in_use(self));
}

static bool registry_doubts(struct fp_repo *self, const struct fp_digest *digest)
{
    return fp_registry_is_doubted(in_use(self), digest);
}

static enum fp_code registry_may_put(struct fp_repo *self, struct fp_error *err)
{
    return fp_registry_may_push(in_use(self), err);
}

static void registry_clear(struct fp_repo *self)
{
    struct fp_registry_repo *repo = (struct fp_registry_repo *) self;
    for (size_t i = 0; i < repo->source_count; i++) {
        fp_registry_drop_sessions(repo->sources[i]);
        fp_registry_close(repo->sources[i]);
    }
    fp_reference_clear(&repo->reference);
    fp_cleanup_fdp(&repo->hold);
    free(repo->blob_folder);
}

static const struct fp_repo_ops registry_ops = {
    .resolve = registry_resolve,
    .get_document = fp_registry_repo_get_document,
    .get_blob = fp_registry_repo_get_blob,
    .put_blob = registry_put_blob,
    .put_document = registry_put_document,
    .name = registry_name,
    .is_named = registry_is_named,
    .put_again = registry_put_again,
    .has_lost = registry_has_lost,
    .confirm = registry_confirm,
    .wants_again = registry_wants_again,
    .doubts = registry_doubts,
    .may_put = registry_may_put,
    .can_mount = registry_can_mount,
    .change_name = fp_registry_repo_change_name,
    .list_referrers = fp_registry_repo_list_referrers,
    .keeps_referrers = fp_registry_repo_keeps_referrers,
    .is_same = registry_is_same,
    .clear = registry_clear,
    .unasked_bytes = FP_REGISTRY_UNASKED_BYTES,
    .is_remote = true,
    .names_root = true,
    .takes_any_order = true,
};

static enum fp_code add_source(struct fp_registry_repo *repo,
                               const struct fp_registry_options *options,
                               const struct fp_reference *reference, bool is_last,
                               struct fp_error *err)
{
    struct fp_registry_options own = *options;
    own.has_stand_in = !is_last;
    FP_TRY(fp_registry_open(&own, reference, &repo->sources[repo->source_count], err));
    repo->source_count++;
    return FP_OK;
}

static enum fp_code add_sources(struct fp_registry_repo *repo,
                                const struct fp_registry_options *options,
                                const struct fp_mirrors *mirrors,
                                const struct fp_reference *reference, struct fp_error *err)
{
    struct fp_reference candidates[FP_MIRRORS_MAX_CANDIDATES + 1] = {0};
    struct fp_registry_options mirrored = *options;
    size_t count = 0;
    mirrored.mirror_of = reference->registry;
    enum fp_code code = fp_mirrors_choose(mirrors, reference, candidates, &count, err);
    for (size_t i = 0; i < count; i++) {
        if (code == FP_OK)
            code = add_source(repo, &mirrored, &candidates[i], i + 1 == count, err);
        fp_reference_clear(&candidates[i]);
    }
    return code;
}

enum fp_code fp_repo_open_registry(const struct fp_registry_options *options,
                                   const struct fp_mirrors *mirrors,
                                   const struct fp_reference *reference, const char *blob_folder,
                                   struct fp_repo **ret, struct fp_error *err)
{
    FP_TRY(fp_mkdir_p(blob_folder, FP_KEPT_DIR_MODE, err));
    cleanup_repo struct fp_repo *opened = fp_xcalloc(1, sizeof(struct fp_registry_repo));
    struct fp_registry_repo *repo = (struct fp_registry_repo *) opened;
    repo->base.ops = &registry_ops;
    repo->hold = -1;
    FP_TRY(mirrors != NULL ? add_sources(repo, options, mirrors, reference, err)
                           : add_source(repo, options, reference, true, err));
    repo->base.title = fp_xstrdup(fp_registry_name(repo->sources[repo->source_count - 1]));
    repo->reporter = options->reporter;
    repo->reference = fp_reference_copy(reference);
    repo->blob_folder = fp_xstrdup(blob_folder);
    /* If the directory is "LAYOUT/blobs/sha256", no blob may be collected there meanwhile. */
    cleanup_free char *layout = fp_path_join(blob_folder, "../..");
    repo->hold = fp_layout_hold(layout);
    *ret = steal_pointer(&opened);
    return FP_OK;
}
