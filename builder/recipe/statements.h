/**
 * @file
 * What a build says of the image that it made: bills of materials and provenance.
 */
#ifndef FLINKPACK_RECIPE_STATEMENTS_H
#define FLINKPACK_RECIPE_STATEMENTS_H

#include "layers.h"

/** A build whose image is made. Everything is borrowed. */
struct fp_statements_input {
    const struct fp_plan *plan;
    const struct fp_flink *flink;
    const struct fp_bases *bases;
    const struct fp_platform_image *images;
    const struct fp_blob *root;
    const json_t *metadata;  /**< of fp_metadata() */
    struct fp_repo *records; /**< of --cache-repo; NULL: none */
    const json_t *lock;      /**< of fp_lock_make(); NULL: there is none */
};

/** Make what the plan asks for. The result is an array of objects as fp_build_result has them; a
 * new reference. */
FP_CHECKED enum fp_code fp_statements_make(const struct fp_statements_input *input, json_t **ret,
                                           struct fp_error *err);
/** The predicate of provenance (https://slsa.dev/spec/v1.2/provenance); a new reference. */
FP_CHECKED enum fp_code fp_provenance_make(const struct fp_statements_input *input, json_t **ret,
                                           struct fp_error *err);

/** The run of a CI system that the build is part of, by the variables that these systems set. All
 * texts are owned; NULL: not known. Release with fp_ci_run_clear(). */
struct fp_ci_run {
    char *builder;    /**< a URI of who runs it: of the CI system, or its runner */
    char *invocation; /**< the URL of the run */
    char *source;     /**< "git+https://HOST/PROJECT@REF" */
    char *commit;     /**< the commit's hash */
};

/** Find out which run it is: GitLab, GitHub or Jenkins, unless --builder-id and --build-url say so.
 * URLs lose their user names. */
void fp_ci_run_find(const struct fp_plan *plan, struct fp_ci_run *ret);
/** Release the members. */
void fp_ci_run_clear(struct fp_ci_run *run);

#endif
