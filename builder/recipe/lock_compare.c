/* Compares a lock with what a build made. */
#include "lock.h"

#include <string.h>

/* More differences than this are only counted. */
#define SHOWN_MAX 8

/* Adds "WHAT: OLD in the lock, NEW now" if two texts differ; NULL is nothing. */
static void differ(struct fp_strv *ret, const char *what, const char *was, const char *now)
{
    if (was == NULL && now == NULL)
        return;
    if (was == NULL)
        fp_strv_addf(ret, "%s: %.200s now, and not in the lock", what, now);
    else if (now == NULL)
        fp_strv_addf(ret, "%s: %.200s in the lock, and not any more", what, was);
    else if (strcmp(was, now) != 0)
        fp_strv_addf(ret, "%s: %.200s in the lock, %.200s now", what, was, now);
}

static void differ_in(struct fp_strv *ret, const char *what, const json_t *was, const json_t *now,
                      const char *key)
{
    differ(ret, what, fp_json_string(was, key), fp_json_string(now, key));
}

static void compare_flink(struct fp_strv *ret, const json_t *was, const json_t *now)
{
    static const char *const members[][2] = {
        {"from", "Flink's source"}, {"version", "Flink"},        {"scala", "Scala"},
        {"hadoop", "Hadoop"},       {"file", "Flink's archive"}, {"digest", "Flink's checksum"}};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        differ_in(ret, members[i][1], was, now, members[i][0]);
}

/* Joins a list of texts for a message. The caller owns it. */
static char *join(const json_t *list)
{
    cleanup_strv struct fp_strv texts = {0};
    for (size_t i = 0; i < json_array_size(list); i++)
        fp_strv_add(&texts, json_string_value(json_array_get(list, i)));
    return fp_strv_join(&texts, " ", 200);
}

static void compare_package(struct fp_strv *ret, const char *what, const json_t *was,
                            const json_t *now)
{
    const char *old = fp_json_string(was, "version");
    const char *new = fp_json_string(now, "version");
    differ(ret, what, old, new);
    if (old == NULL || new == NULL || strcmp(old, new) != 0)
        return;
    differ_in(ret, what, was, now, "checksum");
    differ_in(ret, what, was, now, "sha256");
}

/* What is compared of one platform. */
struct side {
    const char *platform;
    struct fp_strv *ret;
};

typedef void (*pair_visitor)(const struct side *side, const char *name, const json_t *was,
                             const json_t *now);

/* Visits the members of two objects; a member that one of them lacks is NULL. */
static void each_pair(const struct side *side, const json_t *was, const json_t *now,
                      pair_visitor visit)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) was, name, value)
        visit(side, name, value, json_object_get(now, name));
    json_object_foreach((json_t *) (uintptr_t) now, name,
                        value) if (json_object_get(was, name) == NULL)
        visit(side, name, NULL, value);
}

static void visit_package(const struct side *side, const char *name, const json_t *was,
                          const json_t *now)
{
    cleanup_free char *what = fp_xasprintf("%s: package %s", side->platform, name);
    compare_package(side->ret, what, was, now);
}

static void visit_addition(const struct side *side, const char *kind, const json_t *was,
                           const json_t *now)
{
    const json_t *old = json_object_get(was, "requests");
    const json_t *new = json_object_get(now, "requests");
    cleanup_free char *what = fp_xasprintf("%s: wanted %s", side->platform, kind);
    cleanup_free char *old_text = join(old);
    cleanup_free char *new_text = join(new);
    if (!json_equal(old, new))
        differ(side->ret, what, old_text, new_text);
    each_pair(side, json_object_get(was, "packages"), json_object_get(now, "packages"),
              visit_package);
}

static void visit_layer(const struct side *side, const char *kind, const json_t *was,
                        const json_t *now)
{
    cleanup_free char *what = fp_xasprintf("%s: layer %s", side->platform, kind);
    differ_in(side->ret, what, was, now, "diffId");
}

