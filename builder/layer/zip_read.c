/* Reading the entries of a zip, within bounds: their beginnings step by step, and small entries
 * that are asked for whole at once. */
#include "zip_file.h"

#include <inttypes.h>
#include <string.h>

#define LOCAL_BYTES 30
/* The most bytes by which compressed data may exceed the inflated data. Blocks and tables have some
 * overhead, but endless empty blocks are an attack. */
#define MAX_OVERHEAD ((uint64_t) 4 << 10)
/* The most bytes of all entries that are read and inflated. In an honest jar native code compresses
 * to a third of its size, and no two records share their bytes. */
#define MAX_WORK     ((uint64_t) 64 << 20)
#define WORK_BY_SIZE 16
/* The most compressed bytes of an entry that is inflated at once. */
#define WHOLE_MAX_BYTES ((size_t) 1 << 20)
/* The bytes that are read ahead, and the most that may lie between entries that are read in their
 * order. The extra field of an entry is seldom longer than that of this many bytes. */
#define AHEAD_BYTES ((size_t) 128 << 10)
#define GAP_BYTES   ((uint64_t) 64 << 10)
#define EXTRA_BYTES 64

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

/* Have the bytes of the file at `offset` in the window, fewer only at the end of the file. Whoever
 * goes through the file from its beginning reads it in pieces larger than its entries. */
static enum fp_code fill_window(struct fp_zip *zip, uint64_t offset, size_t want,
                                const unsigned char **ret, size_t *ret_len, struct fp_error *err)
{
    uint64_t end = zip->window_at + zip->window_len;
    bool is_near = offset >= zip->window_at && offset <= end + GAP_BYTES;
    if (!is_near || offset + want > end) {
        size_t len = is_near && want < AHEAD_BYTES ? AHEAD_BYTES : want;
        if (len > zip->window_cap) {
            free(zip->window);
            zip->window = fp_xmalloc(len);
            zip->window_cap = len;
        }
        zip->window_len = 0;
        FP_TRY(fp_zip_read_at(zip, offset, zip->window, len, &zip->window_len, err));
        zip->window_at = offset;
        zip->work += zip->window_len;
        end = offset + zip->window_len;
    }
    *ret = zip->window + (offset - zip->window_at);
    *ret_len = offset < end ? (size_t) (end - offset) : 0;
    return FP_OK;
}

/* Read all of an entry as its record describes it. Where that is not how it is, `*ret_len` is 0,
 * and reading step by step gives what there is. */
static enum fp_code read_whole(struct fp_zip *zip, const struct fp_zip_entry *entry, void *data,
                               size_t *ret_len, struct fp_error *err)
{
    const unsigned char *bytes = NULL;
    size_t len = 0;
    if (zip->whole == NULL && (zip->whole = libdeflate_alloc_decompressor()) == NULL)
        fp_out_of_memory();
    size_t packed = (size_t) entry->packed_size;
    uint64_t offset = zip->base + entry->offset;
    *ret_len = 0;
    if (entry->offset > zip->size - zip->base)
        return FP_OK;
    size_t guess = LOCAL_BYTES + strlen(entry->name) + EXTRA_BYTES + packed;
    FP_TRY(fill_window(zip, offset, guess, &bytes, &len, err));
    if (len < LOCAL_BYTES || memcmp(bytes, "PK\3\4", 4) != 0)
        return FP_OK;
    size_t begin = LOCAL_BYTES + fp_le16(bytes + 26) + fp_le16(bytes + 28);
    if (begin + packed > len)
        FP_TRY(fill_window(zip, offset, begin + packed, &bytes, &len, err));
    if (begin + packed > len || (entry->method == 0 && packed != entry->size))
        return FP_OK;
    if (entry->method == 0)
        memcpy(data, bytes + begin, packed);
    else if (libdeflate_deflate_decompress(zip->whole, bytes + begin, packed, data,
                                           (size_t) entry->size, NULL) != LIBDEFLATE_SUCCESS)
        return FP_OK;
    *ret_len = (size_t) entry->size;
    return FP_OK;
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
    if (cap > 0 && cap == entry->size && entry->packed_size <= WHOLE_MAX_BYTES)
        FP_TRY(read_whole(zip, entry, data, ret_len, err));
    if (*ret_len == 0)
        FP_TRY(read_entry(zip, entry, data, cap, ret_len, err));
    return spend(zip, *ret_len + zip->inflater.total_in, err);
}
