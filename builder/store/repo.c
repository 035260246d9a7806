/* The operations of a repo, with defaults for those that a kind does not implement. */
#include "flinkpack/store/repo.h"

#include "document.h"

#include <string.h>

enum fp_code fp_repo_resolve(struct fp_repo *repo, const char *name, struct fp_descriptor *ret,
                             struct fp_error *err)
{
    return repo->ops->resolve(repo, name, ret, err);
}

enum fp_code fp_repo_get_document(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                                  struct fp_buf *body, struct fp_error *err)
{
    cleanup_blob struct fp_blob *blob = NULL;
    if (repo->ops->get_document != NULL)
        return repo->ops->get_document(repo, descriptor, body, err);
    FP_TRY(repo->ops->get_blob(repo, descriptor, NULL, &blob, err));
    return fp_blob_document(blob, descriptor, repo->title, body, err);
}

enum fp_code fp_repo_get_blob(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                              struct fp_stage *stage, struct fp_blob **ret, struct fp_error *err)
{
    return repo->ops->get_blob(repo, descriptor, stage, ret, err);
}

static enum fp_code fail_read_only(const struct fp_repo *repo, struct fp_error *err)
{
    return fp_fail(err, FP_E_INTERNAL, "%s can only be read", repo->title);
}

enum fp_code fp_repo_put_blob(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                              struct fp_blob *blob, struct fp_repo *origin, struct fp_stage *stage,
                              enum fp_push_outcome *ret_outcome, struct fp_error *err)
{
    if (repo->ops->put_blob == NULL)
        return fail_read_only(repo, err);
    return repo->ops->put_blob(repo, descriptor, blob, origin, stage, ret_outcome, err);
}

enum fp_code fp_repo_put_document(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                                  const char *bytes, struct fp_error *err)
{
    if (repo->ops->put_document != NULL)
        return repo->ops->put_document(repo, descriptor, bytes, err);
    size_t len = strlen(bytes);
    cleanup_blob struct fp_blob *blob =
        fp_blob_memory(descriptor->media_type, fp_xstrndup(bytes, len), len);
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    return fp_repo_put_blob(repo, descriptor, blob, NULL, NULL, &outcome, err);
}

enum fp_code fp_repo_name(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                          const char *bytes, const char *name, struct fp_error *err)
{
    if (repo->ops->name == NULL)
        return fail_read_only(repo, err);
    return repo->ops->name(repo, descriptor, bytes, name, err);
}

enum fp_code fp_repo_is_named(struct fp_repo *repo, const struct fp_digest *digest,
                              const char *name, enum fp_tagged *ret, struct fp_error *err)
{
    *ret = FP_TAGGED_NOTHING;
    return repo->ops->is_named != NULL ? repo->ops->is_named(repo, digest, name, ret, err) : FP_OK;
}

enum fp_code fp_repo_put_again(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                               const char *bytes, bool *ret_taken, struct fp_error *err)
{
    *ret_taken = false;
    return repo->ops->put_again != NULL
               ? repo->ops->put_again(repo, descriptor, bytes, ret_taken, err)
               : FP_OK;
}

enum fp_code fp_repo_has_lost(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                              bool *ret_lost, struct fp_error *err)
{
    *ret_lost = true;
    return repo->ops->has_lost != NULL ? repo->ops->has_lost(repo, descriptor, ret_lost, err)
                                       : FP_OK;
}

enum fp_code fp_repo_confirm(struct fp_repo *repo, const struct fp_digest *digest,
                             struct fp_error *err)
{
    return repo->ops->confirm != NULL ? repo->ops->confirm(repo, digest, err) : FP_OK;
}

bool fp_repo_wants_again(struct fp_repo *repo)
{
    return repo->ops->wants_again != NULL && repo->ops->wants_again(repo);
}

enum fp_code fp_repo_finish(struct fp_repo *repo, struct fp_error *err)
{
    return repo->ops->finish != NULL ? repo->ops->finish(repo, err) : FP_OK;
}

bool fp_repo_doubts(struct fp_repo *repo, const struct fp_digest *digest)
{
    return repo->ops->doubts != NULL && repo->ops->doubts(repo, digest);
}

enum fp_code fp_repo_may_put(struct fp_repo *repo, struct fp_error *err)
{
    return repo->ops->may_put != NULL ? repo->ops->may_put(repo, err) : FP_OK;
}

bool fp_repo_can_mount(const struct fp_repo *repo, const struct fp_repo *from)
{
    return repo->ops->can_mount != NULL && repo->ops->can_mount(repo, from);
}

bool fp_repo_is_same(const struct fp_repo *repo, const struct fp_repo *other)
{
    return repo->ops->is_same != NULL && repo->ops->is_same(repo, other);
}

bool fp_repo_is_remote(const struct fp_repo *repo)
{
    return repo->ops->is_remote;
}

void fp_repo_free(struct fp_repo *repo)
{
    if (repo == NULL)
        return;
    repo->ops->clear(repo);
    free(repo->title);
    free(repo);
}
