/* generate: writes the manifests that run an image. A build with --generate uses this too. */
#include <string.h>

#include "generate_input.h"
#include "image_model.h"

/* The name by which a cluster pulls the image: REGISTRY/REPOSITORY[:TAG]. */
static enum fp_code deploy_name(const struct fp_found *found, char **ret, struct fp_error *err)
{
    const struct fp_reference *reference = &found->location.reference;
    if (reference->repository == NULL)
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "--image: %s is not where a cluster finds it", found->title),
            err, "push it, and name it REGISTRY/REPOSITORY:TAG");
    cleanup_free char *name = fp_reference_name(reference);
    *ret = fp_xasprintf("%s%s%s", name, reference->tag != NULL ? ":" : "",
                        reference->tag != NULL ? reference->tag : "");
    return FP_OK;
}

static enum fp_code make(const struct fp_generate_input *input, const struct fp_found *found,
                         const json_t *model, struct fp_deploy_result *ret, struct fp_error *err)
{
    cleanup_free char *name = NULL;
    const json_t *images = json_object_get(model, "images");
    const json_t *first = json_array_get(images, 0);
    const char *platform = fp_json_string(first, "platform");
    struct fp_deploy_image image = {.config = json_object_get(first, "config")};
    FP_TRY(deploy_name(found, &name, err));
    if (first == NULL)
        FP_TRY(fp_fail(err, FP_E_INPUT, "%s: there is no image in it", found->title));
    cleanup_free char *architecture =
        platform != NULL && strchr(platform, '/') != NULL
            ? fp_xstrndup(strchr(platform, '/') + 1, strcspn(strchr(platform, '/') + 1, "/"))
            : NULL;
    image.name = name;
    image.conf = input->image_conf;
    image.architecture = json_array_size(images) == 1 ? architecture : NULL;
    /* Only an image in a registry can be pulled by its digest. */
    if (found->location.reference.registry != NULL)
        image.digest = found->root.digest.text;
    return fp_deploy_generate(&input->args->deploy, &image, input->patches, input->patch_count,
                              input->args->output_dir, ret, err);
}

static enum fp_code write_files(const char *folder, const struct fp_deploy_result *result,
                                struct fp_error *err)
{
    cleanup_free char *templates = fp_path_join(folder, "templates");
    cleanup_free char *place = NULL;
    bool is_chart = result->stream == NULL;
    FP_TRY(fp_output_path(is_chart ? templates : folder, &place, err));
    FP_TRY(fp_mkdir_p(place, 0777, err));
    for (size_t i = 0; i < result->file_count; i++) {
        const struct fp_deploy_file *file = &result->files[i];
        cleanup_free char *path = fp_path_join(folder, file->path);
        FP_TRY(fp_file_write(path, file->text, strlen(file->text), 0666, err));
    }
    return FP_OK;
}

static bool is_written(const struct fp_deploy_result *result, const char *path)
{
    for (size_t i = 0; i < result->file_count; i++)
        if (strcmp(result->files[i].path, path) == 0)
            return true;
    return false;
}

/* Find manifests in `part` of the directory that this run did not write. Applying the directory or
 * installing the chart would include them. */
static void find_others(const char *folder, const char *part, const struct fp_deploy_result *result,
                        struct fp_strv *ret)
{
    cleanup_free char *path = fp_path_join(folder, part);
    cleanup_strv struct fp_strv names = {0};
    (void) fp_dir_names(path, "*.*", SIZE_MAX, &names);
    for (size_t i = 0; i < names.len; i++) {
        const char *end = strrchr(names.items[i], '.');
        bool is_manifest =
            end != NULL && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0 ||
                            strcmp(end, ".json") == 0 || strcmp(end, ".template") == 0);
        cleanup_free char *name =
            *part != '\0' ? fp_path_join(part, names.items[i]) : fp_xstrdup(names.items[i]);
        if (is_manifest && !is_written(result, name))
            fp_strv_add(ret, name);
    }
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

static enum fp_code put(struct fp_run *run, const struct fp_args *args,
                        const struct fp_deploy_result *result, struct fp_error *err)
{
    for (size_t i = 0; i < result->warnings.len; i++)
        fp_report(run->reporter, FP_EVENT_WARNING, "%s", result->warnings.items[i]);
    FP_TRY(fp_report_heed(run->reporter, err));
    run->is_document = true;
    if (args->output_dir != NULL) {
        FP_TRY(write_files(args->output_dir, result, err));
        warn_of_others(run, args->output_dir, result);
    } else if (result->stream != NULL) {
        fp_buf_puts(&run->out, result->stream);
    } else {
        return fp_fail(err, FP_E_USAGE, "--output-dir: is needed, a chart is a folder");
    }
    for (size_t i = 0; i < result->notes.len; i++)
        fp_report(run->reporter, FP_EVENT_INFO, "%s", result->notes.items[i]);
    return FP_OK;
}

