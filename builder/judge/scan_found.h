/**
 * @file
 * References that were found, each once, with the best caller, in JSON at the end.
 */
#ifndef FLINKPACK_JUDGE_SCAN_FOUND_H
#define FLINKPACK_JUDGE_SCAN_FOUND_H

#include "class_scan.h"

/** References. Initialise with FP_SCAN_FOUND_INIT(); release with fp_scan_found_clear(). */
struct fp_scan_found {
    struct fp_names keys; /**< "CLASS;CLASS[MEMBER[DESCRIPTOR" */
    uint32_t *callers;    /**< the class that each was found in first */
    struct fp_buf key;    /**< being made */
    size_t work;          /**< bytes of all that were added, known or not */
    uint32_t max;         /**< more are left out */
    uint32_t sure_count;  /**< the first ones, which fail the job for certain if they are missing */
};

/** No references yet, and at most `limit`. */
#define FP_SCAN_FOUND_INIT(limit)                                                                  \
    {                                                                                              \
        .key = FP_BUF_INIT((size_t) 1024), .max = (limit)                                          \
    }

/** Begin a reference to a class. Longer ones than 1024 bytes are left out. */
void fp_scan_found_begin(struct fp_scan_found *found, const char *name, size_t len);
/** Name another class that may have the member. */
void fp_scan_found_or(struct fp_scan_found *found, const char *name);
/** Name the member. */
void fp_scan_found_member(struct fp_scan_found *found, struct fp_class_text name,
                          struct fp_class_text descriptor);
/** Add it. Callers come with the best first. */
void fp_scan_found_add(struct fp_scan_found *found, uint32_t caller);
/** All of them, as the facts "flink" and "absent" have them. A new reference. */
json_t *fp_scan_found_json(const struct fp_scan_found *found, const struct fp_class_scan *scan);
/** Release everything. */
void fp_scan_found_clear(struct fp_scan_found *found);

#endif
