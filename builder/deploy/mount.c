/* The volumes, claims and environment variables that the user adds to pods. */
#include <ctype.h>
#include <string.h>

#include "pod.h"
#include "text.h"

#define WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* The kinds of volumes for --volume. */
static const struct volume_kind {
    const char *name;
    const char *member;
    const char *key;
} kinds[] = {
    {"claim", "persistentVolumeClaim", "claimName"},
    {"secret", "secret", "secretName"},
    {"configmap", "configMap", "name"},
};

/* Whether it is a normalized path, so that duplicates are found, and not the root directory. */
static bool is_mount_path(const char *path)
{
    if (path[0] != '/' || !fp_yaml_is_printable(path))
        return false;
    for (const char *part = path; part != NULL; part = strchr(part + 1, '/')) {
        size_t len = strcspn(part + 1, "/");
        if (len == 0 || (len <= 2 && strspn(part + 1, ".") == len))
            return false;
    }
    return true;
}

/* The API server refuses two mounts with the same path. */
bool fp_is_mounted(const struct fp_deployment *d, const char *path)
{
    for (size_t i = 0; i < json_array_size(d->mounts); i++) {
        const char *other = fp_json_string(json_array_get(d->mounts, i), "mountPath");
        if (other != NULL && strcmp(other, path) == 0)
            return true;
    }
    return false;
}

static enum fp_code add_mount(struct fp_deployment *d, const char *title, const char *path,
                              bool read_only, const char *kind, json_t *take_source,
                              struct fp_error *err)
{
    cleanup_json json_t *source = take_source;
    cleanup_free char *name = fp_xasprintf("mount-%zu", json_array_size(d->volumes));
    cleanup_free char *log = fp_path_join(d->home, "log");
    cleanup_free char *log_conf = fp_xasprintf("%s/conf/%s", d->home, FP_LOG_CONF_FILE);
    if (fp_is_mounted(d, path) || strcmp(path, "/tmp") == 0 || strcmp(path, log) == 0 ||
        (d->log_conf != NULL && strcmp(path, log_conf) == 0))
        return fp_fail(err, FP_E_USAGE, "%s: something else is mounted at %s already", title, path);
    fp_json_append(d->volumes, json_pack("{s:s, s:O}", "name", name, kind, source));
    fp_json_append(d->mounts, json_pack("{s:s, s:s, s:o*}", "name", name, "mountPath", path,
                                        "readOnly", read_only ? json_true() : NULL));
    return FP_OK;
}

/* KIND:NAME:PATH[:ro] */
static enum fp_code add_volume(struct fp_deployment *d, const char *text, struct fp_error *err)
{
    cleanup_strv struct fp_strv parts = {0};
    fp_strv_split(&parts, text, ':');
    cleanup_free char *joined = fp_strv_join(&parts, ":", FP_DEPLOY_STRING_MAX);
    bool is_ro = parts.len == 4 && strcmp(parts.items[3], "ro") == 0;
    bool fine = strcmp(joined, text) == 0 && (parts.len == 3 || is_ro) &&
                fp_is_dns_name(parts.items[1]) && is_mount_path(parts.items[2]);
    for (size_t i = 0; fine && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(parts.items[0], kinds[i].name) == 0)
            return add_mount(d, "--volume", parts.items[2], is_ro || i > 0, kinds[i].member,
                             json_pack("{s:s}", kinds[i].key, parts.items[1]), err);
    }
    return fp_hinted(
        fp_fail(err, FP_E_USAGE, "--volume: expected KIND:NAME:PATH[:ro], not '%s'", text), err,
        "KIND is claim, secret or configmap; for example claim:data:/data:ro");
}

/* Whether an earlier --claim has this name. Only claims are among the volumes at this point. */
static bool is_claimed(const struct fp_deployment *d, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < json_array_size(d->volumes); i++) {
        const char *other = d->options->claims.items[i];
        if (strncmp(other, name, len) == 0 && other[len] == ':')
            return true;
    }
    return false;
}

/* Add a mount for NAME:SIZE:PATH[:CLASS]; fp_volume_claim() makes the claim itself. */
static enum fp_code add_claim(struct fp_deployment *d, const char *text, struct fp_error *err)
{
    cleanup_strv struct fp_strv parts = {0};
    int64_t mib = 0;
    fp_strv_split(&parts, text, ':');
    if (parts.len < 3 || parts.len > 4 || !fp_is_dns_label(parts.items[0], 63) ||
        !is_mount_path(parts.items[2]) || (parts.len == 4 && !fp_is_dns_name(parts.items[3])))
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "--claim: expected NAME:SIZE:PATH[:CLASS], not '%s'", text),
            err, "for example state:10Gi:/state");
    FP_TRY(fp_parse_mib(parts.items[1], "--claim", &mib, err));
    if (is_claimed(d, parts.items[0]))
        return fp_fail(err, FP_E_USAGE, "--claim: there are two of the name %s", parts.items[0]);
    cleanup_free char *suffix = fp_xasprintf("-%s", parts.items[0]);
    return add_mount(d, "--claim", parts.items[2], false, "persistentVolumeClaim",
                     json_pack("{s:o}", "claimName", fp_object_name(d, suffix)), err);
}

