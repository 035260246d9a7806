/**
 * @file
 * One struct holds the options of all commands. Each run makes a new one.
 */
#ifndef FLINKPACK_CLI_ARGS_H
#define FLINKPACK_CLI_ARGS_H

#include "flinkpack/deploy.h"
#include "flinkpack/recipe.h"
#include "option.h"

/** The command that lists the images of the local store; completion scripts run it. */
#define FP_LISTED_IMAGES "images --format names"

/** The option tables fill this struct. Its strings are borrowed from the settings. */
struct fp_args {
    struct fp_build_options build;
    struct fp_append_options append;
    struct fp_deploy_options deploy;

    /* All commands. */
    const char *config;
    const char *progress; /**< NULL: auto */

    /* The places of images and downloads. */
    const char *store; /**< NULL: fp_store_path() */
    const char *cache; /**< NULL: the user's cache directory */

    /* The network. */
    const char *authfile;
    const char *ca_file;
    struct fp_strv insecure;   /**< HOST[:PORT] */
    struct fp_strv plain_http; /**< HOST[:PORT] */
    int64_t threads;           /**< 0: the number of processors decides */
    int64_t retry;             /**< attempts after the first one */
    int64_t retry_delay_ms;    /**< 0: the default */
    int64_t connect_timeout_ms;
    int64_t stall_timeout_ms;
    int64_t chunk_bytes;        /**< 0: each blob is sent in one piece */
    struct fp_strv token_hosts; /**< empty: any host that a registry names */
    struct fp_strv mirrors;     /**< "PREFIX=LOCATION" */

    /* The addresses of Apache's servers; NULL: the real servers. */
    const char *apache_url;
    const char *archive_url;
    const char *checksum_url;

    /* Single commands. */
    int64_t source_date_epoch; /**< -1: not given */
    const char *metadata_file;
    const char *digest_file;
    const char *platform;        /**< pull, push, inspect: one platform of an index */
    struct fp_strv outputs;      /**< pull */
    struct fp_strv attestations; /**< verify */
    bool prove_flink;            /**< verify */
    const char *format;          /**< inspect, images: "text", "json" or "names" */
    const char *username;        /**< login */
    int64_t prune_max_bytes;     /**< cache prune; -1: not given */

    /* Signatures. */
    const char *sign_key;       /**< a file, or env:NAME */
    const char *signer;         /**< a program */
    struct fp_strv verify_keys; /**< verify: files */

    /* Manifests. */
    const char *generate;         /**< build: a directory */
    const char *values;           /**< build, generate: a file */
    const char *image;            /**< generate */
    const char *output_dir;       /**< generate */
    struct fp_strv defines;       /**< generate: KEY=VALUE */
    const char *log_conf;         /**< generate: a file */
    struct fp_strv patches;       /**< generate: files */
    struct fp_strv merge_patches; /**< generate: files */

    bool help;
    bool verbose;
    bool quiet;
    bool fail_on_warning;
    bool offline;
    bool raw;            /**< inspect */
    bool image_config;   /**< inspect */
    bool password_stdin; /**< login */
    bool stale_only;     /**< base check */
    bool referrers;      /**< push, pull */
};

/** Whether a word is HOST[:PORT]. A URL or a path after the port does not match. */
bool fp_is_host(const char *text);
/** Whether a text is NAME=VALUE with a name that a shell can set. */
bool fp_is_assignment(const char *text);
/** Set the members whose default is not 0. */
void fp_args_init(struct fp_args *args);

/** The groups of options that the commands combine. */
extern const struct fp_option_group fp_options_append;
extern const struct fp_option_group fp_options_append_config;
extern const struct fp_option_group fp_options_name;
extern const struct fp_option_group fp_options_flink;
extern const struct fp_option_group fp_options_job;
extern const struct fp_option_group fp_options_with;
extern const struct fp_option_group fp_options_packages;
extern const struct fp_option_group fp_options_package_sources;
extern const struct fp_option_group fp_options_on;
extern const struct fp_option_group fp_options_to;
extern const struct fp_option_group fp_options_look;
extern const struct fp_option_group fp_options_lock;
extern const struct fp_option_group fp_options_reuse;
extern const struct fp_option_group fp_options_records;
extern const struct fp_option_group fp_options_apache;
extern const struct fp_option_group fp_options_old;
extern const struct fp_option_group fp_options_rebase;
extern const struct fp_option_group fp_options_judge;
extern const struct fp_option_group fp_options_check;
extern const struct fp_option_group fp_options_base_check;
extern const struct fp_option_group fp_options_catalogue;
extern const struct fp_option_group fp_options_pin;
extern const struct fp_option_group fp_options_copy;
extern const struct fp_option_group fp_options_pull;
extern const struct fp_option_group fp_options_inspect;
extern const struct fp_option_group fp_options_sbom;
extern const struct fp_option_group fp_options_manifests;
extern const struct fp_option_group fp_options_deploy_what;
extern const struct fp_option_group fp_options_deploy_job;
extern const struct fp_option_group fp_options_deploy_size;
extern const struct fp_option_group fp_options_deploy_conf;
extern const struct fp_option_group fp_options_deploy_pods;
extern const struct fp_option_group fp_options_deploy_ui;
extern const struct fp_option_group fp_options_deploy_policies;
extern const struct fp_option_group fp_options_sign;
extern const struct fp_option_group fp_options_verify;
extern const struct fp_option_group fp_options_images;
extern const struct fp_option_group fp_options_cache;
extern const struct fp_option_group fp_options_cache_show;
extern const struct fp_option_group fp_options_login;
extern const struct fp_option_group fp_options_credentials;
extern const struct fp_option_group fp_options_upload;
extern const struct fp_option_group fp_options_transfer;
extern const struct fp_option_group fp_options_network;
extern const struct fp_option_group fp_options_folders;
extern const struct fp_option_group fp_options_general;

#endif
