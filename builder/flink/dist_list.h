/**
 * @file
 * What an archive or a directory holds, before it is known to be a distribution of Flink.
 */
#ifndef FLINKPACK_FLINK_DIST_LIST_H
#define FLINKPACK_FLINK_DIST_LIST_H

#include "flinkpack/flink/distribution.h"

/** The most entries of a distribution; real ones have a few hundred. */
#define FP_DIST_MAX_ENTRIES 20000
/** The most bytes that their paths and links take together. */
#define FP_DIST_MAX_NAMES ((size_t) 8 << 20)
/** Directories in directories; a distribution has four or five. */
#define FP_DIST_MAX_DEPTH 32
/** The most bytes of bin/ and conf/ together, which are held in memory; and the most files. */
#define FP_DIST_MAX_KEPT       ((size_t) 16 << 20)
#define FP_DIST_MAX_KEPT_FILES 1000
/** Directories above what is in bin/ and conf/ that are looked through, these two among them. */
#define FP_DIST_KEPT_DEPTH 3
/** A file whose content is nowhere but in the archive. */
#define FP_DIST_NOT_SPOOLED UINT64_MAX

/** An entry; `meta.path` and `meta.link` are owned, `meta.xattrs` is not kept. */
struct fp_dist_entry {
    struct fp_entry meta;
    char *path;
    char *link;
    bool has_xattrs;
    bool has_odd_name;     /**< the archive spells it otherwise: "./a", "a//b" */
    uint64_t spool_offset; /**< of its content in the spool, or FP_DIST_NOT_SPOOLED */
};

/** Entries in the order they came. Zero-initialise; release with fp_dist_list_clear(). */
struct fp_dist_list {
    struct fp_dist_entry *entries;
    size_t len;
    size_t cap;
    size_t name_bytes;
    struct fp_dist_file *kept; /**< contents of files in any bin/ and conf/; full paths */
    size_t kept_count;
    size_t kept_bytes;
    bool keeps_too_much; /**< bin/ and conf/ hold more than is kept; some were passed over */
    bool has_root_entry; /**< the archive has an entry for its root, "./" */
};

/**
 * Append a copy of `entry`.
 * @param ret Borrowed until the next one is added; may be NULL.
 * @return FP_E_INPUT, naming `name`, beyond the limits above.
 */
FP_CHECKED enum fp_code fp_dist_list_add(struct fp_dist_list *list, const struct fp_entry *entry,
                                         const char *name, struct fp_dist_entry **ret,
                                         struct fp_error *err);
/** Whether it is to be kept and still has room; else `keeps_too_much` is set where it should. */
bool fp_dist_list_wants(struct fp_dist_list *list, const struct fp_entry *entry);
/**
 * Read the rest of `source` as the content of `entry`, which the list wants, and keep it.
 * @param ret Borrowed from the list; may be NULL.
 */
FP_CHECKED enum fp_code fp_dist_list_keep(struct fp_dist_list *list, const struct fp_entry *entry,
                                          struct fp_source *source, const struct fp_dist_file **ret,
                                          struct fp_error *err);
/** The part of `path` below `root` ("": the top), or NULL when it is not below. Borrowed. */
const char *fp_dist_below(const char *path, const char *root);
/** Hand over the kept contents that belong to the distribution at `root`. FP_E_INPUT: too many. */
FP_CHECKED enum fp_code fp_dist_take_files(struct fp_dist_list *list, const char *name,
                                           const char *root, struct fp_distribution *ret,
                                           struct fp_error *err);
/** Release the members. */
void fp_dist_list_clear(struct fp_dist_list *list);

/** Declare a struct fp_dist_list that is cleared at the end of its scope. */
#define cleanup_dist_list __attribute__((cleanup(fp_dist_list_clear)))

/** Contents of files while a layer is made of them: one file without a name. */
struct fp_dist_spool {
    struct fp_newfile *file;
    uint64_t size;
};

/** Begin a spool in `folder`. */
FP_CHECKED enum fp_code fp_dist_spool_open(const char *folder, struct fp_dist_spool *ret,
                                           struct fp_error *err);
/** Append all of `source`; `*ret_offset` is where it begins. */
FP_CHECKED enum fp_code fp_dist_spool_add(struct fp_dist_spool *spool, struct fp_source *source,
                                          uint64_t *ret_offset, struct fp_error *err);
/** A part of it as content. It must be released with fp_blob_unref() before the spool is. */
struct fp_blob *fp_dist_spool_blob(const struct fp_dist_spool *spool, uint64_t offset,
                                   uint64_t size);
/** Drop it; one that was never opened is fine. */
void fp_dist_spool_clear(struct fp_dist_spool *spool);

/** Declare a struct fp_dist_spool that is dropped at the end of its scope. */
#define cleanup_dist_spool __attribute__((cleanup(fp_dist_spool_clear)))

#endif
