/* The set-up layer: account, entrypoint, Flink's home, and the user's additions. */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

/* Add Flink's jar for its Python API, and the name by which Flink starts Python. */
static void add_python(struct fp_draft *draft)
{
    const struct fp_layer_step *step = draft->step;
    const struct fp_distribution *dist = &step->flink->dist;
    bool found = false;
    for (size_t i = 0; i < dist->opt_jars.len; i++) {
        const char *name = dist->opt_jars.items[i];
        if (strncmp(name, "flink-python", strlen("flink-python")) != 0)
            continue;
        cleanup_free char *path = fp_path_join("opt/flink/lib", name);
        cleanup_free char *target = fp_xasprintf("/%s/opt/%s", dist->top, name);
        found = true;
        fp_draft_link(draft, path, target);
    }
    if (!found)
        fp_report(step->plan->context->reporter, FP_EVENT_WARNING,
                  "--with-python3: Flink %s has no flink-python jar in opt/",
                  step->flink->version.text);
    if (fp_tree_resolve(step->tree, "usr/bin/python") == NULL)
        fp_draft_link(draft, "usr/bin/python", "python3");
}

static enum fp_code set_up(struct fp_draft *draft, struct fp_layer *ret, struct fp_error *err)
{
    const char *entrypoint = fp_flink_entrypoint();
    const struct fp_entry script = {.mode = 0755};
    fp_draft_text(draft, "docker-entrypoint.sh", &script, entrypoint, strlen(entrypoint));
    FP_TRY(fp_draft_account(draft, err));
    FP_TRY(fp_draft_home(draft, err));
    if (draft->step->plan->with_python3)
        add_python(draft);
    FP_TRY(fp_draft_check(draft, err));
    FP_TRY(fp_draft_extras(draft, err));
    return fp_draft_write(draft, "setup", ret, err);
}

static enum fp_code patch_image_conf(struct fp_draft *draft, struct fp_error *err)
{
    const struct fp_layer_step *step = draft->step;
    cleanup_free char *conf = fp_below_home(step, "conf");
    cleanup_free char *path = fp_path_join(conf, step->flink->traits->config_file);
    cleanup_free char *patched = NULL;
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    FP_TRY(fp_context(fp_base_image_read(step->base, path, &text, err), err, "--conf"));
    FP_TRY(fp_context(fp_patch_conf(step, fp_buf_text(&text), text.len, &patched, err), err, "%s",
                      path));
    const struct fp_entry *old = fp_tree_resolve(step->tree, path);
    const struct fp_entry usual = {.mode = 0664};
    fp_draft_text(draft, path, old != NULL ? old : &usual, patched, strlen(patched));
    return FP_OK;
}

/* An image that has Flink gets only the changes that were asked for, if any. */
static enum fp_code set_up_image(struct fp_draft *draft, struct fp_layer *ret, struct fp_error *err)
{
    const struct fp_plan *plan = draft->step->plan;
    if (plan->user != NULL)
        FP_TRY(fp_draft_account(draft, err));
    FP_TRY(fp_draft_extras(draft, err));
    if (plan->conf_keys.len > 0)
        FP_TRY(patch_image_conf(draft, err));
    bool any = json_object_size(draft->inputs) > 0 ||
               plan->libs.len + plan->plugin_count + plan->add_count > 0;
    return any ? fp_draft_write(draft, "setup", ret, err) : FP_OK;
}

enum fp_code fp_step_setup(const struct fp_layer_step *step, struct fp_layer *ret,
                           struct fp_error *err)
{
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    return step->flink->has_dist ? set_up(&draft, ret, err) : set_up_image(&draft, ret, err);
}
