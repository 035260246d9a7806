/* Reads a lock, and answers what it pins. */
#include "lock.h"

#include "flinkpack/recipe.h"

#include <string.h>

#define LOCK_MAX_BYTES ((size_t) 4 << 20)

struct fp_lock {
    json_t *document;
    char *name; /* the file, for messages */
};

/* The form of a member of an object. */
enum form { FORM_TEXT, FORM_DIGEST, FORM_KEY, FORM_TEXTS, FORM_OBJECT, FORM_LIST };

struct lock_member {
    const char *name;
    enum form form;
    bool is_needed;
};

#define MEMBERS(list) (list), sizeof(list) / sizeof((list)[0])

static const char *const form_names[] = {"a text of one line", "a digest",  "a SHA-256",
                                         "a list of texts",    "an object", "a list"};

/* Texts go into messages. */
static bool is_line(const char *text)
{
    if (text == NULL || strlen(text) > 2000)
        return false;
    for (; *text != '\0'; text++)
        if ((unsigned char) *text < ' ' || *text == 0x7f)
            return false;
    return true;
}

static bool has_form(const json_t *value, enum form form)
{
    struct fp_digest digest;
    const char *text = json_string_value(value);
    switch (form) {
    case FORM_TEXT:
        return is_line(text);
    case FORM_DIGEST:
        return text != NULL && fp_digest_parse(text, "", &digest, NULL) == FP_OK;
    case FORM_KEY:
        return text != NULL && strlen(text) == 64 && text[strspn(text, "0123456789abcdef")] == '\0';
    case FORM_TEXTS:
        for (size_t i = 0; i < json_array_size(value); i++)
            if (!is_line(json_string_value(json_array_get(value, i))))
                return false;
        return json_is_array(value);
    case FORM_OBJECT:
        return json_is_object(value);
    case FORM_LIST:
        return json_is_array(value);
    }
    return false;
}

/* A key of an object that is a name. */
static enum fp_code check_name(const char *name, const char *where, struct fp_error *err)
{
    return is_line(name) && name[0] != '\0' && strlen(name) <= 200
               ? FP_OK
               : fp_fail(err, FP_E_INPUT, "%s: '%.200s' is no name", where, name);
}

/* Checks the members of the object at `where`. Members that are not known are left alone. */
static enum fp_code check(const json_t *object, const char *where,
                          const struct lock_member *members, size_t count, struct fp_error *err)
{
    if (!json_is_object(object))
        return fp_fail(err, FP_E_INPUT, "%s: expected an object", where);
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(object, members[i].name);
        if (value == NULL ? members[i].is_needed : !has_form(value, members[i].form))
            return fp_fail(err, FP_E_INPUT, "%s: %s: expected %s", where, members[i].name,
                           form_names[members[i].form]);
    }
    return FP_OK;
}

static enum fp_code check_packages(const json_t *packages, const char *where, struct fp_error *err)
{
    static const struct lock_member members[] = {{"version", FORM_TEXT, true},
                                                 {"checksum", FORM_TEXT, true},
                                                 {"sha256", FORM_KEY, false},
                                                 {"key", FORM_TEXT, false},
                                                 {"repository", FORM_TEXT, false}};
    const char *name = NULL;
    json_t *package = NULL;
    json_object_foreach((json_t *) (uintptr_t) packages, name, package)
    {
        cleanup_free char *at = fp_xasprintf("%s: %.200s", where, name);
        FP_TRY(check_name(name, where, err));
        FP_TRY(check(package, at, MEMBERS(members), err));
    }
    return FP_OK;
}

static enum fp_code check_additions(const json_t *additions, const char *where,
                                    struct fp_error *err)
{
    static const struct lock_member members[] = {{"requests", FORM_TEXTS, true},
                                                 {"packages", FORM_OBJECT, true},
                                                 {"indexes", FORM_LIST, true}};
    static const struct lock_member of_index[] = {
        {"sha256", FORM_KEY, true}, {"key", FORM_TEXT, true}, {"url", FORM_TEXT, false}};
    const char *kind = NULL;
    json_t *addition = NULL;
    json_object_foreach((json_t *) (uintptr_t) additions, kind, addition)
    {
        cleanup_free char *at = fp_xasprintf("%s: packages: %.200s", where, kind);
        FP_TRY(check_name(kind, where, err));
        FP_TRY(check(addition, at, MEMBERS(members), err));
        const json_t *indexes = json_object_get(addition, "indexes");
        for (size_t i = 0; i < json_array_size(indexes); i++)
            FP_TRY(check(json_array_get(indexes, i), at, MEMBERS(of_index), err));
        FP_TRY(check_packages(json_object_get(addition, "packages"), at, err));
    }
    return FP_OK;
}

