/* completion: makes scripts for bash, zsh and fish from the tables of commands and options. */
#include <string.h>

#include "command.h"

/* Append a string in single quotes for a shell. All strings come from our own tables. */
static void put_quoted(struct fp_buf *out, const char *text)
{
    fp_buf_puts(out, "'");
    for (const char *p = text; *p != '\0'; p++)
        fp_buf_put(out, *p == '\'' ? "'\\''" : p, *p == '\'' ? 4 : 1);
    fp_buf_puts(out, "'");
}

static bool is_shown(const struct fp_option *option)
{
    return (option->flags & FP_OPTION_HIDDEN) == 0;
}

static void put_command_names(struct fp_buf *out)
{
    for (const struct fp_command *c = fp_commands; c->name != NULL; c++) {
        if (!c->hidden)
            fp_buf_putf(out, "%s ", c->name);
    }
}

/* Append the case of a command: "build) options='--from-release ...' words='...' ;;" */
static void put_bash_case(struct fp_buf *out, const struct fp_command *command)
{
    fp_buf_putf(out, "    %s) options='", command->name);
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(command->groups, &cursor)) != NULL) {
        if (is_shown(option))
            fp_buf_putf(out, "--%s ", option->name);
    }
    fp_buf_putf(out, "' words='%s' list='%s' ;;\n", command->words != NULL ? command->words : "",
                command->listed_by != NULL ? command->listed_by : "");
}

/* Append "--progress) _flinkpack_offer 'auto tty'; return ;;" for each option with choices. */
static void put_bash_choices(struct fp_buf *out)
{
    cleanup_strv struct fp_strv seen = {0};
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(fp_all_options, &cursor)) != NULL) {
        bool known = option->choices != NULL || option->listed_by != NULL;
        if (!known || !is_shown(option) || fp_strv_has(&seen, option->name))
            continue;
        fp_strv_add(&seen, option->name);
        cleanup_free char *words =
            option->choices != NULL ? fp_xasprintf("'%s'", option->choices)
                                    : fp_xasprintf("\"$(_flinkpack_list %s)\"", option->listed_by);
        fp_buf_putf(out, "    --%s) _flinkpack_offer %s; return ;;\n", option->name, words);
    }
}

static const char bash_beginning[] = "# bash completion of flinkpack\n"
                                     "# compgen -W expands its words: what a shell would run "
                                     "is not offered.\n"
                                     "_flinkpack_list()\n{\n"
                                     "    flinkpack \"$@\" 2>/dev/null | cut -d' ' -f1 |\n"
                                     "        LC_ALL=C grep -E '^[A-Za-z0-9._:/@-]+$'\n}\n"
                                     "# To bash the word begins anew behind each colon.\n"
                                     "_flinkpack_offer()\n{\n"
                                     "    local typed=${COMP_LINE:0:COMP_POINT}\n"
                                     "    typed=${typed##* }\n"
                                     "    [[ -n $COMP_LINE ]] || typed=$word\n"
                                     "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- "
                                     "\"$typed\")\n"
                                     "    if [[ $typed == *:* ]]; then\n"
                                     "        COMPREPLY=(\"${COMPREPLY[@]#\"${typed%:*}:\"}\")\n"
                                     "    fi\n}\n"
                                     "_flinkpack()\n{\n"
                                     "    local word=${COMP_WORDS[COMP_CWORD]}\n"
                                     "    local before=${COMP_WORDS[COMP_CWORD-1]}\n"
                                     "    local options='' words='' list=''\n"
                                     "    COMPREPLY=()\n"
                                     "    case $before in\n";

static void put_bash(struct fp_buf *out)
{
    fp_buf_puts(out, bash_beginning);
    put_bash_choices(out);
    fp_buf_puts(out, "    esac\n"
                     "    if ((COMP_CWORD == 1)) && [[ $word != -* ]]; then\n"
                     "        mapfile -t COMPREPLY < <(compgen -W '");
    put_command_names(out);
    fp_buf_puts(out, "' -- \"$word\")\n        return\n    fi\n"
                     "    local command=${COMP_WORDS[1]}\n"
                     "    [[ $command == -* ]] && command=build\n"
                     "    case $command in\n");
    for (const struct fp_command *c = fp_commands; c->name != NULL; c++) {
        if (!c->hidden)
            put_bash_case(out, c);
    }
    fp_buf_puts(
        out, "    esac\n"
             "    if [[ $word == -* ]]; then\n"
             "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
             "    elif [[ -n $words ]]; then\n"
             "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
             "    else\n"
             "        # shellcheck disable=SC2086 # several words\n"
             "        [[ -n $list ]] && _flinkpack_offer \"$(_flinkpack_list $list)\"\n"
             "        ((${#COMPREPLY[@]})) || mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
             "    fi\n}\n"
             "complete -o filenames -F _flinkpack flinkpack\n");
}

static void replace(char *text, char from, char to)
{
    for (char *p = strchr(text, from); p != NULL; p = strchr(p, from))
        *p = to;
}

/* The zsh action that completes a value: ":value:_files". The caller owns it. */
static char *zsh_value(const struct fp_option *option)
{
    const char *colons = option->kind == FP_OPTION_OPTIONAL ? "::" : ":";
    if (option->choices != NULL)
        return fp_xasprintf(":value:(%s)", option->choices);
    if (option->listed_by != NULL)
        return fp_xasprintf(":value:{_flinkpack_list %s}", option->listed_by);
    if (option->kind == FP_OPTION_OPTIONAL || fp_option_needs_value(option))
        return fp_xasprintf("%svalue:_files", colons);
    return fp_xstrdup("");
}

