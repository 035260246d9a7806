/* Installs packages: writes their files and apk's records about them to a layer. */
#include "flinkpack/http.h"
#include "installer.h"
#include "members.h"

#include <string.h>

#define INSTALLED_MAX_BYTES ((size_t) 32 << 20)
#define LINES_MAX_BYTES     ((size_t) 1 << 20)

static void put_file(struct installer *in, const struct fp_apk_file *file)
{
    struct fp_entry entry = file->entry;
    struct fp_content content = {.text = ""};
    cleanup_free char *beside = NULL;
    cleanup_blob struct fp_blob *blob = NULL;
    if (file->is_beside) {
        beside = fp_xasprintf("%s.apk-new", entry.path);
        entry.path = beside;
    }
    if (entry.kind == FP_ENTRY_FILE && entry.size > 0) {
        struct fp_descriptor descriptor = {.size = entry.size};
        blob = fp_blob_file(&descriptor, in->target->spool->path, -1, file->offset);
        content.blob = blob;
    }
    /* Existing directories of the base and of other packages are not changed. */
    const struct fp_entry *old = fp_tree_resolve(in->root->tree, entry.path);
    bool is_there =
        (old != NULL && old->kind == FP_ENTRY_DIR) || fp_tree_get(in->made, entry.path) != NULL;
    if (entry.kind != FP_ENTRY_DIR || !is_there)
        fp_installer_put(in, &entry, entry.kind == FP_ENTRY_FILE ? &content : NULL, file->identity);
}

/* An owner's name takes precedence over the number in the archive, if the image knows the name. */
static void resolve_owners(const struct installer *in, struct fp_apk_contents *contents)
{
    for (size_t i = 0; i < contents->file_count; i++) {
        struct fp_apk_file *file = &contents->files[i];
        file->entry.uid = fp_owner_id(in->users, file->user, file->entry.uid);
        file->entry.gid = fp_owner_id(in->groups, file->group, file->entry.gid);
    }
}

/* Compares each file of an arrival with existing files and those of earlier arrivals. A file that
 * it may not write is removed from its record. */
static enum fp_code settle_files(struct installer *in, struct fp_apk_arrival *arrival,
                                 struct fp_error *err)
{
    struct fp_apk_contents *contents = &arrival->contents;
    for (size_t i = 0; i < contents->file_count; i++) {
        struct fp_apk_file *file = &contents->files[i];
        enum file_fate fate = FILE_PUT;
        FP_TRY(fp_overlay_check_kind(in, arrival, file, err));
        if (file->entry.kind != FP_ENTRY_DIR)
            FP_TRY(fp_overlay_decide(in, arrival, file, &fate, err));
        if (fate == FILE_SKIP)
            fp_db_withdraw(&in->db, file->entry.path, arrival->record);
        file->is_beside = fate == FILE_BESIDE;
        if (file->is_beside)
            fp_report(in->target->reporter, FP_EVENT_WARNING,
                      "/%s was changed in the base: it stays, the package's own is /%s.apk-new",
                      file->entry.path, file->entry.path);
    }
    return FP_OK;
}

/* Each line of triggers begins with the identity of its package. */
static void forget_triggers(struct fp_buf *triggers, const json_t *gone)
{
    size_t kept = 0;
    size_t len = 0;
    for (size_t at = 0; at < triggers->len; at += len) {
        const char *line = triggers->data + at;
        const char *end = strchrnul(line, '\n');
        cleanup_free char *identity = fp_xstrndup(line, strcspn(line, " \n"));
        len = (size_t) (end - line) + (*end != '\0');
        if (json_object_get(gone, identity) != NULL)
            continue;
        memmove(triggers->data + kept, line, len);
        kept += len;
    }
    triggers->len = kept;
    if (triggers->data != NULL)
        triggers->data[kept] = '\0';
}

/* Marks all replaced packages as removed before any package is added, because files may move
 * between packages. Their triggers and scripts are removed too. Records of some other tools lack
 * the identity, and then no trigger or script refers to it. */
static enum fp_code retire_all(struct installer *in, struct fp_error *err)
{
    cleanup_json json_t *gone = json_object();
    char hex[41];
    for (size_t i = 0; i < in->count; i++) {
        const struct fp_apk_package *old = in->arrivals[i].change.replaced;
        const char *identity = old != NULL ? old->fields[FP_APK_IDENTITY] : NULL;
        if (old != NULL)
            in->db.records[old - in->root->packages.packages].is_removed = true;
        if (identity == NULL)
            continue;
        fp_json_set(gone, identity, json_true());
        if (!fp_apk_identity_hex(identity, hex))
            continue;
        cleanup_free char *other = fp_xasprintf("X1%s", hex);
        fp_json_set(gone, other, json_true());
    }
    forget_triggers(&in->triggers, gone);
    return fp_scripts_remove(&in->scripts, gone, err);
}

