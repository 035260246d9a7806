/**
 * @file
 * Files put on any image: what `append` plans, and how it makes layers.
 */
#ifndef FLINKPACK_BUILD_APPEND_H
#define FLINKPACK_BUILD_APPEND_H

#include "layers.h"

/** The base that has nothing. */
#define FP_SCRATCH "scratch"

/** The checked options. Owned members; zero-initialise. */
struct fp_append_plan {
    struct fp_plan plan; /**< what any image is planned with */
    const struct fp_append_options *options;
    json_t *entrypoint; /**< array; NULL keeps the base's */
    json_t *cmd;        /**< likewise */
};

/** Check everything that can be checked without the network. Release with
 * fp_append_plan_clear(), on failure too. */
FP_CHECKED enum fp_code fp_append_plan_make(const struct fp_build_options *image,
                                            const struct fp_append_options *options,
                                            const struct fp_build_context *context,
                                            struct fp_append_plan *ret, struct fp_error *err);
/** Release the members. */
void fp_append_plan_clear(struct fp_append_plan *append);
/**
 * The words of --entrypoint or --cmd: one a value, or all in one JSON list. A single empty value or
 * list means that there are none.
 * @param ret A new array, or NULL where nothing was given.
 * @return FP_E_USAGE naming `option`.
 */
FP_CHECKED enum fp_code fp_append_words(const struct fp_strv *values, const char *option,
                                        json_t **ret, struct fp_error *err);
/**
 * A tar of the user's as a layer, which is looked through and applied to the step's tree. What is
 * gzip or zstd stays as it is; a plain or xz one is packed with gzip, which keeps its diff_id.
 */
FP_CHECKED enum fp_code fp_append_layer(const struct fp_layer_step *step, const char *path,
                                        struct fp_layer *ret, struct fp_error *err);

#endif
