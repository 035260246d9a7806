/* Format template: the classic templates in which envsubst later fills in the image, the class, the
 * parallelism and the arguments. */
#include <string.h>

#include "format.h"
#include "pod.h"
#include "text.h"

/* As in the classic templates, FLINK_JOB_ARGUMENTS holds items of a JSON list: Flink's own options,
 * such as --fromSavepoint, and then the job's arguments. So "--" must not be added here. */
static json_t *jobmanager_arguments(const struct fp_deployment *d)
{
    cleanup_json json_t *args =
        json_pack("[s, s, s]", fp_role_verb(d, &d->jobmanager), "--job-classname", "${FLINK_JOB}");
    fp_add_job_options(d, args);
    fp_add_cluster_id(d, args);
    cleanup_free char *list = json_dumps(args, 0);
    cleanup_free char *raw =
        fp_xasprintf("%.*s, ${FLINK_JOB_ARGUMENTS}]", (int) strlen(list) - 1, list);
    return fp_raw(raw);
}

static void open_container(const struct fp_deployment *d, json_t *container)
{
    fp_json_set(container, "image", fp_raw("${FLINK_IMAGE_NAME}"));
    (void) json_object_del(container, "#image");
    if (strcmp(fp_json_string(container, "name"), "jobmanager") != 0)
        return;
    fp_json_set_text(container, "#args",
                     "Flink's own options go before the job's; \"--\" ends them");
    fp_json_set(container, "args", jobmanager_arguments(d));
}

/* The documents for Kubernetes, with variables for the values that are not known yet. */
static json_t *documents(const struct fp_deployment *d)
{
    json_t *all = fp_kubernetes_documents(d);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *document = json_array_get(all, i);
        json_t *spec = json_object_get(document, "spec");
        const json_t *pod = json_object_get(json_object_get(spec, "template"), "spec");
        const json_t *containers = json_object_get(pod, "containers");
        if (json_object_get(spec, "replicas") != NULL)
            fp_json_set(spec, "replicas", fp_raw(d->format->parallelism));
        for (size_t j = 0; j < json_array_size(containers); j++)
            open_container(d, json_array_get(containers, j));
    }
    return all;
}

/* envsubst does not quote for YAML, so the user writes arguments as items of a JSON list. */
static void note(const struct fp_notes *n)
{
    const struct fp_deployment *d = n->d;
    bool takes_savepoint = fp_flink_at_least(&d->version, 1, 6, 1);
    cleanup_free char *classname = fp_shell_word(d->classname != NULL ? d->classname : "CLASS");
    fp_strv_addf(n->lines,
                 "fill in:  export FLINK_IMAGE_NAME=%s FLINK_JOB=%s FLINK_JOB_PARALLELISM=1",
                 d->image_text, classname);
    fp_strv_addf(n->lines,
                 "          export FLINK_JOB_ARGUMENTS='\"--input\", \"a b\"'    (quoted, with "
                 "commas; empty for none; write $$ for $)");
    if (takes_savepoint)
        fp_strv_addf(n->lines,
                     "          export FLINK_JOB_ARGUMENTS='\"--fromSavepoint\", \"PATH\", "
                     "\"--\", \"--input\", \"a b\"'    (Flink's own options first; \"--\" where "
                     "one of the job's could be taken for one)");
    fp_strv_addf(n->lines,
                 "apply:    envsubst '$FLINK_IMAGE_NAME $FLINK_JOB $FLINK_JOB_PARALLELISM "
                 "$FLINK_JOB_ARGUMENTS' < FILE | %s apply -f -",
                 n->kubectl);
    fp_notes_cluster(n, takes_savepoint
                            ? "fill in the new image, and \"--fromSavepoint\", \"PATH\" before the "
                              "job's own arguments, and apply"
                            : NULL);
}

const struct fp_format fp_format_template = {
    .name = "template",
    .places = FP_PLACE_OBJECTS | FP_PLACE_PODS | FP_PLACE_JOB_ID,
    .is_job_only = true,
    .has_own_ids = true,
    .namespace_hint = "give -D high-availability.cluster-id=NAMESPACE/NAME",
    .parallelism = "${FLINK_JOB_PARALLELISM}",
    .reserved_prefix = "FLINK_",
    .file_suffix = ".template",
    .documents = documents,
    .note = note,
};
