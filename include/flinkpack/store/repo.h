/**
 * @file
 * A repo is a place that holds images, seen through one interface.
 *
 * A repo maps descriptors to bytes and names to descriptors. Documents are verified when they are
 * read. Blobs are verified when they are stored (a download, a copy into a layout or archive), and
 * blobs that an earlier run stored are verified before they are reused: a damaged one is replaced.
 * A caller that reads a blob in a layout or archive directly wraps it in fp_source_verified().
 */
#ifndef FLINKPACK_STORE_REPO_H
#define FLINKPACK_STORE_REPO_H

#include "flinkpack/layer.h"
#include "flinkpack/registry.h"

struct fp_repo;

/** A change of what a name stands for, made of what it stands for so far. */
struct fp_name_change {
    /**
     * Make the new manifest or index. Called again if another writer came in between.
     * @param bytes     The document that the name stands for; NULL: there is no such name.
     * @param ret       Its descriptor.
     * @param ret_bytes Owned by the caller; NULL: what is there needs no change.
     */
    enum fp_code (*make)(void *context, const char *bytes, size_t len, struct fp_descriptor *ret,
                         char **ret_bytes, struct fp_error *err);
    void *context; /**< for `make` */
    bool is_late;  /**< set by `make` after requests of its own: others had time to write, so that
                        the name is looked at once more before it is put */
};

/** What a repo does; see the fp_repo_ functions for the contracts. */
struct fp_repo_ops {
    enum fp_code (*resolve)(struct fp_repo *self, const char *name, struct fp_descriptor *ret,
                            struct fp_error *err);
    /** NULL: the document is read as a blob. */
    enum fp_code (*get_document)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                 struct fp_buf *body, struct fp_error *err);
    enum fp_code (*get_blob)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             struct fp_stage *stage, struct fp_blob **ret, struct fp_error *err);
    enum fp_code (*put_blob)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             struct fp_blob *blob, struct fp_repo *origin, struct fp_stage *stage,
                             enum fp_push_outcome *ret_outcome, struct fp_error *err);
    /** NULL: the document is put as a blob. */
    enum fp_code (*put_document)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                 const char *bytes, struct fp_error *err);
    enum fp_code (*name)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                         const char *bytes, const char *name, struct fp_error *err);
    /** NULL: the answer is FP_TAGGED_NOTHING. */
    enum fp_code (*is_named)(struct fp_repo *self, const struct fp_digest *digest, const char *name,
                             enum fp_tagged *ret, struct fp_error *err);
    /** NULL: `*ret_taken` is false. */
    enum fp_code (*put_again)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                              const char *bytes, bool *ret_taken, struct fp_error *err);
    /** NULL: the repo may have lost a blob. */
    enum fp_code (*has_lost)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             bool *ret_lost, struct fp_error *err);
    /** NULL: the answer is FP_OK. */
    enum fp_code (*confirm)(struct fp_repo *self, const struct fp_digest *digest,
                            struct fp_error *err);
    /** NULL: the answer is always no. */
    bool (*wants_again)(struct fp_repo *self);
    /** NULL: no blob is doubted. */
    bool (*doubts)(struct fp_repo *self, const struct fp_digest *digest);
    /** NULL: everything may be put. */
    enum fp_code (*may_put)(struct fp_repo *self, struct fp_error *err);
    /** NULL: no blob can be mounted. */
    bool (*can_mount)(const struct fp_repo *self, const struct fp_repo *from);
    /** NULL: nothing can be attached to images there. */
    enum fp_code (*change_name)(struct fp_repo *self, const char *name,
                                struct fp_name_change *change, struct fp_error *err);
    /** NULL: nothing is attached to images there. */
    enum fp_code (*list_referrers)(struct fp_repo *self, const struct fp_digest *subject,
                                   const char *artifact_type, json_t *entries,
                                   struct fp_error *err);
    /** NULL: the answer is always no. */
    bool (*keeps_referrers)(const struct fp_repo *self);
    /** NULL: no other repo is the same place. */
    bool (*is_same)(const struct fp_repo *self, const struct fp_repo *other);
    enum fp_code (*finish)(struct fp_repo *self, struct fp_error *err);
    /** Release the members after the base; fp_repo_free() frees the rest. */
    void (*clear)(struct fp_repo *self);
    uint64_t unasked_bytes; /**< blobs up to this size are put without asking whether they exist */
    bool is_remote;         /**< fp_repo_is_remote() */
    bool names_root;        /**< name() also puts the manifest or index */
    bool takes_any_order;   /**< configurations may be put before layers, and not only after them */
};

/** Embedded as the first member of every repo. */
struct fp_repo {
    const struct fp_repo_ops *ops;
    char *title; /**< for messages: "oci:DIR", "registry.example.com/team/app" */
};

/**
 * Look up the descriptor of a name: a tag, a full reference, or NULL for the only image.
 * @return FP_E_NOT_FOUND, listing some of the existing names.
 */
FP_CHECKED enum fp_code fp_repo_resolve(struct fp_repo *repo, const char *name,
                                        struct fp_descriptor *ret, struct fp_error *err);
