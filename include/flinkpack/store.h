/**
 * @file
 * Where images lie: OCI layouts (the local store is one), archives and registries, all as one
 * interface; and the engine that copies an image from one to another.
 *
 * A repo maps descriptors to bytes and names to descriptors. Documents are verified when they are
 * read. Blobs are verified when they come in (a download, a copy into a layout or archive), and so
 * are those that an earlier run left there and that need not come again: what is damaged is
 * replaced. Who reads one where it lies (a layout, an archive) wraps it in fp_source_verified().
 */
#ifndef FLINKPACK_STORE_H
#define FLINKPACK_STORE_H

#include "flinkpack/layer.h"
#include "flinkpack/registry.h"

struct fp_repo;

/** What a repo does; see the fp_repo_ functions for the contracts. */
struct fp_repo_ops {
    enum fp_code (*resolve)(struct fp_repo *self, const char *name, struct fp_descriptor *ret,
                            struct fp_error *err);
    enum fp_code (*get_document)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                 struct fp_buf *body, struct fp_error *err);
    enum fp_code (*get_blob)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             struct fp_stage *stage, struct fp_blob **ret, struct fp_error *err);
    enum fp_code (*put_blob)(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             struct fp_blob *blob, struct fp_repo *origin, struct fp_stage *stage,
                             enum fp_push_outcome *ret_outcome, struct fp_error *err);
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
    enum fp_code (*finish)(struct fp_repo *self, struct fp_error *err);
    /** NULL: itself. */
    struct fp_repo *(*origin)(struct fp_repo *self, const struct fp_descriptor *descriptor);
    void (*free)(struct fp_repo *self);
};

