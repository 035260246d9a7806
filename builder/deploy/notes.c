#include <string.h>

#include "documents.h"
#include "notes.h"
#include "object.h"
#include "setting.h"

/* What the lines are made of. */
struct notes {
    const struct fp_deployment *d;
    struct fp_strv *lines;
    char *kubectl; /**< with the namespace */
    char *folder;  /**< as a shell takes it; NULL: standard output */
};

/* "flink stop --savepointPath s3://b/s JOB_ID", as it is called in this version. */
static char *stop_command(const struct fp_deployment *d, const char *fallback)
{
    bool stops = fp_flink_at_least(&d->version, 1, 9, 0);
    const char *dir = fp_json_string(d->conf, "execution.checkpointing.savepoint-dir");
    if (dir == NULL)
        dir = fp_json_string(d->conf, "state.savepoints.dir");
    cleanup_free char *word = dir != NULL ? fp_shell_word(dir) : fp_xstrdup(fallback);
    return fp_xasprintf("%s/bin/flink %s -m localhost:8081 %s %s JOB_ID", d->home,
                        stops ? "stop" : "cancel", stops ? "--savepointPath" : "--withSavepoint",
                        word);
}

/* The options of this time, for the next image and a savepoint; "" where they are not known. */
static char *again(const struct notes *n, const char *savepoint, const char *apply)
{
    const struct fp_deploy_options *o = n->d->options;
    if (o->again == NULL)
        return fp_xstrdup("");
    return fp_xasprintf("%s%s%s%s", o->again, savepoint, o->again_arguments, apply);
}

/* How what is generated gets to the cluster. */
static char *apply_command(const struct notes *n)
{
    return n->folder != NULL ? fp_xasprintf(" && %s apply -k %s", n->kubectl, n->folder)
                             : fp_xasprintf(" | %s apply -f -", n->kubectl);
}

static void note_apply(const struct notes *n, const char *remark)
{
    fp_strv_addf(n->lines, "apply:    %s apply %s %s%s", n->kubectl,
                 n->folder != NULL ? "-k" : "-f", n->folder != NULL ? n->folder : "FILE", remark);
}

static void note_update(const struct notes *n, const char *last)
{
    const char *name = n->d->name;
    cleanup_free char *stop = stop_command(n->d, "DIRECTORY");
    fp_strv_addf(n->lines,
                 "update:   1. %s exec job/%s-jobmanager -- %s/bin/flink list -m "
                 "localhost:8081    (tells the JOB_ID)",
                 n->kubectl, name, n->d->home);
    fp_strv_addf(n->lines,
                 "          2. %s exec job/%s-jobmanager -- %s    (tells the savepoint's "
                 "path)",
                 n->kubectl, name, stop);
    if (fp_has_revision_service(n->d) && !fp_is_highly_available(n->d))
        fp_strv_addf(n->lines,
                     "          3. %s delete job %s-jobmanager --cascade=foreground    (a Job "
                     "cannot be changed, and two JobManagers must never run)",
                     n->kubectl, name);
    else
        fp_strv_addf(n->lines,
                     "          3. %s delete job/%s-jobmanager deploy/%s-taskmanager "
                     "--cascade=foreground    (waits until both are gone: two JobManagers must "
                     "never run, and TaskManagers of before would run the old job for the new one)",
                     n->kubectl, name, name);
    fp_strv_addf(n->lines, "          4. %s", last);
}

/* What holds the job's state is not cleaned up without a word. */
static void note_state(const struct notes *n, const char *remedy)
{
    const struct fp_deploy_options *o = n->d->options;
    if (o->claims.len > 0)
        fp_strv_addf(n->lines,
                     "          %s delete pvc -l app.kubernetes.io/instance=%s    (and what is on "
                     "these volumes%s)",
                     n->kubectl, n->d->name, remedy);
    if (o->ha && n->d->format != FP_DEPLOY_OPERATOR)
        fp_strv_addf(n->lines,
                     "          %s delete cm -l configmap-type=high-availability,app=%s    "
                     "(Flink's own: where the job is; it goes before any savepoint)",
                     n->kubectl, n->d->name);
}