enum fp_code fp_deployment_mount(struct fp_deployment *d, struct fp_error *err)
{
    d->volumes = json_array();
    d->mounts = json_array();
    for (size_t i = 0; i < d->options->claims.len; i++)
        FP_TRY(add_claim(d, d->options->claims.items[i], err));
    for (size_t i = 0; i < d->options->volumes.len; i++)
        FP_TRY(add_volume(d, d->options->volumes.items[i], err));
    return FP_OK;
}

/* Variables that the manifests set. */
static const char *const own_variables[] = {"FLINK_PROPERTIES", "POD_IP", "JOB_MANAGER_RPC_ADDRESS",
                                            "TASK_MANAGER_NUMBER_OF_TASK_SLOTS", NULL};

static enum fp_code check_variable(const char *name, const char *title, struct fp_error *err)
{
    size_t len = strlen(name);
    bool fine = len > 0 && !isdigit((unsigned char) name[0]) && strspn(name, WORD) == len;
    if (!fine)
        return fp_fail(err, FP_E_USAGE, "%s: '%s' is no name of a variable", title, name);
    if (!fp_is_one_of(name, own_variables))
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE, "%s: %s is set by flinkpack", title, name), err,
                     "keys of Flink's configuration: -D KEY=VALUE");
}

/* The later of two variables with the same name wins; the API server refuses duplicates. */
static void set_variable(struct fp_deployment *d, json_t *take_entry)
{
    const char *name = fp_json_string(take_entry, "name");
    for (size_t i = json_array_size(d->env); i > 0; i--) {
        const char *other = fp_json_string(json_array_get(d->env, i - 1), "name");
        if (name != NULL && other != NULL && strcmp(name, other) == 0)
            (void) json_array_remove(d->env, i - 1);
    }
    fp_json_append(d->env, take_entry);
}

static enum fp_code add_variable(struct fp_deployment *d, const char *pair, struct fp_error *err)
{
    struct fp_split split = fp_split_at(pair, '=');
    cleanup_free char *name = split.first;
    if (split.rest == NULL)
        return fp_fail(err, FP_E_USAGE, "--env: expected NAME=VALUE, not '%s'", pair);
    FP_TRY(check_variable(name, "--env", err));
    set_variable(d, json_pack("{s:s, s:o}", "name", name, "value", fp_kube_literal(split.rest)));
    return FP_OK;
}

/* Add NAME=SECRET:KEY as one variable, or all keys of SECRET as variables. */
static enum fp_code add_secret(struct fp_deployment *d, const char *text, struct fp_error *err)
{
    struct fp_split name = fp_split_at(text, '=');
    cleanup_free char *variable = name.first;
    if (name.rest == NULL && fp_is_dns_name(text)) {
        fp_json_append(d->env_from, json_pack("{s:{s:s}}", "secretRef", "name", text));
        return FP_OK;
    }
    struct fp_split secret = fp_split_at(name.rest != NULL ? name.rest : "", ':');
    cleanup_free char *secret_name = secret.first;
    if (name.rest == NULL || secret.rest == NULL || *secret.rest == '\0' ||
        strlen(secret.rest) > 253 || secret.rest[strspn(secret.rest, WORD "-.")] != '\0' ||
        !fp_is_dns_name(secret_name))
        return fp_fail(err, FP_E_USAGE,
                       "--env-secret: expected NAME=SECRET:KEY or SECRET, not '%s'", text);
    FP_TRY(check_variable(variable, "--env-secret", err));
    set_variable(d, json_pack("{s:s, s:{s:{s:s, s:s}}}", "name", variable, "valueFrom",
                              "secretKeyRef", "name", secret_name, "key", secret.rest));
    return FP_OK;
}

enum fp_code fp_deployment_environment(struct fp_deployment *d, struct fp_error *err)
{
    d->env = json_array();
    d->env_from = json_array();
    for (size_t i = 0; i < d->options->env.len; i++)
        FP_TRY(add_variable(d, d->options->env.items[i], err));
    for (size_t i = 0; i < d->options->env_secrets.len; i++)
        FP_TRY(add_secret(d, d->options->env_secrets.items[i], err));
    return FP_OK;
}
