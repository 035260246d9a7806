#include "scan_entry.h"

#include <archive.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define READ_BYTES ((size_t) 256 << 10)
#define TAR_BLOCK  512

struct fp_scan {
    struct fp_source *source;
    const char *name;
    struct archive *archive;
    struct archive_entry *raw; /* the entry that is being visited */
    struct fp_scan_summary summary;
    uint64_t nonzero_end; /* just behind the last byte of the stream that is not zero */
    enum fp_code source_code;
    struct fp_error source_error;
    char buffer[READ_BYTES];
};

static enum fp_code read_source(struct fp_scan *scan, size_t *ret_len, struct fp_error *err)
{
    enum fp_code code = fp_source_read(scan->source, scan->buffer, READ_BYTES, ret_len, err);
    if (code != FP_OK)
        return code;
    size_t used = *ret_len;
    while (used > 0 && scan->buffer[used - 1] == 0)
        used--;
    if (used > 0)
        scan->nonzero_end = scan->summary.tar_bytes + used;
    scan->summary.tar_bytes += *ret_len;
    return FP_OK;
}

static la_ssize_t on_read(struct archive *archive, void *context, const void **ret_data)
{
    struct fp_scan *scan = context;
    size_t len = 0;
    scan->source_code = read_source(scan, &len, &scan->source_error);
    if (scan->source_code != FP_OK) {
        archive_set_error(archive, EIO, "the source failed");
        return -1;
    }
    *ret_data = scan->buffer;
    return (la_ssize_t) len;
}

/* The source's own error where it has failed, else what libarchive says of the data. */
static enum fp_code failed(const struct fp_scan *scan, struct fp_error *err)
{
    if (scan->source_code != FP_OK) {
        if (err != NULL)
            *err = scan->source_error;
        return scan->source_code;
    }
    const char *text = archive_error_string(scan->archive);
    return fp_fail(err, FP_E_INPUT, "%s: not a sound tar archive: %s (%zu entries before)",
                   scan->name, text != NULL ? text : "unknown reason", scan->summary.entries);
}

enum fp_code fp_scan_read(struct fp_scan *scan, void *data, size_t cap, size_t *ret_len,
                          struct fp_error *err)
{
    la_ssize_t got = archive_read_data(scan->archive, data, cap);
    *ret_len = got > 0 ? (size_t) got : 0;
    return got < 0 ? failed(scan, err) : FP_OK;
}

const char *fp_scan_user(const struct fp_scan *scan)
{
    return archive_entry_uname(scan->raw);
}

const char *fp_scan_group(const struct fp_scan *scan)
{
    return archive_entry_gname(scan->raw);
}

struct entry_source {
    struct fp_source base;
    struct fp_scan *scan;
};

static enum fp_code entry_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                               struct fp_error *err)
{
    return fp_scan_read(((struct entry_source *) self)->scan, data, cap, ret_len, err);
}

static void entry_free(struct fp_source *self)
{
    free(self);
}

struct fp_source *fp_scan_source(struct fp_scan *scan)
{
    static const struct fp_source_ops ops = {.read = entry_read, .free = entry_free};
    struct entry_source *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->scan = scan;
    return &self->base;
}

/* libarchive warns where it has had to bend a name. */
static bool is_bent(struct archive *archive)
{
    const char *text = archive_error_string(archive);
    return text != NULL &&
           (strncmp(text, "Pathname can't", 14) == 0 || strncmp(text, "Linkname can't", 14) == 0);
}

/* The next header; `*ret` NULL at the end. */
static enum fp_code next_entry(struct fp_scan *scan, struct archive_entry **ret,
                               struct fp_error *err)
{
    *ret = NULL;
    /* Here, so that what the next header takes is known. */
    if (scan->summary.entries > 0 && archive_read_data_skip(scan->archive) < ARCHIVE_WARN)
        return failed(scan, err);
    la_int64_t before = archive_filter_bytes(scan->archive, 0);
    int status = archive_read_next_header(scan->archive, ret);
    if (status == ARCHIVE_EOF) {
        *ret = NULL;
        scan->summary.has_end = archive_filter_bytes(scan->archive, 0) - before >= TAR_BLOCK;
        return FP_OK;
    }
    if (status < ARCHIVE_WARN || (status == ARCHIVE_WARN && is_bent(scan->archive)))
        return failed(scan, err);
    if (++scan->summary.entries > FP_SCAN_MAX_ENTRIES)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d entries", scan->name,
                       FP_SCAN_MAX_ENTRIES);
    return FP_OK;
}

/* Decorators below have to see every byte. */
static enum fp_code drain(struct fp_scan *scan, struct fp_error *err)
{
    uint64_t consumed = (uint64_t) archive_filter_bytes(scan->archive, 0);
    enum fp_code code = FP_OK;
    size_t len = 1;
    while (code == FP_OK && len > 0)
        code = read_source(scan, &len, err);
    scan->summary.has_trailing = scan->nonzero_end > consumed;
    return code;
}

static enum fp_code visit_all(struct fp_scan *scan, bool is_layer, fp_scan_visitor visitor,
                              void *context, struct fp_error *err)
{
    for (;;) {
        struct archive_entry *raw = NULL;
        struct fp_scan_entry entry = {0};
        enum fp_scan_action action = FP_SCAN_SKIP;
        enum fp_code code = next_entry(scan, &raw, err);
        if (code != FP_OK || raw == NULL)
            return code;
        scan->raw = raw;
        code = fp_scan_entry_read(raw, scan->name, is_layer, &entry, err);
        if (code == FP_OK)
            code = visitor(context, scan, &entry.entry, entry.raw_path, &action, err);
        fp_scan_entry_clear(&entry);
        scan->summary.stopped = action == FP_SCAN_STOP;
        if (code != FP_OK || scan->summary.stopped)
            return code;
    }
}

static enum fp_code scan_opened(struct fp_scan *scan, bool is_layer, fp_scan_visitor visitor,
                                void *context, struct fp_error *err)
{
    if (archive_read_support_format_tar(scan->archive) != ARCHIVE_OK ||
        archive_read_open(scan->archive, scan, NULL, on_read, NULL) != ARCHIVE_OK)
        return failed(scan, err);
    enum fp_code code = visit_all(scan, is_layer, visitor, context, err);
    if (code == FP_OK && !scan->summary.stopped)
        code = drain(scan, err);
    return code;
}

enum fp_code fp_scan_tar_summary(struct fp_source *source, const char *name, bool is_layer,
                                 fp_scan_visitor visitor, void *context,
                                 struct fp_scan_summary *ret, struct fp_error *err)
{
    cleanup_free struct fp_scan *scan = fp_xcalloc(1, sizeof(*scan));
    scan->source = source;
    scan->name = name;
    scan->archive = archive_read_new();
    if (scan->archive == NULL)
        abort();
    struct fp_scan_locale names = fp_scan_locale_enter();
    enum fp_code code = scan_opened(scan, is_layer, visitor, context, err);
    (void) archive_read_free(scan->archive);
    fp_scan_locale_leave(names);
    if (code == FP_OK)
        *ret = scan->summary;
    return code;
}

enum fp_code fp_scan_tar(struct fp_source *source, const char *name, bool is_layer,
                         fp_scan_visitor visitor, void *context, struct fp_error *err)
{
    struct fp_scan_summary summary = {0};
    return fp_scan_tar_summary(source, name, is_layer, visitor, context, &summary, err);
}
