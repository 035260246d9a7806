/**
 * @file
 * Reading and verifying documents and blobs, and lists of blobs by digest.
 */
#ifndef FLINKPACK_STORE_DOCUMENT_H
#define FLINKPACK_STORE_DOCUMENT_H

#include "flinkpack/store/repo.h"

/** Read a document from a blob into `body`, whose maximum bounds it, and verify it. */
FP_CHECKED enum fp_code fp_blob_document(const struct fp_blob *blob,
                                         const struct fp_descriptor *descriptor, const char *name,
                                         struct fp_buf *body, struct fp_error *err);
/** Append bytes to `body` after checking them against the descriptor. */
FP_CHECKED enum fp_code fp_bytes_document(const char *bytes, size_t len,
                                          const struct fp_descriptor *descriptor, const char *name,
                                          struct fp_buf *body, struct fp_error *err);
/**
 * Read a blob to its end. FP_E_VERIFY if it does not match its descriptor.
 * @param name  For errors.
 * @param stage Advanced by the bytes that are read; may be NULL.
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
/** Add a reference to `blob` unless the list has a blob with its digest. */
void fp_blob_list_add(struct fp_blob_list *list, struct fp_blob *blob);
/** The blob with that digest, or NULL. Borrowed. */
struct fp_blob *fp_blob_list_find(const struct fp_blob_list *list, const struct fp_digest *digest);
/** Drop all references. */
void fp_blob_list_clear(struct fp_blob_list *list);

#endif
