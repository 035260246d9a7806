/**
 * @file
 * The options of each command: lists of groups, each ended by NULL.
 */
#ifndef FLINKPACK_CLI_COMMAND_GROUPS_H
#define FLINKPACK_CLI_COMMAND_GROUPS_H

#include "command.h"

extern const struct fp_option_group *const fp_groups_build[];
extern const struct fp_option_group *const fp_groups_lock[];
extern const struct fp_option_group *const fp_groups_check[];
extern const struct fp_option_group *const fp_groups_append[];
extern const struct fp_option_group *const fp_groups_rebase[];
extern const struct fp_option_group *const fp_groups_push[];
extern const struct fp_option_group *const fp_groups_pull[];
extern const struct fp_option_group *const fp_groups_sbom[];
extern const struct fp_option_group *const fp_groups_sign[];
extern const struct fp_option_group *const fp_groups_verify[];
extern const struct fp_option_group *const fp_groups_inspect[];
extern const struct fp_option_group *const fp_groups_generate[];
extern const struct fp_option_group *const fp_groups_images[];
extern const struct fp_option_group *const fp_groups_store[];
extern const struct fp_option_group *const fp_groups_login[];
extern const struct fp_option_group *const fp_groups_logout[];
extern const struct fp_option_group *const fp_groups_base[];
extern const struct fp_option_group *const fp_groups_cache[];
extern const struct fp_option_group *const fp_groups_plain[];

#endif
