/* --label, --annotation and --env, and a warning about secrets in them and in --conf. */
#include "plan_parts.h"

#include <string.h>

/* The most secrets that the warning names. */
#define SECRETS_MAX 16

/* Convert a list of KEY=VALUE to an object; the last value of a key counts. */
static enum fp_code plan_pairs(const struct fp_strv *list, const char *option, json_t **ret,
                               struct fp_error *err)
{
    *ret = json_object();
    for (size_t i = 0; i < list->len; i++) {
        const char *item = list->items[i];
        const char *equals = strchr(item, '=');
        if (equals == NULL || equals == item)
            return fp_fail(err, FP_E_USAGE, "%s '%s': expected KEY=VALUE", option, item);
        cleanup_free char *key = fp_xstrndup(item, (size_t) (equals - item));
        json_t *value = json_string(equals + 1);
        if (value == NULL || !fp_json_set(*ret, key, value))
            return fp_fail(err, FP_E_USAGE, "%s '%s=...': not valid UTF-8", option, key);
    }
    return FP_OK;
}

static void note_secret(struct fp_strv *found, const char *key, const char *value,
                        const char *option)
{
    cleanup_free char *named = fp_xasprintf("%.100s (%s)", key, option);
    if (found->len < SECRETS_MAX && fp_is_secret(key, value) && !fp_strv_has(found, named))
        fp_strv_add(found, named);
}

static void note_secrets(struct fp_strv *found, json_t *pairs, const char *option)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(pairs, key, value)
    {
        note_secret(found, key, json_string_value(value), option);
    }
}

/* Warn once, without values, because everyone who can pull an image can read its secrets. */
static void warn_of_secrets(const struct fp_plan *plan)
{
    cleanup_strv struct fp_strv found = {0};
    cleanup_buf struct fp_buf list = FP_BUF_INIT(4096);
    for (size_t i = 0; i < plan->conf_keys.len; i++)
        note_secret(&found, plan->conf_keys.items[i], plan->conf_values.items[i], "--conf");
    note_secrets(&found, plan->env, "--env");
    note_secrets(&found, plan->labels, "--label");
    note_secrets(&found, plan->annotations, "--annotation");
    for (size_t i = 0; i < found.len; i++) {
        fp_buf_putf(&list, "%s%s", i > 0 ? ", " : "", found.items[i]);
    }
    if (found.len > 0)
        fp_report(
            plan->context->reporter, FP_EVENT_WARNING,
            "the image keeps what looks like a secret, for everybody who can pull it: %s; give "
            "it when it runs, in a variable out of a Secret ('generate': -D 'KEY=${NAME}' "
            "--env-secret NAME=SECRET:KEY)",
            fp_buf_text(&list));
}

enum fp_code fp_plan_look(struct fp_plan *plan, const struct fp_build_options *options,
                          struct fp_error *err)
{
    FP_TRY(plan_pairs(&options->labels, "--label", &plan->labels, err));
    FP_TRY(plan_pairs(&options->annotations, "--annotation", &plan->annotations, err));
    FP_TRY(plan_pairs(&options->env, "--env", &plan->env, err));
    warn_of_secrets(plan);
    return FP_OK;
}
