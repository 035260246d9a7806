/**
 * @file
 * Finds package repositories, fetches their indexes and packages through a cache, and adds packages
 * from them to a layer.
 */
#ifndef FLINKPACK_ALPINE_REPOSITORY_H
#define FLINKPACK_ALPINE_REPOSITORY_H

#include "flinkpack/alpine/install.h"
#include "flinkpack/http.h"

/** The most repositories that one image may use. */
#define FP_APK_REPOSITORIES_MAX 32
/** The most repositories that may be named for one image, with repetitions counted. */
#define FP_APK_REPOSITORIES_NAMED_MAX 1000

/** Repositories. Release with fp_apk_repositories_clear(). */
struct fp_apk_repositories {
    /** URLs and absolute paths, without duplicates. Each names a directory with a subdirectory for
     * each architecture, which holds APKINDEX.tar.gz; or, if it ends in ".tar.gz", an index that
     * is in the same directory as its packages. URLs may contain user and password. */
    struct fp_strv urls;
    struct fp_strv sources;   /**< for each URL: the same as it was named, before a mirror took the
                                 server's place */
    struct fp_strv passed;    /**< skipped repositories with the reasons, without passwords */
    struct fp_strv variables; /**< "NAME=VALUE"; they also apply to the files read later */
    size_t named;             /**< the number of repositories named, with repetitions counted */
};

/** A text that names repositories. Everything is borrowed. */
struct fp_apk_repositories_source {
    const char *text;   /**< lines in the format of apk-repositories(5) */
    const char *name;   /**< the name of the file or option in messages */
    const char *arch;   /**< the value of ${APK_ARCH} */
    const char *mirror; /**< replaces the part of URLs before "/vX.Y/", "/edge/" or
                             "/latest-stable/"; NULL if URLs are used as they are */
    bool is_here;       /**< paths refer to this machine, not to an image */
};

/**
 * Add the repositories that a text names. Tagged ones (@NAME), those in apk 3's own format, paths
 * inside an image and invalid lines are skipped. Reading stops once there is one repository more
 * than FP_APK_REPOSITORIES_MAX, which is enough for the caller to report an error.
 */
void fp_apk_repositories_read(const struct fp_apk_repositories_source *from,
                              struct fp_apk_repositories *ret);
/** Release the members. */
void fp_apk_repositories_clear(struct fp_apk_repositories *repositories);

/** How packages are fetched. Everything is borrowed. */
struct fp_apk_fetch_options {
    struct fp_http *http;
    const char
        *cache_folder; /**< its directory "apk" holds indexes and packages under apk's names */
    bool offline;      /**< use only the cache */
    struct fp_reporter *reporter;
};

/**
 * Fetch and verify a package of a repository. A package in the cache is used if it still passes
 * verification. Several threads may call this with the same spool.
 * @param url The URL of the repository, as in struct fp_apk_repositories.
 * @return FP_E_NOT_FOUND if the repository no longer has the package.
 */
FP_CHECKED enum fp_code fp_apk_package_fetch(const struct fp_apk_fetch_options *options,
                                             const char *url, const struct fp_apk_package *package,
                                             struct fp_apk_spool *spool,
                                             struct fp_apk_contents *ret, struct fp_error *err);

/** A request to add packages. Everything is borrowed. */
struct fp_apk_addition {
    struct fp_apk_fetch_options fetch;
    const struct fp_strv *requests;     /**< dependencies: "bash", "python3>=3.8" */
    const struct fp_strv *repositories; /**< lines in addition to the image's own; may be NULL */
    const char *mirror;                 /**< the mirror for the image's own lines; may be NULL */
    const struct fp_strv *keys;         /**< key files in addition to the image's; may be NULL */
    const json_t *pins;                 /**< the report of an earlier addition, whose packages are
                                             taken where they fit; NULL: none */
    bool only_pins;                     /**< take those packages and no other */
    struct fp_apk_target target;        /**< its spool is the same as the one below */
    struct fp_apk_spool *spool;
};

/**
 * Fetch, verify, resolve and install packages. A repository that cannot be reached, or has no
 * index, is skipped with a warning. An index that is damaged or not properly signed is an error.
 * @param ret_changes Receives "NAME-VERSION" or "NAME-VERSION (was VERSION)" for each package.
 * @param ret_report  Receives {"packages": {NAME: {"version", "checksum": "Q1...", "sha256" of the
 *                    .apk, "key" that signed its index, "repository": URL}}, "indexes": [{"url",
 *                    "sha256", "key"}]}, a new reference. URLs are those that were named, without
 *                    credentials and whatever the mirror; directories of this machine have none.
 *                    Pins are reported as they are given, and with only_pins their indexes too.
 * @return FP_OK, even if nothing had to be added; FP_E_NOT_FOUND, FP_E_NETWORK or FP_E_AUTH if no
 *         repository is available, or a missing package may be in one that is not; FP_E_VERIFY,
 *         also for a package that has not the pinned SHA-256;
 *         or an error of fp_apk_package_fetch(), fp_apk_resolve() or fp_apk_install().
 */
FP_CHECKED enum fp_code fp_apk_add(const struct fp_apk_system *root,
                                   const struct fp_apk_addition *addition,
                                   struct fp_strv *ret_changes, json_t **ret_report,
                                   struct fp_error *err);

#endif
