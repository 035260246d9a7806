/* Puts small blobs side by side, as each costs several round trips. */
#include "piece.h"

/* A blob on its way. */
struct blob_put {
    struct fp_repo *repo;
    struct fp_blob *blob;
};

/* A task. */
static enum fp_code put_blob(void *context, struct fp_error *err)
{
    const struct blob_put *put = context;
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    return fp_repo_put_blob(put->repo, fp_blob_descriptor(put->blob), put->blob, NULL, NULL,
                            &outcome, err);
}

enum fp_code fp_blobs_put(struct fp_repo *repo, struct fp_blob *const *blobs, size_t count,
                          struct fp_error *err)
{
    cleanup_free struct blob_put *puts = fp_xcalloc(count + 1, sizeof(*puts));
    struct fp_group *group = fp_group_new(NULL, FP_GROUP_MAX);
    for (size_t i = 0; i < count; i++) {
        puts[i] = (struct blob_put){.repo = repo, .blob = blobs[i]};
        fp_group_go(group, put_blob, &puts[i]);
    }
    enum fp_code code = fp_group_wait(group, err);
    fp_group_free(group);
    return code;
}
