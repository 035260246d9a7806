/**
 * @file
 * A folder of its own for each test, and small images made of real tars.
 */
#ifndef FLINKPACK_TEST_STORE_FIXTURE_H
#define FLINKPACK_TEST_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../builder/store/archive_index.h"
#include "../../../builder/store/copy_plan.h"
#include "../../../builder/store/document.h"
#include "../../../builder/store/layout_index.h"
#include "../../../builder/store/registry_repo.h"
#include "flinkpack/store.h"

/** cmocka set-up: makes a folder; the local store is in it. */
int fixture_setup(void **state);
/** cmocka tear-down: removes it. */
int fixture_teardown(void **state);
/** A path in the test's folder. Freed with it. */
const char *in_folder(const char *name);
/** Write a file in the test's folder. Returns its path. */
const char *put_file(const char *name, const void *data, size_t len);
/** Read a file whole; the caller frees it. */
char *slurp(const char *path, size_t *ret_len);
/** The number of files below a folder of the test's folder, its lock files and so on included. */
size_t count_files(const char *name);

/** One member of a tar. */
struct member {
    const char *name;
    const char *text;    /**< content; NULL: a link */
    size_t len;          /**< of the content; 0: strlen() */
    const char *symlink; /**< target, or NULL */
    const char *hardlink;
};
/** A tar of members; the caller frees it. */
char *make_tar(const struct member *members, size_t count, size_t *ret_len);
/** A gzip stream; the caller frees it. */
char *make_gzip(const char *data, size_t len, size_t *ret_len);

/** Put an image of one layer for each text into `parts`. `platform` such as "linux/amd64". */
struct fp_descriptor make_image(struct fp_repo *parts, const char *platform,
                                const char *const *texts, size_t count);
/** Put an index of manifests into `parts`. */
struct fp_descriptor make_index(struct fp_repo *parts, const struct fp_descriptor *manifests,
                                size_t count);
/** How an image is copied. */
struct copy_options {
    const struct fp_platform *platform;
    unsigned threads;
    bool one_of_several;
    struct fp_reporter *reporter;
};
/** Copy with a push of its own; `names` may be NULL. */
enum fp_code copy_image(struct fp_repo *from, const struct fp_descriptor *root, struct fp_repo *to,
                        const struct fp_strv *names, const struct copy_options *options,
                        struct fp_push_result *ret, struct fp_error *err);
/** Copy, expecting success; `name` may be NULL. */
struct fp_push_result copy_ok(struct fp_repo *from, const struct fp_descriptor *root,
                              struct fp_repo *to, const char *name);
/** Resolve `name` in `repo` and copy all of it into a new layout of that name; proves that every
 * byte is there. */
void check_image(struct fp_repo *repo, const char *name, const struct fp_descriptor *expected);

/** Fail with the error's text unless `code` is FP_OK. */
#define assert_ok(code, err)                                                                       \
    do {                                                                                           \
        if ((code) != FP_OK)                                                                       \
            fail_msg("%s (%s)", (err)->text, (err)->hint);                                         \
    } while (0)
/** The code, and a part of the text. */
#define assert_fails(code, expected, err, part)                                                    \
    do {                                                                                           \
        assert_int_equal((code), (expected));                                                      \
        if (strstr((err)->text, (part)) == NULL)                                                   \
            fail_msg("'%s' does not contain '%s'", (err)->text, (part));                           \
    } while (0)

#endif
