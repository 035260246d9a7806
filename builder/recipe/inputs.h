/**
 * @file
 * The inputs of each layer, known before anything is read: a recipe key is made of them.
 */
#ifndef FLINKPACK_RECIPE_INPUTS_H
#define FLINKPACK_RECIPE_INPUTS_H

#include "layers.h"

/** List the inputs of a layer by name, as JSON. `*ret` is a new reference; NULL: the image has no
 * such layer. */
typedef enum fp_code fp_inputs_of(const struct fp_layer_step *step, json_t **ret,
                                  struct fp_error *err);

FP_CHECKED fp_inputs_of fp_inputs_packages;
FP_CHECKED fp_inputs_of fp_inputs_distribution;
FP_CHECKED fp_inputs_of fp_inputs_hadoop;
FP_CHECKED fp_inputs_of fp_inputs_setup;
FP_CHECKED fp_inputs_of fp_inputs_job;
/** Of the step's tar, for append. */
FP_CHECKED fp_inputs_of fp_inputs_tar;
/** The inputs of the set-up that another base changes, for rebase. A new reference. */
json_t *fp_inputs_below(const struct fp_layer_step *step);
/** Of the files of --add, for append. */
FP_CHECKED fp_inputs_of fp_inputs_files;

/** The inputs of the distribution's layer. A new reference. */
json_t *fp_inputs_of_flink(const struct fp_plan *plan, const char *digest);
/** The content of files, sorted: ["NAME SHA-256", ...]. */
FP_CHECKED enum fp_code fp_inputs_of_files(const struct fp_plan *plan, const struct fp_strv *names,
                                           const struct fp_strv *paths, json_t **ret,
                                           struct fp_error *err);
/** The plugins: {NAME: FILES}. */
FP_CHECKED enum fp_code fp_inputs_of_plugins(const struct fp_plan *plan, json_t **ret,
                                             struct fp_error *err);
/** The files and directories of --add, for one platform. */
FP_CHECKED enum fp_code fp_inputs_of_adds(const struct fp_plan *plan,
                                          const struct fp_platform *platform, json_t **ret,
                                          struct fp_error *err);
/** How layers are compressed, which counts for their digests. A new reference. */
json_t *fp_inputs_of_codec(const struct fp_plan *plan);
/**
 * The key by which an unchanged image is known without reading more than its manifest or index,
 * whose annotation FP_ANNOTATION_RECIPE it is: "REST.JOB", the SHA-256 of everything that an image
 * is made of but for the job, and that of the job.
 * @param bases        The base's name is resolved.
 * @param flink_digest Flink's source: a digest, or what is known of a release; NULL: none.
 * @param below        REST of the image of ours that gets a new job or more; NULL: there is none.
 * An image that gets only a job has the key that it would have if it were made at once.
 * @param ret          The caller owns it; NULL: the image has no key.
 */
FP_CHECKED enum fp_code fp_image_key(const struct fp_plan *plan, const struct fp_bases *bases,
                                     const char *flink_digest, const char *below, char **ret,
                                     struct fp_error *err);
/** The key of the same image on another base. The caller owns it; NULL: the image has none. */
char *fp_image_key_rebase(const char *key, const struct fp_bases *bases);

#endif