static void compare_platform(struct fp_lock_changes *ret, const char *name, const json_t *was,
                             const json_t *now)
{
    const struct side inputs = {name, &ret->inputs};
    const struct side products = {name, &ret->products};
    cleanup_free char *base = fp_xasprintf("%s: base", name);
    if (was == NULL || now == NULL) {
        differ(&ret->inputs, "platform", was != NULL ? name : NULL, now != NULL ? name : NULL);
        return;
    }
    differ_in(&ret->inputs, base, was, now, "base");
    each_pair(&inputs, json_object_get(was, "packages"), json_object_get(now, "packages"),
              visit_addition);
    each_pair(&products, json_object_get(was, "layers"), json_object_get(now, "layers"),
              visit_layer);
}

static void compare_platforms(struct fp_lock_changes *ret, const json_t *was, const json_t *now)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) was, name, value)
        compare_platform(ret, name, value, json_object_get(now, name));
    json_object_foreach((json_t *) (uintptr_t) now, name,
                        value) if (json_object_get(was, name) == NULL)
        compare_platform(ret, name, NULL, value);
}

void fp_lock_compare(const struct fp_lock *lock, const json_t *now, struct fp_lock_changes *ret)
{
    const json_t *was = fp_lock_document(lock);
    const char *compression = fp_json_string(was, "compression");
    const char *compression_now = fp_json_string(now, "compression");
    differ_in(&ret->inputs, "base", json_object_get(was, "base"), json_object_get(now, "base"),
              "name");
    differ_in(&ret->inputs, "base", json_object_get(was, "base"), json_object_get(now, "base"),
              "digest");
    compare_flink(&ret->inputs, json_object_get(was, "flink"), json_object_get(now, "flink"));
    compare_platforms(ret, json_object_get(was, "platforms"), json_object_get(now, "platforms"));
    if (compression != NULL && compression_now != NULL && strcmp(compression, compression_now) == 0)
        differ_in(&ret->products, "image", was, now, "image");
}

void fp_lock_changes_clear(struct fp_lock_changes *changes)
{
    fp_strv_clear(&changes->inputs);
    fp_strv_clear(&changes->products);
}

/* Joins the differences for a message. The caller owns it. */
static char *tell(const struct fp_lock_changes *changes)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT((size_t) 1 << 16);
    size_t total = changes->inputs.len + changes->products.len;
    for (size_t i = 0; i < total && i < SHOWN_MAX; i++) {
        const char *one = i < changes->inputs.len
                              ? changes->inputs.items[i]
                              : changes->products.items[i - changes->inputs.len];
        fp_buf_putf(&text, "%s%s", i > 0 ? "; " : "", one);
    }
    if (total > SHOWN_MAX)
        fp_buf_putf(&text, "; and %zu more", total - SHOWN_MAX);
    return fp_buf_take(&text);
}

enum fp_code fp_lock_hold(const struct fp_lock *lock, const json_t *now, bool locked,
                          struct fp_reporter *reporter, struct fp_error *err)
{
    __attribute__((cleanup(fp_lock_changes_clear))) struct fp_lock_changes changes = {0};
    if (lock == NULL)
        return FP_OK;
    fp_lock_compare(lock, now, &changes);
    if (changes.inputs.len + changes.products.len == 0)
        return FP_OK;
    cleanup_free char *text = tell(&changes);
    const char *name = fp_lock_name(lock);
    if (locked)
        return fp_hinted(fp_fail(err, FP_E_VERIFY, "%s: %s", name, text), err,
                         "if that is meant, 'flinkpack lock' writes it anew");
    fp_report(reporter, changes.inputs.len > 0 ? FP_EVENT_WARNING : FP_EVENT_INFO,
              "%s is not of this build: %s%s", name, text,
              changes.inputs.len > 0 ? "; 'flinkpack lock' writes it anew" : "");
    return FP_OK;
}
