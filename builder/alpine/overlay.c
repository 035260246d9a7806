/* Decides how a file is written if the base or another package has the same path. */
#include "installer.h"

#include <string.h>

/* Configuration files are small. Larger ones are treated as changed. */
#define CONFIG_MAX_BYTES ((size_t) 1 << 20)
/* The limit for reading "replaces" lists, which is done for each file that two packages have. */
#define COMPARED_MAX_BYTES ((size_t) 32 << 20)

/* Whether a dependency in a list matches a package. */
static bool list_has(const char *list_text, const char *name, const char *version)
{
    struct fp_apk_text list = fp_apk_text(list_text);
    struct fp_apk_text word = {0};
    while (fp_apk_text_word(&list, &word)) {
        struct fp_apk_dependency dependency = {0};
        if (fp_apk_dependency_parse(word, &dependency, NULL) == FP_OK &&
            fp_apk_text_equal(dependency.name, fp_apk_text(name)) &&
            (version == NULL || fp_apk_dependency_accepts(&dependency, fp_apk_text(version))))
            return true;
    }
    return false;
}

static size_t text_len(const char *text)
{
    return text != NULL ? strlen(text) : 0;
}

static enum fp_code settle(struct installer *in, const struct fp_apk_arrival *arrival,
                           struct db_path *owner, enum file_fate *ret, struct fp_error *err)
{
    const char *const *fields = arrival->change.package->fields;
    const struct db_record *old = &in->db.records[owner->record];
    uint64_t priority = 0;
    (void) fp_apk_number(arrival->contents.replaces_priority, &priority);
    in->compared_bytes += text_len(arrival->contents.replaces) + text_len(old->replaces);
    if (in->compared_bytes > COMPARED_MAX_BYTES)
        return fp_fail(err, FP_E_INPUT, "%s-%s: too many files of packages that replace each other",
                       fields[FP_APK_NAME], fields[FP_APK_VERSION]);
    bool new_wins = list_has(arrival->contents.replaces, old->name, NULL);
    bool old_wins = list_has(old->replaces, fields[FP_APK_NAME], fields[FP_APK_VERSION]);
    *ret = FILE_PUT;
    if (old_wins && (!new_wins || old->replaces_priority > priority)) {
        *ret = FILE_SKIP;
        return FP_OK;
    }
    const char *origin = fields[FP_APK_ORIGIN];
    bool same_origin = origin != NULL && old->origin != NULL && strcmp(old->origin, origin) == 0;
    if (!new_wins && !same_origin && strcmp(old->name, fields[FP_APK_NAME]) != 0)
        return fp_fail(err, FP_E_INPUT, "%s-%s wants to put /%s, which belongs to %s",
                       fields[FP_APK_NAME], fields[FP_APK_VERSION], owner->path, old->name);
    fp_db_remove_path(&in->db, owner);
    return FP_OK;
}

/* Gets the identity of a file of the base, or "" if it cannot be determined. */
static enum fp_code base_identity(const struct installer *in, const char *path, char ret_text[32],
                                  struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX];
    const struct fp_entry *entry = fp_tree_get(in->root->tree, path);
    ret_text[0] = '\0';
    if (entry != NULL && entry->kind == FP_ENTRY_SYMLINK) {
        fp_hash_bytes(FP_SHA1, entry->link, strlen(entry->link), hex);
        fp_apk_identity_text(hex, ret_text);
        return FP_OK;
    }
    if (entry == NULL || entry->kind != FP_ENTRY_FILE || entry->size > CONFIG_MAX_BYTES)
        return FP_OK;
    cleanup_strv struct fp_strv paths = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(CONFIG_MAX_BYTES);
    fp_strv_add(&paths, path);
    FP_TRY(in->root->reader(in->root->context, &paths, &text, err));
    if (text.len > 0 || entry->size == 0) {
        fp_hash_bytes(FP_SHA1, fp_buf_text(&text), text.len, hex);
        fp_apk_identity_text(hex, ret_text);
    }
    return FP_OK;
}

static bool is_configuration(const char *path)
{
    return strncmp(path, "etc/", 4) == 0;
}

