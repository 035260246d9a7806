/* Writes entries to the layer of an installation, and records them. */
#include "installer.h"

#include <string.h>

void fp_installer_put(struct installer *in, const struct fp_entry *entry,
                      const struct fp_content *content, const char *what)
{
    struct fp_error failure = {0};
    fp_json_append(in->target->inputs,
                   json_pack("[s, i, i, I, I, I, s, O?]", entry->path, (int) entry->kind,
                             (int) entry->mode, (json_int_t) entry->uid, (json_int_t) entry->gid,
                             (json_int_t) entry->mtime_s, what, entry->xattrs));
    fp_layer_builder_add(in->target->builder, entry, content);
    if (fp_tree_put(in->made, entry, &failure) != FP_OK)
        fp_layer_builder_fail(in->target->builder, &failure);
}

void fp_installer_put_text(struct installer *in, const char *path, unsigned mode, const char *text,
                           size_t len)
{
    const struct fp_entry *old = fp_tree_resolve(in->root->tree, path);
    cleanup_free char *real = fp_xstrdup(old != NULL ? old->path : path);
    struct fp_content content = {.text = text, .text_len = len};
    struct fp_entry entry = {
        .path = real, .kind = FP_ENTRY_FILE, .mode = mode, .size = len, .mtime_s = -1};
    if (old != NULL) {
        entry.mode = old->mode;
        entry.uid = old->uid;
        entry.gid = old->gid;
    }
    fp_installer_put(in, &entry, &content, fp_digest_of(text, len).text);
}

bool fp_installer_has(const struct installer *in, const char *path)
{
    return fp_tree_resolve(in->root->tree, path) != NULL || fp_tree_get(in->made, path) != NULL;
}

static void put_link(struct installer *in, const char *path, const char *target)
{
    struct fp_entry entry = {
        .path = path, .kind = FP_ENTRY_SYMLINK, .mode = 0777, .link = target, .mtime_s = -1};
    fp_installer_put(in, &entry, NULL, target);
}

void fp_installer_put_link(struct installer *in, const char *path, const char *target)
{
    if (!fp_installer_has(in, path))
        put_link(in, path, target);
}

void fp_installer_move_link(struct installer *in, const char *path, const char *target)
{
    const struct fp_entry *old = fp_tree_get(in->root->tree, path);
    bool is_other = old != NULL && old->kind == FP_ENTRY_SYMLINK && strcmp(old->link, target) != 0;
    if (is_other && fp_tree_get(in->made, path) == NULL)
        put_link(in, path, target);
    else
        fp_installer_put_link(in, path, target);
}

enum fp_code fp_installer_read(const struct installer *in, const struct fp_apk_file *file,
                               struct fp_buf *ret, struct fp_error *err)
{
    const struct fp_apk_spool *spool = in->target->spool;
    int fd = -1;
    FP_TRY(fp_file_open(spool->path, &fd, NULL, err));
    cleanup_source struct fp_source *source =
        fp_source_fd(fd, spool->path, file->offset, file->entry.size);
    return fp_source_read_all(source, ret, err);
}
