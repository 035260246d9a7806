/**
 * @file
 * The words of single options into values.
 */
#ifndef FLINKPACK_BUILD_PLAN_PARSE_H
#define FLINKPACK_BUILD_PLAN_PARSE_H

#include "internal.h"

/** UID[:GID]; without a group it is 0, the group of arbitrary-uid clusters. */
FP_CHECKED enum fp_code fp_plan_user(const char *text, unsigned *ret_uid, unsigned *ret_gid,
                                     struct fp_error *err);
/** NAME[=FILE,...]. The caller owns the members. */
FP_CHECKED enum fp_code fp_plan_plugin_parse(const char *text, struct fp_plan_plugin *ret,
                                             struct fp_error *err);
/** SRC:DEST[:MODE]. The caller owns the members. */
FP_CHECKED enum fp_code fp_plan_add_parse(const char *text, struct fp_plan_add *ret,
                                          struct fp_error *err);
/** A file of "KEY: VALUE" lines, or of nested keys as config.yaml has them, appended to the plan.
 */
FP_CHECKED enum fp_code fp_plan_conf_file(struct fp_plan *plan, const char *path,
                                          struct fp_error *err);
/** KEY=VALUE or such a file, appended to the plan. */
FP_CHECKED enum fp_code fp_plan_conf(struct fp_plan *plan, const char *text, struct fp_error *err);

#endif
