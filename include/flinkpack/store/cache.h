/**
 * @file
 * The local cache: records of what was made, blobs, and digests of local files.
 *
 * It lies in the directory of the downloads, below directories of its own: blobs/sha256/HEX and
 * records/KIND/KEY. Only what this user alone can write there is believed, a record is held to its
 * kind, key and checksum, and a blob to its digest. So any number of processes may use it, and may
 * be killed at any time. Whatever goes wrong with it is only a cache without that part: a lookup
 * finds nothing, and an addition adds nothing.
 */
#ifndef FLINKPACK_STORE_CACHE_H
#define FLINKPACK_STORE_CACHE_H

#include <time.h>

#include "flinkpack/layer.h"

/** The default bound, in bytes. */
#define FP_CACHE_MAX_BYTES ((uint64_t) 10 << 30)

/**
 * An open cache. NULL is a cache that has nothing and takes nothing, for --no-cache. It may be used
 * from several threads at once.
 */
struct fp_cache;

/**
 * Open the cache in a directory. What is missing is made when something is added, readable by this
 * user only.
 * @param max_bytes What fp_cache_free() leaves at most. UINT64_MAX: everything.
 * @param ret       Owned by the caller; has to outlive the blobs that come from it.
 * @return FP_E_IO if there can be none: it belongs to other users, or they can write to it.
 */
FP_CHECKED enum fp_code fp_cache_open(const char *directory, uint64_t max_bytes,
                                      struct fp_cache **ret, struct fp_error *err);
/**
 * Close; NULL is fine. If what was added, by downloads too, may have exceeded the bound, what was
 * used longest ago is removed, downloads included. A file that a process has open stays readable.
 */
void fp_cache_free(struct fp_cache *cache);
/** Whether a blob or record turned out to be damaged since the cache was opened. It is removed, so
 * that work which failed with FP_E_VERIFY or FP_E_IO can succeed when it is done again. */
bool fp_cache_saw_damage(const struct fp_cache *cache);

/**
 * The record of a key.
 * @param kind Of lower-case letters, digits and '-': "layer".
 * @param key  A SHA-256 in lower-case hexadecimal.
 * @return A new reference, or NULL: not there, damaged, of another key, or not ours.
 */
json_t *fp_cache_get(struct fp_cache *cache, const char *kind, const char *key);
/**
 * Keep a record, in place of an earlier one of that kind and key.
 * @param record At most 8 MiB as text and FP_JSON_MAX_TOKENS tokens, else it is not kept.
 */
void fp_cache_put(struct fp_cache *cache, const char *kind, const char *key, const json_t *record);

/**
 * The blob of a descriptor. It is verified whenever it is read from its beginning: a damaged one is
 * FP_E_VERIFY (or FP_E_IO), and is not found again.
 * @return A new reference, or NULL: not there, of another size, or not ours.
 */
struct fp_blob *fp_cache_blob(struct fp_cache *cache, const struct fp_descriptor *descriptor);
/** Keep a blob. A nameless file, and a download of this cache, is linked; anything else is copied,
 * or cloned, and verified. */
void fp_cache_add_blob(struct fp_cache *cache, const struct fp_blob *blob);

/**
 * The SHA-256 of a file, remembered by device, inode, size and times, as git's index does it. A
 * file that changed so recently that its times could stay the same in another change is hashed,
 * and not remembered.
 * @param ret_bytes Its size; may be NULL.
 * @return FP_E_NOT_FOUND, FP_E_INPUT (not a regular file), FP_E_IO.
 */
FP_CHECKED enum fp_code fp_cache_file_sha256(struct fp_cache *cache, const char *path,
                                             char ret_hex[FP_HASH_HEX_MAX], uint64_t *ret_bytes,
                                             struct fp_error *err);
/** Likewise for an open file. */
FP_CHECKED enum fp_code fp_cache_input_sha256(struct fp_cache *cache, struct fp_input *input,
                                              char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err);
/** Whether the SHA-256 of an open file is remembered, or was computed already. Nothing is hashed.
 */
bool fp_cache_knows_input(struct fp_cache *cache, struct fp_input *input,
                          char ret_hex[FP_HASH_HEX_MAX]);

/** What an entry of the cache is. */
enum fp_cache_part {
    FP_CACHE_BLOB,
    FP_CACHE_RECORD,
    FP_CACHE_DOWNLOAD, /**< a release or another file that has a checksum beside it */
    FP_CACHE_PACKAGE,  /**< of Alpine: a package or an index of packages */
    FP_CACHE_LEFTOVER, /**< of a process that was killed */
    FP_CACHE_PARTS
};

/** An entry of the cache. */
struct fp_cache_entry {
    enum fp_cache_part part;
    char *name;           /**< its path below the directory of the cache */
    uint64_t bytes;       /**< of the disk, in blocks of 4 KiB; shared by the links of a file */
    struct timespec used; /**< when it was used last, within ten minutes */
};

/** The entries of a cache, the one that was used longest ago first. */
struct fp_cache_list {
    struct fp_cache_entry *items;
    size_t len;
    uint64_t bytes; /**< of all */
};

/** List at most 100 000 entries. @param ret Release with fp_cache_list_clear().
 * @return FP_E_IO, FP_E_INTERRUPTED. */
FP_CHECKED enum fp_code fp_cache_entries(struct fp_cache *cache, struct fp_cache_list *ret,
                                         struct fp_error *err);
/** Release the members. */
void fp_cache_list_clear(struct fp_cache_list *list);
/**
 * Remove what was used longest ago, until at most `max_bytes` are left. 0 removes everything but
 * downloads that are under way. Files that flinkpack did not make are no part of the cache.
 * @param ret_freed What was removed. Release with fp_cache_list_clear().
 * @return FP_E_IO, naming the first file that cannot be removed; FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_cache_prune(struct fp_cache *cache, uint64_t max_bytes,
                                       struct fp_cache_list *ret_freed, struct fp_error *err);

FP_DEFINE_CLEANUP(fp_cache_freep, struct fp_cache, fp_cache_free)
/** Declare a cache that is closed at the end of its scope. */
#define cleanup_cache __attribute__((cleanup(fp_cache_freep)))
/** Declare a struct fp_cache_list that is cleared at the end of its scope. */
#define cleanup_cache_list __attribute__((cleanup(fp_cache_list_clear)))

#endif
