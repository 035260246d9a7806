/**
 * @file
 * The recipe: options -> plan -> steps -> image -> outputs.
 */
#ifndef FLINKPACK_RECIPE_H
#define FLINKPACK_RECIPE_H

#include "flinkpack/flink.h"
#include "flinkpack/judge.h"
#include "flinkpack/sbom.h"
#include "flinkpack/store.h"
#include "flinkpack/trust.h"

/** The resources and settings that a build uses. Everything is borrowed. */
struct fp_build_context {
    struct fp_http *http;
    struct fp_places places;      /**< registries, which use the http above, and the local store,
                                       which is created if it does not exist */
    const char *cache_folder;     /**< the directory of downloads; created if it does not exist */
    struct fp_cache *cache;       /**< of layers and records, in the same directory; NULL: none */
    const char *apache_url;       /**< Apache's download server; NULL: https://dlcdn.apache.org */
    const char *archive_url;      /**< has all releases; NULL: https://archive.apache.org/dist */
    const char *checksum_url;     /**< has checksums; NULL: https://downloads.apache.org */
    unsigned threads;             /**< 0: fp_cpus() */
    int64_t source_date_epoch;    /**< SOURCE_DATE_EPOCH in seconds, or -1 */
    bool offline;                 /**< nothing is fetched */
    struct fp_reporter *reporter; /**< may be NULL */
    const struct fp_trust_work *signing; /**< attached to images in registries and layouts; NULL:
                                              nothing is */
};

/**
 * The options of a build as the user typed them, before any check. Everything is borrowed. NULL,
 * false and an empty list mean that the option was not given. fp_build_run() checks all options
 * before it fetches or writes anything.
 */
struct fp_build_options {
    /* Where Flink comes from: exactly one of the four sources is given. */
    bool from_release;
    const char *flink_version;
    const char *scala_version;
    const char *hadoop_version;
    struct fp_strv flink_mirrors;
    const char *flink_checksum;
    const char *flink_keys; /**< a file of OpenPGP keys, one of which has to have signed */
    bool require_signature; /**< likewise, by one of Apache's keys */
    const char *maven_repository;
    const char *from_archive;
    bool from_local_dist;
    const char *local_dist; /**< NULL with from_local_dist: a distribution is searched for */
    const char *from_image;

    /* The job. */
    struct fp_strv job_jars;
    struct fp_strv job_artifacts; /**< each may be a comma-separated list */
    const char *job_classname;

    /* How the job is judged. */
    const char *check;    /**< "off", "warn", "strict"; NULL: warn */
    struct fp_strv allow; /**< names of findings that are not told */
    bool judges_only;     /**< nothing is made: for fp_judge_job() */
    bool judges_image;    /**< and the job is that of the image `from_image` */

    /* Additions to Flink and to the base. */
    struct fp_strv libs;    /**< files */
    struct fp_strv plugins; /**< NAME[=FILE,...] */
    struct fp_strv conf;    /**< KEY=VALUE or FILE */
    struct fp_strv add;     /**< SRC:DEST[:MODE] */
    bool slim;
    bool with_python3;           /**< add Python, and put the flink-python jar into lib/ */
    struct fp_strv packages;     /**< of the base's operating system: NAME, NAME>=VERSION */
    struct fp_strv repositories; /**< URLs of Alpine repositories */
    struct fp_strv keys;         /**< files with the repositories' public keys */
    const char *apk_mirror;      /**< replaces the server that the base names */
    bool allow_musl_natives;     /**< accept native code for glibc on musl */
    bool strict;                 /**< fail for packages whose scripts would have to run */

    /* The base. */
    const char *base;            /**< NULL: chosen by Flink's version */
    struct fp_strv base_folders; /**< directories searched for NAME.json, in order */
    struct fp_strv platforms;    /**< each may be a comma-separated list; empty: linux/amd64 */
    const char *user;            /**< UID[:GID] */

    /* The destinations. */
    const char *image_name; /**< NULL: flink-job */
    struct fp_strv tags;    /**< TAG or REFERENCE */
    bool push;
    struct fp_strv outputs;    /**< oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE */
    const char *compression;   /**< of the layers that are made: gzip, zstd, none; NULL: gzip */
    int64_t compression_level; /**< 0: the codec's default */

