/* Reading tar: libarchive reads the output of the filter. */
#include "flinkpack/layer/tar_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "tar.h"

struct fp_tar_reader {
    const char *name;
    struct fp_tar_filter *filter;
    struct archive *archive;
    bool in_header;
    bool has_entry;
    size_t entries;
    uint64_t left; /* of the entry's content */
    bool is_sparse;
    struct fp_error source_error;
};

static la_ssize_t on_read(struct archive *archive, void *context, const void **ret_data)
{
    struct fp_tar_reader *reader = context;
    size_t len = 0;
    if (fp_tar_filter_next(reader->filter, reader->in_header, ret_data, &len,
                           &reader->source_error) == FP_OK)
        return (la_ssize_t) len;
    archive_set_error(archive, EIO, "the source failed");
    return -1;
}

/* Return the source's or the filter's error if there is one, else libarchive's. */
static enum fp_code failed(const struct fp_tar_reader *reader, struct fp_error *err)
{
    if (reader->source_error.code != FP_OK)
        return fp_fail_as(err, &reader->source_error);
    if (archive_errno(reader->archive) == ENOMEM)
        fp_out_of_memory();
    const char *text = archive_error_string(reader->archive);
    return fp_hinted(fp_fail(err, FP_E_INPUT,
                             "%s: not a sound tar archive: %s (%zu entries before)", reader->name,
                             text != NULL ? text : "unknown reason", reader->entries),
                     err, "get the archive again, or make it again");
}

enum fp_code fp_tar_reader_open(struct fp_source *source, const char *name,
                                struct fp_tar_reader **ret, struct fp_error *err)
{
    cleanup_tar_reader struct fp_tar_reader *reader = fp_xcalloc(1, sizeof(*reader));
    reader->name = name;
    reader->filter = fp_tar_filter_new(source, name);
    reader->archive = archive_read_new();
    reader->in_header = true;
    if (reader->archive == NULL)
        fp_out_of_memory();
    if (archive_read_support_format_tar(reader->archive) != ARCHIVE_OK)
        return failed(reader, err);
    int status = archive_read_open(reader->archive, reader, NULL, on_read, NULL);
    if (status != ARCHIVE_OK &&
        !(reader->source_error.code == FP_OK && fp_tar_reader_is_empty(reader)))
        return failed(reader, err);
    *ret = steal_pointer(&reader);
    return FP_OK;
}

/* Skip the rest of the entry, and check that the filter is at the same place. */
static enum fp_code leave_entry(struct fp_tar_reader *reader, struct fp_error *err)
{
    reader->in_header = false;
    if (!reader->has_entry)
        return FP_OK;
    if (archive_read_data_skip(reader->archive) < ARCHIVE_WARN)
        return failed(reader, err);
    return fp_tar_filter_check(reader->filter, (uint64_t) archive_filter_bytes(reader->archive, 0),
                               err);
}

static void look_at_size(struct fp_tar_reader *reader, struct archive_entry *entry)
{
    la_int64_t size = archive_entry_size(entry);
    reader->entries++;
    reader->left = size > 0 ? (uint64_t) size : 0;
    reader->is_sparse = archive_entry_sparse_count(entry) > 0 ||
                        reader->left > fp_tar_filter_content(reader->filter);
}

enum fp_code fp_tar_reader_next(struct fp_tar_reader *reader, struct archive_entry **ret,
                                struct fp_error *err)
{
    *ret = NULL;
    if (fp_tar_reader_is_empty(reader))
        return fp_fail(err, FP_E_INPUT, "%s: not a sound tar archive: it is empty", reader->name);
    FP_TRY(leave_entry(reader, err));
    reader->in_header = true;
    int status = archive_read_next_header(reader->archive, ret);
    reader->in_header = false;
    reader->has_entry = status == ARCHIVE_OK;
    if (status == ARCHIVE_EOF)
        *ret = NULL;
    else if (status != ARCHIVE_OK) /* a warning means that a part was skipped */
        return failed(reader, err);
    reader->left = 0;
    if (reader->has_entry)
        look_at_size(reader, *ret);
    return FP_OK;
}

enum fp_code fp_tar_reader_read(struct fp_tar_reader *reader, void *data, size_t cap,
                                size_t *ret_len, struct fp_error *err)
{
    size_t len = cap < reader->left ? cap : (size_t) reader->left;
    la_ssize_t got = archive_read_data(reader->archive, data, len);
    if (got < 0)
        return failed(reader, err);
    *ret_len = (size_t) got;
    if (got == 0 && len > 0) { /* the hole at the end of a sparse file */
        memset(data, 0, len);
        *ret_len = len;
    }
    reader->left -= *ret_len;
    return FP_OK;
}

bool fp_tar_reader_is_empty(const struct fp_tar_reader *reader)
{
    return fp_tar_filter_is_empty(reader->filter);
}

bool fp_tar_reader_is_sparse(const struct fp_tar_reader *reader)
{
    return reader->is_sparse;
}

uint64_t fp_tar_reader_offset(const struct fp_tar_reader *reader)
{
    return fp_tar_filter_offset(reader->filter);
}

enum fp_code fp_tar_reader_finish(struct fp_tar_reader *reader, struct fp_tar_end *ret,
                                  struct fp_error *err)
{
    return fp_tar_filter_finish(reader->filter, ret, err);
}

void fp_tar_reader_free(struct fp_tar_reader *reader)
{
    if (reader == NULL)
        return;
    (void) archive_read_free(reader->archive);
    fp_tar_filter_free(reader->filter);
    free(reader);
}
