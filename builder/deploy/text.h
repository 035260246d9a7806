/**
 * @file
 * Texts that options are made of, members of documents, and documents and strings as YAML.
 */
#ifndef FLINKPACK_DEPLOY_TEXT_H
#define FLINKPACK_DEPLOY_TEXT_H

#include "flinkpack/deploy.h"

/** A part before the first `separator`, and the rest behind it, or NULL. */
struct fp_split {
    char *first; /**< owned */
    const char *rest;
};
/** Split `text`, which the rest is borrowed from. */
struct fp_split fp_split_at(const char *text, char separator);
/** Turn letters of ASCII into small ones, in place. */
void fp_make_lower(char *text);
/** Whether it is in a list that ends with NULL. */
bool fp_is_one_of(const char *text, const char *const *list);
/** Whether it is a DNS label (RFC 1123) of at most `max` characters. */
bool fp_is_dns_label(const char *text, size_t max);
/** Whether it is a DNS name: labels with dots between them, at most 253 characters. */
bool fp_is_dns_name(const char *text);
/** A whole number from 0 to 999999999. */
bool fp_parse_count(const char *text, int64_t *ret);
/** A size such as 1600m, 1600Mi or 2g, in MiB. */
FP_CHECKED enum fp_code fp_parse_mib(const char *text, const char *title, int64_t *ret,
                                     struct fp_error *err);

/** A string for an arg or env value: "$" doubled, as Kubernetes expands "$(NAME)" there, Compose
 * "$NAME". */
json_t *fp_kube_literal(const char *text);

/** Text that stands verbatim. */
json_t *fp_raw(const char *text);
/** The same object for json_object_foreach(), whose parameter lacks a const. */
static inline json_t *fp_iterable(const json_t *object)
{
    return (json_t *) (uintptr_t) object;
}
/** The KEY=VALUE pairs of the user as an object of strings. A new reference. */
json_t *fp_pairs(const struct fp_strv *pairs);
/** Add the user's KEY=VALUE pairs to an object of strings. */
void fp_add_pairs(json_t *object, const struct fp_strv *pairs);
/** `take_value` itself; NULL where it is an array or object without members. */
json_t *fp_unless_empty(json_t *take_value);
/** Set those members that another object has of a list of keys, which ends with NULL. */
void fp_pick(json_t *object, const json_t *from, const char *const *keys);

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
