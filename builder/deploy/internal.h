/**
 * @file
 * What the files of this room share: the deployment, checked, and the documents made of it.
 */
#ifndef FLINKPACK_DEPLOY_INTERNAL_H
#define FLINKPACK_DEPLOY_INTERNAL_H

#include "flinkpack/deploy.h"

/** What a document is written as. Charts and templates may hold text that is no YAML yet. */
enum fp_yaml_dialect { FP_YAML_PURE, FP_YAML_CHART, FP_YAML_TEMPLATE };

/** The only member of an object that stands for itself, verbatim. */
#define FP_YAML_RAW "!raw"
/** A member, or an item's only member, whose lines stand verbatim; a key may go on behind it. */
#define FP_YAML_LINES "!lines"

/** fp_yaml_write() in a dialect. */
FP_CHECKED enum fp_code fp_yaml_write_as(struct fp_buf *out, const json_t *value,
                                         enum fp_yaml_dialect dialect, struct fp_error *err);

/** The same object for json_object_foreach(), whose parameter lacks a const. */
static inline json_t *fp_iterable(const json_t *object)
{
    return (json_t *) (uintptr_t) object;
}

/** The bytes that one argument or one variable of a process can have, with its NUL. */
#define FP_DEPLOY_STRING_MAX 131072

/** What is made. */
enum fp_deploy_format {
    FP_DEPLOY_KUBERNETES,
    FP_DEPLOY_HELM,
    FP_DEPLOY_OPERATOR,
    FP_DEPLOY_COMPOSE,
    FP_DEPLOY_TEMPLATE,
};

/** The ports of Flink, the same in every version. */
enum fp_deploy_port {
    FP_PORT_RPC = 6123,
    FP_PORT_BLOB = 6124,
    FP_PORT_QUERY = 6125,
    FP_PORT_TM_RPC = 6122,
    FP_PORT_TM_DATA = 6121,
    FP_PORT_UI = 8081,
    FP_PORT_METRICS = 9249,
};

/** The characters of a revision. With the longest name and "-rpc-" it still makes a DNS label. */
#define FP_DEPLOY_REVISION_LEN 10

/** The user and group that images of Flink run as where they do not say a number. */
#define FP_DEPLOY_UID 9999

