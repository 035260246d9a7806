#include <string.h>

#include "object.h"
#include "text.h"

/* A chart's objects are named by its release, those of an envsubst template by the classic name. */
json_t *fp_object_name(const struct fp_deployment *d, const char *suffix)
{
    if (d->format == FP_DEPLOY_HELM) {
        cleanup_free char *raw = fp_xasprintf("{{ include \"flink.fullname\" . }}%s", suffix);
        return fp_raw(raw);
    }
    cleanup_free char *name = fp_xasprintf("%s%s", d->name, suffix);
    return json_string(name);
}

static json_t *instance(const struct fp_deployment *d)
{
    return d->format == FP_DEPLOY_HELM ? fp_raw("{{ .Release.Name | quote }}")
                                       : json_string(d->name);
}

json_t *fp_selector(const struct fp_deployment *d, const char *component)
{
    json_t *labels = json_pack("{s:s, s:o}", "app.kubernetes.io/name", "flink",
                               "app.kubernetes.io/instance", instance(d));
    if (component != NULL)
        fp_set(labels, "app.kubernetes.io/component", json_string(component));
    return labels;
}

json_t *fp_object_labels(const struct fp_deployment *d, const char *component)
{
    json_t *labels = fp_selector(d, component);
    if (d->format == FP_DEPLOY_HELM) {
        fp_set(labels, "app.kubernetes.io/version", fp_raw("{{ .Chart.AppVersion | quote }}"));
        fp_set(labels, "app.kubernetes.io/managed-by", fp_raw("{{ .Release.Service }}"));
        fp_set(labels, "helm.sh/chart", fp_raw("{{ include \"flink.chart\" . }}"));
    } else {
        fp_set(labels, "app.kubernetes.io/version", json_string(d->version.text));
        fp_set(labels, "app.kubernetes.io/managed-by", json_string("flinkpack"));
    }
    fp_add_pairs(labels, &d->options->labels);
    return labels;
}

json_t *fp_object(const struct fp_deployment *d, const char *api, const char *kind,
                  const char *suffix, const char *component)
{
    json_t *metadata = json_pack("{s:o}", "name", fp_object_name(d, suffix));
    if (d->options->kube_namespace != NULL)
        fp_set(metadata, "namespace", json_string(d->options->kube_namespace));
    fp_set(metadata, "labels", fp_object_labels(d, component));
    if (d->options->annotations.len > 0) {
        json_t *annotations = json_object();
        fp_add_pairs(annotations, &d->options->annotations);
        fp_set(metadata, "annotations", annotations);
    }
    return json_pack("{s:s, s:s, s:o}", "apiVersion", api, "kind", kind, "metadata", metadata);
}

void fp_note_tag(const struct fp_deployment *d, json_t *object)
{
    const char *name = d->image->name;
    if (d->image->digest != NULL && strchr(fp_path_base(name), ':') != NULL)
        fp_set(object, "#image", json_string(name));
}
