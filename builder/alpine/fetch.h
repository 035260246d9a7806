/**
 * @file
 * Fetches the indexes of repositories, and reports what is taken from them.
 */
#ifndef FLINKPACK_ALPINE_FETCH_H
#define FLINKPACK_ALPINE_FETCH_H

#include "flinkpack/alpine/repository.h"

/** The fetch of one index. Release with fp_index_fetch_clear(). */
struct index_fetch {
    const struct fp_apk_fetch_options *options; /**< borrowed, as the next two are */
    const char *url;                            /**< as in struct fp_apk_repositories */
    const char *arch;
    char *shown;             /**< the name of the index in messages */
    char *path;              /**< its path in the cache; NULL if it is not cached */
    struct fp_newfile *file; /**< the downloaded file; NULL if `fd` is used instead */
    int fd;                  /**< an existing file, of this machine or of the cache */
    bool is_away;            /**< the repository cannot be reached, or has no such index */
    enum fp_code code;       /**< the result of the fetch */
    struct fp_error err;
};

/** Fetch an index without parsing it. This task of a group fails only if all tasks have to stop. */
FP_CHECKED enum fp_code fp_index_fetch_run(void *index_fetch, struct fp_error *err);
/** Verify and parse a fetched index, and store it in the cache if it is valid. */
FP_CHECKED enum fp_code fp_index_fetch_read(struct index_fetch *fetch,
                                            const struct fp_apk_keys *keys,
                                            struct fp_apk_index *ret, struct fp_error *err);
/** Release the members. */
void fp_index_fetch_clear(struct index_fetch *fetch);

/** The packages to choose from. Release with fp_choice_clear(). */
struct choice {
    struct fp_apk_repositories repositories;
    struct fp_apk_index indexes[FP_APK_REPOSITORIES_MAX]; /**< empty if it is skipped */
    const struct fp_apk_index *list[FP_APK_REPOSITORIES_MAX];
    size_t count;
    struct fp_error away;      /**< why the first unavailable repository is; FP_OK if none is */
    struct fp_strv away_shown; /**< the names of all unavailable ones */
};

/**
 * Fetch the indexes of all repositories in parallel.
 * @param tell Whether to report the skipped repositories to the user.
 */
FP_CHECKED enum fp_code fp_choice_make(const struct fp_apk_system *root,
                                       const struct fp_apk_addition *addition, bool tell,
                                       struct choice *ret, struct fp_error *err);
/** Add the unavailable repositories to an error of the resolver. @return The new error code. */
FP_CHECKED enum fp_code fp_choice_blame(const struct choice *choice, enum fp_code code,
                                        struct fp_error *err);
/** Release the members. */
void fp_choice_clear(struct choice *choice);

/** The report of an addition, as fp_apk_add() gives it. A new reference. */
json_t *fp_taken_report(const struct fp_apk_addition *addition, const struct choice *from,
                        const struct fp_apk_arrival *arrivals, size_t count);
/** Check the digest of a fetched package against its pin, if it has one. */
FP_CHECKED enum fp_code fp_taken_check(const struct fp_apk_addition *addition,
                                       const struct fp_apk_arrival *arrival, struct fp_error *err);

/** Returns a repository's URL or path without user and password. The caller owns it. */
char *fp_repository_display(const char *url);

#endif
