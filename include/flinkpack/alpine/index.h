/**
 * @file
 * Lists of Alpine packages: APKINDEX of a repository, and the header lines of the database of
 * installed packages, which has the same form.
 */
#ifndef FLINKPACK_ALPINE_INDEX_H
#define FLINKPACK_ALPINE_INDEX_H

#include <stdint.h>

#include "flinkpack/alpine/version.h"

/** The most bytes of one list, and packages in it; also of all repositories together. */
#define FP_APK_INDEX_MAX_BYTES    ((size_t) 32 << 20)
#define FP_APK_INDEX_MAX_PACKAGES 100000

/** The fields of a package, in the order in which a database has them. */
enum fp_apk_field {
    FP_APK_IDENTITY, /**< C: "Q1" and the base64 of the control part's SHA-1 */
    FP_APK_NAME,
    FP_APK_VERSION,
    FP_APK_ARCH,
    FP_APK_SIZE,           /**< S: of the .apk, bytes */
    FP_APK_INSTALLED_SIZE, /**< I: 0 is a virtual package without a file */
    FP_APK_DESCRIPTION,
    FP_APK_URL,
    FP_APK_LICENSE,
    FP_APK_ORIGIN,
    FP_APK_MAINTAINER,
    FP_APK_BUILD_TIME,
    FP_APK_COMMIT,
    FP_APK_PROVIDER_PRIORITY,
    FP_APK_DEPENDS,
    FP_APK_PROVIDES,
    FP_APK_INSTALL_IF,
    FP_APK_REPLACES,          /**< r: only in databases */
    FP_APK_REPLACES_PRIORITY, /**< q: only in databases */
    FP_APK_FIELDS,
};

/** The letter of a field, such as 'C'. */
char fp_apk_field_letter(enum fp_apk_field field);

/** A package as a list has it. Borrowed from the list. */
struct fp_apk_package {
    const char *fields[FP_APK_FIELDS]; /**< NULL: not stated */
    const char *record;                /**< of a database: the whole stanza as it was, with the */
    size_t record_len;                 /**< blank line behind it, where it had one */
    uint64_t size;                     /**< S: */
    uint64_t installed_size;           /**< I: */
    uint64_t provider_priority;        /**< k: */
    bool is_installed;                 /**< it comes from a database */
    bool is_unusable;                  /**< it has a field of which apk says: unknown is unsafe */
    unsigned repository;               /**< for the caller: where the list came from */
};

/** A list. Release with fp_apk_index_clear(). */
struct fp_apk_index {
    char *text; /**< what the fields point into */
    char *raw;  /**< of a database: the text as it was */
    struct fp_apk_package *packages;
    size_t count;
    size_t bytes; /**< of the text */
};

/**
 * Parse the text of an APKINDEX.
 * @param take_text Terminated; owned by the list from now on, also on failure.
 * @param name      For errors.
 * @return FP_E_INPUT with the number of the line.
 */
FP_CHECKED enum fp_code fp_apk_index_parse(char *take_text, const char *name,
                                           struct fp_apk_index *ret, struct fp_error *err);
/** Parse a database of installed packages; `text` is copied. */
FP_CHECKED enum fp_code fp_apk_installed_parse(const char *text, const char *name,
                                               struct fp_apk_index *ret, struct fp_error *err);
/** Release the members. */
void fp_apk_index_clear(struct fp_apk_index *index);

/** "NAME-VERSION". The caller owns it. */
char *fp_apk_package_title(const struct fp_apk_package *package);
/** Digits only, bounded; false where it is no such number. */
bool fp_apk_number(const char *text, uint64_t *ret);
/** The SHA-1 in "Q1BASE64" as hexadecimal; false where it is none. */
bool fp_apk_identity_hex(const char *identity, char ret_hex[41]);
/** "Q1" and base64 of a hexadecimal SHA-1. */
void fp_apk_identity_text(const char *sha1_hex, char ret_text[32]);

/** Declare a list that is cleared at the end of its scope. */
#define cleanup_apk_index __attribute__((cleanup(fp_apk_index_clear)))

#endif
