/* The options of append become a plan; nothing is fetched before. */
#include "append.h"
#include "plan_parse.h"

#include <string.h>

/* Beside the layer of what is added. */
#define LAYERS_MAX (FP_OWN_LAYERS_MAX - 1)

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

enum fp_code fp_append_words(const struct fp_strv *values, const char *option, json_t **ret,
                             struct fp_error *err)
{
    *ret = NULL;
    if (values->len == 0)
        return FP_OK;
    if (values->len == 1 && values->items[0][0] == '[')
        return parse_list(values->items[0], option, ret, err);
    cleanup_json json_t *words = json_array();
    bool is_none = values->len == 1 && values->items[0][0] == '\0';
    for (size_t i = 0; i < values->len && !is_none; i++) {
        json_t *word = json_string(values->items[i]);
        if (word == NULL)
            return fp_fail(err, FP_E_USAGE, "%s: word %zu is not valid UTF-8", option, i + 1);
        fp_json_append(words, word);
    }
    *ret = steal_pointer(&words);
    return FP_OK;
}

static enum fp_code check_layers(const struct fp_append_plan *append, struct fp_error *err)
{
    const struct fp_strv *layers = &append->options->layers;
    const struct fp_plan *plan = &append->plan;
    if (layers->len + plan->add_count == 0)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "append: nothing is put on the base"), err,
                         "--add SRC:DEST puts a file or folder there, --layer FILE a tar");
    if (layers->len > LAYERS_MAX)
        return fp_fail(err, FP_E_USAGE, "--layer: more than %d", LAYERS_MAX);
    for (size_t i = 0; i < layers->len * plan->platform_count; i++) {
        const struct fp_platform *platform = &plan->platforms[i % plan->platform_count];
        cleanup_free char *path =
            fp_plan_for_platform(layers->items[i / plan->platform_count], platform);
        uint64_t size = 0;
        cleanup_fd int fd = -1;
        FP_TRY(fp_context(fp_file_open(path, &fd, &size, err), err, "--layer"));
    }
    return FP_OK;
}

static bool has_control(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if ((unsigned char) *p < 0x20 || *p == 0x7f)
            return true;
    }
    return false;
}

static bool is_utf8(const char *text)
{
    cleanup_json json_t *value = json_string(text);
    return value != NULL;
}

/* As for docker: names are looked up in the image's /etc/passwd when it starts. */
static enum fp_code check_user(const char *user, struct fp_error *err)
{
    const char *colon = user != NULL ? strchr(user, ':') : NULL;
    if (user == NULL)
        return FP_OK;
    bool good = user[0] != '\0' && user[0] != ':' && strpbrk(user, " /,") == NULL &&
                !has_control(user) && is_utf8(user) &&
                (colon == NULL || (colon[1] != '\0' && strchr(colon + 1, ':') == NULL));
    return good ? FP_OK
                : fp_fail(err, FP_E_USAGE, "--user '%s': expected USER or USER:GROUP", user);
}

static enum fp_code check_working_dir(const char *path, struct fp_error *err)
{
    if (path == NULL || (path[0] == '/' && !has_control(path) && is_utf8(path)))
        return FP_OK;
    return fp_fail(err, FP_E_USAGE, "--workdir '%s': expected a path that begins with '/'", path);
}

/* What the configuration is to say. */
static enum fp_code plan_config(struct fp_append_plan *append, struct fp_error *err)
{
    const struct fp_append_options *options = append->options;
    enum fp_code code =
        fp_append_words(&options->entrypoint, "--entrypoint", &append->entrypoint, err);
    if (code == FP_OK)
        code = fp_append_words(&options->cmd, "--cmd", &append->cmd, err);
    if (code == FP_OK)
        code = check_user(append->plan.options->user, err);
    if (code == FP_OK)
        code = check_working_dir(options->working_dir, err);
    /* The base's command is what its own entrypoint takes. */
    if (code == FP_OK && append->entrypoint != NULL && append->cmd == NULL)
        append->cmd = json_array();
    return code == FP_OK ? fp_plan_look(&append->plan, err) : code;
}

enum fp_code fp_append_plan_make(const struct fp_build_options *image,
                                 const struct fp_append_options *options,
                                 const struct fp_build_context *context, struct fp_append_plan *ret,
                                 struct fp_error *err)
{
    struct fp_plan *plan = &ret->plan;
    ret->options = options;
    *plan = (struct fp_plan){.options = image, .context = context, .verb = "append"};
    if (image->image_name == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "append needs --image-name"), err,
                         "for example --image-name registry.example.com/team/tools:1.0");
    FP_TRY(fp_plan_platforms(plan, err));
    FP_TRY(fp_plan_check_platforms(plan, err));
    FP_TRY(fp_plan_outputs(plan, err));
    FP_TRY(fp_plan_adds(plan, err));
    FP_TRY(check_layers(ret, err));
    FP_TRY(plan_config(ret, err));
    if (strcmp(image->base, FP_SCRATCH) != 0)
        FP_TRY(fp_plan_check_base(plan, err));
    plan->blob_folder = fp_layout_blob_folder(context->store_folder);
    return FP_OK;
}

void fp_append_plan_clear(struct fp_append_plan *append)
{
    fp_plan_clear(&append->plan);
    json_decref(append->entrypoint);
    json_decref(append->cmd);
    memset(append, 0, sizeof(*append));
}
