/* Getting Flink from a release, an archive, a local distribution or an image. */
#include "layers.h"

#include <stdlib.h>
#include <string.h>

#include "flink_index.h"

/* The checksum that the lock has of a release, or NULL. Borrowed. */
static const char *locked_checksum(const struct fp_plan *plan,
                                   const struct fp_release_options *options)
{
    cleanup_free char *name = NULL;
    if (plan->source != FP_FROM_RELEASE || fp_release_archive_name(options, &name, NULL) != FP_OK)
        return NULL;
    return fp_lock_checksum(plan->lock, name);
}

struct fp_release_options fp_flink_release(const struct fp_plan *plan)
{
    const struct fp_plan_release *release = &plan->release;
    struct fp_release_options options = {
        .version = plan->version,
        .scala_version = release->scala_version,
        .hadoop_version = release->hadoop_version,
        .mirrors = &release->mirrors,
        .checksum = release->checksum,
        .maven_repository = release->maven_repository,
        .apache_url = plan->context->apache_url,
        .archive_url = plan->context->archive_url,
        .checksum_url = plan->context->checksum_url,
        .cache_folder = plan->context->cache_folder,
        .cache = plan->context->cache,
        .offline = plan->context->offline,
        .http = plan->context->http,
        .reporter = plan->context->reporter,
    };
    if (options.checksum == NULL)
        options.checksum = locked_checksum(plan, &options);
    return options;
}

static enum fp_code open_archive(const struct fp_plan *plan, struct fp_input **ret,
                                 struct fp_error *err)
{
    const struct fp_release_options options = fp_flink_release(plan);
    const char *path = plan->flink_path;
    FP_TRY(fp_input_open(path, ret, err));
    return options.checksum != NULL ? fp_release_verify(&options, fp_path_base(path), *ret, err)
                                    : FP_OK;
}

/* Patterns of the jars in opt/ that --slim must keep. */
static void kept_by_slim(const struct fp_plan *plan, struct fp_strv *keep)
{
    for (size_t i = 0; i < plan->plugin_count; i++) {
        const struct fp_plan_plugin *plugin = &plan->plugins[i];
        if (plugin->files.len > 0)
            continue;
        fp_strv_addf(keep, "opt/%s-[0-9]*.jar", plugin->name);
        fp_strv_addf(keep, "opt/flink-%s-[0-9]*.jar", plugin->name);
        fp_strv_addf(keep, "opt/%s.jar", plugin->name);
    }
    if (plan->with_python3)
        fp_strv_add(keep, "opt/flink-python[-_]*.jar");
}

/* The digest is the SHA-512 for a release, because Apache publishes that, and the SHA-256 for
 * another archive. */
static void set_digest(struct fp_flink *flink)
{
    const struct fp_distribution *dist = &flink->dist;
    if (flink->digest != NULL)
        return;
    flink->digest = flink->release.sha512 != NULL ? fp_xasprintf("sha512:%s", flink->release.sha512)
                    : dist->sha256[0] != '\0'     ? fp_xasprintf("sha256:%s", dist->sha256)
                                                  : fp_xstrdup(dist->layer.diff_id.text);
}

