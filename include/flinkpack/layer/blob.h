/**
 * @file
 * A blob is content with its descriptor, in memory or in a file.
 */
#ifndef FLINKPACK_LAYER_BLOB_H
#define FLINKPACK_LAYER_BLOB_H

#include "flinkpack/image.h"

/** A blob is immutable. Any thread may share it by reference counting. */
struct fp_blob;

/** A blob of bytes in memory; its digest is computed. `take_data` is freed with it. */
struct fp_blob *fp_blob_memory(const char *media_type, char *take_data, size_t len);
/**
 * A blob that is (a part of) a file.
 * @param descriptor Copied (without annotations); digest and size are not checked here.
 * @param path       Copied; the file must stay as it is while the blob lives. NULL for a nameless
 *                   file.
 * @param fd         An open descriptor of the file, which is duplicated (so that a nameless
 *                   temporary file can be a blob), or -1 to open `path` when needed.
 * @param offset     The blob's offset in the file.
 */
struct fp_blob *fp_blob_file(const struct fp_descriptor *descriptor, const char *path, int fd,
                             uint64_t offset);
/**
 * A blob in a file that may have been damaged since it was written. Every source of the whole blob
 * verifies it, like fp_source_verified(), and calls `on_damage` once before it fails.
 * @param path      For messages and cloning; copied.
 * @param fd        Duplicated, as above.
 * @param on_damage May be called from several threads. `context` is borrowed until all sources are
 *                  freed.
 */
struct fp_blob *fp_blob_checked(const struct fp_descriptor *descriptor, const char *path, int fd,
                                void (*on_damage)(void *context, const struct fp_digest *digest),
                                void *context);
/** Take one more reference. */
struct fp_blob *fp_blob_ref(struct fp_blob *blob);
/** Drop a reference; NULL is fine. */
void fp_blob_unref(struct fp_blob *blob);
/** Its descriptor. Borrowed. */
const struct fp_descriptor *fp_blob_descriptor(const struct fp_blob *blob);
/**
 * Open its bytes from `offset` (at most its size) on. The caller owns `*ret`. Several sources may
 * be open at once, also in several threads, and they may outlive the blob.
 */
FP_CHECKED enum fp_code fp_blob_open(const struct fp_blob *blob, uint64_t offset,
                                     struct fp_source **ret, struct fp_error *err);
/**
 * The file that holds exactly this blob and nothing else, for linking or cloning it.
 * @return A path borrowed from the blob, or NULL (memory, part of a file, nameless file).
 */
const char *fp_blob_path(const struct fp_blob *blob);
/**
 * The open file that holds exactly this blob from its beginning, for linking a nameless file into
 * place. Borrowed.
 * @return -1 for memory, for a part of a file, and for fp_blob_checked().
 */
int fp_blob_fd(const struct fp_blob *blob);
/** Whether the blob was made of a file without a name, whose digest was thus computed by this
 * process while it wrote the file. Since then it may have been linked. */
bool fp_blob_is_nameless(const struct fp_blob *blob);

/**
 * Pass bytes through and verify them against `descriptor`: FP_E_VERIFY with the expected and the
 * actual value as soon as there are too many bytes, or instead of the end if size or digest differ.
 * The caller must not rely on any of the bytes before it has read the end.
 *
 * @param descriptor Size and digest are copied.
 * @param name       For errors; copied.
 */
struct fp_source *fp_source_verified(struct fp_source *take_inner,
                                     const struct fp_descriptor *descriptor, const char *name);

FP_DEFINE_CLEANUP(fp_blob_unrefp, struct fp_blob, fp_blob_unref)
/** Declare a blob pointer that is unreferenced at the end of its scope. */
#define cleanup_blob __attribute__((cleanup(fp_blob_unrefp)))

#endif
