/* Turns Flink's configuration files, nested or flat, into KEY=VALUE. */
#include "text.h"

static enum fp_code flatten_into(const json_t *object, const char *prefix, const char *name,
                                 struct fp_strv *ret, struct fp_error *err);

/* A string or integer as text; NULL for other values. The caller owns it. */
static char *text_of(const json_t *value)
{
    if (json_is_integer(value))
        return fp_xasprintf("%lld", (long long) json_integer_value(value));
    return json_is_string(value) ? fp_xstrdup(json_string_value(value)) : NULL;
}

/* Write a list of plain values from config.yaml in Flink's flat notation, "a;b". */
static enum fp_code join_list(const json_t *list, const char *key, const char *name, char **ret,
                              struct fp_error *err)
{
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        cleanup_free char *text = text_of(json_array_get(list, i));
        if (text == NULL)
            return fp_fail(err, FP_E_INPUT, "%s: %s: expected a list of plain values", name, key);
        fp_buf_putf(&out, "%s%s", i > 0 ? ";" : "", text);
    }
    FP_TRY(fp_buf_check(&out, err));
    *ret = fp_buf_take(&out);
    return FP_OK;
}

static enum fp_code flatten_value(const json_t *value, const char *key, const char *name,
                                  struct fp_strv *ret, struct fp_error *err)
{
    cleanup_free char *text = text_of(value);
    if (json_is_object(value))
        return flatten_into(value, key, name, ret, err);
    if (json_is_array(value))
        FP_TRY(join_list(value, key, name, &text, err));
    if (json_is_boolean(value))
        text = fp_xstrdup(json_is_true(value) ? "true" : "false");
    if (text == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: %s: has no value", name, key);
    fp_strv_addf(ret, "%s=%s", key, text);
    return FP_OK;
}

static enum fp_code flatten_into(const json_t *object, const char *prefix, const char *name,
                                 struct fp_strv *ret, struct fp_error *err)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(fp_iterable(object), key, value)
    {
        cleanup_free char *path =
            prefix[0] != '\0' ? fp_xasprintf("%s.%s", prefix, key) : fp_xstrdup(key);
        FP_TRY(flatten_value(value, path, name, ret, err));
    }
    return FP_OK;
}

enum fp_code fp_deploy_flatten_conf(const json_t *document, const char *name, struct fp_strv *ret,
                                    struct fp_error *err)
{
    if (!json_is_object(document))
        return fp_fail(err, FP_E_INPUT, "%s: expected keys with values", name);
    return flatten_into(document, "", name, ret, err);
}
