/**
 * @file
 * Defines options: one table of options serves the command line, the environment, flinkpack.yaml,
 * --help, the man page and completion.
 */
#ifndef FLINKPACK_CLI_OPTION_H
#define FLINKPACK_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flinkpack/support.h"

/** The value that an option takes, and the type of the member that stores it. */
enum fp_option_kind {
    FP_OPTION_FLAG,     /**< nothing, or =true, =false; bool */
    FP_OPTION_TEXT,     /**< one value, the last one wins; const char * */
    FP_OPTION_CHOICE,   /**< one of `choices`; const char * */
    FP_OPTION_NUMBER,   /**< a whole number from `min` to `max`; int64_t */
    FP_OPTION_DURATION, /**< "500ms", "30s", "2m", "1h", or seconds; int64_t in milliseconds */
    FP_OPTION_SIZE,     /**< "64M", "1G", powers of 1024, or bytes; int64_t in bytes */
    FP_OPTION_OPTIONAL, /**< nothing or one value; const char *, and bool at flag_offset */
    FP_OPTION_LIST,     /**< repeatable; struct fp_strv */
    FP_OPTION_COMMAS,   /**< repeatable, and each value may be a list with commas; struct fp_strv */
    FP_OPTION_MAP,      /**< repeatable KEY=VALUE, merged by key; struct fp_strv */
    FP_OPTION_IGNORED,  /**< takes a value for the sake of old scripts; warns with `help` */
    FP_OPTION_REFUSED,  /**< known from old scripts but not possible: FP_E_USAGE with `help` */
};

/** The option is not shown in --help, the man page and completion. */
#define FP_OPTION_HIDDEN 1u
/** The option cannot be set in flinkpack.yaml. */
#define FP_OPTION_NO_FILE 2u
/** The option cannot be set in the environment. */
#define FP_OPTION_NO_ENV 4u
/** The option can only be set on the command line. */
#define FP_OPTION_ARGV_ONLY (FP_OPTION_NO_FILE | FP_OPTION_NO_ENV)
/** The rest of the command line is ignored, as after --help. */
#define FP_OPTION_STOPS 8u
/** The option accepts the empty string as a value. */
#define FP_OPTION_MAY_BE_EMPTY 16u
/** If a list with commas is the name of a file, it means that file. */
#define FP_OPTION_FILES 32u

/** What an option decides. A flinkpack.yaml that the user has not named may come from a stranger,
 * as in a checkout. A warning is given for each option that it sets and that decides more than
 * content. Each option that the file can set has to declare this. */
enum fp_decides {
    FP_DECIDES_UNSAID,      /**< only for options that the file cannot set */
    FP_DECIDES_CONTENT,     /**< what is built from the checkout, and how it is reported */
    FP_DECIDES_CREDENTIALS, /**< which host gets credentials, or is trusted to be the right one */
    FP_DECIDES_SOURCE,      /**< which servers and keys are used and trusted for the content */
    FP_DECIDES_PLACE,       /**< where data is sent or written */
};

/** One option. Static. */
struct fp_option {
    const char *name;        /**< long name without dashes: "job-jar" */
    const char *metavar;     /**< "FILE"; NULL for flags */
    const char *help;        /**< a phrase without a final full stop */
    const char *fallback;    /**< the default, shown in --help; NULL: none */
    const char *if_empty;    /**< a hint for users who give an empty value; NULL: none */
    const char *choices;     /**< " "-separated, for FP_OPTION_CHOICE and completion; else NULL */
    const char *listed_by;   /**< for completion: the command whose output lines begin with the
                                  possible values; or NULL */
    const char *rivals;      /**< the name of a set of mutually exclusive options; or NULL */
    const char *with;        /**< in environment and file, this counts only if that option is in
                                  force or, as "!option", if it is not; or NULL */
    const char *environment; /**< NULL: FLINKPACK_NAME */
    bool (*is_valid)(const char *value); /**< checks each value or item; the error says that
                                               it is no `metavar`; NULL: any is valid */
    size_t offset;                       /**< the offset of the member */
    size_t flag_offset;                  /**< FP_OPTION_OPTIONAL: the offset of the bool */
    int64_t min;                         /**< the least number, duration (ms) or size (bytes) */
    int64_t max;                         /**< the greatest one */
    enum fp_option_kind kind;
    enum fp_decides decides;
    unsigned flags; /**< FP_OPTION_HIDDEN and so on */
    char letter;    /**< 'o' for -o; 0: none */
};

/** Options under one heading. Static. */
struct fp_option_group {
    const char *title; /**< "Job" */
    const struct fp_option *options;
    size_t count;
};

/** Define a group with the options of a table. */
#define FP_OPTION_GROUP(heading, table)                                                            \
    {                                                                                              \
        .title = (heading), .options = (table), .count = sizeof(table) / sizeof((table)[0])        \
    }

/** The groups of a command, NULL-terminated. */
typedef const struct fp_option_group *const *fp_option_groups;

/** A position in the options of a command. Zero-initialise. */
struct fp_option_cursor {
    size_t group;
    size_t option;
};
/** The next option, group by group, or NULL at the end. */
const struct fp_option *fp_option_next(fp_option_groups groups, struct fp_option_cursor *cursor);
/** The option whose long name is the `len` bytes at `name`, or NULL. */
const struct fp_option *fp_option_find(fp_option_groups groups, const char *name, size_t len);
/** The option with that letter, or NULL. */
const struct fp_option *fp_option_find_letter(fp_option_groups groups, char letter);
/** Whether an option needs a value. */
bool fp_option_needs_value(const struct fp_option *option);
/** Whether an option may be given several times. */
bool fp_option_is_list(const struct fp_option *option);
/** The variable that sets an option, like FLINKPACK_JOB_JAR. The caller owns it. */
char *fp_option_environment(const struct fp_option *option);

/** Consider the names of all options that are not hidden. */
void fp_suggestion_consider_options(struct fp_suggestion *suggestion, fp_option_groups groups);

#endif
