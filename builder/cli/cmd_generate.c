#include <dirent.h>
#include <string.h>

#include "image_model.h"

/* A file with more is no patch, and no configuration of Flink. */
#define INPUT_MAX_BYTES ((size_t) 1 << 20)

static const struct fp_option_group *const generate_groups[] = {
    &fp_options_deploy_what,     &fp_options_deploy_job,
    &fp_options_deploy_size,     &fp_options_deploy_conf,
    &fp_options_deploy_pods,     &fp_options_deploy_ui,
    &fp_options_deploy_policies, NULL,
};

/* Patches that were read: parsed documents, and the names of their files. */
struct patches {
    struct fp_deploy_patch *items;
    size_t len;
};

static void patches_clear(struct patches *patches)
{
    for (size_t i = 0; i < patches->len; i++)
        json_decref((json_t *) (uintptr_t) patches->items[i].document);
    free(patches->items);
}

/* The file that `option` names. */
static enum fp_code read_yaml(const char *option, const char *path, json_t **ret,
                              struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(INPUT_MAX_BYTES);
    if (fp_file_read(path, &text, err) != FP_OK)
        return fp_context(err, "%s", option);
    return fp_yaml_parse(fp_buf_text(&text), text.len, path, ret, err);
}

static enum fp_code read_patches(const struct fp_strv *files, bool is_merge, struct patches *ret,
                                 struct fp_error *err)
{
    for (size_t i = 0; i < files->len; i++) {
        json_t *document = NULL;
        enum fp_code code =
            read_yaml(is_merge ? "--merge-patch" : "--patch", files->items[i], &document, err);
        if (code != FP_OK)
            return code;
        ret->items = fp_xreallocarray(ret->items, ret->len + 1, sizeof(*ret->items));
        ret->items[ret->len++] = (struct fp_deploy_patch){files->items[i], document, is_merge};
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

/* REGISTRY/REPOSITORY[:TAG], by which a cluster pulls it. */
static enum fp_code deploy_name(const struct fp_found *found, char **ret, struct fp_error *err)
{
    const struct fp_reference *reference = &found->location.reference;
    if (reference->repository == NULL) {
        enum fp_code code =
            fp_fail(err, FP_E_USAGE, "--image: %s is not where a cluster finds it", found->title);
        (void) fp_hint(err, "push it, and name it REGISTRY/REPOSITORY:TAG");
        return code;
    }
    cleanup_free char *name = fp_reference_name(reference);
    *ret = fp_xasprintf("%s%s%s", name, reference->tag != NULL ? ":" : "",
                        reference->tag != NULL ? reference->tag : "");
    return FP_OK;
}

static enum fp_code make(struct fp_args *args, const struct fp_found *found, const json_t *model,
                         struct fp_deploy_result *ret, struct fp_error *err)
{
    __attribute__((cleanup(patches_clear))) struct patches patches = {0};
    cleanup_free char *name = NULL;
    const json_t *images = json_object_get(model, "images");
    const json_t *first = json_array_get(images, 0);
    const char *platform = fp_json_string(first, "platform");
    struct fp_deploy_image image = {.config = json_object_get(first, "config")};
    enum fp_code code = deploy_name(found, &name, err);
    if (code == FP_OK && first == NULL)
        code = fp_fail(err, FP_E_INPUT, "%s: there is no image in it", found->title);
    if (code == FP_OK)
        code = read_patches(&args->patches, false, &patches, err);
    if (code == FP_OK)
        code = read_patches(&args->merge_patches, true, &patches, err);
    if (code == FP_OK)
        code = expand_conf(args, err);
    if (code != FP_OK)
        return code;
    cleanup_free char *architecture =
        platform != NULL && strchr(platform, '/') != NULL
            ? fp_xstrndup(strchr(platform, '/') + 1, strcspn(strchr(platform, '/') + 1, "/"))
            : NULL;
    image.name = name;
    image.architecture = json_array_size(images) == 1 ? architecture : NULL;
    /* What is in no registry cannot be pulled by its digest. */
    if (found->location.reference.registry != NULL)
        image.digest = found->root.digest.text;
    return fp_deploy_generate(&args->deploy, &image, patches.items, patches.len, args->output_dir,
                              ret, err);
}

static enum fp_code write_files(const char *folder, const struct fp_deploy_result *result,
                                struct fp_error *err)
{
    cleanup_free char *templates = fp_path_join(folder, "templates");
    cleanup_free char *place = NULL;
    bool is_chart = result->stream == NULL;
    enum fp_code code = fp_output_path(is_chart ? templates : folder, &place, err);
    if (code == FP_OK)
        code = fp_mkdir_p(place, 0777, err);
    for (size_t i = 0; i < result->file_count && code == FP_OK; i++) {
        const struct fp_deploy_file *file = &result->files[i];
        cleanup_free char *path = fp_path_join(folder, file->path);
        code = fp_file_write(path, file->text, strlen(file->text), 0666, err);
    }
    return code;
}

static bool is_written(const struct fp_deploy_result *result, const char *path)
{
    for (size_t i = 0; i < result->file_count; i++) {
        if (strcmp(result->files[i].path, path) == 0)
            return true;
    }
    return false;
}

/* Manifests in `part` of the folder that are of an earlier time, or not ours. Who applies a folder,
 * or installs a chart, takes them too. */
static void find_others(const char *folder, const char *part, const struct fp_deploy_result *result,
                        struct fp_strv *ret)
{
    cleanup_free char *path = fp_path_join(folder, part);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        const char *end = strrchr(entry->d_name, '.');
        bool is_manifest =
            end != NULL && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0 ||
                            strcmp(end, ".json") == 0 || strcmp(end, ".template") == 0);
        cleanup_free char *name =
            *part != '\0' ? fp_path_join(part, entry->d_name) : fp_xstrdup(entry->d_name);
        if (is_manifest && !is_written(result, name))
            fp_strv_add(ret, name);
    }
    (void) closedir(dir);
}

