#include "command.h"

#include <string.h>

#include "format.h"

#define COLUMNS       80
#define OPTION_INDENT 28

/* Words of `text`, filled into lines that begin at `indent`; the first line stands at `column`
 * already. Ends with a line end. */
static enum fp_code put_filled(struct fp_buf *out, const char *text, size_t indent, size_t column,
                               struct fp_error *err)
{
    cleanup_strv struct fp_strv words = {0};
    fp_strv_split(&words, text, ' ');
    enum fp_code code = FP_OK;
    size_t start = column;
    for (size_t i = 0; i < words.len && code == FP_OK; i++) {
        size_t width = fp_text_columns(words.items[i]);
        if (column > start && column + 1 + width > COLUMNS) {
            code = fp_buf_addf(out, err, "\n%*s", (int) indent, "");
            column = start = indent;
        }
        if (code == FP_OK)
            code = fp_buf_addf(out, err, "%s%s", column > start ? " " : "", words.items[i]);
        column += width + (column > start);
    }
    return code == FP_OK ? fp_buf_add_text(out, "\n", err) : code;
}

/* "  -o, --output WHERE" */
static char *option_head(const struct fp_option *option)
{
    cleanup_free char *letter =
        option->letter != 0 ? fp_xasprintf("-%c,", option->letter) : fp_xstrdup("");
    if (option->kind == FP_OPTION_OPTIONAL)
        return fp_xasprintf("  %-3s --%s [%s]", letter, option->name, option->metavar);
    return fp_xasprintf("  %-3s --%s%s%s", letter, option->name, option->metavar != NULL ? " " : "",
                        option->metavar != NULL ? option->metavar : "");
}

static char *option_text(const struct fp_option *option)
{
    const char *again = fp_option_is_list(option) ? "; repeatable" : "";
    if (option->fallback == NULL)
        return fp_xasprintf("%s%s", option->help, again);
    return fp_xasprintf("%s%s (default: %s)", option->help, again, option->fallback);
}

static enum fp_code put_option(struct fp_buf *out, const struct fp_option *option,
                               struct fp_error *err)
{
    cleanup_free char *head = option_head(option);
    cleanup_free char *text = option_text(option);
    enum fp_code code = fp_buf_add_text(out, head, err);
    size_t width = fp_text_columns(head);
    if (code == FP_OK && width + 2 > OPTION_INDENT) {
        code = fp_buf_add_text(out, "\n", err);
        width = 0;
    }
    if (code == FP_OK)
        code = fp_buf_addf(out, err, "%*s", (int) (OPTION_INDENT - width), "");
    return code == FP_OK ? put_filled(out, text, OPTION_INDENT, OPTION_INDENT, err) : code;
}

static bool is_shown(const struct fp_option_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        if ((group->options[i].flags & FP_OPTION_HIDDEN) == 0)
            return true;
    }
    return false;
}

static enum fp_code put_group(struct fp_buf *out, const struct fp_option_group *group,
                              struct fp_error *err)
{
    enum fp_code code = fp_buf_addf(out, err, "\n%s:\n", group->title);
    for (size_t i = 0; i < group->count && code == FP_OK; i++) {
        if ((group->options[i].flags & FP_OPTION_HIDDEN) == 0)
            code = put_option(out, &group->options[i], err);
    }
    return code;
}

static enum fp_code put_examples(struct fp_buf *out, const char *examples, struct fp_error *err)
{
    cleanup_strv struct fp_strv lines = {0};
    fp_strv_split(&lines, examples, '\n');
    FP_TRY(fp_buf_add_text(out, "\nExamples:\n", err));
    for (size_t i = 0; i < lines.len; i++)
        FP_TRY(fp_buf_addf(out, err, "  %s\n", lines.items[i]));
    return FP_OK;
}

static enum fp_code put_paragraphs(struct fp_buf *out, const char *text, struct fp_error *err)
{
    cleanup_strv struct fp_strv paragraphs = {0};
    fp_strv_split(&paragraphs, text, '\n');
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < paragraphs.len && code == FP_OK; i++) {
        code = fp_buf_add_text(out, "\n", err);
        if (code == FP_OK)
            code = put_filled(out, paragraphs.items[i], 0, 0, err);
    }
    return code;
}

