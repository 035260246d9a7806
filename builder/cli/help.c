/* The help of the program and of each command, and its version. */
#include "command.h"

#include <string.h>

#include "format.h"

#define COLUMNS       80
#define OPTION_INDENT 28

/* Append the words of `text`, wrapped into lines that begin at `indent`, and a line end. The first
 * line has already reached `column`. */
static void put_filled(struct fp_buf *out, const char *text, size_t indent, size_t column)
{
    cleanup_strv struct fp_strv words = {0};
    fp_strv_split(&words, text, ' ');
    size_t start = column;
    for (size_t i = 0; i < words.len; i++) {
        size_t width = fp_text_columns(words.items[i]);
        if (column > start && column + 1 + width > COLUMNS) {
            fp_buf_putf(out, "\n%*s", (int) indent, "");
            column = start = indent;
        }
        fp_buf_putf(out, "%s%s", column > start ? " " : "", words.items[i]);
        column += width + (column > start);
    }
    fp_buf_puts(out, "\n");
}

/* The left column of an option: "  -o, --output WHERE". The caller owns it. */
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

static void put_option(struct fp_buf *out, const struct fp_option *option)
{
    cleanup_free char *head = option_head(option);
    cleanup_free char *text = option_text(option);
    fp_buf_puts(out, head);
    size_t width = fp_text_columns(head);
    if (width + 2 > OPTION_INDENT) {
        fp_buf_puts(out, "\n");
        width = 0;
    }
    fp_buf_putf(out, "%*s", (int) (OPTION_INDENT - width), "");
    put_filled(out, text, OPTION_INDENT, OPTION_INDENT);
}

static bool is_shown(const struct fp_option_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        if ((group->options[i].flags & FP_OPTION_HIDDEN) == 0)
            return true;
    }
    return false;
}

static void put_group(struct fp_buf *out, const struct fp_option_group *group)
{
    fp_buf_putf(out, "\n%s:\n", group->title);
    for (size_t i = 0; i < group->count; i++) {
        if ((group->options[i].flags & FP_OPTION_HIDDEN) == 0)
            put_option(out, &group->options[i]);
    }
}

static void put_findings(struct fp_buf *out)
{
    const char *about = NULL;
    const char *name = NULL;
    fp_buf_puts(out, "\nFindings, by their names:\n");
    for (size_t i = 0; (name = fp_finding_name_at(i, &about)) != NULL; i++) {
        fp_buf_putf(out, "  %-*s", OPTION_INDENT - 2, name);
        put_filled(out, about, OPTION_INDENT, OPTION_INDENT);
    }
}

static void put_examples(struct fp_buf *out, const char *examples)
{
    cleanup_strv struct fp_strv lines = {0};
    fp_strv_split(&lines, examples, '\n');
    fp_buf_puts(out, "\nExamples:\n");
    for (size_t i = 0; i < lines.len; i++)
        fp_buf_putf(out, "  %s\n", lines.items[i]);
}

static void put_paragraphs(struct fp_buf *out, const char *text)
{
    cleanup_strv struct fp_strv paragraphs = {0};
    fp_strv_split(&paragraphs, text, '\n');
    for (size_t i = 0; i < paragraphs.len; i++) {
        fp_buf_puts(out, "\n");
        put_filled(out, paragraphs.items[i], 0, 0);
    }
}

static void command_help(const struct fp_command *command, struct fp_buf *out)
{
    fp_buf_putf(out, "Usage: flinkpack %s [OPTION...]%s%s\n\nflinkpack %s: %s\n", command->name,
                command->operands[0] != '\0' ? " " : "", command->operands, command->name,
                command->summary);
    if (command->text != NULL)
        put_paragraphs(out, command->text);
    for (fp_option_groups group = command->groups; *group != NULL; group++) {
        if (is_shown(*group))
            put_group(out, *group);
    }
    if (command->tells_findings)
        put_findings(out);
    if (command->examples != NULL)
        put_examples(out, command->examples);
    fp_buf_puts(out, "\nOptions can also come from FLINKPACK_... variables and from "
                     "flinkpack.yaml;\nsee 'flinkpack help', also for exit statuses.\n");
}

static void put_commands(struct fp_buf *out)
{
    fp_buf_puts(out, "\nCommands:\n");
    for (const struct fp_command *c = fp_commands; c->name != NULL; c++) {
        if (!c->hidden)
            fp_buf_putf(out, "  %-12s%s\n", c->name, c->summary);
    }
}

static void put_variables(struct fp_buf *out)
{
    fp_buf_puts(out, "\nEnvironment:\n");
    for (const struct fp_variable *v = fp_variables; v->name != NULL; v++) {
        fp_buf_putf(out, "  %s\n      ", v->name);
        put_filled(out, v->text, 6, 6);
    }
}

static void put_statuses(struct fp_buf *out)
{
    fp_buf_puts(out, "\nExit status:\n");
    for (const struct fp_exit_status *s = fp_exit_statuses; s->status != NULL; s++)
        fp_buf_putf(out, "  %-12s%s\n", s->status, s->text);
}

static void program_help(struct fp_buf *out)
{
    fp_buf_puts(out, "Usage: flinkpack COMMAND [OPTION...]\n"
                     "       flinkpack [build] OPTION...\n"
                     "       flinkpack --version\n\n"
                     "Makes container images of Apache Flink jobs: no Docker, no root, no JVM.\n\n"
                     "  flinkpack --from-release --flink-version 1.20.4 --job-jar job.jar\n");
    put_commands(out);
    put_paragraphs(
        out, "'flinkpack COMMAND --help' tells of a command's options. Each of them can come from "
             "the command line, from a FLINKPACK_ variable, or from flinkpack.yaml in the working "
             "folder (or --config FILE), where the keys are the options' names and lists are "
             "sequences; in this order the first that has it counts. KEY=VALUE options are merged "
             "key by key.");
    put_variables(out);
    put_statuses(out);
}

void fp_help(const struct fp_command *command, struct fp_buf *out)
{
    if (command != NULL)
        command_help(command, out);
    else
        program_help(out);
}

void fp_help_short(struct fp_buf *out)
{
    fp_buf_puts(out, "Usage: flinkpack COMMAND [OPTION...]\n"
                     "       flinkpack [build] OPTION...\n");
    put_commands(out);
    fp_buf_puts(out, "\n'flinkpack COMMAND --help' tells more of each.\n");
}

enum fp_code fp_run_help(struct fp_run *run, struct fp_error *err)
{
    const char *name = run->operands.len > 0 ? run->operands.items[0] : NULL;
    const struct fp_command *command = name != NULL ? fp_command_find(name) : NULL;
    if (name != NULL && command == NULL)
        return fp_fail(err, FP_E_USAGE, "there is no command '%s'", name);
    fp_help(command, &run->out);
    return FP_OK;
}

void fp_put_version(struct fp_buf *out)
{
    fp_buf_puts(out, "flinkpack " FLINKPACK_VERSION "\n");
}

enum fp_code fp_run_version(struct fp_run *run, struct fp_error *err)
{
    const char *commit = FLINKPACK_COMMIT;
    (void) err;
    fp_put_version(&run->out);
    if (commit[0] != '\0')
        fp_buf_putf(&run->out, "commit %s\n", commit);
    fp_buf_puts(&run->out, "with " FLINKPACK_LIBRARIES "\n");
    return FP_OK;
}
