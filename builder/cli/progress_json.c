/* The renderer for programs. It writes a JSON object on each line. */
#include "progress_internal.h"

#include <stdlib.h>

/* The shortest time between two reports of the progress of a stage. */
#define ADVANCE_MS 100

/* Consumes `take_object`. */
static void put_object(struct fp_progress *progress, json_t *take_object)
{
    uint64_t ms = fp_progress_now(progress) - progress->begin_ms;
    json_t *elapsed = json_integer((json_int_t) ms);
    cleanup_json json_t *object = take_object;
    if (object == NULL || json_object_set_new(object, "elapsed_ms", elapsed) != 0)
        return;
    cleanup_free char *text = json_dumps(object, JSON_COMPACT);
    cleanup_free char *shown = text != NULL ? fp_json_printable(text) : NULL;
    if (shown != NULL)
        fp_progress_put(progress, "%s\n", shown);
    fp_progress_flush(progress);
}

static const char *stage_event(enum fp_event_kind kind)
{
    static const char *const names[] = {
        [FP_EVENT_BEGIN] = "begin",
        [FP_EVENT_ADVANCE] = "advance",
        [FP_EVENT_END] = "end",
        [FP_EVENT_FAIL] = "fail",
    };
    return names[kind];
}

static void json_stage(struct fp_progress *progress, const struct fp_event *event,
                       struct fp_shown_stage *stage)
{
    uint64_t now = fp_progress_now(progress);
    if (event->kind == FP_EVENT_ADVANCE && now - stage->told_ms < ADVANCE_MS)
        return;
    stage->told_ms = now;
    json_t *object = json_pack("{s:s, s:I, s:s, s:s, s:I}", "event", stage_event(event->kind), "id",
                               (json_int_t) stage->id, "stage", stage->stage, "text", stage->text,
                               "done_bytes", (json_int_t) stage->done_bytes);
    if (object != NULL && stage->total_bytes > 0) {
        json_t *total = json_integer((json_int_t) stage->total_bytes);
        fp_json_set(object, "total_bytes", total);
    }
    if (object != NULL && event->kind == FP_EVENT_END && event->text != NULL) {
        cleanup_free char *outcome = fp_xstrdup(event->text);
        fp_make_printable(outcome);
        fp_json_set_text(object, "outcome", outcome);
    }
    put_object(progress, object);
}

static void json_line(struct fp_progress *progress, enum fp_event_kind kind, const char *text)
{
    const char *event = kind == FP_EVENT_WARNING ? "warning"
                        : kind == FP_EVENT_DEBUG ? "debug"
                                                 : "info";
    put_object(progress, json_pack("{s:s, s:s}", "event", event, "text", text));
}

static void json_error(struct fp_progress *progress, const struct fp_error *error)
{
    cleanup_free char *text = fp_xstrdup(error->text);
    cleanup_free char *hint = error->hint[0] != '\0' ? fp_xstrdup(error->hint) : NULL;
    fp_make_printable(text);
    if (hint != NULL)
        fp_make_printable(hint);
    put_object(progress, json_pack("{s:s, s:i, s:s, s:s*}", "event", "error", "status",
                                   (int) error->code, "text", text, "hint", hint));
}

static void json_result(struct fp_progress *progress, const char *name, const char *digest)
{
    put_object(progress,
               json_pack("{s:s, s:s, s:s}", "event", "result", "name", name, "digest", digest));
}

const struct fp_renderer fp_renderer_json = {
    .stage = json_stage,
    .line = json_line,
    .error = json_error,
    .result = json_result,
};
