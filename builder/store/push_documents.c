/* The documents and names of a push: what the names stand for already, and what is put when. */
#include "push.h"

static const struct fp_pushed_document *root_of(const struct fp_push *push)
{
    return &push->documents[push->document_count - 1];
}

/* Asked in order, until one stands for nothing: where that is new, all are for the most part. */
enum fp_code fp_push_ask_names(struct fp_push *push, bool *ret_all, struct fp_error *err)
{
    const struct fp_digest *digest = &root_of(push)->descriptor.digest;
    enum fp_tagged found = FP_TAGGED_THIS;
    size_t count = push->names.len;
    bool is_all = count > 0;
    for (size_t i = 0; i < count && found != FP_TAGGED_NOTHING; i++) {
        FP_TRY(fp_repo_is_named(push->to, digest, push->names.items[i], &found, err));
        push->is_right[i] = found == FP_TAGGED_THIS;
    }
    for (size_t i = 0; i < count; i++)
        is_all = is_all && push->is_right[i];
    *ret_all = is_all;
    return FP_OK;
}

/* Registries look for what a manifest refers to when it is put, so each is put under its digest:
 * one request for all of its blobs. The index that is named need not be, as what it refers to is
 * there by then. */
enum fp_code fp_push_look_behind(const struct fp_push *push, bool *ret_whole, struct fp_error *err)
{
    bool skips_root =
        push->document_count > 1 && fp_media_is_index(root_of(push)->descriptor.media_type);
    size_t count = push->document_count - (skips_root ? 1 : 0);
    bool is_whole = true;
    for (size_t i = 0; i < count && is_whole; i++)
        FP_TRY(fp_repo_put_again(push->to, &push->documents[i].descriptor, push->documents[i].bytes,
                                 &is_whole, err));
    *ret_whole = is_whole;
    return FP_OK;
}

/* A task. A place that has the root is asked for what it refers to: it may have lost it. */
static enum fp_code put_document(void *context, struct fp_error *err)
{
    const struct fp_pushed_document *document = context;
    const struct fp_push *push = document->push;
    const struct fp_digest *digest = &document->descriptor.digest;
    enum fp_tagged found = FP_TAGGED_NOTHING;
    FP_TRY(fp_cancel_check(err));
    if (push->is_all_named)
        FP_TRY(fp_repo_is_named(push->to, digest, digest->text, &found, err));
    if (found == FP_TAGGED_THIS)
        return FP_OK;
    return fp_repo_put_document(push->to, &document->descriptor, document->bytes, err);
}

/* Platforms' manifests go side by side where that is faster; an index waits for what it is of. */
static enum fp_code put_children_first(const struct fp_push *push, size_t count,
                                       struct fp_error *err)
{
    cleanup_group struct fp_group *group =
        fp_group_new(NULL, push->to->ops->takes_any_order ? FP_GROUP_MAX : 1);
    for (size_t i = 0; i < count; i++) {
        if (fp_media_is_index(push->documents[i].descriptor.media_type))
            FP_TRY(fp_group_wait(group, err));
        fp_group_go(group, put_document, &push->documents[i]);
    }
    return fp_group_wait(group, err);
}

enum fp_code fp_push_put_documents(const struct fp_push *push, struct fp_error *err)
{
    const struct fp_pushed_document *root = root_of(push);
    bool comes_with_name = push->to->ops->names_root && push->names.len > 0;
    if (!push->is_whole)
        FP_TRY(put_children_first(push, push->document_count - (comes_with_name ? 1 : 0), err));
    if (push->names.len == 0)
        return fp_repo_name(push->to, &root->descriptor, root->bytes, NULL, err);
    for (size_t i = 0; i < push->names.len; i++) {
        if (!push->is_right[i])
            FP_TRY(
                fp_repo_name(push->to, &root->descriptor, root->bytes, push->names.items[i], err));
    }
    return FP_OK;
}
