/* Parses one entry of the catalogue of base images. */
#include "internal.h"

#include <string.h>

/* Packed facts of a base take some 100 KiB for each platform. */
#define ENTRY_MAX_BYTES ((size_t) 4 << 20)
#define JAVA_MIN        8
#define JAVA_MAX        99

/* The keys of base-images/schema.json. */
static const char *const keys[] = {"$schema",   "description", "digests", "facts",
                                   "java",      "keys",        "libc",    "packages",
                                   "reference", "repositories"};

static enum fp_code check_keys(const json_t *object, const char *path, struct fp_error *err)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) object, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
            known = known || strcmp(key, keys[i]) == 0;
        if (!known)
            return fp_fail(err, FP_E_INPUT,
                           "%s: unknown key '%.100s': expected description, digests, facts, java, "
                           "libc and reference, or packages, repositories and keys",
                           path, key);
    }
    return FP_OK;
}

static enum fp_code read_reference(const json_t *object, const char *path, char **ret,
                                   struct fp_error *err)
{
    const char *text = NULL;
    cleanup_reference struct fp_reference reference = {0};
    FP_TRY(fp_json_need_string(object, "reference", path, &text, err));
    /* The error is in the file, not on the command line. */
    if (fp_reference_parse(text, &reference, err) != FP_OK)
        return fp_context(FP_E_INPUT, err, "%s: reference", path);
    if (reference.registry == NULL ||
        (reference.tag == NULL && !fp_digest_is_set(&reference.digest)))
        return fp_fail(err, FP_E_INPUT,
                       "%s: reference '%.300s': expected REGISTRY/REPOSITORY with a tag or digest",
                       path, text);
    *ret = fp_reference_text(&reference);
    return FP_OK;
}

static enum fp_code read_libc(const json_t *object, const char *path, char **ret,
                              struct fp_error *err)
{
    const char *text = NULL;
    FP_TRY(fp_json_need_string(object, "libc", path, &text, err));
    if (strcmp(text, "glibc") != 0 && strcmp(text, "musl") != 0)
        return fp_fail(err, FP_E_INPUT, "%s: libc '%.100s': expected 'glibc' or 'musl'", path,
                       text);
    *ret = fp_xstrdup(text);
    return FP_OK;
}

static enum fp_code read_java(const json_t *object, const char *path, unsigned *ret,
                              struct fp_error *err)
{
    uint64_t java = 0;
    FP_TRY(fp_json_need_size(object, "java", path, &java, err));
    if (java < JAVA_MIN || java > JAVA_MAX)
        return fp_fail(err, FP_E_INPUT, "%s: java %ju: expected a major version from %d to %d",
                       path, (uintmax_t) java, JAVA_MIN, JAVA_MAX);
    *ret = (unsigned) java;
    return FP_OK;
}

static enum fp_code check_pin(const char *path, const char *platform_text, const json_t *value,
                              struct fp_error *err)
{
    struct fp_platform platform = {0};
    struct fp_digest digest = {0};
    cleanup_free char *where = fp_xasprintf("%s: digests['%.100s']", path, platform_text);
    if (fp_platform_parse(platform_text, &platform, err) != FP_OK)
        return fp_context(FP_E_INPUT, err, "%s: digests", path);
    cleanup_free char *normal = fp_platform_text(&platform);
    if (strcmp(normal, platform_text) != 0)
        return fp_fail(err, FP_E_INPUT, "%s: expected the platform to be written '%s'", where,
                       normal);
    return fp_digest_parse(json_is_string(value) ? json_string_value(value) : "", where, &digest,
                           err);
}

static enum fp_code read_digests(const json_t *object, const char *path, json_t **ret,
                                 struct fp_error *err)
{
    json_t *digests = json_object_get(object, "digests");
    const char *platform = NULL;
    json_t *value = NULL;
    if (digests == NULL) {
        *ret = json_object();
        return FP_OK;
    }
    if (!json_is_object(digests))
        return fp_fail(err, FP_E_INPUT,
                       "%s: digests: expected an object of platforms and manifest digests", path);
    json_object_foreach(digests, platform, value)
    {
        FP_TRY(check_pin(path, platform, value, err));
    }
    *ret = json_incref(digests);
    return FP_OK;
}

