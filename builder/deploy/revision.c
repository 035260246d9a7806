/* The revision, a hash of images and configuration, which keeps versions of a deployment apart. The
 * JobManager's address contains it, so TaskManagers only find a JobManager of their revision. */
#include <string.h>

#include "pod.h"

#define ADDRESS "jobmanager.rpc.address"

static void add_images(struct fp_strv *lines, const json_t *containers)
{
    for (size_t i = 0; i < json_array_size(containers); i++) {
        const char *image = fp_json_string(json_array_get(containers, i), "image");
        cleanup_free char *line = fp_xasprintf("image: %s", image != NULL ? image : "");
        if (!fp_strv_has(lines, line))
            fp_strv_add(lines, line);
    }
}

/* Add all settings except the address, which contains the revision. Warn if a patch changed it. */
static void add_settings(struct fp_strv *lines, const char *text, struct fp_deployment *d)
{
    cleanup_strv struct fp_strv settings = {0};
    const char *own = fp_json_string(d->conf, ADDRESS);
    fp_strv_split(&settings, text, '\n');
    for (size_t i = 0; i < settings.len; i++) {
        const char *line = settings.items[i];
        size_t len = strlen(ADDRESS ": ");
        if (strncmp(line, ADDRESS ": ", len) != 0)
            fp_strv_add(lines, line);
        else if (own != NULL && strcmp(line + len, own) != 0)
            fp_strv_addf(&d->warnings,
                         "--patch: " ADDRESS ": %s: no JobManager is there; it is at the Service "
                         "whose name ends in the revision. Give settings with -D",
                         line + len);
    }
}

/* The chart's template "flink.revision" computes the same from its values. */
void fp_deployment_revise(struct fp_deployment *d, const json_t *documents)
{
    cleanup_strv struct fp_strv lines = {0};
    for (size_t i = 0; i < json_array_size(documents); i++) {
        const json_t *document = json_array_get(documents, i);
        const json_t *template = json_object_get(json_object_get(document, "spec"), "template");
        const json_t *spec = json_object_get(template, "spec");
        const char *text = fp_json_string(json_object_get(document, "data"), "FLINK_PROPERTIES");
        add_images(&lines, json_object_get(spec, "initContainers"));
        add_images(&lines, json_object_get(spec, "containers"));
        add_settings(&lines, text != NULL ? text : "", d);
    }
    cleanup_free char *log = fp_log_conf_sum(d);
    if (log != NULL)
        fp_strv_addf(&lines, "log4j: %s", log);
    fp_strv_sort(&lines);
    cleanup_free char *text = fp_strv_join(&lines, "\n", FP_DEPLOY_FILE_MAX);
    char sum[FP_HASH_HEX_MAX] = "";
    fp_hash_bytes(FP_SHA256, text, strlen(text), sum);
    (void) snprintf(d->revision, sizeof(d->revision), "%.*s", FP_DEPLOY_REVISION_LEN, sum);
    if (json_object_get(d->conf, ADDRESS) != NULL)
        fp_json_set(d->conf, ADDRESS, fp_rpc_name(d));
}
