/* What a push asks before it sends anything: what the names stand for, and whether the image is
 * there under its digest. */
#include "push.h"

#include <string.h>

void fp_push_expect(struct fp_push *push, const char *name, const struct fp_digest *is)
{
    for (size_t i = 0; i < push->names.len; i++) {
        struct fp_expected_name *expected = &push->expected[i];
        if (strcmp(push->names.items[i], name) != 0)
            continue;
        memset(expected, 0, sizeof(*expected));
        expected->is_known = true;
        if (is != NULL)
            expected->digest = *is;
    }
}

static enum fp_code ask_name(struct fp_push *push, size_t index, enum fp_tagged *ret,
                             struct fp_error *err)
{
    const struct fp_expected_name *expected = &push->expected[index];
    const struct fp_digest *digest = &fp_push_root(push)->descriptor.digest;
    if (!expected->is_known)
        return fp_repo_is_named(push->to, digest, push->names.items[index], ret, err);
    *ret = !fp_digest_is_set(&expected->digest)         ? FP_TAGGED_NOTHING
           : fp_digest_equal(&expected->digest, digest) ? FP_TAGGED_THIS
                                                        : FP_TAGGED_OTHER;
    return FP_OK;
}

/* Ask for names in order until one does not exist: if one is new, most others are new as well. */
static enum fp_code ask_names(struct fp_push *push, bool *ret_all, struct fp_error *err)
{
    enum fp_tagged found = FP_TAGGED_THIS;
    size_t count = push->names.len;
    bool is_all = count > 0;
    for (size_t i = 0; i < count && found != FP_TAGGED_NOTHING; i++) {
        FP_TRY(ask_name(push, i, &found, err));
        push->is_right[i] = found == FP_TAGGED_THIS;
    }
    for (size_t i = 0; i < count; i++)
        is_all = is_all && push->is_right[i];
    *ret_all = is_all;
    return FP_OK;
}

/* A task. Another name for an image that is there already takes this question, and none for its
 * blobs: the registry looks for those when the name is put. */
static enum fp_code ask_root(void *context, struct fp_error *err)
{
    struct fp_push *push = context;
    const struct fp_digest *digest = &fp_push_root(push)->descriptor.digest;
    enum fp_tagged found = FP_TAGGED_NOTHING;
    FP_TRY(fp_repo_is_named(push->to, digest, digest->text, &found, err));
    (void) pthread_mutex_lock(&push->lock);
    push->is_there = found == FP_TAGGED_THIS;
    (void) pthread_mutex_unlock(&push->lock);
    return FP_OK;
}

/* Not if the caller has looked at the names itself, or blobs have begun to be asked for. */
static bool may_ask_root(struct fp_push *push)
{
    bool knows_all = true;
    for (size_t i = 0; i < push->names.len; i++)
        knows_all = knows_all && push->expected[i].is_known;
    (void) pthread_mutex_lock(&push->lock);
    bool is_untouched = push->items == NULL;
    (void) pthread_mutex_unlock(&push->lock);
    return is_untouched && !knows_all;
}

/* Both questions are asked at once, as each takes a round trip. */
static enum fp_code ask_names_and_root(struct fp_push *push, bool *ret_all, struct fp_error *err)
{
    cleanup_group struct fp_group *beside = fp_group_new(NULL, 1);
    if (may_ask_root(push))
        fp_group_go(beside, ask_root, push);
    FP_TRY(ask_names(push, ret_all, err));
    return fp_group_wait(beside, err);
}

/* A registry checks that a manifest's blobs exist when the manifest is put. Each document is put
 * again under its digest, because that takes one request for all of its blobs. A root index is
 * skipped, because its manifests have been checked by then. */
enum fp_code fp_push_look_behind(const struct fp_push *push, bool *ret_whole, struct fp_error *err)
{
    bool skips_root =
        push->document_count > 1 && fp_media_is_index(fp_push_root(push)->descriptor.media_type);
    size_t count = push->document_count - (skips_root ? 1 : 0);
    bool is_whole = true;
    for (size_t i = 0; i < count && is_whole; i++)
        FP_TRY(fp_repo_put_again(push->to, &push->documents[i].descriptor, push->documents[i].bytes,
                                 &is_whole, err));
    *ret_whole = is_whole;
    return FP_OK;
}

/* Blobs may be in transfer meanwhile, so the answers are published together at the end. */
static enum fp_code ask(struct fp_push *push, struct fp_error *err)
{
    bool is_all_named = false;
    bool is_whole = false;
    FP_TRY(ask_names_and_root(push, &is_all_named, err));
    enum fp_code code = is_all_named ? fp_push_look_behind(push, &is_whole, err) : FP_OK;
    (void) pthread_mutex_lock(&push->lock);
    push->is_all_named = is_all_named;
    push->is_whole = is_whole;
    (void) pthread_mutex_unlock(&push->lock);
    return code;
}

void fp_push_ask(struct fp_push *push)
{
    if (push->is_asked)
        return;
    push->asked.code = ask(push, &push->asked);
    (void) pthread_mutex_lock(&push->lock);
    push->is_asked = true;
    (void) pthread_mutex_unlock(&push->lock);
    fp_push_start_all(push, FP_PUSH_LAYER);
}
