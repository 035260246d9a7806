/* The inputs that a plan names: files by their content, and everything together as an image key. */
#include "inputs.h"

#include "draft.h"

#include <stdlib.h>
#include <string.h>

json_t *fp_inputs_of_codec(const struct fp_plan *plan)
{
    const struct fp_compression *compression = &plan->compression;
    return json_pack("[s, s, i]", fp_codec_name(compression->codec),
                     fp_compression_version(compression), fp_compression_level(compression));
}

json_t *fp_inputs_of_flink(const struct fp_plan *plan, const char *digest)
{
    cleanup_strv struct fp_strv plugins = {0};
    for (size_t i = 0; plan->slim && i < plan->plugin_count; i++)
        if (plan->plugins[i].files.len == 0)
            fp_strv_add(&plugins, plan->plugins[i].name);
    fp_strv_sort(&plugins);
    return json_pack(
        "{s:s, s:b, s:o, s:b, s:I, s:o}", "flink", digest, "slim", plan->slim, "plugins",
        fp_json_texts(&plugins), "python3", plan->slim && plan->with_python3, "epoch",
        (json_int_t) plan->context->source_date_epoch, "compression", fp_inputs_of_codec(plan));
}

enum fp_code fp_inputs_of_files(const struct fp_plan *plan, const struct fp_strv *names,
                                const struct fp_strv *paths, json_t **ret, struct fp_error *err)
{
    cleanup_strv struct fp_strv files = {0};
    for (size_t i = 0; i < paths->len; i++) {
        char hex[FP_HASH_HEX_MAX];
        FP_TRY(fp_cache_file_sha256(plan->context->cache, paths->items[i], hex, NULL, err));
        fp_strv_addf(&files, "%s %s", fp_path_base(names->items[i]), hex);
    }
    /* Their order does not count, because layers are sorted. */
    fp_strv_sort(&files);
    *ret = fp_json_texts(&files);
    return FP_OK;
}

enum fp_code fp_inputs_of_plugins(const struct fp_plan *plan, json_t **ret, struct fp_error *err)
{
    cleanup_json json_t *plugins = json_object();
    for (size_t i = 0; i < plan->plugin_count; i++) {
        const struct fp_strv *paths = &plan->plugins[i].files;
        cleanup_json json_t *name = fp_json_text(plan->plugins[i].name);
        json_t *files = NULL;
        FP_TRY(fp_inputs_of_files(plan, paths, paths, &files, err));
        fp_json_set(plugins, json_string_value(name), files);
    }
    *ret = steal_pointer(&plugins);
    return FP_OK;
}

/* The entries that a draft would have on an empty system say all of the files that counts. */
enum fp_code fp_inputs_of_adds(const struct fp_plan *plan, const struct fp_platform *platform,
                               json_t **ret, struct fp_error *err)
{
    cleanup_tree struct fp_tree *nothing = fp_tree_new();
    struct fp_base_image base = {.platform = *platform};
    const struct fp_layer_step step = {.plan = plan, .base = &base, .tree = nothing};
    cleanup_draft struct fp_draft draft = fp_draft_new(&step);
    draft.is_listing = true;
    FP_TRY(fp_draft_adds(&draft, err));
    *ret = json_incref(draft.inputs);
    return FP_OK;
}

static enum fp_code all_adds(const struct fp_plan *plan, json_t **ret, struct fp_error *err)
{
    cleanup_json json_t *all = json_array();
    for (size_t i = 0; i < plan->platform_count; i++) {
        json_t *adds = NULL;
        FP_TRY(fp_inputs_of_adds(plan, &plan->platforms[i], &adds, err));
        fp_json_append(all, adds);
    }
    *ret = steal_pointer(&all);
    return FP_OK;
}

/* The tars of append, each for the platform that its name says. Their order counts, as each is a
 * layer. */
static enum fp_code all_tars(const struct fp_plan *plan, json_t *ret, struct fp_error *err)
{
    json_t *digests = json_array();
    fp_json_set(ret, "tars", digests);
    for (size_t i = 0; i < plan->platform_count; i++) {
        for (size_t k = 0; k < plan->tars.len; k++) {
            char hex[FP_HASH_HEX_MAX];
            cleanup_free char *path =
                fp_plan_for_platform(plan->tars.items[k], &plan->platforms[i]);
            FP_TRY(fp_cache_file_sha256(plan->context->cache, path, hex, NULL, err));
            fp_json_append(digests, json_string(hex));
        }
    }
    return FP_OK;
}

static json_t *base_of_plan(const struct fp_bases *bases)
{
    bool is_named = bases->repo != NULL && fp_repo_is_remote(bases->repo);
    return json_pack("{s:s*, s:s, s:O*}", "name", is_named ? bases->name : NULL, "digest",
                     bases->root.digest.text, "pinned", bases->entry.digests);
}

static json_t *platforms_of_plan(const struct fp_plan *plan)
{
    json_t *platforms = json_array();
    for (size_t i = 0; i < plan->platform_count; i++) {
        cleanup_free char *text = fp_platform_text(&plan->platforms[i]);
        fp_json_append(platforms, json_string(text));
    }
    return platforms;
}

/* What the image's configuration and manifest say, beside its layers. */
static json_t *look_of_plan(const struct fp_plan *plan)
{
    return json_pack("{s:O?, s:O?, s:O?, s:O?, s:O?, s:s?, s:s?}", "labels", plan->labels,
                     "annotations", plan->annotations, "env", plan->env, "entrypoint",
                     plan->entrypoint, "cmd", plan->cmd, "user", plan->user, "workingDir",
                     plan->working_dir);
}

