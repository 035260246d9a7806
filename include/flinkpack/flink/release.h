/**
 * @file
 * Release archives: their names and URLs on Apache's servers, checksums, and download; also the
 * shaded Hadoop jar on Maven Central.
 */
#ifndef FLINKPACK_FLINK_RELEASE_H
#define FLINKPACK_FLINK_RELEASE_H

#include "flinkpack/flink/version.h"
#include "flinkpack/http.h"
#include "flinkpack/layer.h"
#include "flinkpack/store/cache.h"

/** The release to find or fetch, and its sources. Everything is borrowed. */
struct fp_release_options {
    struct fp_flink_version version;
    const char *scala_version;     /**< NULL: the version's default */
    const char *hadoop_version;    /**< NULL: none; "2.8", "28" or "2.8.3" */
    const struct fp_strv *mirrors; /**< base URLs tried first, in order ("https://host/dist") */
    const char *checksum;          /**< --flink-checksum: sha512:HEX, FILE or URL; NULL: Apache's */
    const char *claimed_sha512;    /**< of the archive, and */
    const char *claimed_hadoop;    /**< "sha1:HEX" of the Hadoop jar, as a record has them that is
                                        believed; used by fp_release_find() in place of asking a
                                        server; NULL: none */
    const char *keys;              /**< --flink-keys: a file; NULL: Apache's KEYS */
    const char *signer;            /**< the fingerprint that a signature has to have; NULL: any */
    const char *maven_repository;  /**< NULL: Maven Central */
    const char *apache_url;        /**< NULL: https://dlcdn.apache.org; tests set it */
    const char *archive_url;       /**< NULL: https://archive.apache.org/dist */
    const char *checksum_url;      /**< NULL: https://downloads.apache.org (then the archive) */
    const char *cache_folder;      /**< the directory of shared downloads; must exist */
    struct fp_cache *cache;        /**< remembers digests of downloads; may be NULL */
    bool offline;                  /**< use only the cache */
    struct fp_http *http;
    struct fp_reporter *reporter;
};

/** A release. Owned strings; release with fp_release_clear(). */
struct fp_release {
    char *archive_name; /**< flink-1.6.0-bin-scala_2.11.tgz */
    char *scala_version;
    char *sha512;        /**< the archive's checksum */
    char *voucher;       /**< its source: a server, or "--flink-checksum"; NULL: the claim */
    char *hadoop_name;   /**< of the shaded Hadoop jar (1.8 and later); NULL: not asked for */
    char *hadoop_digest; /**< "sha1:HEX", its strongest checksum in the repository; NULL */
    bool is_known;       /**< no server was asked for a checksum, and none of them is a claim */
    bool is_claim;       /**< a checksum is only what the options claim */
    char *url;           /**< the archive's source, without credentials; NULL until it is fetched,
                              and so are the following */
    struct fp_input *archive; /**< the file in the cache, open */
    struct fp_input *hadoop;  /**< the Hadoop jar, open; NULL: not asked for */
    char *hadoop_url;
};

/**
 * Compute the archive's file name for a version and its variants.
 * @return FP_E_USAGE listing the variants that exist. The caller owns `*ret`.
 */
FP_CHECKED enum fp_code fp_release_archive_name(const struct fp_release_options *options,
                                                char **ret, struct fp_error *err);
/**
 * Find out what a release is, without fetching it. A checksum comes from options->checksum, else
 * from the cache, else from the claims, else from a server: for the archive Apache's, for the
 * Hadoop jar the repository. No server is asked for what the others know.
 * @return FP_E_USAGE, FP_E_NOT_FOUND (no such release; or offline and not in the cache),
 *         FP_E_NETWORK, FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_release_find(const struct fp_release_options *options,
                                        struct fp_release *ret, struct fp_error *err);
/**
 * Get a release. If the cache has it, it is verified again. Otherwise the mirrors, Apache's CDN and
 * Apache's archive are tried in this order until one succeeds. An interrupted download is resumed.
 * The archive is verified against its SHA-512, which never comes from a mirror, nor from a claim.
 * The cache holds NAME, NAME.sha512 (the checksum it was verified against), NAME.url (its source),
 * and NAME.part (an unfinished download, locked by the process that fetches it), so several
 * processes may share it. No server is asked for a checksum that is recorded.
 * Checksums and archives come over https, or from hosts for which the client allows plain http
 * (fp_http_check_plain()).
 * @param release As fp_release_find() filled it for the same options, or empty. Then, and if its
 *                checksums are claims, it is found first; so they may be others afterwards. The
 *                caller clears it, after a failure, too.
 * @return FP_E_USAGE, FP_E_NOT_FOUND (every URL gave 404; the error lists them), FP_E_VERIFY,
 *         FP_E_NETWORK, FP_E_IO.
 */
FP_CHECKED enum fp_code fp_release_fetch(const struct fp_release_options *options,
                                         struct fp_release *release, struct fp_error *err);
/**
 * Verify an open archive, called `name`, against options->checksum. The only options that are used
 * are checksum, cache, offline and http.
 * @return FP_E_VERIFY, or the code of the failure to get the checksum.
 */
FP_CHECKED enum fp_code fp_release_verify(const struct fp_release_options *options,
                                          const char *name, struct fp_input *archive,
                                          struct fp_error *err);
/**
 * Verify an archive against its detached OpenPGP signature, which is fetched from Apache's host of
 * checksums or archive, never from a mirror. The options that are used are keys, signer, the URLs,
 * offline, http and reporter.
 * @param name   The archive's name at Apache's.
 * @param beside A file that has the signature if it is there; NULL: none.
 * @param ret    The fingerprint of the primary key that signed; the caller owns it.
 * @return FP_E_VERIFY, FP_E_NOT_FOUND (no signature, no keys, or no librnp), FP_E_INPUT,
 *         FP_E_NETWORK.
 */
FP_CHECKED enum fp_code fp_release_check_signature(const struct fp_release_options *options,
                                                   const char *name, const char *beside,
                                                   struct fp_input *archive, char **ret,
                                                   struct fp_error *err);
/** Release the members. */
void fp_release_clear(struct fp_release *release);
/** Declare a release that is cleared at the end of its scope. */
#define cleanup_release __attribute__((cleanup(fp_release_clear)))

/** Find the SHA-512 of `name` in a checksum file (of sha512sum, shasum, or gpg --print-md).
 * @return FP_E_INPUT if the text has none, e.g. because it is an HTML page. */
FP_CHECKED enum fp_code fp_checksum_parse(const char *text, const char *name, const char *origin,
                                          char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err);

#endif
