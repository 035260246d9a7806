/**
 * @file
 * A small pool of threads for blobs and compression. Everything else is single-threaded.
 */
#ifndef FLINKPACK_SUPPORT_POOL_H
#define FLINKPACK_SUPPORT_POOL_H

#include <stdbool.h>

#include "flinkpack/support/mem.h"

/** The most threads a pool may have. */
#define FP_POOL_MAX 8

struct fp_pool;

/** A unit of work: returns FP_OK or fills `err`. */
typedef enum fp_code (*fp_pool_task)(void *context, struct fp_error *err);

/**
 * Start `threads` (1 to FP_POOL_MAX) threads of 2 MiB stack with all signals blocked. The caller
 * frees it. Where the system gives no threads, fp_pool_wait() does the work.
 */
struct fp_pool *fp_pool_new(unsigned threads);
/**
 * Queue a task. Once one has failed, those not begun are dropped.
 * @param context Borrowed until fp_pool_wait() returns.
 */
void fp_pool_add(struct fp_pool *pool, fp_pool_task task, void *context);
/**
 * Wait until the queue is empty and all tasks have ended.
 * @return FP_OK, or the first failure, which is then forgotten: the pool can be used again.
 */
FP_CHECKED enum fp_code fp_pool_wait(struct fp_pool *pool, struct fp_error *err);
/** Whether a task has failed since the last fp_pool_wait(); long tasks may ask and give up. */
bool fp_pool_failed(struct fp_pool *pool);
/** Drop what has not begun, wait for the rest, and free; NULL is fine. */
void fp_pool_free(struct fp_pool *pool);

FP_DEFINE_CLEANUP(fp_pool_freep, struct fp_pool, fp_pool_free)
/** Declare a pool that is freed at the end of its scope. */
#define cleanup_pool __attribute__((cleanup(fp_pool_freep)))

#endif
