/**
 * @file
 * Documents and blobs, read to their end and verified, and lists of blobs by digest.
 */
#ifndef FLINKPACK_STORE_DOCUMENT_H
#define FLINKPACK_STORE_DOCUMENT_H

#include "flinkpack/store/repo.h"

/** Read a verified document from a blob into `body`, whose ceiling bounds it. */
FP_CHECKED enum fp_code fp_blob_document(const struct fp_blob *blob,
                                         const struct fp_descriptor *descriptor, const char *name,
                                         struct fp_buf *body, struct fp_error *err);
/** Append bytes to `body` after checking them against the descriptor. */
FP_CHECKED enum fp_code fp_bytes_document(const char *bytes, size_t len,
                                          const struct fp_descriptor *descriptor, const char *name,
                                          struct fp_buf *body, struct fp_error *err);
/**
 * Read a blob to its end. FP_E_VERIFY where it is not what its descriptor says.
 * @param name  For errors.
 * @param stage Advanced by what is read; may be NULL.
 */
FP_CHECKED enum fp_code fp_blob_verify(const struct fp_blob *blob, const char *name,
                                       struct fp_stage *stage, struct fp_error *err);
/** "sha256:0123456789ab", for progress and messages. The caller owns it. */
char *fp_digest_short(const struct fp_digest *digest);

/** A list of blobs. Not thread-safe. Zero-initialise; release with fp_blob_list_clear(). */
struct fp_blob_list {
    struct fp_blob **items;
    size_t len;
};
/** Add a reference to `blob` unless one with its digest is there. */
void fp_blob_list_add(struct fp_blob_list *list, struct fp_blob *blob);
/** The blob with that digest, or NULL. Borrowed. */
struct fp_blob *fp_blob_list_find(const struct fp_blob_list *list, const struct fp_digest *digest);
/** Drop all references. */
void fp_blob_list_clear(struct fp_blob_list *list);

#endif
