/**
 * @file
 * Flink versions, which are compared as numbers, and a table of their properties.
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
    char text[48]; /**< the version as it was given */
};

/**
 * Parse MAJOR.MINOR[.PATCH][-SUFFIX]. "1.6" alone gives FP_E_USAGE with an example, because no
 * release has such a name. Versions below 1.5 give FP_E_USAGE.
 */
FP_CHECKED enum fp_code fp_flink_version_parse(const char *text, struct fp_flink_version *ret,
                                               struct fp_error *err);
/** Whether a version is at least MAJOR.MINOR.PATCH. */
bool fp_flink_at_least(const struct fp_flink_version *version, unsigned major, unsigned minor,
                       unsigned patch);

/** The properties of a range of versions. Static. */
struct fp_flink_traits {
    const char *scala_versions;  /**< " "-separated, the default first */
    const char *hadoop_variants; /**< " "-separated: "24 26 27 28"; "" from 1.8 on */
    const char *java_versions;   /**< " "-separated major versions that it runs on */
    unsigned default_java;
    const char *config_file;  /**< the file that is patched: "flink-conf.yaml" or "config.yaml" */
    bool has_standalone_job;  /**< from 1.6 on */
    bool needs_job_classname; /**< 1.6 and 1.7 */
    bool has_usrlib;          /**< from 1.10 on */
    bool has_plugins;         /**< from 1.9 on */
    bool binds_localhost;     /**< from 1.15 on */
    bool musl_rocksdb;        /**< from 1.14 on */
};
/** The traits of a version; unknown later ones get the newest known. Static; never NULL. */
const struct fp_flink_traits *fp_flink_traits(const struct fp_flink_version *version);
/** Whether a version of Flink runs on a major version of Java. */
bool fp_flink_supports_java(const struct fp_flink_version *version, unsigned java);
/** The major versions of Java that a version of Flink runs on, "11, 17, 21", for messages. The
 * caller owns it. */
char *fp_flink_java_list(const struct fp_flink_version *version);
/** Whether the distribution of a version may have a plugin of a name, as in --plugin, in opt/ or
 * plugins/. Always true for versions later than the known ones. */
bool fp_flink_may_have_plugin(const struct fp_flink_version *version, const char *name);
/** The most requested plugins, for messages. Static. */
const char *fp_flink_plugin_names(void);
/** The known releases, "1.6.0 1.6.1 ...", for messages. Static. */
const char *fp_flink_known_releases(void);
/** Whether the first `len` bytes of `word` are one of the " "-separated words of `list`. */
bool fp_word_listed(const char *list, const char *word, size_t len);

#endif
