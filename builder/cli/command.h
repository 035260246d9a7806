/**
 * @file
 * The commands and what each gets to run.
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
    const struct fp_settings *settings; /**< where these came from */
    struct fp_strv operands;
    struct fp_reporter *reporter;
    const struct fp_strv *warnings; /**< all that was told so far */
    struct fp_buf out; /**< what goes to standard output once the command has succeeded */
    bool is_document; /**< it is for programs, and goes there as it is; else it is made printable */
    char *result_name; /**< of the image that came of it; NULL: none did. Owned */
    struct fp_digest result_digest;
};

/** A command. Static. */
struct fp_command {
    const char *name;
    const char *operands; /**< "SOURCE [DESTINATION...]"; "" for none */
    const char *summary;  /**< one line */
    const char *text;     /**< more of it: paragraphs, with '\n' between them; NULL: none */
    const char *examples; /**< command lines, each followed by '\n'; NULL: none */
    fp_option_groups groups;
    size_t min_operands;
    size_t max_operands;
    const char *words;     /**< for completion: what the first operand may be; or NULL */
    const char *listed_by; /**< likewise: the command whose lines are what operands may be */
    bool hidden;
    bool dashed_operands; /**< operands stand behind "--" only, and may be empty */
    bool named_file_only; /**< flinkpack.yaml of the working directory is not read */
    enum fp_code (*run)(struct fp_run *run, struct fp_error *err);
};

/** All commands, in the order of --help; ends with one whose name is NULL. */
extern const struct fp_command fp_commands[];
/** The options of all commands. */
extern const struct fp_option_group *const fp_all_options[];
/** The command of that name, or NULL. */
const struct fp_command *fp_command_find(const char *name);

/** Write JSON for programs, pretty, with nothing in it that a terminal or a CI system would obey.
 */
void fp_run_put_json(struct fp_run *run, const json_t *value);
/** Write NAME@DIGEST of what came of the run, once: of several places the first counts. */
void fp_run_result(struct fp_run *run, const char *name, const struct fp_digest *digest);

/** The runs of the commands. */
FP_CHECKED enum fp_code fp_run_build(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_append(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_push(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_pull(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_tag(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_inspect(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_generate(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_images(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_rmi(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_login(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_logout(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_base(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_completion(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_man(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_help(struct fp_run *run, struct fp_error *err);
FP_CHECKED enum fp_code fp_run_version(struct fp_run *run, struct fp_error *err);

struct fp_generate_input;
/** Read before a build what --generate and --values ask for; nothing, where they ask for nothing.
 */
FP_CHECKED enum fp_code fp_generate_prepare(const struct fp_run *run, struct fp_generate_input *ret,
                                            struct fp_error *err);
/**
 * Write the manifests of an image that was built, into --generate.
 * @param image NAME@DIGEST.
 */
FP_CHECKED enum fp_code fp_generate_after_build(struct fp_run *run, struct fp_generate_input *input,
                                                const char *image, struct fp_error *err);

/** The help of a command; NULL: of the program. */
void fp_help(const struct fp_command *command, struct fp_buf *out);
/** The few lines for who typed nothing. */
void fp_help_short(struct fp_buf *out);
/** "flinkpack 1.2.3" */
void fp_put_version(struct fp_buf *out);

/** A status that the program can end with. */
struct fp_exit_status {
    const char *status; /**< "0", "130, 143" */
    const char *text;
};
/** All of them, for --help and the man page; ends with one whose status is NULL. */
extern const struct fp_exit_status fp_exit_statuses[];
/** Environment variables that are no options, likewise. */
struct fp_variable {
    const char *name;
    const char *text;
};
/** All of them; ends with one whose name is NULL. */
extern const struct fp_variable fp_variables[];

/**
 * Run a command line.
 * @param arguments   NULL-terminated, as main() gets them.
 * @param environment NULL-terminated "NAME=value".
 * @return The exit status.
 */
int fp_cli_main(char *const *arguments, char *const *environment);

#endif
