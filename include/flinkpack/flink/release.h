/**
 * @file
 * Release archives: their names and places on Apache's servers, checksums, download; the shaded
 * Hadoop jar on Maven Central (facts: flink.md section 1).
 */
#ifndef FLINKPACK_FLINK_RELEASE_H
#define FLINKPACK_FLINK_RELEASE_H

#include "flinkpack/flink/version.h"
#include "flinkpack/http.h"
#include "flinkpack/layer.h"

/** Which release, and from where. Everything is borrowed. */
struct fp_release_options {
    struct fp_flink_version version;
    const char *scala_version;     /**< NULL: the version's default */
    const char *hadoop_version;    /**< NULL: none; "2.8", "28" or "2.8.3" */
    const struct fp_strv *mirrors; /**< base URLs tried first, in order ("https://host/dist") */
    const char *checksum;          /**< --flink-checksum: sha512:HEX, FILE or URL; NULL: Apache's */
    const char *maven_repository;  /**< NULL: Maven Central */
    const char *apache_url;        /**< NULL: https://dlcdn.apache.org; tests set it */
    const char *archive_url;       /**< NULL: https://archive.apache.org/dist */
    const char *checksum_url;      /**< NULL: https://downloads.apache.org (then the archive) */
    const char *cache_folder;      /**< shared downloads, by name and digest; must exist */
    bool offline;                  /**< nothing but the cache */
    struct fp_http *http;
    struct fp_reporter *reporter;
};

/** What was fetched. Owned strings; release with fp_release_clear(). */
struct fp_release {
    struct fp_input *archive; /**< in the cache, open */
    char *archive_name;       /**< flink-1.6.0-bin-scala_2.11.tgz */
    char *url;                /**< where it came from, without credentials */
    char *sha512;             /**< verified */
    char *scala_version;
    struct fp_input
        *hadoop;       /**< the shaded Hadoop jar (1.8 and later), open; NULL: not asked for */
    char *hadoop_url;  /**< NULL */
    char *hadoop_name; /**< NULL */
};

/**
 * The archive's file name for a version and its variants.
 * @return FP_E_USAGE listing the variants that exist. The caller owns `*ret`.
 */
FP_CHECKED enum fp_code fp_release_archive_name(const struct fp_release_options *options,
                                                char **ret, struct fp_error *err);
/**
 * Get a release: from the cache if it is there, verified again, else from the mirrors, Apache's
 * CDN and Apache's archive in this order (the next one on 404 or failure), resumed when broken
 * off, verified against its SHA-512, which never comes from a mirror.
 *
 * The cache holds NAME, NAME.sha512 (what it was verified against), NAME.url (where it came from),
 * and NAME.part (what has come so far, locked by whoever fetches it): several processes may share
 * it. A file whose checksum is recorded is used without asking any server.
 * Checksums and archives come over https, or from hosts that the client may ask without (fp_http.h:
 * fp_http_check_plain()).
 * @return FP_E_USAGE, FP_E_NOT_FOUND (all places say 404; the text lists them), FP_E_VERIFY,
 *         FP_E_NETWORK, FP_E_IO.
 */
FP_CHECKED enum fp_code fp_release_fetch(const struct fp_release_options *options,
                                         struct fp_release *ret, struct fp_error *err);
/**
 * Hold an open archive, called `name`, to options->checksum. Of the options this reads checksum,
 * offline and http.
 * @return FP_E_VERIFY, or why the checksum cannot be had.
 */
FP_CHECKED enum fp_code fp_release_verify(const struct fp_release_options *options,
                                          const char *name, struct fp_input *archive,
                                          struct fp_error *err);
/** Release the members. */
void fp_release_clear(struct fp_release *release);

/** The SHA-512 of a line "HEX  NAME" (sha512sum, shasum, or gpg --print-md's form) for `name`.
 * @return FP_E_INPUT where there is none, e.g. an HTML page. */
FP_CHECKED enum fp_code fp_checksum_parse(const char *text, const char *name, const char *origin,
                                          char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err);

#endif
