/**
 * @file
 * Zip files for tests, which build them byte by byte.
 */
#ifndef FLINKPACK_TESTS_ZIP_MAKER_H
#define FLINKPACK_TESTS_ZIP_MAKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "flinkpack/support.h"

/** An entry to be; zero-initialise. */
struct jar_entry {
    const char *name;
    const char *data;
    size_t len; /**< 0: strlen(data) */
    bool deflated;
    unsigned date; /**< a DOS date */
};

/** Append a number, little-endian. */
static inline void put(struct fp_buf *buf, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        char byte = (char) (value >> (8 * i) & 0xff);
        fp_buf_put(buf, &byte, 1);
    }
}

/** Append bytes. */
static inline void put_bytes(struct fp_buf *buf, const void *data, size_t len)
{
    fp_buf_put(buf, data, len);
}

/** Deflate without a wrapper; the result is the length. */
static inline size_t deflate_raw(const void *data, size_t len, unsigned char *out, size_t cap)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (unsigned char *) (uintptr_t) data;
    stream.avail_in = (uInt) len;
    stream.next_out = out;
    stream.avail_out = (uInt) cap;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return cap - stream.avail_out;
}

/** Append a jar with these entries, made without the code under test. */
static inline void put_jar(struct fp_buf *jar, const struct jar_entry *entries, size_t count)
{
    cleanup_buf struct fp_buf directory = FP_BUF_INIT((size_t) 1 << 20);
    size_t start = jar->len;
    for (size_t i = 0; i < count; i++) {
        unsigned char packed[16384];
        size_t len = entries[i].len != 0 ? entries[i].len : strlen(entries[i].data);
        size_t packed_len = len;
        size_t offset = jar->len - start;
        if (entries[i].deflated)
            packed_len = deflate_raw(entries[i].data, len, packed, sizeof(packed));
        put_bytes(&directory, "PK\1\2", 4);
        put(&directory, 20, 2);
        for (int local = 1; local >= 0; local--) {
            struct fp_buf *to = local ? jar : &directory;
            if (local)
                put_bytes(jar, "PK\3\4", 4);
            put(to, 20, 2);
            put(to, 0, 2);
            put(to, entries[i].deflated ? 8 : 0, 2);
            put(to, 0, 2);
            put(to, entries[i].date, 2);
            put(to, crc32(0, (const void *) entries[i].data, (uInt) len), 4);
            put(to, packed_len, 4);
            put(to, len, 4);
            put(to, strlen(entries[i].name), 2);
            put(to, 0, 2);
        }
        put(&directory, 0, 6);
        put(&directory, 0, 4);
        put(&directory, offset, 4);
        put_bytes(&directory, entries[i].name, strlen(entries[i].name));
        put_bytes(jar, entries[i].name, strlen(entries[i].name));
        put_bytes(jar, entries[i].deflated ? (const void *) packed : entries[i].data, packed_len);
    }
    size_t at = jar->len - start;
    put_bytes(jar, fp_buf_text(&directory), directory.len);
    put_bytes(jar, "PK\5\6\0\0\0\0", 8);
    put(jar, count, 2);
    put(jar, count, 2);
    put(jar, directory.len, 4);
    put(jar, at, 4);
    put(jar, 0, 2);
}

#endif
