/**
 * @file
 * The content of the set-up layer: the entrypoint and the patched configuration.
 */
#ifndef FLINKPACK_FLINK_SETUP_H
#define FLINKPACK_FLINK_SETUP_H

#include "flinkpack/flink/version.h"

/**
 * The text of /docker-entrypoint.sh (POSIX sh), the same for all versions. Static. Its source is
 * builder/flink/docker-entrypoint.sh, whose `help` lists commands and environment. The image sets
 * FLINK_HOME and, if --job-classname was given, FLINK_JOB_CLASSNAME, which the entrypoint adds to
 * job-cluster and standalone-job unless the arguments name a class.
 */
const char *fp_flink_entrypoint(void);

/** A key of the configuration and its value. */
struct fp_conf_entry {
    const char *key;
    const char *value;
    bool is_default; /**< a value in the file takes precedence */
};

/**
 * Patch a configuration file. No address stays bound to localhost: from 1.15 on, bind hosts and
 * rest.address become 0.0.0.0 and taskmanager.host becomes a comment, as in the official image.
 * `entries` are set: an existing key (flat or, in config.yaml, nested) is replaced in its place,
 * others are appended; the last entry for a key counts. Comments and order are kept, except in a
 * config.yaml whose keys are not on lines of their own (a map in braces, explicit keys), which is
 * rewritten with one line per key. Patching the result again changes nothing.
 * In config.yaml a value that is quoted, [a list] or {a map} is taken as YAML. Any other value is
 * text or a number, and is quoted if YAML would read it differently.
 * @param yaml  The file is config.yaml (YAML 1.2), not flink-conf.yaml ("key: value" lines).
 * @param text  The distribution's file, at most 1 MiB.
 * @return FP_E_INPUT names the line that is not understood; FP_E_USAGE names an invalid key, or one
 *         whose value such a file cannot hold. The caller owns `*ret`.
 */
FP_CHECKED enum fp_code fp_conf_patch(const struct fp_flink_version *version, bool yaml,
                                      const char *text, const struct fp_conf_entry *entries,
                                      size_t entry_count, char **ret, struct fp_error *err);

#endif
