/* Writes a configuration: the base's with the changes of an image. */
#include "internal.h"

#include <string.h>

/* The members that are kept; all others are Docker's own, or wrong for the new image. */
static const char *const kept_top[] = {"architecture", "os", "os.version", "os.features",
                                       "variant"};
static const char *const kept_config[] = {"Cmd",        "Entrypoint", "ExposedPorts", "Shell",
                                          "StopSignal", "User",       "Volumes",      "WorkingDir"};

/* Docker's own members that are kept if the new layers bring no other program. */
static const char *const kept_whole[] = {"Healthcheck", "OnBuild"};

#define OCI_LABEL_PREFIX "org.opencontainers.image."

static void keep(json_t *to, const json_t *from, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_object_get(from, keys[i]);
        if (value != NULL && !json_is_null(value))
            (void) json_object_set(to, keys[i], value);
    }
}

/* Make an object NAME -> "NAME=value" in the order of first appearance; the last value counts. */
static json_t *env_by_name(const json_t *base_env, const json_t *change_env)
{
    json_t *by_name = json_object();
    for (size_t i = 0; i < json_array_size(base_env); i++) {
        json_t *item = json_array_get(base_env, i);
        const char *text = json_string_value(item);
        cleanup_free char *name = fp_xstrndup(text, strcspn(text, "="));
        (void) json_object_set(by_name, name, item);
    }
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(json_iterable(change_env), name, value)
    {
        if (json_is_null(value)) {
            (void) json_object_del(by_name, name);
            continue;
        }
        cleanup_free char *item = fp_xasprintf("%s=%s", name, json_string_value(value));
        fp_json_set_text(by_name, name, item);
    }
    return by_name;
}

static void put_env(json_t *config, const json_t *base_env, const json_t *change_env)
{
    cleanup_json json_t *by_name = env_by_name(base_env, change_env);
    json_t *env = json_array();
    const char *name = NULL;
    json_t *item = NULL;
    json_object_foreach(by_name, name, item)
    {
        (void) json_array_append(env, item);
    }
    fp_json_set(config, "Env", env);
}

static void put_labels(json_t *config, const json_t *base_labels,
                       const struct fp_config_change *change)
{
    json_t *labels = json_object();
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(json_iterable(base_labels), name, value)
    {
        /* Title, version and source describe the base and would be wrong for the image. */
        if (json_is_null(value))
            continue;
        if (change->keeps_all || strncmp(name, OCI_LABEL_PREFIX, strlen(OCI_LABEL_PREFIX)) != 0)
            (void) json_object_set(labels, name, value);
    }
    json_object_foreach(json_iterable(change->labels), name, value)
    {
        if (json_is_null(value))
            (void) json_object_del(labels, name);
        else
            (void) json_object_set(labels, name, value);
    }
    fp_json_set(config, "Labels", labels);
}

static void put_ports(json_t *config, const json_t *change_ports)
{
    if (change_ports == NULL)
        return;
    /* Change a copy, because the base's document shares its own object. */
    json_t *ports = json_object();
    json_t *old = json_object_get(config, "ExposedPorts");
    if (old != NULL)
        (void) json_object_update(ports, old);
    (void) json_object_update(ports, json_iterable(change_ports));
    fp_json_set(config, "ExposedPorts", ports);
}

static void drop_empty(json_t *config)
{
    static const char *const keys[] = {"Cmd",    "Entrypoint", "Env",     "ExposedPorts",
                                       "Labels", "User",       "Volumes", "WorkingDir"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const json_t *value = json_object_get(config, keys[i]);
        if (json_array_size(value) + json_object_size(value) + json_string_length(value) == 0)
            (void) json_object_del(config, keys[i]);
    }
}

static json_t *changed_config(const json_t *base, const struct fp_config_change *change)
{
    json_t *config = json_object();
    keep(config, base, kept_config, sizeof(kept_config) / sizeof(kept_config[0]));
    if (change->keeps_all)
        keep(config, base, kept_whole, sizeof(kept_whole) / sizeof(kept_whole[0]));
    put_env(config, json_object_get(base, "Env"), change->env);
    put_labels(config, json_object_get(base, "Labels"), change);
    put_ports(config, change->exposed_ports);
    fp_json_set(config, "Entrypoint", json_deep_copy(change->entrypoint));
    fp_json_set(config, "Cmd", json_deep_copy(change->cmd));
    fp_json_set_text(config, "User", change->user);
    fp_json_set_text(config, "WorkingDir", change->working_dir);
    drop_empty(config);
    return config;
}

static json_t *changed_rootfs(const struct fp_config *base, const struct fp_config_change *change)
{
    json_t *rootfs = json_object();
    json_t *diff_ids = json_array();
    for (size_t i = 0; i < base->diff_id_count; i++)
        fp_json_append(diff_ids, json_string(base->diff_ids[i].text));
    for (size_t i = 0; i < change->layer_count; i++)
        fp_json_append(diff_ids, json_string(change->layers[i].diff_id.text));
    fp_json_set_text(rootfs, "type", "layers");
    fp_json_set(rootfs, "diff_ids", diff_ids);
    return rootfs;
}

char *fp_config_bytes(const struct fp_config *base, const struct fp_config_change *change)
{
    cleanup_json json_t *document = json_object();
    const json_t *base_config = json_object_get(base->document, "config");
    keep(document, base->document, kept_top, sizeof(kept_top) / sizeof(kept_top[0]));
    /* Go's spelling is used, because runtimes know no other one. */
    fp_json_set_text(document, "os", base->platform.os);
    fp_json_set_text(document, "architecture", base->platform.architecture);
    fp_json_set_text(document, "created", change->created);
    fp_json_set(document, "config", changed_config(base_config, change));
    fp_json_set(document, "rootfs", changed_rootfs(base, change));
    fp_json_set(document, "history", fp_history_extend(base, change));
    return fp_json_canonical(document);
}
