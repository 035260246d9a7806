/**
 * @file
 * The option engine: one table of options serves the command line, the environment, flinkpack.yaml,
 * --help, the man page and completion.
 *
 * Words are first collected as settings, each with where it came from, and then applied to a struct
 * of the caller's: the command line goes before the environment, and that before the file. Lists
 * are replaced as a whole; KEY=VALUE options are merged by key.
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

/** Where a setting came from; a greater one goes before a lesser one. */
enum fp_origin { FP_FROM_FILE, FP_FROM_ENVIRONMENT, FP_FROM_COMMAND_LINE };

/** An option with a value that somebody gave it. */
struct fp_setting {
    const struct fp_option *option;
    char *value; /**< owned; NULL: given without a value */
    enum fp_origin origin;
    bool passed_over; /**< something that goes before it makes it meaningless */
    char *found_in;   /**< owned; the file that it stands in, where nobody has named that */
};

/** All that was given. Zero-initialise; release with fp_settings_clear(). */
struct fp_settings {
    struct fp_setting *items; /**< in the order given */
    size_t len;
    struct fp_strv operands;        /**< words that are no options */
    size_t undashed;                /**< how many of them stand before a "--" */
    struct fp_strv warnings;        /**< lines for the user */
    const struct fp_option *missed; /**< without which another kind of image comes to be, and */
    char *missed_name;              /**< what was hardly meant for another one. Owned */
    char *file;                     /**< the configuration file that was read; NULL: none */
    bool is_found;                  /**< nobody has named the file that is being read */
    bool stopped;                   /**< an option with FP_OPTION_STOPS was seen */
};

/** Append a setting; `value` is copied and may be NULL. */
void fp_settings_add(struct fp_settings *settings, const struct fp_option *option,
                     const char *value, enum fp_origin origin);
/** The last value given for an option in the greatest origin, or NULL. Borrowed. */
const char *fp_settings_value(const struct fp_settings *settings, const char *name);
/** Whether the value in force of an option stands in a file that nobody has named: flinkpack.yaml
 * of the working directory, or one that this names in turn. */
bool fp_settings_is_found(const struct fp_settings *settings, const char *name);
/** Append the names of the options whose value in force stands in a file; of KEY=VALUE options
 * "NAME KEY" for each key that a file has. */
void fp_settings_list_of_file(const struct fp_settings *settings, struct fp_strv *ret);
/** Add a warning for each option in force that such a file sets, and that decides more than
 * content. To be called after fp_settings_apply(), which knows what counts.
 * @param config The file that can be named instead. */
void fp_settings_warn_of_found(struct fp_settings *settings, const char *config);
/** What to call a setting in a message: "--job-jar", "FLINKPACK_JOB_JAR", "flinkpack.yaml:
 * job-jar". The caller owns it. */
char *fp_setting_title(const struct fp_settings *settings, const struct fp_setting *setting);
/** Release the members. */
void fp_settings_clear(struct fp_settings *settings);

/** Declare a struct fp_settings that is cleared at the end of its scope. */
#define cleanup_settings __attribute__((cleanup(fp_settings_clear)))

/**
 * Collect from a command line: --name value, --name=value, -x value, -xvalue, flags bundled (-vq);
 * "--" ends the options.
 *
 * @param groups The command's options.
 * @param known  The options of all commands, to say where an option belongs.
 * @param args   NULL-terminated, without the program and the command.
 * @return FP_E_USAGE for what is unknown (with the nearest name) or lacks its value.
 */
FP_CHECKED enum fp_code fp_settings_from_arguments(fp_option_groups groups, fp_option_groups known,
                                                   char *const *args, struct fp_settings *settings,
                                                   struct fp_error *err);
/**
 * Collect from the environment. Items of a list are separated by line ends. An empty FLINKPACK_
 * variable is an empty value, others count as not set. A FLINKPACK_ variable that sets no option
 * gives a warning with the nearest name; fp_settings_apply() refuses one that was to name the job.
 *
 * @param environment NULL-terminated "NAME=value".
 */
void fp_settings_from_environment(fp_option_groups groups, fp_option_groups known,
                                  char *const *environment, struct fp_settings *settings);
/**
 * Collect from a YAML file: keys are long names, lists sequences, KEY=VALUE options mappings.
 * Keys that are options of other commands are passed over.
 *
 * @return FP_E_NOT_FOUND, FP_E_IO, or FP_E_USAGE naming the file and the key.
 */
FP_CHECKED enum fp_code fp_settings_from_file(fp_option_groups groups, fp_option_groups known,
                                              const char *path, struct fp_settings *settings,
                                              struct fp_error *err);
/** Likewise from text. `name` stands for the file in messages. */
FP_CHECKED enum fp_code fp_settings_from_yaml(fp_option_groups groups, fp_option_groups known,
                                              const char *name, const char *text, size_t len,
                                              struct fp_settings *settings, struct fp_error *err);
/**
 * Likewise from a file of --values, where all options can stand that are not about the program
 * itself. Besides options it takes "image" as a mapping of repository, tag and digest, and "flink"
 * as one of type, version and parallelism.
 */
FP_CHECKED enum fp_code fp_settings_from_values(fp_option_groups groups, const char *path,
                                                struct fp_settings *settings, struct fp_error *err);
/**
 * Check all settings and store them by the options' offsets.
 *
 * @param target The struct; strings in it are borrowed from `settings`, lists are its own:
 *               release them with fp_options_clear().
 * @return FP_E_USAGE naming the setting, what it may be, and what it was.
 */
FP_CHECKED enum fp_code fp_settings_apply(fp_option_groups groups, struct fp_settings *settings,
                                          void *target, struct fp_error *err);
/** Clear the lists in `target`. */
void fp_options_clear(fp_option_groups groups, void *target);

/** Look at the names of all options that are shown. */
void fp_suggestion_consider_options(struct fp_suggestion *suggestion, fp_option_groups groups);

#endif
