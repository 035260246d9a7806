/**
 * @file
 * A configuration file of Flink as lines, so that values can be changed and all else stays; and
 * keys and values as the two kinds of file take them.
 */
#ifndef FLINKPACK_FLINK_CONF_LINES_H
#define FLINKPACK_FLINK_CONF_LINES_H

#include "flinkpack/flink/setup.h"
#include "flinkpack/support.h"

/** No line: the parent of a top key, the owner of a line that continues nothing. */
#define FP_NO_LINE ((size_t) -1)

/** A line of the file. */
struct fp_conf_line {
    const char *text; /**< borrowed, not terminated, without the line's end */
    size_t len;
    size_t indent;
    char *path;         /**< the whole key, "rest.address"; NULL: blank, comment, continuation */
    size_t value_start; /**< offset of the value in `text` */
    size_t value_len;   /**< without trailing spaces and comment; 0: none on this line */
    size_t parent;      /**< the key above it, or FP_NO_LINE */
    size_t owner;       /**< the key whose value this line continues, or FP_NO_LINE */
    size_t children;    /**< keys directly below it that are not commented out */
    bool is_inner;      /**< has keys below it */
    bool is_commented;  /**< is written as a comment */
    char *new_value;    /**< as it is to be written, or NULL */
};

/** The lines of a file. Zero-initialise; release with fp_conf_lines_clear(). */
struct fp_conf_lines {
    struct fp_conf_line *items;
    size_t len;
};

/**
 * Split a config.yaml: block mappings, whose values may be of any form. Anything else at the level
 * of keys is FP_E_INPUT naming the line.
 */
FP_CHECKED enum fp_code fp_conf_lines_yaml(const char *text, const char *name,
                                           struct fp_conf_lines *ret, struct fp_error *err);
/** Split a flink-conf.yaml: "key: value" lines, '#' begins a comment everywhere. */
FP_CHECKED enum fp_code fp_conf_lines_flat(const char *text, const char *name,
                                           struct fp_conf_lines *ret, struct fp_error *err);
/** Release the members. */
void fp_conf_lines_clear(struct fp_conf_lines *lines);

/** Declare a struct fp_conf_lines that is cleared at the end of its scope. */
#define cleanup_conf_lines __attribute__((cleanup(fp_conf_lines_clear)))

/**
 * The value as it has to stand in the file. In config.yaml a value that is quoted, [a list] or
 * {a map} is kept as it is, and anything that YAML would read as something else than this text is
 * put in single quotes.
 * @return FP_E_USAGE for a key or value that such a file cannot hold. The caller owns `*ret`.
 */
FP_CHECKED enum fp_code fp_conf_value(const struct fp_conf_entry *entry, bool yaml, char **ret,
                                      struct fp_error *err);

#endif
