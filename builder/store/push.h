/**
 * @file
 * What the files of a push share.
 */
#ifndef FLINKPACK_STORE_PUSH_INTERNAL_H
#define FLINKPACK_STORE_PUSH_INTERNAL_H

#include <pthread.h>

#include "flinkpack/store/push.h"
#include "flinkpack/support/group.h"

/** How many rows the blobs of a push lie in. */
#define FP_PUSH_ROWS 256

/** One blob of a push. */
struct fp_push_item {
    struct fp_push *push;
    struct fp_push_item *next;  /**< as they were fed */
    struct fp_push_item *below; /**< in the same row, by digest */
    struct fp_descriptor descriptor;
    enum fp_push_part part;
    struct fp_blob *blob; /**< NULL: it is fetched from `from` */
    struct fp_repo *from;
    bool is_fetched; /**< it came over the network, which has been told of */
    bool is_sent;
    bool is_sent_again; /**< while it was doubted: once is enough */
    enum {
        FP_PUSH_WAITS,
        FP_PUSH_TRAVELS,
        FP_PUSH_ARRIVED,
    } state; /**< under the push's lock */
};

/** A manifest or index of a push. */
struct fp_pushed_document {
    const struct fp_push *push;
    struct fp_descriptor descriptor;
    char *bytes;
};

/** The members above the lock are set by the thread that opens and ends the push. */
struct fp_push {
    struct fp_repo *to;
    struct fp_push *before;
    struct fp_push *source; /**< to the same registry, for mounting; NULL: none */
    struct fp_strv names;
    bool *is_right; /**< of each name: it stands for the image, and is not put again */
    bool one_of_several;
    bool is_asked;
    struct fp_error asked; /**< why asking failed; its code is FP_OK where it has not */
    char *from;            /**< what is pushed, for errors; or NULL */
    struct fp_reporter *reporter;
    struct fp_group *group;
    struct fp_pushed_document *documents;
    size_t document_count;
    pthread_mutex_t lock;   /**< of all that follows */
    pthread_cond_t arrival; /**< of a blob, or of a failure */
    bool is_all_named;      /**< there are names, and all stand for the image already */
    bool is_whole;          /**< and nothing is lost behind them */
    bool has_failed;
    struct fp_push_item *items;
    struct fp_push_item **last; /**< where the next one goes */
    struct fp_push_item *rows[FP_PUSH_ROWS];
    struct fp_push_result result;
};

/** The row that a blob of that digest lies in, and the blob itself or NULL. With the push's lock
 * held. */
struct fp_push_item **fp_push_row(struct fp_push *push, const struct fp_digest *digest);
struct fp_push_item *fp_push_find(struct fp_push *push, const struct fp_digest *digest);
/** fp_context(): what was to come from where. */
FP_CHECKED enum fp_code fp_push_context(const struct fp_push *push, enum fp_code code,
                                        struct fp_error *err);
/** A task: bring one blob, a struct fp_push_item, to where it belongs. */
FP_CHECKED enum fp_code fp_push_item_run(void *item, struct fp_error *err);

#endif