/* Facts are only believed of what is pinned. */
static enum fp_code read_facts(const json_t *object, const char *path, struct fp_base_entry *ret,
                               struct fp_error *err)
{
    json_t *facts = json_object_get(object, "facts");
    const char *platform = NULL;
    json_t *value = NULL;
    if (facts != NULL && !json_is_object(facts))
        return fp_fail(err, FP_E_INPUT, "%s: facts: expected an object of platforms", path);
    json_object_foreach(facts, platform, value)
    {
        if (json_object_get(ret->digests, platform) == NULL)
            return fp_fail(err, FP_E_INPUT,
                           "%s: facts['%.100s']: digests does not pin that platform", path,
                           platform);
        if (!json_is_string(value) ||
            json_string_length(value) > (FP_BASE_PACKED_MAX_BYTES + 2) / 3 * 4)
            return fp_fail(
                err, FP_E_INPUT,
                "%s: facts['%.100s']: expected a text in base64, as 'base pin' writes it", path,
                platform);
    }
    ret->facts = json_incref(facts);
    return FP_OK;
}

static enum fp_code read_list(const json_t *object, const char *key, const char *path,
                              struct fp_strv *ret, struct fp_error *err)
{
    const json_t *list = json_object_get(object, key);
    size_t count = json_array_size(list);
    bool sound = json_is_array(list) && count > 0;
    for (size_t i = 0; i < count && sound; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        sound = text != NULL && *text != '\0' && strpbrk(text, " \n\t") == NULL;
        if (sound)
            fp_strv_add(ret, text);
    }
    return sound ? FP_OK : fp_fail(err, FP_E_INPUT, "%s: %s: expected a list of words", path, key);
}

static enum fp_code read_keys(const json_t *object, const char *path, json_t **ret,
                              struct fp_error *err)
{
    json_t *found = json_object_get(object, "keys");
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(found, name, value)
    {
        if (!json_is_string(value) || strchr(name, '/') != NULL)
            return fp_fail(err, FP_E_INPUT, "%s: keys: expected names of keys and their PEM text",
                           path);
    }
    if (found != NULL && !json_is_object(found))
        return fp_fail(err, FP_E_INPUT, "%s: keys: expected an object", path);
    *ret = json_incref(found);
    return FP_OK;
}

/* Reads the source of the base: an image, or the packages that it is made of. */
static enum fp_code read_origin(const json_t *object, const char *path, struct fp_base_entry *ret,
                                struct fp_error *err)
{
    if (json_object_get(object, "packages") == NULL)
        return read_reference(object, path, &ret->reference, err);
    if (json_object_get(object, "reference") != NULL ||
        json_object_get(object, "digests") != NULL || json_object_get(object, "facts") != NULL)
        return fp_fail(err, FP_E_INPUT,
                       "%s: a base is an image (reference, digests), or made of packages", path);
    FP_TRY(read_list(object, "packages", path, &ret->packages, err));
    FP_TRY(read_list(object, "repositories", path, &ret->repositories, err));
    return read_keys(object, path, &ret->keys, err);
}

static enum fp_code read_members(const json_t *object, const char *path, struct fp_base_entry *ret,
                                 struct fp_error *err)
{
    const char *description = NULL;
    FP_TRY(check_keys(object, path, err));
    FP_TRY(fp_json_need_string(object, "description", path, &description, err));
    ret->description = fp_xstrdup(description);
    FP_TRY(read_origin(object, path, ret, err));
    FP_TRY(read_libc(object, path, &ret->libc, err));
    FP_TRY(read_java(object, path, &ret->java, err));
    FP_TRY(read_digests(object, path, &ret->digests, err));
    return read_facts(object, path, ret, err);
}

enum fp_code fp_entry_parse(const char *text, size_t len, const char *title, const char *name,
                            struct fp_base_entry *ret, struct fp_error *err)
{
    cleanup_json json_t *object = NULL;
    __attribute__((cleanup(fp_base_entry_clear))) struct fp_base_entry entry = {0};
    FP_TRY(fp_json_parse(text, len, title, &object, err));
    if (!json_is_object(object))
        return fp_fail(err, FP_E_INPUT, "%s: a base image is described by an object", title);
    FP_TRY(read_members(object, title, &entry, err));
    entry.name = fp_xstrdup(name);
    *ret = steal_value(&entry);
    return FP_OK;
}

enum fp_code fp_entry_read(const char *path, const char *name, struct fp_base_entry *ret,
                           struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(ENTRY_MAX_BYTES);
    FP_TRY(fp_file_read(path, &text, err));
    return fp_entry_parse(fp_buf_text(&text), text.len, path, name, ret, err);
}

void fp_base_entry_clear(struct fp_base_entry *entry)
{
    free(entry->name);
    free(entry->reference);
    free(entry->libc);
    free(entry->description);
    fp_strv_clear(&entry->packages);
    fp_strv_clear(&entry->repositories);
    json_decref(entry->keys);
    json_decref(entry->digests);
    json_decref(entry->facts);
    *entry = (struct fp_base_entry){0};
}
