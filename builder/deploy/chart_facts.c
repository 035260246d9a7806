/* What a chart knows of the options that it was made with: named templates of its _helpers.tpl. */
#include <string.h>

#include "chart.h"
#include "log_conf.h"
#include "role.h"
#include "setting.h"
#include "text.h"
#include "warn.h"
#include "yaml_write.h"

/* The user's annotations, as YAML: the Job merges them with those of its values. */
static enum fp_code put_annotations(struct fp_buf *out, const struct fp_deployment *d,
                                    struct fp_error *err)
{
    cleanup_json json_t *pairs = json_object();
    fp_add_pairs(pairs, &d->options->annotations);
    FP_TRY(fp_buf_add_text(out, "\n{{- define \"flink.annotations\" -}}\n", err));
    FP_TRY(fp_yaml_write_as(out, pairs, FP_YAML_CHART, err));
    return fp_buf_add_text(out, "{{- end -}}\n", err);
}

char *fp_chart_digest_of(const struct fp_deployment *d)
{
    const char *digest = d->image->digest;
    return digest != NULL ? fp_xasprintf("%s@%s", d->image->name, digest) : fp_xstrdup("");
}

/* Not empty where it is so. */
static enum fp_code put_flag(struct fp_buf *out, const char *name, bool is_set,
                             struct fp_error *err)
{
    return fp_buf_addf(out, err, "\n{{- define \"flink.%s\" -}}%s{{- end -}}\n", name,
                       is_set ? "true" : "");
}

/* A named template that is an object in JSON. */
static enum fp_code put_object(struct fp_buf *out, const char *name, json_t *take_object,
                               struct fp_error *err)
{
    cleanup_json json_t *object = take_object;
    cleanup_free char *text = json_dumps(object, JSON_COMPACT);
    return fp_buf_addf(out, err, "\n{{- define \"flink.%s\" -}}%s{{- end -}}\n", name, text);
}

/* Keys whose value is fixed. */
static json_t *ports(const struct fp_deployment *d)
{
    json_t *object = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(d->conf, key, value)
    {
        if (fp_is_port(key) && strncmp(key, "kubernetes.", 11) != 0)
            fp_set(object, key, json_incref(value));
        size_t len = strlen(key);
        cleanup_free char *bind = fp_text_ends_with(key, ".port")
                                      ? fp_xasprintf("%.*s.bind-port", (int) len - 5, key)
                                      : fp_xstrdup("");
        if (fp_is_port(bind))
            fp_set(object, bind, json_incref(value));
    }
    return object;
}

static json_t *memory_keys(const struct fp_deployment *d)
{
    const struct fp_role jobmanager = fp_jobmanager_of(d);
    const struct fp_role taskmanager = fp_taskmanager_of(d);
    return json_pack("{s:s, s:s}", fp_role_memory_key(d, &jobmanager), "jobmanager.memoryMiB",
                     fp_role_memory_key(d, &taskmanager), "taskmanager.memoryMiB");
}

enum fp_code fp_chart_put_facts(struct fp_buf *out, const struct fp_deployment *d,
                                struct fp_error *err)
{
    cleanup_free char *read = fp_chart_digest_of(d);
    enum fp_code code = put_annotations(out, d, err);
    if (code == FP_OK)
        code =
            fp_buf_addf(out, err, "\n{{- define \"flink.chartDigestOf\" -}}%s{{- end -}}\n", read);
    if (code == FP_OK)
        code = put_object(out, "ports", ports(d), err);
    if (code == FP_OK)
        code = put_object(out, "memoryKeys", memory_keys(d), err);
    cleanup_free char *log = fp_log_conf_sum(d);
    if (code == FP_OK)
        code = fp_buf_addf(out, err, "\n{{- define \"flink.logConf\" -}}%s%s{{- end -}}\n",
                           log != NULL ? "log4j: " : "", log != NULL ? log : "");
    if (code == FP_OK)
        code = put_flag(out, "hasHa", d->options->ha, err);
    if (code == FP_OK)
        code = put_flag(out, "isExposed", fp_is_exposed(d) != NULL, err);
    return code == FP_OK ? put_flag(out, "hasClaims", d->options->claims.len > 0, err) : code;
}