static enum fp_code check_platform(const json_t *platform, const char *where, struct fp_error *err)
{
    static const struct lock_member members[] = {{"base", FORM_DIGEST, false},
                                                 {"image", FORM_DIGEST, true},
                                                 {"layers", FORM_OBJECT, true},
                                                 {"packages", FORM_OBJECT, false}};
    static const struct lock_member of_layer[] = {
        {"key", FORM_KEY, true}, {"diffId", FORM_DIGEST, true}, {"digest", FORM_DIGEST, true}};
    const char *kind = NULL;
    json_t *layer = NULL;
    FP_TRY(check(platform, where, MEMBERS(members), err));
    json_object_foreach(json_object_get(platform, "layers"), kind, layer)
    {
        cleanup_free char *at = fp_xasprintf("%s: layers: %.200s", where, kind);
        FP_TRY(check_name(kind, where, err));
        FP_TRY(check(layer, at, MEMBERS(of_layer), err));
    }
    return check_additions(json_object_get(platform, "packages"), where, err);
}

static enum fp_code check_document(const json_t *document, const char *name, struct fp_error *err)
{
    static const struct lock_member members[] = {{"base", FORM_OBJECT, true},
                                                 {"flink", FORM_OBJECT, true},
                                                 {"compression", FORM_TEXT, true},
                                                 {"image", FORM_DIGEST, true},
                                                 {"platforms", FORM_OBJECT, true}};
    static const struct lock_member of_base[] = {{"name", FORM_TEXT, true},
                                                 {"digest", FORM_DIGEST, false}};
    static const struct lock_member of_flink[] = {
        {"from", FORM_TEXT, true},   {"version", FORM_TEXT, true}, {"digest", FORM_DIGEST, false},
        {"scala", FORM_TEXT, false}, {"hadoop", FORM_TEXT, false}, {"file", FORM_TEXT, false},
        {"signer", FORM_TEXT, false}};
    const json_t *layout = json_object_get(document, "lock");
    const char *key = NULL;
    json_t *platform = NULL;
    if (!json_is_integer(layout))
        return fp_fail(err, FP_E_INPUT, "%s: not a lock of flinkpack", name);
    if (json_integer_value(layout) != FP_LOCK_LAYOUT)
        return fp_fail(err, FP_E_INPUT, "%s: a lock of layout %lld; this flinkpack reads layout %d",
                       name, (long long) json_integer_value(layout), FP_LOCK_LAYOUT);
    cleanup_free char *base = fp_xasprintf("%s: base", name);
    cleanup_free char *flink = fp_xasprintf("%s: flink", name);
    FP_TRY(check(document, name, MEMBERS(members), err));
    FP_TRY(check(json_object_get(document, "base"), base, MEMBERS(of_base), err));
    FP_TRY(check(json_object_get(document, "flink"), flink, MEMBERS(of_flink), err));
    json_object_foreach(json_object_get(document, "platforms"), key, platform)
    {
        cleanup_free char *at = fp_xasprintf("%s: platforms: %.200s", name, key);
        FP_TRY(check_name(key, name, err));
        FP_TRY(check_platform(platform, at, err));
    }
    return FP_OK;
}

enum fp_code fp_lock_parse(const char *text, size_t len, const char *name, struct fp_lock **ret,
                           struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    enum fp_code code = fp_json_parse(text, len, name, &document, err);
    if (code == FP_OK)
        code = check_document(document, name, err);
    FP_TRY(fp_hinted(code, err, "'flinkpack lock' writes it anew"));
    *ret = fp_xcalloc(1, sizeof(**ret));
    (*ret)->document = steal_pointer(&document);
    (*ret)->name = fp_xstrdup(name);
    return FP_OK;
}

enum fp_code fp_lock_read(const char *path, struct fp_lock **ret, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(LOCK_MAX_BYTES);
    FP_TRY(fp_file_read(path, &text, err));
    return fp_lock_parse(fp_buf_text(&text), text.len, path, ret, err);
}

void fp_lock_free(struct fp_lock *lock)
{
    if (lock == NULL)
        return;
    json_decref(lock->document);
    free(lock->name);
    free(lock);
}

char *fp_lock_text(const json_t *document)
{
    cleanup_free char *text = fp_json_pretty(document);
    return fp_xasprintf("%s\n", text);
}

/* Returns a member of the lock, or NULL. */
static const json_t *member_of(const struct fp_lock *lock, const char *name)
{
    return lock != NULL ? json_object_get(lock->document, name) : NULL;
}

static const json_t *platform_of(const struct fp_lock *lock, const char *platform)
{
    return json_object_get(member_of(lock, "platforms"), platform);
}

static bool is_about(const struct fp_lock *lock, const char *name)
{
    const char *own = fp_json_string(member_of(lock, "base"), "name");
    return own != NULL && strcmp(own, name) == 0;
}

const char *fp_lock_base(const struct fp_lock *lock, const char *name,
                         const struct fp_strv *platforms)
{
    bool is_same =
        is_about(lock, name) && json_object_size(member_of(lock, "platforms")) == platforms->len;
    for (size_t i = 0; i < platforms->len; i++)
        is_same = is_same && platform_of(lock, platforms->items[i]) != NULL;
    return is_same ? fp_json_string(member_of(lock, "base"), "digest") : NULL;
}

