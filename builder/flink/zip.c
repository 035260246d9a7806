/* Reading zip files like Java, by the central directory, within bounds. */
#include "zip_file.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define CENTRAL_BYTES 46
#define LOCAL_BYTES   30
/* The most bytes by which compressed data may exceed the inflated data. Blocks and tables have some
 * overhead, but endless empty blocks are an attack. */
#define MAX_OVERHEAD ((uint64_t) 4 << 10)
/* The most bytes of all entries that are read and inflated. In an honest jar native code compresses
 * to a third of its size, and no two records share their bytes. */
#define MAX_WORK     ((uint64_t) 64 << 20)
#define WORK_BY_SIZE 16
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

static enum fp_code start_inflater(struct fp_zip *zip, struct fp_error *err)
{
    zip->inflater.zalloc = fp_zalloc;
    zip->inflater.zfree = fp_zfree;
    int status =
        zip->has_inflater ? inflateReset(&zip->inflater) : inflateInit2(&zip->inflater, -MAX_WBITS);
    if (status != Z_OK)
        return fp_fail(err, FP_E_INTERNAL, "zlib: %s", zError(status));
    zip->has_inflater = true;
    return FP_OK;
}

static enum fp_code inflate_from(struct fp_zip *zip, const struct fp_zip_entry *entry,
                                 uint64_t offset, void *data, size_t cap, size_t *ret_len,
                                 struct fp_error *err)
{
    unsigned char in[512];
    const uint64_t limit = offset + cap + MAX_OVERHEAD;
    int status = Z_OK;
    FP_TRY(start_inflater(zip, err));
    zip->inflater.next_out = data;
    zip->inflater.avail_out = (uInt) cap;
    while (status == Z_OK && zip->inflater.avail_out > 0 && offset <= limit) {
        size_t len = 0;
        FP_TRY(fp_zip_read_at(zip, offset, in, sizeof(in), &len, err));
        if (len == 0)
            break;
        offset += len;
        zip->inflater.next_in = in;
        zip->inflater.avail_in = (uInt) len;
        status = inflate(&zip->inflater, Z_NO_FLUSH);
    }
    *ret_len = cap - zip->inflater.avail_out;
    bool endless = offset > limit && zip->inflater.avail_out > 0;
    if (endless || (status != Z_OK && status != Z_STREAM_END))
        return fp_fail(err, FP_E_INPUT, "%s: %s is damaged", zip->path, entry->name);
    return FP_OK;
}

/* The sum of all reads is limited, not the number of entries, because many records may share the
 * bytes of one. */
static enum fp_code spend(struct fp_zip *zip, uint64_t bytes, struct fp_error *err)
{
    uint64_t limit = MAX_WORK + WORK_BY_SIZE * zip->size;
    zip->work += bytes;
    if (zip->work <= limit)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT,
                             "%s: its entries are too large together: more than %" PRIu64
                             " bytes of them, %d times the size of the jar and 64 MiB",
                             zip->path, limit, WORK_BY_SIZE),
                     err, "build the jar again; entries that share their bytes are no jar's");
}

static enum fp_code read_entry(struct fp_zip *zip, const struct fp_zip_entry *entry, void *data,
                               size_t cap, size_t *ret_len, struct fp_error *err)
{
    unsigned char local[LOCAL_BYTES] = {0};
    size_t len = 0;
    if (entry->offset > zip->size - zip->base)
        return fp_zip_fail_damaged(zip, "an entry lies beyond the end", err);
    uint64_t offset = zip->base + entry->offset;
    FP_TRY(fp_zip_read_at(zip, offset, local, sizeof(local), &len, err));
    if (len < sizeof(local) || memcmp(local, "PK\3\4", 4) != 0)
        return fp_zip_fail_damaged(zip, "an entry is not where it should be", err);
    offset += LOCAL_BYTES + fp_le16(local + 26) + fp_le16(local + 28);
    if (entry->method == 0)
        return fp_zip_read_at(zip, offset, data, cap, ret_len, err);
    return inflate_from(zip, entry, offset, data, cap, ret_len, err);
}

enum fp_code fp_zip_read(struct fp_zip *zip, const struct fp_zip_entry *entry, void *data,
                         size_t cap, size_t *ret_len, struct fp_error *err)
{
    *ret_len = 0;
    if (entry->is_encrypted || (entry->method != 0 && entry->method != 8))
        return FP_OK;
    if (cap > entry->size)
        cap = (size_t) entry->size;
    zip->inflater.total_in = 0;
    FP_TRY(read_entry(zip, entry, data, cap, ret_len, err));
    return spend(zip, *ret_len + zip->inflater.total_in, err);
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
    fp_cleanup_fdp(&zip->fd);
    free(zip->path);
    free(zip);
}
