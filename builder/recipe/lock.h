/**
 * @file
 * The lock, flinkpack.lock: a JSON file that names what an image was made of and what it became, so
 * that it can be made again. It is a claim of whoever wrote it. All functions take NULL for no
 * lock.
 */
#ifndef FLINKPACK_RECIPE_LOCK_H
#define FLINKPACK_RECIPE_LOCK_H

#include "flinkpack/image.h"

/** The layout of the file. */
#define FP_LOCK_LAYOUT 1

/** A lock that was read. Immutable. */
struct fp_lock;

/**
 * Read a lock: at most 4 MiB, and every member of the type and form that it must have.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_IO or FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_lock_read(const char *path, struct fp_lock **ret, struct fp_error *err);
/** Likewise, from a text. Messages call it `name`. */
FP_CHECKED enum fp_code fp_lock_parse(const char *text, size_t len, const char *name,
                                      struct fp_lock **ret, struct fp_error *err);
/** Free. */
void fp_lock_free(struct fp_lock *lock);

/** The digest to which the base `name` resolved, if the lock is about the same platforms: texts
 * such as "linux/amd64". NULL: none. Borrowed. */
const char *fp_lock_base(const struct fp_lock *lock, const char *name,
                         const struct fp_strv *platforms);
/** The digest of the manifest of the base `name` for one platform, or NULL. Borrowed. */
const char *fp_lock_base_digest(const struct fp_lock *lock, const char *name, const char *platform);
/** The checksum of a release archive, "sha512:HEX", or NULL. Borrowed. */
const char *fp_lock_checksum(const struct fp_lock *lock, const char *archive_name);
/** The digest of the image that the lock is of; NULL: none. Borrowed. */
const char *fp_lock_image(const struct fp_lock *lock);
/** Whether the lock names a base by this digest, of an index or of a platform's image; also if it
 * names none. */
bool fp_lock_takes_base(const struct fp_lock *lock, const char *digest);
/** The fingerprint of the key that signed a release archive, or NULL. Borrowed. */
const char *fp_lock_signer(const struct fp_lock *lock, const char *archive_name);
/**
 * The packages that a layer took, as fp_apk_add() takes pins.
 * @param name     The name of the base.
 * @param base     The digest of its manifest that they go on; "" if they are the base themselves.
 * @param kind     The layer: "packages", or "base" of a base that is made of packages.
 * @param requests What is asked for now.
 * @param ret_only Receives whether the same was asked for, so that no other package may be taken.
 * @return NULL if the lock is about another base. Borrowed.
 */
const json_t *fp_lock_pins(const struct fp_lock *lock, const char *platform, const char *name,
                           const char *base, const char *kind, const struct fp_strv *requests,
                           bool *ret_only);
/**
 * Whether a layer that an earlier build made may be used: it is the one that the lock names, or the
 * lock names none that is made of the same. Of packages all have to be of the lock's versions.
 * @param key    The recipe key.
 * @param report What fp_apk_add() reported of a layer of packages; else NULL.
 */
bool fp_lock_allows(const struct fp_lock *lock, const char *platform, const char *kind,
                    const char *key, const struct fp_digest *diff_id, const json_t *report);
/** What the packages of the layer that the lock names are, with what was asked for, so that an
 * image says the same of them wherever it is made; NULL if it names another layer. Borrowed. */
const json_t *fp_lock_addition(const struct fp_lock *lock, const char *platform, const char *kind,
                               const char *key, const struct fp_digest *diff_id);
/** Whether the lock names just this layer, with this content under its compression. */
bool fp_lock_confirms(const struct fp_lock *lock, const char *platform, const char *kind,
                      const char *key, const struct fp_digest *diff_id,
                      const struct fp_digest *digest);

/** Its JSON. Borrowed. */
const json_t *fp_lock_document(const struct fp_lock *lock);
/** Its file, for messages. Borrowed. */
const char *fp_lock_name(const struct fp_lock *lock);

/** How a lock differs from the document of a build. Release with fp_lock_changes_clear(). */
struct fp_lock_changes {
    struct fp_strv inputs;   /**< base, Flink, platforms, packages: "base: A in the lock, B now" */
    struct fp_strv products; /**< layers and image */
};

/** Compare a lock with the document of a build. The image's digest counts only if layers are
 * compressed in the same way. */
void fp_lock_compare(const struct fp_lock *lock, const json_t *now, struct fp_lock_changes *ret);
/** Release the members. */
void fp_lock_changes_clear(struct fp_lock_changes *changes);
/**
 * Compare, and report what differs: where inputs do, as a warning.
 * @param locked Whether every difference is an error.
 * @return FP_OK; FP_E_VERIFY, which names the differences.
 */
FP_CHECKED enum fp_code fp_lock_hold(const struct fp_lock *lock, const json_t *now, bool locked,
                                     struct fp_reporter *reporter, struct fp_error *err);

FP_DEFINE_CLEANUP(fp_lock_freep, struct fp_lock, fp_lock_free)
/** Declare a lock that is freed at the end of its scope. */
#define cleanup_lock __attribute__((cleanup(fp_lock_freep)))

#endif
