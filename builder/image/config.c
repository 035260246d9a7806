/* Parses an image's configuration in the form of OCI or Docker. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#define CREATED_MAX 64

/* The members of "config" that are read or merged, and the type that each must have. */
enum member_type { MEMBER_STRING, MEMBER_STRINGS, MEMBER_STRING_MAP, MEMBER_MAP };
static const struct member {
    const char *key;
    enum member_type type;
    const char *words;
} members[] = {
    {"Env", MEMBER_STRINGS, "an array of strings"},
    {"Entrypoint", MEMBER_STRINGS, "an array of strings"},
    {"Cmd", MEMBER_STRINGS, "an array of strings"},
    {"Labels", MEMBER_STRING_MAP, "an object of strings"},
    {"ExposedPorts", MEMBER_MAP, "an object"},
    {"Volumes", MEMBER_MAP, "an object"},
    {"User", MEMBER_STRING, "a string"},
    {"WorkingDir", MEMBER_STRING, "a string"},
    {"StopSignal", MEMBER_STRING, "a string"},
};

static bool is_string_array(const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!json_is_string(json_array_get(value, i)))
            return false;
    }
    return json_is_array(value);
}

static bool is_string_map(const json_t *value)
{
    const char *key = NULL;
    json_t *item = NULL;
    json_object_foreach(json_iterable(value), key, item)
    {
        if (!json_is_string(item) && !json_is_null(item))
            return false;
    }
    return json_is_object(value);
}

static bool has_type(const json_t *value, enum member_type type)
{
    if (value == NULL || json_is_null(value))
        return true;
    if (type == MEMBER_STRINGS)
        return is_string_array(value);
    if (type == MEMBER_STRING_MAP)
        return is_string_map(value);
    return type == MEMBER_MAP ? json_is_object(value) : json_is_string(value);
}

static enum fp_code check_members(const json_t *document, const char *name, struct fp_error *err)
{
    const json_t *config = json_object_get(document, "config");
    if (!has_type(config, MEMBER_MAP))
        return fp_fail(err, FP_E_INPUT, "%s: 'config' is not an object", name);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (!has_type(json_object_get(config, members[i].key), members[i].type))
            return fp_fail(err, FP_E_INPUT, "%s: config.%s is not %s", name, members[i].key,
                           members[i].words);
    }
    return FP_OK;
}

static enum fp_code read_diff_ids(const json_t *document, size_t layer_count, const char *name,
                                  struct fp_config *ret, struct fp_error *err)
{
    const json_t *rootfs = json_object_get(document, "rootfs");
    const json_t *array = json_object_get(rootfs, "diff_ids");
    size_t count = json_array_size(array);
    /* Go writes null for an empty list, or leaves it out. */
    bool is_none = has_type(rootfs, MEMBER_MAP) && (array == NULL || json_is_null(array));
    if (!json_is_array(array) && !(is_none && layer_count == 0))
        return fp_fail(err, FP_E_INPUT, "%s: no array rootfs.diff_ids: not an image configuration",
                       name);
    if (count != layer_count)
        return fp_fail(err, FP_E_INPUT, "%s: %zu diff_ids, and the manifest has %zu layers", name,
                       count, layer_count);
    ret->diff_ids = fp_xcalloc(count, sizeof(*ret->diff_ids));
    for (size_t i = 0; i < count; i++) {
        cleanup_free char *where = fp_xasprintf("%s: rootfs.diff_ids[%zu]", name, i);
        const char *text = json_string_value(json_array_get(array, i));
        FP_TRY(fp_digest_parse(text != NULL ? text : "", where, &ret->diff_ids[i], err));
    }
    ret->diff_id_count = count;
    return FP_OK;
}

static enum fp_code read_created(const json_t *document, const char *name, char **ret,
                                 struct fp_error *err)
{
    const json_t *created = json_object_get(document, "created");
    if (!has_type(created, MEMBER_STRING) || json_string_length(created) > CREATED_MAX)
        return fp_fail(err, FP_E_INPUT, "%s: 'created' is not a time", name);
    if (json_string_length(created) > 0)
        *ret = fp_xstrdup(json_string_value(created));
    return FP_OK;
}

enum fp_code fp_config_parse(const char *text, size_t len, size_t layer_count, const char *name,
                             struct fp_config *ret, struct fp_error *err)
{
    cleanup_config struct fp_config config = {0};
    if (len > FP_MANIFEST_MAX_BYTES)
        return fp_fail(err, FP_E_INPUT, "%s: %zu bytes, configurations of at most %zu are accepted",
                       name, len, FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_json_parse(text, len, name, &config.document, err));
    if (!json_is_object(config.document))
        return fp_fail(err, FP_E_INPUT, "%s: not an image configuration: not an object", name);
    FP_TRY(fp_platform_from_json(config.document, name, &config.platform, err));
    FP_TRY(read_diff_ids(config.document, layer_count, name, &config, err));
    FP_TRY(fp_history_check(json_object_get(config.document, "history"), name, err));
    FP_TRY(check_members(config.document, name, err));
    FP_TRY(read_created(config.document, name, &config.created, err));
    *ret = steal_value(&config);
    return FP_OK;
}

/* Set a missing os or architecture to `from`. */
static bool fill(json_t *document, const char *key, char *slot, size_t size, const char *from)
{
    if (slot[0] != '\0')
        return false;
    (void) snprintf(slot, size, "%s", from);
    fp_json_set_text(document, key, from);
    return true;
}

bool fp_config_complete(struct fp_config *config, const struct fp_platform *platform)
{
    struct fp_platform *own = &config->platform;
    bool os = fill(config->document, "os", own->os, sizeof(own->os), platform->os);
    bool architecture = fill(config->document, "architecture", own->architecture,
                             sizeof(own->architecture), platform->architecture);
    if (architecture && platform->variant[0] != '\0')
        (void) fill(config->document, "variant", own->variant, sizeof(own->variant),
                    platform->variant);
    return os || architecture;
}

struct fp_config fp_config_empty(const struct fp_platform *platform)
{
    struct fp_config config = {.document = json_object(), .platform = *platform};
    json_t *rootfs = json_object();
    fp_platform_normalize(&config.platform);
    fp_platform_to_json(&config.platform, config.document);
    fp_json_set_text(rootfs, "type", "layers");
    fp_json_set(rootfs, "diff_ids", json_array());
    fp_json_set(config.document, "rootfs", rootfs);
    return config;
}

json_t *fp_config_stated_platform(const struct fp_config *config)
{
    static const char *const keys[] = {"variant", "os.version", "os.features"};
    json_t *platform = json_pack("{s:s, s:s}", "os", config->platform.os, "architecture",
                                 config->platform.architecture);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        json_t *value = json_object_get(config->document, keys[i]);
        if (json_string_length(value) > 0 || json_array_size(value) > 0)
            (void) json_object_set(platform, keys[i], value);
    }
    return platform;
}

char *fp_config_env(const struct fp_config *config, const char *name)
{
    const json_t *env = json_object_get(json_object_get(config->document, "config"), "Env");
    size_t len = strlen(name);
    /* If a name occurs twice, the last one counts, as in container runtimes. */
    for (size_t i = json_array_size(env); i > 0; i--) {
        const char *item = json_string_value(json_array_get(env, i - 1));
        if (item != NULL && strncmp(item, name, len) == 0 && item[len] == '=')
            return fp_xstrdup(item + len + 1);
    }
    return NULL;
}

void fp_config_clear(struct fp_config *config)
{
    json_decref(config->document);
    free(config->diff_ids);
    free(config->created);
    *config = (struct fp_config){0};
}
