/* Finding the central directory of a zip like Java, from the end of the file. */
#include "zip_file.h"

#include <string.h>
#include <unistd.h>

#define END_BYTES     22
#define END64_BYTES   56
#define LOCATOR_BYTES 20
/* The end record may be followed by a comment of the largest size. */
#define TAIL_BYTES (END_BYTES + 65535)

enum fp_code fp_zip_read_at(const struct fp_zip *zip, uint64_t offset, void *data, size_t cap,
                            size_t *ret_len, struct fp_error *err)
{
    size_t len = 0;
    *ret_len = 0;
    while (len < cap && offset < zip->size) {
        ssize_t got = pread(zip->fd, (char *) data + len, cap - len, (off_t) (offset + len));
        if (got < 0)
            return fp_fail_errno(err, FP_E_IO, "%s", zip->path);
        if (got == 0)
            break;
        len += (size_t) got;
    }
    *ret_len = len;
    return FP_OK;
}

static const char *looks_like(const unsigned char *head, size_t len)
{
    static const struct {
        const char *magic;
        size_t len;
        const char *words;
    } LOOKS[] = {{"\x1f\x8b", 2, "it is compressed with gzip"},
                 {"\xca\xfe\xba\xbe", 4, "it is a single class file"},
                 {"\x7f"
                  "ELF",
                  4, "it is a program"},
                 {"PK", 2, "it is cut off: the directory at its end is missing"}};
    if (len == 0)
        return "it is empty";
    for (size_t i = 0; i < sizeof(LOOKS) / sizeof(LOOKS[0]); i++)
        if (len >= LOOKS[i].len && memcmp(head, LOOKS[i].magic, LOOKS[i].len) == 0)
            return LOOKS[i].words;
    size_t start = 0;
    while (start + 1 < len && strchr(" \t\r\n", head[start]) != NULL)
        start++;
    if (head[start] == '<')
        return "it is an HTML or XML page, perhaps an error of the server it came from";
    return "it has no zip directory";
}

static enum fp_code fail_no_jar(const struct fp_zip *zip, struct fp_error *err)
{
    unsigned char head[64] = {0};
    size_t len = 0;
    FP_TRY(fp_zip_read_at(zip, 0, head, sizeof(head), &len, err));
    return fp_fail(err, FP_E_INPUT, "%s: not a jar (%s)", zip->path, looks_like(head, len));
}

enum fp_code fp_zip_fail_damaged(const struct fp_zip *zip, const char *what, struct fp_error *err)
{
    return fp_fail(err, FP_E_INPUT, "%s: not a jar (its zip directory is damaged: %s)", zip->path,
                   what);
}

/* Whether a record of the directory and a first entry are where the end record at `at` says. */
static enum fp_code is_plausible(const struct fp_zip *zip, const unsigned char *end, uint64_t at,
                                 bool *ret, struct fp_error *err)
{
    unsigned char central[4] = {0};
    unsigned char local[4] = {0};
    size_t len = 0;
    uint64_t size = fp_le32(end + 12);
    uint64_t offset = fp_le32(end + 16);
    *ret = false;
    if (size > at || offset > at - size)
        return FP_OK;
    FP_TRY(fp_zip_read_at(zip, at - size, central, sizeof(central), &len, err));
    FP_TRY(fp_zip_read_at(zip, at - size - offset, local, sizeof(local), &len, err));
    *ret = memcmp(central, "PK\1\2", 4) == 0 && memcmp(local, "PK\3\4", 4) == 0;
    return FP_OK;
}

/* The offset of the end record in the last bytes of the file, or -1. Like Java, take the last one
 * whose comment ends with the file or that points to entries, because bytes may follow it and its
 * comment may contain the signature. If there is none, take the last possible one. */
static enum fp_code find_end(const struct fp_zip *zip, const unsigned char *tail, size_t len,
                             long *ret, struct fp_error *err)
{
    long fallback = -1;
    for (long i = (long) len - END_BYTES; i >= 0; i--) {
        size_t behind = len - (size_t) i - END_BYTES;
        if (memcmp(tail + i, "PK\5\6", 4) != 0 || fp_le16(tail + i + 20) > behind)
            continue;
        bool found = fp_le16(tail + i + 20) == behind;
        if (!found)
            FP_TRY(is_plausible(zip, tail + i, zip->size - len + (uint64_t) i, &found, err));
        *ret = i;
        if (found)
            return FP_OK;
        fallback = fallback < 0 ? i : fallback;
    }
    *ret = fallback;
    return FP_OK;
}

/* Read the sizes in the zip64 record; `*ret` is false if there is none. */
static enum fp_code read_end64(struct fp_zip *zip, uint64_t end_offset, bool *ret,
                               struct fp_error *err)
{
    unsigned char locator[LOCATOR_BYTES] = {0};
    unsigned char end[END64_BYTES] = {0};
    size_t len = 0;
    *ret = false;
    if (end_offset < LOCATOR_BYTES)
        return FP_OK;
    FP_TRY(fp_zip_read_at(zip, end_offset - LOCATOR_BYTES, locator, sizeof(locator), &len, err));
    FP_TRY(fp_zip_read_at(zip, fp_le64(locator + 8), end, sizeof(end), &len, err));
    if (memcmp(locator, "PK\6\7", 4) != 0 || len < sizeof(end) || memcmp(end, "PK\6\6", 4) != 0)
        return FP_OK;
    zip->directory_size = fp_le64(end + 40);
    zip->directory_offset = fp_le64(end + 48);
    *ret = true;
    return FP_OK;
}

enum fp_code fp_zip_find_directory(struct fp_zip *zip, struct fp_error *err)
{
    size_t cap = zip->size < TAIL_BYTES ? (size_t) zip->size : TAIL_BYTES;
    cleanup_free unsigned char *tail = fp_xmalloc(cap);
    size_t len = 0;
    long at = -1;
    FP_TRY(fp_zip_read_at(zip, zip->size - cap, tail, cap, &len, err));
    FP_TRY(find_end(zip, tail, len, &at, err));
    if (at < 0)
        return fail_no_jar(zip, err);
    uint64_t end_offset = zip->size - cap + (uint64_t) at;
    zip->directory_size = fp_le32(tail + at + 12);
    zip->directory_offset = fp_le32(tail + at + 16);
    bool needs_zip64 = zip->directory_size == 0xffffffff || zip->directory_offset == 0xffffffff;
    bool is_zip64 = false;
    /* A zip with exactly 65,535 entries need not have such a record. */
    if (needs_zip64 || fp_le16(tail + at + 10) == 0xffff)
        FP_TRY(read_end64(zip, end_offset, &is_zip64, err));
    if (needs_zip64 && !is_zip64)
        return fp_zip_fail_damaged(zip, "the zip64 record is missing", err);
    if (zip->directory_offset > end_offset ||
        zip->directory_size > end_offset - zip->directory_offset)
        return fp_zip_fail_damaged(zip, "it lies beyond the end", err);
    if (!is_zip64)
        zip->base = end_offset - zip->directory_offset - zip->directory_size;
    return FP_OK;
}
