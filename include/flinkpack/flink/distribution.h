/**
 * @file
 * Distributions: an archive or a directory is checked to contain Flink, and becomes a layer with
 * one top directory, flink-VERSION/.
 */
#ifndef FLINKPACK_FLINK_DISTRIBUTION_H
#define FLINKPACK_FLINK_DISTRIBUTION_H

#include "flinkpack/flink/version.h"
#include "flinkpack/layer.h"

/** Who gets the jars of a distribution's lib/ while an archive is read. */
struct fp_jar_receiver {
    /**
     * A jar begins. Its bytes are written to `*ret`, which is finished at the end and then freed.
     * @param path "lib/flink-dist-1.20.4.jar": below the archive's top directory
     * @param ret  NULL: it is not wanted.
     */
    enum fp_code (*open)(void *context, const char *path, struct fp_sink **ret,
                         struct fp_error *err);
    void *context;
};

/** Where a distribution is. Everything is borrowed. */
struct fp_distribution_options {
    const char *archive; /**< a .tgz, .tar, .tar.zst or .tar.xz; NULL: `folder` is read */
    const char *folder;  /**< a distribution's directory (bin, conf, lib) */
    /** The archive if it is already open; then `archive` is only its name. The layer gets the same
     * bytes that earlier reads saw, or reading fails. NULL: the archive is opened here. */
    struct fp_input *input;
    bool slim;                  /**< leave out opt/ and examples/, except what `keep` names */
    const struct fp_strv *keep; /**< paths relative to the distribution that slim keeps, or
                                     fnmatch() patterns of them; may be NULL */
    const struct fp_layer_options *layer; /**< how a repacked layer is written */
    int64_t mtime_s; /**< the time of repacked entries with a newer time or none, and of all entries
                          of a directory. -1: entries of an archive keep theirs, in whole seconds;
                        those of a directory get the newest in lib/flink-dist*.jar, or 1980-01-01 */
    /** Gets each jar in lib/ of an archive, once, also if the archive is read twice; NULL: nobody.
     * Those of a directory can be opened where they are. */
    const struct fp_jar_receiver *jars;
    struct fp_reporter *reporter;
};

/** A file of the distribution whose content is held in memory. */
struct fp_dist_file {
    char *path; /**< relative to the distribution: "conf/flink-conf.yaml" */
    char *data; /**< NULL: a jar in bin/ of a distribution that was parsed from JSON */
    size_t len; /**< bytes in the file */
};

/** A distribution. Owned; release with fp_distribution_clear(). */
struct fp_distribution {
    struct fp_flink_version version; /**< read from lib/flink-dist*.jar's name */
    char *scala_version;             /**< "2.11"; NULL: the names of the jars contain none */
    char *top;                       /**< "flink-1.6.0": the top directory in the layer */
    struct fp_layer layer;
    bool as_is;                 /**< the layer's blob is the archive itself */
    char *repack_reason;        /**< for messages: why the archive was repacked; NULL: it was not */
    struct fp_tree *tree;       /**< its entries; their paths begin with `top` */
    struct fp_dist_file *files; /**< all files of bin/ and conf/ */
    size_t file_count;
    struct fp_strv lib_jars; /**< names in lib/: files and links, sorted */
    struct fp_strv opt_jars; /**< names in opt/, sorted, with those that slim left out */
    int64_t newest_mtime_s;  /**< the newest time of its entries; for a directory, in the layer */
    char sha256[FP_HASH_HEX_MAX]; /**< of the archive; "" for a directory */
    bool chooses_rocksdb;         /**< a file in conf/ selects RocksDB as the state backend */
    bool has_added_jars; /**< lib/ has jars that no release has there; they may be connectors */
    bool is_outline;     /**< only version, scala_version, top, newest_mtime_s and the two above are
                              known, and the layer's if the caller sets them */
};

/**
 * Read a distribution and make its layer. An archive that qualifies (see builder/README.md) is
 * used unchanged, in one pass. Any other archive, and any directory, is repacked: sorted and
 * normalised. The diff_id of a repacked distribution does not depend on the format of the archive,
 * and all copies of a directory give the same one: only names, contents and links of a directory
 * count, and files that use of Flink leaves there, such as logs, are left out.
 *
 * Memory use does not grow with the archive: contents are spooled to an unnamed file in
 * options->layer->folder, which is reopened through /proc/self/fd. The limits are 20000 entries,
 * 16 MiB in bin/ and conf/, and 64 times the size of the archive (at least 64 MiB, at most 16 GiB).
 *
 * @return FP_E_INPUT: the input holds no Flink (the error says what was looked for), is damaged, or
 *         is hostile.
 */
