/**
 * @file
 * What an image is made of: the base for each of the platforms, and Flink, wherever it comes from:
 * fetched, read, or found in an image.
 */
#ifndef FLINKPACK_RECIPE_FLINK_H
#define FLINKPACK_RECIPE_FLINK_H

#include "flinkpack/alpine.h"
#include "flinkpack/base.h"

#include "plan.h"

/** Inflated bytes of a base that are read at the most. */
#define FP_BASE_MAX_BYTES ((uint64_t) 32 << 30)

/** A base, for one platform. */
struct fp_base_image {
    struct fp_platform platform;
    struct fp_manifest manifest;
    struct fp_config config;
    struct fp_blob **blobs;
    struct fp_base_facts facts;
    struct fp_descriptor descriptor; /**< of its manifest, as it was found */
    bool is_rebuilt;         /**< it is one of ours that gets a new job: see fp_leave_job_out() */
    struct fp_strv old_jars; /**< then what its old job's jars were called */
};

/** The base, for all platforms. */
struct fp_bases {
    char *name;                 /**< as it stands in annotations */
    struct fp_base_entry entry; /**< of the catalogue; zero where an image was named */
    struct fp_repo *repo;
    struct fp_descriptor root;    /**< what the name led to */
    struct fp_images found;       /**< what that holds; zero where the base is made of packages */
    bool has_moved;               /**< it leads no more to what the catalogue pins */
    struct fp_base_image *images; /**< one a platform, in the plan's order */
    size_t count;
};

/** The base that has nothing, for all platforms. */
void fp_bases_none(const struct fp_plan *plan, struct fp_bases *ret);
/** Find the base: choose it by `version` where none was named (may be NULL), and ask what its name
 * stands for. */
FP_CHECKED enum fp_code fp_bases_find(const struct fp_plan *plan,
                                      const struct fp_flink_version *version, struct fp_bases *ret,
                                      struct fp_error *err);
/** Find it where that has not been done, fetch and read it. */
FP_CHECKED enum fp_code fp_bases_open(const struct fp_plan *plan,
                                      const struct fp_flink_version *version, struct fp_bases *ret,
                                      struct fp_error *err);
void fp_bases_clear(struct fp_bases *bases);
/** Read the manifest and the configuration that image->descriptor leads to. */
FP_CHECKED enum fp_code fp_base_read(const struct fp_bases *bases, struct fp_base_image *image,
                                     struct fp_error *err);
/** Get the layers of one platform's base to where they can be read. */
FP_CHECKED enum fp_code fp_base_fetch(const struct fp_plan *plan, struct fp_bases *bases,
                                      struct fp_base_image *image, struct fp_error *err);
/** Make the base of an entry that has packages in place of an image, for one platform. */
FP_CHECKED enum fp_code fp_base_assemble(const struct fp_plan *plan, struct fp_bases *bases,
                                         struct fp_base_image *image, struct fp_error *err);
/**
 * Where a new job is put on an image of ours, take the old one's layers out of manifest and
 * configuration, with history, labels and environment, before they are fetched. What others have
 * put on top stays on what it was made of: then the new job's layer removes the old jars.
 */
void fp_leave_job_out(const struct fp_plan *plan, struct fp_base_image *image);
/**
 * The content of a regular file of a base, links followed.
 * @return FP_E_NOT_FOUND where there is none; FP_E_INPUT where it is too large.
 */
FP_CHECKED enum fp_code fp_base_image_read(const struct fp_base_image *image, const char *path,
                                           struct fp_buf *ret, struct fp_error *err);
/** The contents of several files in one walk over the layers: a fp_apk_reader whose context is the
 * struct fp_base_image. */
FP_CHECKED enum fp_code fp_base_image_read_many(void *image, const struct fp_strv *paths,
                                                struct fp_buf *contents, struct fp_error *err);
/** When the base was created, as it says; at least FP_EARLIEST_TIME. */
int64_t fp_base_time(const struct fp_base_image *base);

/** The variable in which the entrypoint finds the job's class. */
#define FP_ENV_JOB_CLASSNAME "FLINK_JOB_CLASSNAME"

/** Flink, wherever it came from. */
struct fp_flink {
    struct fp_flink_version version;
    const struct fp_flink_traits *traits;
    struct fp_release release;   /**< FP_FROM_RELEASE */
    struct fp_distribution dist; /**< not FP_FROM_IMAGE */
    bool has_dist;
    char *home; /**< "/opt/flink" */
};

/** What a distribution is read from: an archive or a folder. Zero-initialise. */
struct fp_flink_origin {
    struct fp_input *archive; /**< open, or NULL */
    char *folder;             /**< its path, or NULL */
};

/** Get hold of the archive or folder that Flink is in; not for FP_FROM_IMAGE. */
FP_CHECKED enum fp_code fp_flink_fetch(const struct fp_plan *plan, struct fp_flink *ret,
                                       struct fp_flink_origin *ret_origin, struct fp_error *err);
/** Read it, and make the distribution's layer. */
FP_CHECKED enum fp_code fp_flink_read(const struct fp_plan *plan, struct fp_flink_origin *origin,
                                      struct fp_flink *ret, struct fp_error *err);
void fp_flink_origin_clear(struct fp_flink_origin *origin);
/** Recognise the Flink of an image: its home, version and traits. */
FP_CHECKED enum fp_code fp_flink_of_image(const struct fp_plan *plan,
                                          const struct fp_base_image *image, struct fp_flink *ret,
                                          struct fp_error *err);
/** The digest of what Flink was taken from, "ALGORITHM:HEX"; not for FP_FROM_IMAGE. Owned. */
char *fp_flink_digest(const struct fp_flink *flink);
void fp_flink_clear(struct fp_flink *flink);
/** Whether an image that gets no new job has one of ours already, which it keeps. */
bool fp_keeps_job(const struct fp_flink *flink, const struct fp_base_image *base);
/** The class that the entrypoint names, or NULL where Flink finds it. Borrowed. */
const char *fp_job_classname(const struct fp_plan *plan, const struct fp_flink *flink);
/** The newest time in the job's jars. */
int64_t fp_job_time(const struct fp_plan *plan);
/** The newest time in the distribution; at least FP_EARLIEST_TIME, in epoch seconds. */
int64_t fp_dist_time(const struct fp_flink *flink);
/** The newest time that the distribution and the job's jars bring with them, in epoch seconds. */
int64_t fp_inputs_time(const struct fp_plan *plan, const struct fp_flink *flink);

#endif
