/**
 * @file
 * A push: one image on its way into one repository.
 *
 * It is opened for the repository and the image's names, fed with blobs as they are made, each of
 * which starts to travel at once, and ended with documents and names. Adding cannot fail: what goes
 * wrong on the way is told by fp_push_finish(). The order is a promise: no manifest is put before
 * all blobs are there, and no name before all documents, so that whatever fails, no name leads to
 * something incomplete. A push that is freed before it was finished leaves no name.
 *
 * Several pushes may run side by side. A push is fed from any thread, and finished by one.
 */
#ifndef FLINKPACK_STORE_PUSH_H
#define FLINKPACK_STORE_PUSH_H

#include "flinkpack/store/repo.h"

struct fp_push;

/** How an image is pushed; zero-initialise. */
struct fp_push_options {
    const struct fp_strv *names; /**< what it is called there; copied. NULL or none: digest only */
    struct fp_push *before;      /**< opened before this one, and freed after it; NULL: none. Where
                                      it, or one before it, is to the same registry, blobs are
                                      mounted from there as soon as they have arrived */
    unsigned threads;            /**< for transfers, at most; 0: FP_GROUP_MAX */
    bool one_of_several;         /**< the image goes to other places too: each line says where to */
    struct fp_group *owner;      /**< that a blob cannot be put is a failure of that group: it makes
                                      the image. NULL: fp_push_finish() tells */
    const char *from;            /**< what is pushed, for errors; copied. NULL: they stay bare */
    struct fp_reporter *reporter; /**< may be NULL */
};

/** What a push did. */
struct fp_push_result {
    struct fp_descriptor root; /**< what the names stand for now; clear with
                                    fp_descriptor_clear() */
    uint64_t moved_bytes;
    unsigned uploaded;
    unsigned mounted;
    unsigned existing;
};

/** What a blob is in its image. */
enum fp_push_part { FP_PUSH_LAYER, FP_PUSH_CONFIG };

/** Open a push. Nothing is sent yet.
 * @param to Borrowed; must outlive the push. */
struct fp_push *fp_push_new(struct fp_repo *to, const struct fp_push_options *options);
/** Put a blob (one more reference is taken). Each digest travels once, however often it is fed. */
void fp_push_blob(struct fp_push *push, enum fp_push_part part, struct fp_blob *blob);
/**
 * Put a blob that another repository has: it is mounted where both are of one registry, else
 * fetched from there where it is not in its place already.
 * @param from Borrowed until the push is freed.
 * @param blob Its bytes where they are here already (one more reference is taken); else NULL.
 */
void fp_push_remote(struct fp_push *push, enum fp_push_part part,
                    const struct fp_descriptor *descriptor, struct fp_repo *from,
                    struct fp_blob *blob);
/**
 * Add a manifest or index, children before parents: the last one is what the names will stand for.
 * It is put by fp_push_finish(). Each digest counts once.
 * @param take_bytes As many as the descriptor says, and a NUL behind them.
 */
void fp_push_document(struct fp_push *push, const struct fp_descriptor *descriptor,
                      char *take_bytes);
/** Ask what the names stand for, before any blob is sent for nothing. Only where all documents have
 * been added before the first blob; else fp_push_finish() asks. */
void fp_push_ask(struct fp_push *push);
/** Where to, for messages. Borrowed. */
const char *fp_push_title(const struct fp_push *push);
/** Wait for what travels. @return The first failure so far. */
FP_CHECKED enum fp_code fp_push_wait(struct fp_push *push, struct fp_error *err);
/**
 * End the push: configurations, documents, names, and then a look at whether what was put is
 * served. A name that is right already is not put again. fp_repo_finish() is called.
 * @param ret May be NULL.
 */
FP_CHECKED enum fp_code fp_push_finish(struct fp_push *push, struct fp_push_result *ret,
                                       struct fp_error *err);
/** Cancel what is under way, wait until it has ended, and free; NULL is fine. */
void fp_push_free(struct fp_push *push);

FP_DEFINE_CLEANUP(fp_push_freep, struct fp_push, fp_push_free)
/** Declare a push that is freed at the end of its scope. */
#define cleanup_push __attribute__((cleanup(fp_push_freep)))

/**
 * Copy an image that is there: walk it, feed a push with it, and finish that.
 * @param root     What to copy in `from`.
 * @param platform Of an index only this one; NULL: all.
 * @param to       A push that nothing has been fed to.
 * @param ret      May be NULL.
 */
FP_CHECKED enum fp_code fp_copy_image(struct fp_repo *from, const struct fp_descriptor *root,
                                      const struct fp_platform *platform, struct fp_push *to,
                                      struct fp_push_result *ret, struct fp_error *err);

#endif
