/**
 * @file
 * The file system that layers result in: the entry at each path and its owner. It is never on disk.
 */
#ifndef FLINKPACK_LAYER_TREE_H
#define FLINKPACK_LAYER_TREE_H

#include "flinkpack/image.h"

/** The kinds of entry that layers hold. */
enum fp_entry_kind {
    FP_ENTRY_FILE,
    FP_ENTRY_DIR,
    FP_ENTRY_SYMLINK,
    FP_ENTRY_HARDLINK,
    FP_ENTRY_DEVICE, /**< character, block or fifo: found in base images only */
};

/** The entry at a path. Its holder says who owns the strings. */
struct fp_entry {
    const char *path; /**< relative to the root, no leading or trailing '/', no "." or ".." */
    enum fp_entry_kind kind;
    unsigned mode; /**< permission bits with setuid, setgid and sticky (07777) */
    uint64_t uid;
    uint64_t gid;
    int64_t mtime_s;
    uint64_t size;        /**< of a FILE, in bytes */
    const char *link;     /**< target of a SYMLINK as written; of a HARDLINK a path like `path` */
    const json_t *xattrs; /**< object name -> base64 value, or NULL */
};

/**
 * A map of paths. Not thread-safe. An entry takes about 170 bytes and its strings. The tree refuses
 * more entries from FP_TREE_MAX_BYTES on (some 200 000 files).
 */
struct fp_tree;

/** The most memory that a tree's entries take, in bytes. */
#define FP_TREE_MAX_BYTES ((size_t) 40 << 20)

/** An empty file system (only its root, a directory 0755 0:0). The caller frees it. */
struct fp_tree *fp_tree_new(void);
/**
 * Put an entry (copied) and replace the one at its path; a non-directory also removes all entries
 * below. As if a layer were unpacked, links in the parent path are followed inside the root, and
 * missing parents become directories 0755 0:0.
 * @return FP_OK, or FP_E_INPUT if a parent is not a directory, the path is not clean, or the limit
 *         above is reached.
 */
FP_CHECKED enum fp_code fp_tree_put(struct fp_tree *tree, const struct fp_entry *entry,
                                    struct fp_error *err);
/** Remove a path with all below it; a whiteout. */
void fp_tree_remove(struct fp_tree *tree, const char *path);
/** The entry at `path` itself (links not followed), or NULL. Borrowed until the next change. */
const struct fp_entry *fp_tree_get(const struct fp_tree *tree, const char *path);
/**
 * The entry that `path` leads to if every link is followed inside the root, as in a container:
 * ".." of the root is the root, and a hard link leads to its target file.
 * @return NULL if there is no entry, or more than 40 links. Borrowed until the next change.
 */
const struct fp_entry *fp_tree_resolve(const struct fp_tree *tree, const char *path);
/** Append the names directly below a directory (links not followed), sorted bytewise. */
void fp_tree_children(const struct fp_tree *tree, const char *path, struct fp_strv *ret);
/** The number of entries, including implied parents and without the root. */
size_t fp_tree_count(const struct fp_tree *tree);
/** The longest text of a tree, in bytes: some 90 000 files. */
#define FP_TREE_TEXT_MAX_BYTES ((size_t) 7 << 20)

/** Copy the entry at `path` itself, if there is one, and all its parents into another tree, which
 * holds nothing but such copies. */
void fp_tree_copy(const struct fp_tree *tree, const char *path, struct fp_tree *to);
/**
 * Copy whatever fp_tree_resolve() passes on the way to `path` into another tree, which holds
 * nothing but such copies, so that it finds the same in both of them.
 * @return What fp_tree_resolve() returns.
 */
const struct fp_entry *fp_tree_copy_way(const struct fp_tree *tree, const char *path,
                                        struct fp_tree *to);

/**
 * The whole tree as one JSON string, a line for each entry, parents first:
 *
 *     KIND MODE, UID, GID, MTIME, /PATH, then SIZE of a file, =TARGET of a link, NAME=XATTR...
 *     "f755 0 0 1700000000 /bin/busybox 821384"
 *
 * Bytes of names and targets that are no printable ASCII are written as %XX. A string takes a tenth
 * of the memory that JSON of the same entries would, and is bounded by its length. Equal trees give
 * equal texts.
 * @return A new reference; NULL if the text would be longer than FP_TREE_TEXT_MAX_BYTES.
 */
json_t *fp_tree_json(const struct fp_tree *tree);
/**
 * Read such a string from somebody else. It is refused with FP_E_INPUT, which names `name`, unless
 * it is a tree that layers can result in: each entry's parent is a directory before it, and all
 * values are within the limits of layers.
 * @param ret The caller frees it.
 */
FP_CHECKED enum fp_code fp_tree_parse(const json_t *value, const char *name, struct fp_tree **ret,
                                      struct fp_error *err);
/** Free; NULL is fine. */
void fp_tree_free(struct fp_tree *tree);

FP_DEFINE_CLEANUP(fp_tree_freep, struct fp_tree, fp_tree_free)
/** Declare a tree that is freed at the end of its scope. */
#define cleanup_tree __attribute__((cleanup(fp_tree_freep)))

#endif
