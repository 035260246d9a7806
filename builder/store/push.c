/* A push: blobs are transferred while others are made, then documents and names are put. */
#include "push.h"

/* Transfers mostly wait for the network, because each blob takes four round trips. */
#define THREADS FP_GROUP_MAX

/* Find the first push to a repo that blobs can be mounted from. */
static struct fp_push *find_source(struct fp_push *before, const struct fp_repo *to)
{
    struct fp_push *found = NULL;
    for (; before != NULL; before = before->before)
        if (fp_repo_can_mount(to, before->to))
            found = before;
    return found;
}

/* Waiting must not depend on the time of day. */
static void init_arrival(pthread_cond_t *arrival)
{
    pthread_condattr_t attributes;
    (void) pthread_condattr_init(&attributes);
    (void) pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void) pthread_cond_init(arrival, &attributes);
    (void) pthread_condattr_destroy(&attributes);
}

struct fp_push *fp_push_new(struct fp_repo *to, const struct fp_push_options *options)
{
    struct fp_push *push = fp_xcalloc(1, sizeof(*push));
    push->to = to;
    push->before = options->before;
    push->source = find_source(options->before, to);
    for (size_t i = 0; options->names != NULL && i < options->names->len; i++)
        fp_strv_add(&push->names, options->names->items[i]);
    push->is_right = fp_xcalloc(push->names.len + 1, sizeof(bool));
    push->expected = fp_xcalloc(push->names.len + 1, sizeof(struct fp_expected_name));
    push->last = &push->items;
    push->one_of_several = options->one_of_several;
    push->from = options->from != NULL ? fp_xstrdup(options->from) : NULL;
    push->reporter = options->reporter;
    push->group = fp_group_new(options->owner, options->threads != 0 ? options->threads : THREADS);
    (void) pthread_mutex_init(&push->lock, NULL);
    init_arrival(&push->arrival);
    return push;
}

/* A task. */
static enum fp_code reserve(void *context, struct fp_error *err)
{
    struct fp_push *push = context;
    return fp_push_context(push, fp_repo_may_put(push->to, err), err);
}

void fp_push_reserve(struct fp_push *push, unsigned count)
{
    bool is_useful = push->source == NULL && push->to->ops->may_put != NULL;
    for (unsigned i = 0; is_useful && i < count && i < FP_GROUP_MAX; i++)
        fp_group_go(push->group, reserve, push);
}

/* The caller holds the lock. */
static struct fp_push_item *add_item(struct fp_push *push, const struct fp_push_item *fed)
{
    struct fp_push_item **row = fp_push_row(push, &fed->descriptor.digest);
    struct fp_push_item *item = fp_xcalloc(1, sizeof(*item));
    *item = *fed;
    item->push = push;
    item->below = *row;
    *row = *push->last = item;
    push->last = &item->next;
    item->descriptor = fp_descriptor_copy(&fed->descriptor);
    item->blob = fed->blob != NULL ? fp_blob_ref(fed->blob) : NULL;
    item->is_known = fed->from != NULL && fed->blob == NULL && fp_repo_is_same(push->to, fed->from);
    return item;
}

/* A blob that would be sent without a question waits until it is known what the names stand for: it
 * may not be needed, and takes little time. The caller holds the lock. */
static bool waits_for_names(const struct fp_push_item *item)
{
    const struct fp_push *push = item->push;
    return !push->is_asked && push->names.len > 0 &&
           item->descriptor.size <= push->to->ops->unasked_bytes;
}

static void feed(struct fp_push *push, const struct fp_push_item *fed)
{
    (void) pthread_mutex_lock(&push->lock);
    struct fp_push_item *item = fp_push_find(push, &fed->descriptor.digest);
    bool is_new = item == NULL;
    if (is_new)
        item = add_item(push, fed);
    else if (item->is_lost && fed->blob != NULL)
        is_new = fp_push_find_again(item, fed->blob);
    if (is_new && !waits_for_names(item) &&
        (fed->part == FP_PUSH_LAYER || push->to->ops->takes_any_order))
        fp_push_start(item);
    (void) pthread_mutex_unlock(&push->lock);
}

