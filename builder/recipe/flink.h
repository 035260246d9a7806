/**
 * @file
 * The inputs of an image: the base for each platform, and Flink, which is fetched, read, or found
 * in an image.
 */
#ifndef FLINKPACK_RECIPE_FLINK_H
#define FLINKPACK_RECIPE_FLINK_H

#include "flinkpack/alpine.h"
#include "flinkpack/base.h"

#include "plan.h"

/** The most inflated bytes of a base that are read. */
#define FP_BASE_MAX_BYTES ((uint64_t) 32 << 30)

/** A base for one platform. */
struct fp_base_image {
    struct fp_platform platform;
    struct fp_manifest manifest;
    struct fp_config config;
    struct fp_blob **blobs;
    struct fp_base_facts facts;
    struct fp_descriptor descriptor; /**< of its manifest, as it was found */
    json_t *additions;       /**< {KIND OF LAYER: what its packages are, as a lock says it} */
    bool is_rebuilt;         /**< an image of ours that gets a new job: see fp_leave_job_out() */
    struct fp_strv old_jars; /**< if so, the names of the old job's jars */
};

/** The base for all platforms. */
struct fp_bases {
    char *name;                 /**< the name that annotations get */
    struct fp_base_entry entry; /**< of the catalogue; zero if an image was named */
    struct fp_repo *repo;
    struct fp_descriptor root; /**< the descriptor that the name resolved to */
    struct fp_images found;    /**< its images; zero if the base is made of packages */
    bool has_moved;            /**< the name resolves to another digest than the catalogue pins */
    struct fp_base_image *images; /**< one per platform, in the plan's order */
    size_t count;
};

/** Make the empty base for all platforms. */
void fp_bases_none(const struct fp_plan *plan, struct fp_bases *ret);
/** Find the base, chosen by `version` (may be NULL) if none was named, and resolve its name. */
FP_CHECKED enum fp_code fp_bases_find(const struct fp_plan *plan,
                                      const struct fp_flink_version *version, struct fp_bases *ret,
                                      struct fp_error *err);
/** Find the base unless that has been done, then fetch and read it. */
FP_CHECKED enum fp_code fp_bases_open(const struct fp_plan *plan,
                                      const struct fp_flink_version *version, struct fp_bases *ret,
                                      struct fp_error *err);
void fp_bases_clear(struct fp_bases *bases);
/** Read the manifest of image->descriptor and its configuration. */
FP_CHECKED enum fp_code fp_base_read(const struct fp_bases *bases, struct fp_base_image *image,
                                     struct fp_error *err);
/** Fetch the layers of one platform's base. */
FP_CHECKED enum fp_code fp_base_fetch(const struct fp_plan *plan, struct fp_bases *bases,
                                      struct fp_base_image *image, struct fp_error *err);
/** Make the base for one platform from an entry that names packages instead of an image. */
FP_CHECKED enum fp_code fp_base_assemble(const struct fp_plan *plan, struct fp_bases *bases,
                                         struct fp_base_image *image, struct fp_error *err);
/**
 * If an image of ours gets a new job, remove the old job's layers, history, labels and environment
 * from its manifest and configuration before layers are fetched. If others have added layers on
 * top, the old job's layers stay, and the new job's layer removes the old jars.
 */
void fp_leave_job_out(const struct fp_plan *plan, struct fp_base_image *image);
/**
 * Read a regular file of a base, following links.
 * @return FP_E_NOT_FOUND if there is none; FP_E_INPUT if it is too large.
 */
FP_CHECKED enum fp_code fp_base_image_read(const struct fp_base_image *image, const char *path,
                                           struct fp_buf *ret, struct fp_error *err);
/** Read several files in one pass over the layers. This is a fp_apk_reader whose context is the
 * struct fp_base_image. */
FP_CHECKED enum fp_code fp_base_image_read_many(void *image, const struct fp_strv *paths,
                                                struct fp_buf *contents, struct fp_error *err);
/** The creation time in the base's configuration; at least FP_EARLIEST_TIME. */
int64_t fp_base_time(const struct fp_base_image *base);

/** The variable in which the entrypoint finds the job's class. */
#define FP_ENV_JOB_CLASSNAME "FLINK_JOB_CLASSNAME"

/** Flink, from any source. */
struct fp_flink {
    struct fp_flink_version version;
    const struct fp_flink_traits *traits;
    struct fp_release release;   /**< FP_FROM_RELEASE */
    struct fp_distribution dist; /**< unless FP_FROM_IMAGE */
    bool has_dist;
    char *home; /**< "/opt/flink" */
};

/** The source of a distribution: an archive or a directory. Zero-initialise. */
struct fp_flink_origin {
    struct fp_input *archive; /**< open, or NULL */
    char *folder;             /**< its path, or NULL */
};

/** Get the archive or directory with Flink; not for FP_FROM_IMAGE. */
FP_CHECKED enum fp_code fp_flink_fetch(const struct fp_plan *plan, struct fp_flink *ret,
                                       struct fp_flink_origin *ret_origin, struct fp_error *err);
/** Read the archive or directory, and make the distribution's layer. */
FP_CHECKED enum fp_code fp_flink_read(const struct fp_plan *plan, struct fp_flink_origin *origin,
                                      struct fp_flink *ret, struct fp_error *err);
void fp_flink_origin_clear(struct fp_flink_origin *origin);
/** Recognise the Flink of an image: its home, version and traits. */
FP_CHECKED enum fp_code fp_flink_of_image(const struct fp_plan *plan,
                                          const struct fp_base_image *image, struct fp_flink *ret,
                                          struct fp_error *err);
/** The digest of Flink's source, "ALGORITHM:HEX"; not for FP_FROM_IMAGE. Owned. */
char *fp_flink_digest(const struct fp_flink *flink);
void fp_flink_clear(struct fp_flink *flink);
/** Whether the image keeps a job that an earlier build of ours put there, as it gets no new one. */
bool fp_keeps_job(const struct fp_flink *flink, const struct fp_base_image *base);
/** The job's class that the entrypoint passes, or NULL if Flink finds it. Borrowed. */
const char *fp_job_classname(const struct fp_plan *plan, const struct fp_flink *flink);
/** The newest time of entries in the job's jars. */
int64_t fp_job_time(const struct fp_plan *plan);
/** The newest time in the distribution; at least FP_EARLIEST_TIME, in epoch seconds. */
int64_t fp_dist_time(const struct fp_flink *flink);
/** The newest time in the distribution and the job's jars, in epoch seconds. */
int64_t fp_inputs_time(const struct fp_plan *plan, const struct fp_flink *flink);

#endif
