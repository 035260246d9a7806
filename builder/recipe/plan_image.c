/* What any image is planned with, whatever is in it: platforms, additions, labels, variables. */
#include "plan_parse.h"

#include <stdlib.h>
#include <string.h>

/* More are not named. */
#define SECRETS_MAX 16

enum fp_code fp_plan_platforms(struct fp_plan *plan, struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    for (size_t i = 0; i < plan->options->platforms.len; i++)
        fp_strv_split(&names, plan->options->platforms.items[i], ',');
    if (names.len == 0)
        fp_strv_add(&names, "linux/amd64");
    if (names.len > 32)
        return fp_fail(err, FP_E_USAGE, "--platform: more than 32");
    plan->platforms = fp_xcalloc(names.len, sizeof(*plan->platforms));
    for (size_t i = 0; i < names.len; i++) {
        struct fp_platform *platform = &plan->platforms[plan->platform_count];
        FP_TRY(fp_platform_parse(names.items[i], platform, err));
        bool known = false;
        for (size_t k = 0; k < plan->platform_count; k++)
            known = known || memcmp(&plan->platforms[k], platform, sizeof(*platform)) == 0;
        plan->platform_count += !known;
    }
    return FP_OK;
}

/* What stands for a word in braces, `len` bytes of it; NULL: it is none of ours. */
static const char *word_of(const struct fp_platform *platform, const char *word, size_t len)
{
    const struct {
        const char *name;
        const char *value;
    } words[] = {{"{os}", platform->os},
                 {"{arch}", platform->architecture},
                 {"{variant}", platform->variant}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].name) == len && strncmp(word, words[i].name, len) == 0)
            return words[i].value;
    }
    return NULL;
}

char *fp_plan_for_platform(const char *text, const struct fp_platform *platform)
{
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    if (strchr(text, '{') == NULL || fp_path_exists(text))
        return fp_xstrdup(text);
    const char *at = text;
    while (*at != '\0') {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        size_t len = end != NULL ? (size_t) (end + 1 - at) : 1;
        const char *value = end != NULL ? word_of(platform, at, len) : NULL;
        len = value != NULL ? len : 1;
        fp_buf_putf(&out, "%.*s", value != NULL ? (int) strlen(value) : 1,
                    value != NULL ? value : at);
        at += len;
    }
    return fp_xstrdup(fp_buf_text(&out));
}

/* One --add, of which each platform has files of its own where its source says so. */
static enum fp_code plan_add(struct fp_plan *plan, const char *text, struct fp_error *err)
{
    for (size_t i = 0; i < plan->platform_count; i++) {
        struct fp_plan_add *add = &plan->adds[plan->add_count];
        FP_TRY(fp_plan_add_parse(text, &plan->platforms[i], add, err));
        plan->add_count++;
        if (add->platform == NULL)
            break;
    }
    return FP_OK;
}

enum fp_code fp_plan_adds(struct fp_plan *plan, struct fp_error *err)
{
    const struct fp_strv *texts = &plan->options->add;
    enum fp_code code = FP_OK;
    plan->adds = fp_xcalloc(texts->len * plan->platform_count + 1, sizeof(*plan->adds));
    for (size_t i = 0; i < texts->len && code == FP_OK; i++)
        code = plan_add(plan, texts->items[i], err);
    return code;
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

/* Whoever can pull an image reads its configuration and its layers. Said once, and never the value.
 */
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

enum fp_code fp_plan_look(struct fp_plan *plan, struct fp_error *err)
{
    const struct fp_build_options *options = plan->options;
    FP_TRY(fp_plan_pairs(&options->labels, "--label", &plan->labels, err));
    FP_TRY(fp_plan_pairs(&options->annotations, "--annotation", &plan->annotations, err));
    FP_TRY(fp_plan_pairs(&options->env, "--env", &plan->env, err));
    warn_of_secrets(plan);
    return FP_OK;
}
