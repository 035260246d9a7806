/**
 * @file
 * What packages and indexes are made of: a file that is several gzip files behind each other is
 * read member by member, as signatures and digests are of a member's compressed bytes; the keys
 * that verify them; and .PKGINFO, what a package says of itself.
 */
#ifndef FLINKPACK_ALPINE_MEMBERS_H
#define FLINKPACK_ALPINE_MEMBERS_H

#include <openssl/evp.h>

#include "flinkpack/alpine/signature.h"

/** What the names of signatures begin with: ".SIGN.RSA256.KEYFILE". */
#define SIGN_PREFIX ".SIGN."
/** The most signatures of one file. */
#define SIGNATURES_MAX 16

struct members;

/** What the compressed bytes of a member are. Hexadecimal. */
struct member_digests {
    char sha1[FP_HASH_HEX_MAX];
    char sha256[FP_HASH_HEX_MAX];
    char sha512[FP_HASH_HEX_MAX];
};

/**
 * Begin.
 * @param take_source The whole file.
 * @param name        For errors; borrowed.
 * @param max_bytes   Inflated bytes of all members, beyond is FP_E_INPUT.
 */
struct members *fp_members_open(struct fp_source *take_source, const char *name,
                                uint64_t max_bytes);
/**
 * Go to the next member; the one before must have been read to its end.
 * @param ret Its inflated bytes, or NULL at the end of the file. Borrowed.
 */
FP_CHECKED enum fp_code fp_members_next(struct members *members, struct fp_source **ret,
                                        struct fp_error *err);
/** Whether the file begins with `text`, which is to be asked in front of its first member. */
FP_CHECKED enum fp_code fp_members_begins(struct members *members, const char *text, bool *ret,
                                          struct fp_error *err);
/** The digests of the member that has just been read to its end. */
void fp_members_digests(struct members *members, struct member_digests *ret);
/** What a member of an index or a package is for, which its first entry says. */
enum member_kind { MEMBER_EMPTY, MEMBER_SIGNATURES, MEMBER_SIGNED };
/**
 * An entry of a member; the member's `*kind` is MEMBER_EMPTY before its first one.
 * @return FP_E_VERIFY where signatures and other things are in one member: nothing signs those.
 */
FP_CHECKED enum fp_code fp_members_classify(const struct members *members, const char *path,
                                            enum member_kind *kind, struct fp_error *err);
/** Close. */
void fp_members_close(struct members *members);

FP_DEFINE_CLEANUP(members_closep, struct members, fp_members_close)
#define cleanup_members __attribute__((cleanup(members_closep)))

/** A key that is trusted. */
struct apk_key {
    char *name;
    char *pem;
    EVP_PKEY *pkey;
};

/** All of them. */
struct fp_apk_keys {
    struct apk_key *keys;
    size_t count;
};

/** The trusted key of that name, or NULL. Borrowed. */
struct apk_key *fp_keys_find(const struct fp_apk_keys *keys, const char *name);
/** Whether a kind of signature is understood. */
bool fp_keys_scheme_is_known(const char *scheme);
/**
 * Whether `signature` is the key's for the digests.
 * @param scheme "RSA", "RSA256", "RSA512".
 */
bool fp_keys_verify(const struct fp_apk_keys *keys, const char *name, const char *scheme,
                    const struct member_digests *digests, const struct fp_buf *signature);

/** The most bytes of .PKGINFO. */
#define PKGINFO_MAX_BYTES ((size_t) 1 << 20)

/** What is used of it. Owned; release with fp_pkginfo_clear(). */
struct pkginfo {
    char *name;
    char *version;
    char *datahash;
    char *replaces; /* joined by blanks */
    char *replaces_priority;
    char *triggers;
};

/** Parse "key = value" lines; of keys that are used once the first counts. Never fails: what is
 * not there is NULL. */
void fp_pkginfo_parse(const char *text, struct pkginfo *ret);
/** Release the members. */
void fp_pkginfo_clear(struct pkginfo *info);

#endif
