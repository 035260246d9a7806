/* Whether a setting of the user's gets to Flink as it is. */
#include <string.h>

#include "format.h"
#include "setting.h"
#include "yaml_write.h"

static bool is_key(const char *key)
{
    size_t len = strlen(key);
    return len > 0 && strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-_.") == len;
}

static enum fp_code check_line(const char *key, const char *value, struct fp_error *err)
{
    if (!is_key(key))
        return fp_fail(err, FP_E_USAGE, "--conf: '%s' is no key of Flink's configuration", key);
    if (*value == '\0')
        return fp_fail(err, FP_E_USAGE, "--conf: %s has no value", key);
    if (!fp_yaml_is_printable(value))
        return fp_fail(err, FP_E_USAGE,
                       "--conf: %s: a value is one line, without control characters", key);
    if (value[0] == ' ' || value[strlen(value) - 1] == ' ')
        return fp_fail(err, FP_E_USAGE, "--conf: %s: a value neither begins nor ends with a blank",
                       key);
    return FP_OK;
}

/* What the entrypoint takes for YAML already, and hands on as it is. */
static bool looks_like_yaml(const char *value)
{
    static const char pairs[][2] = {{'"', '"'}, {'\'', '\''}, {'[', ']'}, {'{', '}'}};
    char last = value[strlen(value) - 1];
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (value[0] == pairs[i][0] && last == pairs[i][1])
            return true;
    }
    return false;
}

/* flink-conf.yaml is no YAML: what follows a '#' is a comment wherever that stands. */
static enum fp_code check_flat(const struct fp_deployment *d, const char *key, const char *value,
                               struct fp_error *err)
{
    if (strchr(value, '#') == NULL)
        return FP_OK;
    return fp_fail(err, FP_E_USAGE,
                   "--conf: %s: Flink %s takes what follows '#' for a comment, quoted or not", key,
                   d->version.text);
}

/* config.yaml is YAML; most of what that would misread is quoted by the entrypoint. */
static enum fp_code check_yaml(const char *key, const char *value, struct fp_error *err)
{
    bool quoted = value[0] == '"' || value[0] == '\'';
    if (!quoted && (value[0] == '#' || strstr(value, " #") != NULL))
        return fp_fail(err, FP_E_USAGE,
                       "--conf: %s: what follows '#' would be a comment; quote the value", key);
    if (!looks_like_yaml(value))
        return FP_OK;
    cleanup_free char *text = fp_xasprintf("v: %s", value);
    cleanup_json json_t *document = NULL;
    if (fp_yaml_parse(text, strlen(text), key, &document, NULL) == FP_OK)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--conf: %s: %s is not valid YAML, as which it would be read", key,
                             value),
                     err, "put single quotes around it, inside of those of your shell");
}

/* Of its lines the official entrypoint takes out all blanks. */
static enum fp_code check_official(const struct fp_deployment *d, const char *key,
                                   const char *value, struct fp_error *err)
{
    if (strchr(value, ' ') == NULL)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--conf: %s: the official image of Flink %s takes all spaces "
                             "out of settings (FLINK-38587)",
                             key, d->version.text),
                     err, "an image that flinkpack built keeps them: flinkpack build");
}

/* Settings reach Flink as lines "key: value", by way of an entrypoint and of a file: what one of
 * them would misread is refused. The operator writes that file itself. */
enum fp_code fp_check_setting(const struct fp_deployment *d, const char *key, const char *value,
                              struct fp_error *err)
{
    enum fp_code code = check_line(key, value, err);
    if (code != FP_OK || d->format->is_operated)
        return code;
    if (!fp_flink_at_least(&d->version, 1, 19, 0))
        return check_flat(d, key, value, err);
    return d->is_official ? check_official(d, key, value, err) : check_yaml(key, value, err);
}
