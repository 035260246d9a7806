/**
 * @file
 * Values are the same after writing them as YAML and reading them.
 */
#include <stdlib.h>
#include <string.h>

#include "flinkpack/deploy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_error err = {0};
    cleanup_json json_t *value = NULL;
    cleanup_json json_t *again = NULL;
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    if (fp_yaml_parse((const char *) data, size, "fuzz", &value, &err) != FP_OK)
        return 0;
    cleanup_json json_t *plain = fp_deploy_without_comments(value);
    if (fp_yaml_write(&out, value, &err) != FP_OK)
        return 0;
    /* The parser turns a null document into an empty object. */
    if (json_is_null(plain))
        return 0;
    require(fp_yaml_parse(fp_buf_text(&out), out.len, "written", &again, &err) == FP_OK);
    require(json_equal(plain, again));
    return 0;
}
