/**
 * @file
 * Finding and removing the entries of the cache.
 */
#ifndef FLINKPACK_STORE_CACHE_WALK_H
#define FLINKPACK_STORE_CACHE_WALK_H

#include "cache_dir.h"

/** Append the downloads, packages and leftovers, but no blobs and records. */
void fp_cache_walk_downloads(struct fp_cache *cache, struct fp_cache_list *list);
/** Append the blobs and records. */
void fp_cache_walk_kept(struct fp_cache *cache, struct fp_cache_list *list);
/** When a download was added or removed last. */
struct timespec fp_cache_downloads_changed(struct fp_cache *cache);
/**
 * Remove an entry.
 * @return FP_OK also if it is gone, or a download under way, which stays; FP_E_IO.
 */
FP_CHECKED enum fp_code fp_cache_entry_remove(const struct fp_cache *cache,
                                              const struct fp_cache_entry *entry, bool *ret_removed,
                                              struct fp_error *err);

/** The age in seconds from which a temporary file or an unfinished download belongs to nobody. */
#define FP_CACHE_LEFTOVER_AGE_S ((time_t) 7 * 24 * 3600)

#endif
