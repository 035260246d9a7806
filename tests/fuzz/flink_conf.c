/*
 * Configuration files: applying a patch twice changes nothing the second time. The input is a line
 * with the kind of file ('y' or 'f') and the key, a line with the value, and then the file.
 */
#include <stdint.h>
#include <string.h>

#include "flinkpack/flink/setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *cut_line(char **rest)
{
    char *line = *rest;
    size_t len = strcspn(line, "\n");
    *rest = line + len + (line[len] == '\n' ? 1 : 0);
    line[len] = '\0';
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    cleanup_free char *once = NULL;
    cleanup_free char *twice = NULL;
    struct fp_error err = {0};
    struct fp_flink_version version = {0};
    char *rest = text;
    const char *first = cut_line(&rest);
    const char *value = cut_line(&rest);
    bool yaml = first[0] == 'y';
    const struct fp_conf_entry entry = {first[0] != '\0' ? first + 1 : first, value, false};
    if (fp_flink_version_parse(yaml ? "2.2.0" : "1.18.0", &version, &err) != FP_OK)
        abort();
    if (fp_conf_patch(&version, yaml, rest, &entry, 1, &once, &err) != FP_OK)
        return 0;
    if (fp_conf_patch(&version, yaml, once, &entry, 1, &twice, &err) != FP_OK ||
        strcmp(once, twice) != 0)
        abort();
    return 0;
}
