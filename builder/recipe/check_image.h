/**
 * @file
 * The job that an image has, as the judge is told of it.
 */
#ifndef FLINKPACK_RECIPE_CHECK_IMAGE_H
#define FLINKPACK_RECIPE_CHECK_IMAGE_H

#include "image_jars.h"
#include "image_start.h"
#include "judge.h"

/** What is judged of an image, and all that its input borrows. Zero-initialise. */
struct fp_image_case {
    struct fp_judge_case judged;
    struct fp_image_jars jars;
    struct fp_image_start start;
    struct fp_api *api;
};

/**
 * Put together what is judged of an image: the jars in it, how it is started, its Flink. The jars
 * are copied to a private directory; fp_image_case_tell() takes its path out of what is said.
 * @param plan  FP_FROM_IMAGE, without a job.
 * @param flink fp_flink_of_image() of the first platform.
 * @param bases Opened. Layers are fetched.
 * @return Errors of fetching and reading layers; FP_E_INPUT: a jar is none.
 */
FP_CHECKED enum fp_code fp_check_image(const struct fp_plan *plan, struct fp_flink *flink,
                                       struct fp_bases *bases, struct fp_image_case *ret,
                                       struct fp_error *err);
/** Let findings name jars by their paths in the image. */
void fp_image_case_tell(const struct fp_image_case *image, struct fp_findings *findings);
/** The paths of the job's jars in the image. */
void fp_image_case_names(const struct fp_image_case *image, struct fp_strv *ret);
void fp_image_case_clear(struct fp_image_case *image);
#define cleanup_image_case __attribute__((cleanup(fp_image_case_clear)))

#endif
