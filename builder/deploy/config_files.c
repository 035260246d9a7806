/* Files of a ConfigMap that pods mount: Log4j's configuration, and /etc/passwd with the user of
 * --run-as-user. Java's login module fails for a user without a name, and then Hadoop and its S3
 * file system fail too. */
#include "pod.h"

#include <string.h>

#include "format.h"

static const char hint[] = "begin with conf/" FP_LOG_CONF_FILE " of Flink's distribution";

/* Whether a line begins with `key`. */
static bool has_key(const char *text, const char *key)
{
    size_t len = strlen(key);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n")) {
        line += strspn(line, " \t\n\r");
        if (strncmp(line, key, len) == 0)
            return true;
        if (*line == '\0')
            break;
    }
    return false;
}

static bool is_text(const char *text)
{
    for (const unsigned char *p = (const unsigned char *) text; *p != '\0'; p++) {
        if ((*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r') || *p == 0x7f)
            return false;
    }
    return true;
}

/* Log4j chooses the syntax by the file's extension. A pipe has none, so it is accepted. */
static enum fp_code check_name(const char *name, struct fp_error *err)
{
    const char *end = strrchr(fp_path_base(name), '.');
    if (end == NULL || strcmp(end, ".properties") == 0)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--log-conf: %s: expected a file *.properties, which is what Flink's "
                             "scripts give to log4j",
                             name),
                     err, "%s", hint);
}

/* Since 1.11 Flink has Log4j 2, which silently ignores the keys of Log4j 1. */
static enum fp_code check_syntax(const struct fp_deployment *d, const char *name, const char *text,
                                 struct fp_error *err)
{
    bool wants_2 = fp_flink_at_least(&d->version, 1, 11, 0);
    bool is_1 = has_key(text, "log4j.");
    bool is_2 = has_key(text, "rootLogger") || has_key(text, "appender") || has_key(text, "logger");
    if (is_1 != is_2 && is_2 != wants_2)
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "--log-conf: %s: is written for Log4j %d; Flink %s has Log4j %d",
                                 name, is_2 ? 2 : 1, d->version.text, wants_2 ? 2 : 1),
                         err, "%s", hint);
    if (!is_1 && !is_2)
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "--log-conf: %s: has no loggers and no appenders, so it is no "
                                 "configuration of log4j",
                                 name),
                         err, "%s", hint);
    return FP_OK;
}

enum fp_code fp_deployment_check_log(struct fp_deployment *d, struct fp_error *err)
{
    const char *text = d->options->log_conf;
    const char *name = d->options->log_conf_name;
    if (text == NULL)
        return FP_OK;
    /* Skip a byte order mark, which Java would read as a part of the first key. */
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    FP_TRY(check_name(name, err));
    if (!is_text(text))
        return fp_fail(err, FP_E_USAGE, "--log-conf: %s: has control characters", name);
    FP_TRY(check_syntax(d, name, text, err));
    /* With Windows line ends the text would become one long quoted string in YAML. */
    d->log_conf = fp_xstrdup(text);
    char *to = d->log_conf;
    for (const char *from = text; *from != '\0'; from++) {
        if (from[0] != '\r' || from[1] != '\n')
            *to++ = *from;
    }
    *to = '\0';
    return FP_OK;
}

char *fp_log_conf_sum(const struct fp_deployment *d)
{
    char sum[FP_HASH_HEX_MAX] = "";
    if (d->log_conf == NULL)
        return NULL;
    fp_hash_bytes(FP_SHA256, d->log_conf, strlen(d->log_conf), sum);
    return fp_xstrndup(sum, 16);
}

static bool has_passwd(const struct fp_deployment *d)
{
    int64_t uid = d->options->run_as_user;
    return uid > 0 && uid != d->image_uid && !fp_is_mounted(d, "/etc/passwd");
}

/* The suffix of the ConfigMap's name. The operator makes the "-config" one itself. */
static const char *map_of(const struct fp_deployment *d)
{
    return d->format->is_operated ? "-passwd" : "-config";
}

static void mount(json_t *mounts, const char *name, const char *path, const char *key)
{
    fp_json_append(mounts, json_pack("{s:s, s:s, s:s, s:b}", "name", name, "mountPath", path,
                                     "subPath", key, "readOnly", 1));
}

void fp_add_config_files(const struct fp_deployment *d, json_t *data)
{
    if (!d->format->is_operated)
        fp_json_set_text(data, FP_LOG_CONF_FILE, d->log_conf);
    if (!has_passwd(d))
        return;
    /* The image's other users are unknown, as no layer is read, and no process runs as them. */
    cleanup_free char *text =
        fp_xasprintf("root:x:0:0:root:/root:/sbin/nologin\nflink:x:%lld:%lld::%s:/sbin/nologin\n",
                     (long long) d->options->run_as_user,
                     d->is_numeric_user ? 0LL : (long long) d->image_gid, d->home);
    fp_json_set_text(data, "#passwd", "Hadoop wants a name for the user");
    fp_json_set_text(data, "passwd", text);
}

json_t *fp_passwd_map(const struct fp_deployment *d)
{
    if (!has_passwd(d))
        return NULL;
    json_t *object = fp_object(d, "v1", "ConfigMap", map_of(d), NULL, NULL);
    json_t *data = json_object();
    fp_add_config_files(d, data);
    fp_json_set(object, "data", data);
    return object;
}

void fp_mount_config_files(const struct fp_deployment *d, json_t *mounts)
{
    cleanup_free char *path = fp_xasprintf("%s/conf/%s", d->home, FP_LOG_CONF_FILE);
    if (d->log_conf != NULL && !d->format->is_operated)
        mount(mounts, "log-conf", path, FP_LOG_CONF_FILE);
    if (has_passwd(d))
        mount(mounts, "passwd", "/etc/passwd", "passwd");
}

void fp_add_config_volumes(const struct fp_deployment *d, json_t *volumes)
{
    static const char form[] = "{s:s, s:{s:o}}";
    if (d->log_conf != NULL && !d->format->is_operated)
        fp_json_append(volumes, json_pack(form, "name", "log-conf", "configMap", "name",
                                          fp_object_name(d, map_of(d))));
    if (has_passwd(d))
        fp_json_append(volumes, json_pack(form, "name", "passwd", "configMap", "name",
                                          fp_object_name(d, map_of(d))));
}
