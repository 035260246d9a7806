/**
 * @file
 * Documents and strings as YAML.
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

/** Whether it can stand without quotes, in YAML 1.1 and 1.2, as a key, a value or an item. */
bool fp_yaml_is_plain(const char *text);
/** Whether it is one line of characters that YAML can hold as they are. `text` is valid UTF-8. */
bool fp_yaml_is_printable(const char *text);
/** Whether it can be a literal block ("|"): lines of printable text, the last one ended. */
bool fp_yaml_is_literal(const char *text);
/** Append it in double quotes. `text` is valid UTF-8. */
void fp_yaml_put_quoted(struct fp_buf *out, const char *text);

#endif
