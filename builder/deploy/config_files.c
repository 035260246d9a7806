/* Files of a ConfigMap that pods mount: log4j's configuration, and /etc/passwd with the user that
 * --run-as-user chose. Java's login module, and with it Hadoop and S3 over Hadoop, fails for a user
 * without a name. */
#include "config_files.h"

#include <string.h>

#include "format.h"
#include "object.h"

static bool has_passwd(const struct fp_deployment *d)
{
    int64_t uid = d->options->run_as_user;
    return uid > 0 && uid != d->image_uid && !fp_is_mounted(d, "/etc/passwd");
}

/* The ConfigMap. The operator makes that of the settings itself. */
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
    /* No layer is read here, so the other users of the image are not known: nobody runs as them. */
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
