/**
 * @file
 * Declarations shared by the files of this directory.
 */
#ifndef FLINKPACK_LAYER_INTERNAL_H
#define FLINKPACK_LAYER_INTERNAL_H

#include "flinkpack/layer.h"

struct archive_entry;

/** The most bytes of an entry's path and of each name in it, and the most names in a path. */
#define FP_LAYER_MAX_PATH  4096
#define FP_LAYER_MAX_NAME  255
#define FP_LAYER_MAX_DEPTH 256

/** One path of a map, in one allocation with its strings. */
struct fp_node {
    struct fp_node *left;
    struct fp_node *right;
    uint32_t priority;
    uint32_t generation; /**< the last layer that put this path or a path below it */
    uint32_t cut_self;   /**< the generation that has hidden it already */
    uint32_t cut_below;  /**< the generation that has hidden the paths below it already */
    uint32_t weight;     /**< its size in bytes */
    void *payload;       /**< the holder's data, released by the map's `drop` */
    struct fp_entry entry;
    char text[];
};

/**
 * A map of entries by path, as a treap in the order of a layer: parents before children, siblings
 * bytewise. The entries below a path are therefore one range. Priorities are random, so that no
 * input can unbalance it.
 */
struct fp_map {
    struct fp_node *root;
    size_t count;
    size_t bytes; /**< allocated for nodes */
    uint64_t random;
    void (*drop)(void *payload); /**< NULL: payloads are not owned */
};

/** See flinkpack/layer/tree.h. */
struct fp_tree {
    struct fp_map map;
    uint32_t generation;
};

/** The largest user or group id: one more is (uid_t) -1, which means "leave it" to chown(). */
#define FP_LAYER_MAX_ID 4294967294U

/** The most extended attributes of an entry, and their sizes in bytes (Linux's own limits). */
#define FP_XATTR_MAX_COUNT 64
#define FP_XATTR_MAX_NAME  255
#define FP_XATTR_MAX_BYTES ((size_t) 64 << 10)

/** Order of paths: component by component, bytewise. */
int fp_path_compare(const char *a, const char *b);
/**
 * Check that a path can be an entry's path: relative, clean, within the limits. Control characters
 * are allowed only in layers, because other tools' layers hold such names (macOS's "Icon\r").
 * @return NULL, or a text that names the fault: "holds a control character". Static.
 */
const char *fp_path_fault(const char *path, bool is_layer);
/** Length of the parent part of a path: "a/b" gives 1, "a" gives 0. */
size_t fp_path_parent_len(const char *path);

/** Make an empty map. */
void fp_map_init(struct fp_map *map, void (*drop)(void *payload));
/** The node at `path`, or NULL. */
struct fp_node *fp_map_find(const struct fp_map *map, const char *path);
/** Put an entry at `path` (both copied), replacing (and dropping) an entry at that path. */
struct fp_node *fp_map_set(struct fp_map *map, const char *path, const struct fp_entry *entry);
/** Put an entry whose path is behind all others in the order of a layer; compares no paths. */
struct fp_node *fp_map_append(struct fp_map *map, const struct fp_entry *entry);
/** Remove `path` (unless `below_only`) and all below it, but spare nodes of `spare_generation`
 * (0: none). */
void fp_map_cut(struct fp_map *map, const char *path, bool below_only, uint32_t spare_generation);
/** Visits a node; any result but FP_OK ends the walk. */
typedef enum fp_code (*fp_map_visitor)(void *context, struct fp_node *node, struct fp_error *err);
/** Visit all nodes in order. The map must not be changed meanwhile. */
FP_CHECKED enum fp_code fp_map_each(const struct fp_map *map, fp_map_visitor visitor, void *context,
                                    struct fp_error *err);
/** Like fp_map_each(), but only for nodes below `path`, without looking at other nodes. */
FP_CHECKED enum fp_code fp_map_each_below(const struct fp_map *map, const char *path,
                                          fp_map_visitor visitor, void *context,
                                          struct fp_error *err);
/** Drop all nodes. */
void fp_map_clear(struct fp_map *map);

/**
 * Find the real path of a directory with a clean path. Links are followed inside the root, and
 * missing parts are kept ("lib/x" is "usr/lib/x" if lib is a link to usr/lib).
 *
 * @param ret The caller owns it.
 * @return FP_E_INPUT if a part is neither a directory nor a link to one.
 */
FP_CHECKED enum fp_code fp_tree_real_dir(const struct fp_tree *tree, const char *path, char **ret,
                                         struct fp_error *err);
/** Begin a new layer: fp_tree_hide() spares entries that are put from now on. */
void fp_tree_next_layer(struct fp_tree *tree);
/** Hide the lower layers' entries at `path` (unless `below_only`) and below it. */
void fp_tree_hide(struct fp_tree *tree, const char *path, bool below_only);

/** Entries by path; the payload of a file is its content. */
struct fp_layer_builder {
    struct fp_map entries;
    int64_t mtime_s;
    struct fp_error failure; /* the first one; its code is FP_OK if there is none */
};

/** The origin of a content: an owned copy of the caller's struct fp_content. */
struct fp_layer_content {
    struct fp_blob *blob;
    char *path;
    char *text;
    size_t text_len;
    char *sha256; /* expected hash of the file at `path`, or NULL */
};

/** Open a file's content. The caller frees `*ret`. */
FP_CHECKED enum fp_code fp_layer_content_open(const struct fp_layer_content *content,
                                              struct fp_source **ret, struct fp_error *err);

/** Visit all entries in the order of writing: sorted, with hard links after all others. */
FP_CHECKED enum fp_code fp_layer_builder_each(const struct fp_layer_builder *builder,
                                              fp_map_visitor visitor, void *context,
                                              struct fp_error *err);

/** A checked entry with its strings. Release with fp_scan_entry_clear(). */
struct fp_scan_entry {
    struct fp_entry entry;
    const char *raw_path; /**< borrowed from the archive_entry */
    char *path;
    char *link;
    json_t *xattrs;
};

/** Check and clean an entry. FP_E_INPUT naming `name` and the entry. */
FP_CHECKED enum fp_code fp_scan_entry_read(struct archive_entry *raw, const char *name,
                                           bool is_layer, struct fp_scan_entry *ret,
                                           struct fp_error *err);
/** Release the members. */
void fp_scan_entry_clear(struct fp_scan_entry *entry);
/** Declare an entry that is cleared at the end of its scope. */
#define cleanup_scan_entry __attribute__((cleanup(fp_scan_entry_clear)))

#endif
