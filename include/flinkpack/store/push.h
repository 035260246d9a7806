/**
 * @file
 * A push transfers one image into one repository.
 *
 * It is opened for the repository and the image's names. It is fed with blobs as they are made, and
 * the transfer of each starts at once. It ends with documents and names. Adding cannot fail:
 * fp_push_finish() reports errors. The order is guaranteed: a manifest is put after all blobs, and
 * a name after all documents, so that no name leads to an incomplete image if something fails. A
 * push that is freed before it is finished sets no name.
 *
 * Several pushes may run in parallel. Any thread may feed a push, and one thread finishes it.
 */
#ifndef FLINKPACK_STORE_PUSH_H
#define FLINKPACK_STORE_PUSH_H

#include "flinkpack/store/repo.h"

struct fp_push;

/** How an image is pushed; zero-initialise. */
struct fp_push_options {
    const struct fp_strv *names; /**< the image's names there; copied. NULL or none: digest only */
    struct fp_push *before;      /**< opened before this one, and freed after it; NULL: none. If it,
                                      or one before it, pushes to the same registry, blobs are
                                      mounted from there as soon as they have arrived */
    unsigned threads;            /**< for transfers, at most; 0: FP_GROUP_MAX */
    bool one_of_several;         /**< the image is pushed elsewhere too: each line says where */
    struct fp_group *owner;      /**< the group that makes the image: it fails if a blob cannot be
                                      put. NULL: fp_push_finish() reports that */
    const char *from;            /**< the image's source, for errors; copied. NULL: not mentioned */
    struct fp_reporter *reporter; /**< may be NULL */
};

/** What a push did. */
struct fp_push_result {
    struct fp_descriptor root; /**< the names stand for this now; clear with
                                    fp_descriptor_clear() */
    uint64_t moved_bytes;
    unsigned uploaded;
    unsigned mounted;
    unsigned existing;
};

/** The role of a blob in its image. */
enum fp_push_part { FP_PUSH_LAYER, FP_PUSH_CONFIG };

/** Open a push. Nothing is sent yet.
 * @param to Borrowed; must outlive the push. */
struct fp_push *fp_push_new(struct fp_repo *to, const struct fp_push_options *options);
/**
 * Open upload sessions for blobs that are still being made, beside all other work: the transfer of
 * each then has one request less to wait for. Sessions that no blob uses are given up when the repo
 * is freed. The transfers fail if the target may not be written to. It does nothing where blobs are
 * mounted from an earlier push, and for targets without sessions.
 */
void fp_push_reserve(struct fp_push *push, unsigned count);
/**
 * Say what a name was just found to stand for, so that fp_push_ask() and fp_push_finish() do not
 * ask again. Call it before them, on their thread.
 * @param name One of the push's names; others are ignored.
 * @param is   NULL: the name does not exist.
 */
void fp_push_expect(struct fp_push *push, const char *name, const struct fp_digest *is);
/** Put a blob (one more reference is taken). A digest that is fed twice is transferred once. */
void fp_push_blob(struct fp_push *push, enum fp_push_part part, struct fp_blob *blob);
/**
 * Put a blob that another repository has. If `from` is the target itself (the same repository of
 * the same registry), the blob counts as present without being asked for; see fp_push_lost(). Else
 * it is mounted if both repositories are in one registry,
 * else it is fetched from `from`, unless the target has it already.
 * @param from Borrowed until the push is freed.
 * @param blob Its bytes if they are available already (one more reference is taken), else NULL.
 */
void fp_push_remote(struct fp_push *push, enum fp_push_part part,
                    const struct fp_descriptor *descriptor, struct fp_repo *from,
                    struct fp_blob *blob);
/**
 * Add a manifest or index, children before parents: the names will stand for the last one.
 * fp_push_finish() puts it. A digest that is added again is ignored.
 * @param take_bytes As many bytes as the descriptor says, followed by a NUL.
 */
void fp_push_document(struct fp_push *push, const struct fp_descriptor *descriptor,
                      char *take_bytes);
/** Ask what the names stand for, so that no blob is sent needlessly. Only valid if all documents
 * have been added before the first blob; else fp_push_finish() asks. */
void fp_push_ask(struct fp_push *push);
/** The title of the target, for messages. Borrowed. */
const char *fp_push_title(const struct fp_push *push);
/** Wait for all running transfers. @return The first failure so far. */
FP_CHECKED enum fp_code fp_push_wait(struct fp_push *push, struct fp_error *err);
/**
 * End the push: put configurations, documents and names, then check that the target serves them.
 * A name that is right already is not put again. fp_repo_finish() is called.
 * @param ret May be NULL.
 * @return FP_OK, what a transfer failed with, or FP_E_NOT_FOUND if the target lacks a blob that was
 *         to be there: then fp_push_lost() names it.
 */
FP_CHECKED enum fp_code fp_push_finish(struct fp_push *push, struct fp_push_result *ret,
                                       struct fp_error *err);
/**
 * After fp_push_finish() has failed: a blob that was fed without bytes from the target itself, and
 * that the target lacks. Once all of them have been fed by fp_push_blob(), fp_push_finish() may be
 * called again; nothing else is sent twice.
 * @param index From 0. @return Borrowed; NULL: there are no more.
 */
const struct fp_digest *fp_push_lost(const struct fp_push *push, size_t index);
/** Cancel all running transfers, wait until they have ended, and free; NULL is fine. */
void fp_push_free(struct fp_push *push);

FP_DEFINE_CLEANUP(fp_push_freep, struct fp_push, fp_push_free)
/** Declare a push that is freed at the end of its scope. */
#define cleanup_push __attribute__((cleanup(fp_push_freep)))

/**
 * Copy an existing image: walk it, feed it to a push, and finish the push.
 * @param root     The image to copy in `from`.
 * @param platform Copy only this platform of an index; NULL: all.
 * @param to       A push that has not been fed yet.
 * @param ret      May be NULL.
 */
FP_CHECKED enum fp_code fp_copy_image(struct fp_repo *from, const struct fp_descriptor *root,
                                      const struct fp_platform *platform, struct fp_push *to,
                                      struct fp_push_result *ret, struct fp_error *err);

#endif
