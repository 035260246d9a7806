/**
 * @file
 * The formats: what each of them makes, in what it differs from the others, and the lines that tell
 * the user what to do with it: apply, watch, update, clean up.
 */
#ifndef FLINKPACK_DEPLOY_FORMAT_H
#define FLINKPACK_DEPLOY_FORMAT_H

#include "deployment.h"

/** What the lines are made of, and where they go. Everything is borrowed. */
struct fp_notes {
    const struct fp_deployment *d;
    struct fp_strv *lines;
    const char *kubectl;   /**< with the namespace */
    const char *directory; /**< as a shell takes it; NULL: standard output */
};

/** "flink stop --savepointPath DIRECTORY JOB_ID", as this version has it. The caller owns it. */
char *fp_notes_stop_command(const struct fp_deployment *deployment);
/** The command line of this time for the next image, with `savepoint` and `apply`; "" where it is
 * not known. The caller owns it. */
char *fp_notes_again(const struct fp_notes *notes, const char *savepoint, const char *apply);
/** How what is generated gets to the cluster: " | kubectl apply -f -". The caller owns it. */
char *fp_notes_apply_command(const struct fp_notes *notes);
/** The line "apply:", with a remark at its end. */
void fp_notes_apply(const struct fp_notes *notes, const char *remark);
/** How a job is updated; `last` is its last step. */
void fp_notes_update(const struct fp_notes *notes, const char *last);
/** How to delete what holds the job's state. */
void fp_notes_state(const struct fp_notes *notes, const char *remedy);
/** How to watch, reach, update and clean up what kubectl has applied; `last` is the last step of an
 * update; NULL: to generate again. */
void fp_notes_cluster(const struct fp_notes *notes, const char *last);
/** What a highly available job's state lies under, and how one that runs keeps its own. */
void fp_note_identity(const struct fp_deployment *deployment, struct fp_strv *ret);

/** Groups of options that not every format has a place for. */
enum fp_place {
    FP_PLACE_SESSION_JOB = 1, /**< the jar of a session's job */
    FP_PLACE_HA = 2,          /**< high availability by Kubernetes */
    FP_PLACE_NAMESPACE = 4,
    FP_PLACE_OBJECTS = 8, /**< objects of Kubernetes beside the pods: Services, Jobs, policies */
    FP_PLACE_PODS = 16,   /**< what pods can be told */
    FP_PLACE_JOB_ID = 32,
    FP_PLACE_SIZE = 64,    /**< the number of tasks, and the arguments of the job */
    FP_PLACE_OUTPUT = 128, /**< JSON in place of YAML */
};

/** One row of the table of formats. */
struct fp_format {
    const char *name;       /**< as --format takes it */
    unsigned places;        /**< of enum fp_place; an option of another group is refused */
    const char *place_hint; /**< what to do with such an option; NULL: nothing is known */

    /** Flink's operator runs it: it sets addresses, ports, sizes, ids and log4j itself. */
    bool is_operated;
    bool is_job_only;
    bool has_containers;      /**< beside each other, in place of pods */
    bool has_revision;        /**< pods of different images and settings are told apart */
    bool has_fixed_namespace; /**< high availability needs --namespace */
    bool has_own_ids; /**< ids of a highly available job are made here, not when it is installed */
    const char *const *own_keys; /**< settings that nobody may give; ends with NULL; NULL: none */
    const char *namespace_hint;  /**< how jobs of two namespaces are told apart; NULL: no way */
    const char *jobmanager_host; /**< NULL: NAME-jobmanager */
    const char *parallelism;     /**< stands for the number until it is known; NULL: it is known */
    const char *reserved_prefix; /**< of variables that no text may have; NULL: none */
    const char *file_suffix; /**< goes behind ".yaml"; NULL: the documents are YAML as they are */

    /** Check what only this format asks for; NULL: nothing. */
    enum fp_code (*check)(struct fp_deployment *deployment, struct fp_error *err);
    /** The documents in install order: a new array of objects; NULL: it is made of files alone. */
    json_t *(*documents)(const struct fp_deployment *deployment);
    /** Make documents fit their schema again after patches; NULL: they do. */
    void (*settle)(json_t *documents);
    /** Add the files beside those of the documents; NULL: there are none. */
    enum fp_code (*add_files)(const struct fp_deployment *deployment, const char *directory,
                              struct fp_deploy_result *ret, struct fp_error *err);
    /** Tell the user what to do with it all. */
    void (*note)(const struct fp_notes *notes);
};

extern const struct fp_format fp_format_kubernetes;
extern const struct fp_format fp_format_helm;
extern const struct fp_format fp_format_operator;
extern const struct fp_format fp_format_compose;
extern const struct fp_format fp_format_template;

/** Find a format by its name; NULL is the first one. @return FP_E_USAGE where there is none. */
FP_CHECKED enum fp_code fp_format_find(const char *name, const struct fp_format **ret,
                                       struct fp_error *err);

#endif
