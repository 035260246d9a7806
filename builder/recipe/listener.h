/**
 * @file
 * A reporter that passes everything on, and notes the warnings of one thread: a layer that is
 * reused warns as it did when it was made.
 */
#ifndef FLINKPACK_RECIPE_LISTENER_H
#define FLINKPACK_RECIPE_LISTENER_H

#include <pthread.h>
#include <stdatomic.h>

#include "flinkpack/support.h"

/** Zero-initialise, then fp_listener_init(). */
struct fp_listener {
    struct fp_reporter reporter; /**< the first member, so that it can be cast to the listener */
    struct fp_reporter *to;      /**< borrowed; may be NULL */
    pthread_t thread;            /**< the one that is listened to */
    json_t *heard;               /**< an array of its warnings; NULL: not listening */
    atomic_bool has_warned;      /**< whether there was a warning of a judgement, on any thread */
};

/** Set it up for the calling thread. `to` gets all events. */
void fp_listener_init(struct fp_listener *listener, struct fp_reporter *to);
/** Let warnings of the calling thread be judgements, or no more: of what is to be made, and not of
 * how a build goes, so that the same inputs are always warned of. */
void fp_listener_judge(bool is_judging);
/** Listen from now on. */
void fp_listener_begin(struct fp_listener *listener);
/** Forget what was heard. */
void fp_listener_clear(struct fp_listener *listener);
/** Stop listening. @return The warnings, an array that may be empty; a new reference. */
json_t *fp_listener_end(struct fp_listener *listener);

#endif
