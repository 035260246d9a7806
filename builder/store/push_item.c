/* One blob of a push: it is found in the target, mounted there, or fetched and sent. */
#include "push.h"

#include "document.h"

#include <time.h>

struct fp_push_item **fp_push_row(struct fp_push *push, const struct fp_digest *digest)
{
    unsigned hash = 0;
    for (const char *at = digest->text; *at != '\0'; at++)
        hash = hash * 31 + (unsigned char) *at;
    return &push->rows[hash % FP_PUSH_ROWS];
}

struct fp_push_item *fp_push_find(struct fp_push *push, const struct fp_digest *digest)
{
    struct fp_push_item *item = *fp_push_row(push, digest);
    while (item != NULL && !fp_digest_equal(&item->descriptor.digest, digest))
        item = item->below;
    return item;
}

enum fp_code fp_push_context(const struct fp_push *push, enum fp_code code, struct fp_error *err)
{
    if (push->from == NULL)
        return code;
    return fp_context(code, err, "copying from %s to %s", push->from, push->to->title);
}

static const char *outcome_text(const struct fp_push *push, enum fp_push_outcome outcome)
{
    if (outcome == FP_PUSH_UPLOADED)
        return fp_repo_is_remote(push->to) ? "pushed" : "copied";
    return outcome == FP_PUSH_MOUNTED ? "mounted" : "existing";
}

static void begin(const struct fp_push_item *item, const char *verb, const char *where,
                  struct fp_stage *ret)
{
    cleanup_free char *digest = fp_digest_short(&item->descriptor.digest);
    cleanup_free char *text =
        fp_xasprintf("%s %s%s%s", item->part == FP_PUSH_LAYER ? "layer" : "config", digest,
                     where != NULL ? " to " : "", where != NULL ? where : "");
    fp_stage_begin(ret, item->push->reporter, verb, text, item->descriptor.size);
}

static void begin_put(const struct fp_push_item *item, struct fp_stage *ret)
{
    const struct fp_push *push = item->push;
    begin(item, fp_repo_is_remote(push->to) ? "push" : "copy",
          push->one_of_several ? push->to->title : NULL, ret);
}

static void tell_outcome(const struct fp_push_item *item, enum fp_push_outcome outcome)
{
    struct fp_stage stage = {0};
    begin_put(item, &stage);
    (void) fp_stage_close(&stage, FP_OK, outcome_text(item->push, outcome));
}

/* Fetch the bytes, and report progress if they come over the network. */
static enum fp_code fetch(struct fp_push_item *item, struct fp_blob **ret, struct fp_error *err)
{
    struct fp_stage stage = {0};
    if (!fp_repo_is_remote(item->from))
        return fp_repo_get_blob(item->from, &item->descriptor, NULL, ret, err);
    begin(item, "pull", NULL, &stage);
    enum fp_code code = fp_repo_get_blob(item->from, &item->descriptor, &stage, ret, err);
    item->is_fetched = stage.done_bytes > 0;
    return fp_stage_close(&stage, code, item->is_fetched ? "pulled" : NULL);
}

/* Wait only briefly, because nobody wakes cancelled threads. The caller holds the lock. */
static void wait_a_moment(struct fp_push *push)
{
    struct timespec until = {0};
    (void) clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 100 * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void) pthread_cond_timedwait(&push->arrival, &push->lock, &until);
}

/* Wait until this blob has arrived in a repo to mount it from. Returns that repo, or NULL. */
static struct fp_repo *wait_for_source(const struct fp_push_item *item)
{
    struct fp_push *source = item->push->source;
    if (source == NULL)
        return NULL;
    (void) pthread_mutex_lock(&source->lock);
    const struct fp_push_item *same = fp_push_find(source, &item->descriptor.digest);
    while (same != NULL && same->state == FP_PUSH_TRAVELS && !source->has_failed &&
           fp_cancelled() == 0)
        wait_a_moment(source);
    bool has_arrived = same != NULL && same->state == FP_PUSH_ARRIVED;
    (void) pthread_mutex_unlock(&source->lock);
    return has_arrived ? source->to : NULL;
}

/* Each blob gets one line: a blob pulled into a local repo has been reported already. */
static enum fp_code put(const struct fp_push_item *item, struct fp_blob *blob,
                        enum fp_push_outcome *ret_outcome, struct fp_error *err)
{
    const struct fp_push *push = item->push;
    bool told = item->is_fetched && !fp_repo_is_remote(push->to);
    struct fp_repo *source = wait_for_source(item);
    struct fp_stage stage = {0};
    begin_put(item, &stage);
    enum fp_code code =
        fp_repo_put_blob(push->to, &item->descriptor, blob, source, &stage, ret_outcome, err);
    return fp_stage_close(&stage, code, told ? NULL : outcome_text(push, *ret_outcome));
}

