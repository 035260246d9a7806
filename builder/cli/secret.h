/**
 * @file
 * Taking a password in.
 */
#ifndef FLINKPACK_CLI_SECRET_H
#define FLINKPACK_CLI_SECRET_H

#include "flinkpack/support.h"

/** Standard input to its end, at most 64 KiB, of any number of lines, without the line end of the
 * last. Not empty. The caller wipes and frees `*ret`. */
FP_CHECKED enum fp_code fp_secret_from_stdin(char **ret, struct fp_error *err);
/** Ask on the terminal, without echo. FP_E_USAGE where there is none. */
FP_CHECKED enum fp_code fp_secret_from_terminal(const char *prompt, char **ret,
                                                struct fp_error *err);

#endif
