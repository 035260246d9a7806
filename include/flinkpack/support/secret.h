/**
 * @file
 * What looks like a secret: settings that should not be kept where many can read them.
 */
#ifndef FLINKPACK_SUPPORT_SECRET_H
#define FLINKPACK_SUPPORT_SECRET_H

#include <stdbool.h>

/**
 * Whether a setting or variable holds a password, a token or the like: by its name, as Flink hides
 * values in its logs and as variables are called (DB_PASSWORD, s3.secret-key), or by a value that
 * has the form of a known token, or a password in a URL. Names of files, classes, ids and the like,
 * and values that refer to a variable, are none.
 */
bool fp_is_secret(const char *key, const char *value);

#endif
