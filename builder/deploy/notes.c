/* Parts of the notes that several formats share. */
#include "format.h"

#include <string.h>

#include "pod.h"
#include "setting.h"

char *fp_notes_stop_command(const struct fp_deployment *d)
{
    bool stops = fp_flink_at_least(&d->version, 1, 9, 0);
    const char *dir = fp_json_string(d->conf, "execution.checkpointing.savepoint-dir");
    if (dir == NULL)
        dir = fp_json_string(d->conf, "state.savepoints.dir");
    cleanup_free char *word = dir != NULL ? fp_shell_word(dir) : fp_xstrdup("DIRECTORY");
    return fp_xasprintf("%s/bin/flink %s -m localhost:8081 %s %s JOB_ID", d->home,
                        stops ? "stop" : "cancel", stops ? "--savepointPath" : "--withSavepoint",
                        word);
}

char *fp_notes_again(const struct fp_notes *n, const char *savepoint, const char *apply)
{
    const struct fp_deploy_options *o = n->d->options;
    if (o->again == NULL)
        return fp_xstrdup("");
    return fp_xasprintf("%s%s%s%s", o->again, savepoint, o->again_arguments, apply);
}

char *fp_notes_apply_command(const struct fp_notes *n)
{
    return n->directory != NULL ? fp_xasprintf(" && %s apply -k %s", n->kubectl, n->directory)
                                : fp_xasprintf(" | %s apply -f -", n->kubectl);
}

void fp_notes_apply(const struct fp_notes *n, const char *remark)
{
    fp_strv_addf(n->lines, "apply:    %s apply %s %s%s", n->kubectl,
                 n->directory != NULL ? "-k" : "-f", n->directory != NULL ? n->directory : "FILE",
                 remark);
}

void fp_notes_update(const struct fp_notes *n, const char *last)
{
    const char *name = n->d->name;
    cleanup_free char *stop = fp_notes_stop_command(n->d);
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

/* Objects that hold the job's state have extra commands, so nobody deletes them by accident. */
void fp_notes_state(const struct fp_notes *n, const char *remedy)
{
    const struct fp_deploy_options *o = n->d->options;
    if (o->claims.len > 0)
        fp_strv_addf(n->lines,
                     "          %s delete pvc -l app.kubernetes.io/instance=%s    (and what is on "
                     "these volumes%s)",
                     n->kubectl, n->d->name, remedy);
    if (o->ha && !n->d->format->is_operated)
        fp_strv_addf(n->lines,
                     "          %s delete cm -l configmap-type=high-availability,app=%s    "
                     "(Flink's own: where the job is; it goes before any savepoint)",
                     n->kubectl, n->d->name);
}

/* The command deletes all objects by their label except the volumes, which hold data. */
static void note_clean_up(const struct fp_notes *n)
{
    const struct fp_deploy_options *o = n->d->options;
    fp_strv_addf(n->lines,
                 "clean up: %s delete job,deploy,svc,cm,pdb,hpa,ingress,networkpolicy,sa,role,"
                 "rolebinding%s -l app.kubernetes.io/instance=%s",
                 n->kubectl, o->route ? ",route" : "", n->d->name);
    if (n->d->is_job)
        fp_strv_addf(n->lines, "          (the TaskManagers stay when the job has ended)");
    fp_notes_state(n, "; 'delete -f' and '-k' do that too");
}

void fp_notes_cluster(const struct fp_notes *n, const char *last)
{
    const char *name = n->d->name;
    bool takes_savepoint = fp_flink_at_least(&n->d->version, 1, 6, 1);
    const char *version = n->d->version.text;
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
    cleanup_free char *apply = fp_notes_apply_command(n);
    cleanup_free char *command =
        fp_notes_again(n, takes_savepoint ? " --from-savepoint PATH" : "", apply);
    if (!n->d->is_job)
        fp_strv_addf(n->lines, "submit:   flink run -m localhost:8081 JAR    (while the ui is "
                               "forwarded)");
    else if (last != NULL)
        fp_notes_update(n, last);
    else if (!takes_savepoint)
        fp_notes_update(n, stateless);
    else
        fp_notes_update(n, *command != '\0' ? command
                                            : "generate again with the new image and "
                                              "--from-savepoint PATH, and apply");
    fp_note_identity(n->d, n->lines);
    note_clean_up(n);
}
