#include <string.h>

#include "format.h"
#include "log_conf.h"
#include "object.h"
#include "result.h"
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
    if (d->log_conf != NULL) {
        cleanup_free char *bind =
            fp_xasprintf("./%s:%s/conf/%s:ro", FP_LOG_CONF_FILE, d->home, FP_LOG_CONF_FILE);
        fp_set(result, "volumes", json_pack("[s]", bind));
    }
    add_security(d, result);
    return result;
}

static json_t *documents(const struct fp_deployment *d)
{
    const struct fp_role jobmanager = fp_jobmanager_of(d);
    const struct fp_role taskmanager = fp_taskmanager_of(d);
    json_t *services = json_object();
    fp_set(services, "jobmanager", service(d, &jobmanager));
    fp_set(services, "taskmanager", service(d, &taskmanager));
    return json_pack("[{s:s, s:o}]", "name", d->name, "services", services);
}

static void note(const struct fp_notes *n)
{
    cleanup_free char *compose =
        n->directory != NULL ? fp_xasprintf("docker compose -f %s/compose.yaml", n->directory)
                             : fp_xstrdup("docker compose");
    cleanup_free char *stop = fp_notes_stop_command(n->d);
    fp_strv_addf(n->lines, "apply:    %s up%s", compose,
                 n->d->is_job ? " --abort-on-container-exit --exit-code-from jobmanager" : " -d");
    fp_strv_addf(n->lines, "ui:       http://localhost:8081");
    if (n->d->is_job) {
        fp_strv_addf(n->lines,
                     "update:   1. %s exec jobmanager %s/bin/flink list -m localhost:8081"
                     "    (tells the JOB_ID)",
                     compose, n->d->home);
        fp_strv_addf(n->lines, "          2. %s exec jobmanager %s    (tells the savepoint's path)",
                     compose, stop);
        cleanup_free char *command = fp_notes_again(n, " --from-savepoint PATH", "");
        fp_strv_addf(n->lines, "          3. %s, and start it as above",
                     *command != '\0'
                         ? command
                         : "generate again with the new image and --from-savepoint PATH");
    }
    fp_note_identity(n->d, n->lines);
    fp_strv_addf(n->lines, "clean up: %s down", compose);
}

/* The file that the containers mount. */
static enum fp_code add_files(const struct fp_deployment *d, const char *directory,
                              struct fp_deploy_result *ret, struct fp_error *err)
{
    if (d->log_conf == NULL)
        return FP_OK;
    if (directory == NULL)
        return fp_fail(err, FP_E_USAGE,
                       "--log-conf: needs --output-dir with --format compose, as the file goes "
                       "beside compose.yaml");
    fp_result_add(ret, fp_xstrdup(FP_LOG_CONF_FILE), fp_xstrdup(d->log_conf));
    return FP_OK;
}

const struct fp_format fp_format_compose = {
    .name = "compose",
    .places = FP_PLACE_JOB_ID | FP_PLACE_SIZE | FP_PLACE_OUTPUT,
    .has_own_ids = true,
    .jobmanager_host = "jobmanager",
    .runs_in = "container",
    .volume_hint = "add one with --patch",
    .documents = documents,
    .add_files = add_files,
    .note = note,
};