enum fp_code fp_overlay_check_kind(struct installer *in, const struct fp_apk_arrival *arrival,
                                   const struct fp_apk_file *file, struct fp_error *err)
{
    const char *path = file->entry.path;
    const char *const *fields = arrival->change.package->fields;
    bool is_folder = file->entry.kind == FP_ENTRY_DIR;
    const struct db_path *owner = fp_db_owner(&in->db, path, arrival->record);
    const struct fp_entry *there =
        is_folder ? fp_tree_resolve(in->root->tree, path) : fp_tree_get(in->root->tree, path);
    if (there == NULL || (there->kind == FP_ENTRY_DIR) == is_folder)
        return FP_OK;
    /* A directory may replace a file of a replaced package, because that file is deleted. */
    if (is_folder && owner == NULL && fp_db_former_owner(&in->db, path) != NULL)
        return FP_OK;
    return fp_fail(err, FP_E_INPUT, "%s-%s wants to put a %s at /%s, where %s has a %s",
                   fields[FP_APK_NAME], fields[FP_APK_VERSION], is_folder ? "folder" : "file", path,
                   owner != NULL ? in->db.records[owner->record].name : "the base",
                   is_folder ? "file" : "folder");
}

enum fp_code fp_overlay_decide(struct installer *in, struct fp_apk_arrival *arrival,
                               struct fp_apk_file *file, enum file_fate *ret, struct fp_error *err)
{
    const char *path = file->entry.path;
    const struct db_path *former = fp_db_former_owner(&in->db, path);
    struct db_path *owner = fp_db_owner(&in->db, path, arrival->record);
    char there[32];
    char as_installed[32] = "";
    *ret = FILE_PUT;
    if (owner != NULL || former != NULL)
        memcpy(as_installed, owner != NULL ? owner->identity : former->identity,
               sizeof(as_installed));
    for (; owner != NULL; owner = fp_db_owner(&in->db, path, arrival->record)) {
        FP_TRY(settle(in, arrival, owner, ret, err));
        if (*ret == FILE_SKIP)
            return FP_OK;
    }
    if (!is_configuration(path) || fp_tree_get(in->root->tree, path) == NULL)
        return FP_OK;
    FP_TRY(base_identity(in, path, there, err));
    if (strcmp(there, as_installed) != 0 && strcmp(there, file->identity) != 0)
        *ret = FILE_BESIDE;
    return FP_OK;
}

/* The paths to delete. */
struct leaving {
    struct installer *in;
    struct fp_strv files;        /* sorted */
    struct fp_apk_text *folders; /* of former packages, sorted */
    size_t folder_count;
    bool *emptied;            /* for each directory: it is deleted as well */
    struct fp_apk_text *kept; /* directories of packages that stay, sorted */
    size_t kept_count;
};

static int compare_folders(const void *left, const void *right)
{
    const struct fp_apk_text *a = left;
    const struct fp_apk_text *b = right;
    return fp_apk_text_compare(*a, *b);
}

static const struct fp_apk_text *find_folder(const struct fp_apk_text *sorted, size_t count,
                                             struct fp_apk_text folder)
{
    return count > 0 ? bsearch(&folder, sorted, count, sizeof(*sorted), compare_folders) : NULL;
}

/* Returns a sorted list without duplicates. */
static struct fp_apk_text *list_folders(const struct db *db, bool of_removed, size_t *ret_count)
{
    size_t count = 0;
    size_t kept = 0;
    struct fp_apk_text *list = fp_db_folders(db, of_removed, &count);
    if (count > 0)
        qsort(list, count, sizeof(*list), compare_folders);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || compare_folders(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    }
    *ret_count = kept;
    return list;
}

static int by_text(const void *path, const void *item)
{
    return strcmp(path, *(char *const *) item);
}

static bool is_gone(const struct leaving *leaving, const char *path)
{
    const struct fp_strv *files = &leaving->files;
    const struct fp_apk_text *folder =
        find_folder(leaving->folders, leaving->folder_count, fp_apk_text(path));
    if (folder != NULL && leaving->emptied[folder - leaving->folders])
        return true;
    return files->len > 0 &&
           bsearch(path, files->items, files->len, sizeof(*files->items), by_text) != NULL;
}

