/* Format compose: one file for Docker Compose. */
#include <string.h>

#include "format.h"
#include "pod.h"
#include "result.h"
#include "setting.h"
#include "text.h"

static json_t *environment(const struct fp_deployment *d)
{
    json_t *env = json_object();
    cleanup_free char *properties = fp_conf_text(d);
    fp_json_set_text(env, "#FLINK_PROPERTIES",
                     "merged onto the configuration in the image when a container starts");
    fp_json_set(env, "FLINK_PROPERTIES", fp_kube_literal(properties));
    if (d->is_official)
        fp_json_set_text(env, "JOB_MANAGER_RPC_ADDRESS", "jobmanager");
    for (size_t i = 0; i < json_array_size(d->env); i++) {
        const json_t *entry = json_array_get(d->env, i);
        fp_json_set(env, fp_json_string(entry, "name"),
                    json_incref(json_object_get(entry, "value")));
    }
    return env;
}

/* The user and group that Flink runs as; NULL: the image's user. The caller owns it. */
static char *user_of(const struct fp_deployment *d)
{
    int64_t given = d->options->run_as_user;
    int64_t uid = given < 0 && !d->is_numeric_user ? FP_DEPLOY_UID : given;
    return uid < 0 ? NULL : fp_xasprintf("%lld:%lld", (long long) uid, (long long) d->image_gid);
}

/* The service of a role, with the same security restrictions as on Kubernetes. */
static json_t *service(const struct fp_deployment *d, const struct fp_role *role)
{
    bool is_jobmanager = role->is_jobmanager;
    cleanup_free char *memory = fp_xasprintf("%lldM", (long long) role->mib);
    cleanup_free char *user = user_of(d);
    cleanup_free char *log = fp_path_join(d->home, "log");
    cleanup_free char *bind =
        fp_xasprintf("./%s:%s/conf/%s:ro", FP_LOG_CONF_FILE, d->home, FP_LOG_CONF_FILE);
    return json_pack(
        "{s:s*, s:s, s:o, s:o, s:s*, s:o*, s:o*, s:o*, s:{s:{s:{s:s}}, s:o*}, s:s, s:o*, s:s*, "
        "s:o*, s:o*, s:[s], s:[s]}",
        "#image", fp_tag_of(d), "image", d->image_text, "command", fp_role_arguments(d, role),
        "environment", environment(d), "#ports",
        is_jobmanager ? "the ui, for this machine only: it trusts everybody" : NULL, "ports",
        is_jobmanager ? json_pack("[s]", "127.0.0.1:8081:8081") : NULL, "depends_on",
        is_jobmanager ? NULL : json_pack("[s]", "jobmanager"), "labels",
        fp_unless_empty(fp_pairs(&d->options->labels)), "deploy", "resources", "limits", "memory",
        memory, "replicas", is_jobmanager ? NULL : json_integer(d->replicas), "restart",
        d->is_job && is_jobmanager ? "on-failure" : "unless-stopped", "volumes",
        d->log_conf != NULL ? json_pack("[s]", bind) : NULL, "user", user, "read_only",
        d->is_official ? NULL : json_true(), "tmpfs",
        d->is_official ? NULL : json_pack("[s, s]", "/tmp", log), "cap_drop", "ALL", "security_opt",
        "no-new-privileges:true");
}

static json_t *documents(const struct fp_deployment *d)
{
    return json_pack("[{s:s, s:{s:o, s:o}}]", "name", d->name, "services", "jobmanager",
                     service(d, &d->jobmanager), "taskmanager", service(d, &d->taskmanager));
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

/* Add the file of --log-conf, which the containers mount. */
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
    .has_containers = true,
    .documents = documents,
    .add_files = add_files,
    .note = note,
};
