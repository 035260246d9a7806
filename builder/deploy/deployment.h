/**
 * @file
 * A deployment: the options and what the image says, checked, the steps that check them, and what
 * is warned of.
 */
#ifndef FLINKPACK_DEPLOY_DEPLOYMENT_H
#define FLINKPACK_DEPLOY_DEPLOYMENT_H

#include "flinkpack/deploy.h"

/** The bytes that one argument or one variable of a process can have, with its NUL. */
#define FP_DEPLOY_STRING_MAX 131072

/** The characters of a revision. With the longest name and "-rpc-" it still makes a DNS label. */
#define FP_DEPLOY_REVISION_LEN 10

/** The user and group that images of Flink run as where they do not say a number. */
#define FP_DEPLOY_UID 9999

struct fp_format;

/** A role of Flink's processes. */
struct fp_role {
    const char *component; /**< "jobmanager", "taskmanager" */
    bool is_jobmanager;
    const char *cpu;
    int64_t mib;            /**< of its container */
    const char *memory_key; /**< the setting that sizes its memory */
    int64_t memory_value;   /**< all of the container's, or, before 1.11 and 1.10, a heap of 75 % */
    const char *memory_unit; /**< behind the value: "m" or "" */
};

/** Options and facts of the image, checked. Owned, but for the first four members. */
struct fp_deployment {
    struct fp_deploy_options own; /**< what is left of those that were given; all is borrowed */
    const struct fp_deploy_options *options; /**< the same for who only reads them */
    const struct fp_deploy_image *image;
    const struct fp_flink_traits *traits;
    const struct fp_format *format;
    struct fp_flink_version version;
    bool is_job;
    bool is_official; /**< the image of docker.io/flink, or made from it: its verbs, its rules */
    bool is_numeric_user; /**< the image's user is a number other than 0 */
    int64_t image_uid;    /**< the image's user where it is a number, else 0 */
    int64_t image_gid;    /**< the image's group where it is a number, else FP_DEPLOY_UID */
    char revision[FP_DEPLOY_REVISION_LEN + 1]; /**< zeros until there are documents */
    char *name;
    char *image_text; /**< NAME@DIGEST, or NAME */
    char *home;       /**< FLINK_HOME */
    char *classname;  /**< NULL: the jar's manifest says it */
    char *jar;        /**< the first of the job's jars; NULL: not known */
    char *cluster_id; /**< high-availability.cluster-id for the arguments; NULL: none of ours */
    char *job_id;     /**< 32 hexadecimal digits; NULL: Flink's own */
    char *log_conf;   /**< of log4j; NULL: the image's own */
    int64_t parallelism;
    int64_t slots;
    int64_t replicas;
    struct fp_role jobmanager;
    struct fp_role taskmanager;
    int64_t min_replicas; /**< 0: no autoscaling */
    int64_t max_replicas;
    int64_t node_port; /**< 0: none */
    json_t *conf;      /**< Flink's configuration: key -> string, in order */
    json_t *env;       /**< entries of a container's env */
    json_t *env_from;
    json_t *volumes;
    json_t *mounts;
    struct fp_strv left_out; /**< of a file of values: what there is no place for */
    struct fp_strv warnings;
    struct fp_strv remarks; /**< notes of what may be wrong, and may not */
};

/** Check everything. */
FP_CHECKED enum fp_code fp_deployment_make(const struct fp_deploy_options *options,
                                           const struct fp_deploy_image *image,
                                           struct fp_deployment *ret, struct fp_error *err);
/** Release the members. */
void fp_deployment_clear(struct fp_deployment *deployment);
/** Declare a deployment that is cleared at the end of its scope. */
#define cleanup_deployment __attribute__((cleanup(fp_deployment_clear)))

/** A step of fp_deployment_make(). */
typedef enum fp_code fp_deployment_step(struct fp_deployment *deployment, struct fp_error *err);
FP_CHECKED fp_deployment_step fp_deployment_read_image;
FP_CHECKED fp_deployment_step fp_deployment_check_text;
FP_CHECKED fp_deployment_step fp_deployment_check_place;
FP_CHECKED fp_deployment_step fp_deployment_check_names;
FP_CHECKED fp_deployment_step fp_deployment_check_version;
FP_CHECKED fp_deployment_step fp_deployment_size;
FP_CHECKED fp_deployment_step fp_deployment_configure;
FP_CHECKED fp_deployment_step fp_deployment_recover;
void fp_deployment_warn_of_recovery(struct fp_deployment *deployment);
void fp_deployment_identify(struct fp_deployment *deployment);
FP_CHECKED fp_deployment_step fp_deployment_mount;
FP_CHECKED fp_deployment_step fp_deployment_environment;
/** Check --log-conf. */
FP_CHECKED fp_deployment_step fp_deployment_check_log;

/** What an entry "NAME=value" of the image's environment says, or NULL. Borrowed. */
const char *fp_image_env(const struct fp_deployment *deployment, const char *name);
/** Likewise a label of the image. */
const char *fp_image_label(const struct fp_deployment *deployment, const char *name);

/** Warn of places that the image has no file system for, or that lie on no volume of these
 * documents. */
void fp_warn_of_storage(struct fp_deployment *deployment, const json_t *documents);
/** Warn of volumes over what Flink needs, anywhere in `value`. */
void fp_warn_of_mounts(struct fp_deployment *deployment, const json_t *value);
/** The option that lets others than kubectl reach the ui, or NULL. Static. */
const char *fp_is_exposed(const struct fp_deployment *deployment);
/** Warn of a session that is open to whoever reaches it. */
void fp_warn_of_upload(struct fp_deployment *deployment);

/** Whether an option, or "conf KEY", is left out where it has no place. */
bool fp_yields(const struct fp_deployment *deployment, const char *name);
/** Note that it is. */
void fp_leave_out(struct fp_deployment *deployment, const char *what);
/** One note of all that was left out. */
void fp_note_left_out(const struct fp_deployment *deployment, struct fp_strv *ret);

#endif
