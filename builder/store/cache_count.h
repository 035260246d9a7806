/**
 * @file
 * The rough count of what the cache holds.
 */
#ifndef FLINKPACK_STORE_CACHE_COUNT_H
#define FLINKPACK_STORE_CACHE_COUNT_H

#include "cache_dir.h"

/** Count blobs and records that were added. */
void fp_cache_count(struct fp_cache *cache, uint64_t bytes);
/** What blobs and records have, in bytes. @return False if only a walk can tell. */
bool fp_cache_counted(struct fp_cache *cache, uint64_t *ret_bytes);
/** Set what a walk has found. */
void fp_cache_recount(struct fp_cache *cache, uint64_t bytes);

#endif