static enum fp_code generate(struct fp_run *run, const struct fp_generate_input *input,
                             enum fp_find_order order, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_found struct fp_found found = {0};
    cleanup_json json_t *model = NULL;
    __attribute__((cleanup(fp_deploy_result_clear))) struct fp_deploy_result result = {0};
    FP_TRY(fp_session_open(run, &session, err));
    FP_TRY(fp_session_find(&session, input->args->image, order, &found, err));
    FP_TRY(fp_image_model(found.repo, &found.root, found.title, NULL, &model, err));
    FP_TRY(make(input, &found, model, &result, err));
    return put(run, input->args, &result, err);
}

enum fp_code fp_run_generate(struct fp_run *run, struct fp_error *err)
{
    cleanup_generate_input struct fp_generate_input input = {0};
    if (run->operands.len > 0) {
        fp_strv_clear(&run->args.deploy.arguments);
        for (size_t i = 0; i < run->operands.len; i++)
            fp_strv_add(&run->args.deploy.arguments, run->operands.items[i]);
    }
    if (run->args.image == NULL)
        return fp_fail(err, FP_E_USAGE, "--image: is missing");
    enum fp_code code = fp_generate_input_read(&run->args, run->settings, &input, err);
    fp_generate_input_remember(run->settings, NULL, NULL, &input);
    return code == FP_OK ? generate(run, &input, FP_FIND_STORE_FIRST, err) : code;
}

/* The parts of the future image configuration that manifests depend on. */
static json_t *expected_config(const struct fp_build_options *build)
{
    bool has_job = build->job_jars.len > 0 || build->job_artifacts.len > 0;
    return json_pack("{s:[s], s:[s], s:s, s:{s:s, s:s}}", "Entrypoint", "/docker-entrypoint.sh",
                     "Env", "FLINK_HOME=/opt/flink", "User",
                     build->user != NULL ? build->user : "9999:9999", "Labels",
                     "flinkpack.flink-version", build->flink_version, "flinkpack.type",
                     has_job ? "job" : "session");
}

/* Manifests are generated once before the build and thrown away, so that mistakes in their options
 * are reported before the push. This is only possible if the version of Flink is known. */
static enum fp_code rehearse(const struct fp_args *args, const struct fp_generate_input *input,
                             struct fp_error *err)
{
    const struct fp_build_options *build = &args->build;
    cleanup_reference struct fp_reference name = {0};
    struct fp_flink_version version = {0};
    if (!build->from_release || build->image_name == NULL || build->flink_version == NULL ||
        fp_flink_version_parse(build->flink_version, &version, NULL) != FP_OK ||
        fp_reference_parse(build->image_name, &name, NULL) != FP_OK)
        return FP_OK;
    cleanup_json json_t *config = expected_config(build);
    const struct fp_deploy_image image = {.name = build->image_name, .config = config};
    struct fp_deploy_result ignored = {0};
    enum fp_code code = fp_deploy_generate(&input->args->deploy, &image, input->patches,
                                           input->patch_count, args->generate, &ignored, err);
    fp_deploy_result_clear(&ignored);
    return code;
}

enum fp_code fp_generate_prepare(const struct fp_run *run, struct fp_generate_input *ret,
                                 struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    if (args->generate == NULL && args->values != NULL)
        return fp_fail(err, FP_E_USAGE, "--values: needs --generate");
    if (args->generate == NULL)
        return FP_OK;
    if (!args->build.push || args->build.dry_run)
        return fp_fail(err, FP_E_USAGE,
                       "--generate: needs --push, as manifests name an image that "
                       "a cluster can pull");
    FP_TRY(fp_generate_input_from_values(args->values, ret, err));
    return rehearse(args, ret, err);
}

enum fp_code fp_generate_after_build(struct fp_run *run, struct fp_generate_input *input,
                                     const char *image, struct fp_error *err)
{
    input->args->image = image;
    input->args->output_dir = run->args.generate;
    input->image_conf = &run->args.build.conf;
    fp_generate_input_remember(NULL, run->args.generate, run->args.values, input);
    return generate(run, input, FP_FIND_REGISTRY, err);
}
