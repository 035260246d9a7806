/**
 * @file
 * OCI image layouts (image-layout.md of image-spec 1.1) and the local store, which is one.
 */
#ifndef FLINKPACK_STORE_LAYOUT_H
#define FLINKPACK_STORE_LAYOUT_H

#include "flinkpack/store/repo.h"

/** What an OCI layout is opened for. */
enum fp_layout_use {
    FP_LAYOUT_READ,   /**< it has to be there */
    FP_LAYOUT_OUTPUT, /**< made if it is not there; links that lead there are our own or root's */
    FP_LAYOUT_STORE,  /**< the local store: made, for nobody but us; fp_store_check() */
};
/**
 * An OCI layout directory (image-layout.md). index.json is replaced atomically under a lock,
 * entries of other images stay.
 */
FP_CHECKED enum fp_code fp_repo_open_layout(const char *path, enum fp_layout_use use,
                                            struct fp_repo **ret, struct fp_error *err);
/** That nothing in the local store is a link where a file or directory has to be: through one, the
 * files of others would be read and removed. FP_E_IO naming it; a store that is not there is fine.
 */
FP_CHECKED enum fp_code fp_store_check(const char *path, struct fp_error *err);
/** Let blobs that lie in the local store's directory of blobs be hard-linked into `layout`, not
 * copied. Of no other place: a file that somebody writes to would change the blob with it. */
void fp_layout_link_from(struct fp_repo *layout, const char *blobs);
/** The layout's directory of blobs ("PATH/blobs/sha256"), for nameless files. The caller owns it.
 */
char *fp_layout_blobs(const char *path);
/**
 * The local store: $FLINKPACK_STORE, else $XDG_DATA_HOME/flinkpack/store, else
 * $HOME/.local/share/flinkpack/store, else a directory of this uid below TMPDIR. What nobody has
 * named is passed over where it is not ours alone (fp_kept_dir_flaw()).
 * @param ret        Owned by the caller.
 * @param ret_reason Why the usual one is passed over: "DIR belongs to another user"; owned by the
 *                   caller, NULL where it is not.
 */
FP_CHECKED enum fp_code fp_store_path(char **ret, char **ret_reason, struct fp_error *err);

/** Whether an OCI layout is there: the local store is made when something is first put into it. */
bool fp_layout_is_there(const char *path);
/**
 * Look an image up in the local store. Neither a store that is not there nor one without the image
 * is changed by it.
 * @param name     As it is stored, or a digest.
 * @param ret_repo The store, opened for reading; the caller frees it.
 * @param ret_root Clear with fp_descriptor_clear().
 * @return FP_E_NOT_FOUND, or what reading the store fails with.
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

/** Take a name away from a layout and delete the blobs that nothing refers to any more. As long as
 * anyone has the layout open (a build in another process, a repo in this one) blobs may be about to
 * be named: then they stay until a later removal, and none are freed now.
 * @return FP_E_NOT_FOUND where there is no such name. `ret_freed_bytes` may be NULL. */
FP_CHECKED enum fp_code fp_layout_remove(const char *path, const char *name,
                                         uint64_t *ret_freed_bytes, struct fp_error *err);

#endif