/* Put a blob without fetching it: the target has it already, or the registry can mount it. */
static enum fp_code put_without_bytes(const struct fp_push_item *item,
                                      enum fp_push_outcome *ret_outcome, struct fp_error *err)
{
    bool saves_bytes = item->from != NULL && fp_repo_is_remote(item->from) &&
                       (item->blob == NULL || fp_repo_can_mount(item->push->to, item->from));
    if (!saves_bytes)
        return FP_E_NOT_FOUND;
    FP_TRY(fp_repo_put_blob(item->push->to, &item->descriptor, NULL, item->from, NULL, ret_outcome,
                            err));
    tell_outcome(item, *ret_outcome);
    return FP_OK;
}

static enum fp_code bring(struct fp_push_item *item, enum fp_push_outcome *ret_outcome,
                          struct fp_error *err)
{
    enum fp_code code = put_without_bytes(item, ret_outcome, err);
    if (code != FP_E_NOT_FOUND)
        return code;
    cleanup_blob struct fp_blob *blob = item->blob != NULL ? fp_blob_ref(item->blob) : NULL;
    if (blob == NULL)
        FP_TRY(fetch(item, &blob, err));
    FP_TRY(put(item, blob, ret_outcome, err));
    /* A download into the local store is in its final place already. */
    if (item->is_fetched && *ret_outcome == FP_PUSH_EXISTING)
        *ret_outcome = FP_PUSH_UPLOADED;
    return FP_OK;
}

/* If all names are right already, only a blob that the repo is known to have lost is sent. If the
 * image is there under its digest, or the repo itself is the blob's source, it counts as present
 * until a manifest is refused for want of it. */
static enum fp_code is_kept(const struct fp_push_item *item, bool *ret, struct fp_error *err)
{
    struct fp_push *push = item->push;
    (void) pthread_mutex_lock(&push->lock);
    bool is_lost = !push->is_whole;
    bool may_be_there = push->is_all_named;
    bool counts_as_there = push->is_there || item->is_known;
    (void) pthread_mutex_unlock(&push->lock);
    if (is_lost && may_be_there)
        FP_TRY(fp_repo_has_lost(push->to, &item->descriptor, &is_lost, err));
    else if (is_lost && counts_as_there)
        is_lost = fp_repo_doubts(push->to, &item->descriptor.digest);
    *ret = !is_lost;
    if (*ret)
        tell_outcome(item, FP_PUSH_EXISTING);
    return FP_OK;
}

/* The push fails with it at its end, so that no other blob is given up for it. */
static enum fp_code lose(struct fp_push_item *item)
{
    (void) pthread_mutex_lock(&item->push->lock);
    item->is_lost = true;
    (void) pthread_mutex_unlock(&item->push->lock);
    return FP_OK;
}

static enum fp_code transfer(struct fp_push_item *item, enum fp_push_outcome *ret_outcome,
                             struct fp_error *err)
{
    bool is_there = false;
    FP_TRY(fp_cancel_check(err));
    FP_TRY(is_kept(item, &is_there, err));
    if (is_there || item->is_known)
        return is_there ? FP_OK : lose(item);
    bool is_doubted = fp_repo_doubts(item->push->to, &item->descriptor.digest);
    if (item->is_sent_again || (item->is_sent && !is_doubted)) {
        *ret_outcome = FP_PUSH_UPLOADED;
        return FP_OK;
    }
    FP_TRY(bring(item, ret_outcome, err));
    if (*ret_outcome == FP_PUSH_UPLOADED)
        *(is_doubted ? &item->is_sent_again : &item->is_sent) = true;
    return FP_OK;
}

/* The caller holds the push's lock. */
static void count(struct fp_push_item *item, enum fp_push_outcome outcome)
{
    struct fp_push_result *result = &item->push->result;
    unsigned *const counters[] = {
        [FP_PUSH_EXISTING] = &result->existing,
        [FP_PUSH_MOUNTED] = &result->mounted,
        [FP_PUSH_UPLOADED] = &result->uploaded,
    };
    item->state = FP_PUSH_ARRIVED;
    ++*counters[outcome];
    if (outcome == FP_PUSH_UPLOADED)
        result->moved_bytes += item->descriptor.size;
}

static enum fp_code run(void *context, struct fp_error *err)
{
    struct fp_push_item *item = context;
    struct fp_push *push = item->push;
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    enum fp_code code = fp_push_context(push, transfer(item, &outcome, err), err);
    (void) pthread_mutex_lock(&push->lock);
    if (code == FP_OK)
        count(item, outcome);
    else
        push->has_failed = true;
    (void) pthread_cond_broadcast(&push->arrival);
    (void) pthread_mutex_unlock(&push->lock);
    return code;
}

void fp_push_start(struct fp_push_item *item)
{
    struct fp_push *push = item->push;
    if (push->asked.code != FP_OK || item->state != FP_PUSH_WAITS)
        return;
    item->state = FP_PUSH_TRAVELS;
    fp_group_go(push->group, run, item);
}

void fp_push_start_all(struct fp_push *push, enum fp_push_part part)
{
    (void) pthread_mutex_lock(&push->lock);
    for (struct fp_push_item *item = push->items; item != NULL; item = item->next)
        if (item->part == part)
            fp_push_start(item);
    (void) pthread_mutex_unlock(&push->lock);
}
