/**
 * @file
 * Flink versions, compared as numbers, and a table of what changed when (facts: flink.md).
 */
#ifndef FLINKPACK_FLINK_VERSION_H
#define FLINKPACK_FLINK_VERSION_H

#include <stdbool.h>

#include "flinkpack/support.h"

/** A version: 1.6.0, 2.0.0, 1.20.4, 2.4-SNAPSHOT. */
struct fp_flink_version {
    unsigned major;
    unsigned minor;
    unsigned patch;
    char text[48]; /**< as it was given */
};

/**
 * Parse MAJOR.MINOR[.PATCH][-SUFFIX]; "1.6" alone is FP_E_USAGE naming an example, as no release
 * is called so. Versions below 1.5 are FP_E_USAGE.
 */
FP_CHECKED enum fp_code fp_flink_version_parse(const char *text, struct fp_flink_version *ret,
                                               struct fp_error *err);
/** Whether it is at least MAJOR.MINOR.PATCH. */
bool fp_flink_at_least(const struct fp_flink_version *version, unsigned major, unsigned minor,
                       unsigned patch);

/** What holds for a range of versions. Static. */
struct fp_flink_traits {
    const char *scala_versions;  /**< " "-separated, the default first */
    const char *hadoop_variants; /**< " "-separated: "24 26 27 28"; "" from 1.8 on */
    const char *java_versions;   /**< " "-separated majors that it runs on */
    unsigned default_java;
    const char *config_file;  /**< "flink-conf.yaml" or "config.yaml": what is patched */
    bool has_standalone_job;  /**< from 1.6 on */
    bool needs_job_classname; /**< 1.6 and 1.7 */
    bool has_usrlib;          /**< from 1.10 on */
    bool has_plugins;         /**< from 1.9 on */
    bool binds_localhost;     /**< from 1.15 on */
    bool musl_rocksdb;        /**< from 1.14 on */
};
/** The traits of a version. Static; never NULL: later versions have those of the newest known. */
const struct fp_flink_traits *fp_flink_traits(const struct fp_flink_version *version);
/** Whether that version runs on that major version of Java. */
bool fp_flink_supports_java(const struct fp_flink_version *version, unsigned java);
/** Whether the distribution of that version may have a plugin of that name, as in --plugin, in opt/
 * or plugins/; always true of versions later than those that are known. */
bool fp_flink_may_have_plugin(const struct fp_flink_version *version, const char *name);
/** Plugins that are asked for most, for messages. Static. */
const char *fp_flink_plugin_names(void);
/** Releases that are known to exist, "1.6.0 1.6.1 ...", for messages. Static. */
const char *fp_flink_known_releases(void);
/** Whether the first `len` bytes of `word` are one of the " "-separated words of `list`. */
bool fp_word_listed(const char *list, const char *word, size_t len);

#endif
