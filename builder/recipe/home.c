/* /opt/flink: a real directory with Flink's scripts and settings, and links to the distribution. */
#include "draft.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Files that Flink may have to write belong to its user and to group 0, because a cluster may run
 * it with an arbitrary user ID in group 0. */
#define SHARED_DIR  0775U
#define SHARED_FILE 0664U

/* Link the entries of the distribution's directory `name` ("": its top) from a real directory,
 * because Flink's scripts search with find, which does not follow linked directories. */
static void link_directory(struct fp_draft *draft, const char *name, unsigned mode, uint64_t uid)
{
    const struct fp_distribution *dist = &draft->step->flink->dist;
    cleanup_free char *source = fp_xasprintf("%s/%s", dist->top, name);
    cleanup_free char *dest = fp_xasprintf("opt/flink/%s", name);
    cleanup_strv struct fp_strv names = {0};
    fp_tree_children(dist->tree, source, &names);
    fp_draft_dir(draft, dest, mode, uid, 0);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *from = fp_path_join(source, names.items[i]);
        cleanup_free char *below = fp_path_join(name, names.items[i]);
        cleanup_free char *path = fp_path_join("opt/flink", below);
        cleanup_free char *target = fp_xasprintf("/%s", from);
        const struct fp_entry *entry = fp_tree_get(dist->tree, from);
        if (entry != NULL && entry->kind == FP_ENTRY_DIR)
            link_directory(draft, below, mode, uid);
        else
            fp_draft_link(draft, path, target);
    }
}

/* `below` is the path of a link in the distribution, such as "bin/x". */
static enum fp_code copy_link(struct fp_draft *draft, const char *below,
                              const struct fp_entry *link, const struct fp_entry *as,
                              struct fp_error *err)
{
    const struct fp_distribution *dist = &draft->step->flink->dist;
    size_t top = strlen(dist->top);
    cleanup_free char *path = fp_path_join("opt/flink", below);
    if (link->kind == FP_ENTRY_SYMLINK) {
        fp_draft_link(draft, path, link->link);
        return FP_OK;
    }
    bool inside = strncmp(link->link, dist->top, top) == 0 && link->link[top] == '/';
    const struct fp_dist_file *file =
        inside ? fp_distribution_file(dist, link->link + top + 1) : NULL;
    if (file == NULL || file->data == NULL)
        return fp_fail(err, FP_E_INPUT,
                       "%s is a hard link to %s, which is no file in bin/ or conf/", link->path,
                       link->link);
    fp_draft_text(draft, path, as, file->data, file->len);
    return FP_OK;
}

/* Symbolic links among the scripts or settings stay links, as their targets are copied beside them.
 * A hard link becomes a file. */
static enum fp_code copy_links(struct fp_draft *draft, const char *name, const struct fp_entry *as,
                               struct fp_error *err)
{
    const struct fp_distribution *dist = &draft->step->flink->dist;
    cleanup_free char *directory = fp_path_join(dist->top, name);
    cleanup_strv struct fp_strv names = {0};
    fp_tree_children(dist->tree, directory, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *from = fp_path_join(directory, names.items[i]);
        cleanup_free char *below = fp_path_join(name, names.items[i]);
        const struct fp_entry *entry = fp_tree_get(dist->tree, from);
        bool is_link =
            entry != NULL && (entry->kind == FP_ENTRY_SYMLINK || entry->kind == FP_ENTRY_HARDLINK);
        if (is_link && fp_distribution_file(dist, below) == NULL)
            FP_TRY(copy_link(draft, below, entry, as, err));
    }
    return FP_OK;
}

/* Commands that run in the container later, as by 'kubectl exec', must use the settings that the
 * entrypoint has written. All of Flink's scripts read bin/config.sh first, so it selects them. */
static const char find_settings[] =
    "# What /docker-entrypoint.sh has made of the environment of this container.\n"
    "if [ -z \"${FLINK_CONF_DIR:-}\" ] && [ -O \"${TMPDIR:-/tmp}/flink-conf\" ]; then\n"
    "    FLINK_CONF_DIR=\"${TMPDIR:-/tmp}/flink-conf\"\n"
    "fi\n"
    "if [ -z \"${FLINK_LOG_DIR:-}\" ] && [ -O \"${TMPDIR:-/tmp}/flink-log\" ]; then\n"
    "    FLINK_LOG_DIR=\"${TMPDIR:-/tmp}/flink-log\"\n"
    "fi\n";

/* A version of the rules by which this file and fp_conf_patch() change Flink's own files: increase
 * it whenever the same files give others. */
#define RULES 1

static char program[FP_HASH_HEX_MAX];

static void hash_program(void)
{
    cleanup_json json_t *all = json_pack("[i, s, s]", RULES, fp_flink_entrypoint(), find_settings);
    fp_json_sha256(all, program);
}

const char *fp_setup_program(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void) pthread_once(&once, hash_program);
    return program;
}

static void copy_script(struct fp_draft *draft, const char *path, const struct fp_entry *as,
                        const struct fp_dist_file *file)
{
    const char *line_end = memchr(file->data, '\n', file->len);
    bool is_config = strcmp(file->path, "bin/config.sh") == 0 && line_end != NULL;
    size_t head = is_config ? (size_t) (line_end + 1 - file->data) : 0;
    cleanup_buf struct fp_buf text = FP_BUF_INIT(file->len + sizeof(find_settings));
    fp_buf_put(&text, file->data, head);
    fp_buf_puts(&text, is_config ? find_settings : "");
    fp_buf_put(&text, file->data + head, file->len - head);
    fp_draft_text(draft, path, as, fp_buf_text(&text), text.len);
}