/* Everything by its label, but for volumes, which hold data. */
static void note_clean_up(const struct notes *n)
{
    const struct fp_deploy_options *o = n->d->options;
    fp_strv_addf(n->lines,
                 "clean up: %s delete job,deploy,svc,cm,pdb,hpa,ingress,networkpolicy,sa,role,"
                 "rolebinding%s -l app.kubernetes.io/instance=%s",
                 n->kubectl, o->route ? ",route" : "", n->d->name);
    if (n->d->is_job)
        fp_strv_addf(n->lines, "          (the TaskManagers stay when the job has ended)");
    note_state(n, "; 'delete -f' and '-k' do that too");
}

static void note_kubernetes(const struct notes *n)
{
    const char *name = n->d->name;
    const char *version = n->d->version.text;
    if (n->d->format == FP_DEPLOY_KUBERNETES)
        note_apply(n, "");
    if (fp_has_revision_service(n->d))
        fp_strv_addf(n->lines,
                     "          %s delete svc -l 'app.kubernetes.io/instance=%s,flinkpack.revision,"
                     "flinkpack.revision!=%s'    (after an update: Services of versions before)",
                     n->kubectl, name, n->d->revision);
    fp_strv_addf(n->lines, "watch:    %s logs -f %s/%s-jobmanager", n->kubectl,
                 n->d->is_job ? "job" : "deploy", name);
    fp_strv_addf(n->lines,
                 "ui:       %s port-forward service/%s-jobmanager 8081, then "
                 "http://localhost:8081",
                 n->kubectl, name);
    cleanup_free char *stateless =
        fp_xasprintf("generate again with the new image, and apply: Flink %s starts without its "
                     "state",
                     version);
    cleanup_free char *apply = apply_command(n);
    cleanup_free char *command =
        again(n, fp_flink_at_least(&n->d->version, 1, 6, 1) ? " --from-savepoint PATH" : "", apply);
    if (!n->d->is_job)
        fp_strv_addf(n->lines, "submit:   flink run -m localhost:8081 JAR    (while the ui is "
                               "forwarded)");
    else
        note_update(n,
                    !fp_flink_at_least(&n->d->version, 1, 6, 1) ? stateless
                    : n->d->format == FP_DEPLOY_TEMPLATE
                        ? "fill in the new image, and \"--fromSavepoint\", \"PATH\" before the "
                          "job's own arguments, and apply"
                    : *command != '\0'
                        ? command
                        : "generate again with the new image and --from-savepoint PATH, and apply");
    fp_note_identity(n->d, n->lines);
    note_clean_up(n);
}

static void note_operator(const struct notes *n)
{
    const struct fp_deployment *d = n->d;
    const char *account =
        d->options->service_account != NULL ? d->options->service_account : "flink";
    const char *since = fp_operator_since(d);
    const char *port = fp_json_string(d->conf, "rest.port");
    cleanup_free char *remark =
        fp_xasprintf("    (needs Flink's operator%s%s, and its account '%s')",
                     since != NULL ? " from version " : "", since != NULL ? since : "", account);
    bool has_job = d->is_job || d->options->jar_uri != NULL;
    bool stateless = strcmp(fp_operator_upgrade(d), "stateless") == 0;
    const char *lost = d->is_job ? "starts the job without its state, as neither --savepoint-dir "
                                   "nor --ha is given"
                                 : "starts the job without its state, as --savepoint-dir is not "
                                   "given";
    cleanup_free char *apply = apply_command(n);
    cleanup_free char *command = again(n, "", apply);
    note_apply(n, remark);
    fp_strv_addf(n->lines, "watch:    %s get flinkdeployment %s -w", n->kubectl, d->name);
    fp_strv_addf(n->lines,
                 "ui:       %s port-forward service/%s-rest 8081:%s, then "
                 "http://localhost:8081",
                 n->kubectl, d->name, port != NULL ? port : "8081");
    if (has_job)
        fp_strv_addf(n->lines, "update:   %s    (the operator %s)",
                     *command != '\0' ? command : "apply again with the new image",
                     stateless ? lost : "stops the job, and starts it from its state");
    if (fp_is_highly_available(d))
        fp_strv_addf(n->lines,
                     "identity: the operator keeps state under the name alone: a FlinkDeployment "
                     "'%s' of another namespace needs another high-availability.storageDir",
                     d->name);
    if (d->options->jar_uri != NULL)
        fp_strv_addf(n->lines, "clean up: %s delete flinksessionjob %s-job, then", n->kubectl,
                     d->name);
    fp_strv_addf(n->lines, "%s %s delete flinkdeployment %s",
                 d->options->jar_uri != NULL ? "         " : "clean up:", n->kubectl, d->name);
    note_state(n, "; 'delete -f' and '-k' do that too");
}

