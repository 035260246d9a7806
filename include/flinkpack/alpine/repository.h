/**
 * @file
 * Repositories: where they are, their indexes and packages, with a cache; and adding packages from
 * them to a layer.
 */
#ifndef FLINKPACK_ALPINE_REPOSITORY_H
#define FLINKPACK_ALPINE_REPOSITORY_H

#include "flinkpack/alpine/install.h"
#include "flinkpack/http.h"

/** The most repositories that are asked for one image. */
#define FP_APK_REPOSITORIES_MAX 32
/** And the most that may be named, the same ones over again as well. */
#define FP_APK_REPOSITORIES_NAMED_MAX 1000

/** Repositories. Release with fp_apk_repositories_clear(). */
struct fp_apk_repositories {
    /** Each once: URLs and absolute paths of directories that have one for each architecture, with
     * APKINDEX.tar.gz in it; or, ending in ".tar.gz", of an index that lies among its packages.
     * They may have user and password in them. */
    struct fp_strv urls;
    struct fp_strv passed;    /**< what is passed over, with the reason; without passwords */
    struct fp_strv variables; /**< "NAME=VALUE", of one file and the next */
    size_t named;             /**< how many there were, the same ones over again as well */
};

/** A text that names repositories. Everything is borrowed. */
struct fp_apk_repositories_source {
    const char *text;   /**< lines as apk-repositories(5) has them */
    const char *name;   /**< of the file or option, for what is told */
    const char *arch;   /**< what ${APK_ARCH} stands for */
    const char *mirror; /**< takes the place of all that stands before "/vX.Y/", "/edge/" or
                             "/latest-stable/" in URLs; NULL: nothing does */
    bool is_here;       /**< paths are of this machine, not of an image */
};

/**
 * Add the repositories that a text names. Tagged ones (@NAME), those of apk 3's own format and
 * paths inside an image are passed over, and so is what is none. More than FP_APK_REPOSITORIES_MAX
 * are one too many, and the rest is not read.
 */
void fp_apk_repositories_read(const struct fp_apk_repositories_source *from,
                              struct fp_apk_repositories *ret);
/** Release the members. */
void fp_apk_repositories_clear(struct fp_apk_repositories *repositories);

/** How packages are fetched. Everything is borrowed. */
struct fp_apk_fetch_options {
    struct fp_http *http;
    const char
        *cache_folder; /**< its directory "apk" holds indexes and packages, as apk names them */
    bool offline;      /**< the cache alone */
    struct fp_reporter *reporter;
};

/**
 * A package of a repository, verified; one in the cache is used if it is still right. May be called
 * from several threads with one spool.
 * @param url Of the repository, as struct fp_apk_repositories has it.
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
    const struct fp_strv *repositories; /**< lines besides the image's own; may be NULL */
    const char *mirror;                 /**< for the image's own; may be NULL */
    const struct fp_strv *keys;         /**< files of keys besides the image's own; may be NULL */
    struct fp_apk_target target;        /**< its spool is the one below */
    struct fp_apk_spool *spool;
};

/**
 * Fetch, verify, resolve and install. A repository that cannot be reached, or has no index, is
 * passed over with a warning; one whose index is damaged or not signed as it has to be is an error.
 * @param ret_changes Gets "NAME-VERSION", or "NAME-VERSION (was VERSION)", for each package.
 * @return FP_OK, also where all that is asked for is there; FP_E_NOT_FOUND, FP_E_NETWORK, FP_E_AUTH
 *         where no repository can be had, or what is missing may be in one that cannot;
 * FP_E_VERIFY; else as fp_apk_package_fetch(), fp_apk_resolve() and fp_apk_install() fail.
 */
FP_CHECKED enum fp_code fp_apk_add(const struct fp_apk_system *root,
                                   const struct fp_apk_addition *addition,
                                   struct fp_strv *ret_changes, struct fp_error *err);

#endif
