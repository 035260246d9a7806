/**
 * @file
 * The options of Flink by version, a table out of Flink's own classes (options.txt).
 */
#ifndef FLINKPACK_JUDGE_OPTIONS_H
#define FLINKPACK_JUDGE_OPTIONS_H

#include "flinkpack/flink/version.h"

/** The lines of options.txt, sorted by key bytewise. */
extern const char fp_conf_options_table[];

/** A part of a line of the table: not terminated. Static. */
struct fp_conf_word {
    const char *text;
    size_t len;
};

/** What a range of versions does with a key: a line of the table. */
struct fp_conf_option {
    struct fp_conf_word key;
    unsigned first;        /**< 100 * MAJOR + MINOR: 120 is 1.20 */
    unsigned last;         /**< UINT_MAX: the newest known version still does */
    char relation;         /**< '\0': it is an option; '>': an old name, '=': another name of one */
    bool is_read_at_start; /**< seen to be read whenever Flink or a job starts */
    struct fp_conf_word value; /**< the type, such as "int" or "enum:A|B"; else the option's key */
};

/** A version as the table has it; later than all known ones: `ret_is_new`. */
unsigned fp_conf_option_version(const struct fp_flink_version *version, bool *ret_is_new);
/** Take the line at `*cursor`, and move to the next. False at the end. */
bool fp_conf_option_next(const char **cursor, struct fp_conf_option *ret);
/** The first line of the table. */
const char *fp_conf_option_begin(void);
/** The first line of a key, by binary search; NULL: the table does not have it. */
const char *fp_conf_option_lines(const char *key, size_t key_len);

/** What a version makes of a key. */
enum fp_conf_known {
    FP_CONF_KNOWN_NOT,     /**< no version has such an option */
    FP_CONF_KNOWN,         /**< it has; `ret` is the line */
    FP_CONF_KNOWN_EARLIER, /**< only earlier ones had; `ret` is the last line of these */
    FP_CONF_KNOWN_LATER,   /**< only later ones have; `ret` is their first line */
};
/** Look a key up. */
enum fp_conf_known fp_conf_option_find(const char *key, unsigned version,
                                       struct fp_conf_option *ret);
/** Whether a key is "NAME.WORD" of an option of a version that is a map of such words. */
bool fp_conf_option_of_map(const char *key, unsigned version);
/** Whether a word is this text. */
bool fp_conf_word_is(struct fp_conf_word word, const char *text);

#endif