static enum fp_code read_distribution(const struct fp_plan *plan, struct fp_flink_origin *origin,
                                      struct fp_flink *ret, struct fp_error *err)
{
    struct fp_stage stage;
    cleanup_strv struct fp_strv keep = {0};
    cleanup_api_spool struct fp_api_spool *spool = fp_flink_index_begin(plan, origin);
    kept_by_slim(plan, &keep);
    struct fp_layer_options layer = {.folder = plan->blob_folder,
                                     .compression = plan->compression,
                                     .threads = plan->context->threads,
                                     .stage = &stage};
    struct fp_distribution_options options = {
        .archive = origin->archive != NULL ? origin->archive->path : NULL,
        .input = origin->archive,
        .folder = origin->folder,
        .slim = plan->slim,
        .keep = &keep,
        .layer = &layer,
        .mtime_s = plan->context->source_date_epoch,
        .jars = fp_api_spool_receiver(spool),
        .reporter = plan->context->reporter,
    };
    fp_stage_begin(&stage, plan->context->reporter, plan->check.is_all ? "inspect" : "layer",
                   "distribution", 0);
    enum fp_code code = fp_distribution_read(&options, &ret->dist, err);
    const char *outcome = plan->check.is_all ? "read"
                          : ret->dist.as_is  ? "the archive as it is"
                                             : "made";
    FP_TRY(fp_stage_close(&stage, code, outcome));
    ret->has_dist = true;
    set_digest(ret);
    json_decref(ret->facts);
    ret->facts = fp_distribution_facts(&ret->dist);
    if (origin->archive != NULL && !ret->dist.as_is && ret->dist.repack_reason != NULL)
        fp_report(plan->context->reporter, FP_EVENT_DEBUG, "%s is repacked: %s",
                  origin->archive->path, ret->dist.repack_reason);
    return fp_flink_index_end(plan, spool, ret, err);
}

static const char *source_name(const struct fp_plan *plan)
{
    const char *name = plan->source == FP_FROM_IMAGE ? plan->base : plan->flink_path;
    return name != NULL ? name : "the local distribution";
}

static enum fp_code check_version(const struct fp_plan *plan, const struct fp_flink *flink,
                                  struct fp_error *err)
{
    const char *said = plan->said_version;
    if (plan->source == FP_FROM_RELEASE && strcmp(flink->version.text, plan->version.text) != 0) {
        return fp_fail(err, FP_E_INPUT, "%s holds Flink %s, not %s", flink->release.archive_name,
                       flink->version.text, plan->version.text);
    }
    if (plan->source != FP_FROM_RELEASE && said != NULL && strcmp(flink->version.text, said) != 0) {
        return fp_hinted(fp_fail(err, FP_E_INPUT, "%s holds Flink %s, and --flink-version says %s",
                                 source_name(plan), flink->version.text, said),
                         err, "--flink-version %s, or --from-release for the release %s",
                         flink->version.text, said);
    }
    if (plan->job_jars.len > 0 && !flink->traits->has_standalone_job) {
        return fp_hinted(fp_fail(err, FP_E_USAGE, "Flink %s cannot run a job from its image",
                                 flink->version.text),
                         err,
                         "job clusters came with Flink 1.6.0; leave --job-jar out for a session "
                         "image");
    }
    return FP_OK;
}

void fp_flink_origin_clear(struct fp_flink_origin *origin)
{
    fp_input_free(origin->archive);
    free(origin->folder);
    *origin = (struct fp_flink_origin){0};
}

static void replace_digest(struct fp_flink *flink)
{
    free(flink->digest);
    flink->digest = fp_xasprintf("sha512:%s", flink->release.sha512);
}

enum fp_code fp_flink_fetch(const struct fp_plan *plan, struct fp_flink *ret,
                            struct fp_flink_origin *ret_origin, struct fp_error *err)
{
    const struct fp_release_options options = fp_flink_release(plan);
    enum fp_code code = FP_OK;
    switch (plan->source) {
    case FP_FROM_RELEASE:
        if (ret_origin->archive != NULL)
            return FP_OK;
        code = fp_release_fetch(&options, &ret->release, err);
        ret_origin->archive = steal_pointer(&ret->release.archive);
        /* What was claimed before may have been wrong. */
        if (code == FP_OK)
            replace_digest(ret);
        if (code == FP_E_VERIFY && options.checksum != plan->release.checksum)
            return fp_context(code, err, "%s", fp_lock_name(plan->lock));
        return code;
    case FP_FROM_ARCHIVE:
        if (ret_origin->archive != NULL)
            return FP_OK;
        return open_archive(plan, &ret_origin->archive, err);
    case FP_FROM_LOCAL_DIST:
        if (ret_origin->folder != NULL)
            return FP_OK;
        return fp_distribution_find(plan->flink_path, &ret_origin->folder, err);
    case FP_FROM_NOTHING:
    case FP_FROM_IMAGE:
        break;
    }
    return fp_fail(err, FP_E_INTERNAL, "an image is not fetched as a distribution");
}

