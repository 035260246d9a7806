/* Converts libarchive's entry into ours, and refuses an entry that is out of bounds. */
#include "internal.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

/* Clean a path: "./a//b/" becomes "a/b", "./" becomes "", and so does "/" in a layer. NULL with a
 * fault if it cannot be cleaned. */
static char *clean_path(const char *raw, bool is_layer, const char **ret_fault)
{
    *ret_fault = raw[0] == '/' && !is_layer ? "is absolute" : NULL;
    if (raw[0] == '\0')
        *ret_fault = "is empty";
    if (strnlen(raw, FP_SCAN_MAX_PATH + 1) > FP_SCAN_MAX_PATH)
        *ret_fault = "is longer than 4096 bytes";
    if (*ret_fault != NULL)
        return NULL;
    char *path = fp_xmalloc(strlen(raw) + 1);
    size_t used = 0;
    for (const char *at = raw + strspn(raw, "/"); *at != '\0'; at += strspn(at, "/")) {
        size_t len = strcspn(at, "/");
        if (len != 1 || at[0] != '.') {
            used += used > 0;
            memcpy(path + used, at, len);
            used += len;
            path[used] = '/';
        }
        at += len;
    }
    path[used] = '\0';
    *ret_fault = used > 0 ? fp_path_fault(path, is_layer) : NULL;
    if (*ret_fault == NULL)
        return path;
    free(path);
    return NULL;
}

