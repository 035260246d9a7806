/* Writing a tar whose bytes depend on nothing but names and contents. */
#include "tar_write.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#define BLOCK_BYTES ((size_t) 64 << 10)

FP_DEFINE_CLEANUP(free_entryp, struct archive_entry, archive_entry_free)
#define cleanup_entry __attribute__((cleanup(free_entryp)))

struct archive *fp_tar_new(int fd)
{
    cleanup_tar struct archive *tar = archive_write_new();
    if (tar == NULL)
        fp_out_of_memory();
    if (archive_write_set_format_pax_restricted(tar) != ARCHIVE_OK ||
        archive_write_add_filter_none(tar) != ARCHIVE_OK ||
        archive_write_open_fd(tar, fd) != ARCHIVE_OK)
        return NULL;
    return steal_pointer(&tar);
}

void fp_tar_free(struct archive *tar)
{
    (void) archive_write_free(tar);
}

static enum fp_code fail_tar(struct archive *tar, const char *title, struct fp_error *err)
{
    errno = archive_errno(tar);
    return fp_fail_errno(err, FP_E_IO, "%s: cannot be written", title);
}

/* Owner, mode and time are the same for all entries. */
static enum fp_code begin_entry(struct archive *tar, const char *name, uint64_t size,
                                const char *title, struct fp_error *err)
{
    cleanup_entry struct archive_entry *entry = archive_entry_new();
    if (entry == NULL)
        fp_out_of_memory();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t) size);
    archive_entry_set_mtime(entry, 0, 0);
    if (archive_write_header(tar, entry) != ARCHIVE_OK)
        return fail_tar(tar, title, err);
    return FP_OK;
}

static enum fp_code write_data(struct archive *tar, const char *data, size_t len, const char *title,
                               struct fp_error *err)
{
    for (size_t done = 0; done < len;) {
        la_ssize_t written = archive_write_data(tar, data + done, len - done);
        if (written <= 0)
            return fail_tar(tar, title, err);
        done += (size_t) written;
    }
    return FP_OK;
}

static enum fp_code write_source(struct archive *tar, struct fp_source *source, const char *title,
                                 struct fp_error *err)
{
    cleanup_free char *block = fp_xmalloc(BLOCK_BYTES);
    for (;;) {
        size_t len = 0;
        enum fp_code code = fp_source_read(source, block, BLOCK_BYTES, &len, err);
        if (code != FP_OK || len == 0)
            return code;
        FP_TRY(write_data(tar, block, len, title, err));
    }
}

enum fp_code fp_tar_add(struct archive *tar, const char *name, const struct fp_blob *blob,
                        const char *title, struct fp_error *err)
{
    const struct fp_descriptor *descriptor = fp_blob_descriptor(blob);
    struct fp_source *opened = NULL;
    FP_TRY(fp_blob_open(blob, 0, &opened, err));
    cleanup_free char *what = fp_xasprintf("copying %s", descriptor->digest.text);
    cleanup_source struct fp_source *source = fp_source_verified(opened, descriptor, what);
    enum fp_code code = begin_entry(tar, name, descriptor->size, title, err);
    if (code == FP_OK)
        code = write_source(tar, source, title, err);
    if (code == FP_E_VERIFY)
        return fp_hinted(code, err, "the image is damaged where it comes from: get it again");
    return code;
}

enum fp_code fp_tar_add_bytes(struct archive *tar, const char *name, const char *bytes,
                              const char *title, struct fp_error *err)
{
    FP_TRY(begin_entry(tar, name, strlen(bytes), title, err));
    return write_data(tar, bytes, strlen(bytes), title, err);
}

enum fp_code fp_tar_finish(struct archive *tar, const char *title, struct fp_error *err)
{
    return archive_write_close(tar) == ARCHIVE_OK ? FP_OK : fail_tar(tar, title, err);
}
