/* The plan of an image that gets another base, made from the image in place of options. */
#include "rebase.h"

#include <stdlib.h>
#include <string.h>

#include "plan_parts.h"

/* The labels that a build computes and another base does not change. */
static const char *const KEPT_LABELS[] = {
    "flinkpack.type",      "flinkpack.plugins",  "flinkpack.scala-version",
    "flinkpack.job-class", "flinkpack.job-jars", FP_LABEL_OPTIONS,
};

json_t *fp_rebase_labels(const struct fp_rebase_image *image)
{
    const json_t *config = json_object_get(image->image.config.document, "config");
    const json_t *old = json_object_get(config, "Labels");
    json_t *labels = json_object();
    for (size_t i = 0; i < sizeof(KEPT_LABELS) / sizeof(KEPT_LABELS[0]); i++)
        fp_json_set_text(labels, KEPT_LABELS[i], fp_json_string(old, KEPT_LABELS[i]));
    (void) json_object_update(labels, image->asked.labels);
    return labels;
}

/* The job's class comes first, as a build sets it before the variables that are asked for. */
static json_t *make_env(const struct fp_rebase_image *image)
{
    cleanup_free char *class_name = fp_config_env(&image->image.config, FP_ENV_JOB_CLASSNAME);
    json_t *env = json_object();
    fp_json_set_text(env, FP_ENV_JOB_CLASSNAME, class_name);
    (void) json_object_update(env, image->asked.env);
    return env;
}

/* An index may be made of images that do not belong together. They would need a plan each. */
static enum fp_code check_alike(const struct fp_rebase_source *source, struct fp_error *err)
{
    const struct fp_rebase_image *first = &source->images[0];
    for (size_t i = 1; i < source->count; i++) {
        const struct fp_rebase_image *other = &source->images[i];
        if (json_equal(first->asked.env, other->asked.env) &&
            json_equal(first->asked.annotations, other->asked.annotations) &&
            first->asked.user == other->asked.user &&
            first->asked.with_python3 == other->asked.with_python3 &&
            first->setup.uid == other->setup.uid && first->setup.top != NULL &&
            strcmp(first->setup.top, other->setup.top) == 0)
            continue;
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s: the images of its platforms are not of one build",
                                 source->title),
                         err, "build them together: --platform linux/amd64,linux/arm64");
    }
    return FP_OK;
}

static enum fp_code plan_parts(const struct fp_rebase_source *source,
                               const struct fp_build_options *options, struct fp_plan *plan,
                               struct fp_error *err)
{
    const struct fp_rebase_image *first = &source->images[0];
    const json_t *config = json_object_get(first->image.config.document, "config");
    struct fp_build_options all = *options;
    cleanup_strv struct fp_strv platforms = {0};
    for (size_t i = 0; i < source->count; i++)
        fp_strv_take(&platforms, fp_platform_text(&source->images[i].image.config.platform));
    all.platforms = platforms;
    all.packages = first->asked.packages;
    all.with_python3 = first->asked.with_python3;
    all.allow_musl_natives = options->allow_musl_natives || first->asked.allow_musl_natives;
    all.user = first->asked.user ? fp_json_string(config, "User") : NULL;
    FP_TRY(fp_plan_platforms(plan, &all, err));
    if (plan->platform_count != source->count)
        return fp_fail(err, FP_E_INPUT, "%s: two images for one platform", source->title);
    FP_TRY(fp_context(fp_plan_user(plan, &all, err), err, "%s", source->title));
    if (plan->uid != first->setup.uid)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s: it runs as %u, and was set up for another user (%llu)",
                                 source->title, plan->uid, (unsigned long long) first->setup.uid),
                         err, "build it at once, with --user");
    FP_TRY(fp_plan_packages(plan, &all, err));
    all.compression = first->asked.compression;
    all.compression_level = first->asked.compression_level;
    if (fp_plan_compression(plan, &all, err) != FP_OK)
        return fp_context(FP_E_INPUT, err, "%s", source->title);
    return fp_plan_base(plan, &all, err);
}

static struct fp_plan_output *new_output(struct fp_plan *plan, const struct fp_location *at)
{
    plan->outputs = fp_xreallocarray(plan->outputs, plan->output_count + 1, sizeof(*plan->outputs));
    struct fp_plan_output *output = &plan->outputs[plan->output_count++];
    *output =
        (struct fp_plan_output){.location = {.kind = at->kind, .path = fp_plan_copy(at->path)}};
    if (at->kind == FP_AT_REGISTRY)
        output->location.reference = fp_reference_copy(&at->reference);
    return output;
}

