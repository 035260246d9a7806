/* Bounds and simplifies the headers of a tar stream before libarchive reads them. */

#include <inttypes.h>
#include <string.h>

#include "tar.h"

#define WINDOW_BYTES ((size_t) 256 << 10)

/* The most extended headers before one entry; libarchive nests at most 32. */
#define MAX_SPECIALS 16
/* The most bytes of all extended headers of an archive. A record costs more than its bytes, and
 * libarchive converts each character of a name to a wide one. */
#define MAX_TOTAL       ((uint64_t) 64 << 20)
#define TOTAL_PER_ENTRY ((uint64_t) 2 << 10)
#define RECORD_COST     64
#define NAME_COST       4
/* The most bytes of a sparse file's map, as in Go. The map is handed out in pieces. */
#define MAX_MAP   ((size_t) 1 << 20)
#define MAP_PIECE ((size_t) 16 << 10)

/* Offsets in a GNU header, and in the blocks after it that continue a map. */
enum {
    AT_SPARSE = 386,         /* the first offset of a header's map */
    AT_EXTENDED = 482,       /* whether blocks with more of the map follow */
    AT_EXTENDED_AGAIN = 504, /* the same in such a block */
};

struct fp_tar_filter {
    struct fp_source *source;
    const char *name;
    unsigned char *window;
    size_t begin; /* of the bytes in the window that have not been handed out */
    size_t end;
    uint64_t in;          /* bytes read from the source */
    uint64_t out;         /* bytes handed out */
    uint64_t nonzero_end; /* offset after the source's last nonzero byte */
    uint64_t ended_at;    /* offset after the zero block */
    bool has_end;
    uint64_t content;  /* bytes of the entry, with its padding, not handed out yet */
    bool is_extended;  /* more blocks of a GNU map come before the content */
    size_t map;        /* bytes of the entry's map so far */
    unsigned specials; /* number of extended headers before the next entry */
    bool is_awaited;   /* one of them belongs to the next entry */
    bool is_pax;       /* a pax header came: in libarchive, hard links may then have content */
    struct fp_tar_pax pax;
    struct fp_buf records; /* the extended header, held back until its entry comes */
    struct fp_buf piece;
    uint64_t entries;
    uint64_t total; /* the cost of all extended headers so far */
};

static enum fp_code fail_unsound(const struct fp_tar_filter *filter, struct fp_error *err,
                                 const char *what)
{
    return fp_fail(err, FP_E_INPUT, "%s: not a sound tar archive: %s (%" PRIu64 " entries before)",
                   filter->name, what, filter->entries);
}

/* Read more bytes, and keep those that have not been handed out. */
static enum fp_code refill(struct fp_tar_filter *filter, size_t *ret_len, struct fp_error *err)
{
    memmove(filter->window, filter->window + filter->begin, filter->end - filter->begin);
    filter->end -= filter->begin;
    filter->begin = 0;
    unsigned char *at = filter->window + filter->end;
    FP_TRY(fp_source_read(filter->source, at, WINDOW_BYTES - filter->end, ret_len, err));
    size_t used = *ret_len;
    while (used > 0 && at[used - 1] == 0)
        used--;
    if (used > 0)
        filter->nonzero_end = filter->in + used;
    filter->in += *ret_len;
    filter->end += *ret_len;
    return FP_OK;
}

/* Fill the window with at least `len` bytes, or with fewer at the end of the source. */
static enum fp_code have(struct fp_tar_filter *filter, size_t len, struct fp_error *err)
{
    size_t got = 1;
    while (got > 0 && filter->end - filter->begin < len)
        FP_TRY(refill(filter, &got, err));
    return FP_OK;
}

static void hand_out(struct fp_tar_filter *filter, size_t len, const void **ret, size_t *ret_len)
{
    size_t there = filter->end - filter->begin;
    *ret = filter->window + filter->begin;
    *ret_len = len < there ? len : there;
    filter->begin += *ret_len;
    filter->out += *ret_len;
}

/* The current block as a header. */
static struct fp_tar_block *header_of(const struct fp_tar_filter *filter)
{
    return (struct fp_tar_block *) (filter->window + filter->begin);
}