static void warn_of_others(const struct fp_run *run, const char *folder,
                           const struct fp_deploy_result *result)
{
    cleanup_strv struct fp_strv others = {0};
    find_others(folder, "", result, &others);
    if (result->stream == NULL)
        find_others(folder, "templates", result, &others);
    fp_strv_sort(&others);
    for (size_t i = 0; i < others.len; i++)
        fp_report(run->reporter, FP_EVENT_WARNING,
                  "%s/%s: was there before; remove it unless you want it too", folder,
                  others.items[i]);
}

static void tell(const struct fp_run *run, const struct fp_deploy_result *result)
{
    for (size_t i = 0; i < result->warnings.len; i++)
        fp_report(run->reporter, FP_EVENT_WARNING, "%s", result->warnings.items[i]);
    for (size_t i = 0; i < result->notes.len; i++)
        fp_report(run->reporter, FP_EVENT_INFO, "%s", result->notes.items[i]);
}

static enum fp_code put(struct fp_run *run, const struct fp_args *args,
                        const struct fp_deploy_result *result, struct fp_error *err)
{
    enum fp_code code = FP_OK;
    if (args->output_dir != NULL)
        code = write_files(args->output_dir, result, err);
    else if (result->stream != NULL)
        code = fp_buf_add_text(&run->out, result->stream, err);
    else
        code = fp_fail(err, FP_E_USAGE, "--output-dir: is needed, a chart is a folder");
    if (code == FP_OK && args->output_dir != NULL)
        warn_of_others(run, args->output_dir, result);
    if (code == FP_OK)
        tell(run, result);
    return code;
}

static enum fp_code generate(struct fp_run *run, struct fp_args *args, enum fp_find_order order,
                             struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_found struct fp_found found = {0};
    cleanup_json json_t *model = NULL;
    struct fp_deploy_result result = {0};
    if (args->image == NULL)
        return fp_fail(err, FP_E_USAGE, "--image: is missing");
    enum fp_code code = fp_session_open(run, &session, err);
    if (code == FP_OK)
        code = fp_session_find(&session, args->image, order, NULL, &found, err);
    if (code == FP_OK)
        code = fp_image_model(found.repo, &found.root, found.title, NULL, &model, err);
    if (code == FP_OK)
        code = make(args, &found, model, &result, err);
    if (code == FP_OK)
        code = put(run, args, &result, err);
    fp_deploy_result_clear(&result);
    return code;
}

enum fp_code fp_run_generate(struct fp_run *run, struct fp_error *err)
{
    if (run->operands.len > 0) {
        fp_strv_clear(&run->args.deploy.arguments);
        for (size_t i = 0; i < run->operands.len; i++)
            fp_strv_add(&run->args.deploy.arguments, run->operands.items[i]);
    }
    return generate(run, &run->args, FP_FIND_STORE_FIRST, err);
}

/* The options of --values alone; strings in `ret` are borrowed from `settings`. */
static enum fp_code read_values(const char *path, struct fp_settings *settings, struct fp_args *ret,
                                struct fp_error *err)
{
    fp_args_init(ret);
    enum fp_code code =
        path != NULL ? fp_settings_from_values(generate_groups, path, settings, err) : FP_OK;
    return code == FP_OK ? fp_settings_apply(generate_groups, settings, ret, err) : code;
}

enum fp_code fp_generate_check(const struct fp_run *run, struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    cleanup_settings struct fp_settings settings = {0};
    struct fp_args values = {0};
    if (args->generate == NULL && args->values != NULL)
        return fp_fail(err, FP_E_USAGE, "--values: needs --generate");
    if (args->generate == NULL)
        return FP_OK;
    if (!args->build.push || args->build.dry_run)
        return fp_fail(err, FP_E_USAGE,
                       "--generate: needs --push, as manifests name an image that "
                       "a cluster can pull");
    enum fp_code code = read_values(args->values, &settings, &values, err);
    fp_options_clear(generate_groups, &values);
    return code;
}

enum fp_code fp_generate_after_build(struct fp_run *run, const char *image, struct fp_error *err)
{
    cleanup_settings struct fp_settings settings = {0};
    struct fp_args values = {0};
    enum fp_code code = read_values(run->args.values, &settings, &values, err);
    if (code == FP_OK) {
        values.image = image;
        values.output_dir = run->args.generate;
        code = generate(run, &values, FP_FIND_REGISTRY, err);
    }
    fp_options_clear(generate_groups, &values);
    return code;
}
