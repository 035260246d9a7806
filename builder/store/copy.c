#include "flinkpack/store/copy.h"
#include "copy_plan.h"
#include "document.h"
#include "registry_repo.h"

/* Transfers wait for the network more than for the processor: each blob takes four round trips. */
#define THREADS FP_POOL_MAX

/* What all transfers of a copy share. */
struct copy {
    struct fp_repo *from;
    struct fp_repo *to;
    struct fp_repo *neighbour;
    bool one_of_several;
    bool is_all_named; /* there are names, and all stand for the image already */
    bool is_whole;     /* and nothing is lost behind them */
    struct fp_reporter *reporter;
    struct fp_pool *pool;
    pthread_mutex_t lock; /* of `result` */
    struct fp_copy_result *result;
};

/* What the names stand for already. */
struct state {
    const struct fp_strv *names; /* may be NULL */
    bool *is_right;              /* of each: it names the image, and is not put again */
};

/* One blob. */
struct transfer {
    struct copy *copy;
    const struct fp_descriptor *descriptor;
    const char *what; /* "layer", "config" */
    bool fetched;     /* it came over the network, which has been told of */
};

static void count(struct copy *copy, enum fp_push_outcome outcome, uint64_t size)
{
    struct fp_copy_result *result = copy->result;
    unsigned *const counters[] = {
        [FP_PUSH_EXISTING] = &result->existing,
        [FP_PUSH_MOUNTED] = &result->mounted,
        [FP_PUSH_UPLOADED] = &result->uploaded,
    };
    (void) pthread_mutex_lock(&copy->lock);
    ++*counters[outcome];
    if (outcome == FP_PUSH_UPLOADED)
        result->moved_bytes += size;
    (void) pthread_mutex_unlock(&copy->lock);
}

static const char *outcome_text(const struct copy *copy, enum fp_push_outcome outcome)
{
    if (outcome == FP_PUSH_UPLOADED)
        return copy->to->registry != NULL ? "pushed" : "copied";
    return outcome == FP_PUSH_MOUNTED ? "mounted" : "existing";
}

static void begin(const struct transfer *transfer, const char *verb, const char *where,
                  struct fp_stage *ret)
{
    cleanup_free char *digest = fp_digest_short(&transfer->descriptor->digest);
    cleanup_free char *text = fp_xasprintf("%s %s%s%s", transfer->what, digest,
                                           where != NULL ? " to " : "", where != NULL ? where : "");
    fp_stage_begin(ret, transfer->copy->reporter, verb, text, transfer->descriptor->size);
}

static void begin_put(const struct transfer *transfer, struct fp_stage *ret)
{
    const struct copy *copy = transfer->copy;
    begin(transfer, copy->to->registry != NULL ? "push" : "copy",
          copy->one_of_several ? copy->to->title : NULL, ret);
}

/* Bring the bytes here, telling of it where they come over the network. */
static enum fp_code fetch(struct transfer *transfer, struct fp_repo *origin, struct fp_blob **ret,
                          struct fp_error *err)
{
    struct fp_stage stage = {0};
    if (origin->registry == NULL)
        return fp_repo_get_blob(origin, transfer->descriptor, NULL, ret, err);
    begin(transfer, "pull", NULL, &stage);
    enum fp_code code = fp_repo_get_blob(origin, transfer->descriptor, &stage, ret, err);
    transfer->fetched = stage.done_bytes > 0;
    if (code == FP_OK)
        fp_stage_end(&stage, transfer->fetched ? "pulled" : NULL);
    else
        fp_stage_fail(&stage);
    return code;
}

/* One line a blob: what has been pulled for a place on this machine has been told of. */
static enum fp_code put(const struct transfer *transfer, struct fp_blob *blob,
                        enum fp_push_outcome *ret_outcome, struct fp_error *err)
{
    const struct copy *copy = transfer->copy;
    bool told = transfer->fetched && copy->to->registry == NULL;
    struct fp_stage stage = {0};
    begin_put(transfer, &stage);
    enum fp_code code = fp_repo_put_blob(copy->to, transfer->descriptor, blob, copy->neighbour,
                                         &stage, ret_outcome, err);
    if (code == FP_OK)
        fp_stage_end(&stage, told ? NULL : outcome_text(copy, *ret_outcome));
    else
        fp_stage_fail(&stage);
    return code;
}