static int64_t size_of(const struct fp_tar_block *header)
{
    return fp_tar_number(header->size, sizeof(header->size));
}

static bool is_gnu(const struct fp_tar_block *header)
{
    return memcmp(header->magic, "ustar  ", 8) == 0;
}

/* Write a size that fits eleven digits, and adjust the checksum; a wrong one stays wrong. */
static void set_size(struct fp_tar_block *header, uint64_t size)
{
    int64_t sum = fp_tar_number(header->checksum, sizeof(header->checksum)) - fp_tar_sum(header);
    fp_tar_put_octal(header->size, sizeof(header->size), size);
    fp_tar_put_octal(header->checksum, 7, (uint64_t) (sum + fp_tar_sum(header)));
}

static enum fp_code spend(struct fp_tar_filter *filter, uint64_t cost, struct fp_error *err)
{
    filter->total += cost;
    if (filter->total <= MAX_TOTAL + filter->entries * TOTAL_PER_ENTRY)
        return FP_OK;
    return fp_fail(err, FP_E_INPUT,
                   "%s: the extended headers hold too much: more than 64 MiB and 2 KiB for each of "
                   "%" PRIu64 " entries, where a record counts as %d bytes more and a byte of a "
                   "name as %d",
                   filter->name, filter->entries, RECORD_COST, NAME_COST);
}

/* Move the header with its body from the window into `piece`. */
static enum fp_code take_special(struct fp_tar_filter *filter, size_t *ret_len,
                                 struct fp_error *err)
{
    int64_t size = size_of(header_of(filter));
    if (size < 0)
        return fail_unsound(filter, err, "an extended header whose size is negative or too large");
    if ((uint64_t) size > FP_TAR_MAX_SPECIAL)
        return fp_fail(err, FP_E_INPUT,
                       "%s: an extended header has %" PRId64 " bytes; the limit is %zu (%" PRIu64
                       " entries before)",
                       filter->name, size, FP_TAR_MAX_SPECIAL, filter->entries);
    size_t left = FP_TAR_BLOCK + (size_t) size + fp_tar_padding((uint64_t) size);
    filter->piece.len = 0;
    *ret_len = (size_t) size;
    FP_TRY(spend(filter, (uint64_t) size, err));
    for (;;) {
        size_t there = filter->end - filter->begin;
        size_t len = there < left ? there : left;
        size_t got = 0;
        fp_buf_put(&filter->piece, filter->window + filter->begin, len);
        filter->begin += len;
        left -= len;
        if (left == 0)
            return fp_buf_check(&filter->piece, err);
        FP_TRY(refill(filter, &got, err));
        if (got == 0)
            return fail_unsound(filter, err, "cut off in an extended header");
    }
}

/* Rewrite a pax header and hold it back. If an entry has several, the last one counts. */
static enum fp_code hold_pax(struct fp_tar_filter *filter, size_t len, struct fp_error *err)
{
    static const char zeros[FP_TAR_BLOCK] = "";
    struct fp_buf *records = &filter->records;
    records->len = 0;
    fp_buf_put(records, filter->piece.data, FP_TAR_BLOCK);
    FP_TRY(fp_context(
        fp_tar_pax_copy(filter->piece.data + FP_TAR_BLOCK, len, records, &filter->pax, err), err,
        "%s: not a sound tar archive", filter->name));
    size_t kept = records->len - FP_TAR_BLOCK;
    FP_TRY(spend(filter,
                 (uint64_t) filter->pax.records * RECORD_COST +
                     (uint64_t) filter->pax.name_bytes * NAME_COST,
                 err));
    fp_buf_put(records, zeros, fp_tar_padding(kept));
    set_size((struct fp_tar_block *) records->data, kept);
    filter->is_pax = true;
    return fp_buf_check(records, err);
}

/* Handle a header that belongs to another one. `*ret_len` stays 0 if it is hidden from libarchive:
 * volume names, global headers (which libarchive skips too) and Solaris access control lists. */
