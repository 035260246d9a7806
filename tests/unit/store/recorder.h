/**
 * @file
 * A destination that writes down what is done to it.
 */
#ifndef FLINKPACK_TEST_STORE_RECORDER_H
#define FLINKPACK_TEST_STORE_RECORDER_H

#include <pthread.h>

#include "fixture.h"

/** Closed until gate_open(). */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool is_open;
};
/** A closed one. */
#define GATE_INIT                                                                                  \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false                                 \
    }
/** Let those through that wait, and all others. */
void gate_open(struct gate *gate);

/** It fails where it is told to. */
struct recorder {
    struct fp_repo base;
    pthread_mutex_t lock;
    struct fp_strv log;
    const char *fail_at; /* beginning of a line; NULL: never */
    bool has_all;
    bool keeps_blobs; /* it has not lost any */
    bool takes_again; /* and says so when it gets its manifests again */
    const char
        *right;      /* what names stand for the image, and "digests" for its manifests; or NULL */
    int doubts;      /* how often it finds out that it lacks something after all */
    bool lacks_none; /* but of the blobs that it was given it has all */
    bool has_doubted;
    unsigned may_puts;                 /* how often it was asked whether anything may be put */
    const struct fp_repo *same;        /* another one for the same place; or NULL */
    bool mounts;                       /* from another recorder that does, which is logged */
    struct gate *gate;                 /* blobs wait until it is open; or NULL */
    void (*when_asked)(void *context); /* is called before it says what a name stands for */
    void *context;
};

/** Make one; its log is released with fp_strv_clear(). */
struct recorder recorder_new(void);
/** Whether the log says that. */
void check_log(const struct recorder *recorder, const char *const *expected, size_t count);
/** An index of two platforms that share a layer. */
struct fp_descriptor make_two_platforms(struct fp_repo *parts);

#endif