/* A directory that has changed meanwhile is known by the layer that was made of it. */
static enum fp_code check_digest(const struct fp_plan *plan, const char *directory,
                                 struct fp_flink *flink, struct fp_error *err)
{
    cleanup_free char *again = NULL;
    FP_TRY(fp_flink_hash_directory(plan, directory, &again, err));
    if (flink->digest != NULL && strcmp(again, flink->digest) == 0)
        return FP_OK;
    free(flink->digest);
    flink->digest = fp_xstrdup(flink->dist.layer.diff_id.text);
    return FP_OK;
}

enum fp_code fp_flink_read(const struct fp_plan *plan, struct fp_flink_origin *origin,
                           struct fp_flink *ret, struct fp_error *err)
{
    FP_TRY(read_distribution(plan, origin, ret, err));
    if (origin->folder != NULL)
        FP_TRY(check_digest(plan, origin->folder, ret, err));
    return fp_flink_settle(plan, ret, err);
}

enum fp_code fp_flink_settle(const struct fp_plan *plan, struct fp_flink *flink,
                             struct fp_error *err)
{
    flink->version = flink->dist.version;
    flink->traits = fp_flink_traits(&flink->version);
    free(flink->home);
    flink->home = fp_xstrdup(FP_FLINK_HOME);
    return check_version(plan, flink, err);
}

bool fp_flink_version_of_jar(const char *name, struct fp_flink_version *ret)
{
    static const char prefix[] = "flink-dist";
    size_t len = strlen(name);
    if (strncmp(name, prefix, sizeof(prefix) - 1) != 0 || !fp_text_ends_with(name, ".jar"))
        return false;
    const char *dash = strchr(name + sizeof(prefix) - 1, '-');
    if (dash == NULL)
        return false;
    cleanup_free char *text = fp_xstrndup(dash + 1, len - 4 - (size_t) (dash + 1 - name));
    return fp_flink_version_parse(text, ret, NULL) == FP_OK;
}

enum fp_code fp_flink_of_image(const struct fp_plan *plan, const struct fp_base_image *image,
                               struct fp_flink *ret, struct fp_error *err)
{
    cleanup_free char *home = fp_home_of(&image->config);
    cleanup_free char *lib = fp_xasprintf("%s/lib", home);
    const struct fp_tree *tree = image->facts.tree;
    const struct fp_entry *real = fp_tree_resolve(tree, lib + strspn(lib, "/"));
    cleanup_strv struct fp_strv names = {0};
    if (real != NULL && real->kind == FP_ENTRY_DIR)
        fp_tree_children(tree, real->path, &names);
    for (size_t i = 0; i < names.len; i++) {
        if (fp_flink_version_of_jar(names.items[i], &ret->version)) {
            ret->traits = fp_flink_traits(&ret->version);
            ret->home = fp_xstrdup(home);
            return check_version(plan, ret, err);
        }
    }
    return fp_hinted(
        fp_fail(err, FP_E_INPUT, "the image has no Flink: no flink-dist*.jar in %s", lib), err,
        plan->check.is_all ? "%s takes an image of ours or the official one"
                           : "%s takes an image of ours or the official one; for a plain base use "
                             "--base with --from-release",
        plan->base_option);
}

void fp_flink_clear(struct fp_flink *flink)
{
    fp_release_clear(&flink->release);
    fp_distribution_clear(&flink->dist);
    free(flink->home);
    free(flink->signer);
    free(flink->digest);
    json_decref(flink->facts);
    fp_buf_clear(&flink->index);
    memset(flink, 0, sizeof(*flink));
}
