/**
 * @file
 * Helpers for the texts of options, for members of documents, and for writing YAML.
 */
#ifndef FLINKPACK_DEPLOY_TEXT_H
#define FLINKPACK_DEPLOY_TEXT_H

#include "flinkpack/deploy.h"

/** The text before the first separator, and the rest after it; NULL if there is no separator. */
struct fp_split {
    char *first; /**< owned */
    const char *rest;
};
/** Split `text` at its first `separator`; the rest is borrowed from it. */
struct fp_split fp_split_at(const char *text, char separator);
/** Change ASCII letters to lower case, in place. */
void fp_make_lower(char *text);
/** Whether `text` is in a list that ends with NULL. */
bool fp_is_one_of(const char *text, const char *const *list);
/** Whether `text` is a DNS label (RFC 1123) of at most `max` characters. */
bool fp_is_dns_label(const char *text, size_t max);
/** Whether `text` is a DNS name: labels with dots between them, at most 253 characters. */
bool fp_is_dns_name(const char *text);
/** Parse a whole number from 0 to 999999999. */
bool fp_parse_count(const char *text, int64_t *ret);
/** Parse a size such as 1600m, 1600Mi or 2g into MiB. */
FP_CHECKED enum fp_code fp_parse_mib(const char *text, const char *title, int64_t *ret,
                                     struct fp_error *err);

/** A string for a value of args or env. "$" is doubled, because Kubernetes expands "$(NAME)" there,
 * and Compose expands "$NAME". */
json_t *fp_kube_literal(const char *text);

/** A value that is written verbatim. */
json_t *fp_raw(const char *text);
/** The same object for json_object_foreach(), whose parameter is not const. */
static inline json_t *fp_iterable(const json_t *object)
{
    return (json_t *) (uintptr_t) object;
}
/** The KEY=VALUE pairs of the user as an object of strings. A new reference. */
json_t *fp_pairs(const struct fp_strv *pairs);
/** Add the user's KEY=VALUE pairs to an object of strings. */
void fp_add_pairs(json_t *object, const struct fp_strv *pairs);
/** Return `take_value` itself; NULL if it is an empty array or object. */
json_t *fp_unless_empty(json_t *take_value);
/** Copy the members `keys`, a list that ends with NULL, from another object if it has them. */
void fp_pick(json_t *object, const json_t *from, const char *const *keys);

/** The only member of an object that is written verbatim, in a template whose text is not valid
 * YAML yet. */
#define FP_YAML_RAW "!raw"

/** Like fp_yaml_write(), but with `takes_raw` values of FP_YAML_RAW are written verbatim. */
FP_CHECKED enum fp_code fp_yaml_write_as(struct fp_buf *out, const json_t *value, bool takes_raw,
                                         struct fp_error *err);

/** Whether `text` needs no quotes in YAML 1.1 and 1.2 as a key, a value or an item. */
bool fp_yaml_is_plain(const char *text);
/** Whether `text` is one line of characters that YAML needs no escapes for. It is valid UTF-8. */
bool fp_yaml_is_printable(const char *text);
/** Whether `text` can be a literal block ("|"): printable lines, the last of which is ended. */
bool fp_yaml_is_literal(const char *text);
/** Append `text`, which is valid UTF-8, in double quotes. */
void fp_yaml_put_quoted(struct fp_buf *out, const char *text);

#endif
