#include <string.h>

#include "documents.h"
#include "log_conf.h"
#include "object.h"
#include "role.h"
#include "setting.h"
#include "text.h"

static json_t *environment(const struct fp_deployment *d)
{
    json_t *env = json_object();
    cleanup_free char *properties = fp_conf_text(d);
    fp_set(env, "#FLINK_PROPERTIES",
           json_string("merged onto the configuration in the image when a container starts"));
    fp_set(env, "FLINK_PROPERTIES", fp_kube_literal(properties));
    if (d->is_official)
        fp_set(env, "JOB_MANAGER_RPC_ADDRESS", json_string("jobmanager"));
    for (size_t i = 0; i < json_array_size(d->env); i++) {
        const json_t *entry = json_array_get(d->env, i);
        fp_set(env, fp_json_string(entry, "name"), json_incref(json_object_get(entry, "value")));
    }
    return env;
}

/* The same restrictions as on Kubernetes. */
static void add_security(const struct fp_deployment *d, json_t *service)
{
    int64_t uid = d->options->run_as_user;
    cleanup_free char *log = fp_path_join(d->home, "log");
    if (uid < 0 && !d->is_numeric_user)
        uid = FP_DEPLOY_UID;
    if (uid >= 0) {
        cleanup_free char *user =
            fp_xasprintf("%lld:%lld", (long long) uid, (long long) d->image_gid);
        fp_set(service, "user", json_string(user));
    }
    if (!d->is_official) {
        fp_set(service, "read_only", json_true());
        fp_set(service, "tmpfs", json_pack("[s, s]", "/tmp", log));
    }
    fp_set(service, "cap_drop", json_pack("[s]", "ALL"));
    fp_set(service, "security_opt", json_pack("[s]", "no-new-privileges:true"));
}

static json_t *labels(const struct fp_deployment *d)
{
    json_t *object = json_object();
    fp_add_pairs(object, &d->options->labels);
    return object;
}

static json_t *service(const struct fp_deployment *d, const struct fp_role *role)
{
    cleanup_free char *memory = fp_xasprintf("%lldM", (long long) role->mib);
    json_t *result = json_pack("{s:s, s:o, s:o}", "image", d->image_text, "command",
                               fp_role_arguments(d, role), "environment", environment(d));
    fp_note_tag(d, result);
    json_t *deploy = json_pack("{s:{s:{s:s}}}", "resources", "limits", "memory", memory);
    if (role->is_jobmanager) {
        fp_set(result, "#ports", json_string("the ui, for this machine only: it trusts everybody"));
        fp_set(result, "ports", json_pack("[s]", "127.0.0.1:8081:8081"));
    } else {
        fp_set(result, "depends_on", json_pack("[s]", "jobmanager"));
        fp_set(deploy, "replicas", json_integer(d->replicas));
    }
    if (d->options->labels.len > 0)
        fp_set(result, "labels", labels(d));
    fp_set(result, "deploy", deploy);
    fp_set(result, "restart",
           json_string(d->is_job && role->is_jobmanager ? "on-failure" : "unless-stopped"));
    fp_bind_log_conf(d, result);
    add_security(d, result);
    return result;
}

json_t *fp_compose_document(const struct fp_deployment *d)
{
    const struct fp_role jobmanager = fp_jobmanager_of(d);
    const struct fp_role taskmanager = fp_taskmanager_of(d);
    json_t *services = json_object();
    fp_set(services, "jobmanager", service(d, &jobmanager));
    fp_set(services, "taskmanager", service(d, &taskmanager));
    return json_pack("{s:s, s:o}", "name", d->name, "services", services);
}