/* Without fetching: it is there already, or the registry can take it from a neighbour. */
static enum fp_code put_without_bytes(const struct transfer *transfer, struct fp_repo *origin,
                                      enum fp_push_outcome *ret_outcome, struct fp_error *err)
{
    const struct copy *copy = transfer->copy;
    struct fp_stage stage = {0};
    enum fp_code code =
        fp_repo_put_blob(copy->to, transfer->descriptor, NULL, origin, NULL, ret_outcome, err);
    if (code != FP_OK)
        return code;
    begin_put(transfer, &stage);
    fp_stage_end(&stage, outcome_text(copy, *ret_outcome));
    return FP_OK;
}

/* Where nothing is to be put, only what is lost is sent: not what nobody can ask for. */
static enum fp_code is_kept(const struct transfer *transfer, bool *ret, struct fp_error *err)
{
    const struct copy *copy = transfer->copy;
    struct fp_stage stage = {0};
    bool is_lost = !copy->is_whole;
    enum fp_code code = FP_OK;
    if (is_lost && copy->is_all_named)
        code = fp_repo_has_lost(copy->to, transfer->descriptor, &is_lost, err);
    *ret = code == FP_OK && !is_lost;
    if (*ret) {
        begin_put(transfer, &stage);
        fp_stage_end(&stage, outcome_text(copy, FP_PUSH_EXISTING));
    }
    return code;
}

static enum fp_code transfer_blob(void *context, struct fp_error *err)
{
    struct transfer *transfer = context;
    struct copy *copy = transfer->copy;
    struct fp_repo *origin = fp_repo_origin(copy->from, transfer->descriptor);
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    bool is_there = false;
    enum fp_code code = fp_interrupt_check(err);
    if (code == FP_OK)
        code = is_kept(transfer, &is_there, err);
    if (code != FP_OK || is_there) {
        if (code == FP_OK)
            count(copy, FP_PUSH_EXISTING, transfer->descriptor->size);
        return code;
    }
    if (fp_registry_repo_has_sent(copy->to, &transfer->descriptor->digest)) {
        count(copy, FP_PUSH_UPLOADED, transfer->descriptor->size);
        return FP_OK;
    }
    code = FP_E_NOT_FOUND;
    if (origin->registry != NULL)
        code = put_without_bytes(transfer, origin, &outcome, err);
    if (code == FP_E_NOT_FOUND) {
        cleanup_blob struct fp_blob *blob = NULL;
        code = fetch(transfer, origin, &blob, err);
        if (code == FP_OK)
            code = put(transfer, blob, &outcome, err);
    }
    /* A download for the local store lies in its place already. */
    if (transfer->fetched && outcome == FP_PUSH_EXISTING)
        outcome = FP_PUSH_UPLOADED;
    if (code == FP_OK)
        count(copy, outcome, transfer->descriptor->size);
    return code;
}

static void add_all(struct copy *copy, struct transfer *transfers, const struct fp_descriptor *list,
                    size_t len, const char *what)
{
    for (size_t i = 0; i < len; i++) {
        transfers[i] = (struct transfer){.copy = copy, .descriptor = &list[i], .what = what};
        fp_pool_add(copy->pool, transfer_blob, &transfers[i]);
    }
}

/* Configurations are blobs like layers: where each costs several round trips all go side by side.
 */
static enum fp_code transfer_all(struct copy *copy, const struct fp_copy_plan *plan,
                                 struct fp_error *err)
{
    struct transfer *layers = fp_xcalloc(plan->layer_count, sizeof(*layers));
    struct transfer *configs = fp_xcalloc(plan->config_count, sizeof(*configs));
    enum fp_code code = FP_OK;
    add_all(copy, layers, plan->layers, plan->layer_count, "layer");
    if (copy->to->registry == NULL)
        code = fp_pool_wait(copy->pool, err);
    if (code == FP_OK) {
        add_all(copy, configs, plan->configs, plan->config_count, "config");
        code = fp_pool_wait(copy->pool, err);
    }
    free(layers);
    free(configs);
    return code;
}

