/* Writes a package's record for the database of installed packages, as apk would. */
#include "database.h"

#include <string.h>

/* The limit of an attribute's value in base64. */
#define XATTR_MAX_BYTES ((size_t) 128 << 10)

/* An entry of the archive, with the directory that it describes or is in. */
struct place {
    const struct fp_apk_file *file;
    struct fp_apk_text folder;
    size_t number; /* the number of the entry */
    size_t first;  /* the number of the first entry with the same directory */
};

static int by_folder(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    int order = fp_apk_text_compare(a->folder, b->folder);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

static int by_first(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    int order = (a->first > b->first) - (a->first < b->first);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

/* Lists entries by directory, in the order of each directory's first entry in the archive. The
 * caller frees the list. */
static struct place *list_places(const struct fp_apk_contents *contents)
{
    size_t count = contents->file_count;
    struct place *places = fp_xcalloc(count + 1, sizeof(*places));
    for (size_t i = 0; i < count; i++) {
        const struct fp_entry *entry = &contents->files[i].entry;
        const char *slash = strrchr(entry->path, '/');
        size_t parent = slash != NULL ? (size_t) (slash - entry->path) : 0;
        places[i] = (struct place){
            .file = &contents->files[i],
            .folder = {entry->path, entry->kind == FP_ENTRY_DIR ? strlen(entry->path) : parent},
            .number = i,
        };
    }
    qsort(places, count, sizeof(*places), by_folder);
    for (size_t i = 0; i < count; i++) {
        bool goes_on = i > 0 && fp_apk_text_equal(places[i].folder, places[i - 1].folder);
        places[i].first = goes_on ? places[i - 1].first : places[i].number;
    }
    qsort(places, count, sizeof(*places), by_first);
    return places;
}

/* Hashes a text after its length, which is a number of four bytes. */
static void hash_text(struct fp_hash *hash, const void *data, size_t len)
{
    const unsigned char size[4] = {(unsigned char) (len >> 24), (unsigned char) (len >> 16),
                                   (unsigned char) (len >> 8), (unsigned char) len};
    fp_hash_update(hash, size, sizeof(size));
    fp_hash_update(hash, data, len);
}

/* Computes apk's digest of extended attributes: of names and values, sorted by name. */
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
        if (len > XATTR_MAX_BYTES)
            continue;
        cleanup_free unsigned char *value = base64 != NULL ? fp_base64_decode(base64, &len) : NULL;
        hash_text(hash, names.items[i], strlen(names.items[i]));
        hash_text(hash, value != NULL ? (const char *) value : "", value != NULL ? len : 0);
    }
    fp_hash_hex(hash, hex);
    fp_apk_identity_text(hex, ret_text);
}

static void write_access(char letter, const struct fp_entry *entry, unsigned usual,
                         struct fp_buf *ret)
{
    char xattrs[32] = "";
    unsigned mode = entry->kind == FP_ENTRY_SYMLINK ? 0777 : entry->mode;
    if (entry->xattrs != NULL && json_object_size(entry->xattrs) > 0)
        xattrs_identity(entry->xattrs, xattrs);
    if (mode != usual || entry->uid != 0 || entry->gid != 0 || xattrs[0] != '\0')
        fp_buf_putf(ret, "%c:%ju:%ju:%o%s%s\n", letter, (uintmax_t) entry->uid,
                    (uintmax_t) entry->gid, mode, xattrs[0] != '\0' ? ":" : "", xattrs);
}

static void write_file(const struct fp_apk_file *file, struct fp_buf *ret)
{
    fp_buf_putf(ret, "R:%s\n", fp_path_base(file->entry.path));
    write_access('a', &file->entry, 0644, ret);
    if (file->identity[0] != '\0')
        fp_buf_putf(ret, "Z:%s\n", file->identity);
}

/* Writes the line of a directory, then the lines of its files. */
static void write_folder(const struct place *places, size_t count, struct fp_buf *ret)
{
    const struct fp_entry *folder = NULL;
    fp_buf_putf(ret, "F:%.*s\n", (int) places->folder.len, places->folder.ptr);
    for (size_t i = 0; i < count; i++) {
        if (places[i].file->entry.kind == FP_ENTRY_DIR)
            folder = &places[i].file->entry;
    }
    if (folder != NULL)
        write_access('M', folder, 0755, ret);
    for (size_t i = 0; i < count; i++) {
        if (places[i].file->entry.kind != FP_ENTRY_DIR)
            write_file(places[i].file, ret);
    }
}

static void write_folders(const struct fp_apk_contents *contents, struct fp_buf *ret)
{
    cleanup_free struct place *places = list_places(contents);
    size_t count = 0;
    for (size_t i = 0; i < contents->file_count; i += count) {
        count = 1;
        while (i + count < contents->file_count && places[i + count].first == places[i].first)
            count++;
        write_folder(&places[i], count, ret);
    }
}

enum fp_code fp_record_write(const struct fp_apk_package *package,
                             const struct fp_apk_contents *contents, struct fp_buf *ret,
                             struct fp_error *err)
{
    for (enum fp_apk_field i = 0; i < FP_APK_REPLACES; i++) {
        if (package->fields[i] != NULL)
            fp_buf_putf(ret, "%c:%s\n", fp_apk_field_letter(i), package->fields[i]);
    }
    if (contents->replaces != NULL)
        fp_buf_putf(ret, "r:%s\n", contents->replaces);
    if (contents->replaces_priority != NULL)
        fp_buf_putf(ret, "q:%s\n", contents->replaces_priority);
    write_folders(contents, ret);
    fp_buf_puts(ret, "\n");
    return fp_buf_check(ret, err);
}
