/* Reports work under way: stages, lines, and the bytes that pass. */
#include "flinkpack/support/progress.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static void tell(const struct fp_stage *self, enum fp_event_kind kind, const char *text)
{
    if (self->reporter == NULL)
        return;
    const struct fp_event event = {
        .kind = kind,
        .id = self->id,
        .stage = self->stage,
        .text = text,
        .done_bytes = self->done_bytes,
        .kept_bytes = self->kept_bytes,
        .total_bytes = self->total_bytes,
    };
    self->reporter->event(self->reporter, &event);
}

/* Copy as much as fits, without half a UTF-8 character at the end. */
static void copy_cut(char *to, size_t size, const char *text)
{
    size_t len = strnlen(text, size);
    if (len == size) {
        len--;
        while (len > 0 && ((unsigned char) text[len] & 0xc0) == 0x80)
            len--;
    }
    memcpy(to, text, len);
    to[len] = '\0';
}

void fp_stage_begin(struct fp_stage *self, struct fp_reporter *reporter, const char *stage,
                    const char *text, uint64_t total_bytes)
{
    static atomic_uint_fast64_t last_id;
    *self = (struct fp_stage){
        .reporter = reporter,
        .id = atomic_fetch_add(&last_id, 1) + 1,
        .stage = stage,
        .total_bytes = total_bytes,
    };
    copy_cut(self->text, sizeof(self->text), text != NULL ? text : "");
    tell(self, FP_EVENT_BEGIN, self->text);
}

void fp_stage_keep(struct fp_stage *self, uint64_t bytes)
{
    self->kept_bytes += bytes;
    fp_stage_advance(self, bytes);
}

void fp_stage_advance(struct fp_stage *self, uint64_t more_bytes)
{
    self->done_bytes += more_bytes;
    tell(self, FP_EVENT_ADVANCE, self->text);
}

enum fp_code fp_stage_close(const struct fp_stage *self, enum fp_code code, const char *outcome)
{
    tell(self, code == FP_OK ? FP_EVENT_END : FP_EVENT_FAIL, code == FP_OK ? outcome : self->text);
    return code;
}

void fp_report(struct fp_reporter *reporter, enum fp_event_kind kind, const char *fmt, ...)
{
    if (reporter == NULL)
        return;
    va_list args;
    va_start(args, fmt);
    cleanup_free char *text = fp_xvasprintf(fmt, args);
    va_end(args);
    const struct fp_event event = {.kind = kind, .text = text};
    reporter->event(reporter, &event);
}

enum fp_code fp_report_heed(struct fp_reporter *reporter, struct fp_error *err)
{
    return reporter != NULL && reporter->heed != NULL ? reporter->heed(reporter, err) : FP_OK;
}

struct staged_source {
    struct fp_source base;
    struct fp_source *inner;
    struct fp_stage *stage;
};

static enum fp_code staged_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                                struct fp_error *err)
{
    struct staged_source *staged = (struct staged_source *) self;
    FP_TRY(fp_source_read(staged->inner, data, cap, ret_len, err));
    if (*ret_len > 0)
        fp_stage_advance(staged->stage, *ret_len);
    return FP_OK;
}

static void staged_free(struct fp_source *self)
{
    struct staged_source *staged = (struct staged_source *) self;
    fp_source_free(staged->inner);
    free(staged);
}

struct fp_source *fp_source_staged(struct fp_source *take_inner, struct fp_stage *stage)
{
    static const struct fp_source_ops ops = {.read = staged_read, .free = staged_free};
    struct staged_source *staged = fp_xcalloc(1, sizeof(*staged));
    staged->base.ops = &ops;
    staged->inner = take_inner;
    staged->stage = stage;
    return &staged->base;
}