/* Registries take the root with its name, in one request. */
static size_t documents_to_put(const struct copy *copy, const struct fp_copy_plan *plan,
                               const struct fp_strv *names)
{
    if (copy->is_whole)
        return 0;
    bool comes_with_name = copy->to->registry != NULL && names != NULL && names->len > 0;
    return plan->document_count - (comes_with_name ? 1 : 0);
}

/* A place that has the root is asked for what it refers to: it may have lost it. */
static enum fp_code put_document(const struct copy *copy, const struct fp_copy_document *document,
                                 bool is_named, struct fp_error *err)
{
    enum fp_tagged found = FP_TAGGED_NOTHING;
    enum fp_code code = fp_interrupt_check(err);
    if (code == FP_OK && is_named)
        code = fp_repo_is_named(copy->to, &document->descriptor.digest,
                                document->descriptor.digest.text, &found, err);
    if (code != FP_OK || found == FP_TAGGED_THIS)
        return code;
    return fp_repo_put_document(copy->to, &document->descriptor, document->bytes, err);
}

static enum fp_code put_documents(const struct copy *copy, const struct fp_copy_plan *plan,
                                  const struct state *state, struct fp_error *err)
{
    size_t count = documents_to_put(copy, plan, state->names);
    for (size_t i = 0; i < count; i++) {
        FP_TRY(put_document(copy, &plan->documents[i], copy->is_all_named, err));
    }
    return FP_OK;
}

static enum fp_code put_names(const struct copy *copy, const struct fp_copy_document *root,
                              const struct state *state, struct fp_error *err)
{
    const struct fp_strv *names = state->names;
    if (names == NULL || names->len == 0)
        return fp_repo_name(copy->to, &root->descriptor, root->bytes, NULL, err);
    for (size_t i = 0; i < names->len; i++) {
        enum fp_code code = FP_OK;
        if (!state->is_right[i])
            code = fp_repo_name(copy->to, &root->descriptor, root->bytes, names->items[i], err);
        if (code != FP_OK)
            return code;
    }
    return FP_OK;
}

/* Asked in order, until one stands for nothing: where that is new, all are for the most part. */
static enum fp_code ask_names(struct copy *copy, const struct fp_copy_document *root,
                              struct state *state, struct fp_error *err)
{
    enum fp_tagged found = FP_TAGGED_THIS;
    size_t count = state->names != NULL ? state->names->len : 0;
    copy->is_all_named = count > 0;
    for (size_t i = 0; i < count && found != FP_TAGGED_NOTHING; i++) {
        FP_TRY(fp_repo_is_named(copy->to, &root->descriptor.digest, state->names->items[i], &found,
                                err));
        state->is_right[i] = found == FP_TAGGED_THIS;
    }
    for (size_t i = 0; i < count; i++)
        copy->is_all_named = copy->is_all_named && state->is_right[i];
    return FP_OK;
}

/* That the names are right does not mean that nothing is lost behind them. Registries look for what
 * a manifest refers to when it is put, so each is put under its digest: one request for all of its
 * blobs. The index that is named need not be, as what it refers to is there by then. */
static enum fp_code look_behind_names(struct copy *copy, const struct fp_copy_plan *plan,
                                      struct fp_error *err)
{
    const struct fp_copy_document *root = &plan->documents[plan->document_count - 1];
    bool skips_root = plan->document_count > 1 && fp_media_is_index(root->descriptor.media_type);
    size_t count = plan->document_count - (skips_root ? 1 : 0);
    enum fp_code code = FP_OK;
    copy->is_whole = copy->is_all_named;
    for (size_t i = 0; i < count && copy->is_whole && code == FP_OK; i++)
        code = fp_repo_put_again(copy->to, &plan->documents[i].descriptor, plan->documents[i].bytes,
                                 &copy->is_whole, err);
    return code;
}

/* The order is the promise: whatever fails, no name leads to something incomplete. */
static enum fp_code put_all(struct copy *copy, const struct fp_copy_plan *plan,
                            const struct state *state, struct fp_error *err)
{
    const struct fp_copy_document *root = &plan->documents[plan->document_count - 1];
    *copy->result = (struct fp_copy_result){0};
    FP_TRY(transfer_all(copy, plan, err));
    FP_TRY(fp_report_heed(copy->reporter, err));
    FP_TRY(put_documents(copy, plan, state, err));
    return put_names(copy, root, state, err);
}