void fp_push_blob(struct fp_push *push, enum fp_push_part part, struct fp_blob *blob)
{
    const struct fp_push_item item = {
        .descriptor = *fp_blob_descriptor(blob), .part = part, .blob = blob};
    feed(push, &item);
}

void fp_push_remote(struct fp_push *push, enum fp_push_part part,
                    const struct fp_descriptor *descriptor, struct fp_repo *from,
                    struct fp_blob *blob)
{
    const struct fp_push_item item = {
        .descriptor = *descriptor, .part = part, .from = from, .blob = blob};
    feed(push, &item);
}

void fp_push_document(struct fp_push *push, const struct fp_descriptor *descriptor,
                      char *take_bytes)
{
    for (size_t i = 0; i < push->document_count; i++) {
        if (fp_digest_equal(&push->documents[i].descriptor.digest, &descriptor->digest)) {
            free(take_bytes);
            return;
        }
    }
    push->documents = fp_xreallocarray(push->documents, push->document_count + 1,
                                       sizeof(struct fp_pushed_document));
    push->documents[push->document_count++] = (struct fp_pushed_document){
        .push = push, .descriptor = fp_descriptor_copy(descriptor), .bytes = take_bytes};
}

const char *fp_push_title(const struct fp_push *push)
{
    return push->to->title;
}

/* A task. If all names are right, the document is put only if the repo has lost it. */
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

/* Manifests are put in parallel if the repo takes any order. An index waits for its manifests. */
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

static enum fp_code put_documents(const struct fp_push *push, struct fp_error *err)
{
    const struct fp_pushed_document *root = fp_push_root(push);
    bool comes_with_name = push->to->ops->names_root && push->names.len > 0;
    if (!push->is_whole)
        FP_TRY(put_children_first(push, push->document_count - (comes_with_name ? 1 : 0), err));
    if (push->names.len == 0)
        return fp_repo_name(push->to, &root->descriptor, root->bytes, NULL, err);
    for (size_t i = 0; i < push->names.len; i++)
        if (!push->is_right[i])
            FP_TRY(
                fp_repo_name(push->to, &root->descriptor, root->bytes, push->names.items[i], err));
    return FP_OK;
}

enum fp_code fp_push_wait(struct fp_push *push, struct fp_error *err)
{
    return fp_group_wait(push->group, err);
}

/* Configurations are transferred together with layers if the repo takes any order, because each
 * blob costs several round trips. */
static enum fp_code put_all(struct fp_push *push, struct fp_error *err)
{
    fp_push_start_all(push, FP_PUSH_LAYER);
    if (!push->to->ops->takes_any_order)
        FP_TRY(fp_push_wait(push, err));
    fp_push_start_all(push, FP_PUSH_CONFIG);
    FP_TRY(fp_push_wait(push, err));
    FP_TRY(fp_push_check_lost(push, err));
    FP_TRY(fp_report_heed(push->reporter, err));
    return put_documents(push, err);
}

/* Put all blobs again, because the repo lacks some that it claimed to have. */
static enum fp_code put_again(struct fp_push *push, struct fp_error *err)
{
    bool is_whole = false;
    push->asked = (struct fp_error){0};
    FP_TRY(fp_push_check_lost(push, err));
    fp_report(push->reporter, FP_EVENT_INFO, "%s; sending again what it said it had",
              err != NULL ? err->text : push->to->title);
    (void) pthread_mutex_lock(&push->lock);
    push->result = (struct fp_push_result){0};
    for (struct fp_push_item *item = push->items; item != NULL; item = item->next)
        item->state = FP_PUSH_WAITS;
    (void) pthread_mutex_unlock(&push->lock);
    FP_TRY(put_all(push, err));
    return push->is_all_named ? fp_push_look_behind(push, &is_whole, err) : FP_OK;
}

