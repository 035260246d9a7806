/**
 * @file
 * Deployment manifests that match an image: Kubernetes, Helm, the Flink operator, Compose.
 *
 * These functions fetch, read and write nothing: they make texts of options and of facts about an
 * image. The same input gives the same bytes.
 */
#ifndef FLINKPACK_DEPLOY_H
#define FLINKPACK_DEPLOY_H

#include "flinkpack/flink.h"

/** The largest size of one file, in bytes. */
#define FP_DEPLOY_FILE_MAX ((size_t) 4 << 20)
/** The names that struct fp_deploy_options.format takes; NULL means the first one. */
#define FP_DEPLOY_FORMATS "kubernetes helm operator compose template"
/** The longest name of a deployment: with the longest suffix it is still a DNS label. */
#define FP_DEPLOY_NAME_MAX 45

/** The facts that the image states about itself. Everything is borrowed. */
struct fp_deploy_image {
    const char *name;           /**< REGISTRY/REPOSITORY[:TAG] */
    const char *digest;         /**< "sha256:..."; NULL: not known, the tag is used alone */
    const char *architecture;   /**< such as "amd64"; NULL: the image is for several */
    const json_t *config;       /**< the "config" object: Env, Entrypoint, User, Labels */
    const struct fp_strv *conf; /**< KEY=VALUE of the build just done; NULL: not known */
};

/**
 * The options as the user gave them; nothing is checked yet. Everything is borrowed. NULL, false,
 * 0 and an empty list mean that an option was not given; numbers that can be 0 use -1 for that.
 */
struct fp_deploy_options {
    const char *format;        /**< one of FP_DEPLOY_FORMATS; NULL: the first */
    const char *output;        /**< yaml, json; NULL: yaml */
    const char *name;          /**< NULL: the last part of the image's name */
    const char *type;          /**< job, session; NULL: the type of the image */
    const char *flink_version; /**< NULL: the image's */

    /* Job. */
    const char *job_classname; /**< NULL: the image's */
    struct fp_strv arguments;  /**< of the job's main(); empty strings are allowed */
    const char *job_id;        /**< 32 hexadecimal digits */
    const char *from_savepoint;
    bool allow_non_restored_state;
    const char *jar_uri; /**< the jar of a session's job, for the operator */

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
    const char *checkpoint_interval; /**< 1min; off: the job decides; NULL: by other options */
    const char *restart_strategy;    /**< Flink's name of one; NULL: by other options */
    const char *savepoint_dir;
    struct fp_strv allow;      /**< names of findings that are known: "filesystem-missing" */
    const char *log_conf;      /**< text of a Log4j configuration file */
    const char *log_conf_name; /**< name of that file */
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
    struct fp_strv env_secrets;    /**< NAME=SECRET:KEY, or SECRET for all of its keys */
    struct fp_strv volumes;        /**< KIND:NAME:PATH[:ro]; KIND: claim, secret, configmap */
    struct fp_strv claims;         /**< NAME:SIZE:PATH[:CLASS] */
    int64_t run_as_user;           /**< -1: not given */
    int64_t fs_group;              /**< -1: not given */
    int64_t retries;               /**< of the Kubernetes Job; -1: 3, or no limit with ha */
    int64_t ttl;                   /**< seconds until a finished Job is deleted; -1: never */
    const char *probes;            /**< on, off; NULL: on */

    /* Reaching the ui. */
    bool node_port;
    const char *node_port_number; /**< NULL: 30081 */
    const char *ingress;          /**< host name */
    const char *ingress_class;
    const char *ingress_tls; /**< name of a Secret */
    bool route;
    const char *route_host; /**< NULL: the cluster chooses one */

    /* Policies. */
    bool pod_disruption_budget;
    bool network_policy;

    /* The command that the notes give for the next image, quoted for a shell. */
    const char *again;           /**< "flinkpack generate --image NEW_IMAGE ..."; NULL: not known */
    const char *again_arguments; /**< " -- ARGUMENT...", or ""; NULL: not known */

    /* A file of values serves all formats, so an option in it that the format or the type does not
     * support is left out with one note. On the command line such an option is an error. */
    struct fp_strv yielding; /**< options of that file: "ha"; "conf KEY" for a key of conf */
    const char *values_name; /**< name of the file of values */
};

/** A change to the generated documents, parsed from a file. */
struct fp_deploy_patch {
    const char *name;       /**< name of the file, for errors */
    const json_t *document; /**< "kind", and "metadata"."name" if given, select targets */
    bool is_merge;          /**< a JSON merge patch (RFC 7396), not a strategic merge */
};

/** A generated file. */
struct fp_deploy_file {
    char *path; /**< relative to the output directory */
    char *text;
};

/** The generated files and messages. Release with fp_deploy_result_clear(). */
struct fp_deploy_result {
    struct fp_deploy_file *files; /**< in install order */
    size_t file_count;
    char *stream;         /**< all files as one text; NULL if the format needs a directory */
    struct fp_strv notes; /**< lines for the user: apply, watch, reach, update, clean up */
    struct fp_strv warnings;
};

/**
 * Generate the manifests.
 *
 * @param patches Applied in this order.
 * @param directory The output directory, which the notes name; a kustomization.yaml is added for
 *                it. NULL: the caller prints the stream.
 * @param ret     Filled only on success; cleared by the caller.
 * @return FP_E_USAGE if options are wrong or do not fit this image or Flink version,
 *         FP_E_INPUT if the image is not a Flink image, if it lacks a file system that its state
 *         needs, or if a patch is wrong.
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
 * @param name The file's name, for errors.
 * @return FP_E_INPUT if there are lists of mappings or null values.
 */
FP_CHECKED enum fp_code fp_deploy_flatten_conf(const json_t *document, const char *name,
                                               struct fp_strv *ret, struct fp_error *err);

/**
 * Append a value as one YAML document in block style, without "---". Strings are quoted if YAML 1.1
 * or 1.2 would read them as another type. A member "#KEY" is the comment of KEY, and a member "#"
 * is the comment of the whole object.
 * @return FP_OK, or FP_E_INPUT at the buffer's ceiling.
 */
FP_CHECKED enum fp_code fp_yaml_write(struct fp_buf *out, const json_t *value,
                                      struct fp_error *err);
/** Return a deep copy without the comments. A new reference. */
json_t *fp_deploy_without_comments(const json_t *value);

#endif
