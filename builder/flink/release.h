/**
 * @file
 * Downloads into the cache: the files to fetch, their URLs, and the digests they must match.
 */
#ifndef FLINKPACK_FLINK_RELEASE_PRIVATE_H
#define FLINKPACK_FLINK_RELEASE_PRIVATE_H

#include "flinkpack/flink/release.h"

/** The source of a digest that came with the options. */
#define FP_VOUCHED_BY_USER "--flink-checksum"

/** A file to fetch. Everything is borrowed. */
struct fp_fetch {
    const struct fp_release_options *options;
    const char *name;           /**< of the file, also in the cache */
    const struct fp_strv *urls; /**< tried in this order */
    enum fp_hash_algorithm algorithm;
    const char *hex;        /**< its digest; NULL: the one recorded in the cache */
    const char *vouched_by; /**< the source of that digest: a server, or FP_VOUCHED_BY_USER */
    const char *kind;       /**< for messages: "a Flink archive", "a jar" */
    const char *magic;      /**< the bytes that the file must begin with */
};

/**
 * Get a file from the cache or from the first URL that has it, and verify it. One process at a time
 * fetches a name; the others wait and then find the file in the cache.
 * @param ret     The verified file, open, with the SHA-256 of the bytes that matched the checksum;
 *                owned by the caller.
 * @param ret_url Its source, without credentials; owned by the caller.
 * @return FP_E_NOT_FOUND (no URL has it; all are named), FP_E_VERIFY, FP_E_NETWORK, FP_E_IO.
 */
FP_CHECKED enum fp_code fp_fetch_file(const struct fp_fetch *fetch, struct fp_input **ret,
                                      char **ret_url, struct fp_error *err);
/**
 * Get the digest of a file that the cache has, or had: it was recorded when the file matched it.
 * False: there is none from `vouched_by`, as a server that was trusted once may no longer be.
 */
bool fp_cache_recorded(const struct fp_release_options *options, const char *name,
                       enum fp_hash_algorithm algorithm, const char *vouched_by,
                       char ret_hex[FP_HASH_HEX_MAX]);
/** "sha512": the suffix of checksum files. Static. */
const char *fp_checksum_suffix(enum fp_hash_algorithm algorithm);
/**
 * GET a small text file.
 * @param ret_status Set on FP_OK; the text is in `body` when it is 200.
 */
FP_CHECKED enum fp_code fp_fetch_text(const struct fp_release_options *options, const char *url,
                                      struct fp_buf *body, int *ret_status, struct fp_error *err);
/** fp_checksum_parse() for any algorithm. */
FP_CHECKED enum fp_code fp_checksum_parse_as(enum fp_hash_algorithm algorithm, const char *text,
                                             const char *name, const char *origin,
                                             char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err);

/** The requested Scala version, or the default. FP_E_USAGE lists those that exist. Static. */
FP_CHECKED enum fp_code fp_release_scala(const struct fp_release_options *options, char **ret,
                                         struct fp_error *err);
/** "28" for 2.8, 28 or 2.8.3; NULL if none was requested. FP_E_USAGE lists the variants. */
FP_CHECKED enum fp_code fp_release_hadoop(const struct fp_release_options *options,
                                          const char **ret_digits, const char **ret_full,
                                          struct fp_error *err);
/** Find the checksum of release->archive_name: fills sha512, voucher, is_known and is_claim. */
FP_CHECKED enum fp_code fp_release_checksum(const struct fp_release_options *options,
                                            struct fp_release *release, struct fp_error *err);
/** Find the name and the checksum of the shaded Hadoop jar; is_known and is_claim may change. */
FP_CHECKED enum fp_code fp_hadoop_find(const struct fp_release_options *options,
                                       struct fp_release *release, struct fp_error *err);
/** Fetch the Hadoop jar that was found. */
FP_CHECKED enum fp_code fp_hadoop_fetch(const struct fp_release_options *options,
                                        struct fp_release *release, struct fp_error *err);
/** The digest of an open file, from options->cache if it is remembered there. */
FP_CHECKED enum fp_code fp_release_hash(const struct fp_release_options *options,
                                        struct fp_input *input, enum fp_hash_algorithm algorithm,
                                        char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err);
/** The base URL of the archive of releases; the options may replace it. Borrowed or static. */
const char *fp_release_archive_base(const struct fp_release_options *options);
/** Likewise for checksums. */
const char *fp_release_checksum_base(const struct fp_release_options *options);
/** BASE/flink/flink-V/NAME. The caller owns it. */
char *fp_release_url(const struct fp_release_options *options, const char *base, const char *name);

#endif
