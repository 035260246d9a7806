/**
 * @file
 * A configuration file of Flink as lines, so that values can be changed while all else is kept; and
 * keys and values in the syntax of the two kinds of file.
 */
#ifndef FLINKPACK_FLINK_CONF_LINES_H
#define FLINKPACK_FLINK_CONF_LINES_H

#include "flinkpack/flink/setup.h"
#include "flinkpack/support.h"

/** No line: the parent of a top-level key, and the owner of a line that continues no value. */
#define FP_NO_LINE ((size_t) -1)

/** A line of the file. */
struct fp_conf_line {
    const char *text; /**< borrowed, not terminated, without the line's end */
    size_t len;
    size_t indent;
    char *path;         /**< the full key, "rest.address"; NULL: blank, comment, continuation */
    size_t value_start; /**< offset of the value in `text` */
    size_t value_len;   /**< without trailing spaces and comment; 0: the line has none */
    size_t parent;      /**< the key above it, or FP_NO_LINE */
    size_t owner;       /**< the key whose value this line continues, or FP_NO_LINE */
    size_t children;    /**< keys directly below it that are not commented out */
    bool is_inner;      /**< has keys below it */
    bool is_commented;  /**< the line is written as a comment */
    char *new_value;    /**< the value to write instead, or NULL */
};

/** The lines of a file. Zero-initialise; release with fp_conf_lines_clear(). */
struct fp_conf_lines {
    struct fp_conf_line *items;
    size_t len;
};

/**
 * Split a config.yaml, which consists of block mappings with values of any form. Anything else in
 * place of a key gives FP_E_INPUT, which names the line.
 */
FP_CHECKED enum fp_code fp_conf_lines_yaml(const char *text, const char *name,
                                           struct fp_conf_lines *ret, struct fp_error *err);
/** Split a flink-conf.yaml: "key: value" lines, in which '#' begins a comment anywhere. */
FP_CHECKED enum fp_code fp_conf_lines_flat(const char *text, const char *name,
                                           struct fp_conf_lines *ret, struct fp_error *err);
/** Release the members. */
void fp_conf_lines_clear(struct fp_conf_lines *lines);

/** Declare a struct fp_conf_lines that is cleared at the end of its scope. */
#define cleanup_conf_lines __attribute__((cleanup(fp_conf_lines_clear)))

/**
 * Write a value in the syntax of the file. In config.yaml a value that is quoted, [a list] or
 * {a map} is kept unchanged, and any other value that YAML would not read as the same text is put
 * in single quotes.
 * @return FP_E_USAGE for a key or value that such a file cannot hold. The caller owns `*ret`.
 */
FP_CHECKED enum fp_code fp_conf_value(const struct fp_conf_entry *entry, bool yaml, char **ret,
                                      struct fp_error *err);

#endif
