/* Reading zip files like Java, by the central directory, within bounds. */
#include "zip_file.h"

#include <string.h>
#include <time.h>

#define CENTRAL_BYTES 46
/* Room for one record of the directory: name, extra field and comment of the largest size. */
#define WINDOW_BYTES ((size_t) 256 << 10)

enum fp_code fp_zip_open(const char *path, struct fp_zip **ret, struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = fp_xcalloc(1, sizeof(*zip));
    zip->fd = -1;
    zip->path = fp_xstrdup(path);
    FP_TRY(fp_file_open(path, &zip->fd, &zip->size, err));
    FP_TRY(fp_zip_find_directory(zip, err));
    *ret = steal_pointer(&zip);
    return FP_OK;
}

static int64_t dos_time(unsigned time, unsigned date)
{
    struct tm tm = {.tm_year = 80 + (int) (date >> 9),
                    .tm_mon = (int) (date >> 5 & 15) - 1,
                    .tm_mday = (int) (date & 31),
                    .tm_hour = (int) (time >> 11),
                    .tm_min = (int) (time >> 5 & 63),
                    .tm_sec = (int) (time & 31) * 2};
    return tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ? -1 : (int64_t) timegm(&tm);
}

/* The offset in the zip64 extra field, which is used if the record's own is too small. */
static uint64_t offset64(const unsigned char *record, const unsigned char *extra, size_t len)
{
    while (len >= 4) {
        size_t field = fp_le16(extra + 2);
        if (field > len - 4)
            return UINT64_MAX;
        size_t at = 4;
        at += fp_le32(record + 24) == 0xffffffff ? 8 : 0;
        at += fp_le32(record + 20) == 0xffffffff ? 8 : 0;
        if (fp_le16(extra) == 1)
            return at + 8 <= field + 4 ? fp_le64(extra + at) : UINT64_MAX;
        extra += field + 4;
        len -= field + 4;
    }
    return UINT64_MAX;
}

/* Visit one record of the directory; *ret_step is its length. */
static enum fp_code visit_record(struct fp_zip *zip, const unsigned char *record, size_t len,
                                 fp_zip_visitor visitor, void *context, size_t *ret_step,
                                 struct fp_error *err)
{
    if (len < CENTRAL_BYTES || memcmp(record, "PK\1\2", 4) != 0)
        return fp_zip_fail_damaged(zip, "an entry is not where it should be", err);
    size_t name_len = fp_le16(record + 28);
    size_t extra_len = fp_le16(record + 30);
    size_t step = CENTRAL_BYTES + name_len + extra_len + fp_le16(record + 32);
    if (step > len)
        return fp_zip_fail_damaged(zip, "an entry is cut off", err);
    cleanup_free char *name = fp_xmalloc(name_len + 1);
    memcpy(name, record + CENTRAL_BYTES, name_len);
    name[name_len] = '\0';
    if (strlen(name) != name_len)
        return fp_zip_fail_damaged(zip, "a name holds a NUL", err);
    struct fp_zip_entry entry = {.name = name,
                                 .method = fp_le16(record + 10),
                                 .is_encrypted = (fp_le16(record + 8) & 1) != 0,
                                 .size = fp_le32(record + 24),
                                 .crc32 = (uint32_t) fp_le32(record + 16),
                                 .packed_size = fp_le32(record + 20),
                                 .offset = fp_le32(record + 42),
                                 .mtime_s = dos_time(fp_le16(record + 12), fp_le16(record + 14))};
    if (entry.offset == 0xffffffff)
        entry.offset = offset64(record, record + CENTRAL_BYTES + name_len, extra_len);
    *ret_step = step;
    return visitor(context, zip, &entry, err);
}

enum fp_code fp_zip_each(struct fp_zip *zip, fp_zip_visitor visitor, void *context,
                         struct fp_error *err)
{
    cleanup_free unsigned char *window = fp_xmalloc(WINDOW_BYTES);
    uint64_t at = zip->base + zip->directory_offset;
    const uint64_t end = at + zip->directory_size;
    size_t begin = 0;
    size_t len = 0;
    for (size_t count = 0; at < end; count++) {
        bool short_of = len - begin < WINDOW_BYTES / 2 && at + (len - begin) < end;
        if (short_of) {
            size_t want = end - at < WINDOW_BYTES ? (size_t) (end - at) : WINDOW_BYTES;
            FP_TRY(fp_zip_read_at(zip, at, window, want, &len, err));
            begin = 0;
        }
        if (count >= FP_ZIP_MAX_ENTRIES)
            return fp_fail(err, FP_E_INPUT, "%s: more than %d entries", zip->path,
                           FP_ZIP_MAX_ENTRIES);
        size_t step = 0;
        FP_TRY(fp_cancel_check(err));
        FP_TRY(visit_record(zip, window + begin, len - begin, visitor, context, &step, err));
        begin += step;
        at += step;
    }
    return FP_OK;
}

static enum fp_code see_time(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                             struct fp_error *err)
{
    int64_t *newest_s = context;
    (void) zip;
    (void) err;
    if (entry->mtime_s > *newest_s)
        *newest_s = entry->mtime_s;
    return FP_OK;
}

enum fp_code fp_zip_newest(const char *path, int64_t *ret_mtime_s, struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = NULL;
    int64_t newest_s = -1;
    FP_TRY(fp_zip_open(path, &zip, err));
    FP_TRY(fp_zip_each(zip, see_time, &newest_s, err));
    *ret_mtime_s = newest_s;
    return FP_OK;
}

uint64_t fp_zip_size(const struct fp_zip *zip)
{
    return zip->size;
}

void fp_zip_free(struct fp_zip *zip)
{
    if (zip == NULL)
        return;
    if (zip->has_inflater)
        (void) inflateEnd(&zip->inflater);
    libdeflate_free_decompressor(zip->whole);
    free(zip->window);
    fp_cleanup_fdp(&zip->fd);
    free(zip->path);
    free(zip);
}
