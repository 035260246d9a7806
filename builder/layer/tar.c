/* Writes the headers of tar entries: ustar, with pax records for values that do not fit. */
#include "tar.h"

#include <inttypes.h>
#include <string.h>

/* The largest numbers that fit the octal digits of the fields. */
#define MAX_7_DIGITS  07777777U
#define MAX_11_DIGITS 077777777777U

/* A text that fills its field is not terminated. */
static void put_text(char *field, size_t size, const char *text, size_t len)
{
    memcpy(field, text, len < size ? len : size);
}

/* Find the '/' that splits the path into prefix and name. NULL: there is none. */
static const char *split_at(const char *path, size_t len)
{
    const struct fp_tar_block *header = NULL;
    size_t at = len - 1 < sizeof(header->prefix) ? len - 1 : sizeof(header->prefix);
    while (at > 0 && (path[at] != '/' || at + 1 == len))
        at--;
    return at > 0 && len - at - 1 <= sizeof(header->name) ? path + at : NULL;
}

/* Returns whether the path fits ustar; if not, it is truncated and needs a pax record. */
static bool put_path(struct fp_tar_block *header, const char *path)
{
    size_t len = strlen(path);
    if (len <= sizeof(header->name)) {
        put_text(header->name, sizeof(header->name), path, len);
        return true;
    }
    const char *slash = split_at(path, len);
    if (slash == NULL) {
        put_text(header->name, sizeof(header->name), path, len);
        return false;
    }
    put_text(header->prefix, sizeof(header->prefix), path, (size_t) (slash - path));
    put_text(header->name, sizeof(header->name), slash + 1, strlen(slash + 1));
    return true;
}

static void seal(struct fp_tar_block *header)
{
    memcpy(header->magic,
           "ustar\0"
           "00",
           sizeof(header->magic));
    fp_tar_put_octal(header->major, sizeof(header->major), 0);
    fp_tar_put_octal(header->minor, sizeof(header->minor), 0);
    fp_tar_put_octal(header->checksum, 7, fp_tar_sum(header));
    header->checksum[7] = ' ';
}

/* "LEN KEY=VALUE\n", where LEN counts itself. */
static void add_record(struct fp_buf *records, const char *key, const void *value, size_t len)
{
    size_t rest = strlen(key) + len + 3;
    size_t digits = 1;
    for (size_t limit = 10; rest + digits >= limit; limit *= 10)
        digits++;
    fp_buf_putf(records, "%zu %s=", rest + digits, key);
    fp_buf_put(records, value, len);
    fp_buf_puts(records, "\n");
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static enum fp_code add_xattr(struct fp_buf *records, const struct fp_entry *entry,
                              const char *name, struct fp_error *err)
{
    size_t len = 0;
    const char *text = fp_json_string(entry->xattrs, name);
    cleanup_free unsigned char *value = text != NULL && strlen(text) <= FP_XATTR_MAX_BYTES * 2
                                            ? fp_base64_decode(text, &len)
                                            : NULL;
    if (value == NULL || strchr(name, '=') != NULL)
        return fp_fail(err, FP_E_INPUT, "%s: the extended attribute \"%s\" is not sound",
                       entry->path, name);
    cleanup_free char *key = fp_xasprintf("SCHILY.xattr.%s", name);
    add_record(records, key, value, len);
    return FP_OK;
}

static enum fp_code add_xattrs(struct fp_buf *records, const struct fp_entry *entry,
                               struct fp_error *err)
{
    const char *names[FP_XATTR_MAX_COUNT];
    const char *name = NULL;
    json_t *value = NULL;
    size_t count = json_object_size(entry->xattrs);
    if (count > FP_XATTR_MAX_COUNT)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d extended attributes", entry->path,
                       FP_XATTR_MAX_COUNT);
    count = 0;
    json_object_foreach((json_t *) (uintptr_t) entry->xattrs, name, value) names[count++] = name;
    qsort(names, count, sizeof(names[0]), compare_keys);
    for (size_t i = 0; i < count; i++)
        FP_TRY(add_xattr(records, entry, names[i], err));
    return FP_OK;
}

