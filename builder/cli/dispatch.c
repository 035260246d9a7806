#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"

static const char default_config[] = "flinkpack.yaml";

/* A command line, taken apart. */
struct call {
    const struct fp_command *command; /* NULL: the program itself is asked for something */
    char *const *arguments;           /* what follows the command */
};

static enum fp_code fail_command(const char *name, struct fp_error *err)
{
    enum fp_code code = fp_fail(err, FP_E_USAGE, "there is no command '%s'", name);
    struct fp_suggestion suggestion = fp_suggestion_for(name);
    for (const struct fp_command *command = fp_commands; command->name != NULL; command++) {
        if (!command->hidden)
            fp_suggestion_consider(&suggestion, command->name);
    }
    if (suggestion.best != NULL)
        return fp_hint(err, "flinkpack %s", suggestion.best);
    (void) fp_hint(err, "flinkpack help");
    return code;
}

/* What begins with an option is a build, as with Flink's build.sh. */
static enum fp_code choose_command(char *const *arguments, struct call *ret, struct fp_error *err)
{
    const char *first = arguments[1];
    bool option = first[0] == '-';
    const struct fp_command *command = fp_command_find(option ? "build" : first);
    if (command == NULL)
        return fail_command(first, err);
    *ret = (struct call){command, option ? arguments + 1 : arguments + 2};
    return FP_OK;
}

static enum fp_code check_operands(const struct fp_command *command, const struct fp_strv *operands,
                                   struct fp_error *err)
{
    for (size_t i = 0; i < operands->len; i++) {
        if (operands->items[i][0] == '\0')
            return fp_fail(err, FP_E_USAGE, "%s: an argument is empty", command->name);
    }
    enum fp_code code = FP_OK;
    if (operands->len > command->max_operands)
        code = fp_fail(err, FP_E_USAGE, "%s: '%s' is one argument too many", command->name,
                       operands->items[command->max_operands]);
    else if (operands->len < command->min_operands)
        code = fp_fail(err, FP_E_USAGE, "%s: expected %s", command->name, command->operands);
    if (code != FP_OK)
        (void) fp_hint(err, "flinkpack %s --help", command->name);
    return code;
}

static enum fp_code gather(const struct call *call, char *const *environment,
                           struct fp_settings *settings, struct fp_error *err)
{
    fp_option_groups groups = call->command->groups;
    enum fp_code code =
        fp_settings_from_arguments(groups, fp_all_options, call->arguments, settings, err);
    if (code != FP_OK || settings->stopped)
        return code;
    code = check_operands(call->command, &settings->operands, err);
    if (code != FP_OK)
        return code;
    fp_settings_from_environment(groups, fp_all_options, environment, settings);
    const char *config = fp_settings_value(settings, "config");
    if (config == NULL && !fp_path_exists(default_config))
        return FP_OK;
    return fp_settings_from_file(groups, fp_all_options, config != NULL ? config : default_config,
                                 settings, err);
}

static enum fp_code write_out(const struct fp_buf *out, struct fp_error *err)
{
    for (size_t done = 0; done < out->len;) {
        ssize_t n = write(STDOUT_FILENO, out->data + done, out->len - done);
        if (n < 0 && errno != EINTR)
            return fp_fail_errno(err, FP_E_IO, "standard output");
        done += n > 0 ? (size_t) n : 0;
    }
    return FP_OK;
}

static enum fp_code run_command(const struct fp_command *command, struct fp_run *run,
                                const struct fp_settings *settings, struct fp_error *err)
{
    for (size_t i = 0; i < settings->warnings.len; i++)
        fp_report(run->reporter, FP_EVENT_WARNING, "%s", settings->warnings.items[i]);
    if (settings->file != NULL)
        fp_report(run->reporter, FP_EVENT_DEBUG, "options from %s", settings->file);
    for (size_t i = 0; i < settings->operands.len; i++)
        fp_strv_add(&run->operands, settings->operands.items[i]);
    return command->run(run, err);
}

/* The exit status for a code: signals give 128 and their number. */
static int status_of(enum fp_code code)
{
    int signal_number = fp_interrupted();
    return code == FP_E_INTERRUPTED && signal_number > 0 ? 128 + signal_number : (int) code;
}

/* Standard output gets something only once all went well. */
static int finish(struct fp_progress *progress, enum fp_code code, const struct fp_buf *out,
                  struct fp_error *err)
{
    fp_progress_stop(progress);
    if (code == FP_OK)
        code = write_out(out, err);
    if (code != FP_OK)
        fp_progress_error(progress, err);
    return status_of(code);
}

static int call_command(const struct call *call, char *const *environment)
{
    struct fp_error err = {0};
    cleanup_settings struct fp_settings settings = {0};
    struct fp_run run = {.out = FP_BUF_INIT(FP_OUTPUT_MAX_BYTES)};
    run.args.source_date_epoch = -1;
    run.args.retry = 4;
    enum fp_code code = gather(call, environment, &settings, &err);
    if (code == FP_OK && !settings.stopped)
        code = fp_settings_apply(call->command->groups, &settings, &run.args, &err);
    /* After a failure the settings seen so far tell at least how to say it. */
    struct fp_progress_options options = {
        .mode = fp_progress_mode_of(fp_settings_value(&settings, "progress")),
        .fd = STDERR_FILENO,
        .verbose = run.args.verbose,
        .quiet = run.args.quiet,
    };
    cleanup_progress struct fp_progress *progress = fp_progress_new(&options);
    run.reporter = fp_progress_reporter(progress);
    if (code == FP_OK && settings.stopped)
        code = fp_help(call->command, &run.out, &err);
    else if (code == FP_OK)
        code = run_command(call->command, &run, &settings, &err);
    int status = finish(progress, code, &run.out, &err);
    fp_options_clear(call->command->groups, &run.args);
    fp_strv_clear(&run.operands);
    fp_buf_clear(&run.out);
    return status;
}

/* What is asked of the program itself: its help or its version. */
static bool is_own_call(const char *first)
{
    return first == NULL || strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 ||
           strcmp(first, "--version") == 0;
}

static int call_program(const char *first)
{
    struct fp_error err = {0};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_OUTPUT_MAX_BYTES);
    if (first == NULL) {
        enum fp_code code = fp_help_short(&out, &err);
        (void) !write(STDERR_FILENO, out.data, out.len);
        return code == FP_OK ? (int) FP_E_USAGE : (int) code;
    }
    struct fp_progress_options options = {.fd = STDERR_FILENO};
    cleanup_progress struct fp_progress *progress = fp_progress_new(&options);
    enum fp_code code = strcmp(first, "--version") == 0
                            ? fp_buf_add_text(&out, "flinkpack " FLINKPACK_VERSION "\n", &err)
                            : fp_help(NULL, &out, &err);
    return finish(progress, code, &out, &err);
}

int fp_cli_main(char *const *arguments, char *const *environment)
{
    if (arguments[0] == NULL || is_own_call(arguments[1]))
        return call_program(arguments[0] != NULL ? arguments[1] : NULL);
    struct fp_error err = {0};
    struct call call = {0};
    enum fp_code code = choose_command(arguments, &call, &err);
    if (code == FP_OK && call.command != NULL)
        return call_command(&call, environment);
    struct fp_progress_options options = {.fd = STDERR_FILENO};
    cleanup_progress struct fp_progress *progress = fp_progress_new(&options);
    const struct fp_buf nothing = FP_BUF_INIT(0);
    return finish(progress, code, &nothing, &err);
}
