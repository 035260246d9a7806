/**
 * @file
 * What the programs of this folder share: words of errors, and layers made on the spot.
 */
#ifndef BASE_TEST_H
#define BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/base.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline void assert_says(const struct fp_error *err, const char *words)
{
    if (strstr(err->text, words) == NULL)
        fail_msg("'%s' does not say '%s'", err->text, words);
}

/** An entry of a layer. type is ustar's: '0' file, '1' hard link, '2' symbolic link, '5' folder. */
struct tar_entry {
    char type;
    const char *path;
    const char *text; /**< content, or the link's target; NULL: none */
    unsigned mode;    /**< 0: 0755 */
};

/** The most blocks of a test's layer. */
#define TAR_MAX_BLOCKS 64

static inline void tar_octal(unsigned char *slot, size_t size, unsigned long value)
{
    char text[32];
    (void) snprintf(text, sizeof(text), "%0*lo", (int) size - 1, value);
    memcpy(slot, text, size - 1);
}

static inline void tar_header(unsigned char *block, const struct tar_entry *entry, size_t size)
{
    unsigned long sum = 0;
    memcpy(block, entry->path, strlen(entry->path));
    tar_octal(block + 100, 8, entry->mode != 0 ? entry->mode : 0755);
    tar_octal(block + 108, 8, 0);
    tar_octal(block + 116, 8, 0);
    tar_octal(block + 124, 12, size);
    tar_octal(block + 136, 12, 1);
    memset(block + 148, ' ', 8);
    block[156] = (unsigned char) entry->type;
    if ((entry->type == '1' || entry->type == '2') && entry->text != NULL)
        memcpy(block + 157, entry->text, strlen(entry->text));
    memcpy(block + 257, "ustar\00000", 8);
    for (size_t i = 0; i < 512; i++)
        sum += block[i];
    tar_octal(block + 148, 7, sum);
}

/** A plain tar of the entries, up to one without a path, as a blob. */
static inline struct fp_blob *tar_blob(const struct tar_entry *entries, const char *media_type)
{
    unsigned char *data = fp_xcalloc(TAR_MAX_BLOCKS, 512);
    size_t at = 0;
    for (size_t i = 0; entries[i].path != NULL; i++) {
        bool file = entries[i].type == '0' && entries[i].text != NULL;
        size_t size = file ? strlen(entries[i].text) : 0;
        assert_true(at + 512 + size + 2048 < (size_t) TAR_MAX_BLOCKS * 512);
        tar_header(data + at, &entries[i], size);
        at += 512;
        if (file)
            memcpy(data + at, entries[i].text, size);
        at += (size + 511) / 512 * 512;
    }
    return fp_blob_memory(media_type, (char *) data, at + 1024);
}

#endif
