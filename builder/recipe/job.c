/* The class and the times of the job, and the layers of Hadoop and of the job. */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

const char *fp_job_classname(const struct fp_plan *plan, const struct fp_flink *flink)
{
    if (plan->job_classname != NULL)
        return plan->job_classname;
    /* Before 1.8 the entrypoint must name the class; later Flink finds it in the manifest. */
    for (size_t i = 0; flink->traits->needs_job_classname && i < plan->job_jars.len; i++) {
        if (plan->jars[i].main_class != NULL)
            return plan->jars[i].main_class;
    }
    return NULL;
}

int64_t fp_inputs_time(const struct fp_plan *plan, const struct fp_flink *flink)
{
    int64_t dist = fp_dist_time(flink);
    int64_t job = fp_job_time(plan);
    return job > dist ? job : dist;
}

int64_t fp_dist_time(const struct fp_flink *flink)
{
    return flink->has_dist && flink->dist.newest_mtime_s > FP_EARLIEST_TIME
               ? flink->dist.newest_mtime_s
               : FP_EARLIEST_TIME;
}

int64_t fp_job_time(const struct fp_plan *plan)
{
    int64_t newest = FP_EARLIEST_TIME;
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        if (plan->jars[i].newest_entry_s > newest)
            newest = plan->jars[i].newest_entry_s;
    }
    return newest;
}

bool fp_keeps_job(const struct fp_flink *flink, const struct fp_base_image *base)
{
    const json_t *config = json_object_get(base->config.document, "config");
    const char *type = fp_json_string(json_object_get(config, "Labels"), "flinkpack.type");
    return !flink->has_dist && type != NULL && strcmp(type, "job") == 0;
}

enum fp_code fp_step_hadoop(const struct fp_layer_step *step, struct fp_layer *ret,
                            struct fp_error *err)
{
    const struct fp_release *release = &step->flink->release;
    if (release->hadoop == NULL)
        FP_TRY(fp_flink_fetch(step->plan, step->flink, step->origin, err));
    if (release->hadoop == NULL)
        return FP_OK;
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    cleanup_free char *path = fp_xasprintf("opt/flink/lib/%s", release->hadoop_name);
    fp_draft_dir(&draft, "opt/flink", 0775, step->plan->uid, 0);
    fp_draft_input(&draft, path, 0644, release->hadoop);
    return fp_draft_write(&draft, "hadoop", ret, err);
}

void fp_old_jars(const struct fp_layer_step *step, const char *directory, struct fp_strv *ret)
{
    const struct fp_strv *old = &step->base->old_jars;
    for (size_t i = 0; i < old->len; i++) {
        cleanup_free char *path = fp_path_join(directory, old->items[i]);
        bool is_there = old->items[i][0] != '\0' && fp_tree_get(step->tree, path) != NULL;
        if (is_there && !fp_strv_has(&step->plan->job_names, old->items[i]))
            fp_strv_add(ret, path);
    }
}

/* The job is in usrlib/ since 1.10, and in lib/ before. It consists of real files without
 * subdirectories, as some versions neither recurse nor follow links (FLINK-35358, FLINK-37183). */
enum fp_code fp_step_job(const struct fp_layer_step *step, struct fp_layer *ret,
                         struct fp_error *err)
{
    const struct fp_plan *plan = step->plan;
    if (plan->job_jars.len == 0)
        return FP_OK;
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    cleanup_strv struct fp_strv old = {0};
    cleanup_free char *directory =
        fp_below_home(step, step->flink->traits->has_usrlib ? "usrlib" : "lib");
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        cleanup_free char *path = fp_path_join(directory, plan->job_names.items[i]);
        const char *sha256 = plan->jars[i].sha256[0] != '\0' ? plan->jars[i].sha256 : NULL;
        fp_draft_file(&draft, path, 0644, plan->job_jars.items[i], sha256);
    }
    fp_old_jars(step, directory, &old);
    for (size_t i = 0; i < old.len; i++)
        fp_draft_remove(&draft, old.items[i]);
    return fp_draft_write(&draft, "job", ret, err);
}
