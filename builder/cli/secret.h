/**
 * @file
 * Passwords that a user types or hands over.
 */
#ifndef FLINKPACK_CLI_SECRET_H
#define FLINKPACK_CLI_SECRET_H

#include "flinkpack/support.h"

/** Read a password to the end of a file, without the line end that editors and echo append.
 * `*ret` is released with fp_free_secret(). FP_E_USAGE if it is empty; FP_E_IO. */
FP_CHECKED enum fp_code fp_secret_read(int fd, char **ret, struct fp_error *err);
/** Ask for one on the terminal, with its echo turned off.
 * @param otherwise The hint where there is no terminal, which is FP_E_USAGE. */
FP_CHECKED enum fp_code fp_secret_ask(const char *prompt, const char *otherwise, char **ret,
                                      struct fp_error *err);

#endif