/* The scripts are copies, not links, because they derive Flink's home from their real path. */
static enum fp_code copy_bin(struct fp_draft *draft, struct fp_error *err)
{
    const struct fp_distribution *dist = &draft->step->flink->dist;
    const struct fp_entry script = {.mode = 0755};
    fp_draft_dir(draft, "opt/flink/bin", 0755, 0, 0);
    for (size_t i = 0; i < dist->file_count; i++) {
        const struct fp_dist_file *file = &dist->files[i];
        if (strncmp(file->path, "bin/", 4) != 0)
            continue;
        cleanup_free char *path = fp_path_join("opt/flink", file->path);
        cleanup_free char *target = fp_xasprintf("/%s/%s", dist->top, file->path);
        if (fp_text_ends_with(file->path, ".jar"))
            fp_draft_link(draft, path, target);
        else
            copy_script(draft, path, &script, file);
    }
    return copy_links(draft, "bin", &script, err);
}

enum fp_code fp_patch_conf(const struct fp_layer_step *step, const char *text, size_t len,
                           char **ret, struct fp_error *err)
{
    const struct fp_plan *plan = step->plan;
    if (strlen(text) != len)
        return fp_fail(err, FP_E_INPUT, "it holds a NUL byte: no text file");
    size_t count = 0;
    cleanup_free struct fp_conf_entry *entries =
        fp_xcalloc(plan->conf_keys.len + 2, sizeof(*entries));
    if (step->flink->has_dist) {
        /* Like the official image, use fixed ports, which can be published, not random ones. */
        entries[count++] = (struct fp_conf_entry){"blob.server.port", "6124", true};
        entries[count++] = (struct fp_conf_entry){"query.server.port", "6125", true};
    }
    for (size_t i = 0; i < plan->conf_keys.len; i++)
        entries[count++] =
            (struct fp_conf_entry){plan->conf_keys.items[i], plan->conf_values.items[i], false};
    bool yaml = strcmp(step->flink->traits->config_file, "config.yaml") == 0;
    return fp_conf_patch(&step->flink->version, yaml, text, entries, count, ret, err);
}

static enum fp_code copy_conf(struct fp_draft *draft, struct fp_error *err)
{
    const struct fp_layer_step *step = draft->step;
    const struct fp_distribution *dist = &step->flink->dist;
    const struct fp_entry setting = {.mode = SHARED_FILE, .uid = step->plan->uid};
    cleanup_free char *patched = fp_path_join("conf", step->flink->traits->config_file);
    fp_draft_dir(draft, "opt/flink/conf", SHARED_DIR, step->plan->uid, 0);
    for (size_t i = 0; i < dist->file_count; i++) {
        const struct fp_dist_file *file = &dist->files[i];
        if (strncmp(file->path, "conf/", 5) != 0)
            continue;
        cleanup_free char *path = fp_path_join("opt/flink", file->path);
        cleanup_free char *text = NULL;
        if (strcmp(file->path, patched) == 0)
            FP_TRY(fp_context(fp_patch_conf(step, file->data, file->len, &text, err), err, "%s",
                              file->path));
        fp_draft_text(draft, path, &setting, text != NULL ? text : file->data,
                      text != NULL ? strlen(text) : file->len);
    }
    if (fp_distribution_file(dist, patched) == NULL)
        return fp_fail(err, FP_E_INPUT, "the distribution has no file %s", patched);
    return copy_links(draft, "conf", &setting, err);
}

/* Link all other entries at the distribution's top, such as examples and licences. */
static void link_rest(struct fp_draft *draft)
{
    const struct fp_distribution *dist = &draft->step->flink->dist;
    cleanup_strv struct fp_strv done = {0};
    cleanup_strv struct fp_strv names = {0};
    fp_strv_split(&done, "bin conf lib log opt plugins usrlib", ' ');
    fp_tree_children(dist->tree, dist->top, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *path = fp_path_join("opt/flink", names.items[i]);
        cleanup_free char *target = fp_xasprintf("/%s/%s", dist->top, names.items[i]);
        if (!fp_strv_has(&done, names.items[i]))
            fp_draft_link(draft, path, target);
    }
}

static bool dist_has(const struct fp_distribution *dist, const char *name)
{
    cleanup_free char *path = fp_xasprintf("%s/%s", dist->top, name);
    return fp_tree_get(dist->tree, path) != NULL;
}

enum fp_code fp_draft_home(struct fp_draft *draft, struct fp_error *err)
{
    const struct fp_flink *flink = draft->step->flink;
    uint64_t uid = draft->step->plan->uid;
    fp_draft_dir(draft, "opt/flink", SHARED_DIR, uid, 0);
    FP_TRY(copy_bin(draft, err));
    FP_TRY(copy_conf(draft, err));
    link_directory(draft, "lib", 0755, 0);
    fp_draft_dir(draft, "opt/flink/log", SHARED_DIR, uid, 0);
    if (dist_has(&flink->dist, "opt"))
        link_directory(draft, "opt", 0755, 0);
    if (dist_has(&flink->dist, "plugins") || flink->traits->has_plugins)
        link_directory(draft, "plugins", SHARED_DIR, uid);
    link_rest(draft);
    return fp_draft_check(draft, err);
}
