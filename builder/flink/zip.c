/* Reads zip files as Java does: by the central directory, within bounds. */
#include "zip.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define END_BYTES     22
#define END64_BYTES   56
#define LOCATOR_BYTES 20
#define CENTRAL_BYTES 46
#define LOCAL_BYTES   30
/* A comment of the largest size may follow the end record. */
#define TAIL_BYTES (END_BYTES + 65535)
/* The most that compressed bytes may exceed what they become: blocks and tables have their price,
 * and endless empty blocks are no class. */
#define MAX_OVERHEAD ((uint64_t) 4 << 10)
/* What is read of all entries together, and what that becomes: in honest jars native code is
 * stored in a third of its size, and no two records share their bytes. */
#define MAX_WORK     ((uint64_t) 64 << 20)
#define WORK_BY_SIZE 16
/* Room for one record of the directory: name, extra field and comment of the largest size. */
#define WINDOW_BYTES ((size_t) 256 << 10)

struct fp_zip {
    char *path;
    int fd;
    uint64_t size;
    uint64_t base; /* what stands before the zip, such as a shell script */
    uint64_t directory_offset;
    uint64_t directory_size;
    uint64_t work; /* bytes of entries that have been read, and made of them */
    z_stream inflater;
    bool has_inflater;
};

static unsigned le16(const unsigned char *p)
{
    return (unsigned) p[0] | (unsigned) p[1] << 8;
}

static uint64_t le32(const unsigned char *p)
{
    return le16(p) | (uint64_t) le16(p + 2) << 16;
}

static uint64_t le64(const unsigned char *p)
{
    return le32(p) | le32(p + 4) << 32;
}

/* Read up to `cap` bytes at `offset`; fewer only at the end of the file. */
static enum fp_code read_at(const struct fp_zip *zip, uint64_t offset, void *data, size_t cap,
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
    FP_TRY(read_at(zip, 0, head, sizeof(head), &len, err));
    return fp_fail(err, FP_E_INPUT, "%s: not a jar (%s)", zip->path, looks_like(head, len));
}

static enum fp_code fail_damaged(const struct fp_zip *zip, const char *what, struct fp_error *err)
{
    return fp_fail(err, FP_E_INPUT, "%s: not a jar (its zip directory is damaged: %s)", zip->path,
                   what);
}

/* Whether a record of the directory lies before the end record at `at` and an entry where that
 * record says that the first one is. */
static enum fp_code is_plausible(const struct fp_zip *zip, const unsigned char *end, uint64_t at,
                                 bool *ret, struct fp_error *err)
{
    unsigned char central[4] = {0};
    unsigned char local[4] = {0};
    size_t len = 0;
    uint64_t size = le32(end + 12);
    uint64_t offset = le32(end + 16);
    *ret = false;
    if (size > at || offset > at - size)
        return FP_OK;
    enum fp_code code = read_at(zip, at - size, central, sizeof(central), &len, err);
    if (code == FP_OK)
        code = read_at(zip, at - size - offset, local, sizeof(local), &len, err);
    *ret = memcmp(central, "PK\1\2", 4) == 0 && memcmp(local, "PK\3\4", 4) == 0;
    return code;
}

/* Where the end record begins in the last bytes of the file, or -1. As Java has it: the last whose
 * comment ends with the file, or, as bytes may follow it, that has entries where it says; the
 * comment may hold more such signatures. Where there is none, the last that could be one. */
static enum fp_code find_end(const struct fp_zip *zip, const unsigned char *tail, size_t len,
                             long *ret, struct fp_error *err)
{
    long fallback = -1;
    for (long i = (long) len - END_BYTES; i >= 0; i--) {
        size_t behind = len - (size_t) i - END_BYTES;
        if (memcmp(tail + i, "PK\5\6", 4) != 0 || le16(tail + i + 20) > behind)
            continue;
        bool found = le16(tail + i + 20) == behind;
        enum fp_code code = FP_OK;
        if (!found)
            code = is_plausible(zip, tail + i, zip->size - len + (uint64_t) i, &found, err);
        *ret = i;
        if (code != FP_OK || found)
            return code;
        fallback = fallback < 0 ? i : fallback;
    }
    *ret = fallback;
    return FP_OK;
}

/* Sizes of the zip64 record; `*ret` is false where there is none. */
static enum fp_code read_end64(struct fp_zip *zip, uint64_t end_offset, bool *ret,
                               struct fp_error *err)
{
    unsigned char locator[LOCATOR_BYTES] = {0};
    unsigned char end[END64_BYTES] = {0};
    size_t len = 0;
    *ret = false;
    if (end_offset < LOCATOR_BYTES)
        return FP_OK;
    enum fp_code code =
        read_at(zip, end_offset - LOCATOR_BYTES, locator, sizeof(locator), &len, err);
    if (code == FP_OK)
        code = read_at(zip, le64(locator + 8), end, sizeof(end), &len, err);
    if (code != FP_OK || memcmp(locator, "PK\6\7", 4) != 0 || len < sizeof(end) ||
        memcmp(end, "PK\6\6", 4) != 0)
        return code;
    zip->directory_size = le64(end + 40);
    zip->directory_offset = le64(end + 48);
    *ret = true;
    return FP_OK;
}

