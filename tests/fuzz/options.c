/**
 * @file
 * Reads a file as configuration and as command line: both give options, or an error with a text.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void apply(enum fp_code code, struct fp_settings *settings, struct fp_error *err)
{
    fp_option_groups groups = fp_commands[0].groups;
    struct fp_args args = {0};
    if (code == FP_OK)
        code = fp_settings_apply(groups, settings, &args, err);
    require(code == FP_OK || code == FP_E_USAGE || code == FP_E_INPUT);
    require(code == FP_OK || (err->code == code && err->text[0] != '\0'));
    require(code != FP_OK || args.threads <= FP_GROUP_MAX);
    fp_options_clear(groups, &args);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fp_option_groups groups = fp_commands[0].groups;
    struct fp_error err = {0};
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    cleanup_strv struct fp_strv words = {0};
    cleanup_settings struct fp_settings of_file = {0};
    cleanup_settings struct fp_settings of_words = {0};
    enum fp_code code = fp_settings_from_yaml(groups, fp_all_options, "fuzz", (const char *) data,
                                              size, &of_file, &err);
    apply(code, &of_file, &err);
    fp_strv_split(&words, text, '\n');
    if (words.len == 0)
        return 0;
    code = fp_settings_from_arguments(groups, fp_all_options, words.items, &of_words, &err);
    fp_settings_from_environment(groups, fp_all_options, words.items, &of_words);
    apply(code, &of_words, &err);
    return 0;
}
