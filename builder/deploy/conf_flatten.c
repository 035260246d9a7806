#include "format.h"
#include "text.h"

static enum fp_code flatten_into(const json_t *object, const char *prefix, const char *name,
                                 struct fp_strv *ret, struct fp_error *err);

/* A list of plain values, as config.yaml has them: in Flink's own flat notation, "a;b". */
static enum fp_code join_list(const json_t *list, const char *key, const char *name, char **ret,
                              struct fp_error *err)
{
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *text = json_string_value(item);
        enum fp_code code = FP_OK;
        if (json_is_integer(item))
            code = fp_buf_addf(&out, err, "%s%lld", i > 0 ? ";" : "",
                               (long long) json_integer_value(item));
        else if (text != NULL)
            code = fp_buf_addf(&out, err, "%s%s", i > 0 ? ";" : "", text);
        else
            code = fp_fail(err, FP_E_INPUT, "%s: %s: expected a list of plain values", name, key);
        if (code != FP_OK)
            return code;
    }
    *ret = fp_buf_take(&out);
    return FP_OK;
}

static enum fp_code flatten_value(const json_t *value, const char *key, const char *name,
                                  struct fp_strv *ret, struct fp_error *err)
{
    cleanup_free char *joined = NULL;
    enum fp_code code = FP_OK;
    if (json_is_object(value))
        return flatten_into(value, key, name, ret, err);
    if (json_is_array(value))
        code = join_list(value, key, name, &joined, err);
    if (code != FP_OK)
        return code;
    if (joined != NULL)
        fp_strv_addf(ret, "%s=%s", key, joined);
    else if (json_is_string(value))
        fp_strv_addf(ret, "%s=%s", key, json_string_value(value));
    else if (json_is_integer(value))
        fp_strv_addf(ret, "%s=%lld", key, (long long) json_integer_value(value));
    else if (json_is_boolean(value))
        fp_strv_addf(ret, "%s=%s", key, json_is_true(value) ? "true" : "false");
    else
        return fp_fail(err, FP_E_INPUT, "%s: %s: has no value", name, key);
    return FP_OK;
}

static enum fp_code flatten_into(const json_t *object, const char *prefix, const char *name,
                                 struct fp_strv *ret, struct fp_error *err)
{
    enum fp_code code = FP_OK;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(fp_iterable(object), key, value)
    {
        cleanup_free char *path =
            prefix[0] != '\0' ? fp_xasprintf("%s.%s", prefix, key) : fp_xstrdup(key);
        if (code == FP_OK)
            code = flatten_value(value, path, name, ret, err);
    }
    return code;
}

enum fp_code fp_deploy_flatten_conf(const json_t *document, const char *name, struct fp_strv *ret,
                                    struct fp_error *err)
{
    if (!json_is_object(document))
        return fp_fail(err, FP_E_INPUT, "%s: expected keys with values", name);
    return flatten_into(document, "", name, ret, err);
}