    /* The metadata of the image. */
    struct fp_strv labels;      /**< KEY=VALUE */
    struct fp_strv annotations; /**< KEY=VALUE */
    struct fp_strv env;         /**< NAME=VALUE */
    bool dry_run;               /**< build and compute the digest, but write no output */

    /* The lock. */
    const char *lock_file; /**< a flinkpack.lock to obey; NULL: none */
    bool locked;           /**< fail with FP_E_VERIFY where the lock would have to change */
    bool refresh;          /**< resolve packages anew */

    /* What of earlier builds is used. */
    struct fp_strv cache_from; /**< IMAGE: their records may be used too */
    const char *cache_repo;    /**< REGISTRY/REPOSITORY of records; NULL: none */
    const char *cache_trust;   /**< "none": no image's records are used; NULL or "named" */
    bool no_cache;             /**< nothing is used; the context has no cache */
    int64_t cache_max_bytes;   /**< the local cache's bound; FP_CACHE_MAX_BYTES by default */
    bool explain;              /**< report why each layer is made */
    /* What is said of the image. */
    struct fp_strv sboms;        /**< FORMAT[=FILE] */
    bool provenance;             /**< make provenance, for the result */
    const char *provenance_file; /**< likewise, also for a file; NULL: none */
    const char *builder_id;      /**< who builds, a URI; NULL: as the CI system says */
    const char *build_url;       /**< the run that builds; likewise */

    bool wants_metadata; /**< the result's metadata has to be complete, even if nothing is done */
};

/** The result of a build. Release with fp_build_result_clear(). */
struct fp_build_result {
    char *name;                /**< NAME[:TAG], which is printed before '@' and the digest */
    struct fp_digest digest;   /**< of the manifest or index */
    json_t *metadata;          /**< the JSON object that --metadata-file gets */
    json_t *lock;              /**< the JSON object of a lock; NULL for append */
    json_t *statements;        /**< what is said of the image: an array of {"subject": the digest
                                    of an image, "type": of the predicate, "mediaType", "file":
                                    where it is to be written, may be missing, "document"} */
    struct fp_strv next_steps; /**< command lines that the user may run next */
};

/**
 * Build an image and write it to its destinations.
 *
 * @param options The options of the user.
 * @param context The resources and settings.
 * @param ret     Filled only on success; cleared by the caller.
 * @return FP_OK or any of the codes; the error names its object.
 */
FP_CHECKED enum fp_code fp_build_run(const struct fp_build_options *options,
                                     const struct fp_build_context *context,
                                     struct fp_build_result *ret, struct fp_error *err);
/** The judgement of a job. Release with fp_judgement_clear(). */
struct fp_judgement {
    struct fp_flink_version version;
    char *base;          /**< the base that it was judged on */
    unsigned java;       /**< of the base; 0: unknown */
    struct fp_strv jars; /**< the job's, as they were named, or by their paths in the image */
    struct fp_findings findings;
    size_t allowed;         /**< findings that --allow passed over */
    bool has_flink_classes; /**< the classes of Flink were there to compare with */
};

/**
 * Judge a job: read its jars, Flink and what is known of the base, and make nothing.
 * @param options As for fp_build_run(); names and destinations are not used.
 * @param ret     Filled only on success; cleared by the caller.
 * @return FP_OK, whatever is found; or any of the codes: what is judged cannot be read.
 */
FP_CHECKED enum fp_code fp_judge_job(const struct fp_build_options *options,
                                     const struct fp_build_context *context,
                                     struct fp_judgement *ret, struct fp_error *err);
/** Release the members. */
void fp_judgement_clear(struct fp_judgement *judgement);
/** Declare a judgement that is cleared at the end of its scope. */
#define cleanup_judgement __attribute__((cleanup(fp_judgement_clear)))

/** The options that only fp_append_run() has, as the user typed them. Everything is borrowed. */
struct fp_append_options {
    struct fp_strv layers;     /**< tars; {os}, {arch} and {variant} select one per platform */
    struct fp_strv entrypoint; /**< words, or one JSON list; empty: the base's */
    struct fp_strv cmd;        /**< likewise; empty: the base's, or none if entrypoint is given */
    const char *working_dir;   /**< NULL: the base's */
};

