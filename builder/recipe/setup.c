/* The set-up layer: account, entrypoint, and Flink home with scripts and settings. */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

/* Files that Flink may have to write are owned by its user, and by the group 0, which arbitrary
 * user ids of a cluster have. */
#define SHARED_DIR  0775U
#define SHARED_FILE 0664U

/* /etc/passwd and its like keep the mode and owner that the base gave them, but for a mode that
 * lets a group write who root is: then `found`, what the base has in the file, is written again
 * even where `text`, what it should hold, is NULL. */
static enum fp_code account_file(const struct fp_layer_step *step, struct fp_draft *draft,
                                 const char *path, unsigned mode, const char *text,
                                 const char *found, bool *ret_any, struct fp_error *err)
{
    const struct fp_entry *old = fp_tree_resolve(step->tree, path);
    if (text == NULL && old != NULL && (old->mode & 022U) != 0)
        text = found;
    if (text == NULL)
        return FP_OK;
    *ret_any = true;
    cleanup_free char *real = fp_xstrdup(old != NULL ? old->path : path);
    struct fp_entry entry = {.path = real, .mode = mode};
    if (old != NULL) {
        entry.mode = old->mode & ~022U;
        entry.uid = old->uid;
        entry.gid = old->gid;
    }
    return fp_draft_text(draft, &entry, text, strlen(text), err);
}

static struct fp_account account_of(const struct fp_layer_step *step)
{
    return (struct fp_account){.name = "flink",
                               .uid = step->plan->uid,
                               .gid = step->plan->gid,
                               .home = step->flink->home,
                               .epoch_s = step->mtime_s};
}

static enum fp_code account_files(const struct fp_layer_step *step, struct fp_draft *draft,
                                  const char *passwd, const char *group, const char *shadow,
                                  bool *ret_any, struct fp_error *err)
{
    const struct fp_base_facts *facts = &step->base->facts;
    enum fp_code code =
        account_file(step, draft, "etc/passwd", 0644, passwd, facts->passwd, ret_any, err);
    if (code == FP_OK)
        code = account_file(step, draft, "etc/group", 0644, group, facts->group, ret_any, err);
    if (code == FP_OK)
        code = account_file(step, draft, "etc/shadow", 0640, shadow, facts->shadow, ret_any, err);
    return code;
}

enum fp_code fp_setup_user(const struct fp_layer_step *step, struct fp_draft *draft, bool *ret_any,
                           struct fp_error *err)
{
    cleanup_free char *passwd = NULL;
    cleanup_free char *shadow = NULL;
    const struct fp_account account = account_of(step);
    if (step->plan->user == NULL)
        return FP_OK;
    (void) fp_base_name_user(&step->base->facts, &account, &passwd, &shadow);
    return account_files(step, draft, passwd, NULL, shadow, ret_any, err);
}

static enum fp_code add_account(const struct fp_layer_step *step, struct fp_draft *draft,
                                struct fp_error *err)
{
    bool changed = false;
    if (step->plan->user != NULL)
        return fp_setup_user(step, draft, &changed, err);
    cleanup_free char *passwd = NULL;
    cleanup_free char *group = NULL;
    cleanup_free char *shadow = NULL;
    const struct fp_account account = account_of(step);
    enum fp_code code =
        fp_base_add_account(&step->base->facts, &account, &passwd, &group, &shadow, &changed, err);
    if (code != FP_OK) {
        fp_hint(err, "--user UID:GID runs Flink as another user, without an account");
        return code;
    }
    return account_files(step, draft, changed ? passwd : NULL, changed ? group : NULL,
                         changed ? shadow : NULL, &changed, err);
}

/* What is in the distribution's folder `name` ("" for its top), as links that stand in real
 * directories: Flink's scripts look for files with find, which follows no linked directory. */
