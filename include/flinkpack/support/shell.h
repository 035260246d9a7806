/**
 * @file
 * Words for a shell to read (POSIX.1-2017, Shell Command Language, 2.2 Quoting).
 */
#ifndef FLINKPACK_SUPPORT_SHELL_H
#define FLINKPACK_SUPPORT_SHELL_H

/**
 * A text as one word of a shell: as it is where nothing in it means anything to a shell, else in
 * single quotes. The caller owns it.
 */
char *fp_shell_word(const char *text);

#endif
