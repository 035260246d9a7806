/**
 * @file
 * Repositories: where they are, their indexes and packages, with a cache; and adding packages from
 * them to a layer.
 */
#ifndef FLINKPACK_ALPINE_REPOSITORY_H
#define FLINKPACK_ALPINE_REPOSITORY_H

#include "flinkpack/alpine/install.h"
#include "flinkpack/http.h"

/**
 * The URLs of a repositories file, without tagged ones (@NAME), comments and those of other
 * indexes than APKINDEX.
 *
 * @param text   "URL", "v2 URL COMPONENT..." lines.
 * @param mirror Takes the place of all that stands before "/vX.Y/", "/edge/" or "/latest-stable/";
 *               NULL: nothing does.
 * @param ret    They are added to it, each once.
 */
void fp_apk_repositories_parse(const char *text, const char *mirror, struct fp_strv *ret);

/** How packages are fetched. Everything is borrowed. */
struct fp_apk_fetch_options {
    struct fp_http *http;
    const char *cache_folder; /**< its folder "apk" holds indexes and packages, as apk names them */
    bool offline;             /**< the cache alone */
    struct fp_reporter *reporter;
};

/**
 * The verified index of a repository, from URL/ARCH/APKINDEX.tar.gz: always asked for anew, unless
 * offline.
 * @return FP_E_NOT_FOUND, FP_E_NETWORK, FP_E_VERIFY, or FP_E_INPUT where there is only an index in
 *         apk 3's format.
 */
FP_CHECKED enum fp_code fp_apk_index_fetch(const struct fp_apk_fetch_options *options,
                                           const char *url, const char *arch,
                                           const struct fp_apk_keys *keys, struct fp_apk_index *ret,
                                           struct fp_error *err);
/**
 * A package of that repository, verified; one in the cache is used if it is still right.
 * @return FP_E_NOT_FOUND where the repository has it no more.
 */
FP_CHECKED enum fp_code fp_apk_package_fetch(const struct fp_apk_fetch_options *options,
                                             const char *url, const struct fp_apk_package *package,
                                             struct fp_apk_spool *spool,
                                             struct fp_apk_contents *ret, struct fp_error *err);

/** What to add. Everything is borrowed. */
struct fp_apk_addition {
    struct fp_apk_fetch_options fetch;
    const struct fp_strv *requests;     /**< dependencies: "bash", "python3>=3.8" */
    const struct fp_strv *repositories; /**< URLs besides the image's own; may be NULL */
    const char *mirror;                 /**< see fp_apk_repositories_parse() */
    const struct fp_strv *keys;         /**< files of keys besides the image's own; may be NULL */
    struct fp_apk_target target;        /**< its spool is the one below */
    struct fp_apk_spool *spool;
};

/**
 * Fetch, verify, resolve and install.
 * @param ret_changes Gets "NAME-VERSION", or "NAME-VERSION (was VERSION)", for each package.
 * @return FP_OK, also where all that is asked for is there; else as fp_apk_index_fetch(),
 *         fp_apk_package_fetch(), fp_apk_resolve() and fp_apk_install() fail.
 */
FP_CHECKED enum fp_code fp_apk_add(const struct fp_apk_system *root,
                                   const struct fp_apk_addition *addition,
                                   struct fp_strv *ret_changes, struct fp_error *err);

#endif
