/**
 * @file
 * The recipe: options -> plan -> steps -> image -> outputs.
 */
#ifndef FLINKPACK_RECIPE_H
#define FLINKPACK_RECIPE_H

#include "flinkpack/flink.h"
#include "flinkpack/store.h"

/** What everything works with. Everything is borrowed. */
struct fp_build_context {
    struct fp_http *http;
    struct fp_places places;      /**< registries, whose http is the one above, and the local store,
                                       which is made if it is not there */
    const char *cache_folder;     /**< downloads; made if it is not there */
    const char *apache_url;       /**< Apache's download server; NULL: https://dlcdn.apache.org */
    const char *archive_url;      /**< all releases; NULL: https://archive.apache.org/dist */
    const char *checksum_url;     /**< checksums; NULL: https://downloads.apache.org */
    unsigned threads;             /**< 0: fp_cpus() */
    int64_t source_date_epoch;    /**< SOURCE_DATE_EPOCH in seconds, or -1 */
    bool offline;                 /**< nothing is fetched */
    struct fp_reporter *reporter; /**< may be NULL */
};

/**
 * What the user asked for, word by word: nothing is checked yet. Everything is borrowed; NULL,
 * false and empty lists mean that it was not given. fp_build_run() checks all of it before
 * anything is fetched or written.
 */
struct fp_build_options {
    /* Flink from: exactly one of the four. */
    bool from_release;
    const char *flink_version;
    const char *scala_version;
    const char *hadoop_version;
    struct fp_strv flink_mirrors;
    const char *flink_checksum;
    const char *maven_repository;
    const char *from_archive;
    bool from_local_dist;
    const char *local_dist; /**< NULL with from_local_dist: look for one */
    const char *from_image;

    /* Job. */
    struct fp_strv job_jars;
    struct fp_strv job_artifacts; /**< each may be a comma-separated list */
    const char *job_classname;

    /* With. */
    struct fp_strv libs;    /**< files */
    struct fp_strv plugins; /**< NAME[=FILE,...] */
    struct fp_strv conf;    /**< KEY=VALUE or FILE */
    struct fp_strv add;     /**< SRC:DEST[:MODE] */
    bool slim;
    bool with_python3;           /**< Python, and the distribution's flink-python jar in lib/ */
    struct fp_strv packages;     /**< of the base's distribution: NAME, NAME>=VERSION */
    struct fp_strv repositories; /**< URLs of Alpine repositories */
    struct fp_strv keys;         /**< files of keys that sign them */
    const char *apk_mirror;      /**< in place of the server that the base names */
    bool allow_musl_natives;     /**< native code for glibc on musl is not refused */
    bool strict;                 /**< packages whose scripts would have to be run are an error */

    /* On. */
    const char *base;            /**< NULL: by Flink version */
    struct fp_strv base_folders; /**< searched for NAME.json, in order */
    struct fp_strv platforms;    /**< each may be a comma-separated list; empty: linux/amd64 */
    const char *user;            /**< UID[:GID] */

    /* To. */
    const char *image_name; /**< NULL: flink-job */
    struct fp_strv tags;    /**< TAG or REFERENCE */
    bool push;
    struct fp_strv outputs; /**< oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE */

    /* Look. */
    struct fp_strv labels;      /**< KEY=VALUE */
    struct fp_strv annotations; /**< KEY=VALUE */
    struct fp_strv env;         /**< NAME=VALUE */
    bool dry_run;               /**< everything but the outputs: the digest is what it would be */
};

/** What came of it. Release with fp_build_result_clear(). */
struct fp_build_result {
    char *name;                /**< NAME[:TAG] without the digest: what is printed before '@' */
    struct fp_digest digest;   /**< of the manifest or index */
    json_t *metadata;          /**< for --metadata-file; an object */
    struct fp_strv next_steps; /**< command lines worth typing next */
};

/**
 * Build an image and put it where it is to go.
 *
 * @param options What is asked for.
 * @param context What it is done with.
 * @param ret     Filled only on success; cleared by the caller.
 * @return FP_OK or any of the codes, with the thing named.
 */
FP_CHECKED enum fp_code fp_build_run(const struct fp_build_options *options,
                                     const struct fp_build_context *context,
                                     struct fp_build_result *ret, struct fp_error *err);
/** What is asked for of fp_append_run() beside what any image is asked for; as words, borrowed. */
struct fp_append_options {
    struct fp_strv layers;     /**< tars; {os}, {arch}, {variant} for one a platform */
    struct fp_strv entrypoint; /**< words, or one JSON list; empty: the base's */
    struct fp_strv cmd;        /**< likewise; empty: the base's, or none with an entrypoint */
    const char *working_dir;   /**< NULL: the base's */
};

/**
 * Put files on any image, or on none, and put the image where it is to go. Flink plays no part.
 *
 * @param image   Of these `base` (NULL or "scratch": none), `base_folders`, `add`, `platforms`,
 *                `user` (any that a runtime takes), and what stands under "To" and "Look" counts.
 *                The image's name must be given.
 * @param options What is special about it.
 * @param context What it is done with.
 * @param ret     Filled only on success; cleared by the caller.
 * @return FP_OK or any of the codes, with the thing named.
 */
FP_CHECKED enum fp_code fp_append_run(const struct fp_build_options *image,
                                      const struct fp_append_options *options,
                                      const struct fp_build_context *context,
                                      struct fp_build_result *ret, struct fp_error *err);
/** Release the members. */
void fp_build_result_clear(struct fp_build_result *result);
/** Declare a result that is cleared at the end of its scope. */
#define cleanup_build_result __attribute__((cleanup(fp_build_result_clear)))

#endif