static enum fp_code pass_special(struct fp_tar_filter *filter, char type, const void **ret,
                                 size_t *ret_len, struct fp_error *err)
{
    size_t len = 0;
    if (++filter->specials > MAX_SPECIALS)
        return fp_fail(err, FP_E_INPUT,
                       "%s: more than %d extended headers before one entry (%" PRIu64
                       " entries before)",
                       filter->name, MAX_SPECIALS, filter->entries);
    if (type == 'V') {
        filter->begin += FP_TAR_BLOCK;
        return FP_OK;
    }
    FP_TRY(take_special(filter, &len, err));
    if (type == 'g' || type == 'A')
        return FP_OK;
    filter->is_awaited = true;
    if (type == 'x' || type == 'X')
        return hold_pax(filter, len, err);
    *ret = filter->piece.data;
    *ret_len = filter->piece.len;
    filter->out += *ret_len;
    return spend(filter, (uint64_t) len * NAME_COST, err);
}

/* Find the size of the content that libarchive expects. A hard link has some only with pax. */
static enum fp_code find_content(struct fp_tar_filter *filter, struct fp_tar_block *header,
                                 struct fp_error *err)
{
    const char *bytes = header->name;
    char type = header->type;
    int64_t size = size_of(header);
    if (size < 0)
        return fail_unsound(filter, err, "the size of an entry is negative or too large");
    if (memcmp(header->magic, "ustar", 5) != 0 || is_gnu(header))
        filter->is_pax = false;
    if (type == '1' && !filter->is_pax && size > 0) {
        set_size(header, 0);
        size = 0;
    }
    if (type >= '2' && type <= '6')
        size = 0;
    if (filter->pax.has_size)
        size = (int64_t) filter->pax.size;
    filter->content = (uint64_t) size + fp_tar_padding((uint64_t) size);
    filter->is_extended = is_gnu(header) && bytes[AT_SPARSE] != 0 && bytes[AT_EXTENDED] != 0;
    return FP_OK;
}

/* Hand out the header of an entry, after the extended header that was held back for it. */
static enum fp_code pass_entry(struct fp_tar_filter *filter, const void **ret, size_t *ret_len,
                               struct fp_error *err)
{
    struct fp_tar_block *header = header_of(filter);
    FP_TRY(find_content(filter, header, err));
    if (filter->records.len == 0) {
        hand_out(filter, FP_TAR_BLOCK, ret, ret_len);
    } else {
        fp_buf_put(&filter->records, header, FP_TAR_BLOCK);
        filter->begin += FP_TAR_BLOCK;
        filter->out += filter->records.len;
        *ret = filter->records.data;
        *ret_len = filter->records.len;
    }
    FP_TRY(fp_buf_check(&filter->records, err));
    filter->records.len = 0;
    filter->pax = (struct fp_tar_pax){0};
    filter->specials = 0;
    filter->is_awaited = false;
    filter->map = 0;
    filter->entries++;
    return FP_OK;
}

static enum fp_code next_header(struct fp_tar_filter *filter, const void **ret, size_t *ret_len,
                                struct fp_error *err)
{
    while (*ret_len == 0) {
        FP_TRY(have(filter, FP_TAR_BLOCK, err));
        size_t there = filter->end - filter->begin;
        bool is_end = filter->has_end || there < FP_TAR_BLOCK || fp_tar_is_zero(header_of(filter));
        if (is_end && filter->is_awaited)
            return fail_unsound(filter, err, "no entry comes behind an extended header");
        if (is_end) {
            hand_out(filter, FP_TAR_BLOCK, ret, ret_len);
            if (!filter->has_end && there >= FP_TAR_BLOCK)
                filter->ended_at = fp_tar_filter_offset(filter);
            filter->has_end = filter->has_end || there >= FP_TAR_BLOCK;
            return FP_OK;
        }
        char type = header_of(filter)->type;
        bool is_special = type != '\0' && strchr("xXgLKAV", type) != NULL;
        FP_TRY(is_special ? pass_special(filter, type, ret, ret_len, err)
                          : pass_entry(filter, ret, ret_len, err));
    }
    return FP_OK;
}

