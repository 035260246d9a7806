/**
 * @file
 * The state of a build, and the steps that obtain what it takes.
 */
#ifndef FLINKPACK_RECIPE_BUILD_H
#define FLINKPACK_RECIPE_BUILD_H

#include "inputs.h"
#include "known.h"
#include "listener.h"

/** The state of a build. */
struct fp_build {
    const struct fp_build_options *options;
    const struct fp_append_options *append; /**< NULL: the build is not append */
    struct fp_listener listener;
    struct fp_build_context context; /**< the caller's, whose reporter is listened to */
    bool makes_all;                  /**< nothing that earlier builds know is used */
    struct fp_group *group;          /**< of all tasks: the failure of one cancels the rest */
    struct fp_plan plan;
    struct fp_repo *store; /**< open, so that no process removes blobs meanwhile */
    struct fp_flink_origin origin;
    struct fp_flink flink; /**< empty for append */
    struct fp_bases bases;
    struct fp_platform_image *images;
    struct fp_blob *root;
    struct fp_outputs outputs;
    struct fp_known *known;
    struct fp_repo *cache_repo;     /**< NULL: none */
    struct fp_descriptor unchanged; /**< the image that is there already; zero: it has to be made */
    json_t *metadata;
    json_t *lock;                                /**< the lock of what is made */
    json_t *statements;                          /**< what is said of the image */
    const struct fp_flink_version *base_version; /**< chooses the base, unless one is named */
};

/** Find out from as little as possible whether the image is there already, as `unchanged`. */
FP_CHECKED enum fp_code fp_build_look(struct fp_build *build, struct fp_error *err);
/** Open the base, read Flink, check whether they fit, and judge the job. */
FP_CHECKED enum fp_code fp_build_obtain(struct fp_build *build, struct fp_error *err);
/**
 * Get the key of the image.
 * @param below That of the image of ours that is built upon; NULL: there is none.
 * @param ret   The caller frees it. NULL: it is not known yet, or the image has none.
 */
FP_CHECKED enum fp_code fp_build_key(const struct fp_build *build, const char *below, char **ret,
                                     struct fp_error *err);

#endif
