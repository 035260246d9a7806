/**
 * @file
 * What the image says of itself.
 */
#ifndef FLINKPACK_DEPLOY_FACTS_H
#define FLINKPACK_DEPLOY_FACTS_H

#include "deployment.h"

/** What an entry "NAME=value" of the image's environment says, or NULL. Borrowed. */
const char *fp_image_env(const struct fp_deployment *deployment, const char *name);
/** Likewise a label of the image. */
const char *fp_image_label(const struct fp_deployment *deployment, const char *name);

#endif
