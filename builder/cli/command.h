/**
 * @file
 * The commands, and the data that a run of a command receives.
 */
#ifndef FLINKPACK_CLI_COMMAND_H
#define FLINKPACK_CLI_COMMAND_H

#include "args.h"
#include "settings.h"

/** The most that a command writes to standard output, in bytes. */
#define FP_OUTPUT_MAX_BYTES ((size_t) 64 << 20)

/** One run of a command. */
struct fp_run {
    struct fp_args args;
    const struct fp_settings *settings; /**< the settings that `args` was filled from */
    struct fp_strv operands;
    struct fp_reporter *reporter;
    const struct fp_strv *warnings; /**< the warnings given so far */
    struct fp_buf out; /**< written to standard output after the command has succeeded */
    bool is_document; /**< `out` is for programs and written unchanged; else it is made printable */
    bool is_partial;  /**< what is in `out` is true although the command fails */
    char *lock_file;  /**< a lock that was found. Owned */
    char *result_name; /**< the name of the resulting image; NULL: there is no image. Owned */
    struct fp_digest result_digest;
};

/** A command. Static. */
struct fp_command {
    const char *name;
    const char *operands; /**< "SOURCE [DESTINATION...]"; "" for none */
    const char *summary;  /**< one line */
    const char *text;     /**< the description: paragraphs separated by '\n'; NULL: none */
    const char *examples; /**< command lines, each followed by '\n'; NULL: none */
    fp_option_groups groups;
    size_t min_operands;
    size_t max_operands;
    const char *words;     /**< for completion: the words that the first operand can be; or NULL */
    const char *listed_by; /**< for completion: the command that prints the possible operands */
    bool hidden;
    bool dashed_operands; /**< operands are only accepted after "--", and may be empty */
    bool tells_findings;  /**< the help lists the names of findings */
    bool named_file_only; /**< flinkpack.yaml of the working directory is not read */
    enum fp_code (*run)(struct fp_run *run, struct fp_error *err);
};

/** All commands, in the order of --help. The last entry has the name NULL. */
extern const struct fp_command fp_commands[];
/** The options of all commands. */
extern const struct fp_option_group *const fp_all_options[];
/** The command of that name, or NULL. */
const struct fp_command *fp_command_find(const char *name);

/** Write indented JSON for programs. Anything that a terminal or a CI system would take for a
 * command is escaped. */
void fp_run_put_json(struct fp_run *run, const json_t *value);
/** Write NAME@DIGEST of the resulting image. Only the first call counts if there are several. */
void fp_run_result(struct fp_run *run, const char *name, const struct fp_digest *digest);

/** These functions run the commands. */
FP_CHECKED enum fp_code fp_run_build(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_append(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_check(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_lock(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_rebase(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_push(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_pull(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_tag(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_sign(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_verify(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_inspect(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_sbom(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_generate(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_images(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_rmi(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_login(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_logout(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_base(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_cache(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_completion(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_man(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_help(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_version(struct fp_run *run, struct fp_error *err);

/** Make the image of a build, as the run's options say. `ret` is cleared by the caller. */
FP_CHECKED enum fp_code fp_make_image(struct fp_run *run, bool is_append,
                                      struct fp_build_result *ret, struct fp_error *err);
/** The path of the lock of a run: the one that was named, or else flinkpack.lock. Owned. */
char *fp_lock_path(const struct fp_run *run);

struct fp_generate_input;
/** Read the files of --generate and --values before a build starts. Does nothing if neither
 * option is given. */
FP_CHECKED enum fp_code fp_generate_prepare(const struct fp_run *run, struct fp_generate_input *ret,
                                            struct fp_error *err);
/**
 * Write the manifests of a built image into the directory of --generate.
 * @param image NAME@DIGEST.
 */
FP_CHECKED enum fp_code fp_generate_after_build(struct fp_run *run, struct fp_generate_input *input,
                                                const char *image, struct fp_error *err);

/** Append the help of a command, or of the program if `command` is NULL. */
void fp_help(const struct fp_command *command, struct fp_buf *out);
/** Append the short help that is shown if the command line is empty. */
void fp_help_short(struct fp_buf *out);
/** Append the version line: "flinkpack 1.2.3". */
void fp_put_version(struct fp_buf *out);

/** An exit status of the program. */
struct fp_exit_status {
    const char *status; /**< "0", "130, 143" */
    const char *text;
};
/** All exit statuses, for --help and the man page. The last entry has the status NULL. */
extern const struct fp_exit_status fp_exit_statuses[];
/** An environment variable that is not an option, for --help and the man page. */
struct fp_variable {
    const char *name;
    const char *text;
};
/** All these variables. The last entry has the name NULL. */
extern const struct fp_variable fp_variables[];

/**
 * Run a command line.
 * @param arguments   NULL-terminated, as main() gets them.
 * @param environment NULL-terminated "NAME=value".
 * @return The exit status.
 */
int fp_cli_main(char *const *arguments, char *const *environment);

#endif
