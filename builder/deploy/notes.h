/**
 * @file
 * Lines that tell the user what to do with manifests: apply, watch, update, clean up.
 */
#ifndef FLINKPACK_DEPLOY_NOTES_H
#define FLINKPACK_DEPLOY_NOTES_H

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

#endif
