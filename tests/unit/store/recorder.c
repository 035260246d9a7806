/* A destination that records the calls to it. */
#include "recorder.h"

#include <stdlib.h>
#include <string.h>

static enum fp_code note(struct fp_repo *self, struct fp_error *err, const char *fmt, ...)
    FP_PRINTF(3, 4);
static enum fp_code note(struct fp_repo *self, struct fp_error *err, const char *fmt, ...)
{
    struct recorder *recorder = (struct recorder *) self;
    va_list args;
    va_start(args, fmt);
    char *line = fp_xvasprintf(fmt, args);
    va_end(args);
    bool fails = recorder->fail_at != NULL &&
                 strncmp(line, recorder->fail_at, strlen(recorder->fail_at)) == 0;
    (void) pthread_mutex_lock(&recorder->lock);
    fp_strv_take(&recorder->log, line);
    (void) pthread_mutex_unlock(&recorder->lock);
    return fails ? fp_fail(err, FP_E_NETWORK, "told to fail") : FP_OK;
}

static void gate_wait(struct gate *gate)
{
    (void) pthread_mutex_lock(&gate->lock);
    while (!gate->is_open)
        (void) pthread_cond_wait(&gate->opened, &gate->lock);
    (void) pthread_mutex_unlock(&gate->lock);
}

void gate_open(struct gate *gate)
{
    (void) pthread_mutex_lock(&gate->lock);
    gate->is_open = true;
    (void) pthread_cond_broadcast(&gate->opened);
    (void) pthread_mutex_unlock(&gate->lock);
}

static const char *kind_of(const struct fp_descriptor *descriptor)
{
    return strstr(descriptor->media_type, "config") != NULL ? "config" : "layer";
}

static enum fp_code record_put_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                    struct fp_blob *blob, struct fp_repo *origin,
                                    struct fp_stage *stage, enum fp_push_outcome *ret_outcome,
                                    struct fp_error *err)
{
    const struct recorder *recorder = (struct recorder *) self;
    const char *kind = kind_of(descriptor);
    const char *from = origin != NULL && fp_repo_can_mount(self, origin) ? " mounted" : "";
    if (recorder->gate != NULL)
        gate_wait(recorder->gate);
    if (stage != NULL)
        fp_stage_advance(stage, descriptor->size);
    *ret_outcome = recorder->has_all ? FP_PUSH_EXISTING : FP_PUSH_UPLOADED;
    return note(self, err, "%s%s%s", kind, blob == NULL ? " without bytes" : "", from);
}

static enum fp_code record_put_document(struct fp_repo *self,
                                        const struct fp_descriptor *descriptor, const char *bytes,
                                        struct fp_error *err)
{
    (void) bytes;
    return note(self, err, "%s", fp_media_is_index(descriptor->media_type) ? "index" : "manifest");
}

static enum fp_code record_name(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                const char *bytes, const char *name, struct fp_error *err)
{
    struct fp_digest digest = fp_digest_of(bytes, strlen(bytes));
    assert_true(fp_digest_equal(&digest, &descriptor->digest));
    return note(self, err, "name %s", name != NULL ? name : "(none)");
}

static enum fp_code record_is_named(struct fp_repo *self, const struct fp_digest *digest,
                                    const char *name, enum fp_tagged *ret, struct fp_error *err)
{
    const struct recorder *recorder = (struct recorder *) self;
    bool is_digest = strcmp(name, digest->text) == 0;
    const char *what = is_digest ? "digests" : name;
    if (recorder->when_asked != NULL)
        recorder->when_asked(recorder->context);
    if (recorder->right == NULL)
        return FP_OK;
    *ret = strstr(recorder->right, what) != NULL ? FP_TAGGED_THIS
           : strstr(name, "new") != NULL         ? FP_TAGGED_NOTHING
                                                 : FP_TAGGED_OTHER;
    return note(self, err, "ask %s", is_digest ? "digest" : name);
}

static enum fp_code record_put_again(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                     const char *bytes, bool *ret_taken, struct fp_error *err)
{
    const struct recorder *recorder = (struct recorder *) self;
    (void) descriptor;
    (void) bytes;
    *ret_taken = recorder->takes_again && recorder->keeps_blobs;
    if (!recorder->takes_again)
        return FP_OK;
    enum fp_code code = note(self, err, "again");
    return code != FP_OK || recorder->keeps_blobs ? code
                                                  : fp_fail(err, FP_E_INPUT, "it lacks blobs");
}

static enum fp_code record_has_lost(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                    bool *ret_lost, struct fp_error *err)
{
    (void) descriptor;
    (void) err;
    *ret_lost = !((struct recorder *) self)->keeps_blobs;
    return FP_OK;
}

static enum fp_code record_confirm(struct fp_repo *self, const struct fp_digest *digest,
                                   struct fp_error *err)
{
    (void) digest;
    return note(self, err, "confirm");
}

static bool record_wants_again(struct fp_repo *self)
{
    struct recorder *recorder = (struct recorder *) self;
    recorder->has_doubted =
        recorder->has_doubted || (recorder->doubts > 0 && !recorder->lacks_none);
    return recorder->doubts-- > 0;
}

static bool record_doubts(struct fp_repo *self, const struct fp_digest *digest)
{
    (void) digest;
    return ((struct recorder *) self)->has_doubted;
}

static bool record_can_mount(const struct fp_repo *self, const struct fp_repo *from)
{
    return self != from && ((const struct recorder *) self)->mounts &&
           ((const struct recorder *) from)->mounts;
}

static enum fp_code record_may_put(struct fp_repo *self, struct fp_error *err)
{
    struct recorder *recorder = (struct recorder *) self;
    (void) err;
    (void) pthread_mutex_lock(&recorder->lock);
    recorder->may_puts++;
    (void) pthread_mutex_unlock(&recorder->lock);
    return FP_OK;
}

static bool record_is_same(const struct fp_repo *self, const struct fp_repo *other)
{
    return other == ((const struct recorder *) self)->same;
}

static enum fp_code record_finish(struct fp_repo *self, struct fp_error *err)
{
    return note(self, err, "finish");
}

static const struct fp_repo_ops record_ops = {
    .put_blob = record_put_blob,
    .put_document = record_put_document,
    .name = record_name,
    .is_named = record_is_named,
    .put_again = record_put_again,
    .has_lost = record_has_lost,
    .confirm = record_confirm,
    .wants_again = record_wants_again,
    .doubts = record_doubts,
    .may_put = record_may_put,
    .can_mount = record_can_mount,
    .is_same = record_is_same,
    .finish = record_finish,
};

struct recorder recorder_new(void)
{
    static char title[] = "the recorder";
    struct recorder recorder = {.base = {.ops = &record_ops, .title = title}};
    (void) pthread_mutex_init(&recorder.lock, NULL);
    return recorder;
}

void check_log(const struct recorder *recorder, const char *const *expected, size_t count)
{
    for (size_t i = 0; i < count && i < recorder->log.len; i++)
        assert_string_equal(recorder->log.items[i], expected[i]);
    assert_int_equal(recorder->log.len, count);
}

/* Two platforms that share a layer. */
struct fp_descriptor make_two_platforms(struct fp_repo *parts)
{
    const char *const amd[] = {"shared", "amd"};
    const char *const arm[] = {"shared", "arm"};
    const struct fp_descriptor images[] = {make_image(parts, "linux/amd64", amd, 2),
                                           make_image(parts, "linux/arm64", arm, 2)};
    return make_index(parts, images, 2);
}
