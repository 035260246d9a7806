/**
 * @file
 * Texts and their meaning: bytes in base64, sizes, times, words of a shell, similar names, secrets.
 */
#ifndef FLINKPACK_SUPPORT_TEXT_H
#define FLINKPACK_SUPPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes as padded base64, on one line. The caller owns the text. */
char *fp_base64_encode(const void *data, size_t len);
/** The bytes of a base64 text with or without padding and line breaks, followed by a NUL; NULL if
 * it is not base64. The caller owns them. */
unsigned char *fp_base64_decode(const char *text, size_t *ret_len);

/** Room for a number and its unit. */
#define FP_FORMAT_MAX 32

/** A size in decimal units, three digits or so: "0 B", "12.3 kB", "451 MB". */
void fp_format_bytes(uint64_t bytes, char ret[FP_FORMAT_MAX]);

/**
 * A text as one word of a shell: in single quotes if a character in it has a meaning to the shell,
 * else as it is. The caller owns it.
 */
char *fp_shell_word(const char *text);

/** Room for the text of a time, with its NUL. */
#define FP_TIME_TEXT 32

/**
 * Seconds since 1970 of a time such as "2026-11-22T10:20:30.5+01:00", in the years 0 to 9999;
 * negative before 1970. As RFC 3339 allows, lower case and a space in place of the T are accepted.
 * @return False if the text is no time, names a day that its month does not have, or is NULL;
 *         `*ret_s` is then unchanged.
 */
bool fp_time_parse(const char *text, int64_t *ret_s);
/** The text of a time in UTC and whole seconds; that of 1980-01-01 if the time is out of range. */
void fp_time_text(int64_t epoch_s, char ret_text[FP_TIME_TEXT]);

/** A search for the name most like a word. Everything is borrowed. */
struct fp_suggestion {
    const char *word;
    const char *best;  /**< NULL: no name is similar */
    unsigned distance; /**< of `best` */
};
/** Begin a search for `word`. */
struct fp_suggestion fp_suggestion_for(const char *word);
/** Consider a name. */
void fp_suggestion_consider(struct fp_suggestion *suggestion, const char *name);

/**
 * Whether a setting or variable holds a password, a token or the like: judged by its name, as Flink
 * does to hide values in its logs (DB_PASSWORD, s3.secret-key), or by a value that has the form of
 * a known token or contains a password in a URL. Names of files, classes, ids and the like, and
 * values that refer to a variable, are no secrets.
 */
bool fp_is_secret(const char *key, const char *value);

#endif
