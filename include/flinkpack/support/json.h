/**
 * @file
 * JSON (RFC 8259) with bounds, by jansson, and YAML read into the same values, by libyaml.
 */
#ifndef FLINKPACK_SUPPORT_JSON_H
#define FLINKPACK_SUPPORT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "flinkpack/support/buf.h"
#include "flinkpack/support/mem.h"

/**
 * The most tokens (keys, values, opening brackets) and levels that are parsed at all. The worst
 * text of that many tokens takes 25 MiB, so that the memory ceiling of the program holds.
 */
#define FP_JSON_MAX_TOKENS 100000
#define FP_JSON_MAX_DEPTH  32

/**
 * Parse a text: one value, no duplicate keys, valid UTF-8, within the token and depth limits,
 * which are checked before anything is built.
 *
 * @param name For errors: a file or a URL without credentials.
 * @param ret  A new reference, owned by the caller.
 * @return FP_OK or FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_json_parse(const char *text, size_t len, const char *name, json_t **ret,
                                      struct fp_error *err);
/** The text with sorted keys and no white space: the canonical form. The caller owns it. */
char *fp_json_canonical(const json_t *value);
/** The text with sorted keys, indented by two. The caller owns it. */
char *fp_json_pretty(const json_t *value);
/** A string from any bytes, such as a file name: invalid UTF-8 becomes U+FFFD. A new reference;
 * NULL makes null. */
json_t *fp_json_text(const char *text);
/** All of a list as an array of such strings. A new reference. */
json_t *fp_json_texts(const struct fp_strv *list);
/** Set a member; NULL leaves it out. Consumes `take_value`.
 * @return Whether the key is valid UTF-8. */
bool fp_json_set(json_t *object, const char *key, json_t *take_value);
/** Set a member to fp_json_text(); NULL leaves it out. */
void fp_json_set_text(json_t *object, const char *key, const char *text);
/** Append to an array; NULL appends nothing. Consumes `take_value`. */
void fp_json_append(json_t *array, json_t *take_value);
/** The string at `key`, or NULL if it is missing or no string. Borrowed from `object`. */
const char *fp_json_string(const json_t *object, const char *key);
/**
 * The string at `key`, which must be there.
 * @return FP_E_INPUT, naming `name` and the key, if it is missing or of another type.
 */
FP_CHECKED enum fp_code fp_json_need_string(const json_t *object, const char *key, const char *name,
                                            const char **ret, struct fp_error *err);
/** The integer at `key`, which must be there and within 0 to INT64_MAX. */
FP_CHECKED enum fp_code fp_json_need_size(const json_t *object, const char *key, const char *name,
                                          uint64_t *ret, struct fp_error *err);

/**
 * Parse one document. Mappings become objects, sequences arrays, plain scalars true, false, null or
 * integers by YAML 1.2's core schema, everything else strings. Nothing loses its spelling: "1.10"
 * and "1.6.0" stay strings (no floating point numbers are made), and so do integers that printing
 * would change ("007", "+1", "0x1f") or that exceed 64 bits. Keys are always strings. Duplicate
 * keys, aliases, tags other than the core ones, a second document, more than FP_JSON_MAX_TOKENS
 * nodes or FP_JSON_MAX_DEPTH levels are FP_E_INPUT with line and column. An empty document is an
 * empty object.
 *
 * @param name For errors.
 * @param ret  A new reference, owned by the caller.
 */
FP_CHECKED enum fp_code fp_yaml_parse(const char *text, size_t len, const char *name, json_t **ret,
                                      struct fp_error *err);

FP_DEFINE_CLEANUP(fp_json_decrefp, json_t, json_decref)
/** Declare a json_t pointer whose reference is dropped at the end of its scope. */
#define cleanup_json __attribute__((cleanup(fp_json_decrefp)))

#endif
