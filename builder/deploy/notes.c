#include "internal.h"

/* "kubectl -n team": with a folder the files in it, else what went to standard output. */
static void note_cluster(const struct fp_deployment *d, bool in_folder, struct fp_strv *ret)
{
    const char *name = d->name;
    const char *space = d->options->kube_namespace;
    cleanup_free char *kubectl =
        space != NULL ? fp_xasprintf("kubectl -n %s", space) : fp_xstrdup("kubectl");
    fp_strv_addf(ret, "apply:    %s apply %s", kubectl, in_folder ? "-k FOLDER" : "-f FILE");
    fp_strv_addf(ret, "watch:    %s logs -f %s/%s-jobmanager", kubectl,
                 d->is_job ? "job" : "deploy", name);
    fp_strv_addf(ret,
                 "ui:       %s port-forward service/%s-jobmanager 8081, then "
                 "http://localhost:8081",
                 kubectl, name);
    if (d->is_job) {
        const char *dir = d->options->savepoint_dir;
        bool stops = fp_flink_at_least(&d->version, 1, 9, 0);
        fp_strv_addf(ret,
                     "update:   1. %s exec job/%s-jobmanager -- %s/bin/flink %s -m "
                     "localhost:8081 %s %s JOB_ID    (its path is printed; JOB_ID: flink list)",
                     kubectl, name, d->home, stops ? "stop" : "cancel",
                     stops ? "--savepointPath" : "--withSavepoint",
                     dir != NULL ? dir : "DIRECTORY");
        fp_strv_addf(ret,
                     "          2. %s delete job %s-jobmanager --cascade=foreground    (a Job "
                     "cannot be changed, and two JobManagers must never run)",
                     kubectl, name);
        if (fp_flink_at_least(&d->version, 1, 6, 1))
            fp_strv_addf(ret, "          3. generate again with the new image and --from-savepoint "
                              "PATH, and apply");
        else
            fp_strv_addf(ret,
                         "          3. generate again with the new image, and apply: Flink %s "
                         "starts without its state",
                         d->version.text);
    }
    fp_strv_addf(ret,
                 "clean up: %s delete job,deploy,svc,cm,pdb,hpa,ingress,networkpolicy,sa,role,"
                 "rolebinding -l app.kubernetes.io/instance=%s",
                 kubectl, name);
    if (d->is_job)
        fp_strv_addf(ret, "          (the TaskManagers stay when the job has ended)");
    if (d->options->ha)
        fp_strv_addf(ret,
                     "          %s delete cm -l configmap-type=high-availability,app=%s    "
                     "(what they hold goes before --from-savepoint)",
                     kubectl, name);
}

static void note_operator(const struct fp_deployment *d, bool in_folder, struct fp_strv *ret)
{
    const char *name = d->name;
    fp_strv_addf(ret, "apply:    kubectl apply %s    (the operator and its account '%s' are there)",
                 in_folder ? "-k FOLDER" : "-f FILE",
                 d->options->service_account != NULL ? d->options->service_account : "flink");
    fp_strv_addf(ret, "watch:    kubectl get flinkdeployment %s -w", name);
    fp_strv_addf(ret, "ui:       kubectl port-forward service/%s-rest 8081", name);
    fp_strv_addf(ret, "update:   apply again with the new image: the operator takes the savepoint");
    fp_strv_addf(ret, "clean up: kubectl delete flinkdeployment %s", name);
}

static void note_helm(const struct fp_deployment *d, struct fp_strv *ret)
{
    const char *name = d->name;
    fp_strv_addf(ret, "apply:    helm upgrade --install %s FOLDER", name);
    fp_strv_addf(ret, "ui:       kubectl port-forward service/%s-jobmanager 8081", name);
    if (d->is_job)
        fp_strv_addf(ret,
                     "update:   stop the job with a savepoint, kubectl delete job "
                     "%s-jobmanager --cascade=foreground, then helm upgrade %s FOLDER --set "
                     "job.fromSavepoint=PATH",
                     name, name);
    fp_strv_addf(ret, "clean up: helm uninstall %s", name);
}

static void note_compose(const struct fp_deployment *d, struct fp_strv *ret)
{
    fp_strv_addf(ret, "apply:    docker compose up%s",
                 d->is_job ? " --abort-on-container-exit --exit-code-from jobmanager" : " -d");
    fp_strv_addf(ret, "ui:       http://localhost:8081");
    if (d->is_job)
        fp_strv_addf(ret,
                     "update:   docker compose exec jobmanager %s/bin/flink stop -m "
                     "localhost:8081 --savepointPath DIRECTORY JOB_ID, then generate again "
                     "with --from-savepoint PATH",
                     d->home);
    fp_strv_addf(ret, "clean up: docker compose down");
}

/* envsubst knows nothing of YAML: arguments are written as the inside of a JSON list. */
static void note_template(const struct fp_deployment *d, struct fp_strv *ret)
{
    fp_strv_addf(ret, "fill in:  export FLINK_IMAGE_NAME=%s FLINK_JOB=%s FLINK_JOB_PARALLELISM=1",
                 d->image_text, d->classname != NULL ? d->classname : "CLASS");
    fp_strv_addf(ret,
                 "          export FLINK_JOB_ARGUMENTS='\"--input\", \"a b\"'    (quoted, with "
                 "commas; empty for none; write $$ for $)");
    fp_strv_addf(ret, "apply:    envsubst '$FLINK_IMAGE_NAME $FLINK_JOB $FLINK_JOB_PARALLELISM "
                      "$FLINK_JOB_ARGUMENTS' < FILE | kubectl apply -f -");
}

void fp_deploy_notes(const struct fp_deployment *d, bool in_folder, struct fp_strv *ret)
{
    switch (d->format) {
    case FP_DEPLOY_KUBERNETES:
        note_cluster(d, in_folder, ret);
        break;
    case FP_DEPLOY_HELM:
        note_helm(d, ret);
        break;
    case FP_DEPLOY_OPERATOR:
        note_operator(d, in_folder, ret);
        break;
    case FP_DEPLOY_COMPOSE:
        note_compose(d, ret);
        break;
    case FP_DEPLOY_TEMPLATE:
        note_template(d, ret);
        note_cluster(d, in_folder, ret);
        break;
    }
}
