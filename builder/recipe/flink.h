/**
 * @file
 * Flink as an input of an image: fetched, read, known by the record of its layer, or found in an
 * image.
 */
#ifndef FLINKPACK_RECIPE_FLINK_H
#define FLINKPACK_RECIPE_FLINK_H

#include "base_image.h"

/** The variable in which the entrypoint finds the job's class. */
#define FP_ENV_JOB_CLASSNAME "FLINK_JOB_CLASSNAME"

struct fp_layer_step;
struct fp_own_layer;

/** Flink, from any source. */
struct fp_flink {
    struct fp_flink_version version;
    const struct fp_flink_traits *traits;
    struct fp_release release;   /**< FP_FROM_RELEASE */
    struct fp_distribution dist; /**< unless FP_FROM_IMAGE */
    bool has_dist;
    char *home;          /**< "/opt/flink" */
    char *signer;        /**< the fingerprint of the key that signed the archive; NULL: it
                            was not asked for */
    char *digest;        /**< of its source, "ALGORITHM:HEX"; NULL: FP_FROM_IMAGE */
    json_t *facts;       /**< the facts of the distribution's record */
    struct fp_buf index; /**< of the classes in lib/, if it was made while the distribution was
                              read: fp_flink_api() */
};

/** The source of a distribution: an archive or a directory. Zero-initialise. */
struct fp_flink_origin {
    struct fp_input *archive; /**< open, or NULL */
    char *folder;             /**< its path, or NULL */
};

/** The options by which the plan's release is found and fetched. Borrowed from the plan. */
struct fp_release_options fp_flink_release(const struct fp_plan *plan);
/**
 * Find out what the source of Flink is without reading it all: its digest, if that is remembered or
 * cheap to compute in comparison with reading it.
 * @param ret_origin May be opened for it.
 */
FP_CHECKED enum fp_code fp_flink_identify(const struct fp_plan *plan, struct fp_known *known,
                                          struct fp_flink *ret, struct fp_flink_origin *ret_origin,
                                          struct fp_error *err);
/** The digest of a directory, "sha256:HEX", with those of its files out of the local cache where it
 * remembers them. `*ret` is replaced; owned. */
FP_CHECKED enum fp_code fp_flink_hash_directory(const struct fp_plan *plan, const char *path,
                                                char **ret, struct fp_error *err);
/** Find out the checksum of a release: from the cache, from an earlier image, else from Apache. */
FP_CHECKED enum fp_code fp_flink_find(const struct fp_plan *plan, struct fp_known *known,
                                      struct fp_flink *flink, struct fp_error *err);
/** What the record of its layer says of a distribution. A new reference. */
json_t *fp_flink_facts(const struct fp_plan *plan, const struct fp_flink *flink);
/**
 * Take the facts of a distribution whose layer someone has a record of, so that it need not be
 * read. `flink` keeps its digest.
 * @param ret_found Whether there is one.
 */
FP_CHECKED enum fp_code fp_flink_recall(const struct fp_plan *plan, struct fp_known *known,
                                        struct fp_flink *flink, bool *ret_found,
                                        struct fp_error *err);
/** The version in the name of a jar: flink-dist_2.11-1.6.0.jar, flink-dist-1.20.4.jar. */
bool fp_flink_version_of_jar(const char *name, struct fp_flink_version *ret);
/** Set version, traits and home by a name in an archive or directory, which is not read. */
bool fp_flink_guess(const struct fp_flink_origin *origin, struct fp_flink *ret);
/** Take a distribution whole out of the local cache, if it is there; to be settled. */
bool fp_flink_remember(const struct fp_plan *plan, struct fp_flink *flink);
/** Set version, traits and home by the distribution, and check them against the plan. */
FP_CHECKED enum fp_code fp_flink_settle(const struct fp_plan *plan, struct fp_flink *flink,
                                        struct fp_error *err);
/** Get the archive or directory with Flink, unless it is open; not for FP_FROM_IMAGE. */
FP_CHECKED enum fp_code fp_flink_fetch(const struct fp_plan *plan, struct fp_flink *ret,
                                       struct fp_flink_origin *ret_origin, struct fp_error *err);
/** Read the archive or directory, make the distribution's layer, and keep what it says in the local
 * cache. */
FP_CHECKED enum fp_code fp_flink_read(const struct fp_plan *plan, struct fp_flink_origin *origin,
                                      struct fp_flink *ret, struct fp_error *err);
/**
 * Verify the signature of the archive, if the plan requires one; it is read for that, unless the
 * local cache knows that it has one.
 */
FP_CHECKED enum fp_code fp_flink_check_signature(const struct fp_plan *plan, struct fp_flink *flink,
                                                 struct fp_flink_origin *origin,
                                                 struct fp_error *err);
void fp_flink_origin_clear(struct fp_flink_origin *origin);
/** Recognise the Flink of an image: its home, version and traits. */
FP_CHECKED enum fp_code fp_flink_of_image(const struct fp_plan *plan,
                                          const struct fp_base_image *image, struct fp_flink *ret,
                                          struct fp_error *err);
/** Read the distribution, unless it has been read: for a step that needs more than the facts of its
 * record, maybe also its layer's content. FP_E_VERIFY if it is not what the record says. */
FP_CHECKED enum fp_code fp_flink_need(const struct fp_layer_step *step, bool with_layer,
                                      struct fp_error *err);
/** The content of a distribution's layer that was reused and is the archive itself: fetch and hash
 * the archive, unless the content is known to be somewhere. */
FP_CHECKED enum fp_code fp_flink_layer(const struct fp_layer_step *step, struct fp_own_layer *own,
                                       struct fp_error *err);
/** Keep what a distribution is in the local cache, and the digest of its archive. */
void fp_flink_keep(const struct fp_plan *plan, const struct fp_flink_origin *origin,
                   const struct fp_flink *flink);
void fp_flink_clear(struct fp_flink *flink);
/** Whether the image keeps a job that an earlier build of ours put there, as it gets no new one. */
bool fp_keeps_job(const struct fp_flink *flink, const struct fp_base_image *base);
/** Whether a jar of opt/ is a plugin's: "s3-fs-hadoop" is flink-s3-fs-hadoop-1.20.4.jar. */
bool fp_is_jar_of_plugin(const char *jar, const char *plugin);
/** Fail with FP_E_NOT_FOUND if a distribution that was read lacks a plugin that is asked for by its
 * name alone. */
FP_CHECKED enum fp_code fp_check_plugins(const struct fp_plan *plan, const struct fp_flink *flink,
                                         struct fp_error *err);
/** The job's class that the entrypoint passes, or NULL if Flink finds it. Borrowed. */
const char *fp_job_classname(const struct fp_plan *plan, const struct fp_flink *flink);
/** The newest time of entries in the job's jars. */
int64_t fp_job_time(const struct fp_plan *plan);
/** The newest time in the distribution; at least FP_EARLIEST_TIME, in epoch seconds. */
int64_t fp_dist_time(const struct fp_flink *flink);
/** The newest time in the distribution and the job's jars, in epoch seconds. */
int64_t fp_inputs_time(const struct fp_plan *plan, const struct fp_flink *flink);

#endif