/* Lists the files of replaced packages that no package owns any more. Changed configuration files
 * stay. */
static enum fp_code leave_files(struct leaving *leaving, struct fp_error *err)
{
    struct installer *in = leaving->in;
    (void) fp_db_owner(&in->db, "", 0); /* sorts the paths */
    for (size_t i = 0; i < in->db.path_count; i++) {
        const struct db_path *path = &in->db.paths[i];
        char there[32] = "";
        if (!fp_db_is_removed(&in->db, path) ||
            fp_db_owner(&in->db, path->path, SIZE_MAX) != NULL ||
            fp_tree_get(in->root->tree, path->path) == NULL ||
            fp_tree_get(in->made, path->path) != NULL)
            continue;
        if (is_configuration(path->path)) {
            FP_TRY(base_identity(in, path->path, there, err));
            if (strcmp(there, path->identity) != 0)
                continue;
        }
        fp_strv_add(&leaving->files, path->path);
    }
    fp_strv_sort(&leaving->files);
    return FP_OK;
}

/* Whether a directory of the base becomes empty. */
static bool is_emptied(const struct leaving *leaving, const char *path)
{
    const struct installer *in = leaving->in;
    const struct fp_entry *there = fp_tree_get(in->root->tree, path);
    cleanup_strv struct fp_strv names = {0};
    if (there == NULL || there->kind != FP_ENTRY_DIR || fp_tree_get(in->made, path) != NULL)
        return false;
    fp_tree_children(in->made, path, &names);
    bool emptied = names.len == 0;
    fp_tree_children(in->root->tree, path, &names);
    for (size_t i = 0; i < names.len && emptied; i++) {
        cleanup_free char *child = fp_path_join(path, names.items[i]);
        emptied = is_gone(leaving, child);
    }
    return emptied;
}

/* Lists the directories that become empty, starting with the deepest ones. */
static void leave_folders(struct leaving *leaving)
{
    const struct db *db = &leaving->in->db;
    leaving->kept = list_folders(db, false, &leaving->kept_count);
    leaving->folders = list_folders(db, true, &leaving->folder_count);
    leaving->emptied = fp_xcalloc(leaving->folder_count + 1, sizeof(*leaving->emptied));
    for (size_t i = leaving->folder_count; i > 0; i--) {
        const struct fp_apk_text *folder = &leaving->folders[i - 1];
        cleanup_free char *path = fp_xstrndup(folder->ptr, folder->len);
        leaving->emptied[i - 1] =
            find_folder(leaving->kept, leaving->kept_count, *folder) == NULL &&
            is_emptied(leaving, path);
    }
}

/* Deletes a path, unless its parent directory is deleted, which includes the path. */
static void leave(const struct leaving *leaving, const char *path)
{
    const struct fp_apk_target *target = leaving->in->target;
    cleanup_free char *parent = fp_xstrndup(path, (size_t) (fp_path_base(path) - path));
    if (parent[0] != '\0')
        parent[strlen(parent) - 1] = '\0';
    if (is_gone(leaving, parent))
        return;
    fp_json_append(target->inputs, json_pack("[s, s]", path, "removed"));
    fp_layer_builder_remove(target->builder, path);
}

static void leaving_clear(struct leaving *leaving)
{
    free(leaving->folders);
    free(leaving->emptied);
    free(leaving->kept);
    fp_strv_clear(&leaving->files);
}

enum fp_code fp_overlay_sweep(struct installer *in, struct fp_error *err)
{
    __attribute__((cleanup(leaving_clear))) struct leaving leaving = {.in = in};
    FP_TRY(leave_files(&leaving, err));
    leave_folders(&leaving);
    for (size_t i = 0; i < leaving.files.len; i++)
        leave(&leaving, leaving.files.items[i]);
    for (size_t i = 0; i < leaving.folder_count; i++) {
        cleanup_free char *path = fp_xstrndup(leaving.folders[i].ptr, leaving.folders[i].len);
        if (leaving.emptied[i])
            leave(&leaving, path);
    }
    return FP_OK;
}
