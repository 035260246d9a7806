/**
 * @file
 * The first words of a command line: which command it is.
 */
#ifndef FLINKPACK_CLI_COMMAND_LINE_H
#define FLINKPACK_CLI_COMMAND_LINE_H

#include "command.h"

/** What a command line asks for. */
enum fp_call_kind {
    FP_CALL_COMMAND,
    FP_CALL_NOTHING, /**< there are no words */
    FP_CALL_HELP,    /**< --help before any command */
    FP_CALL_VERSION, /**< --version likewise */
};

/** A command line, taken apart. Zero-initialise; release with fp_call_clear(). */
struct fp_call {
    enum fp_call_kind kind;
    const struct fp_command *command;
    char **words; /**< NULL-terminated, without the program and the command; the array is owned, the
                       words are borrowed */
};

/**
 * Take apart. General options may stand before the command; what begins with any other option is a
 * build, as with Flink's build.sh.
 *
 * @param arguments NULL-terminated, as main() gets them.
 * @return FP_E_USAGE for an unknown command, with the nearest name.
 */
FP_CHECKED enum fp_code fp_call_parse(char *const *arguments, struct fp_call *ret,
                                      struct fp_error *err);
/** Release the members. */
void fp_call_clear(struct fp_call *call);

/** Declare a struct fp_call that is cleared at the end of its scope. */
#define cleanup_call __attribute__((cleanup(fp_call_clear)))

#endif
