/**
 * @file
 * Warnings of what may go wrong, and notes of what was left out.
 */
#ifndef FLINKPACK_DEPLOY_WARN_H
#define FLINKPACK_DEPLOY_WARN_H

#include "deployment.h"

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
