/**
 * @file
 * What an option is: one table of options serves the command line, the environment, flinkpack.yaml,
 * --help, the man page and completion.
 */
#ifndef FLINKPACK_CLI_OPTION_H
#define FLINKPACK_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flinkpack/support.h"

/** What an option takes, and the type of the member that it is stored in. */
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

/** Not shown in --help, the man page and completion. */
#define FP_OPTION_HIDDEN 1u
/** Not from flinkpack.yaml. */
#define FP_OPTION_NO_FILE 2u
/** Not from the environment. */
#define FP_OPTION_NO_ENV 4u
/** From the command line only. */
#define FP_OPTION_ARGV_ONLY (FP_OPTION_NO_FILE | FP_OPTION_NO_ENV)
/** What follows on the command line is not looked at: --help. */
#define FP_OPTION_STOPS 8u
/** The empty string is a value like others. */
#define FP_OPTION_MAY_BE_EMPTY 16u
/** A list with commas that is the name of a file means that file. */
#define FP_OPTION_FILES 32u

/** What an option decides. A flinkpack.yaml that nobody has named may be anybody's, as in a
 * checkout: whatever but content it sets is warned of. Each option that can stand there has to say
 * it. */
enum fp_decides {
    FP_DECIDES_UNSAID,      /**< only options that cannot stand in the file */
    FP_DECIDES_CONTENT,     /**< what is made of the checkout, and how it is told */
    FP_DECIDES_CREDENTIALS, /**< who is given credentials, or taken for whom they are meant for */
    FP_DECIDES_SOURCE,      /**< who is asked, or believed, for what goes in */
    FP_DECIDES_PLACE,       /**< where something is sent or written */
};

/** One option. Static. */
struct fp_option {
    const char *name;        /**< long name without dashes: "job-jar" */
    const char *metavar;     /**< "FILE"; NULL for flags */
    const char *help;        /**< a phrase without a final full stop */
    const char *fallback;    /**< the default, shown in --help; NULL: none */
    const char *if_empty;    /**< what to try in place of an empty value; NULL: nothing to say */
    const char *choices;     /**< " "-separated, for FP_OPTION_CHOICE and completion; else NULL */
    const char *listed_by;   /**< for completion: the command whose lines begin with what it may be;
                                  or NULL */
    const char *rivals;      /**< name of a set of which only one option may be given; or NULL */
    const char *with;        /**< from environment and file it counts only where that option is in
                                  force, or, "!option", where it is not; or NULL */
    const char *environment; /**< NULL: FLINKPACK_NAME */
    bool (*is_valid)(const char *value); /**< of each value or item, which is told to be a
                                               `metavar`; NULL: anything */
    size_t offset;                       /**< of the member */
    size_t flag_offset;                  /**< FP_OPTION_OPTIONAL: of the bool */
    int64_t min;                         /**< the least number, duration (ms) or size (bytes) */
    int64_t max;                         /**< the most */
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

/** Make a group of a table. */
#define FP_OPTION_GROUP(heading, table)                                                            \
    {                                                                                              \
        .title = (heading), .options = (table), .count = sizeof(table) / sizeof((table)[0])        \
    }

/** The groups of a command, NULL-terminated. */
typedef const struct fp_option_group *const *fp_option_groups;

/** A place in the options of a command. Zero-initialise. */
struct fp_option_cursor {
    size_t group;
    size_t option;
};
/** The next option, group by group, or NULL at the end. */
const struct fp_option *fp_option_next(fp_option_groups groups, struct fp_option_cursor *cursor);
/** The option of that long name (`len` bytes of it), or NULL. */
const struct fp_option *fp_option_find(fp_option_groups groups, const char *name, size_t len);
/** The option of that letter, or NULL. */
const struct fp_option *fp_option_find_letter(fp_option_groups groups, char letter);
/** Whether it needs a value. */
bool fp_option_needs_value(const struct fp_option *option);
/** Whether it may be given several times. */
bool fp_option_is_list(const struct fp_option *option);
/** The variable that sets it: FLINKPACK_JOB_JAR. The caller owns it. */
char *fp_option_environment(const struct fp_option *option);

/** Look at the names of all options that are shown. */
void fp_suggestion_consider_options(struct fp_suggestion *suggestion, fp_option_groups groups);

#endif
