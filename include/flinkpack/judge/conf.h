/**
 * @file
 * Settings of Flink, judged by the options that each of its versions has.
 */
#ifndef FLINKPACK_JUDGE_CONF_H
#define FLINKPACK_JUDGE_CONF_H

#include "flinkpack/judge/judge.h"

/** The most settings that are judged; later ones are passed over. */
#define FP_JUDGED_SETTINGS 1024

/**
 * Judge settings: keys of other versions, slips in keys, values that Flink refuses, and sizes of
 * memory that do not go together. Of several settings of a key the last counts. A key that is no
 * option of any version is a user's own, unless it is like one. Versions before 1.6 are not judged.
 * @param is_whole These are all settings that Flink reads. Else the file that Flink ships is there
 *                 too, and gives the size of a process where no setting does.
 */
void fp_judge_settings(const struct fp_flink_version *version,
                       const struct fp_judged_setting *settings, size_t count, bool is_whole,
                       struct fp_findings *ret);

#endif
