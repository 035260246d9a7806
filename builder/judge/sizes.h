/**
 * @file
 * Single sizes of memory: what the settings say, or Flink's defaults.
 */
#ifndef FLINKPACK_JUDGE_SIZES_H
#define FLINKPACK_JUDGE_SIZES_H

#include "flinkpack/judge/judge.h"

/** Room for a size in words. */
#define FP_SIZE_TEXT 32

/** The sizes of one role, being added up. */
struct fp_sizes {
    const struct fp_flink_version *version;
    unsigned number; /**< the version, as the table of options has it */
    const struct fp_judged_setting *settings;
    size_t count;
    bool is_jobmanager;
    bool is_unread; /**< a value is no size, which is said elsewhere */
};

/** A size that is a part of another, between a least and a most. */
struct fp_size_range {
    uint64_t min;
    uint64_t max;
    double fraction;
};

/** The setting that gives an option by any of its names, or NULL. */
const struct fp_judged_setting *fp_sizes_setting(struct fp_sizes *sizes, const char *key);
/** An option in bytes; `none` where no setting gives it. */
uint64_t fp_sizes_get(struct fp_sizes *sizes, const char *key, uint64_t none);
/** The range of "KEY.min", "KEY.max" and "KEY.fraction". */
struct fp_size_range fp_sizes_range(struct fp_sizes *sizes, const char *key,
                                    struct fp_size_range none);
/** A part of a size, in its range. */
uint64_t fp_size_part(uint64_t of, struct fp_size_range range);
/** What a part would be of a whole that consists of it and of `rest`. */
uint64_t fp_size_part_beside(uint64_t rest, struct fp_size_range range);
/** A size in words: "128m", or bytes where it is no whole number of MiB. */
const char *fp_size_text(uint64_t size, char ret[FP_SIZE_TEXT]);

#endif
