/**
 * @file
 * A list of blobs by digest. Not thread-safe.
 */
#ifndef FLINKPACK_STORE_BLOB_LIST_H
#define FLINKPACK_STORE_BLOB_LIST_H

#include "flinkpack/layer.h"

/** Zero-initialise; release with fp_blob_list_clear(). */
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
