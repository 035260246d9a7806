/**
 * @file
 * Looking at references for those that the jar does not satisfy itself.
 */
#ifndef FLINKPACK_JUDGE_SCAN_LOOK_H
#define FLINKPACK_JUDGE_SCAN_LOOK_H

#include "scan_found.h"
#include "scan_strings.h"

/** What is found. */
struct fp_scan_search {
    struct fp_class_scan *scan;
    struct fp_scan_found flink;
    struct fp_scan_found absent;
    struct fp_scan_strings strings;
    size_t steps; /**< from class to class, which are bounded */
};

/** Look at a class, by the number that its name has in the jar. */
void fp_scan_look_at_class(struct fp_scan_search *search, uint32_t caller,
                           struct fp_class_text name, uint32_t number);
/** Look at a member of a class. */
void fp_scan_look_at_member(struct fp_scan_search *search, uint32_t caller,
                            const struct fp_class_reference *reference);

#endif