/**
 * Add files to any base image, or to none, and write the image to its destinations. Flink is not
 * involved.
 * @param image   Only `base` (NULL or "scratch": none), `base_folders`, `add`, `platforms`, `user`
 *                (any that a runtime accepts), the destinations and the metadata are used. The
 *                image's name must be given.
 * @param options The options that only this function has.
 * @param context The resources and settings.
 * @param ret     Filled only on success; cleared by the caller.
 * @return FP_OK or any of the codes; the error names its object.
 */
FP_CHECKED enum fp_code fp_append_run(const struct fp_build_options *image,
                                      const struct fp_append_options *options,
                                      const struct fp_build_context *context,
                                      struct fp_build_result *ret, struct fp_error *err);
/** How long ago the packages of an image of ours were resolved on this machine: "12 days". NULL: it
 * is not known. The caller owns it. */
char *fp_packages_age(struct fp_cache *cache, const struct fp_config *config);
/** The text of the file for a result's lock, with sorted keys, so that a version control system
 * shows what changes. The caller owns it. */
char *fp_lock_text(const json_t *lock);
/** Release the members. */
void fp_build_result_clear(struct fp_build_result *result);
/** Declare a result that is cleared at the end of its scope. */
#define cleanup_build_result __attribute__((cleanup(fp_build_result_clear)))

/** The result of a rebase. Release with fp_rebase_result_clear(). */
struct fp_rebase_result {
    char *name;              /**< NAME, which is printed before '@' and the digest */
    char *base;              /**< the name of the new base */
    struct fp_digest digest; /**< of the manifest or index */
    bool is_current;         /**< the image was on that base already, and stays */
};

/**
 * Put an image that fp_build_run() made onto another base: packages and set-up are made anew, the
 * layers of the distribution, Hadoop and the job stay. The image is what fp_build_run() makes with
 * the same options on that base, and takes the old one's place.
 *
 * @param image   A name in a registry, a layout or the local store.
 * @param options Only `base` (NULL: the one that the image names), `base_folders`, `repositories`,
 *                `keys`, `apk_mirror`, `allow_musl_natives`, `strict`, `tags` and `dry_run` are
 * used.
 * @param context The resources and settings.
 * @param ret     Filled only on success; cleared by the caller.
 * @return FP_OK or any of the codes; FP_E_INPUT if the image is not ours, has layers of others on
 *         top, or does not go with the base.
 */
FP_CHECKED enum fp_code fp_rebase_run(const char *image, const struct fp_build_options *options,
                                      const struct fp_build_context *context,
                                      struct fp_rebase_result *ret, struct fp_error *err);
/**
 * Make the bill of materials of an image, whoever made it. Its layers are read, or known from the
 * context's cache.
 * @param root     What the name stands for: an image, or an index.
 * @param name     Of the image, for messages and the document.
 * @param platform Which of the images of an index; NULL: the only one.
 * @param ret      A new reference: the document, as JSON.
 * @return FP_E_USAGE: there are several platforms; FP_E_NOT_FOUND; the errors of reading layers.
 */
FP_CHECKED enum fp_code fp_sbom_run(struct fp_repo *repo, const struct fp_descriptor *root,
                                    const char *name, const struct fp_platform *platform,
                                    enum fp_sbom_format format,
                                    const struct fp_build_context *context, json_t **ret,
                                    struct fp_error *err);
/** What an image is held to. Everything is borrowed; NULL and false: not asked for. */
struct fp_prove_options {
    bool flink;                 /**< Flink's layer is the archive that Apache published */
    const char *flink_checksum; /**< sha512:HEX, FILE or URL; NULL: Apache's */
    const char *lock_file;      /**< the image and its base are those of this lock */
};
/**
 * Hold an image to what can be known of it beside its signature.
 * @param root What the name stands for; every image of an index is held to it.
 * @return FP_E_VERIFY, saying what differs; the errors of reading image, lock and checksum.
 */
FP_CHECKED enum fp_code fp_prove_run(struct fp_repo *repo, const struct fp_descriptor *root,
                                     const char *name, const struct fp_prove_options *options,
                                     const struct fp_build_context *context, struct fp_error *err);
/** Release the members. */
void fp_rebase_result_clear(struct fp_rebase_result *result);
/** Declare a result that is cleared at the end of its scope. */
#define cleanup_rebase_result __attribute__((cleanup(fp_rebase_result_clear)))

#endif
