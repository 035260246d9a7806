/* Reads a tar archive with and without the filter before libarchive. Both results must be equal. */
#include "tar_compare.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/layer/tar_reader.h"

/* This is enough to distinguish entries from each other, and content from headers. */
#define ENTRIES_MAX 64
#define CONTENT_MAX 64

struct seen {
    la_int64_t size;
    bool is_dir;
    size_t len;
    char content[CONTENT_MAX];
};

struct list {
    struct seen seen[ENTRIES_MAX];
    size_t len;
    bool complete; /* read without an error or a warning */
};

static struct seen *note(struct list *list, struct archive_entry *entry)
{
    struct seen *seen = &list->seen[list->len++];
    *seen = (struct seen){.size = archive_entry_size(entry),
                          .is_dir = archive_entry_filetype(entry) == AE_IFDIR};
    return seen;
}

static void read_plain(const uint8_t *data, size_t size, struct list *list)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry = NULL;
    int status = ARCHIVE_FATAL;
    if (archive != NULL && archive_read_support_format_tar(archive) == ARCHIVE_OK)
        status = archive_read_open_memory(archive, data, size);
    while (status == ARCHIVE_OK && list->len < ENTRIES_MAX) {
        status = archive_read_next_header(archive, &entry);
        if (status != ARCHIVE_OK)
            break;
        struct seen *seen = note(list, entry);
        la_ssize_t len = archive_read_data(archive, seen->content, CONTENT_MAX);
        seen->len = len > 0 ? (size_t) len : 0;
    }
    list->complete = status == ARCHIVE_EOF;
    (void) archive_read_free(archive);
}

static void read_filtered(const uint8_t *data, size_t size, struct list *list)
{
    struct fp_error err = {0};
    struct fp_tar_end end = {0};
    cleanup_source struct fp_source *source = fp_source_memory(data, size);
    cleanup_tar_reader struct fp_tar_reader *reader = NULL;
    struct archive_entry *entry = NULL;
    enum fp_code code = fp_tar_reader_open(source, "x", &reader, &err);
    while (code == FP_OK && list->len < ENTRIES_MAX) {
        code = fp_tar_reader_next(reader, &entry, &err);
        if (code != FP_OK || entry == NULL)
            break;
        struct seen *seen = note(list, entry);
        code = fp_tar_reader_read(reader, seen->content, CONTENT_MAX, &seen->len, &err);
        if (code == FP_OK && fp_tar_reader_offset(reader) > size)
            abort();
    }
    if (code == FP_OK && entry == NULL) {
        code = fp_tar_reader_finish(reader, &end, &err);
        if (code == FP_OK && end.tar_bytes != size)
            abort();
        list->complete = true;
    }
    if (code != FP_OK && (code != FP_E_INPUT || err.text[0] == '\0'))
        abort();
}

/* The filter drops some things that libarchive interprets: volumes, global headers, access control
 * lists, and empty values. For hard links, libarchive guesses from mode and version of the header
 * whether there is content. */
static bool may_differ(const uint8_t *data, size_t size)
{
    for (size_t at = 0; at + 512 <= size; at += 512) {
        const uint8_t *type = data + at + 156;
        if (*type != 0 && strchr("gAV1", *type) != NULL)
            return true;
    }
    return size > 0 && memmem(data, size, "=\n", 2) != NULL;
}

void compare_tar(const uint8_t *data, size_t size)
{
    struct list plain = {0};
    struct list filtered = {0};
    read_filtered(data, size, &filtered);
    /* Inputs without a bound in libarchive must not end the search for bugs of the filter. */
    if (!filtered.complete || may_differ(data, size))
        return;
    read_plain(data, size, &plain);
    if (!plain.complete)
        return;
    if (plain.len != filtered.len)
        abort();
    for (size_t i = 0; i < plain.len; i++) {
        const struct seen *a = &plain.seen[i];
        const struct seen *b = &filtered.seen[i];
        /* libarchive does not read a hole at the end at first, but reads content of a map beyond
         * the size in the header. */
        la_int64_t size_max = a->size > 0 ? a->size : 0;
        size_t len = size_max < (la_int64_t) a->len ? (size_t) size_max : a->len;
        if (a->size != b->size || a->is_dir != b->is_dir || len > b->len ||
            memcmp(a->content, b->content, len) != 0)
            abort();
    }
}
