/**
 * @file
 * Flink, wherever it comes from: fetched, read, or found in an image.
 */
#ifndef FLINKPACK_RECIPE_FLINK_H
#define FLINKPACK_RECIPE_FLINK_H

#include "base.h"
#include "plan.h"

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
