/**
 * @file
 * Documents as YAML: what can be written beside plain values.
 */
#ifndef FLINKPACK_DEPLOY_YAML_WRITE_H
#define FLINKPACK_DEPLOY_YAML_WRITE_H

#include "flinkpack/deploy.h"

/** The only member of an object that stands for itself, verbatim: in a template, which is no YAML
 * yet. */
#define FP_YAML_RAW "!raw"

/** fp_yaml_write(), verbatim where that is marked if `takes_raw`. */
FP_CHECKED enum fp_code fp_yaml_write_as(struct fp_buf *out, const json_t *value, bool takes_raw,
                                         struct fp_error *err);

#endif
