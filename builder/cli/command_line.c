/* The words of a command line: which command they are for, and which of them it gets. */
#include "command_line.h"

#include <stdlib.h>
#include <string.h>

static const struct fp_option_group *const general[] = {&fp_options_general, NULL};

const struct fp_command *fp_command_find(const char *name)
{
    for (const struct fp_command *command = fp_commands; command->name != NULL; command++) {
        if (strcmp(command->name, name) == 0)
            return command;
    }
    return NULL;
}

static enum fp_code fail_command(const char *name, struct fp_error *err)
{
    enum fp_code code = fp_fail(err, FP_E_USAGE, "there is no command '%s'", name);
    struct fp_suggestion suggestion = fp_suggestion_for(name);
    for (const struct fp_command *command = fp_commands; command->name != NULL; command++) {
        if (!command->hidden)
            fp_suggestion_consider(&suggestion, command->name);
    }
    if (suggestion.best != NULL)
        return fp_hinted(code, err, "flinkpack %s", suggestion.best);
    fp_hint(err, "flinkpack help");
    return code;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* How many words a general option takes at `words`; 0: it is none. */
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

/* The words of `arguments` but for its first and the one at `without`; 0: for no other. */
static char **words_but(char *const *arguments, size_t without)
{
    size_t len = 0;
    while (arguments[len] != NULL)
        len++;
    char **words = fp_xcalloc(len, sizeof(*words));
    size_t put = 0;
    for (size_t i = 1; i < len; i++) {
        if (i != without)
            words[put++] = arguments[i];
    }
    return words;
}

enum fp_code fp_call_parse(char *const *arguments, struct fp_call *ret, struct fp_error *err)
{
    size_t at = 1;
    *ret = (struct fp_call){.kind = FP_CALL_NOTHING};
    if (arguments[0] == NULL || arguments[1] == NULL)
        return FP_OK;
    for (size_t len = 1; arguments[at] != NULL && len > 0; at += len) {
        bool help = is_one_of(arguments[at], "--help", "-h");
        if (help || is_one_of(arguments[at], "--version", "-V")) {
            ret->kind = help ? FP_CALL_HELP : FP_CALL_VERSION;
            return FP_OK;
        }
        len = general_length(&arguments[at]);
    }
    const char *first = arguments[at];
    bool build = first == NULL || first[0] == '-';
    ret->kind = FP_CALL_COMMAND;
    ret->command = fp_command_find(build ? "build" : first);
    if (ret->command == NULL)
        return fail_command(first, err);
    ret->words = words_but(arguments, build ? 0 : at);
    return FP_OK;
}

void fp_call_clear(struct fp_call *call)
{
    free(call->words);
    *call = (struct fp_call){0};
}
