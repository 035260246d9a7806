/* Makes the manual page from the tables of commands and options. */
#include "command.h"

#include <ctype.h>
#include <string.h>

/* Append text for roff, with its control characters escaped. */
static void put_text(struct fp_buf *out, const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        fp_buf_puts(out, "\\&");
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\\')
            fp_buf_puts(out, "\\e");
        else if (*p == '-')
            fp_buf_puts(out, "\\-");
        else
            fp_buf_put(out, p, 1);
    }
}

/* Append a macro with the text on the same line. */
static void put_macro(struct fp_buf *out, const char *macro, const char *text)
{
    fp_buf_putf(out, ".%s ", macro);
    put_text(out, text);
    fp_buf_puts(out, "\n");
}

static void put_line(struct fp_buf *out, const char *text)
{
    put_text(out, text);
    fp_buf_puts(out, "\n");
}

static void put_option(struct fp_buf *out, const struct fp_option *option)
{
    cleanup_free char *letter =
        option->letter != 0 ? fp_xasprintf("-%c, ", option->letter) : fp_xstrdup("");
    cleanup_free char *value = option->metavar == NULL ? fp_xstrdup("")
                               : option->kind == FP_OPTION_OPTIONAL
                                   ? fp_xasprintf(" [%s]", option->metavar)
                                   : fp_xasprintf(" %s", option->metavar);
    cleanup_free char *head = fp_xasprintf("%s--%s%s", letter, option->name, value);
    cleanup_free char *text = fp_xasprintf(
        "%s%s.%s%s%s", option->help, fp_option_is_list(option) ? "; repeatable" : "",
        option->fallback != NULL ? " Default: " : "",
        option->fallback != NULL ? option->fallback : "", option->fallback != NULL ? "." : "");
    fp_buf_puts(out, ".TP\n");
    put_macro(out, "B", head);
    put_line(out, text);
}

static void put_options(struct fp_buf *out, const struct fp_option_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        if ((group->options[i].flags & FP_OPTION_HIDDEN) == 0)
            put_option(out, &group->options[i]);
    }
}

static void put_examples(struct fp_buf *out, const char *examples)
{
    cleanup_strv struct fp_strv lines = {0};
    fp_strv_split(&lines, examples, '\n');
    fp_buf_puts(out, ".PP\n.nf\n");
    for (size_t i = 0; i < lines.len; i++)
        put_line(out, lines.items[i]);
    fp_buf_puts(out, ".fi\n");
}

static void put_paragraphs(struct fp_buf *out, const char *text)
{
    cleanup_strv struct fp_strv paragraphs = {0};
    fp_strv_split(&paragraphs, text, '\n');
    for (size_t i = 0; i < paragraphs.len; i++) {
        fp_buf_puts(out, ".PP\n");
        put_line(out, paragraphs.items[i]);
    }
}

static void put_item(struct fp_buf *out, const char *head, const char *text)
{
    fp_buf_puts(out, ".TP\n");
    put_macro(out, "B", head);
    put_line(out, text);
}

static void put_findings(struct fp_buf *out)
{
    const char *about = NULL;
    const char *name = NULL;
    fp_buf_puts(out, ".PP\nFindings, by their names:\n");
    for (size_t i = 0; (name = fp_finding_name_at(i, &about)) != NULL; i++)
        put_item(out, name, about);
}

/* Options that every command has are left out, because the page lists them at its end. */
static void put_command(struct fp_buf *out, const struct fp_command *command)
{
    cleanup_free char *head =
        fp_xasprintf("flinkpack %s [OPTION...] %s", command->name, command->operands);
    put_macro(out, "SS", head);
    cleanup_free char *summary = fp_xasprintf("%s.", command->summary);
    summary[0] = (char) toupper((unsigned char) summary[0]);
    put_line(out, summary);
    if (command->text != NULL)
        put_paragraphs(out, command->text);
    for (fp_option_groups group = command->groups; *group != NULL; group++) {
        if (*group != &fp_options_general)
            put_options(out, *group);
    }
    if (command->tells_findings)
        put_findings(out);
    if (command->examples != NULL)
        put_examples(out, command->examples);
}

static void put_commands(struct fp_buf *out)
{
    fp_buf_puts(out, ".SH COMMANDS\n");
    for (const struct fp_command *c = fp_commands; c->name != NULL; c++) {
        if (!c->hidden)
            put_command(out, c);
    }
    fp_buf_puts(out, ".SH GENERAL OPTIONS\n");
    put_options(out, &fp_options_general);
}

static void put_tail(struct fp_buf *out)
{
    fp_buf_puts(out, ".SH ENVIRONMENT\n");
    for (const struct fp_variable *v = fp_variables; v->name != NULL; v++)
        put_item(out, v->name, v->text);
    fp_buf_puts(out, ".SH EXIT STATUS\n");
    for (const struct fp_exit_status *s = fp_exit_statuses; s->status != NULL; s++)
        put_item(out, s->status, s->text);
}

enum fp_code fp_run_man(struct fp_run *run, struct fp_error *err)
{
    struct fp_buf *out = &run->out;
    run->is_document = true;
    (void) err;
    fp_buf_puts(
        out,
        ".TH FLINKPACK 1 \"\" \"flinkpack " FLINKPACK_VERSION "\"\n"
        ".SH NAME\nflinkpack \\- make container images of Apache Flink jobs\n"
        ".SH SYNOPSIS\n.B flinkpack\n.I COMMAND\n[\\fIOPTION\\fR...]\n.br\n.B flinkpack\n"
        "[\\fBbuild\\fR] \\fIOPTION\\fR...\n"
        ".SH DESCRIPTION\n"
        "Turns a Flink distribution and a job into a container image and pushes it: no Docker, no "
        "root, no user namespace, no JVM. A command line that begins with an option means build.\n"
        ".PP\n"
        "Every option can come from the command line, from the environment, or from the file "
        "flinkpack.yaml in the working directory; in this order the first that has it counts. That "
        "file is obeyed like a Makefile, with a warning for each key that says whom to trust or "
        "where something goes, unless --config or FLINKPACK_CONFIG name it; "
        "FLINKPACK_CONFIG=/dev/null passes it over. login, logout and rmi read only a file that is "
        "named.\n");
    put_commands(out);
    put_tail(out);
    return FP_OK;
}
