/* --add: the user's files and directories in a layer, owned by root, with normalised modes. */
#include "draft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The deepest directory that --add descends into. */
#define ADD_DEPTH_MAX 64

/* The entry at `dest` in this layer or, with links resolved, in the layers below. */
static const struct fp_entry *found_at(const struct fp_draft *draft, const char *dest)
{
    const struct fp_entry *own = fp_layer_builder_get(draft->builder, dest);
    return own != NULL ? own : fp_tree_resolve(draft->step->tree, dest);
}

static bool is_changed_by_conf(const struct fp_layer_step *step, const char *dest)
{
    if (step->plan->conf_keys.len == 0 || step->flink == NULL)
        return false;
    cleanup_free char *conf =
        fp_xasprintf("%s/conf/%s", step->flink->home + 1, step->flink->traits->config_file);
    return strcmp(dest, conf) == 0;
}

/* --add may replace a file of the distribution, but must not silently discard --conf settings. */
static enum fp_code make_way(struct fp_draft *draft, const char *dest, const char *source,
                             struct fp_error *err)
{
    const struct fp_entry *there = found_at(draft, dest);
    if (there != NULL && there->kind == FP_ENTRY_DIR) {
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "'%s' is no folder, and the image has the folder /%s", source,
                                 dest),
                         err, "to put it there: --add %s:/%s/", source, dest);
    }
    if (is_changed_by_conf(draft->step, dest))
        return fp_fail(err, FP_E_USAGE, "'%s' takes the place of the file that --conf changes",
                       source);
    fp_layer_builder_drop(draft->builder, dest);
    return FP_OK;
}

/* An existing directory keeps its mode and owner: /tmp stays writable if files are added to it. */
static enum fp_code declare_directory(struct fp_draft *draft, const char *dest, const char *source,
                                      struct fp_error *err)
{
    const struct fp_entry *there = found_at(draft, dest);
    if (there == NULL)
        fp_draft_dir(draft, dest, 0755, 0, 0);
    else if (there->kind != FP_ENTRY_DIR)
        return fp_fail(err, FP_E_INPUT, "'%s' is a folder, and /%s in the image is none", source,
                       dest);
    return fp_draft_check(draft, err);
}

/* A script with Windows line ends cannot be run: "env: 'bash\r': No such file". */
static void warn_about_lines(const struct fp_layer_step *step, const char *source)
{
    char head[256];
    size_t len = 0;
    cleanup_source struct fp_source *file = NULL;
    if (fp_source_open(source, &file, NULL) == FP_OK &&
        fp_source_read_full(file, head, sizeof(head), &len, NULL) == FP_OK &&
        fp_text_is_crlf_script(head, len))
        fp_report(step->plan->context->reporter, FP_EVENT_WARNING,
                  "--add: the lines of '%s' end as on Windows (CR LF), so that it cannot be run",
                  source);
}

static enum fp_code add_link(struct fp_draft *draft, const char *dest, const char *source,
                             struct fp_error *err)
{
    char target[4096];
    ssize_t len = readlink(source, target, sizeof(target) - 1);
    if (len < 0)
        return fp_fail_errno(err, FP_E_IO, "%s", source);
    if ((size_t) len >= sizeof(target) - 1)
        return fp_fail(err, FP_E_INPUT, "'%s': the link's target is longer than 4094 bytes",
                       source);
    target[len] = '\0';
    fp_draft_link(draft, dest, target);
    return fp_draft_check(draft, err);
}

static enum fp_code add_path(struct fp_draft *draft, const char *dest, const char *source, int mode,
                             int depth, struct fp_error *err);

static enum fp_code add_directory(struct fp_draft *draft, const char *dest, const char *source,
                                  int mode, int depth, struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    if (!fp_dir_names(source, "*", SIZE_MAX, &names))
        return fp_fail_errno(err, FP_E_IO, "%s", source);
    FP_TRY(declare_directory(draft, dest, source, err));
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *from = fp_path_join(source, names.items[i]);
        cleanup_free char *to = fp_path_join(dest, names.items[i]);
        FP_TRY(add_path(draft, to, from, mode, depth + 1, err));
    }
    return FP_OK;
}

static enum fp_code add_path(struct fp_draft *draft, const char *dest, const char *source, int mode,
                             int depth, struct fp_error *err)
{
    struct stat st;
    FP_TRY(fp_cancel_check(err));
    if (depth > ADD_DEPTH_MAX)
        return fp_fail(err, FP_E_INPUT, "'%s': more than %d folders deep", source, ADD_DEPTH_MAX);
    /* A link that the user named is followed; links below it stay links. */
    if ((depth == 0 ? stat(source, &st) : lstat(source, &st)) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s", source);
    if (S_ISDIR(st.st_mode))
        return add_directory(draft, dest, source, mode, depth, err);
    if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
        return fp_fail(err, FP_E_INPUT, "'%s': neither file, folder nor symbolic link", source);
    FP_TRY(make_way(draft, dest, source, err));
    if (!S_ISREG(st.st_mode))
        return add_link(draft, dest, source, err);
    if (!draft->is_listing)
        warn_about_lines(draft->step, source);
    fp_draft_file(draft, dest, mode, source, NULL);
    return fp_draft_check(draft, err);
}

enum fp_code fp_draft_adds(struct fp_draft *draft, struct fp_error *err)
{
    const struct fp_plan *plan = draft->step->plan;
    for (size_t i = 0; i < plan->add_count; i++) {
        const struct fp_plan_add *add = &plan->adds[i];
        if (fp_plan_add_is_for(add, &draft->step->base->platform))
            FP_TRY(fp_context(add_path(draft, add->dest, add->source, add->mode, 0, err), err,
                              "--add"));
    }
    return FP_OK;
}

enum fp_code fp_step_files(const struct fp_layer_step *step, struct fp_layer *ret,
                           struct fp_error *err)
{
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    bool any = false;
    for (size_t i = 0; i < step->plan->add_count; i++)
        any = any || fp_plan_add_is_for(&step->plan->adds[i], &step->base->platform);
    FP_TRY(fp_draft_adds(&draft, err));
    return any ? fp_draft_write(&draft, "files", ret, err) : FP_OK;
}
