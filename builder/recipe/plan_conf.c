/* --conf: settings of Flink, and files of settings, flat or nested. */
#include "conf_settings.h"
#include "plan_parts.h"

#include <stdlib.h>
#include <string.h>

static enum fp_code add_file(struct fp_plan *plan, const char *path, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    cleanup_free char *title = fp_xasprintf("--conf '%s'", path);
    FP_TRY(fp_context(fp_file_read(path, &text, err), err, "--conf"));
    return fp_conf_settings(title, &text, &plan->conf_keys, &plan->conf_values, err);
}

static enum fp_code add_setting(struct fp_plan *plan, const char *text, struct fp_error *err)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return fp_fail(err, FP_E_USAGE, "--conf '%s': neither KEY=VALUE nor a file that exists",
                       text);
    }
    cleanup_free char *key = fp_xstrndup(text, (size_t) (equals - text));
    if (strpbrk(text, "\n\r") != NULL)
        return fp_fail(err, FP_E_USAGE, "--conf '%s=...': a value is one line", key);
    fp_strv_add(&plan->conf_keys, key);
    fp_strv_add(&plan->conf_values, equals + 1);
    return FP_OK;
}

static enum fp_code check_keys(const struct fp_strv *keys, struct fp_error *err)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    for (size_t i = 0; i < keys->len; i++) {
        const char *key = keys->items[i];
        if (key[0] == '\0' || key[strspn(key, good)] != '\0')
            return fp_fail(err, FP_E_USAGE,
                           "--conf: '%s' is no key of Flink's configuration, such as "
                           "'taskmanager.numberOfTaskSlots'",
                           key);
    }
    return FP_OK;
}

enum fp_code fp_plan_conf(struct fp_plan *plan, const struct fp_build_options *options,
                          struct fp_error *err)
{
    const struct fp_strv *texts = &options->conf;
    for (size_t i = 0; i < texts->len; i++)
        FP_TRY(fp_path_exists(texts->items[i]) ? add_file(plan, texts->items[i], err)
                                               : add_setting(plan, texts->items[i], err));
    return check_keys(&plan->conf_keys, err);
}
