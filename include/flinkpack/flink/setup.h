/**
 * @file
 * What the set-up layer holds: entrypoint, patched configuration, the tree of /opt/flink.
 */
#ifndef FLINKPACK_FLINK_SETUP_H
#define FLINKPACK_FLINK_SETUP_H

#include "flinkpack/flink/version.h"

/**
 * The text of /docker-entrypoint.sh (POSIX sh), the same for all versions. Static. Its source is
 * builder/flink/docker-entrypoint.sh, whose `help` lists commands and environment. The image sets
 * FLINK_HOME, and FLINK_JOB_CLASSNAME where --job-classname was given: the entrypoint adds it to
 * job-cluster and standalone-job unless the arguments name a class.
 */
const char *fp_flink_entrypoint(void);

/** A key of the configuration. */
struct fp_conf_entry {
    const char *key;
    const char *value;
    bool is_default; /**< what the file says of the key goes before it */
};

/**
 * Patch a configuration file: nothing stays bound to localhost (1.15 and later: bind hosts and
 * rest.address become 0.0.0.0, taskmanager.host a comment, as in the official image), and
 * `entries` are set, an existing key replaced where it stands (flat or, in config.yaml, nested),
 * others appended; of two for the same key the last counts. Comments and order stay, but in a
 * config.yaml whose keys do not stand in lines of their own (a map in braces, explicit keys): that
 * is written anew, a line a key. Patching the result again changes nothing.
 *
 * In config.yaml a value that is quoted, [a list] or {a map} is taken as YAML; any other is text
 * or a number, and quoted where YAML would read it otherwise.
 *
 * @param yaml  The file is config.yaml (YAML 1.2), not flink-conf.yaml ("key: value" lines).
 * @param text  The distribution's file, at most 1 MiB.
 * @return FP_E_INPUT naming the line that is not understood; FP_E_USAGE naming the key that is
 *         none, or whose value such a file cannot hold. The caller owns `*ret`.
 */
FP_CHECKED enum fp_code fp_conf_patch(const struct fp_flink_version *version, bool yaml,
                                      const char *text, const struct fp_conf_entry *entries,
                                      size_t entry_count, char **ret, struct fp_error *err);

#endif
