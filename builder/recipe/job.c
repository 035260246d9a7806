/* The layers of the Hadoop jar and of the job's jars. */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

enum fp_code fp_step_hadoop(const struct fp_layer_step *step, struct fp_layer *ret,
                            struct fp_error *err)
{
    const struct fp_release *release = &step->flink->release;
    if (release->hadoop == NULL)
        return FP_OK;
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    cleanup_free char *path = fp_xasprintf("opt/flink/lib/%s", release->hadoop_name);
    FP_TRY(fp_draft_dir(&draft, "opt/flink", 0775, step->plan->uid, 0, err));
    FP_TRY(fp_draft_input(&draft, path, 0644, release->hadoop, err));
    return fp_draft_write(&draft, step, "hadoop", ret, err);
}

/* Of the job that the image had what could not be left out, and no jar of the same name replaces.
 */
static enum fp_code remove_old(const struct fp_layer_step *step, struct fp_draft *draft,
                               const char *folder, struct fp_error *err)
{
    const struct fp_strv *old = &step->base->old_jars;
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < old->len && code == FP_OK; i++) {
        cleanup_free char *path = fp_path_join(folder, old->items[i]);
        bool is_there = old->items[i][0] != '\0' && fp_tree_get(step->tree, path) != NULL;
        if (is_there && fp_layer_builder_get(draft->builder, path) == NULL)
            code = fp_draft_remove(draft, path, err);
    }
    return code;
}

/* Since 1.10 usrlib/, and real files flat in it: some versions neither recurse nor follow links
 * (FLINK-35358, FLINK-37183). Before that lib/. */
enum fp_code fp_step_job(const struct fp_layer_step *step, struct fp_layer *ret,
                         struct fp_error *err)
{
    const struct fp_plan *plan = step->plan;
    if (plan->job_jars.len == 0)
        return FP_OK;
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    cleanup_free char *wanted = fp_xasprintf("%s/%s", step->flink->home + 1,
                                             step->flink->traits->has_usrlib ? "usrlib" : "lib");
    const struct fp_entry *entry = fp_tree_resolve(step->tree, wanted);
    cleanup_free char *folder =
        fp_xstrdup(entry != NULL && entry->kind == FP_ENTRY_DIR ? entry->path : wanted);
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < plan->job_jars.len && code == FP_OK; i++) {
        const char *source = plan->job_jars.items[i];
        cleanup_free char *path = fp_path_join(folder, plan->job_names.items[i]);
        const char *sha256 = plan->jars[i].sha256[0] != '\0' ? plan->jars[i].sha256 : NULL;
        code = fp_draft_file(&draft, path, 0644, source, sha256, err);
    }
    if (code == FP_OK)
        code = remove_old(step, &draft, folder, err);
    if (code == FP_OK)
        code = fp_draft_write(&draft, step, "job", ret, err);
    return code;
}
