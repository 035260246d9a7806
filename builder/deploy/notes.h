/**
 * @file
 * What to do with manifests, told to the user; and the result that it is added to.
 */
#ifndef FLINKPACK_DEPLOY_NOTES_H
#define FLINKPACK_DEPLOY_NOTES_H

#include "deployment.h"

/** Add a file; `take_text` is consumed. */
void fp_result_add(struct fp_deploy_result *result, char *take_path, char *take_text);
/** What a highly available job's state lies under, and how one that runs keeps its own. */
void fp_note_identity(const struct fp_deployment *deployment, struct fp_strv *ret);
/** What to do with it all. */
void fp_deploy_notes(const struct fp_deployment *deployment, const char *folder,
                     struct fp_strv *ret);

#endif