/** Options and facts of the image, checked. Owned, but for the first four members. */
struct fp_deployment {
    struct fp_deploy_options own; /**< what is left of those that were given; all is borrowed */
    const struct fp_deploy_options *options; /**< the same for who only reads them */
    const struct fp_deploy_image *image;
    const struct fp_flink_traits *traits;
    enum fp_deploy_format format;
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
    int64_t jobmanager_mib;
    int64_t taskmanager_mib;
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

/** Steps of fp_deployment_make(). */
FP_CHECKED enum fp_code fp_deployment_read_image(struct fp_deployment *deployment,
                                                 struct fp_error *err);
FP_CHECKED enum fp_code fp_deployment_check_text(const struct fp_deploy_options *options,
                                                 struct fp_error *err);
FP_CHECKED enum fp_code fp_deployment_check_place(struct fp_deployment *deployment,
                                                  struct fp_error *err);
FP_CHECKED enum fp_code fp_deployment_check_names(struct fp_deployment *deployment,
                                                  struct fp_error *err);
FP_CHECKED enum fp_code fp_deployment_check_version(struct fp_deployment *deployment,
                                                    struct fp_error *err);
FP_CHECKED enum fp_code fp_deployment_size(struct fp_deployment *deployment, struct fp_error *err);
FP_CHECKED enum fp_code fp_deployment_configure(struct fp_deployment *deployment,
                                                struct fp_error *err);
FP_CHECKED enum fp_code fp_deployment_recover(struct fp_deployment *deployment,
                                              struct fp_error *err);
void fp_deployment_warn_of_recovery(struct fp_deployment *deployment);
void fp_deployment_identify(struct fp_deployment *deployment);
FP_CHECKED enum fp_code fp_deployment_check_operator(struct fp_deployment *deployment,
                                                     struct fp_error *err);
FP_CHECKED enum fp_code fp_deployment_mount(struct fp_deployment *deployment, struct fp_error *err);
FP_CHECKED enum fp_code fp_deployment_environment(struct fp_deployment *deployment,
                                                  struct fp_error *err);

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

/** Check --log-conf. */
FP_CHECKED enum fp_code fp_deployment_check_log(struct fp_deployment *deployment,
                                                struct fp_error *err);
/** Whether that is where pods have it. */
bool fp_is_log_conf(const struct fp_deployment *deployment, const char *path);
/** What tells one --log-conf from another; NULL: there is none. The caller owns it. */
char *fp_log_conf_sum(const struct fp_deployment *deployment);
/** Its text among the data of a ConfigMap, or the files that an operator writes. */
void fp_add_log_conf(const struct fp_deployment *deployment, json_t *data);
/** Where pods have it, their volume of it, and where a container of Compose has it. Nothing is
 * added without --log-conf. */
void fp_mount_log_conf(const struct fp_deployment *deployment, json_t *mounts);
void fp_add_log_conf_volume(const struct fp_deployment *deployment, json_t *volumes);
void fp_bind_log_conf(const struct fp_deployment *deployment, json_t *service);
/** The file beside compose.yaml. */
FP_CHECKED enum fp_code fp_put_log_conf(struct fp_deployment *deployment, const char *folder,
                                        struct fp_deploy_result *ret, struct fp_error *err);

/** Whether an option, or "conf KEY", is left out where it has no place. */
bool fp_yields(const struct fp_deployment *deployment, const char *name);
/** Note that it is. */
void fp_leave_out(struct fp_deployment *deployment, const char *what);
/** One note of all that was left out. */
void fp_note_left_out(const struct fp_deployment *deployment, struct fp_strv *ret);

/** Whether a setting of the user's gets to Flink as it is. */
FP_CHECKED enum fp_code fp_check_setting(const struct fp_deployment *deployment, const char *key,
                                         const char *value, struct fp_error *err);

/** Whether other objects count on the value that manifests give a key: it cannot be another. */
bool fp_is_port(const char *key);
/** "rest.port" for "rest.bind-port"; NULL: it is another key. The caller owns it. */
char *fp_port_of_bind_port(const char *key);
/** The last value that --conf or -D gives for a key, or NULL. Borrowed. */
const char *fp_given_setting(const struct fp_deployment *deployment, const char *key);
/** The other name that Flink has for a key, older or newer; NULL: it has one. Static. */
const char *fp_setting_alias(const char *key);
/** Whether its configuration asks for high availability, of Kubernetes or another kind. */
bool fp_is_highly_available(const struct fp_deployment *deployment);
/** How many lost JobManagers a Job of Kubernetes replaces. */
int64_t fp_job_retries(const struct fp_deployment *deployment);

/** A part before the first `separator`, and the rest behind it, or NULL. */
struct fp_split {
    char *first; /**< owned */
    const char *rest;
};
/** Split `text`, which the rest is borrowed from. */
struct fp_split fp_split_at(const char *text, char separator);
/** Whether it is a DNS label (RFC 1123) of at most `max` characters. */
bool fp_is_dns_label(const char *text, size_t max);
/** Whether it is a DNS name: labels with dots between them, at most 253 characters. */
bool fp_is_dns_name(const char *text);
/** A whole number from 0 to 999999999. */
bool fp_parse_count(const char *text, int64_t *ret);
/** A size such as 1600m, 1600Mi or 2g, in MiB. */
FP_CHECKED enum fp_code fp_parse_mib(const char *text, const char *title, int64_t *ret,
                                     struct fp_error *err);

/** A role of Flink's. */
struct fp_role {
    const char *component; /**< "jobmanager", "taskmanager" */
    bool is_jobmanager;
    const char *cpu;
    int64_t mib;
};
/** The roles of a deployment. */
struct fp_role fp_jobmanager_of(const struct fp_deployment *deployment);
struct fp_role fp_taskmanager_of(const struct fp_deployment *deployment);

/** Note beside the member "image" of `object`, which has the digest, what tag that was. */
void fp_note_tag(const struct fp_deployment *deployment, json_t *object);

/** The first word of a role's command line in this image. Static. */
const char *fp_role_verb(const struct fp_deployment *deployment, const struct fp_role *role);
/** The key of the memory that a role's configuration sets. Static. */
const char *fp_role_memory_key(const struct fp_deployment *deployment, const struct fp_role *role);
/** Whether its value is a bare number of MiB; else a size with its unit. */
bool fp_memory_key_is_bare(const char *key);
/** Its value for a container of `mib` MiB: from 1.11 and 1.10 on all of it, before a heap of 75 %.
 */
int64_t fp_role_memory_value(const struct fp_deployment *deployment, const struct fp_role *role);

/** The command line of a role for Kubernetes and Compose: an array of strings, "$" doubled. */
json_t *fp_role_arguments(const struct fp_deployment *deployment, const struct fp_role *role);
/** Append the options of a job's JobManager but its class, and the cluster id of both roles. */
void fp_add_job_options(const struct fp_deployment *deployment, json_t *arguments);
void fp_add_cluster_id(const struct fp_deployment *deployment, json_t *arguments);
/** A string for an arg or env value: "$" doubled, as Kubernetes expands "$(NAME)" there, Compose
 * "$NAME". */
json_t *fp_kube_literal(const char *text);

/** A name of an object: NAME and `suffix`. In a chart the name is the release's. */
json_t *fp_object_name(const struct fp_deployment *deployment, const char *suffix);
/** Text that stands verbatim. */
json_t *fp_raw(const char *text);
/** The labels that select the pods of a component, or, for NULL, of the whole deployment. */
json_t *fp_selector(const struct fp_deployment *deployment, const char *component);
/** The labels of an object of a component; NULL: of none. */
json_t *fp_object_labels(const struct fp_deployment *deployment, const char *component);
/** An object without its spec. */
json_t *fp_object(const struct fp_deployment *deployment, const char *api, const char *kind,
                  const char *suffix, const char *component);
/** Add the user's KEY=VALUE pairs to an object of strings. */
void fp_add_pairs(json_t *object, const struct fp_strv *pairs);
/** Set a member unless `take_value` is NULL. */
void fp_set(json_t *object, const char *key, json_t *take_value);
/** Append to an array unless `take_value` is NULL. */
void fp_append(json_t *array, json_t *take_value);

/** Whether pods are told apart by a revision. In a classic template the image is not known yet. */
bool fp_has_revision(const struct fp_deployment *deployment);
/** Whether the JobManager is found through a Service of its revision; else its leader's address
 * is kept in the cluster, where every version finds it, or there is one Service for everything. */
bool fp_has_revision_service(const struct fp_deployment *deployment);
/** The value of the label "flinkpack.revision". */
json_t *fp_revision_label(const struct fp_deployment *deployment);
/** The name of the Service through which a JobManager's rpc is reached. */
json_t *fp_rpc_name(const struct fp_deployment *deployment);
/** Take the revision from documents as they are now, patched: images and configuration. */
void fp_deployment_revise(struct fp_deployment *deployment, const json_t *documents);

/** Add the annotations by which Prometheus finds a pod's metrics. */
void fp_add_scraping(json_t *annotations);
/** The template of a role's pods, with metadata. */
json_t *fp_pod_template(const struct fp_deployment *deployment, const struct fp_role *role);
/** The security context of a pod, or NULL, and of a container. */
json_t *fp_pod_security(const struct fp_deployment *deployment);
json_t *fp_container_security(const struct fp_deployment *deployment);
/** The lines of FLINK_PROPERTIES. The caller owns them. */
char *fp_conf_text(const struct fp_deployment *deployment);

/** Whether it is the operator that sets this key, and nobody else may. */
bool fp_is_operators_own(const struct fp_deployment *deployment, const char *key);
/** The first operator that knows this version of Flink; NULL: all of today's. Static. */
const char *fp_operator_since(const struct fp_deployment *deployment);
/** Make its documents fit their schema again after patches. */
void fp_operator_settle(json_t *documents);
/** How the operator changes a job over: "savepoint", "last-state" or "stateless". Static. */
const char *fp_operator_upgrade(const struct fp_deployment *deployment);

/** The documents of a deployment in install order: an array of objects. */
json_t *fp_kubernetes_documents(const struct fp_deployment *deployment);
json_t *fp_operator_documents(const struct fp_deployment *deployment);
json_t *fp_compose_document(const struct fp_deployment *deployment);
/** The claim that --claim asks for. */
json_t *fp_volume_claim(const struct fp_deployment *deployment, const char *text);
/** Whether pods get an /etc/passwd that has the user of --run-as-user. */
bool fp_has_passwd(const struct fp_deployment *deployment);
/** Its text among the data of a ConfigMap; nothing where pods have none. */
void fp_add_passwd(const struct fp_deployment *deployment, json_t *data);
/** A ConfigMap of its own, for the operator. */
json_t *fp_passwd_map(const struct fp_deployment *deployment);
/** Where pods have it: nothing is appended where they have none. */
void fp_mount_passwd(const struct fp_deployment *deployment, json_t *mounts);
/** Likewise, their volume of it. */
void fp_add_passwd_volume(const struct fp_deployment *deployment, json_t *volumes);
/** Parts of them, each appended to `documents`. */
void fp_add_accounts(const struct fp_deployment *deployment, json_t *documents);
void fp_add_services(const struct fp_deployment *deployment, json_t *documents);
void fp_add_policies(const struct fp_deployment *deployment, json_t *documents);

/** Add a file; `take_text` is consumed. */
void fp_result_add(struct fp_deploy_result *result, char *take_path, char *take_text);
/** The files of a chart. */
FP_CHECKED enum fp_code fp_chart_files(struct fp_deployment *deployment,
                                       struct fp_deploy_result *ret, struct fp_error *err);
/** What the digest was read for: NAME@DIGEST, or "". The caller owns it. */
char *fp_chart_digest_of(const struct fp_deployment *deployment);
/** Append the named templates that say what options a chart was made with. */
FP_CHECKED enum fp_code fp_chart_put_facts(struct fp_buf *out, const struct fp_deployment *d,
                                           struct fp_error *err);
/** Apply a patch to the documents that it is for. FP_E_INPUT where there are none. */
FP_CHECKED enum fp_code fp_patch_apply(const struct fp_deploy_patch *patch, json_t *documents,
                                       struct fp_error *err);
/** Whether a patch is left out: one that yields, and is for none of the documents. NULL: there are
 * none at all. */
bool fp_patch_yields(struct fp_deployment *deployment, const struct fp_deploy_patch *patch,
                     const json_t *documents);
/** What a highly available job's state lies under, and how one that runs keeps its own. */
void fp_note_identity(const struct fp_deployment *deployment, struct fp_strv *ret);
/** What to do with it all. */
void fp_deploy_notes(const struct fp_deployment *deployment, const char *folder,
                     struct fp_strv *ret);

#endif
