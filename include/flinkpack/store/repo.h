/**
 * @file
 * A repo: a place where images lie, as one interface.
 *
 * A repo maps descriptors to bytes and names to descriptors. Documents are verified when they are
 * read. Blobs are verified when they come in (a download, a copy into a layout or archive), and so
 * are those that an earlier run left there and that need not come again: what is damaged is
 * replaced. Who reads one where it lies (a layout, an archive) wraps it in fp_source_verified().
 */
#ifndef FLINKPACK_STORE_REPO_H
#define FLINKPACK_STORE_REPO_H

#include "flinkpack/layer.h"
#include "flinkpack/registry.h"

struct fp_repo;

/** What a repo does; see the fp_repo_ functions for the contracts. */
struct fp_repo_ops {
    enum fp_code (*resolve)(struct fp_repo *self, const char *name, struct fp_descriptor *ret,
                            struct fp_error *err);
    /** NULL: a blob that is read. */
    enum fp_code (*get_document)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                 struct fp_buf *body, struct fp_error *err);
    enum fp_code (*get_blob)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             struct fp_stage *stage, struct fp_blob **ret, struct fp_error *err);
    enum fp_code (*put_blob)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             struct fp_blob *blob, struct fp_repo *origin, struct fp_stage *stage,
                             enum fp_push_outcome *ret_outcome, struct fp_error *err);
    /** NULL: a blob that is put. */
    enum fp_code (*put_document)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                 const char *bytes, struct fp_error *err);
    enum fp_code (*name)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                         const char *bytes, const char *name, struct fp_error *err);
    /** NULL: nothing is. */
    enum fp_code (*is_named)(struct fp_repo *self, const struct fp_digest *digest, const char *name,
                             enum fp_tagged *ret, struct fp_error *err);
    /** NULL: nothing is known. */
    enum fp_code (*put_again)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                              const char *bytes, bool *ret_taken, struct fp_error *err);
    /** NULL: it may have. */
    enum fp_code (*has_lost)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             bool *ret_lost, struct fp_error *err);
    /** NULL: FP_OK. */
    enum fp_code (*confirm)(struct fp_repo *self, const struct fp_digest *digest,
                            struct fp_error *err);
    /** NULL: never. */
    bool (*wants_again)(struct fp_repo *self);
    /** NULL: none is. */
    bool (*doubts)(struct fp_repo *self, const struct fp_digest *digest);
    /** NULL: it may. */
    enum fp_code (*may_put)(struct fp_repo *self, struct fp_error *err);
    /** NULL: never. */
    bool (*can_mount)(const struct fp_repo *self, const struct fp_repo *from);
    enum fp_code (*finish)(struct fp_repo *self, struct fp_error *err);
    /** Release what follows the base: fp_repo_free() frees the rest. */
    void (*clear)(struct fp_repo *self);
    bool is_remote;       /**< fp_repo_is_remote() */
    bool names_root;      /**< name() puts the manifest or index too: it need not be put before */
    bool takes_any_order; /**< of layers and configurations; else these come behind the layers */
};

/** Embedded as the first member of every repo. */
struct fp_repo {
    const struct fp_repo_ops *ops;
    char *title; /**< for messages: "oci:DIR", "registry.example.com/team/app" */
};

/**
 * The descriptor that a name stands for: a tag, a full reference, or NULL for the only image.
 * @return FP_E_NOT_FOUND listing some of the names that there are.
 */
FP_CHECKED enum fp_code fp_repo_resolve(struct fp_repo *repo, const char *name,
                                        struct fp_descriptor *ret, struct fp_error *err);
/** Read a manifest, index or configuration, verified, bounded by `body`. */
FP_CHECKED enum fp_code fp_repo_get_document(struct fp_repo *repo,
                                             const struct fp_descriptor *descriptor,
                                             struct fp_buf *body, struct fp_error *err);
/**
 * Get a blob's bytes to where they can be read again and again: a registry downloads it to the
 * blob directory given at its opening (once: concurrent callers for one digest wait for the first),
 * others refer to the file that they have.
 * @param stage May be NULL.
 * @param ret   A reference that the caller drops.
 */
FP_CHECKED enum fp_code fp_repo_get_blob(struct fp_repo *repo,
                                         const struct fp_descriptor *descriptor,
                                         struct fp_stage *stage, struct fp_blob **ret,
                                         struct fp_error *err);
/**
 * Put a blob. Safe from several threads at once.
 * @param blob   Its bytes, or NULL to mount it from `origin` only: FP_E_NOT_FOUND where it is
 *               neither there nor can be mounted.
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
 * @param name  NULL: no name, but the image is listed where images are listed.
 */
FP_CHECKED enum fp_code fp_repo_name(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                                     const char *bytes, const char *name, struct fp_error *err);
/**
 * What a name (or a digest, as text) stands for: where it is that manifest or index, it need not be
 * put again. Where asking is no cheaper than putting: FP_TAGGED_NOTHING.
 * @return FP_OK also where asking was refused; FP_E_NETWORK, FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_repo_is_named(struct fp_repo *repo, const struct fp_digest *digest,
                                         const char *name, enum fp_tagged *ret,
                                         struct fp_error *err);
/** Put a manifest that is there once more, for the place to see whether all is there that it refers
 * to; where it is not, fp_repo_wants_again(). `*ret_taken` false: nothing is known.
 * @return FP_E_INTERRUPTED, or why it was refused. */
FP_CHECKED enum fp_code fp_repo_put_again(struct fp_repo *repo,
                                          const struct fp_descriptor *descriptor, const char *bytes,
                                          bool *ret_taken, struct fp_error *err);
/** Whether a place whose names stand for the image already may have lost one of its blobs: a cheap
 * question, whose answer is no where only that is not known. FP_E_INTERRUPTED. */
FP_CHECKED enum fp_code fp_repo_has_lost(struct fp_repo *repo,
                                         const struct fp_descriptor *descriptor, bool *ret_lost,
                                         struct fp_error *err);
/** See that a manifest or index that was put can be had again. FP_E_NOT_FOUND, FP_E_VERIFY. */
FP_CHECKED enum fp_code fp_repo_confirm(struct fp_repo *repo, const struct fp_digest *digest,
                                        struct fp_error *err);
/** Whether what was put last was refused for want of blobs that the place had said were there. They
 * count as missing from then on: what puts all of them again may succeed. */
bool fp_repo_wants_again(struct fp_repo *repo);
/** Whether a blob is one of these: the repo said that it has it, and then that it has not. */
bool fp_repo_doubts(struct fp_repo *repo, const struct fp_digest *digest);
/** Whether anything may be put there: asked before much is done for it. FP_E_AUTH and others. */
FP_CHECKED enum fp_code fp_repo_may_put(struct fp_repo *repo, struct fp_error *err);
/** Whether blobs that `from` has can be mounted, so that their bytes need not travel. */
bool fp_repo_can_mount(const struct fp_repo *repo, const struct fp_repo *from);
/** Whether its bytes come and go over a network: one speaks of pulling and pushing. */
bool fp_repo_is_remote(const struct fp_repo *repo);
/** Make everything visible: writes index.json, publishes an archive. Call once, at the end. */
FP_CHECKED enum fp_code fp_repo_finish(struct fp_repo *repo, struct fp_error *err);
/** Free; what was not finished is not visible. NULL is fine. */
void fp_repo_free(struct fp_repo *repo);

FP_DEFINE_CLEANUP(fp_repo_freep, struct fp_repo, fp_repo_free)
/** Declare a repo that is freed at the end of its scope. */
#define cleanup_repo __attribute__((cleanup(fp_repo_freep)))

#endif
