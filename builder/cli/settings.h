/**
 * @file
 * What was given for options, and by whom.
 *
 * Words are first collected as settings, each with where it came from, and then applied to a struct
 * of the caller's: the command line goes before the environment, and that before the file. Lists
 * are replaced as a whole; KEY=VALUE options are merged by key.
 */
#ifndef FLINKPACK_CLI_SETTINGS_H
#define FLINKPACK_CLI_SETTINGS_H

#include "option.h"

/** Where a setting came from; a greater one goes before a lesser one. */
enum fp_setting_origin { FP_FROM_FILE, FP_FROM_ENVIRONMENT, FP_FROM_COMMAND_LINE };

/** An option with a value that somebody gave it. */
struct fp_setting {
    const struct fp_option *option;
    char *value; /**< owned; NULL: given without a value */
    enum fp_setting_origin origin;
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
                     const char *value, enum fp_setting_origin origin);
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

#endif
