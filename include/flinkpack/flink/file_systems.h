/**
 * @file
 * The file systems of Flink: which schemes they have, and which plugins bring them.
 */
#ifndef FLINKPACK_FLINK_FILE_SYSTEMS_H
#define FLINKPACK_FLINK_FILE_SYSTEMS_H

#include <stdbool.h>

/** A file system that is a plugin of Flink. Static. */
struct fp_file_system {
    const char *schemes; /**< ' '-separated */
    const char *words;   /**< the names of jars that support it contain one of these */
    const char *plugin;  /**< Flink's own plugin for it, as in --plugin: "s3-fs-presto" */
};

/** The file system of a scheme in lower case; NULL: Hadoop has to support it. */
const struct fp_file_system *fp_file_system_find(const char *scheme);
/** Whether a name, or one of several in a text, is that of a jar or directory that supports it. */
bool fp_file_system_is_in(const struct fp_file_system *file_system, const char *names);
/** Whether a name is that of a jar that supports any of them. */
bool fp_file_system_is_named(const char *name);
/** The scheme of a URI in lower case: "s3" of s3://bucket/path; "" if there is none. The caller
 * owns it. */
char *fp_uri_scheme(const char *text);

#endif
