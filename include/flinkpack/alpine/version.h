/**
 * @file
 * Parses and compares versions and dependencies of Alpine packages by the rules of apk 3.
 */
#ifndef FLINKPACK_ALPINE_VERSION_H
#define FLINKPACK_ALPINE_VERSION_H

#include <stdbool.h>
#include <stddef.h>

#include "flinkpack/support.h"

/** The result of comparing two versions. A dependency uses these values as bits. */
enum fp_apk_order {
    FP_APK_LESS = 1,
    FP_APK_EQUAL = 2,
    FP_APK_GREATER = 4,
    FP_APK_FUZZY = 8, /**< in a dependency: a version that begins with the wanted one is EQUAL */
};

/** A part of a text that somebody else owns. */
struct fp_apk_text {
    const char *ptr;
    size_t len;
};

/** Make a struct of a terminated text. NULL gives an empty one. */
struct fp_apk_text fp_apk_text(const char *text);
/** Whether both consist of the same bytes. */
bool fp_apk_text_equal(struct fp_apk_text a, struct fp_apk_text b);
/** Compare byte by byte, with a result like that of strcmp(). */
int fp_apk_text_compare(struct fp_apk_text a, struct fp_apk_text b);
/**
 * Remove the first word from a list of words that are separated by blanks.
 * @return false at the end of the list.
 */
bool fp_apk_text_word(struct fp_apk_text *list, struct fp_apk_text *ret);

/**
 * Compare versions of the form num(.num)*[a-z]?(_suffix[num])*(~hex)?(-rN)?. A version that departs
 * from this form is less than one that still follows it there. Numbers may have any length.
 * @return FP_APK_LESS, FP_APK_EQUAL or FP_APK_GREATER.
 */
enum fp_apk_order fp_apk_version_compare(struct fp_apk_text a, struct fp_apk_text b);
/** Whether `prefix` equals `version`, or is its beginning and ends between two tokens. */
bool fp_apk_version_begins(struct fp_apk_text version, struct fp_apk_text prefix);
/** Whether a version follows the grammar. */
bool fp_apk_version_is_valid(struct fp_apk_text version);

/** A dependency: "name", "so:libz.so.1", "!name", "name>=1.2", "name~1.1", "name><Q1...". */
struct fp_apk_dependency {
    struct fp_apk_text name;
    struct fp_apk_text version; /**< empty if any version is accepted */
    unsigned accepts;           /**< bits of fp_apk_order; 0: any version */
    bool is_conflict;           /**< no matching package may be installed */
    bool is_identity;           /**< `version` is a package's C: value */
};

/** Parse a dependency. A repository tag ("name@edge") is ignored. Fails with FP_E_INPUT. */
FP_CHECKED enum fp_code fp_apk_dependency_parse(struct fp_apk_text text,
                                                struct fp_apk_dependency *ret,
                                                struct fp_error *err);
/**
 * Check a dependency that a user requests: it has to be NAME, or NAME with an operator and a valid
 * version. It is added to /etc/apk/world, and apk does not work in an image whose world has other
 * lines.
 * @return FP_E_INPUT for a conflict, a tag, a path or an invalid version, with the expected form.
 */
FP_CHECKED enum fp_code fp_apk_request_check(const char *request, struct fp_error *err);
/** Whether `version` (empty if none is stated) matches the dependency. For a conflict, the versions
 * that it excludes match. */
bool fp_apk_dependency_accepts(const struct fp_apk_dependency *dependency,
                               struct fp_apk_text version);

#endif
