/* Which options each command has: groups of rows of the tables. */
#include "command_groups.h"

const struct fp_option_group *const fp_all_options[] = {
    &fp_options_flink,
    &fp_options_job,
    &fp_options_with,
    &fp_options_packages,
    &fp_options_package_sources,
    &fp_options_on,
    &fp_options_name,
    &fp_options_to,
    &fp_options_append,
    &fp_options_append_config,
    &fp_options_look,
    &fp_options_reuse,
    &fp_options_records,
    &fp_options_lock,
    &fp_options_old,
    &fp_options_apache,
    &fp_options_catalogue,
    &fp_options_manifests,
    &fp_options_deploy_what,
    &fp_options_deploy_job,
    &fp_options_deploy_size,
    &fp_options_deploy_conf,
    &fp_options_deploy_pods,
    &fp_options_deploy_ui,
    &fp_options_deploy_policies,
    &fp_options_rebase,
    &fp_options_judge,
    &fp_options_check,
    &fp_options_base_check,
    &fp_options_copy,
    &fp_options_pull,
    &fp_options_inspect,
    &fp_options_sbom,
    &fp_options_sign,
    &fp_options_verify,
    &fp_options_images,
    &fp_options_cache,
    &fp_options_cache_show,
    &fp_options_login,
    &fp_options_upload,
    &fp_options_transfer,
    &fp_options_credentials,
    &fp_options_network,
    &fp_options_folders,
    &fp_options_general,
    NULL,
};

/* The options of all commands that use registries. */
#define REMOTE                                                                                     \
    &fp_options_transfer, &fp_options_network, &fp_options_credentials, &fp_options_folders,       \
        &fp_options_general

typedef const struct fp_option_group *const groups;

groups fp_groups_build[] = {&fp_options_flink,
                            &fp_options_job,
                            &fp_options_judge,
                            &fp_options_with,
                            &fp_options_packages,
                            &fp_options_package_sources,
                            &fp_options_on,
                            &fp_options_name,
                            &fp_options_to,
                            &fp_options_manifests,
                            &fp_options_look,
                            &fp_options_reuse,
                            &fp_options_records,
                            &fp_options_old,
                            &fp_options_apache,
                            &fp_options_catalogue,
                            &fp_options_cache,
                            &fp_options_sign,
                            &fp_options_upload,
                            REMOTE,
                            NULL};
groups fp_groups_lock[] = {&fp_options_flink,
                           &fp_options_job,
                           &fp_options_judge,
                           &fp_options_with,
                           &fp_options_packages,
                           &fp_options_package_sources,
                           &fp_options_on,
                           &fp_options_name,
                           &fp_options_to,
                           &fp_options_look,
                           &fp_options_records,
                           &fp_options_lock,
                           &fp_options_apache,
                           &fp_options_catalogue,
                           &fp_options_cache,
                           REMOTE,
                           NULL};
groups fp_groups_check[] = {&fp_options_check,
                            &fp_options_flink,
                            &fp_options_job,
                            &fp_options_with,
                            &fp_options_packages,
                            &fp_options_on,
                            &fp_options_apache,
                            &fp_options_catalogue,
                            &fp_options_cache,
                            REMOTE,
                            NULL};
groups fp_groups_append[] = {&fp_options_append,
                             &fp_options_append_config,
                             &fp_options_to,
                             &fp_options_look,
                             &fp_options_records,
                             &fp_options_catalogue,
                             &fp_options_cache,
                             &fp_options_sign,
                             &fp_options_upload,
                             REMOTE,
                             NULL};
groups fp_groups_rebase[] = {&fp_options_rebase,
                             &fp_options_package_sources,
                             &fp_options_catalogue,
                             &fp_options_sign,
                             &fp_options_upload,
                             REMOTE,
                             NULL};
groups fp_groups_push[] = {&fp_options_copy, &fp_options_sign, &fp_options_upload, REMOTE, NULL};
groups fp_groups_pull[] = {&fp_options_pull, &fp_options_copy, REMOTE, NULL};
groups fp_groups_sbom[] = {&fp_options_sbom, &fp_options_cache, REMOTE, NULL};
groups fp_groups_sign[] = {&fp_options_sign, &fp_options_upload, REMOTE, NULL};
groups fp_groups_verify[] = {&fp_options_verify, &fp_options_apache, REMOTE, NULL};
groups fp_groups_inspect[] = {&fp_options_inspect, REMOTE, NULL};
groups fp_groups_generate[] = {&fp_options_deploy_what,
                               &fp_options_deploy_job,
                               &fp_options_deploy_size,
                               &fp_options_deploy_conf,
                               &fp_options_deploy_pods,
                               &fp_options_deploy_ui,
                               &fp_options_deploy_policies,
                               REMOTE,
                               NULL};
groups fp_groups_images[] = {&fp_options_images, &fp_options_folders, &fp_options_general, NULL};
groups fp_groups_store[] = {&fp_options_folders, &fp_options_general, NULL};
groups fp_groups_login[] = {&fp_options_login, &fp_options_network, &fp_options_credentials,
                            &fp_options_general, NULL};
groups fp_groups_logout[] = {&fp_options_credentials, &fp_options_general, NULL};
groups fp_groups_base[] = {
    &fp_options_base_check,  &fp_options_pin,     &fp_options_catalogue, &fp_options_network,
    &fp_options_credentials, &fp_options_folders, &fp_options_general,   NULL};
groups fp_groups_cache[] = {&fp_options_cache_show, &fp_options_folders, &fp_options_general, NULL};
groups fp_groups_plain[] = {&fp_options_general, NULL};
