/**
 * @file
 * The parts of a plan. Each part checks the values of some options and converts them to members of
 * the plan; FP_E_USAGE and others name the option.
 */
#ifndef FLINKPACK_RECIPE_PLAN_PARTS_H
#define FLINKPACK_RECIPE_PLAN_PARTS_H

#include "plan.h"

/** The account that Flink runs as without --user, as in the official images. */
#define FP_FLINK_UID 9999U
#define FP_FLINK_GID 9999U

/** A part of any plan. */
typedef enum fp_code fp_plan_part(struct fp_plan *plan, const struct fp_build_options *options,
                                  struct fp_error *err);

/** --platform: the platforms of the image, each once; at least one. */
FP_CHECKED fp_plan_part fp_plan_platforms;
/** --base: the base, which must be possible for all platforms of the plan. */
FP_CHECKED fp_plan_part fp_plan_base;
/** The names and destinations: --image-name, --tag, --push, --output. */
FP_CHECKED fp_plan_part fp_plan_outputs;
/** --compression and --compression-level; the plan must have its outputs. */
FP_CHECKED fp_plan_part fp_plan_compression;
/** --add; the plan must have its platforms. */
FP_CHECKED fp_plan_part fp_plan_adds;
/** --label, --annotation, --env. */
FP_CHECKED fp_plan_part fp_plan_look;

/** --sbom and --provenance; the plan must have its platforms. */
FP_CHECKED fp_plan_part fp_plan_statements;

/* The parts that only build has. */

/** --from-...: the source of Flink. */
FP_CHECKED fp_plan_part fp_plan_flink;
/** --user: numeric IDs. */
FP_CHECKED fp_plan_part fp_plan_user;
/** --package, --repository, --key, --apk-mirror. */
FP_CHECKED fp_plan_part fp_plan_packages;
/** --conf: settings and files of settings. */
FP_CHECKED fp_plan_part fp_plan_conf;
/** --job-jar, --job-artifacts. */
FP_CHECKED fp_plan_part fp_plan_job;
/** --lib and --plugin. */
FP_CHECKED fp_plan_part fp_plan_libs;
/** --job-classname, or the class in the jars' manifests; the plan must have jars and libraries. */
FP_CHECKED fp_plan_part fp_plan_class;

/** --check, --allow. */
FP_CHECKED fp_plan_part fp_plan_check;

/* The parts that only append has. */

/** --layer; the plan must have its platforms and additions. */
FP_CHECKED enum fp_code fp_plan_tars(struct fp_plan *plan, const struct fp_append_options *append,
                                     struct fp_error *err);
/** --entrypoint, --cmd, --workdir and --user. */
FP_CHECKED enum fp_code fp_plan_start(struct fp_plan *plan, const struct fp_build_options *options,
                                      const struct fp_append_options *append, struct fp_error *err);

/** Append the files of FILE,FILE to `ret`; an existing file whose name has commas is one file. */
void fp_plan_files(const char *text, struct fp_strv *ret);
/** Check that a file can be read. */
FP_CHECKED enum fp_code fp_plan_check_file(const char *option, const char *path,
                                           struct fp_error *err);
/** Copy a text, which the caller owns; NULL gives NULL. */
static inline char *fp_plan_copy(const char *text)
{
    return text != NULL ? fp_xstrdup(text) : NULL;
}

#endif
