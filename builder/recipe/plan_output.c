/* The names of an image, and its destinations. */
#include "plan_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* All names of the image: first --image-name, then each --tag. */
struct image_names {
    struct fp_reference *items;
    size_t len;
};

static void image_names_clear(struct image_names *names)
{
    for (size_t i = 0; i < names->len; i++)
        fp_reference_clear(&names->items[i]);
    free(names->items);
}
#define cleanup_image_names __attribute__((cleanup(image_names_clear)))

static enum fp_code parse_name(const char *option, const char *text, struct fp_reference *ret,
                               struct fp_error *err)
{
    FP_TRY(fp_context(fp_reference_parse(text, ret, err), err, "%s", option));
    if (fp_digest_is_set(&ret->digest))
        return fp_fail(err, FP_E_USAGE, "%s '%s': a new image cannot be named by digest", option,
                       text);
    if (ret->tag == NULL)
        ret->tag = fp_xstrdup(FP_TAG_DEFAULT);
    return FP_OK;
}

/* "-t 1.2" is a tag of the image's name; "-t other:1.2" and "-t host/other" are names. */
static enum fp_code parse_tag(const char *tag, const struct fp_reference *first,
                              struct fp_reference *ret, struct fp_error *err)
{
    if (strpbrk(tag, ":/") != NULL)
        return parse_name("--tag", tag, ret, err);
    if (!fp_tag_is_valid(tag))
        return fp_fail(err, FP_E_USAGE,
                       "--tag '%s': a tag is up to 128 letters, digits, '_', '.' and '-', "
                       "and begins with none of the last two",
                       tag);
    *ret = fp_reference_copy(first);
    free(ret->tag);
    ret->tag = fp_xstrdup(tag);
    return FP_OK;
}

static enum fp_code collect_names(const struct fp_build_options *options, struct image_names *names,
                                  struct fp_error *err)
{
    const char *first = options->image_name != NULL ? options->image_name : "flink-job";
    names->items = fp_xcalloc(options->tags.len + 1, sizeof(*names->items));
    names->len = options->tags.len + 1;
    FP_TRY(parse_name("--image-name", first, &names->items[0], err));
    for (size_t i = 0; i < options->tags.len; i++)
        FP_TRY(parse_tag(options->tags.items[i], &names->items[0], &names->items[i + 1], err));
    return FP_OK;
}

static struct fp_plan_output *new_output(struct fp_plan *plan)
{
    plan->outputs = fp_xreallocarray(plan->outputs, plan->output_count + 1, sizeof(*plan->outputs));
    struct fp_plan_output *output = &plan->outputs[plan->output_count++];
    memset(output, 0, sizeof(*output));
    return output;
}

static enum fp_code fail_no_registry(const char *name, struct fp_error *err)
{
    return fp_hinted(fp_fail(err, FP_E_USAGE, "--push: '%s' names no registry", name), err,
                     "name it in full, as in --image-name registry.example.com/%s%s",
                     strchr(name, '/') == NULL ? "team/" : "", name);
}

static void add_name(struct fp_plan_output *output, const char *name)
{
    if (!fp_strv_has(&output->names, name))
        fp_strv_add(&output->names, name);
}

/* Make one output per repository, with all of its tags. */
static enum fp_code plan_push(struct fp_plan *plan, const struct image_names *names,
                              struct fp_error *err)
{
    for (size_t i = 0; i < names->len; i++) {
        const struct fp_reference *name = &names->items[i];
        struct fp_plan_output *output = NULL;
        if (name->registry == NULL)
            return fail_no_registry(name->repository, err);
        for (size_t k = 0; k < plan->output_count && output == NULL; k++) {
            const struct fp_reference *other = &plan->outputs[k].location.reference;
            if (strcmp(other->registry, name->registry) == 0 &&
                strcmp(other->repository, name->repository) == 0)
                output = &plan->outputs[k];
        }
        if (output == NULL) {
            output = new_output(plan);
            output->location.kind = FP_AT_REGISTRY;
            output->location.reference = fp_reference_copy(name);
        }
        add_name(output, name->tag);
    }
    return FP_OK;
}

