/**
 * @file
 * Distributions: an archive or a directory, checked to be Flink, and made into a layer whose one
 * top directory is flink-VERSION/.
 */
#ifndef FLINKPACK_FLINK_DISTRIBUTION_H
#define FLINKPACK_FLINK_DISTRIBUTION_H

#include "flinkpack/flink/version.h"
#include "flinkpack/layer.h"

/** Where a distribution is. Everything is borrowed. */
struct fp_distribution_options {
    const char *archive; /**< a .tgz, .tar, .tar.zst or .tar.xz; or NULL: */
    const char *folder;  /**< a distribution's directory (bin, conf, lib) */
    /** The archive where it is open already, and then `archive` but its name. Only bytes that other
     * readings of it have seen become a layer. NULL: opened here. */
    struct fp_input *input;
    bool slim;                  /**< without opt/ and examples/ but what `keep` names */
    const struct fp_strv *keep; /**< what slim keeps: paths relative to the distribution, or
                                     fnmatch() patterns of them; may be NULL */
    const struct fp_layer_options *layer; /**< how it is written when it is repacked */
    int64_t mtime_s; /**< the time for repacked entries that carry a newer or no time, and for all
                          of a directory; -1: each entry's own, whole seconds; of a directory the
                        newest in lib/flink-dist*.jar, else 1980-01-01 */
    struct fp_reporter *reporter;
};

/** A file of the distribution whose content was kept. */
struct fp_dist_file {
    char *path; /**< relative to the distribution: "conf/flink-conf.yaml" */
    char *data;
    size_t len;
    unsigned mode;
};

/** A distribution. Owned; release with fp_distribution_clear(). */
struct fp_distribution {
    struct fp_flink_version version; /**< read from lib/flink-dist*.jar's name */
    char *scala_version;             /**< "2.11"; NULL: none in the names */
    char *top;                       /**< "flink-1.6.0": the top directory in the layer */
    struct fp_layer layer;
    bool as_is;                 /**< the layer's blob is the archive itself */
    char *repack_reason;        /**< why not, in words; NULL */
    struct fp_tree *tree;       /**< its entries below `top`, paths with `top` in front */
    struct fp_dist_file *files; /**< all of bin/ and conf/, whole */
    size_t file_count;
    struct fp_strv lib_jars;      /**< names in lib/: files and links, sorted */
    struct fp_strv opt_jars;      /**< names in opt/, sorted, also those that slim left out */
    int64_t newest_mtime_s;       /**< of its entries, as they are in the layer of a directory */
    char sha256[FP_HASH_HEX_MAX]; /**< of the archive; "" for a directory */
};

/**
 * Read a distribution and make its layer. An archive that qualifies (see builder/README.md) is
 * used as it is, in one pass; else it is repacked, sorted and normalised, as directories are. A
 * distribution gives the same diff_id repacked from whatever archive it comes, and all copies of a
 * directory give one: of what is on the disk only names, contents and links count, and what gathers
 * there when Flink is used is left out.
 *
 * Memory does not grow with the archive: contents wait in a nameless file in
 * options->layer->folder, which is opened anew through /proc/self/fd. At most 20000 entries, 16
 * MiB in bin/ and conf/, and 64 times the size of the archive (64 MiB are always allowed, more
 * than 16 GiB never).
 *
 * @return FP_E_INPUT: no Flink in it (says what was looked for), damaged, or hostile.
 */
FP_CHECKED enum fp_code fp_distribution_read(const struct fp_distribution_options *options,
                                             struct fp_distribution *ret, struct fp_error *err);
/**
 * Find a locally built distribution: below `folder` or, NULL, the working directory and its
 * parents: the directory itself, flink-dist/target/flink-*-bin/flink-*, build-target, which tells
 * the last of several builds.
 * @return FP_E_NOT_FOUND listing where it looked, FP_E_INPUT for several. The caller owns `*ret`.
 */
FP_CHECKED enum fp_code fp_distribution_find(const char *folder, char **ret, struct fp_error *err);
/** The content of a file that was kept, or NULL. Borrowed. */
const struct fp_dist_file *fp_distribution_file(const struct fp_distribution *distribution,
                                                const char *path);
/** Release the members. */
void fp_distribution_clear(struct fp_distribution *distribution);

#endif
