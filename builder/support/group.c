/* Groups of tasks: a queue, threads that are started on demand, and the first failure. */
#include "flinkpack/support/group.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* This is enough for digests, codecs and transfers, and does not depend on the C library. */
#define STACK_BYTES ((size_t) 2 << 20)

/* A task that waits for a thread. */
struct queued_task {
    fp_task task;
    void *context;
    struct queued_task *next;
};

struct fp_group {
    struct fp_cancel cancel;
    struct fp_group *owner;
    unsigned limit;
    pthread_mutex_t lock; /* protects everything below */
    pthread_cond_t work;  /* a task was queued, or `closing` was set */
    pthread_cond_t done;  /* the queue is empty and nothing runs */
    struct queued_task *first;
    struct queued_task **last; /* the next one is linked here */
    unsigned queued;
    unsigned running;
    bool closing;
    struct fp_error failure; /* the first one; its code is FP_OK while there is none */
    unsigned threads;
    unsigned idle; /* threads that wait for work */
    pthread_t thread[FP_GROUP_MAX];
};

static struct queued_task *take_first(struct fp_group *group)
{
    struct queued_task *task = group->first;
    group->first = task->next;
    if (group->first == NULL)
        group->last = &group->first;
    group->queued--;
    return task;
}

/* Called with the lock held. It wakes threads that may have waited only for these tasks. */
static void drop_queue(struct fp_group *group)
{
    while (group->first != NULL)
        free(take_first(group));
    if (group->running == 0)
        (void) pthread_cond_broadcast(&group->done);
}

/* A failed group fails its owner too, unless it is being freed. The failure is recorded in all of
 * them before any is cancelled, so that no failure that it causes is recorded first. */
static void fail_group(struct fp_group *group, const struct fp_error *error)
{
    struct fp_group *end = group;
    for (bool is_closing = false; end != NULL && !is_closing; end = end->owner) {
        (void) pthread_mutex_lock(&end->lock);
        is_closing = end->closing;
        if (end->failure.code == FP_OK)
            end->failure = *error;
        drop_queue(end);
        (void) pthread_mutex_unlock(&end->lock);
    }
    for (; group != end; group = group->owner)
        (void) fp_cancel(&group->cancel, FP_CANCEL_FAILURE);
}

void fp_group_run(struct fp_group *group, fp_task task, void *context)
{
    struct fp_error error = {0};
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&group->cancel);
    enum fp_code code = fp_cancel_check(&error);
    if (code == FP_OK)
        code = task(context, &error);
    error.code = code;
    if (code != FP_OK)
        fail_group(group, &error);
}

/* Run the first task, with the lock held before and after but not meanwhile. */
static void run_first(struct fp_group *group)
{
    struct queued_task *first = take_first(group);
    group->running++;
    (void) pthread_mutex_unlock(&group->lock);
    fp_group_run(group, first->task, first->context);
    free(first);
    (void) pthread_mutex_lock(&group->lock);
    group->running--;
    if (group->running == 0 && group->first == NULL)
        (void) pthread_cond_broadcast(&group->done);
}

static void *thread_main(void *context)
{
    struct fp_group *group = context;
    (void) pthread_mutex_lock(&group->lock);
    for (;;) {
        group->idle++;
        while (group->first == NULL && !group->closing)
            (void) pthread_cond_wait(&group->work, &group->lock);
        group->idle--;
        if (group->first == NULL)
            break;
        run_first(group);
    }
    (void) pthread_mutex_unlock(&group->lock);
    return NULL;
}

/* Signals must reach the main thread, whose system calls they interrupt. */
static void start_thread(struct fp_group *group)
{
    sigset_t all;
    sigset_t before;
    pthread_attr_t attributes;
    (void) sigfillset(&all);
    if (pthread_attr_init(&attributes) != 0)
        return;
    (void) pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&group->thread[group->threads], &attributes, thread_main, group) == 0)
        group->threads++;
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void) pthread_attr_destroy(&attributes);
}

struct fp_group *fp_group_new(struct fp_group *owner, unsigned limit)
{
    struct fp_group *group = fp_xcalloc(1, sizeof(*group));
    group->cancel.parent = owner != NULL ? &owner->cancel : fp_cancel_current();
    group->owner = owner;
    group->last = &group->first;
    group->limit = limit < 1 ? 1 : limit;
    if (group->limit > FP_GROUP_MAX)
        group->limit = FP_GROUP_MAX;
    (void) pthread_mutex_init(&group->lock, NULL);
    (void) pthread_cond_init(&group->work, NULL);
    (void) pthread_cond_init(&group->done, NULL);
    return group;
}

void fp_group_go(struct fp_group *group, fp_task task, void *context)
{
    (void) pthread_mutex_lock(&group->lock);
    if (group->failure.code == FP_OK && !group->closing) {
        struct queued_task *queued = fp_xcalloc(1, sizeof(*queued));
        *queued = (struct queued_task){.task = task, .context = context};
        *group->last = queued;
        group->last = &queued->next;
        group->queued++;
        if (group->queued > group->idle && group->threads < group->limit)
            start_thread(group);
        (void) pthread_cond_signal(&group->work);
    }
    (void) pthread_mutex_unlock(&group->lock);
}

enum fp_code fp_group_wait(struct fp_group *group, struct fp_error *err)
{
    (void) pthread_mutex_lock(&group->lock);
    while (group->threads == 0 && group->first != NULL)
        run_first(group);
    while (group->first != NULL || group->running > 0)
        (void) pthread_cond_wait(&group->done, &group->lock);
    enum fp_code code = group->failure.code;
    if (code != FP_OK && err != NULL)
        *err = group->failure;
    (void) pthread_mutex_unlock(&group->lock);
    return code;
}

void fp_group_free(struct fp_group *group)
{
    if (group == NULL)
        return;
    (void) pthread_mutex_lock(&group->lock);
    drop_queue(group);
    group->closing = true;
    (void) pthread_cond_broadcast(&group->work);
    (void) pthread_mutex_unlock(&group->lock);
    (void) fp_cancel(&group->cancel, FP_CANCEL_FAILURE);
    for (unsigned i = 0; i < group->threads; i++)
        (void) pthread_join(group->thread[i], NULL);
    (void) pthread_cond_destroy(&group->done);
    (void) pthread_cond_destroy(&group->work);
    (void) pthread_mutex_destroy(&group->lock);
    free(group);
}
