/**
 * @file
 * Deployment manifests that match an image: Kubernetes, Helm, the Flink operator, Compose.
 *
 * Nothing is fetched, read or written here: facts of an image and options go in, texts come out.
 * The same input gives the same bytes.
 */
#ifndef FLINKPACK_DEPLOY_H
#define FLINKPACK_DEPLOY_H

#include "flinkpack/flink.h"

/** The most bytes that one file may have. */
#define FP_DEPLOY_FILE_MAX ((size_t) 4 << 20)
/** The names that struct fp_deploy_options.format takes; the first one is what NULL means. */
#define FP_DEPLOY_FORMATS "kubernetes helm operator compose template"
/** The longest name of a deployment: the longest suffix still makes a DNS label. */
#define FP_DEPLOY_NAME_MAX 45

/** What the image says of itself. Everything is borrowed. */
struct fp_deploy_image {
    const char *name;           /**< REGISTRY/REPOSITORY[:TAG] */
    const char *digest;         /**< "sha256:..."; NULL: not known, then the tag stands alone */
    const char *architecture;   /**< "amd64", where it is for that one only; NULL: for several */
    const json_t *config;       /**< the "config" object: Env, Entrypoint, User, Labels */
    const struct fp_strv *conf; /**< KEY=VALUE that it was just built with; NULL: not known */
};

/**
 * What the user asked for, word by word: nothing is checked yet. Everything is borrowed; NULL,
 * false, 0 and empty lists mean that it was not given. Members that can be 0 say so.
 */
struct fp_deploy_options {
    const char *format;        /**< one of FP_DEPLOY_FORMATS; NULL: the first */
    const char *output;        /**< yaml, json; NULL: yaml */
    const char *name;          /**< NULL: the last part of the image's name */
    const char *type;          /**< job, session; NULL: what the image is for */
    const char *flink_version; /**< NULL: what the image says */

    /* Job. */
    const char *job_classname; /**< NULL: what the image says */
    struct fp_strv arguments;  /**< of the job, as main() gets them; may be empty strings */
    const char *job_id;        /**< 32 hexadecimal digits */
    const char *from_savepoint;
    bool allow_non_restored_state;
    const char *jar_uri; /**< operator: of a session's job */

    /* Size. */
    int64_t parallelism;
    int64_t slots;
    int64_t replicas; /**< task managers; 0: as many as the parallelism needs */
    const char *jobmanager_memory;
    const char *jobmanager_cpu;
    const char *taskmanager_memory;
    const char *taskmanager_cpu;
    const char *autoscale; /**< MIN:MAX */

    /* Configuration and state. */
    struct fp_strv conf; /**< KEY=VALUE of Flink's configuration; later ones win */
    const char *checkpoint_dir;
    const char *checkpoint_interval; /**< such as 1min; off: left to the job; NULL: by the rest */
    const char *restart_strategy;    /**< Flink's name of one; NULL: by the rest */
    const char *savepoint_dir;
    const char *log_conf;      /**< text of a configuration of log4j */
    const char *log_conf_name; /**< of its file */
    bool ha;
    const char *ha_dir;
    bool metrics;
    bool queryable_state;

    /* Kubernetes. */
    const char *kube_namespace;
    const char *service_account;
    struct fp_strv pull_secrets;
    struct fp_strv node_selectors; /**< KEY=VALUE */
    struct fp_strv tolerations;    /**< KEY[=VALUE][:EFFECT] */
    struct fp_strv labels;         /**< KEY=VALUE */
    struct fp_strv annotations;    /**< KEY=VALUE */
    struct fp_strv env;            /**< NAME=VALUE */
    struct fp_strv env_secrets;    /**< NAME=SECRET:KEY, or SECRET: all of its keys */
    struct fp_strv volumes;        /**< KIND:NAME:PATH[:ro], KIND claim, secret, configmap */
    struct fp_strv claims;         /**< NAME:SIZE:PATH[:CLASS] */
    int64_t run_as_user;           /**< -1: not given */
    int64_t fs_group;              /**< -1: not given */
    int64_t retries;               /**< of the Kubernetes Job; -1: by high availability */
    int64_t ttl;                   /**< seconds that a finished Job stays; -1: for ever */
    const char *probes;            /**< on, off; NULL: on */

