/**
 * @file
 * The entries of an archive or a directory that may be a distribution of Flink.
 */
#ifndef FLINKPACK_FLINK_DIST_LIST_H
#define FLINKPACK_FLINK_DIST_LIST_H

#include "flinkpack/flink/distribution.h"

/** The most entries of a distribution; real ones have a few hundred. */
#define FP_DIST_MAX_ENTRIES 20000
/** The most bytes of all paths and link targets together. */
#define FP_DIST_MAX_NAMES ((size_t) 8 << 20)
/** The deepest nesting of directories; a distribution has four or five levels. */
#define FP_DIST_MAX_DEPTH 32
/** The most bytes and files of bin/ and conf/ together, which are held in memory. */
#define FP_DIST_MAX_KEPT       ((size_t) 16 << 20)
#define FP_DIST_MAX_KEPT_FILES 1000
/** The most directories in the path of a kept file, counting its bin/ or conf/. */
#define FP_DIST_KEPT_DEPTH 3
/** The last second of the year 9999, which is the latest time that RFC 3339 can express. */
#define FP_DIST_MAX_TIME_S INT64_C(253402300799)
/** The offset of a file whose content is only in the archive, not in the spool. */
#define FP_DIST_NOT_SPOOLED UINT64_MAX

/** An entry; `meta.path` and `meta.link` are owned, `meta.xattrs` is not kept. */
struct fp_dist_entry {
    struct fp_entry meta;
    char *path;
    char *link;
    bool has_xattrs;
    bool has_odd_name;     /**< the archive has another spelling: "./a", "a//b" */
    uint64_t spool_offset; /**< of its content in the spool, or FP_DIST_NOT_SPOOLED */
};

/** Entries in their original order. Zero-initialise; release with fp_dist_list_clear(). */
struct fp_dist_list {
    struct fp_dist_entry *entries;
    size_t len;
    size_t cap;
    size_t name_bytes;
    struct fp_dist_file *kept; /**< contents of files in any bin/ and conf/; full paths */
    size_t kept_count;
    size_t kept_bytes;
    bool keeps_too_much; /**< bin/ and conf/ exceed the limits, and some files were skipped */
    bool has_root_entry; /**< the archive has an entry for its root, "./" */
};

/**
 * Append a copy of `entry`.
 * @param ret Borrowed until the next one is added; may be NULL.
 * @return FP_E_INPUT, which names `name`, if a limit above is exceeded.
 */
FP_CHECKED enum fp_code fp_dist_list_add(struct fp_dist_list *list, const struct fp_entry *entry,
                                         const char *name, struct fp_dist_entry **ret,
                                         struct fp_error *err);
/** Whether the content of `entry` is to be kept; sets `keeps_too_much` if it no longer fits. */
bool fp_dist_list_wants(struct fp_dist_list *list, const struct fp_entry *entry);
/**
 * Read the rest of `source` and keep it as the content of `entry`, which the list wants.
 * @param ret Borrowed from the list; may be NULL.
 */
FP_CHECKED enum fp_code fp_dist_list_keep(struct fp_dist_list *list, const struct fp_entry *entry,
                                          struct fp_source *source, const struct fp_dist_file **ret,
                                          struct fp_error *err);
/** The part of `path` below `root` ("": the top), or NULL if it is not below it. Borrowed. */
const char *fp_dist_below(const char *path, const char *root);
/** Whether it is a file in which macOS packs the attributes of another one ("._NAME"). */
bool fp_dist_is_resource_file(const char *path);
/** Move the kept contents of the distribution at `root` to `ret`. FP_E_INPUT: too many. */
FP_CHECKED enum fp_code fp_dist_take_files(struct fp_dist_list *list, const char *name,
                                           const char *root, struct fp_distribution *ret,
                                           struct fp_error *err);
/** Release the members. */
void fp_dist_list_clear(struct fp_dist_list *list);

/** Declare a struct fp_dist_list that is cleared at the end of its scope. */
#define cleanup_dist_list __attribute__((cleanup(fp_dist_list_clear)))

/** The contents of files until a layer is made of them, in one unnamed file. */
struct fp_dist_spool {
    struct fp_newfile *file;
    uint64_t size;
};

/** Start a spool in the directory `folder`. */
FP_CHECKED enum fp_code fp_dist_spool_open(const char *folder, struct fp_dist_spool *ret,
                                           struct fp_error *err);
/** Append all of `source`; `*ret_offset` is the offset of its first byte. */
FP_CHECKED enum fp_code fp_dist_spool_add(struct fp_dist_spool *spool, struct fp_source *source,
                                          uint64_t *ret_offset, struct fp_error *err);
/** A part of the spool as a blob, which must be released with fp_blob_unref() before the spool. */
struct fp_blob *fp_dist_spool_blob(const struct fp_dist_spool *spool, uint64_t offset,
                                   uint64_t size);
/** Release the spool; one that was never opened is fine. */
void fp_dist_spool_clear(struct fp_dist_spool *spool);

/** Declare a struct fp_dist_spool that is released at the end of its scope. */
#define cleanup_dist_spool __attribute__((cleanup(fp_dist_spool_clear)))

#endif
