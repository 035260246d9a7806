/**
 * @file
 * The parts of packages and indexes. Such a file is a series of gzip members, and is read member by
 * member because signatures and digests cover the compressed bytes of one member. Also: the keys
 * that verify signatures, and .PKGINFO, a package's description.
 */
#ifndef FLINKPACK_ALPINE_MEMBERS_H
#define FLINKPACK_ALPINE_MEMBERS_H

#include <openssl/evp.h>

#include "flinkpack/alpine/signature.h"

/** The prefix of signatures' names: ".SIGN.RSA256.KEYFILE". */
#define SIGN_PREFIX ".SIGN."
/** The most signatures that one file may have. */
#define SIGNATURES_MAX 16

struct members;

/** The digests of the compressed bytes of a member, in hexadecimal. */
struct member_digests {
    char sha1[FP_HASH_HEX_MAX];
    char sha256[FP_HASH_HEX_MAX];
    char sha512[FP_HASH_HEX_MAX];
};

/**
 * Start to read a file.
 * @param take_source The whole file.
 * @param name        The name of the file in errors; borrowed.
 * @param max_bytes   The limit of all members' uncompressed size; more is FP_E_INPUT.
 */
struct members *fp_members_open(struct fp_source *take_source, const char *name,
                                uint64_t max_bytes);
/**
 * Go to the next member. The previous one must have been read to its end.
 * @param ret Receives its uncompressed bytes, or NULL at the end of the file. Borrowed.
 */
FP_CHECKED enum fp_code fp_members_next(struct members *members, struct fp_source **ret,
                                        struct fp_error *err);
/** Whether the file begins with `text`. Call this before fp_members_next(). */
FP_CHECKED enum fp_code fp_members_begins(struct members *members, const char *text, bool *ret,
                                          struct fp_error *err);
/** Get the digests of the member that has just been read to its end. */
void fp_members_digests(struct members *members, struct member_digests *ret);
/** The purpose of a member, which its first entry determines. */
enum member_kind { MEMBER_EMPTY, MEMBER_SIGNATURES, MEMBER_SIGNED };
/**
 * Update `*kind` for an entry of a member; it is MEMBER_EMPTY before the first entry.
 * @return FP_E_VERIFY if a member mixes signatures with other files, which nothing would sign.
 */
FP_CHECKED enum fp_code fp_members_classify(const struct members *members, const char *path,
                                            enum member_kind *kind, struct fp_error *err);
/** Close the file. */
void fp_members_close(struct members *members);

FP_DEFINE_CLEANUP(members_closep, struct members, fp_members_close)
#define cleanup_members __attribute__((cleanup(members_closep)))

/** A trusted key. */
struct apk_key {
    char *name;
    char *pem;
    EVP_PKEY *pkey;
};

/** All trusted keys. */
struct fp_apk_keys {
    struct apk_key *keys;
    size_t count;
};

/** Returns the trusted key of that name, or NULL. Borrowed. */
struct apk_key *fp_keys_find(const struct fp_apk_keys *keys, const char *name);
/** Whether a signature scheme is supported. */
bool fp_keys_scheme_is_known(const char *scheme);
/**
 * Whether `signature` is a valid signature of the digests by the key `name`.
 * @param scheme "RSA", "RSA256", "RSA512".
 */
bool fp_keys_verify(const struct fp_apk_keys *keys, const char *name, const char *scheme,
                    const struct member_digests *digests, const struct fp_buf *signature);

/** The maximum size of .PKGINFO. */
#define PKGINFO_MAX_BYTES ((size_t) 1 << 20)

/** The fields that are used of .PKGINFO. Release with fp_pkginfo_clear(). */
struct pkginfo {
    char *name;
    char *version;
    char *datahash;
    char *replaces; /* several lines are joined by blanks */
    char *replaces_priority;
    char *triggers;
};

/** Parse "key = value" lines. The first line with a key counts, but lists are joined. This never
 * fails; missing fields are NULL. */
void fp_pkginfo_parse(const char *text, struct pkginfo *ret);
/** Release the members. */
void fp_pkginfo_clear(struct pkginfo *info);

#endif
