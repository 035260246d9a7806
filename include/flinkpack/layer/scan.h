/**
 * @file
 * Reading existing layers and archives in one bounded pass (tar by libarchive).
 */
#ifndef FLINKPACK_LAYER_SCAN_H
#define FLINKPACK_LAYER_SCAN_H

#include "flinkpack/layer/codec.h"
#include "flinkpack/layer/tree.h"

/** The most entries of one archive, and the longest path and link in bytes. */
#define FP_SCAN_MAX_ENTRIES 500000
#define FP_SCAN_MAX_PATH    4096

struct fp_scan;

/** What to do after an entry. */
enum fp_scan_action { FP_SCAN_SKIP, FP_SCAN_STOP };

/**
 * Called for each entry in archive order. `raw_path` is the name as the archive has it, and
 * entry->path is the cleaned name ("./a//b/" is "a/b"; the root itself is ""). The visitor may read
 * the content with fp_scan_read() before it returns.
 */
typedef enum fp_code (*fp_scan_visitor)(void *context, struct fp_scan *scan,
                                        const struct fp_entry *entry, const char *raw_path,
                                        enum fp_scan_action *ret_action, struct fp_error *err);

/**
 * Walk a tar stream.
 *
 * ".." parts, NUL or control characters in names, hard links outside the archive's own root,
 * over-long or over-deep names, too many entries, and all that fp_tar_reader_open() refuses are
 * FP_E_INPUT. Outside of layers, devices, absolute names and sparse files of more than 1 GiB
 * together are FP_E_INPUT too. Symbolic links may have any target, because nothing is ever unpacked
 * through them. An archive without end-of-archive blocks, or with bytes after them, is accepted, as
 * container runtimes do; fp_scan_tar_summary() reports it.
 *
 * @param source   The inflated stream; borrowed. It is read to its very end unless stopped, so that
 *                 decorators below it see every byte.
 * @param name     For errors.
 * @param is_layer It is a layer or root file system made by another tool: names with a leading '/'
 *                 start at its root, as container runtimes treat them. (kaniko writes such names.)
 */
FP_CHECKED enum fp_code fp_scan_tar(struct fp_source *source, const char *name, bool is_layer,
                                    fp_scan_visitor visitor, void *context, struct fp_error *err);

/** Facts about a scanned archive beside its entries. */
struct fp_scan_summary {
    size_t entries;
    uint64_t tar_bytes; /**< of the whole stream */
    bool has_end;       /**< a zero block ended it, not just the end of the stream */
    bool has_trailing;  /**< nonzero bytes follow the end */
    bool has_sparse; /**< an entry has holes: its content is larger than its data in the archive */
    bool stopped;    /**< the visitor stopped the scan; the other members are not valid */
};

/** Like fp_scan_tar(), but also fills `ret` if it returns FP_OK. */
FP_CHECKED enum fp_code fp_scan_tar_summary(struct fp_source *source, const char *name,
                                            bool is_layer, fp_scan_visitor visitor, void *context,
                                            struct fp_scan_summary *ret, struct fp_error *err);
/** Read from the content of the visited entry; `*ret_len` is 0 at its end. */
FP_CHECKED enum fp_code fp_scan_read(struct fp_scan *scan, void *data, size_t cap, size_t *ret_len,
                                     struct fp_error *err);
/** The content of the visited entry as a source. The caller frees it. */
struct fp_source *fp_scan_source(struct fp_scan *scan);

/** The name of the visited entry's owner in the archive; NULL: the archive has none. Borrowed for
 * the visit. */
const char *fp_scan_user(const struct fp_scan *scan);
/** The name of the visited entry's group, likewise. */
const char *fp_scan_group(const struct fp_scan *scan);

/**
 * Apply a layer to a tree: entries, whiteouts (".wh.X") and opaque whiteouts (".wh..wh..opq"),
 * which do not affect their own layer (image-spec 1.1, layer.md). Leftover entries of aufs
 * (".wh..wh.plnk") are skipped.
 *
 * @param wanted   Called for each regular file that is put, to keep some contents; may be NULL.
 */
FP_CHECKED enum fp_code fp_tree_apply_layer(struct fp_tree *tree, struct fp_source *source,
                                            const char *name, fp_scan_visitor wanted, void *context,
                                            struct fp_error *err);

#endif
