/* A run of the program: it gathers options, runs a command, and writes its output. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "format.h"
#include "progress.h"

static const char default_config[] = "flinkpack.yaml";
static const char unread_config[] = "flinkpack.yml";

/* The kind of a command line. */
enum call_kind {
    CALL_COMMAND,
    CALL_NOTHING, /* there are no words */
    CALL_HELP,    /* --help stands before any command */
    CALL_VERSION, /* --version stands before any command */
};

/* A parsed command line. */
struct call {
    enum call_kind kind;
    const struct fp_command *command;
    char **words; /* NULL-terminated, without the program and the command; the array is owned, the
                       words are borrowed */
};

static const struct fp_option_group *const general[] = {&fp_options_general, NULL};

static enum fp_code fail_command(const char *name, struct fp_error *err)
{
    enum fp_code code = fp_fail(err, FP_E_USAGE, "there is no command '%s'", name);
    struct fp_suggestion suggestion = fp_suggestion_for(name);
    for (const struct fp_command *command = fp_commands; command->name != NULL; command++)
        if (!command->hidden)
            fp_suggestion_consider(&suggestion, command->name);
    if (suggestion.best != NULL)
        return fp_hinted(code, err, "flinkpack %s", suggestion.best);
    fp_hint(err, "flinkpack help");
    return code;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* The number of words of the general option at `words`; 0 if there is no such option. */
static size_t general_length(char *const *words)
{
    const char *word = words[0];
    size_t name_len = strcspn(word, "=");
    const struct fp_option *option = NULL;
    if (strncmp(word, "--", 2) == 0 && name_len > 2)
        option = fp_option_find(general, word + 2, name_len - 2);
    if (option != NULL)
        return fp_option_needs_value(option) && word[name_len] == '\0' && words[1] != NULL ? 2 : 1;
    if (word[0] != '-' || word[1] == '\0')
        return 0;
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        option = fp_option_find_letter(general, *letter);
        if (option == NULL || fp_option_needs_value(option))
            return 0;
    }
    return 1;
}

/* The words of `arguments` except for the first and the one at `without` (0: only the first). */
static char **words_but(char *const *arguments, size_t without)
{
    size_t len = 0;
    while (arguments[len] != NULL)
        len++;
    char **words = fp_xcalloc(len, sizeof(*words));
    size_t put = 0;
    for (size_t i = 1; i < len; i++)
        if (i != without)
            words[put++] = arguments[i];
    return words;
}

/* Parse a command line. General options may stand before the command. A line that begins with any
 * other option is a build, as with Flink's build.sh. An unknown command gives FP_E_USAGE. */
static enum fp_code parse_call(char *const *arguments, struct call *ret, struct fp_error *err)
{
    size_t at = 1;
    *ret = (struct call){.kind = CALL_NOTHING};
    if (arguments[0] == NULL || arguments[1] == NULL)
        return FP_OK;
    for (size_t len = 1; arguments[at] != NULL && len > 0; at += len) {
        bool help = is_one_of(arguments[at], "--help", "-h");
        if (help || is_one_of(arguments[at], "--version", "-V")) {
            ret->kind = help ? CALL_HELP : CALL_VERSION;
            return FP_OK;
        }
        len = general_length(&arguments[at]);
    }
    const char *first = arguments[at];
    bool build = first == NULL || first[0] == '-';
    ret->kind = CALL_COMMAND;
    ret->command = fp_command_find(build ? "build" : first);
    if (ret->command == NULL)
        return fail_command(first, err);
    ret->words = words_but(arguments, build ? 0 : at);
    return FP_OK;
}

/* Fail because of a superfluous word. If it is the name of a command, it was meant to come first;
 * if it is one of several jars, the shell has probably expanded a pattern. */
static enum fp_code fail_stray(const struct fp_command *command, const char *word,
                               struct fp_error *err)
{
    enum fp_code code =
        fp_fail(err, FP_E_USAGE, "%s: '%s' is one argument too many", command->name, word);
    if (fp_command_find(word) != NULL)
        return fp_hinted(code, err, "the command comes first: flinkpack %s ...", word);
    if (command->run == fp_run_build && fp_text_ends_with(word, ".jar"))
        return fp_hinted(code, err, "each jar has an option of its own: --job-jar %s", word);
    /* The word looks like a version of Flink. */
    if (command->run == fp_run_build && word[strspn(word, "0123456789.")] == '\0')
        return fp_hinted(code, err, "--flink-version %s", word);
    fp_hint(err, "flinkpack %s --help", command->name);
    return code;
}

