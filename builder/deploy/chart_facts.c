/* What a chart knows of the options that it was made with: named templates of its _helpers.tpl. */
#include "internal.h"

/* The user's annotations, as YAML: the Job merges them with those of its values. */
static enum fp_code put_annotations(struct fp_buf *out, const struct fp_deployment *d,
                                    struct fp_error *err)
{
    cleanup_json json_t *pairs = json_object();
    fp_add_pairs(pairs, &d->options->annotations);
    enum fp_code code = fp_buf_add_text(out, "\n{{- define \"flink.annotations\" -}}\n", err);
    if (code == FP_OK)
        code = fp_yaml_write_as(out, pairs, FP_YAML_CHART, err);
    return code == FP_OK ? fp_buf_add_text(out, "{{- end -}}\n", err) : code;
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

enum fp_code fp_chart_put_facts(struct fp_buf *out, const struct fp_deployment *d,
                                struct fp_error *err)
{
    cleanup_free char *read = fp_chart_digest_of(d);
    enum fp_code code = put_annotations(out, d, err);
    if (code == FP_OK)
        code =
            fp_buf_addf(out, err, "\n{{- define \"flink.chartDigestOf\" -}}%s{{- end -}}\n", read);
    if (code == FP_OK)
        code = put_flag(out, "hasHa", d->options->ha, err);
    return code == FP_OK ? put_flag(out, "hasClaims", d->options->claims.len > 0, err) : code;
}
