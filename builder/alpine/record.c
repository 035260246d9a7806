#include "database.h"

#include <openssl/evp.h>
#include <string.h>

/* In base64. */
#define XATTR_MAX_BYTES ((size_t) 128 << 10)

/* A directory of a package and where its entry is, SIZE_MAX: only files in it have one. */
struct folder {
    const char *path;
    size_t len;
    size_t entry;
};

struct folders {
    struct folder *items;
    size_t count;
    size_t last; /* what was found last: entries come folder by folder */
};

static size_t parent_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t) (slash - path) : 0;
}

static bool is_folder(const struct folder *folder, const char *path, size_t len)
{
    return folder->len == len && memcmp(folder->path, path, len) == 0;
}

static struct folder *find_folder(struct folders *folders, const char *path, size_t len)
{
    if (folders->last < folders->count && is_folder(&folders->items[folders->last], path, len))
        return &folders->items[folders->last];
    for (size_t i = 0; i < folders->count; i++) {
        if (is_folder(&folders->items[i], path, len)) {
            folders->last = i;
            return &folders->items[i];
        }
    }
    folders->items = fp_xreallocarray(folders->items, folders->count + 1, sizeof(*folders->items));
    folders->last = folders->count;
    folders->items[folders->count] = (struct folder){path, len, SIZE_MAX};
    return &folders->items[folders->count++];
}

/* In the order in which the archive first speaks of them. */
static void list_folders(const struct fp_apk_contents *contents, struct folders *folders)
{
    for (size_t i = 0; i < contents->file_count; i++) {
        const struct fp_entry *entry = &contents->files[i].entry;
        if (entry->kind == FP_ENTRY_DIR)
            find_folder(folders, entry->path, strlen(entry->path))->entry = i;
        else
            (void) find_folder(folders, entry->path, parent_len(entry->path));
    }
}

/* The digest that apk keeps of extended attributes: names, terminated, and values, by name. */
static void xattrs_identity(const json_t *xattrs, char ret_text[32])
{
    char hex[FP_HASH_HEX_MAX];
    cleanup_strv struct fp_strv names = {0};
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA1);
    json_t *object = (json_t *) (uintptr_t) xattrs;
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at))
        fp_strv_add(&names, json_object_iter_key(at));
    fp_strv_sort(&names);
    for (size_t i = 0; i < names.len; i++) {
        const char *base64 = fp_json_string(xattrs, names.items[i]);
        size_t len = base64 != NULL ? strlen(base64) : 0;
        if (len == 0 || len > XATTR_MAX_BYTES || len > INT_MAX)
            continue;
        cleanup_free unsigned char *value = fp_xmalloc(len);
        int got = EVP_DecodeBlock(value, (const unsigned char *) base64, (int) len);
        got -= (len > 0 && base64[len - 1] == '=') + (len > 1 && base64[len - 2] == '=');
        fp_hash_update(hash, names.items[i], strlen(names.items[i]) + 1);
        if (got > 0)
            fp_hash_update(hash, value, (size_t) got);
    }
    fp_hash_hex(hash, hex);
    fp_apk_identity_text(hex, ret_text);
}

static enum fp_code write_access(char letter, const struct fp_entry *entry, unsigned usual,
                                 struct fp_buf *ret, struct fp_error *err)
{
    char xattrs[32] = "";
    unsigned mode = entry->kind == FP_ENTRY_SYMLINK ? 0777 : entry->mode;
    if (entry->xattrs != NULL && json_object_size(entry->xattrs) > 0)
        xattrs_identity(entry->xattrs, xattrs);
    if (mode == usual && entry->uid == 0 && entry->gid == 0 && xattrs[0] == '\0')
        return FP_OK;
    return fp_buf_addf(ret, err, "%c:%ju:%ju:%o%s%s\n", letter, (uintmax_t) entry->uid,
                       (uintmax_t) entry->gid, mode, xattrs[0] != '\0' ? ":" : "", xattrs);
}

static enum fp_code write_file(const struct fp_apk_file *file, struct fp_buf *ret,
                               struct fp_error *err)
{
    enum fp_code code = fp_buf_addf(ret, err, "R:%s\n", fp_path_base(file->entry.path));
    if (code == FP_OK)
        code = write_access('a', &file->entry, 0644, ret, err);
    if (code == FP_OK && file->identity[0] != '\0')
        code = fp_buf_addf(ret, err, "Z:%s\n", file->identity);
    return code;
}

static enum fp_code write_folder(const struct folder *folder,
                                 const struct fp_apk_contents *contents, struct fp_buf *ret,
                                 struct fp_error *err)
{
    enum fp_code code = fp_buf_addf(ret, err, "F:%.*s\n", (int) folder->len, folder->path);
    if (code == FP_OK && folder->entry != SIZE_MAX)
        code = write_access('M', &contents->files[folder->entry].entry, 0755, ret, err);
    for (size_t i = 0; i < contents->file_count && code == FP_OK; i++) {
        const struct fp_entry *entry = &contents->files[i].entry;
        if (entry->kind != FP_ENTRY_DIR && is_folder(folder, entry->path, parent_len(entry->path)))
            code = write_file(&contents->files[i], ret, err);
    }
    return code;
}

static enum fp_code write_header(const struct fp_apk_package *package,
                                 const struct fp_apk_contents *contents, struct fp_buf *ret,
                                 struct fp_error *err)
{
    enum fp_code code = FP_OK;
    for (enum fp_apk_field i = 0; i < FP_APK_REPLACES && code == FP_OK; i++) {
        if (package->fields[i] != NULL)
            code = fp_buf_addf(ret, err, "%c:%s\n", fp_apk_field_letter(i), package->fields[i]);
    }
    if (code == FP_OK && contents->replaces != NULL)
        code = fp_buf_addf(ret, err, "r:%s\n", contents->replaces);
    if (code == FP_OK && contents->replaces_priority != NULL)
        code = fp_buf_addf(ret, err, "q:%s\n", contents->replaces_priority);
    return code;
}

enum fp_code record_write(const struct fp_apk_package *package,
                          const struct fp_apk_contents *contents, struct fp_buf *ret,
                          struct fp_error *err)
{
    struct folders folders = {0};
    enum fp_code code = write_header(package, contents, ret, err);
    list_folders(contents, &folders);
    for (size_t i = 0; i < folders.count && code == FP_OK; i++)
        code = write_folder(&folders.items[i], contents, ret, err);
    free(folders.items);
    return code == FP_OK ? fp_buf_add_text(ret, "\n", err) : code;
}
