#include "command.h"

#include <ctype.h>
#include <string.h>

/* A line of roff: what roff would read as its own is escaped. */
static enum fp_code put_text(struct fp_buf *out, const char *text, struct fp_error *err)
{
    enum fp_code code = FP_OK;
    if (text[0] == '.' || text[0] == '\'')
        code = fp_buf_add_text(out, "\\&", err);
    for (const char *p = text; *p != '\0' && code == FP_OK; p++) {
        if (*p == '\\')
            code = fp_buf_add_text(out, "\\e", err);
        else if (*p == '-')
            code = fp_buf_add_text(out, "\\-", err);
        else
            code = fp_buf_add(out, p, 1, err);
    }
    return code;
}

/* MACRO, then the text on the same line. */
static enum fp_code put_macro(struct fp_buf *out, const char *macro, const char *text,
                              struct fp_error *err)
{
    FP_TRY(fp_buf_addf(out, err, ".%s ", macro));
    FP_TRY(put_text(out, text, err));
    return fp_buf_add_text(out, "\n", err);
}

static enum fp_code put_line(struct fp_buf *out, const char *text, struct fp_error *err)
{
    FP_TRY(put_text(out, text, err));
    return fp_buf_add_text(out, "\n", err);
}

static enum fp_code put_option(struct fp_buf *out, const struct fp_option *option,
                               struct fp_error *err)
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
    FP_TRY(fp_buf_add_text(out, ".TP\n", err));
    FP_TRY(put_macro(out, "B", head, err));
    return put_line(out, text, err);
}

static enum fp_code put_options(struct fp_buf *out, const struct fp_option_group *group,
                                struct fp_error *err)
{
    enum fp_code code = FP_OK;
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
    FP_TRY(fp_buf_add_text(out, ".PP\n.nf\n", err));
    for (size_t i = 0; i < lines.len; i++)
        FP_TRY(put_line(out, lines.items[i], err));
    return fp_buf_add_text(out, ".fi\n", err);
}

static enum fp_code put_paragraphs(struct fp_buf *out, const char *text, struct fp_error *err)
{
    cleanup_strv struct fp_strv paragraphs = {0};
    fp_strv_split(&paragraphs, text, '\n');
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < paragraphs.len && code == FP_OK; i++) {
        code = fp_buf_add_text(out, ".PP\n", err);
        if (code == FP_OK)
            code = put_line(out, paragraphs.items[i], err);
    }
    return code;
}

/* The options that every command has are told of once, at the end. */
static enum fp_code put_command(struct fp_buf *out, const struct fp_command *command,
                                struct fp_error *err)
{
    cleanup_free char *head =
        fp_xasprintf("flinkpack %s [OPTION...] %s", command->name, command->operands);
    enum fp_code code = put_macro(out, "SS", head, err);
    cleanup_free char *summary = fp_xasprintf("%s.", command->summary);
    summary[0] = (char) toupper((unsigned char) summary[0]);
    if (code == FP_OK)
        code = put_line(out, summary, err);
    if (code == FP_OK && command->text != NULL)
        code = put_paragraphs(out, command->text, err);
    for (fp_option_groups group = command->groups; *group != NULL && code == FP_OK; group++) {
        if (*group != &fp_options_general)
            code = put_options(out, *group, err);
    }
    if (code == FP_OK && command->examples != NULL)
        code = put_examples(out, command->examples, err);
    return code;
}

static enum fp_code put_commands(struct fp_buf *out, struct fp_error *err)
{
    enum fp_code code = fp_buf_add_text(out, ".SH COMMANDS\n", err);
    for (const struct fp_command *c = fp_commands; c->name != NULL && code == FP_OK; c++) {
        if (!c->hidden)
            code = put_command(out, c, err);
    }
    if (code == FP_OK)
        code = fp_buf_add_text(out, ".SH GENERAL OPTIONS\n", err);
    return code == FP_OK ? put_options(out, &fp_options_general, err) : code;
}

static enum fp_code put_item(struct fp_buf *out, const char *head, const char *text,
                             struct fp_error *err)
{
    FP_TRY(fp_buf_add_text(out, ".TP\n", err));
    FP_TRY(put_macro(out, "B", head, err));
    return put_line(out, text, err);
}

static enum fp_code put_tail(struct fp_buf *out, struct fp_error *err)
{
    FP_TRY(fp_buf_add_text(out, ".SH ENVIRONMENT\n", err));
    for (const struct fp_variable *v = fp_variables; v->name != NULL; v++)
        FP_TRY(put_item(out, v->name, v->text, err));
    FP_TRY(fp_buf_add_text(out, ".SH EXIT STATUS\n", err));
    for (const struct fp_exit_status *s = fp_exit_statuses; s->status != NULL; s++)
        FP_TRY(put_item(out, s->status, s->text, err));
    return FP_OK;
}

enum fp_code fp_run_man(struct fp_run *run, struct fp_error *err)
{
    struct fp_buf *out = &run->out;
    run->is_document = true;
    FP_TRY(fp_buf_add_text(
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
        "named.\n",
        err));
    FP_TRY(put_commands(out, err));
    return put_tail(out, err);
}
