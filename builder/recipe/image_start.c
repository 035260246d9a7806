/* How an image says that it is started. */
#include "image_start.h"

#include <stdlib.h>
#include <string.h>

#include "conf_settings.h"

/* Add a setting, in place of an earlier one of that key. */
static void set(struct fp_image_start *start, const char *key, const char *value,
                const char *origin)
{
    for (size_t i = 0; i < start->keys.len; i++) {
        if (strcmp(start->keys.items[i], key) != 0)
            continue;
        free(start->values.items[i]);
        free(start->origins.items[i]);
        start->values.items[i] = fp_xstrdup(value);
        start->origins.items[i] = fp_xstrdup(origin);
        return;
    }
    fp_strv_add(&start->keys, key);
    fp_strv_add(&start->values, value);
    fp_strv_add(&start->origins, origin);
}

/* Set-ups of ours, and the official entrypoint, write a setting that Flink has by another name. */
static bool is_ours(const char *key, const char *value)
{
    return strcmp(key, "query.server.port") == 0 && strcmp(value, "6125") == 0;
}

static void set_all(const struct fp_plan *plan, struct fp_image_start *start,
                    const struct fp_buf *text, const char *origin)
{
    cleanup_strv struct fp_strv keys = {0};
    cleanup_strv struct fp_strv values = {0};
    struct fp_error why = {0};
    if (fp_conf_settings(origin, text, &keys, &values, &why) != FP_OK) {
        fp_report(plan->context->reporter, FP_EVENT_DEBUG, "its settings are not looked at: %s",
                  why.text);
        return;
    }
    for (size_t i = 0; i < keys.len; i++)
        if (!is_ours(keys.items[i], values.items[i]))
            set(start, keys.items[i], values.items[i], origin);
}

/* Read a file of the configuration, if it is there. */
static enum fp_code read_file(const struct fp_plan *plan, const struct fp_base_image *image,
                              const char *path, struct fp_image_start *start, bool *ret_is_there,
                              struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    struct fp_error why = {0};
    enum fp_code code = fp_base_image_read(image, path + 1, &text, &why);
    *ret_is_there = code == FP_OK;
    if (code == FP_OK)
        set_all(plan, start, &text, path);
    return code == FP_OK || code == FP_E_NOT_FOUND || code == FP_E_INPUT ? FP_OK
                                                                         : fp_fail_as(err, &why);
}

/* 1.19 and 1.20 read config.yaml only where there is no flink-conf.yaml. */
static enum fp_code read_files(const struct fp_plan *plan, const struct fp_base_image *image,
                               const struct fp_flink *flink, struct fp_image_start *start,
                               struct fp_error *err)
{
    cleanup_free char *old = fp_xasprintf("%s/conf/flink-conf.yaml", flink->home);
    cleanup_free char *new = fp_xasprintf("%s/conf/config.yaml", flink->home);
    bool has_old = false;
    bool has_new = false;
    if (!fp_flink_at_least(&flink->version, 2, 0, 0))
        FP_TRY(read_file(plan, image, old, start, &has_old, err));
    if (!has_old && fp_flink_at_least(&flink->version, 1, 19, 0))
        FP_TRY(read_file(plan, image, new, start, &has_new, err));
    return FP_OK;
}

static void read_properties(const struct fp_plan *plan, const struct fp_config *config,
                            struct fp_image_start *start)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    cleanup_free char *value = fp_config_env(config, "FLINK_PROPERTIES");
    if (value == NULL)
        return;
    fp_buf_puts(&text, value);
    set_all(plan, start, &text, "FLINK_PROPERTIES");
}

/* "k=v" of -Dk=v. */
static void set_word(struct fp_image_start *start, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return;
    cleanup_free char *key = fp_xstrndup(text, (size_t) (equals - text));
    set(start, key, equals + 1, "-D");
}

/* The value of an option: "--NAME=VALUE", or the next word, of which there may be none. */
static const char *value_of(const json_t *words, size_t *i, const char *long_name,
                            const char *short_name)
{
    const char *word = json_string_value(json_array_get(words, *i));
    size_t len = strlen(long_name);
    if (strncmp(word, long_name, len) == 0 && word[len] == '=')
        return word + len + 1;
    if (strcmp(word, long_name) != 0 && strcmp(word, short_name) != 0)
        return NULL;
    return json_string_value(json_array_get(words, ++*i));
}