const char *fp_lock_base_digest(const struct fp_lock *lock, const char *name, const char *platform)
{
    return is_about(lock, name) ? fp_json_string(platform_of(lock, platform), "base") : NULL;
}

const char *fp_lock_checksum(const struct fp_lock *lock, const char *archive_name)
{
    const json_t *flink = member_of(lock, "flink");
    const char *file = fp_json_string(flink, "file");
    const char *digest = fp_json_string(flink, "digest");
    bool is_it = file != NULL && strcmp(file, archive_name) == 0 && digest != NULL &&
                 strncmp(digest, "sha512:", 7) == 0;
    return is_it ? digest : NULL;
}

const char *fp_lock_image(const struct fp_lock *lock)
{
    return lock != NULL ? fp_json_string(lock->document, "image") : NULL;
}

bool fp_lock_takes_base(const struct fp_lock *lock, const char *digest)
{
    const char *root = fp_json_string(member_of(lock, "base"), "digest");
    const char *key = NULL;
    json_t *platform = NULL;
    bool takes = root == NULL || (digest != NULL && strcmp(root, digest) == 0);
    json_object_foreach((json_t *) (uintptr_t) member_of(lock, "platforms"), key, platform)
    {
        const char *own = fp_json_string(platform, "base");
        takes = takes || (own != NULL && digest != NULL && strcmp(own, digest) == 0);
    }
    return takes;
}

const char *fp_lock_signer(const struct fp_lock *lock, const char *archive_name)
{
    const json_t *flink = member_of(lock, "flink");
    const char *file = fp_json_string(flink, "file");
    return file != NULL && strcmp(file, archive_name) == 0 ? fp_json_string(flink, "signer") : NULL;
}

const json_t *fp_lock_pins(const struct fp_lock *lock, const char *platform, const char *name,
                           const char *base, const char *kind, const struct fp_strv *requests,
                           bool *ret_only)
{
    const json_t *own = platform_of(lock, platform);
    const json_t *pins = json_object_get(json_object_get(own, "packages"), kind);
    const char *digest = fp_json_string(own, "base");
    *ret_only = false;
    bool is_on_it =
        base[0] == '\0' ? is_about(lock, name) : digest != NULL && strcmp(digest, base) == 0;
    if (pins == NULL || !is_on_it)
        return NULL;
    cleanup_json json_t *now = fp_json_texts(requests);
    *ret_only = json_equal(json_object_get(pins, "requests"), now);
    return pins;
}

static const json_t *layer_of(const struct fp_lock *lock, const char *platform, const char *kind)
{
    return json_object_get(json_object_get(platform_of(lock, platform), "layers"), kind);
}

static bool is_text_of(const json_t *object, const char *key, const char *expected)
{
    const char *text = fp_json_string(object, key);
    return text != NULL && strcmp(text, expected) == 0;
}

bool fp_lock_allows(const struct fp_lock *lock, const char *platform, const char *kind,
                    const char *key, const struct fp_digest *diff_id, const json_t *report)
{
    const json_t *layer = layer_of(lock, platform, kind);
    const json_t *additions = json_object_get(platform_of(lock, platform), "packages");
    const json_t *pins = json_object_get(json_object_get(additions, kind), "packages");
    const char *name = NULL;
    json_t *taken = NULL;
    if (layer != NULL && is_text_of(layer, "key", key) &&
        !is_text_of(layer, "diffId", diff_id->text))
        return false;
    json_object_foreach(json_object_get(report, "packages"), name, taken)
    {
        const json_t *pin = json_object_get(pins, name);
        const char *checksum = fp_json_string(pin, "checksum");
        if (pin != NULL && (checksum == NULL || !is_text_of(taken, "checksum", checksum)))
            return false;
    }
    return true;
}

const json_t *fp_lock_addition(const struct fp_lock *lock, const char *platform, const char *kind,
                               const char *key, const struct fp_digest *diff_id)
{
    const json_t *layer = layer_of(lock, platform, kind);
    const json_t *additions = json_object_get(platform_of(lock, platform), "packages");
    bool is_it = is_text_of(layer, "key", key) && is_text_of(layer, "diffId", diff_id->text);
    return is_it ? json_object_get(additions, kind) : NULL;
}

bool fp_lock_confirms(const struct fp_lock *lock, const char *platform, const char *kind,
                      const char *key, const struct fp_digest *diff_id,
                      const struct fp_digest *digest)
{
    const json_t *layer = layer_of(lock, platform, kind);
    return is_text_of(layer, "key", key) && is_text_of(layer, "diffId", diff_id->text) &&
           is_text_of(layer, "digest", digest->text);
}

const json_t *fp_lock_document(const struct fp_lock *lock)
{
    return lock->document;
}

const char *fp_lock_name(const struct fp_lock *lock)
{
    return lock->name;
}
