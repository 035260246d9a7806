/* The label of options that nothing else in an image says: written by a build, read by rebase. */
#include "asked.h"

#include <stdlib.h>
#include <string.h>

#include "flink.h"
#include "plan_parts.h"

/* The most bytes of the label that are read. */
#define OPTIONS_MAX_BYTES ((size_t) 1 << 20)

/* The prefix of the labels that a build computes. */
#define OWN_PREFIX "flinkpack."

/* The labels of a base with this prefix are dropped by a build. */
#define OCI_PREFIX "org.opencontainers.image."

static const char *const ACCOUNT_FILES[] = {"etc/passwd", "etc/group", "etc/shadow"};

static const json_t *labels_of(const struct fp_config *config)
{
    return json_object_get(json_object_get(config->document, "config"), "Labels");
}

/* Parse the label; NULL if there is none, or none of ours. A new reference. */
static json_t *parse_label(const struct fp_config *config)
{
    const char *text = fp_json_string(labels_of(config), FP_LABEL_OPTIONS);
    json_t *options = NULL;
    if (text == NULL || strlen(text) > OPTIONS_MAX_BYTES ||
        fp_json_parse(text, strlen(text), FP_LABEL_OPTIONS, &options, NULL) != FP_OK)
        return NULL;
    if (!json_is_object(options)) {
        json_decref(options);
        return NULL;
    }
    return options;
}

bool fp_asked_is_told(const struct fp_config *config)
{
    cleanup_json json_t *options = parse_label(config);
    return options != NULL;
}

static void take_list(const json_t *list, struct fp_strv *ret)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        if (item != NULL && !fp_strv_has(ret, item))
            fp_strv_add(ret, item);
    }
}

/* Set the list `key`: the items of the options below and the new ones, sorted, each once, so that
 * the order of options does not count. */
static void put_list(json_t *options, const char *key, const json_t *below,
                     const struct fp_strv *items)
{
    cleanup_strv struct fp_strv all = {0};
    take_list(json_object_get(below, key), &all);
    for (size_t i = 0; i < items->len; i++) {
        if (!fp_strv_has(&all, items->items[i]))
            fp_strv_add(&all, items->items[i]);
    }
    fp_strv_sort(&all);
    fp_json_set(options, key, all.len > 0 ? fp_json_texts(&all) : NULL);
}

static void put_keys(json_t *options, const char *key, const json_t *below, json_t *pairs)
{
    cleanup_strv struct fp_strv names = {0};
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(pairs, name, value)
    {
        fp_strv_add(&names, name);
    }
    put_list(options, key, below, &names);
}

static void put_flag(json_t *options, const char *key, const json_t *below, bool is_set)
{
    if (is_set || json_is_true(json_object_get(below, key)))
        fp_json_set(options, key, json_true());
}

static void put_compression(json_t *options, const struct fp_compression *compression)
{
    bool is_usual = compression->codec == FP_CODEC_GZIP && compression->level == 0;
    if (!is_usual)
        fp_json_set(options, "compression",
                    json_pack("[s, i]", fp_codec_name(compression->codec), compression->level));
}

char *fp_asked_text(const struct fp_plan *plan, const struct fp_config *below)
{
    cleanup_json json_t *old = below != NULL ? parse_label(below) : NULL;
    cleanup_json json_t *options = json_object();
    cleanup_strv struct fp_strv accounts = {0};
    if (below != NULL && old == NULL)
        return NULL;
    for (size_t i = 0; i < plan->add_count; i++) {
        for (size_t k = 0; k < sizeof(ACCOUNT_FILES) / sizeof(ACCOUNT_FILES[0]); k++)
            if (strcmp(plan->adds[i].dest, ACCOUNT_FILES[k]) == 0)
                fp_strv_add(&accounts, ACCOUNT_FILES[k]);
    }
    put_keys(options, "env", old, plan->env);
    put_keys(options, "labels", old, plan->labels);
    put_keys(options, "annotations", old, plan->annotations);
    put_list(options, "packages", old, &plan->packages.names);
    put_list(options, "accounts", old, &accounts);
    put_compression(options, &plan->compression);
    put_flag(options, "user", old, plan->user != NULL);
    put_flag(options, "python3", old, plan->with_python3);
    put_flag(options, "muslNatives", old, plan->allow_musl_natives);
    return fp_json_canonical(options);
}

/* The variables of a configuration as an object NAME -> value; the last value of a name counts. A
 * new reference. */
static json_t *env_of(const struct fp_config *config)
{
    const json_t *list = json_object_get(json_object_get(config->document, "config"), "Env");
    json_t *env = json_object();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        const char *equals = item != NULL ? strchr(item, '=') : NULL;
        if (equals == NULL)
            continue;
        cleanup_free char *name = fp_xstrndup(item, (size_t) (equals - item));
        fp_json_set_text(env, name, equals + 1);
    }
    return env;
}

/* Take the values of the names in `list`, in the order that they have. A new reference. */
static json_t *take_named(const json_t *list, const json_t *values)
{
    cleanup_strv struct fp_strv names = {0};
    json_t *taken = json_object();
    const char *name = NULL;
    json_t *value = NULL;
    take_list(list, &names);
    json_object_foreach((json_t *) (uintptr_t) values, name, value)
    {
        if (fp_strv_has(&names, name))
            fp_json_set_text(taken, name, json_string_value(value));
    }
    return taken;
}