/* Append an extended header, which is an entry of its own. */
static void add_pax(struct fp_buf *out, const struct fp_buf *records)
{
    static const char zeros[FP_TAR_BLOCK] = "";
    struct fp_tar_block header = {.name = "PaxHeaders.0", .type = 'x'};
    fp_tar_put_octal(header.mode, sizeof(header.mode), 0644);
    fp_tar_put_octal(header.uid, sizeof(header.uid), 0);
    fp_tar_put_octal(header.gid, sizeof(header.gid), 0);
    fp_tar_put_octal(header.size, sizeof(header.size), records->len);
    fp_tar_put_octal(header.mtime, sizeof(header.mtime), 0);
    seal(&header);
    fp_buf_put(out, &header, sizeof(header));
    fp_buf_put(out, records->data, records->len);
    fp_buf_put(out, zeros, fp_tar_padding(records->len));
}

/* Write a number into its field, or write 0 and add a record. */
static void put_number(char *field, size_t size, int64_t value, const char *key,
                       struct fp_buf *records)
{
    int64_t max = size > 8 ? (int64_t) MAX_11_DIGITS : (int64_t) MAX_7_DIGITS;
    bool fits = value >= 0 && value <= max;
    char text[24];
    fp_tar_put_octal(field, size, fits ? (uint64_t) value : 0);
    int len = snprintf(text, sizeof(text), "%" PRId64, value);
    if (!fits)
        add_record(records, key, text, (size_t) len);
}

/* Records come in the order of their keys: SCHILY..., gid, linkpath, mtime, path, size, uid. */
static enum fp_code fill(struct fp_tar_block *header, const struct fp_entry *entry,
                         const char *path, struct fp_buf *records, struct fp_error *err)
{
    const char *link = entry->link != NULL ? entry->link : "";
    int64_t size = entry->kind == FP_ENTRY_FILE ? (int64_t) entry->size : 0;
    FP_TRY(add_xattrs(records, entry, err));
    put_number(header->gid, sizeof(header->gid), (int64_t) entry->gid, "gid", records);
    put_text(header->link, sizeof(header->link), link, strlen(link));
    if (strlen(link) > sizeof(header->link))
        add_record(records, "linkpath", link, strlen(link));
    put_number(header->mtime, sizeof(header->mtime), entry->mtime_s, "mtime", records);
    if (!put_path(header, path))
        add_record(records, "path", path, strlen(path));
    put_number(header->size, sizeof(header->size), size, "size", records);
    put_number(header->uid, sizeof(header->uid), (int64_t) entry->uid, "uid", records);
    return fp_buf_check(records, err);
}

enum fp_code fp_tar_header(const struct fp_entry *entry, struct fp_buf *out, struct fp_error *err)
{
    static const char typeflags[] = {
        [FP_ENTRY_FILE] = '0',
        [FP_ENTRY_DIR] = '5',
        [FP_ENTRY_SYMLINK] = '2',
        [FP_ENTRY_HARDLINK] = '1',
    };
    cleanup_buf struct fp_buf records = FP_BUF_INIT(FP_TAR_HEADER_MAX / 2);
    cleanup_free char *path =
        fp_xasprintf("%s%s", entry->path, entry->kind == FP_ENTRY_DIR ? "/" : "");
    struct fp_tar_block header = {.type = typeflags[entry->kind]};
    fp_tar_put_octal(header.mode, sizeof(header.mode), entry->mode & 07777);
    FP_TRY(fill(&header, entry, path, &records, err));
    if (records.len > 0)
        add_pax(out, &records);
    seal(&header);
    fp_buf_put(out, &header, sizeof(header));
    return fp_buf_check(out, err);
}
