/**
 * @file
 * The steps from an archive or a directory to the layer of a distribution.
 */
#ifndef FLINKPACK_FLINK_DIST_STEPS_H
#define FLINKPACK_FLINK_DIST_STEPS_H

#include "dist_list.h"

/**
 * Find Flink: the directory above lib/flink-dist*.jar. Fills version, scala_version, top, lib_jars,
 * opt_jars and newest_mtime_s of `ret`.
 *
 * @param name     For errors.
 * @param reporter Is told which of several is taken; may be NULL.
 * @param ret_root The directory that holds the distribution, "" for the top; owned by the caller.
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
/** Read a directory and make its layer. */
FP_CHECKED enum fp_code fp_dist_from_folder(const struct fp_distribution_options *options,
                                            struct fp_distribution *ret, struct fp_error *err);

/** Whether what is at `path` in a distribution's directory has come there by its use: logs,
 * backups, what version control and file managers keep. builder/README.md tells which. */
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
/** Whether a symbolic link at `path` with that target stays below the first `root_len` bytes. */
bool fp_dist_link_stays_inside(const char *path, const char *target, const char *root);

#endif