static enum fp_code read_path(struct archive_entry *raw, const char *name, bool is_layer,
                              struct fp_scan_entry *ret, struct fp_error *err)
{
    const char *fault = NULL;
    ret->raw_path = archive_entry_pathname(raw);
    if (ret->raw_path == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: an entry whose name cannot be read", name);
    ret->path = clean_path(ret->raw_path, is_layer, &fault);
    if (ret->path == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: entry \"%.200s\": the name %s", name, ret->raw_path,
                       fault);
    ret->entry.path = ret->path;
    return FP_OK;
}

static enum fp_code read_hard_link(const char *target, const char *name, bool is_layer,
                                   struct fp_scan_entry *ret, struct fp_error *err)
{
    const char *fault = NULL;
    ret->entry.kind = FP_ENTRY_HARDLINK;
    ret->entry.size = 0;
    ret->link = clean_path(target, is_layer, &fault);
    if (ret->link == NULL)
        return fp_fail(err, FP_E_INPUT,
                       "%s: entry \"%.200s\": the hard link's target \"%.200s\" %s", name,
                       ret->path, target, fault);
    ret->entry.link = ret->link;
    return FP_OK;
}

static enum fp_code read_symlink(const char *target, const char *name, struct fp_scan_entry *ret,
                                 struct fp_error *err)
{
    ret->entry.kind = FP_ENTRY_SYMLINK;
    ret->entry.size = 0;
    if (target == NULL || target[0] == '\0')
        return fp_fail(err, FP_E_INPUT, "%s: entry \"%.200s\": a symbolic link without a target",
                       name, ret->path);
    if (strnlen(target, FP_SCAN_MAX_PATH + 1) > FP_SCAN_MAX_PATH)
        return fp_fail(err, FP_E_INPUT,
                       "%s: entry \"%.200s\": the link's target is longer than 4096 bytes", name,
                       ret->path);
    ret->link = fp_xstrdup(target);
    ret->entry.link = ret->link;
    return FP_OK;
}

static enum fp_code read_kind(struct archive_entry *raw, const char *name, bool is_layer,
                              struct fp_scan_entry *ret, struct fp_error *err)
{
    const char *hard_link = archive_entry_hardlink(raw);
    if (hard_link != NULL)
        return read_hard_link(hard_link, name, is_layer, ret, err);
    mode_t type = archive_entry_filetype(raw);
    if (type == AE_IFLNK)
        return read_symlink(archive_entry_symlink(raw), name, ret, err);
    if (type == AE_IFREG || type == AE_IFDIR) {
        ret->entry.kind = type == AE_IFDIR ? FP_ENTRY_DIR : FP_ENTRY_FILE;
        ret->entry.size = type == AE_IFDIR ? 0 : ret->entry.size;
        return FP_OK;
    }
    ret->entry.kind = FP_ENTRY_DEVICE;
    ret->entry.size = 0;
    if (type == AE_IFCHR || type == AE_IFBLK || type == AE_IFIFO) {
        if (is_layer)
            return FP_OK;
        return fp_fail(err, FP_E_INPUT, "%s: entry \"%.200s\": a device or pipe", name, ret->path);
    }
    return fp_fail(err, FP_E_INPUT, "%s: entry \"%.200s\": of an unknown kind", name, ret->path);
}

static enum fp_code read_numbers(struct archive_entry *raw, const char *name,
                                 struct fp_scan_entry *ret, struct fp_error *err)
{
    la_int64_t uid = archive_entry_uid(raw);
    la_int64_t gid = archive_entry_gid(raw);
    la_int64_t size = archive_entry_size(raw);
    if (uid < 0 || gid < 0 || uid > FP_LAYER_MAX_ID || gid > FP_LAYER_MAX_ID)
        return fp_fail(err, FP_E_INPUT, "%s: entry \"%.200s\": an owner outside 0 to 4294967294",
                       name, ret->path);
    if (size < 0)
        return fp_fail(err, FP_E_INPUT, "%s: entry \"%.200s\": a negative size", name, ret->path);
    ret->entry.uid = (uint64_t) uid;
    ret->entry.gid = (uint64_t) gid;
    ret->entry.size = (uint64_t) size;
    ret->entry.mode = (unsigned) archive_entry_perm(raw) & 07777;
    ret->entry.mtime_s = archive_entry_mtime(raw);
    return FP_OK;
}

static enum fp_code read_xattrs(struct archive_entry *raw, const char *name,
                                struct fp_scan_entry *ret, struct fp_error *err)
{
    if (archive_entry_xattr_count(raw) == 0)
        return FP_OK;
    if (archive_entry_xattr_count(raw) > FP_XATTR_MAX_COUNT)
        return fp_fail(err, FP_E_INPUT, "%s: entry \"%.200s\": more than %d extended attributes",
                       name, ret->path, FP_XATTR_MAX_COUNT);
    ret->xattrs = json_object();
    ret->entry.xattrs = ret->xattrs;
    const char *key = NULL;
    const void *value = NULL;
    size_t len = 0;
    (void) archive_entry_xattr_reset(raw);
    while (archive_entry_xattr_next(raw, &key, &value, &len) == ARCHIVE_OK) {
        if (key == NULL || strlen(key) > FP_XATTR_MAX_NAME || len > FP_XATTR_MAX_BYTES)
            return fp_fail(err, FP_E_INPUT,
                           "%s: entry \"%.200s\": an extended attribute that is too large", name,
                           ret->path);
        cleanup_free char *text = fp_base64_encode(value, len);
        if (!fp_json_set(ret->xattrs, key, json_string(text)))
            return fp_fail(err, FP_E_INPUT,
                           "%s: entry \"%.200s\": an extended attribute whose name is not UTF-8",
                           name, ret->path);
    }
    return FP_OK;
}

enum fp_code fp_scan_entry_read(struct archive_entry *raw, const char *name, bool is_layer,
                                struct fp_scan_entry *ret, struct fp_error *err)
{
    FP_TRY(read_path(raw, name, is_layer, ret, err));
    FP_TRY(read_numbers(raw, name, ret, err));
    FP_TRY(read_kind(raw, name, is_layer, ret, err));
    FP_TRY(read_xattrs(raw, name, ret, err));
    if (ret->path[0] == '\0' && ret->entry.kind != FP_ENTRY_DIR)
        return fp_fail(err, FP_E_INPUT, "%s: the root is not a directory", name);
    return FP_OK;
}

void fp_scan_entry_clear(struct fp_scan_entry *entry)
{
    free(entry->path);
    free(entry->link);
    json_decref(entry->xattrs);
}