/* A tag stands for the image's own name with that tag, anything else is a name. */
static enum fp_code parse_tag(const struct fp_rebase_source *source, const char *text,
                              struct fp_reference *ret, struct fp_error *err)
{
    if (strpbrk(text, ":/") != NULL)
        FP_TRY(fp_context(fp_reference_parse(text, ret, err), err, "--tag"));
    else
        *ret = fp_reference_copy(&source->at.reference);
    if (strpbrk(text, ":/") == NULL) {
        free(ret->tag);
        ret->tag = fp_xstrdup(text);
        ret->digest = (struct fp_digest){0};
        if (!fp_tag_is_valid(text))
            return fp_fail(err, FP_E_USAGE, "--tag '%s': not a tag", text);
    }
    if (fp_digest_is_set(&ret->digest))
        return fp_fail(err, FP_E_USAGE, "--tag '%s': a new image cannot be named by digest", text);
    if (ret->tag == NULL)
        ret->tag = fp_xstrdup(FP_TAG_DEFAULT);
    if (source->at.kind == FP_AT_REGISTRY && ret->registry == NULL)
        return fp_fail(err, FP_E_USAGE, "--tag '%s': it names no registry", text);
    return FP_OK;
}

/* Put a name into the output of its repository, which may be a new one. */
static void add_name(struct fp_plan *plan, const struct fp_rebase_source *source,
                     const struct fp_reference *name)
{
    const char *store = plan->context->places.store;
    cleanup_free char *path = store != NULL ? fp_xstrdup(store) : NULL;
    struct fp_location at = {.kind = source->at.kind,
                             .path = source->at.kind == FP_AT_REGISTRY ? NULL : path,
                             .reference = *name};
    struct fp_plan_output *output = NULL;
    cleanup_free char *full = fp_reference_full(name);
    for (size_t i = 0; i < plan->output_count && output == NULL; i++) {
        const struct fp_reference *other = &plan->outputs[i].location.reference;
        if (at.kind != FP_AT_REGISTRY || (strcmp(other->registry, name->registry) == 0 &&
                                          strcmp(other->repository, name->repository) == 0))
            output = &plan->outputs[i];
    }
    if (output == NULL)
        output = new_output(plan, &at);
    const char *text = at.kind == FP_AT_REGISTRY ? name->tag : full;
    if (!fp_strv_has(&output->names, text))
        fp_strv_add(&output->names, text);
}

static enum fp_code plan_layout(const struct fp_rebase_source *source, const struct fp_strv *tags,
                                struct fp_plan *plan, struct fp_error *err)
{
    struct fp_plan_output *output = new_output(plan, &source->at);
    for (size_t i = 0; i < tags->len; i++) {
        if (!fp_tag_is_valid(tags->items[i]))
            return fp_fail(err, FP_E_USAGE, "--tag '%s': not a tag", tags->items[i]);
        fp_strv_add(&output->names, tags->items[i]);
    }
    if (tags->len == 0 && source->at.name == NULL)
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "'%s' names no image in the layout", source->title), err,
            "%s:TAG, or --tag TAG for what is made", source->title);
    if (tags->len == 0)
        fp_strv_add(&output->names, source->at.name);
    plan->title = fp_xstrdup(source->title);
    return FP_OK;
}

static enum fp_code plan_outputs(const struct fp_rebase_source *source, const struct fp_strv *tags,
                                 struct fp_plan *plan, struct fp_error *err)
{
    const struct fp_reference *own = &source->at.reference;
    if (source->at.kind == FP_AT_LAYOUT)
        return plan_layout(source, tags, plan, err);
    for (size_t i = 0; i < tags->len; i++) {
        cleanup_reference struct fp_reference name = {0};
        FP_TRY(parse_tag(source, tags->items[i], &name, err));
        if (i == 0)
            plan->title = fp_reference_name(&name);
        add_name(plan, source, &name);
    }
    if (tags->len > 0)
        return FP_OK;
    if (own->tag == NULL && fp_digest_is_set(&own->digest))
        return fp_hinted(fp_fail(err, FP_E_USAGE, "'%s' is named by its digest", source->title),
                         err, "--tag TAG: what the new image is called");
    cleanup_reference struct fp_reference name = fp_reference_copy(own);
    name.digest = (struct fp_digest){0};
    if (name.tag == NULL)
        name.tag = fp_xstrdup(FP_TAG_DEFAULT);
    plan->title = fp_reference_name(&name);
    add_name(plan, source, &name);
    return FP_OK;
}

enum fp_code fp_rebase_plan(const struct fp_rebase_source *source, const char *base,
                            const struct fp_build_options *options,
                            const struct fp_build_context *context, struct fp_plan *ret,
                            struct fp_error *err)
{
    /* The packages and the time are those of a build from an archive. */
    cleanup_plan struct fp_plan plan = {.context = context,
                                        .verb = "build",
                                        .source = FP_FROM_ARCHIVE,
                                        .base_option = "--onto",
                                        .pushes = source->at.kind == FP_AT_REGISTRY,
                                        .dry_run = options->dry_run};
    struct fp_build_options with_base = *options;
    with_base.base = base;
    FP_TRY(check_alike(source, err));
    fp_strv_add_all(&plan.base_directories, &options->base_folders);
    FP_TRY(plan_parts(source, &with_base, &plan, err));
    FP_TRY(plan_outputs(source, &options->tags, &plan, err));
    plan.env = make_env(&source->images[0]);
    plan.labels = fp_rebase_labels(&source->images[0]);
    plan.annotations = json_deep_copy(source->images[0].asked.annotations);
    plan.blob_folder = fp_layout_blobs(context->places.store);
    *ret = plan;
    memset(&plan, 0, sizeof(plan));
    return FP_OK;
}