static enum fp_code check_dashes(const struct fp_command *command,
                                 const struct fp_settings *settings, struct fp_error *err)
{
    if (settings->undashed == 0)
        return FP_OK;
    enum fp_code code = fp_fail(err, FP_E_USAGE, "%s: '%s' is one argument too many", command->name,
                                settings->operands.items[0]);
    if (fp_settings_value(settings, "image") == NULL)
        fp_hint(err, "--image %s; arguments of the job stand at the end, behind --",
                settings->operands.items[0]);
    else
        fp_hint(err, "arguments of the job stand at the end, behind --");
    return code;
}

static enum fp_code check_operands(const struct fp_command *command,
                                   const struct fp_settings *settings, struct fp_error *err)
{
    const struct fp_strv *operands = &settings->operands;
    if (command->dashed_operands)
        return check_dashes(command, settings, err);
    for (size_t i = 0; i < operands->len; i++)
        if (operands->items[i][0] == '\0')
            return fp_fail(err, FP_E_USAGE, "%s: an argument is empty", command->name);
    if (operands->len > command->max_operands)
        return fail_stray(command, operands->items[command->max_operands], err);
    if (operands->len >= command->min_operands)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE, "%s: expected %s", command->name, command->operands),
                     err, "flinkpack %s --help", command->name);
}

/* Find the default configuration file; NULL: there is none. Anything else than a file under its
 * name is an error, because it could block, or its options would be left out silently. */
static enum fp_code find_config(const char **ret, struct fp_strv *warnings, struct fp_error *err)
{
    struct stat st = {0};
    uint64_t size = 0;
    cleanup_fd int fd = -1;
    *ret = lstat(default_config, &st) == 0 ? default_config : NULL;
    if (*ret == NULL && lstat(unread_config, &st) == 0)
        fp_strv_addf(warnings, "%s is not read; did you mean %s? Or name it: --config %s",
                     unread_config, default_config, unread_config);
    return *ret != NULL ? fp_file_open(default_config, &fd, &size, err) : FP_OK;
}

/* Whether a value is given and not empty. Empty values are refused later. */
static bool is_said(const char *value)
{
    return value != NULL && *value != '\0';
}

/* Collect settings from the file of --config, or from the default file. */
static enum fp_code gather_config(const struct fp_command *command, struct fp_settings *settings,
                                  struct fp_error *err)
{
    const char *config = fp_settings_value(settings, "config");
    bool is_named = config != NULL;
    if (!is_named && !command->named_file_only)
        FP_TRY(find_config(&config, &settings->warnings, err));
    settings->is_found = !is_named;
    if (!is_said(config))
        return FP_OK;
    enum fp_code code =
        fp_settings_from_file(command->groups, fp_all_options, config, settings, err);
    /* Errors in the file itself already contain its name and line. */
    return is_named && code != FP_E_USAGE ? fp_context(code, err, "--config") : code;
}

static enum fp_code gather(const struct call *call, char *const *environment,
                           struct fp_settings *settings, struct fp_error *err)
{
    fp_option_groups groups = call->command->groups;
    FP_TRY(fp_settings_from_arguments(groups, fp_all_options, call->words, settings, err));
    if (settings->stopped)
        return FP_OK;
    FP_TRY(check_operands(call->command, settings, err));
    fp_settings_from_environment(groups, fp_all_options, environment, settings);
    /* Commands with general options only, such as help, need no warnings of misspelt names. */
    if (groups[1] == NULL)
        fp_strv_clear(&settings->warnings);
    FP_TRY(gather_config(call->command, settings, err));
    /* Only generate reads --values here. A build passes the file on. */
    const char *values = fp_settings_value(settings, "values");
    settings->is_found = fp_settings_is_found(settings, "values");
    if (is_said(values) && call->command->run == fp_run_generate)
        FP_TRY(fp_settings_from_values(groups, values, settings, err));
    return FP_OK;
}

static enum fp_code write_out(const struct fp_buf *out, bool is_document, struct fp_error *err)
{
    FP_TRY(fp_buf_check(out, err));
    if (out->len > 0 && !is_document)
        fp_make_lines_printable(out->data);
    for (size_t done = 0; done < out->len;) {
        ssize_t n = write(STDOUT_FILENO, out->data + done, out->len - done);
        if (n < 0 && errno != EINTR)
            return fp_fail_errno(err, FP_E_IO, "standard output");
        done += n > 0 ? (size_t) n : 0;
    }
    return FP_OK;
}

