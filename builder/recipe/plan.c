/* Making a plan of the options, part by part. */
#include "flinkpack/base.h"

#include "plan_parts.h"

#include <stdlib.h>
#include <string.h>

int64_t fp_plan_time(const struct fp_plan *plan, int64_t otherwise)
{
    int64_t epoch = plan->context->source_date_epoch;
    return epoch >= 0 ? epoch : otherwise;
}

/* The parts of a build, in order, because later ones may use the results of earlier ones. */
static fp_plan_part *const BUILD[] = {
    fp_plan_flink,       fp_plan_platforms, fp_plan_user,  fp_plan_packages, fp_plan_outputs,
    fp_plan_compression, fp_plan_adds,      fp_plan_conf,  fp_plan_look,     fp_plan_job,
    fp_plan_base,        fp_plan_libs,      fp_plan_check, fp_plan_class,
};

static enum fp_code plan_build(struct fp_plan *plan, const struct fp_build_options *options,
                               struct fp_error *err)
{
    plan->verb = "build";
    for (size_t i = 0; i < sizeof(BUILD) / sizeof(BUILD[0]); i++)
        FP_TRY(BUILD[i](plan, options, err));
    return FP_OK;
}

static enum fp_code plan_append(struct fp_plan *plan, const struct fp_build_options *options,
                                const struct fp_append_options *append, struct fp_error *err)
{
    plan->verb = "append";
    if (options->image_name == NULL) {
        return fp_hinted(fp_fail(err, FP_E_USAGE, "append needs --image-name"), err,
                         "for example --image-name registry.example.com/team/tools:1.0");
    }
    FP_TRY(fp_plan_platforms(plan, options, err));
    FP_TRY(fp_plan_outputs(plan, options, err));
    FP_TRY(fp_plan_compression(plan, options, err));
    FP_TRY(fp_plan_adds(plan, options, err));
    FP_TRY(fp_plan_tars(plan, append, err));
    FP_TRY(fp_plan_start(plan, options, append, err));
    FP_TRY(fp_plan_look(plan, options, err));
    return fp_plan_base(plan, options, err);
}

/* Read the lock to obey. */
static enum fp_code plan_lock(struct fp_plan *plan, const struct fp_build_options *options,
                              struct fp_error *err)
{
    plan->locked = options->locked;
    plan->refresh = options->refresh;
    if (options->lock_file != NULL && strcmp(options->lock_file, "/dev/null") != 0)
        return fp_lock_read(options->lock_file, &plan->lock, err);
    if (!options->locked)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "--locked: there is no flinkpack.lock"), err,
                     "'flinkpack lock' with the same options writes one");
}

/* The repository of records is named without a tag, as records are its tags. */
static enum fp_code plan_cache_repo(struct fp_plan *plan, const char *text, struct fp_error *err)
{
    cleanup_reference struct fp_reference reference = {0};
    FP_TRY(fp_context(fp_reference_parse(text, &reference, err), err, "--cache-repo '%s'", text));
    if (reference.registry == NULL || reference.tag != NULL || fp_digest_is_set(&reference.digest))
        return fp_hinted(fp_fail(err, FP_E_USAGE, "--cache-repo '%s': not a repository", text), err,
                         "name it without a tag, as in registry.example.com/team/cache");
    plan->cache_repo = fp_xstrdup(text);
    return FP_OK;
}

static enum fp_code plan_reuse(struct fp_plan *plan, const struct fp_build_options *options,
                               struct fp_error *err)
{
    const char *trust = options->cache_trust;
    for (size_t i = 0; i < options->cache_from.len; i++) {
        cleanup_location struct fp_location at = {0};
        FP_TRY(fp_context(fp_location_parse(options->cache_from.items[i], &at, err), err,
                          "--cache-from '%s'", options->cache_from.items[i]));
    }
    if (options->cache_repo != NULL)
        FP_TRY(plan_cache_repo(plan, options->cache_repo, err));
    fp_strv_add_all(&plan->cache_from, &options->cache_from);
    plan->reuses = !options->no_cache;
    plan->trusts_images = plan->reuses && (trust == NULL || strcmp(trust, "none") != 0);
    plan->explains = options->explain;
    plan->wants_metadata = options->wants_metadata;
    return FP_OK;
}

enum fp_code fp_plan_make(const struct fp_build_options *options,
                          const struct fp_append_options *append,
                          const struct fp_build_context *context, struct fp_plan *ret,
                          struct fp_error *err)
{
    cleanup_plan struct fp_plan plan = {
        .context = context, .pushes = options->push, .dry_run = options->dry_run};
    FP_TRY(fp_base_check_directories(&options->base_folders, err));
    fp_strv_add_all(&plan.base_directories, &options->base_folders);
    FP_TRY(append != NULL ? plan_append(&plan, options, append, err)
                          : plan_build(&plan, options, err));
    FP_TRY(fp_plan_statements(&plan, options, err));
    FP_TRY(plan_lock(&plan, options, err));
    FP_TRY(plan_reuse(&plan, options, err));
    plan.blob_folder = fp_layout_blobs(context->places.store);
    *ret = plan;
    memset(&plan, 0, sizeof(plan));
    return FP_OK;
}

static void clear_lists(struct fp_plan *plan)
{
    struct fp_strv *const lists[] = {&plan->release.mirrors,
                                     &plan->base_directories,
                                     &plan->packages.names,
                                     &plan->packages.repositories,
                                     &plan->packages.keys,
                                     &plan->job_jars,
                                     &plan->job_names,
                                     &plan->libs,
                                     &plan->conf_keys,
                                     &plan->conf_values,
                                     &plan->tars,
                                     &plan->check.allowed,
                                     &plan->cache_from};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        fp_strv_clear(lists[i]);
}

static void clear_texts(struct fp_plan *plan)
{
    char *const texts[] = {plan->said_version,
                           plan->flink_path,
                           plan->release.scala_version,
                           plan->release.hadoop_version,
                           plan->release.checksum,
                           plan->release.keys,
                           plan->release.maven_repository,
                           plan->base,
                           plan->packages.mirror,
                           plan->job_classname,
                           plan->user,
                           plan->working_dir,
                           plan->title,
                           plan->cache_repo,
                           plan->blob_folder};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free(texts[i]);
}

void fp_plan_clear(struct fp_plan *plan)
{
    json_t *const documents[] = {plan->entrypoint, plan->cmd, plan->labels, plan->annotations,
                                 plan->env};
    for (size_t i = 0; plan->jars != NULL && i < plan->job_jars.len; i++)
        fp_jar_clear(&plan->jars[i]);
    for (size_t i = 0; i < plan->plugin_count; i++) {
        free(plan->plugins[i].name);
        fp_strv_clear(&plan->plugins[i].files);
    }
    for (size_t i = 0; i < plan->add_count; i++) {
        free(plan->adds[i].source);
        free(plan->adds[i].dest);
    }
    for (size_t i = 0; i < plan->output_count; i++) {
        fp_location_clear(&plan->outputs[i].location);
        fp_strv_clear(&plan->outputs[i].names);
    }
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
        json_decref(documents[i]);
    clear_lists(plan);
    clear_texts(plan);
    free(plan->jars);
    free(plan->plugins);
    free(plan->adds);
    free(plan->outputs);
    free(plan->platforms);
    for (size_t i = 0; i < plan->sbom_count; i++)
        free(plan->sboms[i].file);
    free(plan->sboms);
    free(plan->provenance_file);
    free(plan->builder_id);
    free(plan->build_url);
    fp_lock_free(plan->lock);
    memset(plan, 0, sizeof(*plan));
}
