/* Collects settings from the command line. */
#include "settings.h"

#include <string.h>

/* The state of reading a command line. */
struct argv_reader {
    fp_option_groups groups;
    fp_option_groups known;
    char *const *next; /* the word after the current one */
    struct fp_settings *settings;
};

/* Whether there is a next word that can be a value. Words that begin with "--" cannot, so that a
 * forgotten value does not swallow the next option. */
static bool next_is_value(const struct argv_reader *reader)
{
    return *reader->next != NULL && strncmp(*reader->next, "--", 2) != 0;
}

static enum fp_code fail_unknown(const struct argv_reader *reader, const char *name, size_t len,
                                 struct fp_error *err)
{
    cleanup_free char *word = fp_xstrndup(name, len);
    enum fp_code code = fp_fail(err, FP_E_USAGE, "--%s: there is no such option here", word);
    if (fp_option_find(reader->known, name, len) != NULL)
        return fp_hinted(code, err, "flinkpack help; it is an option of another command");
    struct fp_suggestion suggestion = fp_suggestion_for(word);
    fp_suggestion_consider_options(&suggestion, reader->groups);
    if (suggestion.best != NULL)
        return fp_hinted(code, err, "--%s", suggestion.best);
    return code;
}

static void take(struct argv_reader *reader, const struct fp_option *option, const char *value)
{
    fp_settings_add(reader->settings, option, value, FP_FROM_COMMAND_LINE);
    if ((option->flags & FP_OPTION_STOPS) != 0)
        reader->settings->stopped = true;
}

/* Add an option. If it takes a value, that is the next word. */
static enum fp_code take_next(struct argv_reader *reader, const struct fp_option *option,
                              struct fp_error *err)
{
    const char *value = NULL;
    if (fp_option_needs_value(option)) {
        if (!next_is_value(reader)) {
            enum fp_code code =
                fp_fail(err, FP_E_USAGE, "--%s: %s is missing", option->name, option->metavar);
            if (*reader->next != NULL)
                return fp_hinted(code, err, "a value that begins with '--' is given as --%s=VALUE",
                                 option->name);
            return code;
        }
        value = *reader->next++;
    } else if (option->kind == FP_OPTION_OPTIONAL && next_is_value(reader) &&
               (*reader->next)[0] != '-') {
        value = *reader->next++;
    }
    take(reader, option, value);
    return FP_OK;
}

static enum fp_code read_long(struct argv_reader *reader, const char *word, struct fp_error *err)
{
    const char *name = word + 2;
    size_t len = strcspn(name, "=");
    const struct fp_option *option = fp_option_find(reader->groups, name, len);
    if (option == NULL)
        return fail_unknown(reader, name, len, err);
    if (name[len] != '=')
        return take_next(reader, option, err);
    take(reader, option, name + len + 1);
    return FP_OK;
}

/* -p, the password of other tools' login, gets a hint: all users could see it in ps. */
static enum fp_code fail_letter(const struct argv_reader *reader, const char *word, char letter,
                                struct fp_error *err)
{
    static const char secret[] = "password-stdin";
    enum fp_code code = fp_fail(err, FP_E_USAGE, "%s: there is no option -%c here", word, letter);
    if (letter == 'p' && fp_option_find(reader->groups, secret, strlen(secret)) != NULL)
        return fp_hinted(code, err, "--%s", secret);
    return code;
}

/* Read short options: "-vq", "-o VALUE", "-oVALUE". */
static enum fp_code read_letters(struct argv_reader *reader, const char *word, struct fp_error *err)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct fp_option *option = fp_option_find_letter(reader->groups, *letter);
        if (option == NULL)
            return fail_letter(reader, word, *letter, err);
        if (fp_option_needs_value(option) && letter[1] != '\0') {
            take(reader, option, letter + 1);
            return FP_OK;
        }
        FP_TRY(take_next(reader, option, err));
    }
    return FP_OK;
}

static enum fp_code read_word(struct argv_reader *reader, const char *word, struct fp_error *err)
{
    if (strcmp(word, "--") == 0) {
        while (*reader->next != NULL)
            fp_strv_add(&reader->settings->operands, *reader->next++);
        return FP_OK;
    }
    if (strncmp(word, "--", 2) == 0)
        return read_long(reader, word, err);
    if (word[0] == '-' && word[1] != '\0')
        return read_letters(reader, word, err);
    fp_strv_add(&reader->settings->operands, word);
    reader->settings->undashed++;
    return FP_OK;
}

enum fp_code fp_settings_from_arguments(fp_option_groups groups, fp_option_groups known,
                                        char *const *args, struct fp_settings *settings,
                                        struct fp_error *err)
{
    struct argv_reader reader = {groups, known, args, settings};
    while (*reader.next != NULL && !settings->stopped) {
        const char *word = *reader.next++;
        FP_TRY(read_word(&reader, word, err));
    }
    return FP_OK;
}
