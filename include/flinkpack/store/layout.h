/**
 * @file
 * OCI image layouts (image-layout.md of image-spec 1.1) and the local store, which is one.
 */
#ifndef FLINKPACK_STORE_LAYOUT_H
#define FLINKPACK_STORE_LAYOUT_H

#include "flinkpack/store/repo.h"

/** The purpose that an OCI layout is opened for. */
enum fp_layout_use {
    FP_LAYOUT_READ,   /**< it must exist */
    FP_LAYOUT_OUTPUT, /**< created if missing; links on its path must belong to us or to root */
    FP_LAYOUT_STORE,  /**< the local store: created if missing, private to us; fp_store_check() */
};
/**
 * Open an OCI layout directory (image-layout.md). index.json is replaced atomically under a lock;
 * entries of other images are kept.
 */
FP_CHECKED enum fp_code fp_repo_open_layout(const char *path, enum fp_layout_use use,
                                            struct fp_repo **ret, struct fp_error *err);
/** Check that no file or directory of the local store is a link: flinkpack would read and remove
 * other people's files through it. FP_E_IO naming the link; a missing store is fine.
 */
FP_CHECKED enum fp_code fp_store_check(const char *path, struct fp_error *err);
/** Hard-link blobs from `blobs`, the local store's directory of blobs, into `layout` instead of
 * copying them. Other directories will not do: a write to a linked file would change the blob. */
void fp_layout_link_from(struct fp_repo *layout, const char *blobs);
/** The layout's directory of blobs ("PATH/blobs/sha256"), for nameless files. The caller owns it.
 */
char *fp_layout_blobs(const char *path);
/**
 * The local store: $FLINKPACK_STORE, else $XDG_DATA_HOME/flinkpack/store, else
 * $HOME/.local/share/flinkpack/store, else a directory of this uid below TMPDIR. A default that is
 * not ours alone (fp_kept_dir_flaw()) is skipped.
 * @param ret        Owned by the caller.
 * @param ret_reason Why the default is skipped: "DIR belongs to another user". Owned by the caller;
 *                   NULL if it is not skipped.
 */
FP_CHECKED enum fp_code fp_store_path(char **ret, char **ret_reason, struct fp_error *err);

/** Whether `path` is an OCI layout: the local store is created when something is first stored. */
bool fp_layout_is_there(const char *path);
/**
 * Look an image up in the local store. This never changes the store, and does not create a missing
 * one.
 * @param name     The name as stored, or a digest.
 * @param ret_repo The store, opened for reading; the caller frees it.
 * @param ret_root Clear with fp_descriptor_clear().
 * @return FP_E_NOT_FOUND, or the error from reading the store.
 */
FP_CHECKED enum fp_code fp_store_find(const char *path, const char *name, struct fp_repo **ret_repo,
                                      struct fp_descriptor *ret_root, struct fp_error *err);

/** A name in a layout. */
struct fp_layout_name {
    char *name; /**< ref.name as stored */
    struct fp_descriptor descriptor;
};
/** Names in a layout. Zero-initialise; release with fp_layout_names_clear(). */
struct fp_layout_names {
    struct fp_layout_name *items; /**< sorted by name */
    size_t len;
};
/** All names in a layout. */
FP_CHECKED enum fp_code fp_layout_list(const char *path, struct fp_layout_names *ret,
                                       struct fp_error *err);
/** Release the members. */
void fp_layout_names_clear(struct fp_layout_names *names);
/** Declare names that are cleared at the end of their scope. */
#define cleanup_layout_names __attribute__((cleanup(fp_layout_names_clear)))

/** Remove a name from a layout and delete the blobs that nothing refers to any more. While anyone
 * has the layout open (a build in another process, a repo in this one), its new blobs may not be
 * named yet; then no blob is deleted now, and a later removal deletes them.
 * @return FP_E_NOT_FOUND if there is no such name. `ret_freed_bytes` may be NULL. */
FP_CHECKED enum fp_code fp_layout_remove(const char *path, const char *name,
                                         uint64_t *ret_freed_bytes, struct fp_error *err);

#endif
