/* The table of formats. */
#include "format.h"

#include <string.h>

static const struct fp_format *const formats[] = {
    &fp_format_kubernetes, &fp_format_helm,     &fp_format_operator,
    &fp_format_compose,    &fp_format_template,
};

enum fp_code fp_format_find(const char *name, const struct fp_format **ret, struct fp_error *err)
{
    size_t count = sizeof(formats) / sizeof(formats[0]);
    *ret = formats[0];
    if (name == NULL)
        return FP_OK;
    for (size_t i = 0; i < count; i++) {
        *ret = formats[i];
        if (strcmp(name, formats[i]->name) == 0)
            return FP_OK;
    }
    cleanup_buf struct fp_buf names = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    for (size_t i = 0; i < count; i++) {
        const char *before = i == 0 ? "" : i == count - 1 ? " or " : ", ";
        fp_buf_putf(&names, "%s%s", before, formats[i]->name);
    }
    return fp_fail(err, FP_E_USAGE, "--format: expected %s, not '%s'", fp_buf_text(&names), name);
}