/* Adds the package's record with all its files, its scripts and its triggers. */
static enum fp_code enlist(struct installer *in, struct fp_apk_arrival *arrival,
                           struct fp_error *err)
{
    const struct fp_apk_package *package = arrival->change.package;
    cleanup_buf struct fp_buf record = FP_BUF_INIT(INSTALLED_MAX_BYTES);
    resolve_owners(in, &arrival->contents);
    FP_TRY(fp_record_write(package, &arrival->contents, &record, err));
    arrival->record = (uint32_t) in->db.record_count;
    FP_TRY(fp_db_add(&in->db, package, &arrival->contents, fp_buf_take(&record), err));
    FP_TRY(fp_scripts_add(&in->scripts, package, &arrival->contents, err));
    if (arrival->contents.triggers != NULL)
        fp_buf_putf(&in->triggers, "%s %s\n", package->fields[FP_APK_IDENTITY],
                    arrival->contents.triggers);
    return fp_buf_check(&in->triggers, err);
}

/* Whether another package owns the file now. */
static bool is_withdrawn(struct installer *in, const struct fp_apk_arrival *arrival,
                         const struct fp_apk_file *file)
{
    const struct db_path *owner = fp_db_owner(&in->db, file->entry.path, SIZE_MAX);
    return file->entry.kind != FP_ENTRY_DIR && (owner == NULL || owner->record != arrival->record);
}

static enum fp_code put_files(struct installer *in, struct fp_error *err)
{
    for (size_t i = 0; i < in->count; i++) {
        const struct fp_apk_contents *contents = &in->arrivals[i].contents;
        for (size_t k = 0; k < contents->file_count; k++) {
            struct fp_apk_file *file = &contents->files[k];
            file->is_withdrawn = is_withdrawn(in, &in->arrivals[i], file);
            if (!file->is_withdrawn)
                put_file(in, file);
        }
        FP_TRY(fp_context(fp_layer_builder_check(in->target->builder, err), err, "%s",
                          in->arrivals[i].change.package->fields[FP_APK_NAME]));
    }
    return FP_OK;
}

static enum fp_code put_scripts(struct installer *in, struct fp_error *err)
{
    cleanup_free char *path =
        fp_xasprintf("%s/scripts.tar%s", in->root->folder, in->root->scripts_gzip ? ".gz" : "");
    fp_scripts_finish(&in->scripts);
    FP_TRY(fp_buf_check(&in->scripts, err));
    if (!in->root->scripts_gzip) {
        fp_installer_put_text(in, path, 0644, fp_buf_text(&in->scripts), in->scripts.len);
        return FP_OK;
    }
    cleanup_buf struct fp_buf packed = FP_BUF_INIT(2 * SCRIPTS_MAX_BYTES);
    cleanup_sink struct fp_sink *gzip =
        fp_sink_compressed(fp_sink_buf(&packed), &(struct fp_compression){0}, 1);
    FP_TRY(fp_sink_write(gzip, fp_buf_text(&in->scripts), in->scripts.len, err));
    FP_TRY(fp_sink_finish(gzip, err));
    fp_installer_put_text(in, path, 0644, fp_buf_text(&packed), packed.len);
    return FP_OK;
}

static enum fp_code put_world(struct installer *in, const struct fp_strv *requests,
                              struct fp_error *err)
{
    cleanup_strv struct fp_strv world = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(LINES_MAX_BYTES);
    fp_apk_world_split(in->root, requests, &world);
    for (size_t i = 0; i < requests->len; i++) {
        if (!fp_strv_has(&world, requests->items[i]))
            fp_strv_add(&world, requests->items[i]);
    }
    fp_strv_sort(&world);
    for (size_t i = 0; i < world.len; i++)
        fp_buf_putf(&text, "%s\n", world.items[i]);
    FP_TRY(fp_buf_check(&text, err));
    if (strcmp(fp_buf_text(&text), in->root->world) != 0)
        fp_installer_put_text(in, "etc/apk/world", 0644, fp_buf_text(&text), text.len);
    return FP_OK;
}

static enum fp_code put_database(struct installer *in, struct fp_error *err)
{
    cleanup_buf struct fp_buf installed = FP_BUF_INIT(INSTALLED_MAX_BYTES);
    cleanup_free char *path = fp_path_join(in->root->folder, "installed");
    cleanup_free char *triggers = fp_path_join(in->root->folder, "triggers");
    FP_TRY(fp_db_render(&in->db, &installed, err));
    fp_installer_put_text(in, path, 0644, fp_buf_text(&installed), installed.len);
    fp_installer_put_text(in, triggers, 0644, fp_buf_text(&in->triggers), in->triggers.len);
    return put_scripts(in, err);
}

