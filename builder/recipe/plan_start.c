/* The command that a container runs, and its user: --user, --entrypoint, --cmd, --workdir. */
#include "plan_parts.h"

#include <stdlib.h>
#include <string.h>

/* Parse an ID of at most 4294967294, because the next number stands for no user. */
static bool parse_id(const char *text, size_t len, unsigned *ret)
{
    unsigned long value = strtoul(text, NULL, 10);
    if (len == 0 || len > 10 || strspn(text, "0123456789") != len || value > 4294967294UL)
        return false;
    *ret = (unsigned) value;
    return true;
}

/* Parse UID[:GID]. The default group is 0, which clusters use with arbitrary user IDs. */
enum fp_code fp_plan_user(struct fp_plan *plan, const struct fp_build_options *options,
                          struct fp_error *err)
{
    const char *text = options->user;
    plan->uid = FP_FLINK_UID;
    plan->gid = FP_FLINK_GID;
    if (text == NULL)
        return FP_OK;
    const char *colon = strchrnul(text, ':');
    plan->gid = 0;
    if (!parse_id(text, (size_t) (colon - text), &plan->uid) ||
        (*colon == ':' && !parse_id(colon + 1, strlen(colon + 1), &plan->gid))) {
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "--user '%s': expected UID or UID:GID in digits", text), err,
            "names would have to be looked up where the image runs; Kubernetes "
            "wants a number too");
    }
    plan->user = fp_xasprintf("%u:%u", plan->uid, plan->gid);
    return FP_OK;
}

static enum fp_code word_fault(const char *option, const char *text, struct fp_error *err)
{
    return fp_hinted(
        fp_fail(err, FP_E_USAGE, "%s '%s': neither a word nor a JSON list of words", option, text),
        err,
        "give a word each time, as in %s /bin/app %s=--port=80, or one list, as "
        "in %s '[\"/bin/app\", \"--port=80\"]'",
        option, option, option);
}

static enum fp_code parse_list(const char *text, const char *option, json_t **ret,
                               struct fp_error *err)
{
    cleanup_json json_t *list = NULL;
    if (fp_json_parse(text, strlen(text), option, &list, NULL) != FP_OK || !json_is_array(list))
        return word_fault(option, text, err);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!json_is_string(json_array_get(list, i)))
            return word_fault(option, text, err);
    }
    *ret = steal_pointer(&list);
    return FP_OK;
}

/* Parse words: each value is a word, or a single value is a JSON list. One empty value or list
 * means no words; `*ret` stays NULL if the option is not given. */
static enum fp_code parse_words(const struct fp_strv *values, const char *option, json_t **ret,
                                struct fp_error *err)
{
    if (values->len == 0)
        return FP_OK;
    if (values->len == 1 && values->items[0][0] == '[')
        return parse_list(values->items[0], option, ret, err);
    cleanup_json json_t *words = json_array();
    bool is_none = values->len == 1 && values->items[0][0] == '\0';
    for (size_t i = 0; i < values->len && !is_none; i++) {
        if (json_array_append_new(words, json_string(values->items[i])) != 0)
            return fp_fail(err, FP_E_USAGE, "%s: word %zu is not valid UTF-8", option, i + 1);
    }
    *ret = steal_pointer(&words);
    return FP_OK;
}

/* Whether a text is allowed in a configuration: UTF-8 without control characters. */
static bool is_plain(const char *text)
{
    cleanup_json json_t *value = json_string(text);
    for (const char *p = text; *p != '\0'; p++) {
        if ((unsigned char) *p < 0x20 || *p == 0x7f)
            return false;
    }
    return value != NULL;
}

/* Whether a text is a user, as for Docker; names are resolved when the container starts. */
static bool is_user(const char *user)
{
    const char *colon = strchr(user, ':');
    return user[0] != '\0' && user[0] != ':' && strpbrk(user, " /,") == NULL && is_plain(user) &&
           (colon == NULL || (colon[1] != '\0' && strchr(colon + 1, ':') == NULL));
}

enum fp_code fp_plan_start(struct fp_plan *plan, const struct fp_build_options *options,
                           const struct fp_append_options *append, struct fp_error *err)
{
    const char *user = options->user;
    const char *path = append->working_dir;
    FP_TRY(parse_words(&append->entrypoint, "--entrypoint", &plan->entrypoint, err));
    FP_TRY(parse_words(&append->cmd, "--cmd", &plan->cmd, err));
    if (user != NULL && !is_user(user))
        return fp_fail(err, FP_E_USAGE, "--user '%s': expected USER or USER:GROUP", user);
    if (path != NULL && (path[0] != '/' || !is_plain(path)))
        return fp_fail(err, FP_E_USAGE, "--workdir '%s': expected a path that begins with '/'",
                       path);
    plan->user = fp_plan_copy(user);
    plan->working_dir = fp_plan_copy(path);
    /* The base's command consists of arguments for the base's entrypoint, so it is dropped. */
    if (plan->entrypoint != NULL && plan->cmd == NULL)
        plan->cmd = json_array();
    return FP_OK;
}
