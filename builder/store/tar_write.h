/**
 * @file
 * A deterministic tar that is written.
 */
#ifndef FLINKPACK_STORE_TAR_WRITE_H
#define FLINKPACK_STORE_TAR_WRITE_H

#include "flinkpack/layer.h"

struct archive;
/** Begin a deterministic tar on `fd` (borrowed). NULL only when out of memory. */
struct archive *fp_tar_new(int fd);
/** Add a file with the verified bytes of a blob. */
FP_CHECKED enum fp_code fp_tar_add(struct archive *tar, const char *name,
                                   const struct fp_blob *blob, const char *title,
                                   struct fp_error *err);
/** Add a file. */
FP_CHECKED enum fp_code fp_tar_add_bytes(struct archive *tar, const char *name, const char *bytes,
                                         const char *title, struct fp_error *err);
/** Write the end of the tar. */
FP_CHECKED enum fp_code fp_tar_finish(struct archive *tar, const char *title, struct fp_error *err);
/** Free; NULL is fine. */
void fp_tar_free(struct archive *tar);
FP_DEFINE_CLEANUP(fp_tar_freep, struct archive, fp_tar_free)
/** Declare a tar that is freed at the end of its scope. */
#define cleanup_tar __attribute__((cleanup(fp_tar_freep)))

#endif
