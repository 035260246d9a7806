/**
 * @file
 * Lists of Alpine packages: the APKINDEX of a repository, and the header lines of the database of
 * installed packages. Both have the same form.
 */
#ifndef FLINKPACK_ALPINE_INDEX_H
#define FLINKPACK_ALPINE_INDEX_H

#include <stdint.h>

#include "flinkpack/alpine/version.h"

/** The limits of bytes and packages, for one list and for all repositories together. */
#define FP_APK_INDEX_MAX_BYTES    ((size_t) 32 << 20)
#define FP_APK_INDEX_MAX_PACKAGES 100000

/** The fields of a package, in the order in which a database writes them. */
enum fp_apk_field {
    FP_APK_IDENTITY, /**< C: "Q1" and the SHA-1 of the control part in base64 */
    FP_APK_NAME,
    FP_APK_VERSION,
    FP_APK_ARCH,
    FP_APK_SIZE,           /**< S: the size of the .apk in bytes */
    FP_APK_INSTALLED_SIZE, /**< I: 0 means a virtual package, which has no .apk */
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

/** A package as a list describes it. Its texts are borrowed from the list. */
struct fp_apk_package {
    const char *fields[FP_APK_FIELDS]; /**< NULL if the list does not state the field */
    const char *record;                /**< in a database: the whole original stanza, including */
    size_t record_len;                 /**< the blank line after it if it had one */
    uint64_t size;                     /**< S: */
    uint64_t installed_size;           /**< I: */
    uint64_t provider_priority;        /**< k: */
    bool is_installed;                 /**< the package comes from a database */
    bool is_unusable;    /**< it has an unknown field or digest, so it cannot be chosen */
    unsigned repository; /**< set by the caller: the repository of the list */
};

/** Where an index comes from. */
struct fp_apk_index_origin {
    char sha256[FP_HASH_HEX_MAX]; /**< of the whole file, in hexadecimal */
    char *key;                    /**< the name of the key that signed it; owned */
};

/** A list. Release with fp_apk_index_clear(). */
struct fp_apk_index {
    char *text; /**< the text that the fields point into */
    char *raw;  /**< in a database: the original text */
    struct fp_apk_package *packages;
    size_t count;
    size_t bytes;                      /**< the length of the text */
    struct fp_apk_index_origin origin; /**< set by the caller, of a signed index */
};

/**
 * Parse the text of an APKINDEX.
 * @param take_text Terminated by a NUL; the list owns it from now on, even after a failure.
 * @param name      The name of the list in errors.
 * @return FP_OK, or FP_E_INPUT, whose text gives the number of the line.
 */
FP_CHECKED enum fp_code fp_apk_index_parse(char *take_text, const char *name,
                                           struct fp_apk_index *ret, struct fp_error *err);
/** Parse a database of installed packages; `text` is copied. */
FP_CHECKED enum fp_code fp_apk_installed_parse(const char *text, const char *name,
                                               struct fp_apk_index *ret, struct fp_error *err);
/** Release the members. */
void fp_apk_index_clear(struct fp_apk_index *index);

/** Returns "NAME-VERSION". The caller owns it. */
char *fp_apk_package_title(const struct fp_apk_package *package);
/** Parse a number of at most 18 digits. Returns false if the text is anything else. */
bool fp_apk_number(const char *text, uint64_t *ret);
/** Convert "Q1BASE64" to a hexadecimal SHA-1. Returns false if the text has another form. */
bool fp_apk_identity_hex(const char *identity, char ret_hex[41]);
/** Convert a hexadecimal SHA-1 to "Q1BASE64". */
void fp_apk_identity_text(const char *sha1_hex, char ret_text[32]);

/** Declare a list that is cleared at the end of its scope. */
#define cleanup_apk_index __attribute__((cleanup(fp_apk_index_clear)))

#endif
