/**
 * @file
 * What a job needs for certain when it starts.
 */
#ifndef FLINKPACK_JUDGE_SCAN_SURE_H
#define FLINKPACK_JUDGE_SCAN_SURE_H

#include "scan_look.h"

/**
 * Find the references that fail the job for certain where nothing satisfies them, before any others
 * are found.
 */
FP_CHECKED enum fp_code fp_scan_sure(struct fp_scan_search *search, struct fp_error *err);

#endif