    /* Reaching the ui. */
    bool node_port;
    const char *node_port_number; /**< NULL: 30081 */
    const char *ingress;          /**< host name */
    const char *ingress_class;
    const char *ingress_tls; /**< secret */
    bool route;
    const char *route_host; /**< NULL: chosen by the cluster */

    /* Policies. */
    bool pod_disruption_budget;
    bool network_policy;

    /* For the notes, which tell how to do it again. As a shell takes them. */
    const char *again;           /**< "flinkpack generate --image NEW_IMAGE ..."; NULL: not known */
    const char *again_arguments; /**< " -- ARGUMENT...", or ""; NULL: likewise */

    /* One file of values is for all formats: what it has that the format or the type has no place
     * for is left out, and told once, where the same on a command line is a mistake. */
    struct fp_strv yielding; /**< names of options such as "ha"; "conf KEY" for a key of conf */
    const char *values_name; /**< of the file that they stand in */
};

/** A change to what is made: parsed from a file. */
struct fp_deploy_patch {
    const char *name;       /**< of the file, for errors */
    const json_t *document; /**< with "kind", and "metadata"."name" where there are several */
    bool is_merge;          /**< JSON merge patch (RFC 7396), not a strategic one */
};

/** A file that was made. */
struct fp_deploy_file {
    char *path; /**< below the output directory; one document of a stream without it */
    char *text;
};

/** What came of it. Release with fp_deploy_result_clear(). */
struct fp_deploy_result {
    struct fp_deploy_file *files; /**< in install order */
    size_t file_count;
    char *stream;         /**< all of it as one text; NULL where only a directory makes sense */
    struct fp_strv notes; /**< lines for the user: apply, watch, reach, update, clean up */
    struct fp_strv warnings;
};

/**
 * Make the manifests.
 *
 * @param patches Applied in their order.
 * @param directory Where the files are going to be, for the notes, and with a kustomization.yaml;
 *                NULL: they are one stream.
 * @param ret     Filled only on success; cleared by the caller.
 * @return FP_E_USAGE for options that are wrong or do not fit this image or Flink version,
 *         FP_E_INPUT for an image that is not one of Flink, or for a patch.
 */
FP_CHECKED enum fp_code fp_deploy_generate(const struct fp_deploy_options *options,
                                           const struct fp_deploy_image *image,
                                           const struct fp_deploy_patch *patches,
                                           size_t patch_count, const char *directory,
                                           struct fp_deploy_result *ret, struct fp_error *err);
/** Release the members. */
void fp_deploy_result_clear(struct fp_deploy_result *result);

/**
 * Append the keys of a Flink configuration file, nested or flat, as KEY=VALUE.
 * @param name For errors.
 * @return FP_E_INPUT for lists of mappings and null values.
 */
FP_CHECKED enum fp_code fp_deploy_flatten_conf(const json_t *document, const char *name,
                                               struct fp_strv *ret, struct fp_error *err);

/**
 * Append a value as one YAML document in block style, without "---". Strings are quoted where YAML
 * 1.1 or 1.2 would take them for something else. A member "#KEY" is the comment of KEY, "#" that
 * of the whole object.
 * @return FP_OK, or FP_E_INPUT at the buffer's ceiling.
 */
FP_CHECKED enum fp_code fp_yaml_write(struct fp_buf *out, const json_t *value,
                                      struct fp_error *err);
/** A deep copy without comments. A new reference. */
json_t *fp_deploy_without_comments(const json_t *value);

#endif
