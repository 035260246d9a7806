/**
 * @file
 * Indexing the classes of jars that come as streams: each is spooled to an unnamed file, and
 * indexed by a thread while the next one comes.
 */
#ifndef FLINKPACK_RECIPE_API_SPOOL_H
#define FLINKPACK_RECIPE_API_SPOOL_H

#include "flinkpack/flink.h"
#include "flinkpack/judge.h"

struct fp_api_spool;

/** Begin. @param folder For the unnamed files; borrowed. */
struct fp_api_spool *fp_api_spool_new(const char *folder);
/**
 * The receiver of the jars. Whatever goes wrong with a jar, receiving it succeeds, unless it is
 * interrupted: what it is received from is needed for more than its index. Borrowed; NULL for NULL.
 */
const struct fp_jar_receiver *fp_api_spool_receiver(const struct fp_api_spool *spool);
/**
 * Wait until all jars are indexed.
 * @param paths The jars that make the class path, as their receiver was told; others than
 *              "*.jar" are passed over.
 * @param ret   Gets the index. Empty, with room for FP_API_MAX_BYTES.
 * @return FP_E_INPUT: a jar is none, or did not come, as it is a link in an archive; FP_E_IO,
 *         FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_api_spool_finish(struct fp_api_spool *spool, const struct fp_strv *paths,
                                            struct fp_buf *ret, struct fp_error *err);
/** Free; NULL is fine. */
void fp_api_spool_free(struct fp_api_spool *spool);

FP_DEFINE_CLEANUP(fp_api_spool_freep, struct fp_api_spool, fp_api_spool_free)
/** Declare a spool that is freed at the end of its scope. */
#define cleanup_api_spool __attribute__((cleanup(fp_api_spool_freep)))

#endif
