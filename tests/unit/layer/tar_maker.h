/**
 * @file
 * Tar archives for tests, well-formed or not, made without the code under test.
 */
#ifndef FLINKPACK_TESTS_TAR_MAKER_H
#define FLINKPACK_TESTS_TAR_MAKER_H

#include <stdio.h>
#include <string.h>

#include "flinkpack/support.h"

/** A header to be; zero-initialise. Numbers are octal texts, so that they can be nonsense. */
struct tar_entry {
    const char *name;
    char type; /**< '0' to '7', 'x', ...; 0 is '0' */
    const char *link;
    const char *mode;  /**< NULL: "0000644" */
    const char *owner; /**< uid and gid; NULL: "0000000" */
    const char *size;  /**< NULL: the length of `data` */
    const char *data;
    size_t data_len; /**< 0: strlen(data) */
};

/** Write the checksum of a header. */
static inline void tar_seal(char block[512])
{
    unsigned sum = 0;
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += (unsigned char) block[i];
    (void) snprintf(block + 148, 8, "%06o", sum);
    block[155] = ' ';
}

static inline void tar_add(struct fp_buf *tar, const struct tar_entry *entry)
{
    char block[512] = "";
    size_t len = entry->data == NULL    ? 0
                 : entry->data_len != 0 ? entry->data_len
                                        : strlen(entry->data);
    const char *owner = entry->owner != NULL ? entry->owner : "0000000";
    (void) snprintf(block, 101, "%s", entry->name);
    (void) snprintf(block + 100, 8, "%s", entry->mode != NULL ? entry->mode : "0000644");
    memcpy(block + 108, owner, strnlen(owner, 8));
    memcpy(block + 116, owner, strnlen(owner, 8));
    (void) snprintf(block + 124, 12, "%011zo", len);
    if (entry->size != NULL)
        memcpy(block + 124, entry->size, 12);
    (void) snprintf(block + 136, 12, "%011o", 1500000000U);
    block[156] = entry->type != 0 ? entry->type : '0';
    (void) snprintf(block + 157, 101, "%s", entry->link != NULL ? entry->link : "");
    memcpy(block + 257, "ustar\00000", 8);
    tar_seal(block);
    static const char zeros[512] = "";
    fp_buf_put(tar, block, sizeof(block));
    fp_buf_put(tar, entry->data, len);
    fp_buf_put(tar, zeros, (512 - len % 512) % 512);
    if (tar->is_full)
        abort();
}

/** A pax record in `records`. */
static inline void tar_record(struct fp_buf *records, const char *key, const char *value)
{
    size_t len = strlen(key) + strlen(value) + 3;
    size_t digits = 1;
    for (size_t limit = 10; len + digits >= limit; limit *= 10)
        digits++;
    fp_buf_putf(records, "%zu %s=%s\n", len + digits, key, value);
    if (records->is_full)
        abort();
}

/** A pax header with one record for the entry that comes next. */
static inline void tar_pax(struct fp_buf *tar, const char *key, const char *value)
{
    cleanup_buf struct fp_buf records = FP_BUF_INIT((size_t) 4 << 20);
    tar_record(&records, key, value);
    tar_add(tar, &(struct tar_entry){.name = "pax", .type = 'x', .data = records.data});
}

/** The two zero blocks. */
static inline void tar_end(struct fp_buf *tar)
{
    static const char zeros[1024] = "";
    fp_buf_put(tar, zeros, sizeof(zeros));
    if (tar->is_full)
        abort();
}

#endif
