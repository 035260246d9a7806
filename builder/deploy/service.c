#include "documents.h"
#include "object.h"
#include "setting.h"

static json_t *port(const char *name, int number)
{
    return json_pack("{s:s, s:i, s:s, s:s}", "name", name, "port", number, "protocol", "TCP",
                     "targetPort", name);
}

/* What TaskManagers talk to. Never a NodePort: rpc and blob trust whoever reaches them. */
static void add_internal_ports(json_t *spec)
{
    fp_json_set_text(spec, "#publishNotReadyAddresses",
                     "TaskManagers register before the JobManager is ready");
    fp_json_append(json_object_get(spec, "ports"), port("rpc", FP_PORT_RPC));
    fp_json_append(json_object_get(spec, "ports"), port("blob", FP_PORT_BLOB));
}

static json_t *cluster_ip(json_t *take_selector)
{
    return json_pack("{s:s, s:b, s:o, s:[]}", "type", "ClusterIP", "publishNotReadyAddresses", 1,
                     "selector", take_selector, "ports");
}

/* TaskManagers of another version find nobody here. */
static json_t *revision_service(const struct fp_deployment *d)
{
    json_t *service = fp_object(d, "v1", "Service", "", "jobmanager");
    json_t *metadata = json_object_get(service, "metadata");
    json_t *selector = fp_selector(d, "jobmanager");
    fp_json_set(metadata, "name", fp_rpc_name(d));
    fp_json_set_text(json_object_get(metadata, "labels"), "flinkpack.revision", d->revision);
    fp_json_set_text(selector, "#flinkpack.revision",
                     "of image and configuration: only what goes together meets here");
    fp_json_set_text(selector, "flinkpack.revision", d->revision);
    json_t *spec = cluster_ip(selector);
    add_internal_ports(spec);
    fp_json_set(service, "spec", spec);
    return service;
}

/* The ui, under one name for good; and all the rest where nothing tells versions apart. */
static json_t *stable_service(const struct fp_deployment *d)
{
    json_t *service = fp_object(d, "v1", "Service", "-jobmanager", "jobmanager");
    json_t *spec = cluster_ip(fp_selector(d, "jobmanager"));
    if (!fp_has_revision_service(d))
        add_internal_ports(spec);
    fp_json_append(json_object_get(spec, "ports"), port("ui", FP_PORT_UI));
    fp_json_set(service, "spec", spec);
    return service;
}

static json_t *node_port(const struct fp_deployment *d)
{
    json_t *service = fp_object(d, "v1", "Service", "-jobmanager-ui", "jobmanager");
    json_t *ui = port("ui", FP_PORT_UI);
    fp_json_set(ui, "nodePort", json_integer(d->node_port));
    fp_json_set(service, "spec",
                json_pack("{s:s, s:o, s:[o]}", "type", "NodePort", "selector",
                          fp_selector(d, "jobmanager"), "ports", ui));
    return service;
}

static json_t *ingress(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    json_t *object =
        fp_object(d, "networking.k8s.io/v1", "Ingress", "-jobmanager-ui", "jobmanager");
    json_t *path =
        json_pack("{s:s, s:s, s:{s:{s:o, s:{s:s}}}}", "path", "/", "pathType", "Prefix", "backend",
                  "service", "name", fp_object_name(d, "-jobmanager"), "port", "name", "ui");
    json_t *spec = json_object();
    fp_json_set_text(spec, "ingressClassName", o->ingress_class);
    if (o->ingress_tls != NULL)
        fp_json_set(spec, "tls",
                    json_pack("[{s:[s], s:s}]", "hosts", o->ingress, "secretName", o->ingress_tls));
    fp_json_set(spec, "rules",
                json_pack("[{s:s, s:{s:[o]}}]", "host", o->ingress, "http", "paths", path));
    fp_json_set(object, "spec", spec);
    return object;
}

static json_t *route(const struct fp_deployment *d)
{
    json_t *object = fp_object(d, "route.openshift.io/v1", "Route", "-jobmanager-ui", "jobmanager");
    json_t *spec = json_object();
    fp_json_set_text(spec, "host", d->options->route_host);
    fp_json_set(
        spec, "to",
        json_pack("{s:s, s:o}", "kind", "Service", "name", fp_object_name(d, "-jobmanager")));
    fp_json_set(spec, "port", json_pack("{s:s}", "targetPort", "ui"));
    fp_json_set(spec, "tls", json_pack("{s:s}", "termination", "edge"));
    fp_json_set(object, "spec", spec);
    return object;
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