static void add_names(struct fp_plan_output *output, const struct image_names *names)
{
    for (size_t i = 0; i < names->len; i++) {
        cleanup_free char *text = fp_reference_text(&names->items[i]);
        fp_location_add_name(&output->location, text, &output->names);
    }
}

static enum fp_code plan_file(struct fp_plan *plan, const char *text,
                              const struct image_names *names, struct fp_error *err)
{
    struct fp_plan_output *output = new_output(plan);
    FP_TRY(fp_context(fp_location_parse(text, &output->location, err), err, "--output"));
    if (!fp_location_is_file(&output->location))
        return fp_hinted(fp_fail(err, FP_E_USAGE, "--output '%s': not an output", text), err,
                         "use oci:DIR[:TAG], oci-archive:FILE or docker-archive:FILE; for a "
                         "registry use --push");
    if (output->location.kind == FP_AT_DOCKER_ARCHIVE && plan->platform_count > 1)
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "--output %s: a docker-archive holds one platform, not %zu", text,
                                 plan->platform_count),
                         err, "use oci-archive:FILE, or one --platform");
    add_names(output, names);
    return FP_OK;
}

static enum fp_code check_directory(const struct fp_plan_output *output, struct fp_error *err)
{
    const char *path = output->location.path;
    if (path == NULL || output->location.kind == FP_AT_LAYOUT)
        return FP_OK;
    const char *base = fp_path_base(path);
    cleanup_free char *directory = fp_xstrndup(path, (size_t) (base - path));
    if (*base == '\0' || fp_path_is_dir(path))
        return fp_fail(err, FP_E_USAGE, "--output '%s': a folder, not a file", path);
    if (directory[0] != '\0' && !fp_path_is_dir(directory)) {
        return fp_hinted(
            fp_fail(err, FP_E_NOT_FOUND, "--output '%s': there is no folder '%s'", path, directory),
            err, "mkdir -p %s", directory);
    }
    /* Without this check the write would fail at the end, after other outputs were pushed. */
    if (access(directory[0] != '\0' ? directory : ".", W_OK | X_OK) != 0)
        return fp_fail_errno(err, FP_E_IO, "--output '%s': no file can be made in its folder",
                             path);
    return FP_OK;
}

/* Warn in a CI system if the image is only in the local store, which is lost with the CI job. */
static void warn_unpushed(const struct fp_plan *plan, const struct image_names *names)
{
    const char *ci = fp_env("CI");
    bool is_ci = ci != NULL && strcasecmp(ci, "false") != 0 && strcmp(ci, "0") != 0;
    if (!is_ci || plan->dry_run)
        return;
    for (size_t i = 0; i < names->len; i++) {
        if (names->items[i].registry == NULL)
            continue;
        cleanup_free char *text = fp_reference_text(&names->items[i]);
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "%s goes to the local store only (CI is set): --push sends it to its registry",
                  text);
    }
}

enum fp_code fp_plan_outputs(struct fp_plan *plan, const struct fp_build_options *options,
                             struct fp_error *err)
{
    cleanup_image_names struct image_names names = {0};
    FP_TRY(collect_names(options, &names, err));
    plan->title = fp_reference_name(&names.items[0]);
    if (options->push)
        FP_TRY(plan_push(plan, &names, err));
    for (size_t i = 0; i < options->outputs.len; i++) {
        FP_TRY(plan_file(plan, options->outputs.items[i], &names, err));
        FP_TRY(check_directory(&plan->outputs[plan->output_count - 1], err));
    }
    if (plan->output_count == 0) {
        warn_unpushed(plan, &names);
        struct fp_plan_output *output = new_output(plan);
        output->location.kind = FP_AT_STORE;
        output->location.path = fp_xstrdup(plan->context->places.store);
        add_names(output, &names);
    }
    return FP_OK;
}
