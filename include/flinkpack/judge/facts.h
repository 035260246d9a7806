/**
 * @file
 * The facts of a jar: all that is asked of its entries when a job is judged, read in one pass,
 * independent of Flink, base and options, and remembered in the local cache by the jar's SHA-256.
 *
 * They are a JSON object; builder/README.md lists its members.
 */
#ifndef FLINKPACK_JUDGE_FACTS_H
#define FLINKPACK_JUDGE_FACTS_H

#include "flinkpack/store/cache.h"

/**
 * Read the facts of a jar, or recall them.
 * @param cache Remembers them; may be NULL.
 * @param entry The class that the job begins with ("com.acme.Job"), where an option names it; NULL:
 *              the manifest's, if it has one.
 * @param ret   A new reference.
 * @return FP_E_NOT_FOUND, FP_E_IO, or FP_E_INPUT: "FILE: not a jar (...)".
 */
FP_CHECKED enum fp_code fp_jar_facts(struct fp_cache *cache, const char *path, const char *entry,
                                     json_t **ret, struct fp_error *err);

#endif
