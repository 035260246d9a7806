/**
 * @file
 * The index of the classes in Flink's lib/, as bytes: made while a distribution is read, and kept
 * in the local cache.
 */
#ifndef FLINKPACK_RECIPE_FLINK_INDEX_H
#define FLINKPACK_RECIPE_FLINK_INDEX_H

#include "api_spool.h"
#include "flink.h"

/** The key of an index in the local cache. @param source What is indexed: the digest of Flink's
 * source, or what identifies an image's layers. */
void fp_flink_index_key(const char *source, char ret_hex[FP_HASH_HEX_MAX]);
/** Whether the local cache has the index of a source. */
bool fp_flink_index_is_kept(const struct fp_plan *plan, const char *source);
/** Get it from there. @param ret Empty, with room for FP_API_MAX_BYTES. @return Whether it is
 * there. */
bool fp_flink_index_recall(const struct fp_plan *plan, const char *source, struct fp_buf *ret);
/** Keep it there. */
void fp_flink_index_keep(const struct fp_plan *plan, const char *source,
                         const struct fp_buf *index);

/** Begin to index a distribution that is going to be read: the spool gets its jars. NULL: nobody
 * wants the index, or it does not come from an archive. The caller frees it. */
struct fp_api_spool *fp_flink_index_begin(const struct fp_plan *plan,
                                          const struct fp_flink_origin *origin);
/** Keep the index of the distribution that was read in `flink`, and in the local cache. What goes
 * wrong with it is only reported, but for FP_E_INTERRUPTED. @param spool May be NULL. */
FP_CHECKED enum fp_code fp_flink_index_end(const struct fp_plan *plan, struct fp_api_spool *spool,
                                           struct fp_flink *flink, struct fp_error *err);

#endif