/* A jar that a word names, in the working directory, unless its path is whole. */
static void add_jars(const struct fp_config *config, const char *word, struct fp_strv *ret)
{
    const json_t *inner = json_object_get(config->document, "config");
    const char *directory = fp_json_string(inner, "WorkingDir");
    cleanup_strv struct fp_strv names = {0};
    fp_strv_split(&names, word, ',');
    for (size_t i = 0; i < names.len; i++) {
        const char *name = names.items[i];
        name += strncmp(name, "local://", 8) == 0 ? 8 : strncmp(name, "file://", 7) == 0 ? 7 : 0;
        if (!fp_text_ends_with(name, ".jar") || strstr(name, "://") != NULL)
            continue;
        if (name[0] == '/')
            fp_strv_add(ret, name);
        else
            fp_strv_addf(ret, "%s/%s", directory != NULL ? directory : "", name);
    }
}

static void read_word(const struct fp_config *config, const json_t *words, size_t *i,
                      struct fp_image_start *start)
{
    const char *word = json_string_value(json_array_get(words, *i));
    const char *class_name = value_of(words, i, "--job-classname", "-j");
    if (class_name != NULL && fp_text_ends_with(class_name, ".jar")) {
        add_jars(config, class_name, &start->jars); /* "flink run -j" */
        return;
    }
    if (class_name != NULL) {
        free(start->job_classname);
        start->job_classname = fp_xstrdup(class_name);
        return;
    }
    if (strncmp(word, "-D", 2) == 0) {
        const char *next = word[2] == '\0' ? json_string_value(json_array_get(words, ++*i)) : NULL;
        set_word(start, next != NULL ? next : word + 2);
        return;
    }
    start->starts_job = start->starts_job || strcmp(word, "standalone-job") == 0 ||
                        strcmp(word, "job-cluster") == 0;
    add_jars(config, word, &start->jars);
    fp_strv_add(&start->arguments, word);
}

static void read_command(const struct fp_config *config, struct fp_image_start *start)
{
    const json_t *inner = json_object_get(config->document, "config");
    const json_t *entrypoint = json_object_get(inner, "Entrypoint");
    const json_t *const lists[] = {entrypoint, json_object_get(inner, "Cmd")};
    const char *first = json_string_value(json_array_get(entrypoint, 0));
    start->is_known_entrypoint =
        first != NULL && strcmp(fp_path_base(first), "docker-entrypoint.sh") == 0;
    for (size_t list = 0; list < 2; list++)
        for (size_t i = 0; i < json_array_size(lists[list]); i++)
            if (json_is_string(json_array_get(lists[list], i)))
                read_word(config, lists[list], &i, start);
}

enum fp_code fp_image_start_read(const struct fp_plan *plan, const struct fp_base_image *image,
                                 const struct fp_flink *flink, struct fp_image_start *ret,
                                 struct fp_error *err)
{
    ret->job_classname = fp_config_env(&image->config, FP_ENV_JOB_CLASSNAME);
    ret->starts_job = ret->job_classname != NULL;
    FP_TRY(read_files(plan, image, flink, ret, err));
    read_properties(plan, &image->config, ret);
    read_command(&image->config, ret);
    ret->starts_job = ret->starts_job || ret->job_classname != NULL;
    return FP_OK;
}

const char *fp_image_start_setting(const struct fp_image_start *start, const char *key)
{
    for (size_t i = 0; i < start->keys.len; i++)
        if (strcmp(start->keys.items[i], key) == 0)
            return start->values.items[i];
    return NULL;
}

void fp_image_start_clear(struct fp_image_start *start)
{
    free(start->job_classname);
    fp_strv_clear(&start->jars);
    fp_strv_clear(&start->arguments);
    fp_strv_clear(&start->keys);
    fp_strv_clear(&start->values);
    fp_strv_clear(&start->origins);
    *start = (struct fp_image_start){0};
}