static enum fp_code copy_planned(struct copy *copy, const struct fp_copy_plan *plan,
                                 const struct fp_strv *names, struct fp_error *err)
{
    const struct fp_copy_document *root = &plan->documents[plan->document_count - 1];
    cleanup_free bool *is_right = fp_xcalloc(names != NULL ? names->len + 1 : 1, sizeof(bool));
    struct state state = {.names = names, .is_right = is_right};
    enum fp_code code = ask_names(copy, root, &state, err);
    if (code == FP_OK)
        code = look_behind_names(copy, plan, err);
    if (code == FP_OK)
        code = put_all(copy, plan, &state, err);
    while (code != FP_OK && fp_repo_wants_again(copy->to)) {
        fp_report(copy->reporter, FP_EVENT_INFO, "%s; sending again what it said it had",
                  err != NULL ? err->text : copy->to->title);
        code = put_all(copy, plan, &state, err);
        if (code == FP_OK)
            code = look_behind_names(copy, plan, err);
    }
    if (code == FP_OK)
        code = fp_repo_finish(copy->to, err);
    if (code == FP_OK && !copy->is_all_named)
        code = fp_repo_confirm(copy->to, &root->descriptor.digest, err);
    if (code == FP_OK)
        copy->result->root = fp_descriptor_copy(&root->descriptor);
    return code;
}

/* "2 mounted", after a comma; nothing for none. */
static void put_count(struct fp_buf *text, unsigned number, const char *words)
{
    if (number > 0)
        fp_buf_putf(text, ", %u %s", number, words);
}

/* "5 blobs, 570 MB pushed, 2 mounted; named v1, latest" */
static void tell(const struct copy *copy, const struct fp_strv *names)
{
    const struct fp_copy_result *result = copy->result;
    const char *verb = copy->to->registry != NULL     ? "pushed"
                       : copy->from->registry != NULL ? "pulled"
                                                      : "written";
    unsigned blobs = result->uploaded + result->mounted + result->existing;
    char size[FP_FORMAT_MAX];
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    fp_format_bytes(result->moved_bytes, size);
    fp_buf_putf(&text, "%s: %u blob%s", copy->to->title, blobs, blobs == 1 ? "" : "s");
    if (result->uploaded > 0)
        fp_buf_putf(&text, ", %s %s", size, verb);
    put_count(&text, result->mounted, "mounted");
    put_count(&text, result->existing, "there already");
    for (size_t i = 0; names != NULL && i < names->len; i++)
        fp_buf_putf(&text, "%s%s", i == 0 ? "; named " : ", ", names->items[i]);
    /* Longer than the buffer: as far as it goes. */
    fp_report(copy->reporter, FP_EVENT_INFO, "%s", fp_buf_text(&text));
}

enum fp_code fp_copy_image(struct fp_repo *from, const struct fp_descriptor *root,
                           struct fp_repo *to, const struct fp_strv *names,
                           const struct fp_copy_options *options, struct fp_copy_result *ret,
                           struct fp_error *err)
{
    struct fp_copy_plan plan = {0};
    *ret = (struct fp_copy_result){0};
    enum fp_code code = fp_copy_plan_make(from, root, options->platform, &plan, err);
    if (code == FP_OK) {
        struct copy copy = {
            .from = from,
            .to = to,
            .neighbour = options->neighbour,
            .one_of_several = options->one_of_several,
            .reporter = options->reporter,
            .pool = fp_pool_new(options->threads != 0 ? options->threads : THREADS),
            .result = ret,
        };
        (void) pthread_mutex_init(&copy.lock, NULL);
        code = copy_planned(&copy, &plan, names, err);
        if (code == FP_OK)
            tell(&copy, names);
        fp_pool_free(copy.pool);
        (void) pthread_mutex_destroy(&copy.lock);
    }
    fp_copy_plan_clear(&plan);
    if (code != FP_OK)
        return fp_context(code, err, "copying from %s to %s", from->title, to->title);
    return FP_OK;
}