static enum fp_code find_directory(struct fp_zip *zip, struct fp_error *err)
{
    size_t cap = zip->size < TAIL_BYTES ? (size_t) zip->size : TAIL_BYTES;
    cleanup_free unsigned char *tail = fp_xmalloc(cap);
    size_t len = 0;
    long at = -1;
    enum fp_code code = read_at(zip, zip->size - cap, tail, cap, &len, err);
    if (code == FP_OK)
        code = find_end(zip, tail, len, &at, err);
    if (code != FP_OK)
        return code;
    if (at < 0)
        return fail_no_jar(zip, err);
    uint64_t end_offset = zip->size - cap + (uint64_t) at;
    zip->directory_size = le32(tail + at + 12);
    zip->directory_offset = le32(tail + at + 16);
    bool needs_zip64 = zip->directory_size == 0xffffffff || zip->directory_offset == 0xffffffff;
    bool is_zip64 = false;
    /* Of 65,535 entries there need not be such a record. */
    if (needs_zip64 || le16(tail + at + 10) == 0xffff)
        code = read_end64(zip, end_offset, &is_zip64, err);
    if (code != FP_OK)
        return code;
    if (needs_zip64 && !is_zip64)
        return fail_damaged(zip, "the zip64 record is missing", err);
    if (zip->directory_offset > end_offset ||
        zip->directory_size > end_offset - zip->directory_offset)
        return fail_damaged(zip, "it lies beyond the end", err);
    if (!is_zip64)
        zip->base = end_offset - zip->directory_offset - zip->directory_size;
    return FP_OK;
}

enum fp_code fp_zip_open(const char *path, struct fp_zip **ret, struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = fp_xcalloc(1, sizeof(*zip));
    zip->fd = -1;
    zip->path = fp_xstrdup(path);
    FP_TRY(fp_file_open(path, &zip->fd, &zip->size, err));
    FP_TRY(find_directory(zip, err));
    *ret = steal_pointer(&zip);
    return FP_OK;
}

/* Days since 1970 of a date of the proleptic Gregorian calendar. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * ((int64_t) month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int64_t dos_time(unsigned time, unsigned date)
{
    unsigned month = date >> 5 & 15;
    unsigned day = date & 31;
    if (month < 1 || month > 12 || day < 1)
        return -1;
    int64_t days = days_of(1980 + (int64_t) (date >> 9), month, day);
    int64_t hours = time >> 11;
    int64_t minutes = time >> 5 & 63;
    int64_t seconds = (int64_t) (time & 31) * 2;
    return days * 86400 + hours * 3600 + minutes * 60 + seconds;
}

/* The offset from the zip64 extra field, where the record's own is not enough. */
static uint64_t offset64(const unsigned char *record, const unsigned char *extra, size_t len)
{
    while (len >= 4) {
        size_t field = le16(extra + 2);
        if (field > len - 4)
            return UINT64_MAX;
        size_t at = 4;
        at += le32(record + 24) == 0xffffffff ? 8 : 0;
        at += le32(record + 20) == 0xffffffff ? 8 : 0;
        if (le16(extra) == 1)
            return at + 8 <= field + 4 ? le64(extra + at) : UINT64_MAX;
        extra += field + 4;
        len -= field + 4;
    }
    return UINT64_MAX;
}

/* One record of the directory; *ret_step is its length. */
static enum fp_code visit_record(struct fp_zip *zip, const unsigned char *record, size_t len,
                                 fp_zip_visitor visitor, void *context, size_t *ret_step,
                                 struct fp_error *err)
{
    if (len < CENTRAL_BYTES || memcmp(record, "PK\1\2", 4) != 0)
        return fail_damaged(zip, "an entry is not where it should be", err);
    size_t name_len = le16(record + 28);
    size_t extra_len = le16(record + 30);
    size_t step = CENTRAL_BYTES + name_len + extra_len + le16(record + 32);
    if (step > len)
        return fail_damaged(zip, "an entry is cut off", err);
    cleanup_free char *name = fp_xmalloc(name_len + 1);
    memcpy(name, record + CENTRAL_BYTES, name_len);
    name[name_len] = '\0';
    if (strlen(name) != name_len)
        return fail_damaged(zip, "a name holds a NUL", err);
    struct fp_zip_entry entry = {.name = name,
                                 .method = le16(record + 10),
                                 .is_encrypted = (le16(record + 8) & 1) != 0,
                                 .size = le32(record + 24),
                                 .offset = le32(record + 42),
                                 .mtime_s = dos_time(le16(record + 12), le16(record + 14))};
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
            FP_TRY(read_at(zip, at, window, want, &len, err));
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
    enum fp_code code = start_inflater(zip, err);
    const uint64_t limit = offset + cap + MAX_OVERHEAD;
    int status = Z_OK;
    zip->inflater.next_out = data;
    zip->inflater.avail_out = (uInt) cap;
    while (code == FP_OK && status == Z_OK && zip->inflater.avail_out > 0 && offset <= limit) {
        size_t len = 0;
        code = read_at(zip, offset, in, sizeof(in), &len, err);
        if (code != FP_OK || len == 0)
            break;
        offset += len;
        zip->inflater.next_in = in;
        zip->inflater.avail_in = (uInt) len;
        status = inflate(&zip->inflater, Z_NO_FLUSH);
    }
    *ret_len = cap - zip->inflater.avail_out;
    bool endless = offset > limit && zip->inflater.avail_out > 0;
    if (code == FP_OK && (endless || (status != Z_OK && status != Z_STREAM_END)))
        code = fp_fail(err, FP_E_INPUT, "%s: %s is damaged", zip->path, entry->name);
    return code;
}

/* Entries are bounded together: their number says nothing of what they cost, as records may share
 * the bytes of one. */
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
        return fail_damaged(zip, "an entry lies beyond the end", err);
    uint64_t offset = zip->base + entry->offset;
    FP_TRY(read_at(zip, offset, local, sizeof(local), &len, err));
    if (len < sizeof(local) || memcmp(local, "PK\3\4", 4) != 0)
        return fail_damaged(zip, "an entry is not where it should be", err);
    offset += LOCAL_BYTES + le16(local + 26) + le16(local + 28);
    if (entry->method == 0)
        return read_at(zip, offset, data, cap, ret_len, err);
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
