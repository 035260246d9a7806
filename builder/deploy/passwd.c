/* The name of the user that --run-as-user chose: Java's login module, and with it Hadoop and S3
 * over Hadoop, fails where /etc/passwd has none. */
#include <string.h>

#include "format.h"
#include "log_conf.h"
#include "object.h"
#include "text.h"

bool fp_has_passwd(const struct fp_deployment *d)
{
    int64_t uid = d->options->run_as_user;
    for (size_t i = 0; i < json_array_size(d->mounts); i++) {
        const char *path = fp_json_string(json_array_get(d->mounts, i), "mountPath");
        if (path != NULL && strcmp(path, "/etc/passwd") == 0)
            return false;
    }
    return uid > 0 && uid != d->image_uid;
}

/* No layer is read here, so the other users of the image are not known: nobody runs as them. */
void fp_add_passwd(const struct fp_deployment *d, json_t *data)
{
    int64_t gid = d->is_numeric_user ? 0 : d->image_gid;
    cleanup_free char *text =
        fp_xasprintf("root:x:0:0:root:/root:/sbin/nologin\nflink:x:%lld:%lld::%s:/sbin/nologin\n",
                     (long long) d->options->run_as_user, (long long) gid, d->home);
    if (!fp_has_passwd(d))
        return;
    fp_set(data, "#passwd", json_string("Hadoop wants a name for the user"));
    fp_set(data, "passwd", json_string(text));
}

/* The operator makes the ConfigMap of the settings itself. */
static const char *map_of(const struct fp_deployment *d)
{
    return d->format->is_operated ? "-passwd" : "-config";
}

json_t *fp_passwd_map(const struct fp_deployment *d)
{
    json_t *object = fp_object(d, "v1", "ConfigMap", map_of(d), NULL);
    json_t *data = json_object();
    fp_add_passwd(d, data);
    fp_set(object, "data", data);
    return object;
}

void fp_mount_passwd(const struct fp_deployment *d, json_t *mounts)
{
    if (fp_has_passwd(d))
        fp_append(mounts, json_pack("{s:s, s:s, s:s, s:b}", "name", "passwd", "mountPath",
                                    "/etc/passwd", "subPath", "passwd", "readOnly", 1));
}

void fp_add_passwd_volume(const struct fp_deployment *d, json_t *volumes)
{
    if (fp_has_passwd(d))
        fp_append(volumes, json_pack("{s:s, s:{s:o}}", "name", "passwd", "configMap", "name",
                                     fp_object_name(d, map_of(d))));
}
