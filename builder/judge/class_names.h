/**
 * @file
 * A table of names, each once, known by small numbers in the order in which they came.
 */
#ifndef FLINKPACK_JUDGE_CLASS_NAMES_H
#define FLINKPACK_JUDGE_CLASS_NAMES_H

#include <stddef.h>
#include <stdint.h>

/** No name: it is not in the table, or has no room there. */
#define FP_NO_NAME UINT32_MAX

/** The most names of a table, and the most bytes of all of them. */
#define FP_NAMES_MAX       ((size_t) 400000)
#define FP_NAMES_MAX_BYTES ((size_t) 24 << 20)

/** A place for a name, found by its hash. */
struct fp_name_slot {
    uint32_t hash;
    uint32_t number; /**< plus one; 0: free */
};

/** A table. Zero-initialise; release with fp_names_clear(). */
struct fp_names {
    char *text; /**< the names, each terminated */
    size_t len;
    size_t cap;
    uint32_t *starts; /**< of each name in `text` */
    size_t start_cap;
    uint32_t count; /**< of names */
    struct fp_name_slot *slots;
    size_t slot_count;
    uint64_t seed; /**< so that nobody can choose names that share a slot */
};

/** The number of a name, or FP_NO_NAME. */
uint32_t fp_names_find(const struct fp_names *names, const char *text, size_t len);
/** Likewise, and it is added where it is not there. FP_NO_NAME: the table is full. */
uint32_t fp_names_add(struct fp_names *names, const char *text, size_t len);
/** A name. Borrowed, until one is added. */
const char *fp_names_text(const struct fp_names *names, uint32_t number);
/** Release everything. */
void fp_names_clear(struct fp_names *names);
/** A hash of bytes. */
uint64_t fp_names_hash(uint64_t seed, const char *text, size_t len);

#endif