/* Writes the base's repositories without users and passwords, because everybody who has the image
 * could read them. */
static enum fp_code put_repositories(struct installer *in, struct fp_error *err)
{
    cleanup_strv struct fp_strv lines = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(LINES_MAX_BYTES);
    fp_strv_split(&lines, in->root->repository_texts.items[0], '\n');
    for (size_t i = 0; i < lines.len; i++) {
        cleanup_free char *bare = NULL;
        cleanup_free char *authorization = NULL;
        FP_TRY(fp_url_split_user(lines.items[i], &bare, &authorization, err));
        fp_buf_putf(&text, "%s\n", bare);
    }
    FP_TRY(fp_buf_check(&text, err));
    fp_installer_put_text(in, "etc/apk/repositories", 0644, fp_buf_text(&text), text.len);
    return FP_OK;
}

/* Writes the files of apk that a system made only of packages needs in addition. */
static enum fp_code put_apk_files(struct installer *in, struct fp_error *err)
{
    const struct fp_apk_system *root = in->root;
    cleanup_free char *arch = fp_xasprintf("%s\n", root->arch);
    if (root->has_database)
        return FP_OK;
    if (!fp_installer_has(in, "etc/apk/arch"))
        fp_installer_put_text(in, "etc/apk/arch", 0644, arch, strlen(arch));
    if (!fp_installer_has(in, "etc/apk/repositories"))
        FP_TRY(put_repositories(in, err));
    for (size_t i = 0; i < root->keys->count; i++) {
        const struct apk_key *key = &root->keys->keys[i];
        cleanup_free char *path = fp_path_join("etc/apk/keys", key->name);
        if (!fp_installer_has(in, path))
            fp_installer_put_text(in, path, 0644, key->pem, strlen(key->pem));
    }
    return FP_OK;
}

/* Loads the base's database, triggers and scripts. */
static enum fp_code load(struct installer *in, struct fp_error *err)
{
    const struct fp_buf *scripts = &in->root->scripts;
    FP_TRY(fp_db_load(&in->db, &in->root->packages, err));
    fp_buf_puts(&in->triggers, in->root->triggers);
    FP_TRY(fp_buf_check(&in->triggers, err));
    fp_buf_put(&in->scripts, fp_buf_text(scripts), scripts->len);
    FP_TRY(fp_buf_check(&in->scripts, err));
    return fp_scripts_open(&in->scripts, err);
}

static enum fp_code run(struct installer *in, const struct fp_strv *requests, struct fp_error *err)
{
    FP_TRY(fp_context(load(in, err), err, "base: /%s", in->root->folder));
    FP_TRY(retire_all(in, err));
    for (size_t i = 0; i < in->count; i++)
        FP_TRY(enlist(in, &in->arrivals[i], err));
    for (size_t i = 0; i < in->count; i++)
        FP_TRY(settle_files(in, &in->arrivals[i], err));
    FP_TRY(put_files(in, err));
    FP_TRY(fp_overlay_sweep(in, err));
    FP_TRY(fp_emulate_scripts(in, err));
    if (in->count > 0)
        FP_TRY(put_database(in, err));
    FP_TRY(put_apk_files(in, err));
    FP_TRY(put_world(in, requests, err));
    return fp_layer_builder_check(in->target->builder, err);
}

static void installer_clear(struct installer *in)
{
    fp_db_clear(&in->db);
    fp_buf_clear(&in->scripts);
    fp_buf_clear(&in->triggers);
    fp_tree_free(in->made);
    json_decref(in->users);
    json_decref(in->groups);
    fp_strv_clear(&in->unknown);
}

enum fp_code fp_apk_install(const struct fp_apk_system *root, struct fp_apk_arrival *arrivals,
                            size_t count, const struct fp_strv *requests,
                            const struct fp_apk_target *target, struct fp_error *err)
{
    __attribute__((cleanup(installer_clear))) struct installer in = {
        .root = root,
        .target = target,
        .arrivals = arrivals,
        .count = count,
        .scripts = FP_BUF_INIT(SCRIPTS_MAX_BYTES),
        .triggers = FP_BUF_INIT(LINES_MAX_BYTES),
        .users = fp_owners_read(root->passwd),
        .groups = fp_owners_read(root->group),
        .made = fp_tree_new()};
    for (size_t i = 0; i < count; i++)
        arrivals[i].record = UINT32_MAX;
    return run(&in, requests, err);
}
