/**
 * @file
 * Distributions for tests: archives and folders, right or wrong in one point.
 */
#ifndef FLINKPACK_TESTS_FLINK_TEST_H
#define FLINKPACK_TESTS_FLINK_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../layer/tar_maker.h"
#include "flinkpack/flink.h"

/** What an archive is like; zero is a good one. */
struct dist_shape {
    const char *rooted;      /**< in front of all names, "./" */
    const char *top;         /**< NULL: flink-1.20.0 */
    const char *jar;         /**< NULL: flink-dist-1.20.0.jar */
    const char *owner;       /**< octal */
    const char *script_mode; /**< octal; NULL: 0000755 */
    const char *file_mode;   /**< octal; NULL: 0000644 */
    bool without_folders;
    struct tar_entry extra; /**< one more entry at the end, its name as it is */
};

struct dist_line {
    const char *name;
    const char *data; /* NULL: a folder */
};

/** The entries below the top. The name of the flink-dist jar is replaced. */
static const struct dist_line DIST_LINES[] = {
    {"", NULL},
    {"bin/", NULL},
    {"bin/taskmanager.sh", "#!/usr/bin/env bash\n"},
    {"bin/bash-java-utils.jar", "PK"},
    {"conf/", NULL},
    {"conf/config.yaml", "rest:\n  port: 8081\n"},
    {"examples/", NULL},
    {"examples/WordCount.jar", "PK example"},
    {"lib/", NULL},
    {"lib/flink-dist", "PK dist"},
    {"lib/flink-scala_2.12-1.20.0.jar", "PK scala"},
    {"opt/", NULL},
    {"opt/flink-s3-fs-hadoop-1.20.0.jar", "PK s3"},
    {"opt/flink-cep-1.20.0.jar", "PK cep"},
};

#define DIST_LINE_COUNT (sizeof(DIST_LINES) / sizeof(DIST_LINES[0]))

static inline void dist_line_add(struct fp_buf *tar, const struct dist_shape *shape,
                                 const struct dist_line *line)
{
    bool is_dist = strcmp(line->name, "lib/flink-dist") == 0;
    bool is_script = strcmp(line->name, "bin/taskmanager.sh") == 0;
    const char *jar = shape->jar != NULL ? shape->jar : "flink-dist-1.20.0.jar";
    cleanup_free char *dist = fp_xasprintf("lib/%s", jar);
    cleanup_free char *name =
        fp_xasprintf("%s%s/%s", shape->rooted != NULL ? shape->rooted : "",
                     shape->top != NULL ? shape->top : "flink-1.20.0", is_dist ? dist : line->name);
    struct tar_entry entry = {.name = name, .owner = shape->owner, .data = line->data};
    if (line->data == NULL)
        entry.type = '5';
    if (line->data == NULL || is_script)
        entry.mode = "0000755";
    else
        entry.mode = shape->file_mode;
    if (is_script && shape->script_mode != NULL)
        entry.mode = shape->script_mode;
    if (line->data != NULL || !shape->without_folders)
        tar_add(tar, &entry);
}

/** The tar of a distribution. */
static inline void dist_tar(struct fp_buf *tar, const struct dist_shape *shape)
{
    for (size_t i = 0; i < DIST_LINE_COUNT; i++)
        dist_line_add(tar, shape, &DIST_LINES[i]);
    if (shape->extra.name != NULL)
        tar_add(tar, &shape->extra);
    tar_end(tar);
}

/** Write bytes to a file, compressed with gzip or not. */
static inline void write_gzip(const char *path, const void *data, size_t len, bool append)
{
    gzFile file = gzopen(path, append ? "ab" : "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, data, (unsigned) len), len);
    assert_int_equal(gzclose(file), Z_OK);
}

static inline void write_plain(const char *path, const void *data, size_t len)
{
    struct fp_error err = {0};
    if (fp_file_write(path, data, len, 0644, &err) != FP_OK)
        fail_msg("%s", err.text);
}

/** The distribution as a folder. */
static inline void dist_folder(const char *folder)
{
    struct fp_error err = {0};
    for (size_t i = 0; i < DIST_LINE_COUNT; i++) {
        bool is_dist = strcmp(DIST_LINES[i].name, "lib/flink-dist") == 0;
        cleanup_free char *path =
            fp_path_join(folder, is_dist ? "lib/flink-dist-1.20.0.jar" : DIST_LINES[i].name);
        if (DIST_LINES[i].data == NULL)
            assert_int_equal(fp_mkdir_p(path, 0755, &err), FP_OK);
        else
            write_plain(path, DIST_LINES[i].data, strlen(DIST_LINES[i].data));
    }
}

#endif
