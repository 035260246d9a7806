/* Warnings of mounts that hide Flink's files, and of a session's ui that is open to anyone. */
#include <string.h>
#include <strings.h>

#include "deployment.h"
#include "text.h"

/* Directories of FLINK_HOME that a mount must not cover, and what it would hide. */
static const struct hidden {
    const char *name;
    const char *what;
} hidden[] = {
    {"", "Flink"},
    {"bin", "Flink's scripts"},
    {"lib", "Flink's jars"},
    {"conf", "the configuration in the image"},
};

static void warn_of_mount(struct fp_deployment *d, const char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        cleanup_free char *directory =
            hidden[i].name[0] != '\0' ? fp_path_join(d->home, hidden[i].name) : fp_xstrdup(d->home);
        bool is_conf = strcmp(hidden[i].name, "conf") == 0;
        if (strncmp(directory, path, len) != 0 || (directory[len] != '\0' && directory[len] != '/'))
            continue;
        cleanup_free char *warning = fp_xasprintf(
            "a volume at %s hides %s%s%s", path, hidden[i].what,
            is_conf && fp_flink_at_least(&d->version, 1, 18, 0)
                ? ", and with it env.java.opts.all, without which Flink fails on Java 17"
                : "",
            is_conf ? ": settings are merged with it by -D and --conf, and log4j is set up by "
                      "--log-conf"
                    : "");
        if (!fp_strv_has(&d->warnings, warning))
            fp_strv_add(&d->warnings, warning);
        return;
    }
}

void fp_warn_of_mounts(struct fp_deployment *d, const json_t *value)
{
    const char *key = NULL;
    json_t *member = NULL;
    for (size_t i = 0; i < json_array_size(value); i++)
        fp_warn_of_mounts(d, json_array_get(value, i));
    json_object_foreach(fp_iterable(value), key, member)
    {
        if (strcmp(key, "mountPath") == 0 && json_is_string(member))
            warn_of_mount(d, json_string_value(member));
        else
            fp_warn_of_mounts(d, member);
    }
}

const char *fp_is_exposed(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    if (o->node_port)
        return "--node-port";
    if (o->ingress != NULL)
        return "--ingress";
    return o->route ? "--route" : NULL;
}

/* Flink reads booleans in any letter case. */
static bool is_set_to(const struct fp_deployment *d, const char *key, const char *wanted)
{
    const char *value = fp_json_string(d->conf, key);
    return value != NULL && strcasecmp(value, wanted) == 0;
}

/* A session runs any jar that is uploaded, unless uploads are off or clients need a certificate. */
void fp_warn_of_upload(struct fp_deployment *d)
{
    const char *title = fp_is_exposed(d);
    if (d->is_job || title == NULL || is_set_to(d, "web.submit.enable", "false") ||
        is_set_to(d, "security.ssl.rest.authentication-enabled", "true"))
        return;
    fp_strv_addf(&d->warnings,
                 "%s: whoever reaches the ui of a session can upload a jar, and run it: "
                 "-D web.submit.enable=false takes the upload away; 'flink run' still works there, "
                 "so let nobody in who may not",
                 title);
}
