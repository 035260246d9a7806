/* The common parts of Kubernetes objects: names, labels, revisions. */
#include "pod.h"

#include <string.h>

#include "format.h"
#include "text.h"

json_t *fp_object_name(const struct fp_deployment *d, const char *suffix)
{
    cleanup_free char *name = fp_xasprintf("%s%s", d->name, suffix);
    return json_string(name);
}

json_t *fp_selector(const struct fp_deployment *d, const char *component)
{
    return json_pack("{s:s, s:s, s:s*}", "app.kubernetes.io/name", "flink",
                     "app.kubernetes.io/instance", d->name, "app.kubernetes.io/component",
                     component);
}

json_t *fp_object_labels(const struct fp_deployment *d, const char *component)
{
    json_t *labels = fp_selector(d, component);
    fp_json_set_text(labels, "app.kubernetes.io/version", d->version.text);
    fp_json_set_text(labels, "app.kubernetes.io/managed-by", "flinkpack");
    fp_add_pairs(labels, &d->options->labels);
    return labels;
}

json_t *fp_object(const struct fp_deployment *d, const char *api, const char *kind,
                  const char *suffix, const char *component, json_t *take_spec)
{
    const char *space = d->options->kube_namespace;
    return json_pack("{s:s, s:s, s:{s:o, s:s*, s:o, s:o*}, s:o*}", "apiVersion", api, "kind", kind,
                     "metadata", "name", fp_object_name(d, suffix), "namespace", space, "labels",
                     fp_object_labels(d, component), "annotations",
                     fp_unless_empty(fp_pairs(&d->options->annotations)), "spec", take_spec);
}

const char *fp_tag_of(const struct fp_deployment *d)
{
    const char *name = d->image->name;
    return d->image->digest != NULL && strchr(fp_path_base(name), ':') != NULL ? name : NULL;
}

bool fp_has_revision_service(const struct fp_deployment *d)
{
    return d->format->has_revision && !d->options->ha;
}

json_t *fp_rpc_name(const struct fp_deployment *d)
{
    if (!fp_has_revision_service(d))
        return fp_object_name(d, "-jobmanager");
    cleanup_free char *suffix = fp_xasprintf("-rpc-%s", d->revision);
    return fp_object_name(d, suffix);
}

char *fp_stable_name(const struct fp_deployment *d, const json_t *document)
{
    const char *name = fp_json_string(json_object_get(document, "metadata"), "name");
    cleanup_free char *revision = fp_xasprintf("-%s", d->revision);
    name = name != NULL ? name : d->name;
    bool has_revision = d->format->has_revision && fp_text_ends_with(name, revision);
    return fp_xstrndup(name, strlen(name) - (has_revision ? strlen(revision) : 0));
}