static enum fp_code command_help(const struct fp_command *command, struct fp_buf *out,
                                 struct fp_error *err)
{
    enum fp_code code =
        fp_buf_addf(out, err, "Usage: flinkpack %s [OPTION...]%s%s\n\nflinkpack %s: %s\n",
                    command->name, command->operands[0] != '\0' ? " " : "", command->operands,
                    command->name, command->summary);
    if (code == FP_OK && command->text != NULL)
        code = put_paragraphs(out, command->text, err);
    for (fp_option_groups group = command->groups; *group != NULL && code == FP_OK; group++) {
        if (is_shown(*group))
            code = put_group(out, *group, err);
    }
    if (code == FP_OK && command->examples != NULL)
        code = put_examples(out, command->examples, err);
    if (code == FP_OK)
        code = fp_buf_add_text(out,
                               "\nOptions can also come from FLINKPACK_... variables and from "
                               "flinkpack.yaml;\nsee 'flinkpack help', also for exit statuses.\n",
                               err);
    return code;
}

static enum fp_code put_commands(struct fp_buf *out, struct fp_error *err)
{
    enum fp_code code = fp_buf_add_text(out, "\nCommands:\n", err);
    for (const struct fp_command *c = fp_commands; c->name != NULL && code == FP_OK; c++) {
        if (!c->hidden)
            code = fp_buf_addf(out, err, "  %-12s%s\n", c->name, c->summary);
    }
    return code;
}

static enum fp_code put_variables(struct fp_buf *out, struct fp_error *err)
{
    enum fp_code code = fp_buf_add_text(out, "\nEnvironment:\n", err);
    for (const struct fp_variable *v = fp_variables; v->name != NULL && code == FP_OK; v++) {
        code = fp_buf_addf(out, err, "  %s\n      ", v->name);
        if (code == FP_OK)
            code = put_filled(out, v->text, 6, 6, err);
    }
    return code;
}

static enum fp_code put_statuses(struct fp_buf *out, struct fp_error *err)
{
    FP_TRY(fp_buf_add_text(out, "\nExit status:\n", err));
    for (const struct fp_exit_status *s = fp_exit_statuses; s->status != NULL; s++)
        FP_TRY(fp_buf_addf(out, err, "  %-12s%s\n", s->status, s->text));
    return FP_OK;
}

static enum fp_code program_help(struct fp_buf *out, struct fp_error *err)
{
    FP_TRY(fp_buf_add_text(
        out,
        "Usage: flinkpack COMMAND [OPTION...]\n"
        "       flinkpack [build] OPTION...\n"
        "       flinkpack --version\n\n"
        "Makes container images of Apache Flink jobs: no Docker, no root, no JVM.\n\n"
        "  flinkpack --from-release --flink-version 1.20.4 --job-jar job.jar\n",
        err));
    FP_TRY(put_commands(out, err));
    FP_TRY(put_paragraphs(
        out,
        "'flinkpack COMMAND --help' tells of a command's options. Each of them can come from "
        "the command line, from a FLINKPACK_ variable, or from flinkpack.yaml in the working "
        "folder (or --config FILE), where the keys are the options' names and lists are "
        "sequences; in this order the first that has it counts. KEY=VALUE options are merged "
        "key by key.",
        err));
    FP_TRY(put_variables(out, err));
    return put_statuses(out, err);
}

enum fp_code fp_help(const struct fp_command *command, struct fp_buf *out, struct fp_error *err)
{
    return command != NULL ? command_help(command, out, err) : program_help(out, err);
}

enum fp_code fp_help_short(struct fp_buf *out, struct fp_error *err)
{
    FP_TRY(fp_buf_add_text(out,
                           "Usage: flinkpack COMMAND [OPTION...]\n"
                           "       flinkpack [build] OPTION...\n",
                           err));
    FP_TRY(put_commands(out, err));
    return fp_buf_add_text(out, "\n'flinkpack COMMAND --help' tells more of each.\n", err);
}

enum fp_code fp_run_help(struct fp_run *run, struct fp_error *err)
{
    if (run->operands.len == 0)
        return fp_help(NULL, &run->out, err);
    const char *name = run->operands.items[0];
    const struct fp_command *command = fp_command_find(name);
    if (command == NULL)
        return fp_fail(err, FP_E_USAGE, "there is no command '%s'", name);
    return fp_help(command, &run->out, err);
}

enum fp_code fp_put_version(struct fp_buf *out, struct fp_error *err)
{
    return fp_buf_add_text(out, "flinkpack " FLINKPACK_VERSION "\n", err);
}

enum fp_code fp_run_version(struct fp_run *run, struct fp_error *err)
{
    const char *commit = FLINKPACK_COMMIT;
    FP_TRY(fp_put_version(&run->out, err));
    if (commit[0] != '\0')
        FP_TRY(fp_buf_addf(&run->out, err, "commit %s\n", commit));
    return fp_buf_add_text(&run->out, "with " FLINKPACK_LIBRARIES "\n", err);
}