static enum fp_code link_folder(const struct fp_layer_step *step, struct fp_draft *draft,
                                const char *name, unsigned mode, uint64_t uid, struct fp_error *err)
{
    const struct fp_distribution *dist = &step->flink->dist;
    cleanup_free char *source = fp_xasprintf("%s/%s", dist->top, name);
    cleanup_free char *dest = fp_xasprintf("opt/flink/%s", name);
    cleanup_strv struct fp_strv names = {0};
    fp_tree_children(dist->tree, source, &names);
    enum fp_code code = fp_draft_dir(draft, dest, mode, uid, 0, err);
    for (size_t i = 0; i < names.len && code == FP_OK; i++) {
        cleanup_free char *from = fp_path_join(source, names.items[i]);
        cleanup_free char *below = fp_path_join(name, names.items[i]);
        const struct fp_entry *entry = fp_tree_get(dist->tree, from);
        if (entry != NULL && entry->kind == FP_ENTRY_DIR) {
            code = link_folder(step, draft, below, mode, uid, err);
            continue;
        }
        cleanup_free char *path = fp_path_join("opt/flink", below);
        cleanup_free char *target = fp_xasprintf("/%s", from);
        code = fp_draft_link(draft, path, target, err);
    }
    return code;
}

/* `below`: "bin/x", which is a link in the distribution. */
static enum fp_code copy_link(const struct fp_distribution *dist, struct fp_draft *draft,
                              const char *below, const struct fp_entry *link,
                              const struct fp_entry *as, struct fp_error *err)
{
    size_t top = strlen(dist->top);
    struct fp_entry copy = *as;
    cleanup_free char *path = fp_path_join("opt/flink", below);
    copy.path = path;
    if (link->kind == FP_ENTRY_SYMLINK)
        return fp_draft_link(draft, path, link->link, err);
    bool inside = strncmp(link->link, dist->top, top) == 0 && link->link[top] == '/';
    const struct fp_dist_file *file =
        inside ? fp_distribution_file(dist, link->link + top + 1) : NULL;
    if (file == NULL)
        return fp_fail(err, FP_E_INPUT,
                       "%s is a hard link to %s, which is no file in bin/ or conf/", link->path,
                       link->link);
    return fp_draft_text(draft, &copy, file->data, file->len, err);
}

/* Links among the scripts or settings stay links: what they lead to is copied beside them. A hard
 * link is a file like any other. */
static enum fp_code copy_links(const struct fp_layer_step *step, struct fp_draft *draft,
                               const char *name, const struct fp_entry *as, struct fp_error *err)
{
    const struct fp_distribution *dist = &step->flink->dist;
    cleanup_free char *folder = fp_path_join(dist->top, name);
    cleanup_strv struct fp_strv names = {0};
    fp_tree_children(dist->tree, folder, &names);
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < names.len && code == FP_OK; i++) {
        cleanup_free char *from = fp_path_join(folder, names.items[i]);
        cleanup_free char *below = fp_path_join(name, names.items[i]);
        const struct fp_entry *entry = fp_tree_get(dist->tree, from);
        bool is_link =
            entry != NULL && (entry->kind == FP_ENTRY_SYMLINK || entry->kind == FP_ENTRY_HARDLINK);
        if (is_link && fp_distribution_file(dist, below) == NULL)
            code = copy_link(dist, draft, below, entry, as, err);
    }
    return code;
}

/* What the entrypoint has made of the environment counts for what is run in the container later,
 * as by 'kubectl exec': all of Flink's scripts read bin/config.sh first. */
static const char find_settings[] =
    "# What /docker-entrypoint.sh has made of the environment of this container.\n"
    "if [ -z \"${FLINK_CONF_DIR:-}\" ] && [ -O \"${TMPDIR:-/tmp}/flink-conf\" ]; then\n"
    "    FLINK_CONF_DIR=\"${TMPDIR:-/tmp}/flink-conf\"\n"
    "fi\n"
    "if [ -z \"${FLINK_LOG_DIR:-}\" ] && [ -O \"${TMPDIR:-/tmp}/flink-log\" ]; then\n"
    "    FLINK_LOG_DIR=\"${TMPDIR:-/tmp}/flink-log\"\n"
    "fi\n";

static enum fp_code copy_script(struct fp_draft *draft, const struct fp_entry *entry,
                                const struct fp_dist_file *file, struct fp_error *err)
{
    const char *line_end = memchr(file->data, '\n', file->len);
    if (strcmp(file->path, "bin/config.sh") != 0 || line_end == NULL)
        return fp_draft_text(draft, entry, file->data, file->len, err);
    size_t head = (size_t) (line_end + 1 - file->data);
    cleanup_buf struct fp_buf text = FP_BUF_INIT(file->len + sizeof(find_settings));
    FP_TRY(fp_buf_add(&text, file->data, head, err));
    FP_TRY(fp_buf_add_text(&text, find_settings, err));
    FP_TRY(fp_buf_add(&text, file->data + head, file->len - head, err));
    return fp_draft_text(draft, entry, text.data, text.len, err);
}