/** Read and verify a manifest, index or configuration; `body` bounds its size. */
FP_CHECKED enum fp_code fp_repo_get_document(struct fp_repo *repo,
                                             const struct fp_descriptor *descriptor,
                                             struct fp_buf *body, struct fp_error *err);
/**
 * Make a blob's bytes available for repeated reading. A registry downloads the blob to the blob
 * directory that it was opened with (once: concurrent callers for one digest wait for the first);
 * other repos refer to the file that they have.
 * @param stage May be NULL.
 * @param ret   A reference that the caller drops.
 */
FP_CHECKED enum fp_code fp_repo_get_blob(struct fp_repo *repo,
                                         const struct fp_descriptor *descriptor,
                                         struct fp_stage *stage, struct fp_blob **ret,
                                         struct fp_error *err);
/**
 * Put a blob. Several threads may call this at once.
 * @param blob   Its bytes, or NULL to only mount it from `origin`: FP_E_NOT_FOUND if the repo does
 *               not have it and it cannot be mounted.
 * @param origin The repo that the blob comes from, for mounting; or NULL.
 */
FP_CHECKED enum fp_code fp_repo_put_blob(struct fp_repo *repo,
                                         const struct fp_descriptor *descriptor,
                                         struct fp_blob *blob, struct fp_repo *origin,
                                         struct fp_stage *stage, enum fp_push_outcome *ret_outcome,
                                         struct fp_error *err);
/** Put a manifest or index under its digest. */
FP_CHECKED enum fp_code fp_repo_put_document(struct fp_repo *repo,
                                             const struct fp_descriptor *descriptor,
                                             const char *bytes, struct fp_error *err);
/**
 * Give the image a name: a tag of a registry, org.opencontainers.image.ref.name of a layout, a
 * RepoTag of a docker-archive. Several names may be given to one image.
 * @param bytes The manifest or index.
 * @param name  NULL: the image gets no name, but a repo with a list of images lists it.
 */
FP_CHECKED enum fp_code fp_repo_name(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                                     const char *bytes, const char *name, struct fp_error *err);
/**
 * Ask what a name (or a digest, as text) stands for: if it stands for `digest` already, it need not
 * be put again. The answer is FP_TAGGED_NOTHING if asking is no cheaper than putting.
 * @return FP_OK, also if the question was refused; FP_E_NETWORK, FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_repo_is_named(struct fp_repo *repo, const struct fp_digest *digest,
                                         const char *name, enum fp_tagged *ret,
                                         struct fp_error *err);
/** Put an existing manifest again, so that the repo checks that it has every blob of it; if one is
 * missing, fp_repo_wants_again() says so. `*ret_taken` is false if the repo cannot tell.
 * @return FP_E_INTERRUPTED, or the reason for the refusal. */
FP_CHECKED enum fp_code fp_repo_put_again(struct fp_repo *repo,
                                          const struct fp_descriptor *descriptor, const char *bytes,
                                          bool *ret_taken, struct fp_error *err);
/** Whether a repo whose names stand for the image already may have lost one of its blobs. This is
 * cheap to ask, and the answer is no if a registry cannot tell. FP_E_INTERRUPTED. */
FP_CHECKED enum fp_code fp_repo_has_lost(struct fp_repo *repo,
                                         const struct fp_descriptor *descriptor, bool *ret_lost,
                                         struct fp_error *err);
/** Check that a manifest or index that was put can be read back. FP_E_NOT_FOUND, FP_E_VERIFY. */
FP_CHECKED enum fp_code fp_repo_confirm(struct fp_repo *repo, const struct fp_digest *digest,
                                        struct fp_error *err);
/** Whether the last document was refused because the repo lacks blobs that it claimed to have. The
 * blobs count as missing from then on, so a push that puts all of them again may succeed. */
bool fp_repo_wants_again(struct fp_repo *repo);
/** Whether the repo first claimed to have this blob, and then refused a document for want of it. */
bool fp_repo_doubts(struct fp_repo *repo, const struct fp_digest *digest);
/** Check that the repo can be written to, before any work is done for it. FP_E_AUTH and others. */
FP_CHECKED enum fp_code fp_repo_may_put(struct fp_repo *repo, struct fp_error *err);
/** Whether blobs that `from` has can be mounted, so that their bytes need not travel. */
bool fp_repo_can_mount(const struct fp_repo *repo, const struct fp_repo *from);
/** Whether both are the same repository of the same registry, so that what one has the other has.
 */
bool fp_repo_is_same(const struct fp_repo *repo, const struct fp_repo *other);
/** Whether it is reached over a network, so that messages speak of pulling and pushing. */
bool fp_repo_is_remote(const struct fp_repo *repo);
/** Make everything visible: write index.json, publish an archive. Call this once, at the end. */
FP_CHECKED enum fp_code fp_repo_finish(struct fp_repo *repo, struct fp_error *err);
/** Free; what was put becomes visible only through fp_repo_finish(). NULL is fine. */
void fp_repo_free(struct fp_repo *repo);

FP_DEFINE_CLEANUP(fp_repo_freep, struct fp_repo, fp_repo_free)
/** Declare a repo that is freed at the end of its scope. */
#define cleanup_repo __attribute__((cleanup(fp_repo_freep)))

#endif