/** Embedded as the first member of every repo. */
struct fp_repo {
    const struct fp_repo_ops *ops;
    char *title;                  /**< for messages: "oci:DIR", "registry.example.com/team/app" */
    struct fp_registry *registry; /**< where it is one, for mounting; else NULL */
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
 * blob folder given at its opening (once: concurrent callers for one digest wait for the first),
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
/** Make everything visible: writes index.json, publishes an archive. Call once, at the end. */
FP_CHECKED enum fp_code fp_repo_finish(struct fp_repo *repo, struct fp_error *err);
/** The repo that the content really lies in: itself, but for what is only borrowed (parts).
 * Borrowed. */
struct fp_repo *fp_repo_origin(struct fp_repo *repo, const struct fp_descriptor *descriptor);
/** Free; what was not finished is not visible. NULL is fine. */
void fp_repo_free(struct fp_repo *repo);

FP_DEFINE_CLEANUP(fp_repo_freep, struct fp_repo, fp_repo_free)
/** Declare a repo that is freed at the end of its scope. */
#define cleanup_repo __attribute__((cleanup(fp_repo_freep)))

/** What an OCI layout is opened for. */
enum fp_layout_use {
    FP_LAYOUT_READ,   /**< it has to be there */
    FP_LAYOUT_OUTPUT, /**< made if it is not there; links that lead there are our own or root's */
    FP_LAYOUT_STORE,  /**< the local store: made, for nobody but us; fp_store_check() */
};
/**
 * An OCI layout folder (image-layout.md). index.json is replaced atomically under a lock, entries
 * of other images stay.
 */
FP_CHECKED enum fp_code fp_repo_open_layout(const char *path, enum fp_layout_use use,
                                            struct fp_repo **ret, struct fp_error *err);
/** That nothing in the local store is a link where a file or directory has to be: through one, the
 * files of others would be read and removed. FP_E_IO naming it; a store that is not there is fine.
 */
FP_CHECKED enum fp_code fp_store_check(const char *path, struct fp_error *err);
/** Let blobs that lie in the local store's folder of blobs be hard-linked into `layout`, not
 * copied. Of no other place: a file that somebody writes to would change the blob with it. */
void fp_layout_link_from(struct fp_repo *layout, const char *blob_folder);
/** The layout's folder of blobs ("PATH/blobs/sha256"), for nameless files. The caller owns it. */
char *fp_layout_blob_folder(const char *path);
/**
 * The local store: $FLINKPACK_STORE, else $XDG_DATA_HOME/flinkpack/store, else
 * $HOME/.local/share/flinkpack/store, else a folder of this uid below TMPDIR. What nobody has named
 * is passed over where it is not ours alone (fp_kept_dir_flaw()).
 * @param ret        Owned by the caller.
 * @param ret_reason Why the usual one is passed over: "DIR belongs to another user"; owned by the
 *                   caller, NULL where it is not.
 */
FP_CHECKED enum fp_code fp_store_path(char **ret, char **ret_reason, struct fp_error *err);

/** A name in a layout. */
struct fp_layout_name {
    char *name; /**< ref.name as stored */
    struct fp_descriptor descriptor;
};
/** All names in a layout, sorted. Release with fp_layout_names_free(). */
FP_CHECKED enum fp_code fp_layout_list(const char *path, struct fp_layout_name **ret,
                                       size_t *ret_len, struct fp_error *err);
/** Free a list of names. */
void fp_layout_names_free(struct fp_layout_name *names, size_t len);
/** Take a name away from a layout and delete the blobs that nothing refers to any more. As long as
 * anyone has the layout open (a build in another process, a repo in this one) blobs may be about to
 * be named: then they stay until a later removal, and none are freed now.
 * @return FP_E_NOT_FOUND where there is no such name. `ret_freed_bytes` may be NULL. */
FP_CHECKED enum fp_code fp_layout_remove(const char *path, const char *name,
                                         uint64_t *ret_freed_bytes, struct fp_error *err);

/** The kinds of archive. */
enum fp_archive_kind { FP_ARCHIVE_OCI, FP_ARCHIVE_DOCKER };
/**
 * An image archive to read: an OCI layout in a tar, or what `docker save` writes (both forms).
 * It is indexed by offset in one pass, not unpacked; a compressed one is inflated into
 * `work_folder` first. Sizes and counts are bounded; its names reach nothing outside.
 */
FP_CHECKED enum fp_code fp_repo_open_archive(const char *path, enum fp_archive_kind kind,
                                             const char *work_folder, struct fp_repo **ret,
                                             struct fp_error *err);
/** An image archive to write, all or nothing; a docker-archive takes one platform only. */
FP_CHECKED enum fp_code fp_repo_create_archive(const char *path, enum fp_archive_kind kind,
                                               struct fp_repo **ret, struct fp_error *err);
/** A root file system as an image of one layer: `rootfs:TAR[.gz|.zst|.xz]`. The architecture is
 * `platform`; Env, Entrypoint and so on are empty. A gzip tar is used as it is, any other one
 * packed into `work_folder`. */
FP_CHECKED enum fp_code fp_repo_open_rootfs(const char *path, const struct fp_platform *platform,
                                            const char *work_folder, struct fp_reporter *reporter,
                                            struct fp_repo **ret, struct fp_error *err);
/** A repository of a registry. `blob_folder` is where downloaded blobs are kept, by digest. */
FP_CHECKED enum fp_code fp_repo_open_registry(const struct fp_registry_options *options,
                                              const struct fp_reference *reference,
                                              const char *blob_folder, struct fp_repo **ret,
                                              struct fp_error *err);
/** Likewise for pulling: from mirrors first, where there are some for it. What a mirror does not
 * have or deliver comes from the next one, and at last from the repository itself.
 * @param mirrors Borrowed for the call; NULL: none.
 * @return FP_E_INPUT where registries.conf blocks it. */
FP_CHECKED enum fp_code fp_repo_open_source(const struct fp_registry_options *options,
                                            const struct fp_mirrors *mirrors,
                                            const struct fp_reference *reference,
                                            const char *blob_folder, struct fp_repo **ret,
                                            struct fp_error *err);

/** An image that exists only as its parts so far: what `build` has made. */
struct fp_repo *fp_repo_new_parts(void);
/** Add a blob to it (one more reference is taken). */
void fp_parts_add_blob(struct fp_repo *parts, struct fp_blob *blob);
/** Content that lies in `origin` (borrowed, must outlive the parts): a base's layer. */
void fp_parts_add_remote(struct fp_repo *parts, const struct fp_descriptor *descriptor,
                         struct fp_repo *origin);

/** Any of registry reference (also as "docker://REFERENCE"), "oci:DIR[:NAME]",
 * "oci-archive:FILE[:NAME]", "docker-archive:FILE[:NAME:TAG]", "rootfs:TAR", and names in the local
 * store. As with skopeo the name begins at the first ':', which a path therefore cannot contain. */
struct fp_location {
    enum fp_location_kind {
        FP_AT_REGISTRY,
        FP_AT_LAYOUT,
        FP_AT_OCI_ARCHIVE,
        FP_AT_DOCKER_ARCHIVE,
        FP_AT_ROOTFS,
        FP_AT_STORE
    } kind;
    char *path;                    /**< of a layout or archive; NULL else */
    char *name;                    /**< tag or name in it (of the store: with ":latest" where no tag
                                        was given); NULL: none was given */
    struct fp_reference reference; /**< of a registry; or of the local store's name */
};
/**
 * Parse. A name without a prefix and without a registry is one in the local store; with a registry
 * it is FP_AT_REGISTRY.
 * @return FP_E_USAGE. Release with fp_location_clear().
 */
FP_CHECKED enum fp_code fp_location_parse(const char *text, struct fp_location *ret,
                                          struct fp_error *err);
/**
 * Settle where a name without a registry is: where the local store lacks it, Docker's official
 * image of that name is meant. Only those, "NAME[:TAG]" without a '/', as nobody else can publish
 * there: "team/orders" could be anybody's on Docker Hub.
 * @param at       What `text` was parsed to; of any other kind it stays.
 * @param folder   The local store's; it need not exist.
 * @param reporter Told where the image is taken from.
 * @return What reading the store fails with.
 */
FP_CHECKED enum fp_code fp_location_settle(struct fp_location *at, const char *text,
                                           const char *folder, struct fp_reporter *reporter,
                                           struct fp_error *err);
/** What Docker Hub calls a name without a registry: docker.io/library/NAME. The caller owns it. */
char *fp_hub_name(const char *text);
/** Release the members. */
void fp_location_clear(struct fp_location *location);

/** How an image is copied. */
struct fp_copy_options {
    unsigned threads;                   /**< for transfers; 0: FP_POOL_MAX */
    const struct fp_platform *platform; /**< of an index take only this one; NULL: all */
    struct fp_repo *neighbour;          /**< has the same image already: where both are of one
                                             registry its blobs are mounted; may be NULL */
    bool one_of_several; /**< the image goes to other places too: each line says where to */
    struct fp_reporter *reporter; /**< may be NULL */
};

/** What a copy did. */
struct fp_copy_result {
    struct fp_descriptor
        root; /**< what the names stand for now; clear with fp_descriptor_clear() */
    uint64_t moved_bytes;
    unsigned uploaded;
    unsigned mounted;
    unsigned existing;
};

/**
 * Copy an image: blobs side by side, then configurations, then manifests, the index, and last the
 * names, so that a failure never leaves a name that leads nowhere. A name that is right already is
 * not put again. finish() is called on `to`, and what was put is asked for.
 *
 * @param names What it is called in `to`; may be empty (digest only).
 */
FP_CHECKED enum fp_code fp_copy_image(struct fp_repo *from, const struct fp_descriptor *root,
                                      struct fp_repo *to, const struct fp_strv *names,
                                      const struct fp_copy_options *options,
                                      struct fp_copy_result *ret, struct fp_error *err);

#endif
