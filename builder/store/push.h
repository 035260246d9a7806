/**
 * @file
 * Declarations shared by the files of a push.
 */
#ifndef FLINKPACK_STORE_PUSH_INTERNAL_H
#define FLINKPACK_STORE_PUSH_INTERNAL_H

#include <pthread.h>

#include "flinkpack/store/push.h"
#include "flinkpack/support/group.h"

/** The number of rows in the hash table of a push's blobs. */
#define FP_PUSH_ROWS 256

/** One blob of a push. */
struct fp_push_item {
    struct fp_push *push;
    struct fp_push_item *next;  /**< in the order of feeding */
    struct fp_push_item *below; /**< the next one in the same row */
    struct fp_descriptor descriptor;
    enum fp_push_part part;
    struct fp_blob *blob; /**< NULL: it is fetched from `from` */
    struct fp_repo *from;
    bool is_fetched; /**< it came over the network, and that has been reported */
    bool is_sent;
    bool is_sent_again; /**< it was sent while it was doubted, which is done only once */
    bool is_known;      /**< the target is its source, so that it is there unless it is lost */
    bool is_lost;       /**< it is known, but the target turned out not to have it */
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

/** What the caller knows of a name. */
struct fp_expected_name {
    bool is_known;
    struct fp_digest digest; /**< not set: there is no such name */
};

/** The members above the lock are set by the thread that opens and ends the push. */
struct fp_push {
    struct fp_repo *to;
    struct fp_push *before;
    struct fp_push *source; /**< a push to the same registry, for mounting; NULL: none */
    struct fp_strv names;
    bool *is_right; /**< for each name: it stands for the image already and is not put again */
    struct fp_expected_name *expected; /**< for each name */
    bool one_of_several;
    struct fp_error asked; /**< the error of asking; its code is FP_OK if there is none */
    char *from;            /**< the image's source, for errors; or NULL */
    struct fp_reporter *reporter;
    struct fp_group *group;
    struct fp_pushed_document *documents;
    size_t document_count;
    pthread_mutex_t lock;   /**< protects all members below */
    pthread_cond_t arrival; /**< signals that a blob has arrived or failed */
    bool is_asked;
    bool is_all_named; /**< there are names, and all stand for the image already */
    bool is_there;     /**< the image is, under its digest, before any blob was fed */
    bool is_whole;     /**< in addition, the repo has lost no part of the image */
    bool has_failed;
    struct fp_push_item *items;
    struct fp_push_item **last; /**< the place for the next item */
    struct fp_push_item *rows[FP_PUSH_ROWS];
    struct fp_push_result result;
};

/** The row of a digest, and the item with that digest or NULL. The caller holds the push's lock.
 */
struct fp_push_item **fp_push_row(struct fp_push *push, const struct fp_digest *digest);
struct fp_push_item *fp_push_find(struct fp_push *push, const struct fp_digest *digest);
/** Add the source and target of the copy to an error, as fp_context() does. */
FP_CHECKED enum fp_code fp_push_context(const struct fp_push *push, enum fp_code code,
                                        struct fp_error *err);
/** The document that the names will stand for: the last one. */
static inline const struct fp_pushed_document *fp_push_root(const struct fp_push *push)
{
    return &push->documents[push->document_count - 1];
}
/** Start the transfer of a blob to the target if it waits. The caller holds the push's lock. */
void fp_push_start(struct fp_push_item *item);
/** Start the transfers of all blobs of that part that wait. */
void fp_push_start_all(struct fp_push *push, enum fp_push_part part);
/** Let the target look for all blobs of an image whose names are right, by putting its manifests
 * again. `*ret_whole` is false if it cannot tell. */
FP_CHECKED enum fp_code fp_push_look_behind(const struct fp_push *push, bool *ret_whole,
                                            struct fp_error *err);
/** Fail with FP_E_NOT_FOUND if the target lacks blobs that are known to be there. No transfer runs
 * meanwhile. */
FP_CHECKED enum fp_code fp_push_check_lost(struct fp_push *push, struct fp_error *err);
/** Take the bytes of a lost blob, to be sent. The caller holds the push's lock.
 * @return Whether it waits to be started again. */
bool fp_push_find_again(struct fp_push_item *item, struct fp_blob *blob);

#endif
