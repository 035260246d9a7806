/* A reporter that passes everything on, and notes the warnings of one thread. */
#include "listener.h"

static _Thread_local bool judges;

void fp_listener_judge(bool is_judging)
{
    judges = is_judging;
}

static void hear(struct fp_reporter *reporter, const struct fp_event *event)
{
    struct fp_listener *self = (struct fp_listener *) (void *) reporter;
    if (event->kind == FP_EVENT_WARNING) {
        if (judges)
            atomic_store(&self->has_warned, true);
        if (pthread_equal(self->thread, pthread_self()) && self->heard != NULL)
            fp_json_append(self->heard, fp_json_text(event->text));
    }
    if (self->to != NULL)
        self->to->event(self->to, event);
}

static enum fp_code heed(struct fp_reporter *reporter, struct fp_error *err)
{
    const struct fp_listener *self = (const struct fp_listener *) (void *) reporter;
    return fp_report_heed(self->to, err);
}

void fp_listener_init(struct fp_listener *listener, struct fp_reporter *to)
{
    listener->reporter = (struct fp_reporter){.event = hear, .heed = heed};
    listener->to = to;
    listener->thread = pthread_self();
}

void fp_listener_begin(struct fp_listener *listener)
{
    json_decref(listener->heard);
    listener->heard = json_array();
}

void fp_listener_clear(struct fp_listener *listener)
{
    json_decref(listener->heard);
    listener->heard = NULL;
}

json_t *fp_listener_end(struct fp_listener *listener)
{
    json_t *heard = listener->heard != NULL ? listener->heard : json_array();
    listener->heard = NULL;
    return heard;
}