static json_t *settings_of_plan(const struct fp_plan *plan)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:s?, s:b, s:b, s:b, s:i, s:i, s:s?}", "keys",
                     fp_json_texts(&plan->conf_keys), "values", fp_json_texts(&plan->conf_values),
                     "packages", fp_json_texts(&plan->packages.names), "repositories",
                     fp_json_texts(&plan->packages.repositories), "mirror", plan->packages.mirror,
                     "python3", plan->with_python3, "strict", plan->packages.strict, "natives",
                     plan->allow_musl_natives, "uid", (int) plan->uid, "gid", (int) plan->gid,
                     "said", plan->said_version);
}

/* Every file that the user names, but for the job, by its content. */
static enum fp_code files_of_plan(const struct fp_plan *plan, json_t *ret, struct fp_error *err)
{
    json_t *value = NULL;
    FP_TRY(fp_inputs_of_files(plan, &plan->libs, &plan->libs, &value, err));
    fp_json_set(ret, "lib", value);
    FP_TRY(fp_inputs_of_plugins(plan, &value, err));
    fp_json_set(ret, "plugin", value);
    FP_TRY(fp_inputs_of_files(plan, &plan->packages.keys, &plan->packages.keys, &value, err));
    fp_json_set(ret, "keys", value);
    FP_TRY(all_adds(plan, &value, err));
    fp_json_set(ret, "add", value);
    return all_tars(plan, ret, err);
}

/* The job alone, which an image of ours may get without anything else being asked for, and what
 * makes another image of the same job. The order of the jars is in a label. */
static enum fp_code hash_job(const struct fp_plan *plan, char ret_hex[FP_HASH_HEX_MAX],
                             struct fp_error *err)
{
    json_t *files = NULL;
    FP_TRY(fp_inputs_of_files(plan, &plan->job_names, &plan->job_jars, &files, err));
    cleanup_json json_t *job = json_pack(
        "[o, o, s?, s?, o, o, I, b]", files, fp_json_texts(&plan->job_names), plan->job_classname,
        plan->said_version, platforms_of_plan(plan), fp_inputs_of_codec(plan),
        (json_int_t) plan->context->source_date_epoch, plan->allow_musl_natives);
    fp_json_sha256(job, ret_hex);
    return FP_OK;
}

/* Whether nothing but a job is asked for. */
static bool is_only_job(const struct fp_plan *plan)
{
    size_t others = plan->conf_keys.len + plan->libs.len + plan->plugin_count + plan->add_count +
                    plan->packages.names.len + json_object_size(plan->labels) +
                    json_object_size(plan->annotations) + json_object_size(plan->env);
    return others == 0 && plan->user == NULL && !plan->with_python3;
}

/* Half of the digits say what the base is, so that a rebase can replace them. */
#define HALF_DIGITS 32

static void put_half(const json_t *value, char *ret)
{
    char hex[FP_HASH_HEX_MAX];
    fp_json_sha256(value, hex);
    memcpy(ret, hex, HALF_DIGITS);
    ret[HALF_DIGITS] = '\0';
}

static enum fp_code hash_rest(const struct fp_plan *plan, const json_t *base,
                              const char *flink_digest, char ret_hex[FP_HASH_HEX_MAX],
                              struct fp_error *err)
{
    cleanup_json json_t *files = json_object();
    FP_TRY(files_of_plan(plan, files, err));
    cleanup_json json_t *all =
        json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:O, s:s}", "layout", FP_LAYOUT_NUMBER, "verb",
                  plan->verb, "platforms", platforms_of_plan(plan), "flink",
                  fp_inputs_of_flink(plan, flink_digest != NULL ? flink_digest : ""), "look",
                  look_of_plan(plan), "settings", settings_of_plan(plan), "files", files, "program",
                  fp_setup_program());
    put_half(all, ret_hex);
    put_half(base, ret_hex + HALF_DIGITS);
    return FP_OK;
}

enum fp_code fp_image_key(const struct fp_plan *plan, const struct fp_bases *bases,
                          const char *flink_digest, const char *below, char **ret,
                          struct fp_error *err)
{
    char rest[FP_HASH_HEX_MAX];
    char job[FP_HASH_HEX_MAX];
    /* What a base of packages will be is known only when it is made. */
    if (bases->entry.packages.len > 0)
        return FP_OK;
    /* The job of the image below, which its key leaves out, stays where there is no new one. */
    if (plan->job_jars.len == 0)
        below = NULL;
    FP_TRY(hash_job(plan, job, err));
    cleanup_json json_t *base = below != NULL ? json_string(below) : base_of_plan(bases);
    FP_TRY(hash_rest(plan, base, flink_digest, rest, err));
    *ret = fp_xasprintf("%s.%.32s", below != NULL && is_only_job(plan) ? below : rest, job);
    return FP_OK;
}

char *fp_image_key_rebase(const char *key, const struct fp_bases *bases)
{
    char half[FP_HASH_HEX_MAX];
    size_t rest = strcspn(key, ".");
    if (rest != (size_t) 2 * HALF_DIGITS || bases->entry.packages.len > 0)
        return NULL;
    cleanup_json json_t *base = base_of_plan(bases);
    put_half(base, half);
    return fp_xasprintf("%.*s%s%s", HALF_DIGITS, key, half, key + rest);
}
