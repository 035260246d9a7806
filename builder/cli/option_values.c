/* Reads --values files: options, and the mappings "image" and "flink" that charts have. */
#include <string.h>

#include "flinkpack/deploy.h"
#include "option_store.h"
#include "option_values.h"

/* A larger file is not a configuration of a deployment. */
#define FILE_MAX_BYTES ((size_t) 1 << 20)

/* Join the members of the image mapping to REPOSITORY[:TAG][@DIGEST]. */
static enum fp_code join_image(const json_t *image, const char *file, char **ret,
                               struct fp_error *err)
{
    const char *repository = fp_json_string(image, "repository");
    const json_t *tag_value = json_object_get(image, "tag");
    cleanup_free char *tag = tag_value != NULL ? fp_option_text_of(tag_value) : NULL;
    const char *digest = fp_json_string(image, "digest");
    if (repository == NULL)
        return fp_fail(err, FP_E_USAGE, "%s: image: repository is missing", file);
    *ret = fp_xasprintf("%s%s%s%s%s", repository, tag != NULL && *tag != '\0' ? ":" : "",
                        tag != NULL ? tag : "", digest != NULL && *digest != '\0' ? "@" : "",
                        digest != NULL ? digest : "");
    return FP_OK;
}

/* "conf" may be nested, because Flink's own configuration files are nested since 1.19. */
static enum fp_code flatten_conf(json_t *document, const char *file, struct fp_error *err)
{
    const json_t *conf = json_object_get(document, "conf");
    cleanup_strv struct fp_strv pairs = {0};
    const char *key = NULL;
    json_t *value = NULL;
    bool is_nested = false;
    json_object_foreach((json_t *) (uintptr_t) conf, key, value)
    {
        is_nested = is_nested || json_is_object(value);
    }
    if (!is_nested)
        return FP_OK;
    enum fp_code code = fp_deploy_flatten_conf(conf, file, &pairs, err);
    fp_json_set(document, "conf", fp_json_texts(&pairs));
    return code;
}

/* Replace the mappings of a chart's values by options. */
static enum fp_code flatten_values(json_t *document, const char *file, struct fp_error *err)
{
    static const struct {
        const char *key;
        const char *option;
    } members[] = {{"type", "type"}, {"version", "flink-version"}, {"parallelism", "parallelism"}};
    json_t *image = json_object_get(document, "image");
    json_t *flink = json_object_get(document, "flink");
    cleanup_free char *name = NULL;
    FP_TRY(json_is_object(image) ? join_image(image, file, &name, err) : FP_OK);
    if (flink != NULL && !json_is_object(flink))
        FP_TRY(fp_fail(err, FP_E_USAGE, "%s: flink: expected a mapping such as {type: job}", file));
    fp_json_set_text(document, "image", name);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        json_t *value = json_object_get(flink, members[i].key);
        if (value != NULL && json_object_get(document, members[i].option) != NULL)
            return fp_fail(err, FP_E_USAGE, "%s: flink: %s: is there twice, as %s too", file,
                           members[i].key, members[i].option);
        if (value != NULL)
            (void) json_object_set(document, members[i].option, value);
    }
    (void) json_object_del(document, "flink");
    return flatten_conf(document, file, err);
}

/* Options about the run of the program are not accepted among values. */
static enum fp_code add_values_key(fp_option_groups groups, const char *key, json_t *value,
                                   struct fp_settings *settings, struct fp_error *err)
{
    const struct fp_option *option = fp_option_find(groups, key, strlen(key));
    if (option == NULL || (option->flags & FP_OPTION_STOPS) != 0 || strcmp(key, "values") == 0)
        return fp_fail(err, FP_E_USAGE, "%s: %s: can only be given on the command line",
                       settings->file, key);
    return fp_option_add_value(option, value, settings, err);
}

enum fp_code fp_input_read(const char *path, struct fp_buf *ret, struct fp_error *err)
{
    return fp_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, ret, err);
}

enum fp_code fp_settings_from_values(fp_option_groups groups, const char *path,
                                     struct fp_settings *settings, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FILE_MAX_BYTES);
    cleanup_json json_t *document = NULL;
    FP_TRY(fp_context(fp_input_read(path, &text, err), err, "--values"));
    FP_TRY(fp_yaml_parse(fp_buf_text(&text), text.len, path, &document, err));
    if (!json_is_object(document))
        return fp_fail(err, FP_E_USAGE, "%s: expected a mapping", path);
    FP_TRY(fp_values_check(groups, document, path, err));
    FP_TRY(flatten_values(document, path, err));
    free(settings->file);
    settings->file = fp_xstrdup(path);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(document, key, value)
    {
        FP_TRY(add_values_key(groups, key, value, settings, err));
    }
    return FP_OK;
}