/* The scripts find Flink's home from where they really lie, so they are copies, not links. */
static enum fp_code copy_bin(const struct fp_layer_step *step, struct fp_draft *draft,
                             struct fp_error *err)
{
    const struct fp_distribution *dist = &step->flink->dist;
    enum fp_code code = fp_draft_dir(draft, "opt/flink/bin", 0755, 0, 0, err);
    for (size_t i = 0; i < dist->file_count && code == FP_OK; i++) {
        const struct fp_dist_file *file = &dist->files[i];
        if (strncmp(file->path, "bin/", 4) != 0)
            continue;
        cleanup_free char *path = fp_path_join("opt/flink", file->path);
        if (fp_text_ends_with(file->path, ".jar")) {
            cleanup_free char *target = fp_xasprintf("/%s/%s", dist->top, file->path);
            code = fp_draft_link(draft, path, target, err);
            continue;
        }
        struct fp_entry entry = {.path = path, .mode = 0755};
        code = copy_script(draft, &entry, file, err);
    }
    const struct fp_entry script = {.mode = 0755};
    return code == FP_OK ? copy_links(step, draft, "bin", &script, err) : code;
}

enum fp_code fp_setup_conf(const struct fp_layer_step *step, const char *text, size_t len,
                           char **ret, struct fp_error *err)
{
    const struct fp_plan *plan = step->plan;
    if (strlen(text) != len)
        return fp_fail(err, FP_E_INPUT, "it holds a NUL byte: no text file");
    size_t count = 0;
    cleanup_free struct fp_conf_entry *entries =
        fp_xcalloc(plan->conf_keys.len + 2, sizeof(*entries));
    if (step->flink->has_dist) {
        /* As the official image has it: ports that can be published, not random ones. */
        entries[count++] = (struct fp_conf_entry){"blob.server.port", "6124", true};
        entries[count++] = (struct fp_conf_entry){"query.server.port", "6125", true};
    }
    for (size_t i = 0; i < plan->conf_keys.len; i++)
        entries[count++] =
            (struct fp_conf_entry){plan->conf_keys.items[i], plan->conf_values.items[i], false};
    bool yaml = strcmp(step->flink->traits->config_file, "config.yaml") == 0;
    return fp_conf_patch(&step->flink->version, yaml, text, entries, count, ret, err);
}

static enum fp_code copy_conf(const struct fp_layer_step *step, struct fp_draft *draft,
                              struct fp_error *err)
{
    const struct fp_distribution *dist = &step->flink->dist;
    cleanup_free char *patched = fp_path_join("conf", step->flink->traits->config_file);
    bool found = false;
    enum fp_code code = fp_draft_dir(draft, "opt/flink/conf", SHARED_DIR, step->plan->uid, 0, err);
    for (size_t i = 0; i < dist->file_count && code == FP_OK; i++) {
        const struct fp_dist_file *file = &dist->files[i];
        if (strncmp(file->path, "conf/", 5) != 0)
            continue;
        cleanup_free char *path = fp_path_join("opt/flink", file->path);
        cleanup_free char *text = NULL;
        if (strcmp(file->path, patched) == 0) {
            found = true;
            code = fp_setup_conf(step, file->data, file->len, &text, err);
            if (code != FP_OK)
                return fp_context(code, err, "%s", file->path);
        }
        struct fp_entry entry = {.path = path, .mode = SHARED_FILE, .uid = step->plan->uid};
        code = fp_draft_text(draft, &entry, text != NULL ? text : file->data,
                             text != NULL ? strlen(text) : file->len, err);
    }
    if (code == FP_OK && !found)
        return fp_fail(err, FP_E_INPUT, "the distribution has no file %s", patched);
    const struct fp_entry setting = {.mode = SHARED_FILE, .uid = step->plan->uid};
    return code == FP_OK ? copy_links(step, draft, "conf", &setting, err) : code;
}