static void note_helm(const struct notes *n)
{
    const char *name = n->d->name;
    const char *chart = n->folder != NULL ? n->folder : "FOLDER";
    fp_strv_addf(n->lines, "apply:    helm upgrade --install %s %s", name, chart);
    fp_strv_addf(n->lines,
                 "ui:       kubectl port-forward service/%s-jobmanager 8081, then "
                 "http://localhost:8081",
                 name);
    cleanup_free char *last = fp_xasprintf(
        "helm upgrade %s %s --reset-then-reuse-values --set-string image.tag=NEW_TAG,"
        "image.digest=NEW_DIGEST%s",
        name, chart,
        fp_flink_at_least(&n->d->version, 1, 6, 1) ? " --set job.fromSavepoint=PATH" : "");
    if (n->d->is_job)
        note_update(n, last);
    if (n->d->is_job && fp_is_highly_available(n->d))
        fp_strv_addf(n->lines,
                     "identity: of the namespace and the release's name, when it is installed; a "
                     "release keeps what it has until --set job.clusterId=NAMESPACE/NAME");
    fp_strv_addf(n->lines, "clean up: helm uninstall %s%s", name,
                 n->d->options->claims.len > 0 ? "    (keeps the volumes)" : "");
    note_state(n, "");
}

static void note_compose(const struct notes *n)
{
    cleanup_free char *compose = n->folder != NULL
                                     ? fp_xasprintf("docker compose -f %s/compose.yaml", n->folder)
                                     : fp_xstrdup("docker compose");
    cleanup_free char *stop = stop_command(n->d, "DIRECTORY");
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
        cleanup_free char *command = again(n, " --from-savepoint PATH", "");
        fp_strv_addf(n->lines, "          3. %s, and start it as above",
                     *command != '\0'
                         ? command
                         : "generate again with the new image and --from-savepoint PATH");
    }
    fp_note_identity(n->d, n->lines);
    fp_strv_addf(n->lines, "clean up: %s down", compose);
}

/* envsubst knows nothing of YAML: arguments are written as the inside of a JSON list. */
static void note_template(const struct notes *n)
{
    const struct fp_deployment *d = n->d;
    cleanup_free char *classname = fp_shell_word(d->classname != NULL ? d->classname : "CLASS");
    fp_strv_addf(n->lines,
                 "fill in:  export FLINK_IMAGE_NAME=%s FLINK_JOB=%s FLINK_JOB_PARALLELISM=1",
                 d->image_text, classname);
    fp_strv_addf(n->lines,
                 "          export FLINK_JOB_ARGUMENTS='\"--input\", \"a b\"'    (quoted, with "
                 "commas; empty for none; write $$ for $)");
    if (fp_flink_at_least(&d->version, 1, 6, 1))
        fp_strv_addf(n->lines,
                     "          export FLINK_JOB_ARGUMENTS='\"--fromSavepoint\", \"PATH\", "
                     "\"--\", \"--input\", \"a b\"'    (Flink's own options first; \"--\" where "
                     "one of the job's could be taken for one)");
    fp_strv_addf(n->lines,
                 "apply:    envsubst '$FLINK_IMAGE_NAME $FLINK_JOB $FLINK_JOB_PARALLELISM "
                 "$FLINK_JOB_ARGUMENTS' < FILE | %s apply -f -",
                 n->kubectl);
    note_kubernetes(n);
}

void fp_deploy_notes(const struct fp_deployment *d, const char *folder, struct fp_strv *ret)
{
    static void (*const writers[])(const struct notes *) = {
        [FP_DEPLOY_KUBERNETES] = note_kubernetes, [FP_DEPLOY_HELM] = note_helm,
        [FP_DEPLOY_OPERATOR] = note_operator,     [FP_DEPLOY_COMPOSE] = note_compose,
        [FP_DEPLOY_TEMPLATE] = note_template,
    };
    const char *space = d->options->kube_namespace;
    cleanup_free char *kubectl =
        space != NULL ? fp_xasprintf("kubectl -n %s", space) : fp_xstrdup("kubectl");
    cleanup_free char *word = folder != NULL ? fp_shell_word(folder) : NULL;
    const struct notes notes = {d, ret, kubectl, word};
    writers[d->format](&notes);
}
