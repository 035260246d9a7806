/**
 * @file
 * What the lower rooms tell of their work. They never print: builder/cli draws the events.
 */
#ifndef FLINKPACK_SUPPORT_PROGRESS_H
#define FLINKPACK_SUPPORT_PROGRESS_H

#include <stdint.h>

#include "flinkpack/support/stream.h"

/** The kinds of event. */
enum fp_event_kind {
    FP_EVENT_BEGIN,   /**< a stage or transfer begins */
    FP_EVENT_ADVANCE, /**< it has come to done_bytes */
    FP_EVENT_END, /**< it is over; `text` is the outcome: "pushed", "existing", "mounted"; NULL: not
                       worth a line */
    FP_EVENT_FAIL,    /**< it ended in an error, which is reported elsewhere */
    FP_EVENT_INFO,    /**< a line for the user */
    FP_EVENT_WARNING, /**< a line for the user that should be heeded */
    FP_EVENT_DEBUG,   /**< a line for -v: requests, retries, decisions; never a secret */
};

/** One event. Strings are borrowed for the call. */
struct fp_event {
    enum fp_event_kind kind;
    uint64_t id;          /**< of the stage, for BEGIN to END; 0 otherwise */
    const char *stage;    /**< what is done: "download", "layer", "push"; NULL for lines */
    const char *text;     /**< what it is done to, the outcome, or the line */
    uint64_t done_bytes;  /**< so far */
    uint64_t kept_bytes;  /**< of these, what an earlier run left: no part of the speed */
    uint64_t total_bytes; /**< 0 when unknown */
};

/** Receives events, from any thread; calls are serialised by the receiver. */
struct fp_reporter {
    void (*event)(struct fp_reporter *self, const struct fp_event *event);
    /** Whether what was warned of so far lets the work go on; NULL: it does. */
    enum fp_code (*heed)(struct fp_reporter *self, struct fp_error *err);
};

/** A stage under way; a value to keep on the stack. */
struct fp_stage {
    struct fp_reporter *reporter;
    uint64_t id;
    const char *stage;
    char text[160];
    uint64_t done_bytes;
    uint64_t kept_bytes;
    uint64_t total_bytes;
};

/**
 * Begin a stage.
 * @param reporter    Borrowed; NULL is silent.
 * @param stage       A literal such as "push".
 * @param text        What it is done to; copied, cut at 159 bytes.
 * @param total_bytes 0 when unknown.
 */
void fp_stage_begin(struct fp_stage *self, struct fp_reporter *reporter, const char *stage,
                    const char *text, uint64_t total_bytes);
/** `bytes` were done before it began, by an earlier run. */
void fp_stage_keep(struct fp_stage *self, uint64_t bytes);
/** `more_bytes` further bytes are done. */
void fp_stage_advance(struct fp_stage *self, uint64_t more_bytes);
/** It is over, or it failed with `code`, which is returned; `outcome` such as "done", "existing";
 * NULL: nothing that is worth a line. */
enum fp_code fp_stage_close(const struct fp_stage *self, enum fp_code code, const char *outcome);
/** Say a line; `reporter` NULL is silent. */
void fp_report(struct fp_reporter *reporter, enum fp_event_kind kind, const char *fmt, ...)
    FP_PRINTF(3, 4);
/**
 * Ask before something becomes visible to others whether warnings forbid it; `reporter` NULL never
 * does.
 * @return FP_OK, or FP_E_INPUT where warnings count as errors and there were some.
 */
FP_CHECKED enum fp_code fp_report_heed(struct fp_reporter *reporter, struct fp_error *err);
/** A source that advances `stage` (borrowed) by what passes. */
struct fp_source *fp_source_staged(struct fp_source *take_inner, struct fp_stage *stage);

#endif
