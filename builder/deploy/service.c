/* The Services of a deployment, and the objects that expose its ui outside of the cluster. */
#include "pod.h"
#include "setting.h"

static json_t *port(const char *name, int number)
{
    return json_pack("{s:s, s:i, s:s, s:s}", "name", name, "port", number, "protocol", "TCP",
                     "targetPort", name);
}

/* The spec of a Service for the TaskManagers, the ui or both. It is never a NodePort, because rpc
 * and blob do not authenticate clients. */
static json_t *cluster_ip(json_t *take_selector, bool has_internal, bool has_ui)
{
    return json_pack(
        "{s:s, s:s*, s:b, s:o, s:[o*, o*, o*]}", "type", "ClusterIP", "#publishNotReadyAddresses",
        has_internal ? "TaskManagers register before the JobManager is ready" : NULL,
        "publishNotReadyAddresses", 1, "selector", take_selector, "ports",
        has_internal ? port("rpc", FP_PORT_RPC) : NULL,
        has_internal ? port("blob", FP_PORT_BLOB) : NULL, has_ui ? port("ui", FP_PORT_UI) : NULL);
}

/* A Service that only selects the JobManager of this revision. */
static json_t *revision_service(const struct fp_deployment *d)
{
    json_t *selector = fp_selector(d, "jobmanager");
    fp_json_set_text(selector, "#flinkpack.revision",
                     "of image and configuration: only what goes together meets here");
    fp_json_set_text(selector, "flinkpack.revision", d->revision);
    json_t *service =
        fp_object(d, "v1", "Service", "", "jobmanager", cluster_ip(selector, true, false));
    json_t *metadata = json_object_get(service, "metadata");
    fp_json_set(metadata, "name", fp_rpc_name(d));
    fp_json_set_text(json_object_get(metadata, "labels"), "flinkpack.revision", d->revision);
    return service;
}

/* A Service for the ui that keeps its name; it has all ports if there is no revision Service. */
static json_t *stable_service(const struct fp_deployment *d)
{
    bool has_internal = !fp_has_revision_service(d);
    return fp_object(d, "v1", "Service", "-jobmanager", "jobmanager",
                     cluster_ip(fp_selector(d, "jobmanager"), has_internal, true));
}

static json_t *node_port(const struct fp_deployment *d)
{
    json_t *ui = port("ui", FP_PORT_UI);
    fp_json_set(ui, "nodePort", json_integer(d->node_port));
    return fp_object(d, "v1", "Service", "-jobmanager-ui", "jobmanager",
                     json_pack("{s:s, s:o, s:[o]}", "type", "NodePort", "selector",
                               fp_selector(d, "jobmanager"), "ports", ui));
}

static json_t *ingress(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    json_t *path =
        json_pack("{s:s, s:s, s:{s:{s:o, s:{s:s}}}}", "path", "/", "pathType", "Prefix", "backend",
                  "service", "name", fp_object_name(d, "-jobmanager"), "port", "name", "ui");
    json_t *tls = o->ingress_tls == NULL ? NULL
                                         : json_pack("[{s:[s], s:s}]", "hosts", o->ingress,
                                                     "secretName", o->ingress_tls);
    return fp_object(d, "networking.k8s.io/v1", "Ingress", "-jobmanager-ui", "jobmanager",
                     json_pack("{s:s*, s:o*, s:[{s:s, s:{s:[o]}}]}", "ingressClassName",
                               o->ingress_class, "tls", tls, "rules", "host", o->ingress, "http",
                               "paths", path));
}

static json_t *route(const struct fp_deployment *d)
{
    return fp_object(d, "route.openshift.io/v1", "Route", "-jobmanager-ui", "jobmanager",
                     json_pack("{s:s*, s:{s:s, s:o}, s:{s:s}, s:{s:s}}", "host",
                               d->options->route_host, "to", "kind", "Service", "name",
                               fp_object_name(d, "-jobmanager"), "port", "targetPort", "ui", "tls",
                               "termination", "edge"));
}

void fp_add_services(const struct fp_deployment *d, json_t *documents)
{
    if (fp_has_revision_service(d))
        fp_json_append(documents, revision_service(d));
    fp_json_append(documents, stable_service(d));
    if (d->node_port > 0)
        fp_json_append(documents, node_port(d));
    if (d->options->ingress != NULL)
        fp_json_append(documents, ingress(d));
    if (d->options->route)
        fp_json_append(documents, route(d));
}
