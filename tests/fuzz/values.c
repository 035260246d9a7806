/*
 * A --values file: it always gives the same options of `generate`, or an error with a text.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static fp_option_groups groups_of_generate(void)
{
    const struct fp_command *command = fp_commands;
    while (strcmp(command->name, "generate") != 0)
        command++;
    return command->groups;
}

static enum fp_code read_once(const char *path, struct fp_error *err)
{
    fp_option_groups groups = groups_of_generate();
    cleanup_settings struct fp_settings settings = {0};
    struct fp_args args = {0};
    enum fp_code code = fp_settings_from_values(groups, path, &settings, err);
    if (code == FP_OK)
        code = fp_settings_apply(groups, &settings, &args, err);
    require(code == FP_OK || code == FP_E_USAGE || code == FP_E_INPUT);
    require(code == FP_OK || (err->code == code && err->text[0] != '\0'));
    fp_options_clear(groups, &args);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_error err = {0};
    struct fp_error again = {0};
    cleanup_fd int fd = memfd_create("values", MFD_CLOEXEC);
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fd);
    require(fd >= 0 && write(fd, data, size) == (ssize_t) size);
    require(read_once(path, &err) == read_once(path, &again) && strcmp(err.text, again.text) == 0);
    return 0;
}
