/**
 * @file
 * The formats: the documents that each of them makes, its differences from the others, and the
 * notes that tell the user how to apply, watch, update and clean up.
 */
#ifndef FLINKPACK_DEPLOY_FORMAT_H
#define FLINKPACK_DEPLOY_FORMAT_H

#include "deployment.h"

/** The input and the output of the notes. Everything is borrowed. */
struct fp_notes {
    const struct fp_deployment *d;
    struct fp_strv *lines;
    const char *kubectl;   /**< the command, with the namespace */
    const char *directory; /**< quoted for a shell; NULL: standard output */
};

/** The command that stops a job with a savepoint in this version. The caller owns it. */
char *fp_notes_stop_command(const struct fp_deployment *deployment);
/** This command line for the next image, with `savepoint` and `apply` added; "" if it is not known.
 * The caller owns it. */
char *fp_notes_again(const struct fp_notes *notes, const char *savepoint, const char *apply);
/** The end of a command that applies its output: " | kubectl apply -f -". The caller owns it. */
char *fp_notes_apply_command(const struct fp_notes *notes);
/** Add the line "apply:", with a remark at its end. */
void fp_notes_apply(const struct fp_notes *notes, const char *remark);
/** Add the steps of a job's update; `last` is the last one. */
void fp_notes_update(const struct fp_notes *notes, const char *last);
/** Add how to delete the objects that hold the job's state; `remedy` ends the line on volumes. */
void fp_notes_state(const struct fp_notes *notes, const char *remedy);
/** Add how to watch, reach, update and clean up objects that kubectl applied. `last` is the last
 * step of an update; NULL: generate again. */
void fp_notes_cluster(const struct fp_notes *notes, const char *last);
/** Add the ids of a highly available job's state, and how a running job keeps its own ids. */
void fp_note_identity(const struct fp_deployment *deployment, struct fp_strv *ret);

/** Groups of options that only some formats support. */
enum fp_place {
    FP_PLACE_SESSION_JOB = 1, /**< the jar of a session's job */
    FP_PLACE_HA = 2,          /**< high availability by Kubernetes */
    FP_PLACE_NAMESPACE = 4,
    FP_PLACE_OBJECTS = 8, /**< objects of Kubernetes beside the pods: Services, Jobs, policies */
    FP_PLACE_PODS = 16,   /**< settings of pods */
    FP_PLACE_JOB_ID = 32,
    FP_PLACE_SIZE = 64,    /**< the number of tasks, and the arguments of the job */
    FP_PLACE_OUTPUT = 128, /**< JSON in place of YAML */
};

/** One row of the table of formats. */
struct fp_format {
    const char *name;       /**< as --format takes it */
    unsigned places;        /**< supported groups, of enum fp_place */
    const char *place_hint; /**< advice for options of other groups; NULL: none */

    /** Flink's operator runs it, and sets addresses, ports, sizes, ids and Log4j itself. */
    bool is_operated;
    bool is_job_only;
    bool has_containers;      /**< runs containers on one host, not pods */
    bool has_revision;        /**< a label tells pods of different images and settings apart */
    bool has_fixed_namespace; /**< high availability requires --namespace */
    bool has_own_ids; /**< ids of a highly available job are computed here, not at install */
    const char *const *own_keys; /**< settings that users may not give, ended by NULL; or NULL */
    const char *namespace_hint;  /**< how to tell jobs of two namespaces apart; NULL: none */
    const char *jobmanager_host; /**< NULL: NAME-jobmanager */
    const char *parallelism;     /**< placeholder for the number; NULL: it is known */
    const char *reserved_prefix; /**< of variables that texts must not contain; NULL: none */
    const char *file_suffix;     /**< follows ".yaml"; NULL: the documents are plain YAML */

    /** Check the rules of this format; NULL: it has none. */
    enum fp_code (*check)(struct fp_deployment *deployment, struct fp_error *err);
    /** The documents in install order, a new array; NULL: the format consists of files only. */
    json_t *(*documents)(const struct fp_deployment *deployment);
    /** Make patched documents fit their schema again; NULL: not needed. */
    void (*settle)(json_t *documents);
    /** Add files that are not documents; NULL: there are none. */
    enum fp_code (*add_files)(const struct fp_deployment *deployment, const char *directory,
                              struct fp_deploy_result *ret, struct fp_error *err);
    /** Add the notes for the user. */
    void (*note)(const struct fp_notes *notes);
};

extern const struct fp_format fp_format_kubernetes;
extern const struct fp_format fp_format_helm;
extern const struct fp_format fp_format_operator;
extern const struct fp_format fp_format_compose;
extern const struct fp_format fp_format_template;

/** Find a format by its name; NULL is the first. @return FP_E_USAGE if the name is unknown. */
FP_CHECKED enum fp_code fp_format_find(const char *name, const struct fp_format **ret,
                                       struct fp_error *err);

#endif
