#include "installer.h"

#include <string.h>

/* A file of configuration is a few lines; larger ones are taken for changed. */
#define CONFIG_MAX_BYTES ((size_t) 1 << 20)

/* Whether a list of dependencies speaks of a package. */
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

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* The later one of two arrivals has the file: the earlier one does not put it. */
static void withdraw(struct installer *in, const struct db_path *owner)
{
    for (size_t i = 0; i < in->count; i++) {
        struct fp_apk_contents *contents = &in->arrivals[i].contents;
        if (in->arrivals[i].record != owner->record)
            continue;
        for (size_t k = 0; k < contents->file_count; k++) {
            if (strcmp(contents->files[k].entry.path, owner->path) == 0)
                contents->files[k].is_withdrawn = true;
        }
    }
}

static enum fp_code settle(struct installer *in, const struct fp_apk_arrival *arrival,
                           struct db_path *owner, enum file_fate *ret, struct fp_error *err)
{
    const char *const *fields = arrival->change.package->fields;
    const struct db_record *old = &in->db.records[owner->record];
    uint64_t priority = 0;
    (void) fp_apk_number(arrival->contents.replaces_priority, &priority);
    bool new_wins = list_has(arrival->contents.replaces, old->name, NULL);
    bool old_wins = list_has(old->replaces, fields[FP_APK_NAME], fields[FP_APK_VERSION]);
    *ret = FILE_PUT;
    if (old_wins && (!new_wins || old->replaces_priority > priority)) {
        *ret = FILE_SKIP;
        return FP_OK;
    }
    if (!new_wins && !same_text(old->origin, fields[FP_APK_ORIGIN]) &&
        strcmp(old->name, fields[FP_APK_NAME]) != 0)
        return fp_fail(err, FP_E_INPUT, "%s-%s wants to put /%s, which belongs to %s",
                       fields[FP_APK_NAME], fields[FP_APK_VERSION], owner->path, old->name);
    withdraw(in, owner);
    db_remove_path(&in->db, owner);
    return FP_OK;
}

/* The identity of a file of the base, or "" where it cannot be told. */
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
    bool empty = entry->size == 0;
    cleanup_strv struct fp_strv paths = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(CONFIG_MAX_BYTES);
    fp_strv_add(&paths, path);
    enum fp_code code = in->root->reader(in->root->context, &paths, &text, err);
    if (code == FP_OK && (text.len > 0 || empty)) {
        fp_hash_bytes(FP_SHA1, fp_buf_text(&text), text.len, hex);
        fp_apk_identity_text(hex, ret_text);
    }
    return code;
}

static bool is_configuration(const char *path)
{
    return strncmp(path, "etc/", 4) == 0;
}

enum fp_code overlay_check_kind(struct installer *in, const struct fp_apk_arrival *arrival,
                                const struct fp_apk_file *file, struct fp_error *err)
{
    const char *path = file->entry.path;
    const char *const *fields = arrival->change.package->fields;
    bool is_folder = file->entry.kind == FP_ENTRY_DIR;
    const struct fp_entry *there =
        is_folder ? fp_tree_resolve(in->root->tree, path) : fp_tree_get(in->root->tree, path);
    if (there == NULL || (there->kind == FP_ENTRY_DIR) == is_folder)
        return FP_OK;
    /* Its former version's own file may become a folder, as that file goes. */
    if (is_folder && db_owner(&in->db, path) == NULL && db_former_owner(&in->db, path) != NULL)
        return FP_OK;
    return fp_fail(err, FP_E_INPUT, "%s-%s wants to put a %s at /%s, where the base has a %s",
                   fields[FP_APK_NAME], fields[FP_APK_VERSION], is_folder ? "folder" : "file", path,
                   is_folder ? "file" : "folder");
}

enum fp_code overlay_decide(struct installer *in, struct fp_apk_arrival *arrival,
                            struct fp_apk_file *file, enum file_fate *ret, struct fp_error *err)
{
    struct db_path *owner = db_owner(&in->db, file->entry.path);
    char there[32];
    char as_installed[32] = "";
    *ret = FILE_PUT;
    if (owner != NULL) {
        memcpy(as_installed, owner->identity, sizeof(as_installed));
        enum fp_code code = settle(in, arrival, owner, ret, err);
        if (code != FP_OK || *ret == FILE_SKIP)
            return code;
    } else if (arrival->change.replaced != NULL) {
        const struct db_path *former = db_former_owner(&in->db, file->entry.path);
        if (former != NULL)
            memcpy(as_installed, former->identity, sizeof(as_installed));
    }
    if (!is_configuration(file->entry.path) ||
        fp_tree_get(in->root->tree, file->entry.path) == NULL)
        return FP_OK;
    enum fp_code code = base_identity(in, file->entry.path, there, err);
    if (code == FP_OK && strcmp(there, as_installed) != 0 && strcmp(there, file->identity) != 0)
        *ret = FILE_BESIDE;
    return code;
}

static int by_text(const void *path, const void *item)
{
    return strcmp(path, *(char *const *) item);
}

static bool has_path(const struct fp_strv *sorted, const char *path)
{
    return sorted->len > 0 &&
           bsearch(path, sorted->items, sorted->len, sizeof(*sorted->items), by_text) != NULL;
}

static enum fp_code retire_path(struct installer *in, const char *path, const char *identity,
                                struct fp_error *err)
{
    char there[32] = "";
    if (fp_tree_get(in->root->tree, path) == NULL)
        return FP_OK;
    enum fp_code code = is_configuration(path) ? base_identity(in, path, there, err) : FP_OK;
    if (code != FP_OK || (is_configuration(path) && strcmp(there, identity) != 0))
        return code;
    json_array_append_new(in->target->inputs, json_pack("[s, s]", path, "removed"));
    return fp_layer_builder_remove(in->target->builder, path, err);
}

enum fp_code overlay_retire(struct installer *in, const struct fp_apk_arrival *arrival,
                            struct fp_error *err)
{
    struct db_record *old = db_find(&in->db, arrival->change.package->fields[FP_APK_NAME]);
    cleanup_strv struct fp_strv arriving = {0};
    enum fp_code code = FP_OK;
    if (old == NULL)
        return FP_OK;
    for (size_t i = 0; i < arrival->contents.file_count; i++)
        fp_strv_add(&arriving, arrival->contents.files[i].entry.path);
    fp_strv_sort(&arriving);
    uint32_t number = (uint32_t) (old - in->db.records);
    for (size_t i = 0; i < in->db.path_count && code == FP_OK; i++) {
        const struct db_path *path = &in->db.paths[i];
        if (path->record == number && !path->is_removed && !has_path(&arriving, path->path))
            code = retire_path(in, path->path, path->identity, err);
    }
    db_remove(&in->db, old);
    return code;
}
