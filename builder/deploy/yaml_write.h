/**
 * @file
 * Documents as YAML: what can be written beside plain values.
 */
#ifndef FLINKPACK_DEPLOY_YAML_WRITE_H
#define FLINKPACK_DEPLOY_YAML_WRITE_H

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

#endif