FP_CHECKED enum fp_code fp_distribution_read(const struct fp_distribution_options *options,
                                             struct fp_distribution *ret, struct fp_error *err);
/**
 * Read an archive only for the receiver of its jars, by the same rules: nothing is made of it.
 * @param options `archive`, `input`, `jars` and `reporter` are used; `layer` is not.
 * @param ret_jars The names in its lib/, as `lib_jars` of a distribution.
 */
FP_CHECKED enum fp_code fp_distribution_read_jars(const struct fp_distribution_options *options,
                                                  struct fp_strv *ret_jars, struct fp_error *err);
/**
 * Find a locally built distribution in `folder` or, if that is NULL, in the working directory and
 * its parents. It may be the directory itself, flink-dist/target/flink-*-bin/flink-* or
 * build-target, a link that selects the last of several builds. The caller owns `*ret`.
 * @return FP_E_NOT_FOUND lists the places that were searched; FP_E_INPUT: several were found.
 */
FP_CHECKED enum fp_code fp_distribution_find(const char *folder, char **ret, struct fp_error *err);
/** Tells the SHA-256 of the file at `path`, in lower-case hexadecimal. */
typedef enum fp_code (*fp_file_digest)(void *context, const char *path,
                                       char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err);
/**
 * The SHA-256 of what a directory's layer is made of: paths of files and links, with the digests of
 * their contents and their targets. Whatever does not count for fp_distribution_read() does not
 * count here; directories with equal digests give the same layer, with the same options. It is
 * bounded in the same way. Files that change meanwhile may be read as something else than was
 * digested, so whoever keeps a layer under a digest computes the digest again afterwards.
 * @param file_digest May remember digests of files; called once for each file that counts.
 * @return Errors of reading, and of `file_digest`. That there is Flink in it is not checked.
 */
FP_CHECKED enum fp_code fp_distribution_folder_sha256(const char *folder,
                                                      fp_file_digest file_digest, void *context,
                                                      char ret_hex[FP_HASH_HEX_MAX],
                                                      struct fp_error *err);
/**
 * A distribution as JSON, so that the layers above it can be made without reading it again:
 * everything but the layer's content, whose descriptor is the member "blob".
 * @return A new reference. NULL: it is an outline, its names are not UTF-8, or its bin/ and conf/
 *         hold more than FP_DIST_JSON_BYTES, jars aside; then it has to be read each time.
 */
json_t *fp_distribution_json(const struct fp_distribution *distribution);
/** The most bytes in bin/ and conf/ that are written as JSON; real ones hold some 130 KiB. */
#define FP_DIST_JSON_BYTES ((size_t) 2 << 20)
/**
 * Read what fp_distribution_json() wrote, which may come from a stranger: whatever the JSON is, the
 * result has clean paths below its top, within the limits of fp_distribution_read(). The layer has
 * its diff_id and size, and no blob.
 * @param title For errors.
 * @return FP_E_INPUT. The caller clears `*ret`.
 */
FP_CHECKED enum fp_code fp_distribution_parse(const json_t *json, const char *title,
                                              struct fp_distribution *ret, struct fp_error *err);
/**
 * The few facts that the job's layer, the labels and the checks need if all layers below are
 * reused: the members of fp_distribution_json() that make an outline, 100 bytes or so. A new
 * reference, never NULL.
 */
json_t *fp_distribution_facts(const struct fp_distribution *distribution);
/** Read such facts as for fp_distribution_parse(); the result is an outline. */
FP_CHECKED enum fp_code fp_distribution_facts_parse(const json_t *json, const char *title,
                                                    struct fp_distribution *ret,
                                                    struct fp_error *err);
/** Return a file whose content is held in memory, or NULL. Borrowed. */
const struct fp_dist_file *fp_distribution_file(const struct fp_distribution *distribution,
                                                const char *path);
/** Whether a jar's name is that of one that distributions have in lib/, where no connector is that
 * a job may need, or in plugins/. */
bool fp_dist_is_stock(const char *name);
/** Release the members. */
void fp_distribution_clear(struct fp_distribution *distribution);
/** Declare a distribution that is cleared at the end of its scope. */
#define cleanup_distribution __attribute__((cleanup(fp_distribution_clear)))

#endif
