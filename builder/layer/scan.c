/* Reads a tar entry by entry, and calls a visitor for each entry. */
#include "internal.h"

#include <archive_entry.h>

#include "flinkpack/layer/tar_reader.h"

/* The most bytes of all sparse files together in an archive that is packed again. */
#define MAX_SPARSE ((uint64_t) 1 << 30)

struct fp_scan {
    const char *name;
    struct fp_tar_reader *reader;
    struct archive_entry *raw; /* the entry that is being visited */
    struct fp_scan_summary summary;
    uint64_t sparse_bytes;
};

enum fp_code fp_scan_read(struct fp_scan *scan, void *data, size_t cap, size_t *ret_len,
                          struct fp_error *err)
{
    return fp_tar_reader_read(scan->reader, data, cap, ret_len, err);
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

/* Read the next header; `*ret` is NULL at the end. */
static enum fp_code next_entry(struct fp_scan *scan, struct archive_entry **ret,
                               struct fp_error *err)
{
    FP_TRY(fp_tar_reader_next(scan->reader, ret, err));
    if (*ret != NULL && ++scan->summary.entries > FP_SCAN_MAX_ENTRIES)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d entries", scan->name,
                       FP_SCAN_MAX_ENTRIES);
    return FP_OK;
}

/* Layers have no limit, because only a few small files of them are read. */
static enum fp_code count_sparse(struct fp_scan *scan, const struct fp_entry *entry, bool is_layer,
                                 struct fp_error *err)
{
    if (!fp_tar_reader_is_sparse(scan->reader))
        return FP_OK;
    scan->summary.has_sparse = true;
    if (!is_layer && entry->size > MAX_SPARSE - scan->sparse_bytes)
        return fp_fail(err, FP_E_INPUT,
                       "%s: entry \"%.200s\": a sparse file; such files have more than %llu bytes "
                       "together",
                       scan->name, entry->path, (unsigned long long) MAX_SPARSE);
    scan->sparse_bytes += is_layer ? 0 : entry->size;
    return FP_OK;
}

static enum fp_code visit_all(struct fp_scan *scan, bool is_layer, fp_scan_visitor visitor,
                              void *context, struct fp_error *err)
{
    while (!scan->summary.stopped) {
        cleanup_scan_entry struct fp_scan_entry entry = {0};
        enum fp_scan_action action = FP_SCAN_SKIP;
        FP_TRY(next_entry(scan, &scan->raw, err));
        if (scan->raw == NULL)
            break;
        FP_TRY(fp_scan_entry_read(scan->raw, scan->name, is_layer, &entry, err));
        FP_TRY(count_sparse(scan, &entry.entry, is_layer, err));
        FP_TRY(visitor(context, scan, &entry.entry, entry.raw_path, &action, err));
        scan->summary.stopped = action == FP_SCAN_STOP;
    }
    return FP_OK;
}

enum fp_code fp_scan_tar_summary(struct fp_source *source, const char *name, bool is_layer,
                                 fp_scan_visitor visitor, void *context,
                                 struct fp_scan_summary *ret, struct fp_error *err)
{
    cleanup_tar_reader struct fp_tar_reader *reader = NULL;
    FP_TRY(fp_tar_reader_open(source, name, &reader, err));
    struct fp_scan scan = {.name = name, .reader = reader};
    /* An empty layer changes nothing, and every runtime accepts it. */
    if (!(is_layer && fp_tar_reader_is_empty(reader)))
        FP_TRY(visit_all(&scan, is_layer, visitor, context, err));
    struct fp_tar_end end = {0};
    /* The source's decorators must see every byte. */
    if (!scan.summary.stopped)
        FP_TRY(fp_tar_reader_finish(reader, &end, err));
    *ret = scan.summary;
    ret->tar_bytes = end.tar_bytes;
    ret->has_end = end.has_end;
    ret->has_trailing = end.has_trailing;
    return FP_OK;
}

enum fp_code fp_scan_tar(struct fp_source *source, const char *name, bool is_layer,
                         fp_scan_visitor visitor, void *context, struct fp_error *err)
{
    struct fp_scan_summary summary = {0};
    return fp_scan_tar_summary(source, name, is_layer, visitor, context, &summary, err);
}
