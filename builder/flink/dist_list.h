/**
 * @file
 * What an archive or a folder holds, before it is known to be a distribution of Flink.
 */
#ifndef FLINKPACK_FLINK_DIST_LIST_H
#define FLINKPACK_FLINK_DIST_LIST_H

#include "flinkpack/flink/distribution.h"

/** The most entries of a distribution; real ones have a few hundred. */
#define FP_DIST_MAX_ENTRIES 20000
/** The most bytes that their paths and links take together. */
#define FP_DIST_MAX_NAMES ((size_t) 8 << 20)
/** Folders in folders; a distribution has four or five. */
#define FP_DIST_MAX_DEPTH 32
/** The most bytes of bin/ and conf/ together, which are held in memory; and the most files. */
#define FP_DIST_MAX_KEPT       ((size_t) 16 << 20)
#define FP_DIST_MAX_KEPT_FILES 1000
/** Folders above what is in bin/ and conf/ that are looked through, these two among them. */
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
/** Release the members. */
void fp_dist_list_clear(struct fp_dist_list *list);

/** Declare a struct fp_dist_list that is cleared at the end of its scope. */
#define cleanup_dist_list __attribute__((cleanup(fp_dist_list_clear)))

/**
 * Find Flink: the folder above lib/flink-dist*.jar. Fills version, scala_version, top, lib_jars,
 * opt_jars and newest_mtime_s of `ret`.
 *
 * @param name     For errors.
 * @param reporter Is told which of several is taken; may be NULL.
 * @param ret_root The folder that holds the distribution, "" for the top; owned by the caller.
 * @return FP_E_INPUT saying what was looked for and what is there.
 */
FP_CHECKED enum fp_code fp_dist_locate(const struct fp_dist_list *list, const char *name,
                                       struct fp_reporter *reporter, struct fp_distribution *ret,
                                       char **ret_root, struct fp_error *err);
/** What to do about links that lead out of a distribution: nothing follows them unasked, as whoever
 * planted one would have any file of ours in the image. */
#define FP_DIST_LINK_HINT                                                                          \
    "make a copy without links: cp -rL FOLDER COPY, and --from-local-dist COPY"

/** What the one pass over an archive told beside its entries. */
struct fp_dist_archive_facts {
    struct fp_inflate_info info;
    struct fp_digest diff_id;
    struct fp_scan_summary tar;
};

/**
 * Why the archive cannot be a layer as it is, in words.
 * @return NULL when it can. The caller owns it.
 */
char *fp_dist_unfit(const struct fp_dist_list *list, const struct fp_dist_archive_facts *facts,
                    const char *root, const char *top);

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

/**
 * Read an archive once, to its last byte: its entries into `list`, the rest into `facts`.
 * options->input has to be open.
 * @return Where its bytes are not those of an earlier reading (of an archive that is not pinned:
 *         where its size or time tell of it), that reading's failure (fp_input_source()) rather
 *         than any that comes of them.
 * @param spool Gets the contents of the files that --slim does not leave out; NULL: not kept.
 */
FP_CHECKED enum fp_code fp_dist_archive_scan(const struct fp_distribution_options *options,
                                             struct fp_dist_spool *spool, struct fp_dist_list *list,
                                             struct fp_dist_archive_facts *facts,
                                             struct fp_error *err);
/** Read an archive and make its layer. */
FP_CHECKED enum fp_code fp_dist_from_archive(const struct fp_distribution_options *options,
                                             struct fp_distribution *ret, struct fp_error *err);
/** Read a folder and make its layer. */
FP_CHECKED enum fp_code fp_dist_from_folder(const struct fp_distribution_options *options,
                                            struct fp_distribution *ret, struct fp_error *err);

/** Whether what is at `path` in a distribution's folder has come there by its use: logs, backups,
 * what version control and file managers keep. builder/README.md tells which. */
bool fp_dist_is_litter(const char *path, enum fp_entry_kind kind);
/** Whether --slim leaves out `path`, which is relative to the distribution. */
bool fp_dist_is_slimmed(const struct fp_distribution_options *options, const char *path);
/**
 * Write a layer of the entries below `root`, normalised: ret->layer and ret->tree.
 * @param spool  Holds the contents; or NULL:
 * @param folder the files are there.
 */
FP_CHECKED enum fp_code fp_dist_pack(const struct fp_distribution_options *options,
                                     const struct fp_dist_list *list, const char *root,
                                     const struct fp_dist_spool *spool, const char *folder,
                                     struct fp_distribution *ret, struct fp_error *err);
/** Hand over the kept contents that belong to the distribution at `root`. FP_E_INPUT: too many. */
FP_CHECKED enum fp_code fp_dist_take_files(struct fp_dist_list *list, const char *name,
                                           const char *root, struct fp_distribution *ret,
                                           struct fp_error *err);
/** Whether a symbolic link at `path` with that target stays below the first `root_len` bytes. */
bool fp_dist_link_stays_inside(const char *path, const char *target, const char *root);

#endif