/* Count a piece of a map, which is in blocks of its own or at the start of the content. */
static enum fp_code count_map(struct fp_tar_filter *filter, size_t len, struct fp_error *err)
{
    filter->map += len;
    if (filter->map <= MAX_MAP)
        return FP_OK;
    return fp_fail(err, FP_E_INPUT,
                   "%s: the map of a sparse file has more than %zu bytes (%" PRIu64
                   " entries before)",
                   filter->name, MAX_MAP, filter->entries);
}

static enum fp_code next_block_of_map(struct fp_tar_filter *filter, const void **ret,
                                      size_t *ret_len, struct fp_error *err)
{
    FP_TRY(have(filter, FP_TAR_BLOCK, err));
    FP_TRY(count_map(filter, FP_TAR_BLOCK, err));
    hand_out(filter, FP_TAR_BLOCK, ret, ret_len);
    const char *block = *ret;
    filter->is_extended = *ret_len == FP_TAR_BLOCK && block[AT_EXTENDED_AGAIN] != 0;
    return FP_OK;
}

enum fp_code fp_tar_filter_next(struct fp_tar_filter *filter, bool in_header, const void **ret,
                                size_t *ret_len, struct fp_error *err)
{
    *ret = "";
    *ret_len = 0;
    if (in_header && filter->is_extended)
        return next_block_of_map(filter, ret, ret_len, err);
    if (in_header && filter->content == 0)
        return next_header(filter, ret, ret_len, err);
    if (filter->content == 0 || filter->is_extended)
        return fail_unsound(filter, err, "an entry's content ends elsewhere than its header says");
    FP_TRY(have(filter, 1, err));
    size_t most = in_header ? MAP_PIECE : WINDOW_BYTES;
    hand_out(filter, filter->content < most ? (size_t) filter->content : most, ret, ret_len);
    filter->content -= *ret_len;
    return in_header ? count_map(filter, *ret_len, err) : FP_OK;
}

enum fp_code fp_tar_filter_check(const struct fp_tar_filter *filter, uint64_t taken,
                                 struct fp_error *err)
{
    if (filter->content == 0 && !filter->is_extended && taken == filter->out)
        return FP_OK;
    return fail_unsound(filter, err, "an entry's content ends elsewhere than its header says");
}

enum fp_code fp_tar_filter_finish(struct fp_tar_filter *filter, struct fp_tar_end *ret,
                                  struct fp_error *err)
{
    for (size_t len = 1; len > 0;) {
        filter->begin = filter->end;
        FP_TRY(refill(filter, &len, err));
    }
    *ret = (struct fp_tar_end){.tar_bytes = filter->in,
                               .has_end = filter->has_end,
                               .has_trailing =
                                   filter->has_end && filter->nonzero_end > filter->ended_at};
    return FP_OK;
}

uint64_t fp_tar_filter_offset(const struct fp_tar_filter *filter)
{
    return filter->in - (filter->end - filter->begin);
}

uint64_t fp_tar_filter_content(const struct fp_tar_filter *filter)
{
    return filter->content;
}

bool fp_tar_filter_is_empty(const struct fp_tar_filter *filter)
{
    return filter->in == 0;
}

struct fp_tar_filter *fp_tar_filter_new(struct fp_source *source, const char *name)
{
    struct fp_tar_filter *filter = fp_xcalloc(1, sizeof(*filter));
    /* Room for the extended header, its padding, the added record, and the entry's header. */
    const size_t room = FP_TAR_MAX_SPECIAL + (size_t) 4 * FP_TAR_BLOCK;
    filter->source = source;
    filter->name = name;
    filter->window = fp_xmalloc(WINDOW_BYTES);
    filter->records = (struct fp_buf) FP_BUF_INIT(room);
    filter->piece = (struct fp_buf) FP_BUF_INIT(room);
    return filter;
}

void fp_tar_filter_free(struct fp_tar_filter *filter)
{
    if (filter == NULL)
        return;
    fp_buf_clear(&filter->records);
    fp_buf_clear(&filter->piece);
    free(filter->window);
    free(filter);
}
