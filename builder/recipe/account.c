/* The account that Flink runs as, in the image's /etc/passwd, /etc/group and /etc/shadow. */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

/* The contents of these files, or the contents that they should get. */
struct account_files {
    char *passwd;
    char *group;
    char *shadow;
};

static void account_files_clear(struct account_files *files)
{
    free(files->passwd);
    free(files->group);
    free(files->shadow);
}

/* The files keep the mode and owner of the base, except for a mode that lets others than root
 * change accounts. A file with such a mode is written again: with `found`, its content in the base,
 * if there is no new content in `text`. */
static void put_file(struct fp_draft *draft, const char *path, unsigned mode, const char *text,
                     const char *found)
{
    const struct fp_entry *old = fp_tree_resolve(draft->step->tree, path);
    if (text == NULL && old != NULL && (old->mode & 022U) != 0)
        text = found;
    if (text == NULL)
        return;
    cleanup_free char *real = fp_xstrdup(old != NULL ? old->path : path);
    struct fp_entry entry = {.mode = mode};
    if (old != NULL) {
        entry.mode = old->mode & ~022U;
        entry.uid = old->uid;
        entry.gid = old->gid;
    }
    fp_draft_text(draft, real, &entry, text, strlen(text));
}

enum fp_code fp_draft_account(struct fp_draft *draft, struct fp_error *err)
{
    const struct fp_plan *plan = draft->step->plan;
    const struct fp_base_facts *facts = &draft->step->base->facts;
    const struct fp_account account = {.name = "flink",
                                       .uid = plan->uid,
                                       .gid = plan->gid,
                                       .home = draft->step->flink->home,
                                       .epoch_s = draft->step->mtime_s};
    __attribute__((cleanup(account_files_clear))) struct account_files files = {0};
    bool changed = true;
    if (plan->user != NULL)
        (void) fp_base_name_user(facts, &account, &files.passwd, &files.shadow);
    else
        FP_TRY(fp_hinted(fp_base_add_account(facts, &account, &files.passwd, &files.group,
                                             &files.shadow, &changed, err),
                         err, "--user UID:GID runs Flink as another user, without an account"));
    put_file(draft, "etc/passwd", 0644, changed ? files.passwd : NULL, facts->passwd);
    put_file(draft, "etc/group", 0644, changed ? files.group : NULL, facts->group);
    put_file(draft, "etc/shadow", 0640, changed ? files.shadow : NULL, facts->shadow);
    return fp_draft_check(draft, err);
}
