/* The options of manifests, and the files that these name. */
#include "generate_input.h"

#include <string.h>

/* A file with more is no patch, and no configuration of Flink. */
#define INPUT_MAX_BYTES ((size_t) 1 << 20)

static const struct fp_option_group *const generate_groups[] = {
    &fp_options_deploy_what,     &fp_options_deploy_job,
    &fp_options_deploy_size,     &fp_options_deploy_conf,
    &fp_options_deploy_pods,     &fp_options_deploy_ui,
    &fp_options_deploy_policies, NULL,
};

/* The file that `option` names. */
static enum fp_code read_yaml(const char *option, const char *path, json_t **ret,
                              struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(INPUT_MAX_BYTES);
    if (fp_file_read(path, &text, err) != FP_OK)
        return fp_context(err, "%s", option);
    return fp_yaml_parse(fp_buf_text(&text), text.len, path, ret, err);
}

static enum fp_code read_patches(const struct fp_args *args, bool is_merge,
                                 struct fp_generate_input *ret, struct fp_error *err)
{
    const struct fp_strv *files = is_merge ? &args->merge_patches : &args->patches;
    for (size_t i = 0; i < files->len; i++) {
        struct fp_deploy_patch patch = {.name = files->items[i], .is_merge = is_merge};
        json_t *document = NULL;
        enum fp_code code =
            read_yaml(is_merge ? "--merge-patch" : "--patch", patch.name, &document, err);
        if (code != FP_OK)
            return code;
        patch.document = document;
        ret->patches = fp_xreallocarray(ret->patches, ret->patch_count + 1, sizeof(*ret->patches));
        ret->patches[ret->patch_count++] = patch;
    }
    return FP_OK;
}

/* Files of --conf become keys where they stand, and -D goes behind all of them. */
static enum fp_code expand_conf(struct fp_args *args, struct fp_error *err)
{
    struct fp_strv all = {0};
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < args->deploy.conf.len && code == FP_OK; i++) {
        const char *item = args->deploy.conf.items[i];
        cleanup_json json_t *document = NULL;
        if (strchr(item, '=') != NULL && !fp_path_exists(item)) {
            fp_strv_add(&all, item);
            continue;
        }
        code = read_yaml("--conf", item, &document, err);
        if (code == FP_E_NOT_FOUND)
            code = fp_hint(err, "KEY=VALUE, or a file of keys");
        if (code == FP_OK)
            code = fp_deploy_flatten_conf(document, item, &all, err);
    }
    for (size_t i = 0; i < args->defines.len; i++)
        fp_strv_add(&all, args->defines.items[i]);
    fp_strv_clear(&args->deploy.conf);
    args->deploy.conf = all;
    return code;
}

enum fp_code fp_generate_input_read(struct fp_args *args, const struct fp_settings *settings,
                                    struct fp_generate_input *ret, struct fp_error *err)
{
    ret->args = args;
    fp_settings_list_of_file(settings, &args->deploy.yielding);
    args->deploy.values_name = settings->file;
    enum fp_code code = read_patches(args, false, ret, err);
    if (code == FP_OK)
        code = read_patches(args, true, ret, err);
    return code == FP_OK ? expand_conf(args, err) : code;
}

enum fp_code fp_generate_input_from_values(const char *path, struct fp_generate_input *ret,
                                           struct fp_error *err)
{
    fp_args_init(&ret->own);
    enum fp_code code =
        path != NULL ? fp_settings_from_values(generate_groups, path, &ret->settings, err) : FP_OK;
    if (code == FP_OK)
        code = fp_settings_apply(generate_groups, &ret->settings, &ret->own, err);
    return code == FP_OK ? fp_generate_input_read(&ret->own, &ret->settings, ret, err) : code;
}

void fp_generate_input_clear(struct fp_generate_input *input)
{
    for (size_t i = 0; i < input->patch_count; i++)
        json_decref((json_t *) (uintptr_t) input->patches[i].document);
    free(input->patches);
    if (input->args != NULL)
        fp_strv_clear(&input->args->deploy.yielding);
    fp_options_clear(generate_groups, &input->own);
    fp_settings_clear(&input->settings);
    *input = (struct fp_generate_input){0};
}
