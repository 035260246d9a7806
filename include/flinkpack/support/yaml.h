/**
 * @file
 * YAML in, as JSON values, on libyaml. Scalars keep their spelling (see fp_yaml_parse()).
 */
#ifndef FLINKPACK_SUPPORT_YAML_H
#define FLINKPACK_SUPPORT_YAML_H

#include "flinkpack/support/json.h"

/**
 * Parse one document. Mappings become objects, sequences arrays, plain scalars true, false, null
 * or integers where YAML 1.2's core schema says so, everything else strings. Nothing loses its
 * spelling: "1.10" and "1.6.0" stay strings (no floating point numbers are made), and so do
 * integers that printing would change ("007", "+1", "0x1f") or that exceed 64 bits. Keys are
 * always strings. Duplicate keys, aliases, tags other than the core ones, a second document, more
 * than FP_JSON_MAX_TOKENS nodes or FP_JSON_MAX_DEPTH levels are FP_E_INPUT with line and column.
 * An empty document is an empty object.
 *
 * @param name For errors.
 * @param ret  A new reference, owned by the caller.
 */
FP_CHECKED enum fp_code fp_yaml_parse(const char *text, size_t len, const char *name, json_t **ret,
                                      struct fp_error *err);

#endif
