/**
 * @file
 * The parts of a plan. Each turns the words of some options into members of the plan, and is where
 * a slip in them is found; FP_E_USAGE and others name the option.
 */
#ifndef FLINKPACK_RECIPE_PLAN_PARTS_H
#define FLINKPACK_RECIPE_PLAN_PARTS_H

#include "plan.h"

/** The account that Flink runs as where --user says nothing, as in the official images. */
#define FP_FLINK_UID 9999U
#define FP_FLINK_GID 9999U

/** A part of any plan. */
typedef enum fp_code fp_plan_part(struct fp_plan *plan, const struct fp_build_options *options,
                                  struct fp_error *err);

/** --platform: those asked for, each once; at least one. */
FP_CHECKED fp_plan_part fp_plan_platforms;
/** --base: the base can be of all the platforms that are asked for. */
FP_CHECKED fp_plan_part fp_plan_base;
/** The names and destinations: --image-name, --tag, --push, --output. */
FP_CHECKED fp_plan_part fp_plan_outputs;
/** --add, for the platforms that the plan has by now. */
FP_CHECKED fp_plan_part fp_plan_adds;
/** --label, --annotation, --env. */
FP_CHECKED fp_plan_part fp_plan_look;

/* Of build only. */

/** --from-...: where Flink comes from. */
FP_CHECKED fp_plan_part fp_plan_flink;
/** --user: digits. */
FP_CHECKED fp_plan_part fp_plan_user;
/** --package, --repository, --key, --apk-mirror. */
FP_CHECKED fp_plan_part fp_plan_packages;
/** --conf: settings and files of settings. */
FP_CHECKED fp_plan_part fp_plan_conf;
/** --job-jar, --job-artifacts. */
FP_CHECKED fp_plan_part fp_plan_job;
/** --lib and --plugin. */
FP_CHECKED fp_plan_part fp_plan_libs;
/** --job-classname, or the manifests: which class is the job's, once jars and libraries are known.
 */
FP_CHECKED fp_plan_part fp_plan_class;

/* Of append only. */

/** --layer, for the platforms and additions that the plan has by now. */
FP_CHECKED enum fp_code fp_plan_tars(struct fp_plan *plan, const struct fp_append_options *append,
                                     struct fp_error *err);
/** --entrypoint, --cmd, --workdir and --user. */
FP_CHECKED enum fp_code fp_plan_start(struct fp_plan *plan, const struct fp_build_options *options,
                                      const struct fp_append_options *append, struct fp_error *err);

/** FILE,FILE: but a file that is called so is meant as a whole. Appended to `ret`. */
void fp_plan_files(const char *text, struct fp_strv *ret);
/** The file can be read. */
FP_CHECKED enum fp_code fp_plan_check_file(const char *option, const char *path,
                                           struct fp_error *err);
/** A copy that the caller owns; NULL of NULL. */
static inline char *fp_plan_copy(const char *text)
{
    return text != NULL ? fp_xstrdup(text) : NULL;
}

#endif
