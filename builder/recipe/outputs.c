#include "outputs.h"

#include <stdlib.h>
#include <string.h>

/* The image as a repo of its own: new blobs, and the base's layers where they lie. */
static struct fp_repo *gather(const struct fp_plan *plan, const struct fp_bases *bases,
                              const struct fp_platform_image *images, struct fp_blob *root)
{
    struct fp_repo *parts = fp_repo_new_parts();
    for (size_t i = 0; i < plan->platform_count; i++) {
        const struct fp_manifest *base = &bases->images[i].manifest;
        for (size_t k = 0; k < base->layer_count; k++)
            fp_parts_add_remote(parts, &base->layers[k], bases->repo);
        for (size_t k = 0; k < images[i].layer_count; k++)
            fp_parts_add_blob(parts, images[i].layers[k].layer.blob);
        fp_parts_add_blob(parts, images[i].config);
        fp_parts_add_blob(parts, images[i].manifest);
    }
    fp_parts_add_blob(parts, root);
    return parts;
}

static enum fp_code ask(const struct fp_plan *plan, const struct fp_reference *reference,
                        struct fp_error *err)
{
    struct fp_registry *registry = NULL;
    enum fp_code code =
        fp_registry_open(&plan->context->places.registry, reference, &registry, err);
    if (code == FP_OK)
        code = fp_registry_may_push(registry, err);
    fp_registry_close(registry);
    return code;
}

enum fp_code fp_outputs_ask(const struct fp_plan *plan, struct fp_error *err)
{
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < plan->output_count && !plan->dry_run && code == FP_OK; i++) {
        if (plan->outputs[i].location.kind == FP_AT_REGISTRY)
            code = ask(plan, &plan->outputs[i].location.reference, err);
    }
    return code;
}

static json_t *describe(const struct fp_plan_output *output, const struct fp_repo *to,
                        const struct fp_copy_result *result)
{
    return json_pack("{s:o, s:o, s:I, s:i, s:i, s:i}", "to", fp_json_text(to->title), "names",
                     fp_json_texts(&output->names), "movedBytes", (json_int_t) result->moved_bytes,
                     "moved", (int) result->uploaded, "mounted", (int) result->mounted, "existing",
                     (int) result->existing);
}

static enum fp_code write_one(const struct fp_plan *plan, const struct fp_plan_output *output,
                              struct fp_repo *from, struct fp_repo *to, struct fp_repo *neighbour,
                              const struct fp_blob *root, json_t *outputs, struct fp_error *err)
{
    struct fp_copy_result result = {0};
    struct fp_copy_options options = {.threads = plan->context->threads,
                                      .neighbour = neighbour,
                                      .one_of_several = plan->output_count > 1,
                                      .reporter = plan->context->reporter};
    enum fp_code code =
        fp_copy_image(from, fp_blob_descriptor(root), to, &output->names, &options, &result, err);
    if (code == FP_OK)
        fp_json_append(outputs, describe(output, to, &result));
    fp_descriptor_clear(&result.root);
    return code;
}

/* One that has the image already, in the same registry: blobs can be mounted from there. */
static struct fp_repo *find_neighbour(struct fp_repo *const *done, size_t count,
                                      const struct fp_repo *to)
{
    for (size_t i = 0; i < count; i++) {
        if (done[i]->registry != NULL && to->registry != NULL &&
            fp_registry_same_host(done[i]->registry, to->registry))
            return done[i];
    }
    return NULL;
}

enum fp_code fp_outputs_write(const struct fp_plan *plan, const struct fp_bases *bases,
                              const struct fp_platform_image *images, struct fp_blob *root,
                              struct fp_early *early, json_t *metadata, struct fp_error *err)
{
    enum fp_code code = fp_report_heed(plan->context->reporter, err);
    if (code != FP_OK)
        return code;
    cleanup_repo struct fp_repo *parts = gather(plan, bases, images, root);
    struct fp_repo **repos = fp_xcalloc(plan->output_count, sizeof(struct fp_repo *));
    json_t *outputs = json_array();
    fp_json_set(metadata, "outputs", outputs);
    for (size_t i = 0; i < plan->output_count && code == FP_OK; i++) {
        const struct fp_plan_output *output = &plan->outputs[i];
        repos[i] = fp_early_take_repo(early, i);
        if (repos[i] == NULL)
            code = fp_location_create(&output->location, &plan->context->places, &repos[i], err);
        if (code == FP_OK)
            code = write_one(plan, output, parts, repos[i], find_neighbour(repos, i, repos[i]),
                             root, outputs, err);
    }
    for (size_t i = 0; i < plan->output_count; i++)
        fp_repo_free(repos[i]);
    free(repos);
    return code;
}