static void read_label(const json_t *options, const json_t *env, const json_t *labels,
                       const json_t *annotations, struct fp_asked *ret)
{
    ret->env = take_named(json_object_get(options, "env"), env);
    ret->labels = take_named(json_object_get(options, "labels"), labels);
    ret->annotations = take_named(json_object_get(options, "annotations"), annotations);
    take_list(json_object_get(options, "packages"), &ret->packages);
    take_list(json_object_get(options, "accounts"), &ret->accounts);
    const json_t *compression = json_object_get(options, "compression");
    const char *codec = json_string_value(json_array_get(compression, 0));
    if (codec != NULL)
        ret->compression = fp_xstrdup(codec);
    ret->compression_level = json_integer_value(json_array_get(compression, 1));
    ret->user = json_is_true(json_object_get(options, "user"));
    ret->with_python3 = json_is_true(json_object_get(options, "python3"));
    ret->allow_musl_natives = json_is_true(json_object_get(options, "muslNatives"));
}

/* Whether the value of PATH is what a build makes of the base's; without the base, whether it
 * begins like that. */
static bool is_computed_path(const char *path, const json_t *base_env)
{
    static const char ours[] = FP_FLINK_HOME "/bin:";
    const char *below = fp_json_string(base_env, "PATH");
    return strncmp(path, ours, strlen(ours)) == 0 &&
           (base_env == NULL || below == NULL || strcmp(path + strlen(ours), below) == 0);
}

/* Take the variables that differ from the base's and that a build does not set itself. Without the
 * base, JAVA_HOME counts as the base's, because nearly all bases with Java set it. */
static json_t *changed_env(const json_t *env, const json_t *base_env)
{
    json_t *changed = json_object();
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) env, name, value)
    {
        const char *text = json_string_value(value);
        const char *below = fp_json_string(base_env, name);
        bool is_computed = strcmp(name, "FLINK_HOME") == 0 ||
                           strcmp(name, FP_ENV_JOB_CLASSNAME) == 0 ||
                           (strcmp(name, "PATH") == 0 && is_computed_path(text, base_env)) ||
                           (strcmp(name, "JAVA_HOME") == 0 && base_env == NULL);
        if (!is_computed && (below == NULL || strcmp(below, text) != 0))
            fp_json_set_text(changed, name, text);
    }
    return changed;
}

/* Take the labels that the base has not, or with another value, and that are not ours. */
static json_t *changed_labels(const json_t *labels, const json_t *base_labels)
{
    json_t *changed = json_object();
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) labels, name, value)
    {
        const char *text = json_string_value(value);
        const char *below = fp_json_string(base_labels, name);
        bool is_below = below != NULL && text != NULL && strcmp(below, text) == 0 &&
                        strncmp(name, OCI_PREFIX, strlen(OCI_PREFIX)) != 0;
        if (text != NULL && !is_below && strncmp(name, OWN_PREFIX, strlen(OWN_PREFIX)) != 0)
            fp_json_set_text(changed, name, text);
    }
    return changed;
}

/* Take the annotations that a build does not compute. */
static json_t *changed_annotations(const json_t *annotations, const char *created)
{
    json_t *changed = json_object();
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) annotations, name, value)
    {
        const char *text = json_string_value(value);
        bool is_created = strcmp(name, OCI_PREFIX "created") == 0 && text != NULL &&
                          created != NULL && strcmp(text, created) == 0;
        if (!is_created && strcmp(name, OCI_PREFIX "base.name") != 0 &&
            strcmp(name, OCI_PREFIX "base.digest") != 0)
            fp_json_set_text(changed, name, text);
    }
    return changed;
}

void fp_asked_read(const struct fp_config *config, const json_t *annotations,
                   const struct fp_config *old_base, struct fp_asked *ret)
{
    cleanup_json json_t *options = parse_label(config);
    cleanup_json json_t *env = env_of(config);
    if (options != NULL) {
        read_label(options, env, labels_of(config), annotations, ret);
        return;
    }
    cleanup_json json_t *base_env = old_base != NULL ? env_of(old_base) : NULL;
    cleanup_free char *own_user = fp_xasprintf("%u:%u", FP_FLINK_UID, FP_FLINK_GID);
    const char *user = fp_json_string(json_object_get(config->document, "config"), "User");
    ret->is_guessed = true;
    ret->env = changed_env(env, base_env);
    ret->labels = changed_labels(labels_of(config), old_base != NULL ? labels_of(old_base) : NULL);
    ret->annotations = changed_annotations(annotations, config->created);
    ret->user = user != NULL && strcmp(user, own_user) != 0;
}

void fp_asked_clear(struct fp_asked *asked)
{
    json_decref(asked->env);
    json_decref(asked->labels);
    json_decref(asked->annotations);
    fp_strv_clear(&asked->packages);
    fp_strv_clear(&asked->accounts);
    free(asked->compression);
    memset(asked, 0, sizeof(*asked));
}
