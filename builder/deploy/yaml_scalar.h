/**
 * @file
 * Strings as YAML scalars that every reader takes for the same string.
 */
#ifndef FLINKPACK_DEPLOY_YAML_SCALAR_H
#define FLINKPACK_DEPLOY_YAML_SCALAR_H

#include <stdbool.h>

#include "flinkpack/support.h"

/** Whether it can stand without quotes, in YAML 1.1 and 1.2, as a key, a value or an item. */
bool fp_yaml_is_plain(const char *text);
/** Whether it is one line of characters that YAML can hold as they are. `text` is valid UTF-8. */
bool fp_yaml_is_printable(const char *text);
/** Whether it can be a literal block ("|"): lines of printable text, the last one ended. */
bool fp_yaml_is_literal(const char *text);
/** Append it in double quotes. `text` is valid UTF-8. */
void fp_yaml_put_quoted(struct fp_buf *out, const char *text);

#endif
