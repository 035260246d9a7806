/**
 * @file
 * A deployment: the checked options and facts of the image, the steps that check them, and the
 * warnings.
 */
#ifndef FLINKPACK_DEPLOY_DEPLOYMENT_H
#define FLINKPACK_DEPLOY_DEPLOYMENT_H

#include "flinkpack/deploy.h"

/** The largest size of one argument or variable of a process, in bytes, with its NUL. */
#define FP_DEPLOY_STRING_MAX 131072

/** The length of a revision. The longest name, "-rpc-" and a revision fit into a DNS label. */
#define FP_DEPLOY_REVISION_LEN 10

/** The user and group of Flink images that do not name them by a number. */
#define FP_DEPLOY_UID 9999

struct fp_format;

/** A role of Flink's processes: JobManager or TaskManager. */
struct fp_role {
    const char *component; /**< "jobmanager", "taskmanager" */
    bool is_jobmanager;
    const char *cpu;
    int64_t mib;             /**< memory of its container */
    const char *memory_key;  /**< Flink's setting for its memory */
    int64_t memory_value;    /**< all of the container's; for a heap setting, 75 % of it */
    const char *memory_unit; /**< "m" or "", which follows the value */
};

/** Checked options and facts of the image. All is owned except the first five members. */
struct fp_deployment {
    struct fp_deploy_options own;            /**< the given options that apply; all is borrowed */
    const struct fp_deploy_options *options; /**< the same options, read-only */
    const struct fp_deploy_image *image;
    const struct fp_flink_traits *traits;
    const struct fp_format *format;
    struct fp_flink_version version;
    bool is_job;
    bool is_official;     /**< the official Flink image, or one made from it */
    bool is_numeric_user; /**< the image's user is a number other than 0 */
    int64_t image_uid;    /**< the image's user if it is a number, else 0 */
    int64_t image_gid;    /**< the image's group if it is a number, else FP_DEPLOY_UID */
    char revision[FP_DEPLOY_REVISION_LEN + 1]; /**< zeros until documents are made */
    char *name;
    char *image_text; /**< NAME@DIGEST, or NAME */
    char *home;       /**< FLINK_HOME */
    char *classname;  /**< NULL: the jar's manifest names it */
    char *jar;        /**< the first of the job's jars; NULL: not known */
    char *cluster_id; /**< high-availability.cluster-id for the arguments; NULL: none */
    char *job_id;     /**< 32 hexadecimal digits; NULL: Flink chooses it */
    char *log_conf;   /**< Log4j configuration; NULL: the image's own */
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
    struct fp_strv left_out; /**< unsupported options of a file of values */
    struct fp_strv warnings;
    struct fp_strv remarks; /**< notes of possible problems */
};

/** Check the options against the image, and fill in the deployment. */
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

/** The value of a variable of the image's environment, or NULL. Borrowed. */
const char *fp_image_env(const struct fp_deployment *deployment, const char *name);
/** The value of a label of the image, or NULL. Borrowed. */
const char *fp_image_label(const struct fp_deployment *deployment, const char *name);

/** Warn of storage locations that the image has no file system for, or that are local paths without
 * a volume in these documents. */
FP_CHECKED enum fp_code fp_check_storage(struct fp_deployment *deployment, const json_t *documents,
                                         struct fp_error *err);
/** Warn of mounts anywhere in `value` that hide files that Flink needs. */
void fp_warn_of_mounts(struct fp_deployment *deployment, const json_t *value);
/** The option that exposes the ui outside of the cluster, or NULL. Static. */
const char *fp_is_exposed(const struct fp_deployment *deployment);
/** Warn if anyone who reaches the ui of a session can upload jars. */
void fp_warn_of_upload(struct fp_deployment *deployment);

/** Whether an option, or "conf KEY", is left out if the format does not support it. */
bool fp_yields(const struct fp_deployment *deployment, const char *name);
/** Record that an option is left out. */
void fp_leave_out(struct fp_deployment *deployment, const char *what);
/** Append one note that lists all options that were left out. */
void fp_note_left_out(const struct fp_deployment *deployment, struct fp_strv *ret);

#endif
