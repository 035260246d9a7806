#include "flinkpack/support/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "flinkpack/support/cancel.h"

/* Enough for the digests, codecs and transfers, and the same with every C library. */
#define STACK_BYTES ((size_t) 2 << 20)

struct job {
    fp_pool_task task;
    void *context;
    struct job *next;
};

struct fp_pool {
    struct fp_cancel *cancel; /* of whoever made it: its tasks work under that */
    pthread_mutex_t lock;     /* over everything below */
    pthread_cond_t work;      /* a job was queued, or `closing` was set */
    pthread_cond_t idle;      /* the queue is empty and nothing runs */
    struct job *first;
    struct job *last;
    unsigned running;
    bool closing;
    struct fp_error failure; /* the first one; its code is FP_OK while there is none */
    unsigned threads;
    pthread_t thread[FP_POOL_MAX];
};

static void drop_queue(struct fp_pool *pool)
{
    while (pool->first != NULL) {
        struct job *job = pool->first;
        pool->first = job->next;
        free(job);
    }
    pool->last = NULL;
}

static struct job *take_job(struct fp_pool *pool)
{
    struct job *job = pool->first;
    pool->first = job->next;
    if (pool->first == NULL)
        pool->last = NULL;
    return job;
}

static void note_result(struct fp_pool *pool, enum fp_code code, const struct fp_error *error)
{
    if (code == FP_OK || pool->failure.code != FP_OK)
        return;
    pool->failure = *error;
    pool->failure.code = code;
    drop_queue(pool);
}

/* Run the first job, with the lock held before and after but not meanwhile. */
static void run_job(struct fp_pool *pool)
{
    struct fp_error error = {0};
    struct job *job = take_job(pool);
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(pool->cancel);
    pool->running++;
    (void) pthread_mutex_unlock(&pool->lock);
    enum fp_code code = job->task(job->context, &error);
    free(job);
    (void) pthread_mutex_lock(&pool->lock);
    pool->running--;
    note_result(pool, code, &error);
    if (pool->running == 0 && pool->first == NULL)
        (void) pthread_cond_broadcast(&pool->idle);
}

static void *thread_main(void *context)
{
    struct fp_pool *pool = context;
    (void) pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->first == NULL && !pool->closing)
            (void) pthread_cond_wait(&pool->work, &pool->lock);
        if (pool->first == NULL)
            break;
        run_job(pool);
    }
    (void) pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Signals are for the main thread, whose system calls they interrupt. */
static void start_threads(struct fp_pool *pool, unsigned threads)
{
    sigset_t all;
    sigset_t before;
    pthread_attr_t attributes;
    (void) sigfillset(&all);
    if (pthread_attr_init(&attributes) != 0)
        return;
    (void) pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned i = 0; i < threads; i++) {
        if (pthread_create(&pool->thread[i], &attributes, thread_main, pool) != 0)
            break;
        pool->threads++;
    }
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void) pthread_attr_destroy(&attributes);
}

struct fp_pool *fp_pool_new(unsigned threads)
{
    struct fp_pool *pool = fp_xcalloc(1, sizeof(*pool));
    pool->cancel = fp_cancel_current();
    if (threads < 1)
        threads = 1;
    if (threads > FP_POOL_MAX)
        threads = FP_POOL_MAX;
    (void) pthread_mutex_init(&pool->lock, NULL);
    (void) pthread_cond_init(&pool->work, NULL);
    (void) pthread_cond_init(&pool->idle, NULL);
    start_threads(pool, threads);
    return pool;
}

void fp_pool_add(struct fp_pool *pool, fp_pool_task task, void *context)
{
    (void) pthread_mutex_lock(&pool->lock);
    if (pool->failure.code == FP_OK) {
        struct job *job = fp_xcalloc(1, sizeof(*job));
        job->task = task;
        job->context = context;
        if (pool->last != NULL)
            pool->last->next = job;
        else
            pool->first = job;
        pool->last = job;
        (void) pthread_cond_signal(&pool->work);
    }
    (void) pthread_mutex_unlock(&pool->lock);
}

enum fp_code fp_pool_wait(struct fp_pool *pool, struct fp_error *err)
{
    (void) pthread_mutex_lock(&pool->lock);
    /* Where the system gives no threads at all, the work is done here. */
    while (pool->threads == 0 && pool->first != NULL)
        run_job(pool);
    while (pool->first != NULL || pool->running > 0)
        (void) pthread_cond_wait(&pool->idle, &pool->lock);
    enum fp_code code = pool->failure.code;
    if (code != FP_OK && err != NULL)
        *err = pool->failure;
    pool->failure.code = FP_OK;
    (void) pthread_mutex_unlock(&pool->lock);
    return code;
}

bool fp_pool_failed(struct fp_pool *pool)
{
    (void) pthread_mutex_lock(&pool->lock);
    bool failed = pool->failure.code != FP_OK;
    (void) pthread_mutex_unlock(&pool->lock);
    return failed;
}

void fp_pool_free(struct fp_pool *pool)
{
    if (pool == NULL)
        return;
    (void) pthread_mutex_lock(&pool->lock);
    drop_queue(pool);
    pool->closing = true;
    (void) pthread_cond_broadcast(&pool->work);
    (void) pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->threads; i++)
        (void) pthread_join(pool->thread[i], NULL);
    (void) pthread_cond_destroy(&pool->idle);
    (void) pthread_cond_destroy(&pool->work);
    (void) pthread_mutex_destroy(&pool->lock);
    free(pool);
}
