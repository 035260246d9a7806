/**
 * @file
 * Events by which the lower rooms report their work. They never print: builder/cli draws them.
 */
#ifndef FLINKPACK_SUPPORT_PROGRESS_H
#define FLINKPACK_SUPPORT_PROGRESS_H

#include <stdint.h>

#include "flinkpack/support/stream.h"

/** The kinds of event. */
enum fp_event_kind {
    FP_EVENT_BEGIN,   /**< a stage or transfer begins */
    FP_EVENT_ADVANCE, /**< it has reached done_bytes */
    FP_EVENT_END, /**< it is over; `text` is the outcome: "pushed", "existing", "mounted"; NULL: not
                       worth a line */
    FP_EVENT_FAIL,    /**< it failed; the error is reported elsewhere */
    FP_EVENT_INFO,    /**< a line for the user */
    FP_EVENT_WARNING, /**< a line for the user that should be heeded */
    FP_EVENT_DEBUG,   /**< a line for -v: requests, retries, decisions; never a secret */
};

/** One event. Strings are borrowed for the call. */
struct fp_event {
    enum fp_event_kind kind;
    uint64_t id;          /**< of the stage, for BEGIN to END; 0 otherwise */
    const char *stage;    /**< the work: "download", "layer", "push"; NULL for lines */
    const char *text;     /**< the object of the work, the outcome, or the line */
    uint64_t done_bytes;  /**< so far */
    uint64_t kept_bytes;  /**< of these, from an earlier run: not a part of the speed */
    uint64_t total_bytes; /**< 0: unknown */
};

/** Receives events, from any thread; calls are serialised by the receiver. */
struct fp_reporter {
    void (*event)(struct fp_reporter *self, const struct fp_event *event);
    /** Whether the work may go on after the warnings so far; NULL: it may. */
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
 * @param text        The object of the work; copied, cut at 159 bytes.
 * @param total_bytes 0 when unknown.
 */
void fp_stage_begin(struct fp_stage *self, struct fp_reporter *reporter, const char *stage,
                    const char *text, uint64_t total_bytes);
/** Note that an earlier run has done `bytes` already. */
void fp_stage_keep(struct fp_stage *self, uint64_t bytes);
/** Note that `more_bytes` further bytes are done. */
void fp_stage_advance(struct fp_stage *self, uint64_t more_bytes);
/** End the stage, or let it fail with `code`, which is returned; `outcome` is such as "done" or
 * "existing"; NULL: not worth a line. */
enum fp_code fp_stage_close(const struct fp_stage *self, enum fp_code code, const char *outcome);
/** Report a line; `reporter` NULL is silent. */
void fp_report(struct fp_reporter *reporter, enum fp_event_kind kind, const char *fmt, ...)
    FP_PRINTF(3, 4);
/**
 * Ask whether warnings forbid to make something visible to others; if `reporter` is NULL, they do
 * not.
 * @return FP_OK, or FP_E_INPUT if warnings count as errors and there were some.
 */
FP_CHECKED enum fp_code fp_report_heed(struct fp_reporter *reporter, struct fp_error *err);
/** A source that advances `stage` (borrowed) by the bytes that pass. */
struct fp_source *fp_source_staged(struct fp_source *take_inner, struct fp_stage *stage);

#endif
