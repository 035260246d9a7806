/**
 * @file
 * What texts stand for: bytes in base64, sizes, times, words of a shell, names that are near to
 * each other, secrets.
 */
#ifndef FLINKPACK_SUPPORT_TEXT_H
#define FLINKPACK_SUPPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The text, padded, on one line. The caller owns it. */
char *fp_base64_encode(const void *data, size_t len);
/** The bytes of a text with or without padding, line breaks in it passed over, and a NUL behind
 * them; NULL: it is none. The caller owns them. */
unsigned char *fp_base64_decode(const char *text, size_t *ret_len);

/** Room for a number and its unit. */
#define FP_FORMAT_MAX 32

/** A size in decimal units, three digits or so: "0 B", "12.3 kB", "451 MB". */
void fp_format_bytes(uint64_t bytes, char ret[FP_FORMAT_MAX]);

/**
 * A text as one word of a shell: as it is where nothing in it means anything to a shell, else in
 * single quotes. The caller owns it.
 */
char *fp_shell_word(const char *text);

/** The bytes of such a text at the most, with its end. */
#define FP_TIME_TEXT 32

/**
 * Seconds since 1970 of a time such as "2026-11-22T10:20:30.5+01:00", of the years 0 to 9999: less
 * than 0 before 1970. Small letters, and a blank in place of the T, are taken too, as RFC 3339
 * says.
 * @return False for what is none, a day that its month does not have included, and for NULL;
 *         `*ret_s` stays then.
 */
bool fp_time_parse(const char *text, int64_t *ret_s);
/** The time in UTC and whole seconds; that of 1980-01-01 for one that no year can hold. */
void fp_time_text(int64_t epoch_s, char ret_text[FP_TIME_TEXT]);

/** What has been found so far. Everything is borrowed. */
struct fp_suggestion {
    const char *word;
    const char *best;  /**< NULL: nothing is near */
    unsigned distance; /**< of `best` */
};
/** Begin for `word`. */
struct fp_suggestion fp_suggestion_for(const char *word);
/** Look at a name. */
void fp_suggestion_consider(struct fp_suggestion *suggestion, const char *name);

/**
 * Whether a setting or variable holds a password, a token or the like: by its name, as Flink hides
 * values in its logs and as variables are called (DB_PASSWORD, s3.secret-key), or by a value that
 * has the form of a known token, or a password in a URL. Names of files, classes, ids and the like,
 * and values that refer to a variable, are none.
 */
bool fp_is_secret(const char *key, const char *value);

#endif
