/*
 * Headers that need much memory: pax records in any number and size, maps of sparse files in all
 * forms, access control lists, long names. The input is a program with one step in each line, which
 * builds an archive. The memory used while reading the archive has a bound.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/layer/tar_reader.h"
#include "tar_compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BLOCK        512
#define TAR_MAX      ((size_t) 4 << 20)
#define REPEAT_MAX   50000
#define BODY_MAX     ((size_t) 1 << 20)
#define STEPS_MAX    64
#define MEMORY_BYTES ((size_t) 48 << 20)

static const char *const keys[] = {
    "path",
    "linkpath",
    "size",
    "mtime",
    "uid",
    "GNU.sparse.major",
    "GNU.sparse.minor",
    "GNU.sparse.name",
    "GNU.sparse.realsize",
    "GNU.sparse.size",
    "GNU.sparse.numblocks",
    "GNU.sparse.offset",
    "GNU.sparse.numbytes",
    "GNU.sparse.map",
    "SCHILY.acl.access",
    "SCHILY.acl.default",
    "SCHILY.acl.ace",
    "SCHILY.xattr.user.x",
    "LIBARCHIVE.xattr.user.y",
    "SCHILY.fflags",
    "hdrcharset",
    "comment",
};

/* An archive under construction. Bytes beyond TAR_MAX are dropped. */
struct tar {
    uint8_t *data;
    size_t len;
    struct fp_buf records; /* for the next extended header */
};

static void put(struct tar *tar, const void *bytes, size_t len)
{
    size_t room = TAR_MAX - tar->len;
    size_t used = len < room ? len : room;
    memcpy(tar->data + tar->len, bytes, used);
    tar->len += used;
}

static void pad(struct tar *tar)
{
    static const uint8_t zeros[BLOCK];
    put(tar, zeros, (BLOCK - tar->len % BLOCK) % BLOCK);
}

/* Append a header. `gnu` chooses its magic, and `map` is the sparse map of a GNU header. */
static void put_header(struct tar *tar, char type, size_t size, bool gnu, const char *map)
{
    uint8_t header[BLOCK] = "file";
    char text[16];
    unsigned sum = 0;
    (void) snprintf((char *) header + 100, 8, "%07o", 0644U);
    (void) snprintf(text, sizeof(text), "%011o", (unsigned) size & 07777777777U);
    memcpy(header + 124, text, 12);
    header[156] = (uint8_t) type;
    memcpy(header + 257, gnu ? "ustar  " : "ustar\00000", 8);
    if (map != NULL && gnu)
        memcpy(header + 386, map, strnlen(map, 109));
    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += header[i];
    (void) snprintf(text, sizeof(text), "%06o", sum & 0777777);
    memcpy(header + 148, text, 7);
    put(tar, header, BLOCK);
}

static void put_extended(struct tar *tar, char type)
{
    put_header(tar, type, tar->records.len, false, NULL);
    put(tar, fp_buf_text(&tar->records), tar->records.len);
    pad(tar);
    fp_buf_clear(&tar->records);
    tar->records.max = BODY_MAX;
}

/* Add a record, preceded by its length as pax requires. */
static void add_record(struct tar *tar, const char *key, const char *value, size_t value_len)
{
    size_t rest = strlen(key) + value_len + 3;
    size_t len = rest + 1;
    char digits[24];
    while ((size_t) snprintf(digits, sizeof(digits), "%zu", len) + rest != len)
        len = rest + strlen(digits);
    fp_buf_putf(&tar->records, "%zu %s=", len, key);
    fp_buf_put(&tar->records, value, value_len);
    fp_buf_puts(&tar->records, "\n");
}

/* "r" KEY COUNT VALUE: add a record COUNT times, or one record with a repeated value. */
static void step_record(struct tar *tar, const char *line, size_t len, bool repeats_value)
{
    if (len < 4)
        return;
    const char *key = keys[(unsigned char) line[1] % (sizeof(keys) / sizeof(keys[0]))];
    size_t count = ((unsigned char) line[2] * 256U + (unsigned char) line[3]) % REPEAT_MAX;
    cleanup_buf struct fp_buf value = FP_BUF_INIT(BODY_MAX / 2);
    for (size_t i = 0; repeats_value && i < count; i++)
        fp_buf_put(&value, line + 4, len - 4);
    for (size_t i = 0; !repeats_value && i <= count && tar->records.len < BODY_MAX / 2; i++)
        add_record(tar, key, line + 4, len - 4);
    if (repeats_value)
        add_record(tar, key, fp_buf_text(&value), value.len);
}

static void step(struct tar *tar, const char *line, size_t len)
{
    static const char types[] = "xgLKXAV";
    switch (line[0]) {
    case 'r':
    case 'R':
        step_record(tar, line, len, line[0] == 'R');
        return;
    case 'f': /* a file with the rest of the line as its content */
        put_header(tar, '0', len - 1, false, NULL);
        put(tar, line + 1, len - 1);
        pad(tar);
        return;
    case 'S': { /* a sparse file in the old GNU format: the map, and further map blocks */
        cleanup_free char *map = fp_xstrndup(line + 1, len - 1);
        put_header(tar, 'S', len, true, map);
        put(tar, line + 1, len - 1);
        pad(tar);
        return;
    }
    case 'b': /* raw bytes, such as the map of format 1.0 */
        put(tar, line + 1, len - 1);
        pad(tar);
        return;
    case 'd':
        put_header(tar, '5', 0, false, NULL);
        return;
    default: /* the collected records, as an extended header of some type */
        put_extended(tar, types[(unsigned char) line[0] % (sizeof(types) - 1)]);
        return;
    }
}

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* Read the archive like a layer, and compare the used memory with the bound at each entry. */
static void check_memory(const uint8_t *data, size_t size)
{
    struct fp_error err = {0};
    cleanup_source struct fp_source *source = fp_source_memory(data, size);
    cleanup_tar_reader struct fp_tar_reader *reader = NULL;
    struct archive_entry *entry = NULL;
    bool can_tell = __sanitizer_get_current_allocated_bytes != NULL;
    size_t before = can_tell ? __sanitizer_get_current_allocated_bytes() : 0;
    enum fp_code code = fp_tar_reader_open(source, "x", &reader, &err);
    while (code == FP_OK) {
        code = fp_tar_reader_next(reader, &entry, &err);
        if (can_tell && __sanitizer_get_current_allocated_bytes() > before + MEMORY_BYTES)
            abort();
        if (code != FP_OK || entry == NULL)
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tar tar = {.data = fp_xcalloc(1, TAR_MAX), .records = FP_BUF_INIT(BODY_MAX)};
    const char *text = (const char *) data;
    size_t at = 0;
    for (unsigned steps = 0; steps < STEPS_MAX && at < size; steps++) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t len = end != NULL ? (size_t) (end - text) - at : size - at;
        if (len > 0)
            step(&tar, text + at, len);
        at += len + 1;
    }
    size_t len = tar.len + 2UL * BLOCK < TAR_MAX ? tar.len + 2UL * BLOCK : TAR_MAX;
    check_memory(tar.data, len);
    compare_tar(tar.data, len);
    fp_buf_clear(&tar.records);
    free(tar.data);
    return 0;
}
