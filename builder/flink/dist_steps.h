/**
 * @file
 * The steps from an archive or a directory to the layer of a distribution.
 */
#ifndef FLINKPACK_FLINK_DIST_STEPS_H
#define FLINKPACK_FLINK_DIST_STEPS_H

#include "dist_list.h"

/**
 * Find Flink, which is the directory above lib/flink-dist*.jar. Fills version, scala_version, top,
 * lib_jars, opt_jars and newest_mtime_s of `ret`.
 *
 * @param name     For errors.
 * @param reporter Gets a message if there are several, with the one that is used; may be NULL.
 * @param ret_root The directory that holds the distribution, "" for the top; owned by the caller.
 * @return FP_E_INPUT; the error says what was searched for and what is there.
 */
FP_CHECKED enum fp_code fp_dist_locate(const struct fp_dist_list *list, const char *name,
                                       struct fp_reporter *reporter, struct fp_distribution *ret,
                                       char **ret_root, struct fp_error *err);
/** The hint for links that lead out of a distribution. Such links are not followed, because a
 * planted link could put any file of this machine into the image. */
#define FP_DIST_LINK_HINT                                                                          \
    "make a copy without links: cp -rL FOLDER COPY, and --from-local-dist COPY"

/** The properties of an archive that the pass over it finds beside the entries. */
struct fp_dist_archive_facts {
    struct fp_inflate_info info;
    struct fp_digest diff_id;
    struct fp_scan_summary tar;
};

/**
 * Describe why the archive cannot be used as a layer unchanged.
 * @return NULL if it can. The caller owns it.
 */
char *fp_dist_unfit(const struct fp_dist_list *list, const struct fp_dist_archive_facts *facts,
                    const char *root, const char *top);

/**
 * Read an archive once, to its last byte: its entries into `list`, the rest into `facts`.
 * options->input must be open.
 * @return If the bytes differ from those of an earlier read (for an archive that is not pinned: if
 *         its size or time has changed), the failure of fp_input_source() for that, not a failure
 *         that follows from it.
 * @param spool Gets the contents of the files that --slim does not leave out; NULL: not kept.
 * @param copy  Gets the tar, inflated; NULL: nobody wants it.
 * @param facts NULL: nobody wants them, and the tar is not hashed.
 */
FP_CHECKED enum fp_code fp_dist_archive_scan(const struct fp_distribution_options *options,
                                             struct fp_dist_spool *spool, struct fp_sink *copy,
                                             struct fp_dist_list *list,
                                             struct fp_dist_archive_facts *facts,
                                             struct fp_error *err);
/** Read an archive and make its layer. */
FP_CHECKED enum fp_code fp_dist_from_archive(const struct fp_distribution_options *options,
                                             struct fp_distribution *ret, struct fp_error *err);
/** Read a directory and make its layer. */
FP_CHECKED enum fp_code fp_dist_from_folder(const struct fp_distribution_options *options,
                                            struct fp_distribution *ret, struct fp_error *err);

/** Whether `path` in a distribution's directory is left over from use: logs, backups, or files of
 * version control and file managers. builder/README.md lists them. */
bool fp_dist_is_litter(const char *path, enum fp_entry_kind kind);
/** Whether --slim leaves out `path`, which is relative to the distribution. */
bool fp_dist_is_slimmed(const struct fp_distribution_options *options, const char *path);
/**
 * Write a normalised layer of the entries below `root`. Fills ret->layer and ret->tree.
 * @param spool  Holds the contents; NULL: they are read from `folder`.
 * @param folder The directory with the files, if `spool` is NULL.
 */
FP_CHECKED enum fp_code fp_dist_pack(const struct fp_distribution_options *options,
                                     const struct fp_dist_list *list, const char *root,
                                     const struct fp_dist_spool *spool, const char *folder,
                                     struct fp_distribution *ret, struct fp_error *err);
/** Whether a symbolic link at `path` to `target` stays below `root`. */
bool fp_dist_link_stays_inside(const char *path, const char *target, const char *root);

#endif
