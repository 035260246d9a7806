/**
 * @file
 * Archives under construction.
 */
#ifndef FLINKPACK_STORE_ARCHIVE_WRITER_H
#define FLINKPACK_STORE_ARCHIVE_WRITER_H

#include <pthread.h>

#include "blob_list.h"
#include "flinkpack/store/archive.h"

/** What both kinds of archive under construction have; the first member of each. */
struct fp_archive_writer {
    struct fp_repo base;
    struct fp_newfile *file;
    pthread_mutex_t lock; /**< of `blobs` */
    struct fp_blob_list blobs;
};
/** Set up the common part. */
FP_CHECKED enum fp_code fp_archive_writer_init(struct fp_archive_writer *self,
                                               const struct fp_repo_ops *ops, const char *kind,
                                               const char *path, struct fp_error *err);
/** Release the common part and `self` itself. */
void fp_archive_writer_free(struct fp_repo *self);
/** The operations that are the same for both kinds. */
FP_CHECKED enum fp_code
fp_archive_writer_put_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                           struct fp_blob *blob, struct fp_repo *origin, struct fp_stage *stage,
                           enum fp_push_outcome *ret_outcome, struct fp_error *err);
FP_CHECKED enum fp_code fp_archive_writer_get_blob(struct fp_repo *self,
                                                   const struct fp_descriptor *descriptor,
                                                   struct fp_stage *stage, struct fp_blob **ret,
                                                   struct fp_error *err);
/** A docker-archive to write. */
FP_CHECKED enum fp_code fp_repo_create_docker(const char *path, struct fp_repo **ret,
                                              struct fp_error *err);

#endif