/* Whatever else the distribution has at its top is linked as it is: examples, licences. */
static enum fp_code link_rest(const struct fp_layer_step *step, struct fp_draft *draft,
                              struct fp_error *err)
{
    static const char *const done[] = {"bin", "conf", "lib", "log", "opt", "plugins", "usrlib"};
    const struct fp_distribution *dist = &step->flink->dist;
    cleanup_strv struct fp_strv names = {0};
    fp_tree_children(dist->tree, dist->top, &names);
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < names.len && code == FP_OK; i++) {
        bool skip = false;
        for (size_t k = 0; k < sizeof(done) / sizeof(done[0]); k++)
            skip = skip || strcmp(names.items[i], done[k]) == 0;
        if (skip)
            continue;
        cleanup_free char *path = fp_path_join("opt/flink", names.items[i]);
        cleanup_free char *target = fp_xasprintf("/%s/%s", dist->top, names.items[i]);
        code = fp_draft_link(draft, path, target, err);
    }
    return code;
}

static bool dist_has(const struct fp_layer_step *step, const char *name)
{
    cleanup_free char *path = fp_xasprintf("%s/%s", step->flink->dist.top, name);
    return fp_tree_get(step->flink->dist.tree, path) != NULL;
}

static enum fp_code add_home(const struct fp_layer_step *step, struct fp_draft *draft,
                             struct fp_error *err)
{
    uint64_t uid = step->plan->uid;
    FP_TRY(fp_draft_dir(draft, "opt/flink", SHARED_DIR, uid, 0, err));
    FP_TRY(copy_bin(step, draft, err));
    FP_TRY(copy_conf(step, draft, err));
    FP_TRY(link_folder(step, draft, "lib", 0755, 0, err));
    FP_TRY(fp_draft_dir(draft, "opt/flink/log", SHARED_DIR, uid, 0, err));
    if (dist_has(step, "opt"))
        FP_TRY(link_folder(step, draft, "opt", 0755, 0, err));
    if ((dist_has(step, "plugins") || step->flink->traits->has_plugins))
        FP_TRY(link_folder(step, draft, "plugins", SHARED_DIR, uid, err));
    return link_rest(step, draft, err);
}

/* Flink's half of its Python API, and the name that it starts Python by. */
static enum fp_code add_python(const struct fp_layer_step *step, struct fp_draft *draft,
                               struct fp_error *err)
{
    const struct fp_distribution *dist = &step->flink->dist;
    enum fp_code code = FP_OK;
    bool found = false;
    if (!step->plan->with_python3)
        return FP_OK;
    for (size_t i = 0; i < dist->opt_jars.len && code == FP_OK; i++) {
        const char *name = dist->opt_jars.items[i];
        if (strncmp(name, "flink-python", strlen("flink-python")) != 0)
            continue;
        cleanup_free char *path = fp_path_join("opt/flink/lib", name);
        cleanup_free char *target = fp_xasprintf("/%s/opt/%s", dist->top, name);
        found = true;
        code = fp_draft_link(draft, path, target, err);
    }
    if (code == FP_OK && !found)
        fp_report(step->plan->context->reporter, FP_EVENT_WARNING,
                  "--with-python3: Flink %s has no flink-python jar in opt/",
                  step->flink->version.text);
    if (code == FP_OK && fp_tree_resolve(step->tree, "usr/bin/python") == NULL)
        code = fp_draft_link(draft, "usr/bin/python", "python3", err);
    return code;
}

enum fp_code fp_step_setup(const struct fp_layer_step *step, struct fp_layer *ret,
                           struct fp_error *err)
{
    if (!step->flink->has_dist)
        return fp_step_extras(step, ret, err);
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    const char *entrypoint = fp_flink_entrypoint();
    struct fp_entry entry = {.path = "docker-entrypoint.sh", .mode = 0755};
    bool any = false;
    FP_TRY(fp_draft_text(&draft, &entry, entrypoint, strlen(entrypoint), err));
    FP_TRY(add_account(step, &draft, err));
    FP_TRY(add_home(step, &draft, err));
    FP_TRY(add_python(step, &draft, err));
    FP_TRY(fp_setup_extras(step, &draft, &any, err));
    return fp_draft_write(&draft, step, "setup", ret, err);
}
