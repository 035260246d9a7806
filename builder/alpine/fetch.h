/**
 * @file
 * Indexes on their way from repositories.
 */
#ifndef FLINKPACK_ALPINE_FETCH_H
#define FLINKPACK_ALPINE_FETCH_H

#include "flinkpack/alpine/repository.h"

/** An index that is fetched. Release with fp_index_fetch_clear(). */
struct index_fetch {
    const struct fp_apk_fetch_options *options; /**< borrowed, as the next two are */
    const char *url;                            /**< as struct fp_apk_repositories has it */
    const char *arch;
    char *shown;             /**< the index, for messages */
    char *path;              /**< where in the cache it goes; NULL: nowhere */
    struct fp_newfile *file; /**< what was fetched; NULL: */
    int fd;                  /**< a file that is there */
    bool is_away;            /**< the repository cannot be reached, or has no such index */
    enum fp_code code;       /**< what became of it */
    struct fp_error err;
};

/** Fetch it, without looking into it: a task of a group, which fails only where all have to end. */
FP_CHECKED enum fp_code fp_index_fetch_run(void *index_fetch, struct fp_error *err);
/** Verify what was fetched, and read it; what is right goes into the cache. */
FP_CHECKED enum fp_code fp_index_fetch_read(struct index_fetch *fetch,
                                            const struct fp_apk_keys *keys,
                                            struct fp_apk_index *ret, struct fp_error *err);
/** Release the members. */
void fp_index_fetch_clear(struct index_fetch *fetch);

/** What there is to choose from. Release with fp_choice_clear(). */
struct choice {
    struct fp_apk_repositories repositories;
    struct fp_apk_index indexes[FP_APK_REPOSITORIES_MAX]; /**< empty: it is passed over */
    const struct fp_apk_index *list[FP_APK_REPOSITORIES_MAX];
    size_t count;
    struct fp_error away;      /**< why the first one that is away is; its code: FP_OK: none is */
    struct fp_strv away_shown; /**< all that are away */
};

/**
 * Fetch the indexes of all repositories, side by side.
 * @param tell Whether the user is told of what is passed over.
 */
FP_CHECKED enum fp_code fp_choice_make(const struct fp_apk_system *root,
                                       const struct fp_apk_addition *addition, bool tell,
                                       struct choice *ret, struct fp_error *err);
/** Add to a failure to resolve which repositories were not asked. @return its code from now on. */
FP_CHECKED enum fp_code fp_choice_blame(const struct choice *choice, enum fp_code code,
                                        struct fp_error *err);
/** Release the members. */
void fp_choice_clear(struct choice *choice);

/** A repository's URL or path, without user and password. The caller owns it. */
char *fp_repository_display(const char *url);

#endif