/* Append '*--job-jar=[the jar]:value:_files', the form that _arguments expects. */
static void put_zsh_option(struct fp_buf *out, const struct fp_option *option)
{
    const char *again = fp_option_is_list(option) ? "*" : "";
    cleanup_free char *help = fp_xstrdup(option->help);
    replace(help, '[', '(');
    replace(help, ']', ')');
    replace(help, ':', ';');
    const char *equals = option->kind == FP_OPTION_OPTIONAL ? "=-"
                         : fp_option_needs_value(option)    ? "="
                                                            : "";
    cleanup_free char *value = zsh_value(option);
    cleanup_free char *spec =
        fp_xasprintf("%s--%s%s[%s]%s", again, option->name, equals, help, value);
    fp_buf_puts(out, " \\\n            ");
    put_quoted(out, spec);
}

static void put_zsh_case(struct fp_buf *out, const struct fp_command *command)
{
    fp_buf_putf(out, "    %s)\n        _arguments", command->name);
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(command->groups, &cursor)) != NULL) {
        if (is_shown(option))
            put_zsh_option(out, option);
    }
    cleanup_free char *rest = command->words != NULL ? fp_xasprintf("*:word:(%s)", command->words)
                              : command->listed_by != NULL
                                  ? fp_xasprintf("*:image:{_flinkpack_list %s}", command->listed_by)
                                  : fp_xstrdup("*:file:_files");
    fp_buf_putf(out, " \\\n            '%s' ;;\n", rest);
}

static void put_zsh(struct fp_buf *out)
{
    fp_buf_puts(out, "#compdef flinkpack\n"
                     "# zsh completion of flinkpack\n"
                     "_flinkpack_list()\n{\n"
                     "    compadd -- ${(f)\"$(flinkpack \"$@\" 2>/dev/null |\n"
                     "        cut -d' ' -f1)\"}\n"
                     "    _files\n}\n"
                     "_flinkpack()\n{\n"
                     "    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
                     "        compadd ");
    put_command_names(out);
    fp_buf_puts(out, "\n        return\n    fi\n"
                     "    local command=$words[2]\n"
                     "    if [[ $command == -* ]]; then\n"
                     "        command=build\n"
                     "    else\n"
                     "        shift words\n"
                     "        (( CURRENT-- ))\n"
                     "    fi\n"
                     "    case $command in\n");
    for (const struct fp_command *c = fp_commands; c->name != NULL; c++) {
        if (!c->hidden)
            put_zsh_case(out, c);
    }
    fp_buf_puts(out, "    esac\n}\n_flinkpack \"$@\"\n");
}

static void put_fish_option(struct fp_buf *out, const struct fp_command *command,
                            const struct fp_option *option)
{
    const char *own = strcmp(command->name, "build") == 0 ? "; or __flinkpack_no_command" : "";
    fp_buf_putf(out, "complete -c flinkpack -n '__fish_seen_subcommand_from %s%s' -l %s",
                command->name, own, option->name);
    if (option->letter != 0)
        fp_buf_putf(out, " -s %c", option->letter);
    if (option->choices != NULL)
        fp_buf_putf(out, " -x -a '%s'", option->choices);
    else if (option->listed_by != NULL)
        fp_buf_putf(out, " -r -a '(__flinkpack_list %s)'", option->listed_by);
    else if (fp_option_needs_value(option))
        fp_buf_puts(out, " -r");
    fp_buf_puts(out, " -d ");
    put_quoted(out, option->help);
    fp_buf_puts(out, "\n");
}

static void put_fish_command(struct fp_buf *out, const struct fp_command *command)
{
    fp_buf_putf(out, "complete -c flinkpack -n __fish_use_subcommand -f -a %s -d ", command->name);
    put_quoted(out, command->summary);
    fp_buf_puts(out, "\n");
    if (command->words != NULL)
        fp_buf_putf(out, "complete -c flinkpack -n '__fish_seen_subcommand_from %s' -f -a '%s'\n",
                    command->name, command->words);
    if (command->listed_by != NULL)
        fp_buf_putf(out,
                    "complete -c flinkpack -n '__fish_seen_subcommand_from %s' "
                    "-a '(__flinkpack_list %s)'\n",
                    command->name, command->listed_by);
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(command->groups, &cursor)) != NULL) {
        if (is_shown(option))
            put_fish_option(out, command, option);
    }
}

static void put_fish(struct fp_buf *out)
{
    fp_buf_puts(out, "# fish completion of flinkpack\n"
                     "function __flinkpack_list\n"
                     "    flinkpack $argv 2>/dev/null | cut -d' ' -f1\n"
                     "end\n"
                     "function __flinkpack_no_command\n"
                     "    set -l words (commandline -opc) (commandline -ct)\n"
                     "    string match -q -- '-*' $words[2]\n"
                     "end\n");
    for (const struct fp_command *c = fp_commands; c->name != NULL; c++) {
        if (!c->hidden)
            put_fish_command(out, c);
    }
}

enum fp_code fp_run_completion(struct fp_run *run, struct fp_error *err)
{
    static const struct {
        const char *name;
        void (*put)(struct fp_buf *);
    } shells[] = {{"bash", put_bash}, {"zsh", put_zsh}, {"fish", put_fish}};
    const char *name = run->operands.items[0];
    run->is_document = true;
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(name, shells[i].name) == 0) {
            shells[i].put(&run->out);
            return FP_OK;
        }
    }
    return fp_fail(err, FP_E_USAGE, "completion: expected bash, zsh or fish, not '%s'", name);
}
