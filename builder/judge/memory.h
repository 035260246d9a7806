/**
 * @file
 * The sizes of memory of JobManager and TaskManager, added up as Flink does at its start.
 */
#ifndef FLINKPACK_JUDGE_MEMORY_H
#define FLINKPACK_JUDGE_MEMORY_H

#include "flinkpack/judge/judge.h"

/** Add what Flink would refuse to start with. TaskManagers are judged from Flink 1.10 on,
 * JobManagers from 1.11 on. `is_whole`: as for fp_judge_settings(). */
void fp_judge_memory(const struct fp_flink_version *version,
                     const struct fp_judged_setting *settings, size_t count, bool is_whole,
                     struct fp_findings *ret);

#endif
