/**
 * @file
 * Versions and dependencies of Alpine packages, by the rules of apk 3.
 */
#ifndef FLINKPACK_ALPINE_VERSION_H
#define FLINKPACK_ALPINE_VERSION_H

#include <stdbool.h>
#include <stddef.h>

#include "flinkpack/support.h"

/** How two versions compare; as bits, also what a dependency accepts. */
enum fp_apk_order {
    FP_APK_LESS = 1,
    FP_APK_EQUAL = 2,
    FP_APK_GREATER = 4,
    FP_APK_FUZZY = 8, /**< in a dependency: EQUAL also where the wanted version is a beginning */
};

/** A piece of a text. Borrowed. */
struct fp_apk_text {
    const char *ptr;
    size_t len;
};

/** A text of its own; NULL is empty. */
struct fp_apk_text fp_apk_text(const char *text);
/** Whether both are the same bytes. */
bool fp_apk_text_equal(struct fp_apk_text a, struct fp_apk_text b);
/** Their bytewise order, as of strcmp(). */
int fp_apk_text_compare(struct fp_apk_text a, struct fp_apk_text b);
/**
 * The next word of a list that is separated by blanks, taken off its front.
 * @return false at the end of the list.
 */
bool fp_apk_text_word(struct fp_apk_text *list, struct fp_apk_text *ret);

/**
 * Compare num(.num)*[a-z]?(_suffix[num])*(~hex)?(-rN)?; what does not follow it is less than what
 * does from there on. Numbers may have any length.
 * @return FP_APK_LESS, FP_APK_EQUAL or FP_APK_GREATER.
 */
enum fp_apk_order fp_apk_version_compare(struct fp_apk_text a, struct fp_apk_text b);
/** Whether `prefix` is `version`, or the beginning of it that ends between two tokens. */
bool fp_apk_version_begins(struct fp_apk_text version, struct fp_apk_text prefix);
/** Whether it follows the grammar. */
bool fp_apk_version_is_valid(struct fp_apk_text version);

/** A dependency: "name", "so:libz.so.1", "!name", "name>=1.2", "name~1.1", "name><Q1...". */
struct fp_apk_dependency {
    struct fp_apk_text name;
    struct fp_apk_text version; /**< empty where any does */
    unsigned accepts;           /**< bits of fp_apk_order; 0: any version */
    bool is_conflict;           /**< nothing that matches may be there */
    bool is_identity;           /**< `version` is a package's C: value */
};

/** Take a dependency apart. A tag ("name@edge") is left out. FP_E_INPUT without a name. */
FP_CHECKED enum fp_code fp_apk_dependency_parse(struct fp_apk_text text,
                                                struct fp_apk_dependency *ret,
                                                struct fp_error *err);
/**
 * Whether a user may ask for it, which puts it into the image's /etc/apk/world: NAME, or NAME with
 * an operator and a version that follows the grammar. apk reads no package of an image whose world
 * has anything else.
 * @return FP_E_INPUT, saying what is expected: a conflict, a tag, a path, a bad version.
 */
FP_CHECKED enum fp_code fp_apk_request_check(const char *request, struct fp_error *err);
/** Whether `version` (empty: none is stated) is one that the dependency speaks of. A conflict
 * speaks of what it excludes. */
bool fp_apk_dependency_accepts(const struct fp_apk_dependency *dependency,
                               struct fp_apk_text version);

#endif
