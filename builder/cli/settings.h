/**
 * @file
 * The values given for options, and their origins.
 *
 * Words are first collected as settings with their origin, and then applied to a struct of the
 * caller. The command line overrides the environment, and the environment overrides the file. Lists
 * are replaced as a whole; KEY=VALUE options are merged by key.
 */
#ifndef FLINKPACK_CLI_SETTINGS_H
#define FLINKPACK_CLI_SETTINGS_H

#include "option.h"

/** Where a setting came from. A greater origin overrides a lesser one. */
enum fp_setting_origin { FP_FROM_FILE, FP_FROM_ENVIRONMENT, FP_FROM_COMMAND_LINE };

/** An option and the value that it was given. */
struct fp_setting {
    const struct fp_option *option;
    char *value; /**< owned; NULL: given without a value */
    enum fp_setting_origin origin;
    bool passed_over; /**< another setting overrides it or makes it meaningless */
    char *found_in;   /**< owned; the file that contains it if the user has not named that file */
};

/** All settings of a run. Zero-initialise; release with fp_settings_clear(). */
struct fp_settings {
    struct fp_setting *items; /**< in the order given */
    size_t len;
    struct fp_strv operands;        /**< words that are not options */
    size_t undashed;                /**< the number of operands before a "--" */
    struct fp_strv warnings;        /**< lines to show to the user */
    const struct fp_option *missed; /**< the option that a misspelt variable was meant to set */
    char *missed_name;              /**< that variable. Owned */
    char *file;                     /**< the configuration file that was read; NULL: none */
    bool is_found;                  /**< the user has not named the file that is being read */
    bool stopped;                   /**< an option with FP_OPTION_STOPS was seen */
};

/** Append a setting; `value` is copied and may be NULL. */
void fp_settings_add(struct fp_settings *settings, const struct fp_option *option,
                     const char *value, enum fp_setting_origin origin);
/** The last value of an option from its greatest origin, or NULL. Borrowed. */
const char *fp_settings_value(const struct fp_settings *settings, const char *name);
/** Whether the value in force of an option comes from a file that the user has not named: either
 * flinkpack.yaml of the working directory, or a file that it names in turn. */
bool fp_settings_is_found(const struct fp_settings *settings, const char *name);
/** Append the names of the options whose value in force comes from a file. A KEY=VALUE option adds
 * "NAME KEY" for each key in the file. */
void fp_settings_list_of_file(const struct fp_settings *settings, struct fp_strv *ret);
/** Add a warning for each option in force that a file sets which the user has not named, if the
 * option decides more than content. Call it after fp_settings_apply().
 * @param config The file that the warning tells the user to name. */
void fp_settings_warn_of_found(struct fp_settings *settings, const char *config);
/** The name of a setting in messages: "--job-jar", "FLINKPACK_JOB_JAR" or "flinkpack.yaml:
 * job-jar". The caller owns it. */
char *fp_setting_title(const struct fp_settings *settings, const struct fp_setting *setting);
/** Release the members. */
void fp_settings_clear(struct fp_settings *settings);

/** Declare a struct fp_settings that is cleared at the end of its scope. */
#define cleanup_settings __attribute__((cleanup(fp_settings_clear)))

/**
 * Collect settings from a command line: --name value, --name=value, -x value, -xvalue, -vq (flags);
 * "--" ends the options.
 *
 * @param groups The command's options.
 * @param known  The options of all commands, so that errors can say where an option belongs.
 * @param args   NULL-terminated, without the program and the command.
 * @return FP_E_USAGE if an option is unknown (with the nearest name) or lacks its value.
 */
FP_CHECKED enum fp_code fp_settings_from_arguments(fp_option_groups groups, fp_option_groups known,
                                                   char *const *args, struct fp_settings *settings,
                                                   struct fp_error *err);
/**
 * Collect settings from the environment. Line ends separate the items of a list. An empty variable
 * counts as not set, unless its name begins with FLINKPACK_. An unknown FLINKPACK_ variable causes
 * a warning with the nearest name; fp_settings_apply() fails if it was to name the job.
 *
 * @param environment NULL-terminated "NAME=value".
 */
void fp_settings_from_environment(fp_option_groups groups, fp_option_groups known,
                                  char *const *environment, struct fp_settings *settings);
/**
 * Collect settings from a YAML file. Keys are long names, lists are sequences, and KEY=VALUE
 * options are mappings. Keys that are options of other commands are ignored.
 *
 * @return FP_E_NOT_FOUND, FP_E_IO, or FP_E_USAGE naming the file and the key.
 */
FP_CHECKED enum fp_code fp_settings_from_file(fp_option_groups groups, fp_option_groups known,
                                              const char *path, struct fp_settings *settings,
                                              struct fp_error *err);
/** Likewise, from text. Messages call the file `name`. */
FP_CHECKED enum fp_code fp_settings_from_yaml(fp_option_groups groups, fp_option_groups known,
                                              const char *name, const char *text, size_t len,
                                              struct fp_settings *settings, struct fp_error *err);
/**
 * Likewise, from a --values file, which can set all options that are not about the program itself.
 * It can also contain "image", a mapping of repository, tag and digest, and "flink", a mapping of
 * type, version and parallelism.
 */
FP_CHECKED enum fp_code fp_settings_from_values(fp_option_groups groups, const char *path,
                                                struct fp_settings *settings, struct fp_error *err);
/**
 * Check all settings and store them at the offsets of their options.
 *
 * @param target The struct; strings in it are borrowed from `settings`, lists are its own:
 *               release them with fp_options_clear().
 * @return FP_E_USAGE, with the name of the setting, its possible values and its actual value.
 */
FP_CHECKED enum fp_code fp_settings_apply(fp_option_groups groups, struct fp_settings *settings,
                                          void *target, struct fp_error *err);
/** Clear the lists in `target`. */
void fp_options_clear(fp_option_groups groups, void *target);

#endif
