/**
 * @file
 * The words of single options into values.
 */
#ifndef FLINKPACK_BUILD_PLAN_PARSE_H
#define FLINKPACK_BUILD_PLAN_PARSE_H

#include "plan.h"

/** UID[:GID]; without a group it is 0, the group of arbitrary-uid clusters. */
FP_CHECKED enum fp_code fp_plan_user(const char *text, unsigned *ret_uid, unsigned *ret_gid,
                                     struct fp_error *err);
/** FILE,FILE: but a file that is called so is meant as a whole. Appended to `ret`. */
void fp_plan_files(const char *text, struct fp_strv *ret);
/** NAME[=FILE,...]. The caller owns the members. */
FP_CHECKED enum fp_code fp_plan_plugin_parse(const char *text, struct fp_plan_plugin *ret,
                                             struct fp_error *err);
/** SRC:DEST[:MODE]. The caller owns the members.
 * @param platform For fp_plan_for_platform(); where that changes nothing, `ret->platform` is NULL,
 *                 else this, borrowed. */
FP_CHECKED enum fp_code fp_plan_add_parse(const char *text, const struct fp_platform *platform,
                                          struct fp_plan_add *ret, struct fp_error *err);
/** --platform: those asked for, each once; at least one. */
FP_CHECKED enum fp_code fp_plan_platforms(struct fp_plan *plan, struct fp_error *err);
/** --add, for the platforms that the plan has by now. */
FP_CHECKED enum fp_code fp_plan_adds(struct fp_plan *plan, struct fp_error *err);
/** --label, --annotation, --env. */
FP_CHECKED enum fp_code fp_plan_look(struct fp_plan *plan, struct fp_error *err);
/** The path `text` with {os}, {arch} and {variant} (empty where there is none) of a platform in
 * their place; other braces stay. What is there as it is written means itself. The caller owns it.
 */
char *fp_plan_for_platform(const char *text, const struct fp_platform *platform);
/** --base or --from-image: it is there, and can be of all the platforms that are asked for. */
FP_CHECKED enum fp_code fp_plan_check_base(const struct fp_plan *plan, struct fp_error *err);
/** That images can be made for all platforms of the plan. */
FP_CHECKED enum fp_code fp_plan_check_platforms(const struct fp_plan *plan, struct fp_error *err);
/** A file of "KEY: VALUE" lines, or of nested keys as config.yaml has them, appended to the plan.
 */
FP_CHECKED enum fp_code fp_plan_conf_file(struct fp_plan *plan, const char *path,
                                          struct fp_error *err);
/** KEY=VALUE or such a file, appended to the plan. */
FP_CHECKED enum fp_code fp_plan_conf(struct fp_plan *plan, const char *text, struct fp_error *err);

#endif