/* A push into a local repo counts as pulled if all blobs come over the network. */
static const char *verb_of(const struct fp_push *push)
{
    bool is_pulled = true;
    for (const struct fp_push_item *item = push->items; item != NULL; item = item->next)
        is_pulled = is_pulled && item->blob == NULL && fp_repo_is_remote(item->from);
    return fp_repo_is_remote(push->to) ? "pushed" : is_pulled ? "pulled" : "written";
}

/* Report the result: "5 blobs, 570 MB pushed, 2 mounted; named v1, latest". A text that is too long
 * is cut. */
static void tell(const struct fp_push *push)
{
    const struct fp_push_result *result = &push->result;
    unsigned blobs = result->uploaded + result->mounted + result->existing;
    char size[FP_FORMAT_MAX];
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    fp_format_bytes(result->moved_bytes, size);
    fp_buf_putf(&text, "%s: %u blob%s", push->to->title, blobs, blobs == 1 ? "" : "s");
    if (result->uploaded > 0)
        fp_buf_putf(&text, ", %s %s", size, verb_of(push));
    if (result->mounted > 0)
        fp_buf_putf(&text, ", %u mounted", result->mounted);
    if (result->existing > 0)
        fp_buf_putf(&text, ", %u there already", result->existing);
    for (size_t i = 0; i < push->names.len; i++)
        fp_buf_putf(&text, "%s%s", i == 0 ? "; named " : ", ", push->names.items[i]);
    fp_report(push->reporter, FP_EVENT_INFO, "%s", fp_buf_text(&text));
}

/* An error of asking is returned first. */
static enum fp_code put_first(struct fp_push *push, struct fp_error *err)
{
    fp_push_ask(push);
    if (push->asked.code == FP_OK)
        return put_all(push, err);
    if (err != NULL)
        *err = push->asked;
    return push->asked.code;
}

/* Once a transfer has failed, no other one begins. */
static bool has_failed(struct fp_push *push)
{
    (void) pthread_mutex_lock(&push->lock);
    bool has_failed = push->has_failed;
    (void) pthread_mutex_unlock(&push->lock);
    return has_failed;
}

static enum fp_code end(struct fp_push *push, struct fp_error *err)
{
    enum fp_code code = put_first(push, err);
    while (code != FP_OK && !has_failed(push) && fp_repo_wants_again(push->to))
        code = put_again(push, err);
    FP_TRY(code);
    FP_TRY(fp_repo_finish(push->to, err));
    if (!push->is_all_named)
        FP_TRY(fp_repo_confirm(push->to, &fp_push_root(push)->descriptor.digest, err));
    tell(push);
    return FP_OK;
}

enum fp_code fp_push_finish(struct fp_push *push, struct fp_push_result *ret, struct fp_error *err)
{
    enum fp_code code = end(push, err);
    /* The error of a failed transfer has its context already. */
    FP_TRY(push->has_failed ? code : fp_push_context(push, code, err));
    if (ret == NULL)
        return FP_OK;
    *ret = push->result;
    ret->root = fp_descriptor_copy(&fp_push_root(push)->descriptor);
    return FP_OK;
}

void fp_push_free(struct fp_push *push)
{
    if (push == NULL)
        return;
    fp_group_free(push->group);
    while (push->items != NULL) {
        struct fp_push_item *item = push->items;
        push->items = item->next;
        fp_descriptor_clear(&item->descriptor);
        fp_blob_unref(item->blob);
        free(item);
    }
    for (size_t i = 0; i < push->document_count; i++) {
        fp_descriptor_clear(&push->documents[i].descriptor);
        free(push->documents[i].bytes);
    }
    free(push->documents);
    free(push->from);
    free(push->is_right);
    free(push->expected);
    fp_strv_clear(&push->names);
    (void) pthread_cond_destroy(&push->arrival);
    (void) pthread_mutex_destroy(&push->lock);
    free(push);
}