/* With --fail-on-warning, late warnings fail the run although the image is already stored. */
static enum fp_code heed_late(const struct fp_run *run, struct fp_error *err)
{
    enum fp_code code = fp_report_heed(run->reporter, err);
    if (code != FP_OK && run->result_name != NULL && !run->args.build.dry_run)
        return fp_hinted(code, err, "%s@%s is there; what was warned of came after it",
                         run->result_name, run->result_digest.text);
    return code;
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
    FP_TRY(fp_report_heed(run->reporter, err));
    fp_lock_tell(run->reporter);
    enum fp_code code = command->run(run, err);
    fp_lock_tell(NULL);
    return code == FP_OK ? heed_late(run, err) : code;
}

/* Write to standard output, but only after success. Returns the exit status, which is 128 plus the
 * number of the signal if a signal ended the run. */
static int finish(struct fp_progress *progress, enum fp_code code, const struct fp_buf *out,
                  bool is_document, struct fp_error *err)
{
    fp_progress_stop(progress);
    if (code == FP_OK)
        code = write_out(out, is_document, err);
    if (code != FP_OK)
        fp_progress_error(progress, err);
    int signal_number = fp_cancelled();
    return code == FP_E_INTERRUPTED && signal_number > 0 ? 128 + signal_number : (int) code;
}

static int call_command(const struct call *call, char *const *environment)
{
    struct fp_error err = {0};
    cleanup_settings struct fp_settings settings = {0};
    struct fp_run run = {.out = FP_BUF_INIT(FP_OUTPUT_MAX_BYTES)};
    fp_args_init(&run.args);
    enum fp_code code = gather(call, environment, &settings, &err);
    if (code == FP_OK && !settings.stopped)
        code = fp_settings_apply(call->command->groups, &settings, &run.args, &err);
    fp_settings_warn_of_found(&settings, default_config);
    /* If options are wrong, the settings seen so far still decide how to report that. */
    struct fp_progress_options options = {
        .mode = fp_progress_mode_of(fp_settings_value(&settings, "progress")),
        .fd = STDERR_FILENO,
        .verbose = run.args.verbose,
        .quiet = run.args.quiet,
        .strict = run.args.fail_on_warning,
    };
    cleanup_progress struct fp_progress *progress = fp_progress_new(&options);
    run.reporter = fp_progress_reporter(progress);
    run.settings = &settings;
    run.warnings = fp_progress_warnings(progress);
    if (code == FP_OK && settings.stopped)
        fp_help(call->command, &run.out);
    else if (code == FP_OK)
        code = run_command(call->command, &run, &settings, &err);
    if (code != FP_OK && run.is_partial) {
        fp_progress_stop(progress);
        (void) !write_out(&run.out, run.is_document, NULL);
    }
    int status = finish(progress, code, &run.out, run.is_document, &err);
    if (status == 0 && run.result_name != NULL && !run.args.quiet)
        fp_progress_result(progress, run.result_name, run.result_digest.text);
    free(run.result_name);
    free(run.lock_file);
    fp_options_clear(call->command->groups, &run.args);
    fp_strv_clear(&run.operands);
    fp_buf_clear(&run.out);
    return status;
}

static int call_program(enum call_kind kind)
{
    struct fp_error err = {0};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_OUTPUT_MAX_BYTES);
    struct fp_progress_options options = {.fd = STDERR_FILENO};
    cleanup_progress struct fp_progress *progress = fp_progress_new(&options);
    if (kind == CALL_VERSION)
        fp_put_version(&out);
    else
        fp_help(NULL, &out);
    return finish(progress, FP_OK, &out, false, &err);
}

static int call_nothing(void)
{
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_OUTPUT_MAX_BYTES);
    fp_help_short(&out);
    (void) !write(STDERR_FILENO, out.data, out.len);
    return (int) FP_E_USAGE;
}

static int refuse(struct fp_error *err)
{
    struct fp_progress_options options = {.fd = STDERR_FILENO};
    cleanup_progress struct fp_progress *progress = fp_progress_new(&options);
    const struct fp_buf nothing = FP_BUF_INIT(0);
    return finish(progress, err->code, &nothing, false, err);
}

int fp_cli_main(char *const *arguments, char *const *environment)
{
    struct fp_error err = {0};
    struct call call = {0};
    if (parse_call(arguments, &call, &err) != FP_OK)
        return refuse(&err);
    if (call.kind == CALL_NOTHING)
        return call_nothing();
    int status =
        call.kind == CALL_COMMAND ? call_command(&call, environment) : call_program(call.kind);
    free(call.words);
    return status;
}
