/* The inputs of each layer, known before anything is read. */
#include "inputs.h"

#include "draft.h"

#include <string.h>

/* What a base is: its platform and the content of its layers. */
static json_t *base_input(const struct fp_base_image *base)
{
    cleanup_free char *platform = fp_platform_text(&base->platform);
    json_t *diff_ids = json_array();
    for (size_t i = 0; i < base->config.diff_id_count; i++)
        fp_json_append(diff_ids, json_string(base->config.diff_ids[i].text));
    return json_pack("{s:s, s:o}", "platform", platform, "diffIds", diff_ids);
}

static json_t *common(const struct fp_layer_step *step)
{
    return json_pack("{s:I, s:o}", "time", (json_int_t) step->mtime_s, "compression",
                     fp_inputs_of_codec(step->plan));
}

static enum fp_code put_keys(const struct fp_plan *plan, json_t *inputs, struct fp_error *err)
{
    json_t *keys = NULL;
    FP_TRY(fp_inputs_of_files(plan, &plan->packages.keys, &plan->packages.keys, &keys, err));
    fp_json_set(inputs, "keys", keys);
    return FP_OK;
}

enum fp_code fp_inputs_packages(const struct fp_layer_step *step, json_t **ret,
                                struct fp_error *err)
{
    const struct fp_plan *plan = step->plan;
    bool is_asked = plan->packages.names.len > 0 || plan->with_python3;
    bool is_needed = step->flink->has_dist && fp_apk_is_used(step->base->facts.tree);
    if (!is_asked && !is_needed)
        return FP_OK;
    cleanup_json json_t *inputs = common(step);
    fp_json_set(inputs, "base", base_input(step->base));
    /* Whether bash is found depends on PATH. */
    fp_json_set(inputs, "variables", json_string(step->base->key));
    fp_json_set(inputs, "packages", fp_json_texts(&plan->packages.names));
    fp_json_set(inputs, "python3", json_boolean(plan->with_python3));
    fp_json_set(inputs, "flink", json_boolean(step->flink->has_dist));
    fp_json_set(inputs, "repositories", fp_json_texts(&plan->packages.repositories));
    fp_json_set_text(inputs, "mirror", plan->packages.mirror);
    FP_TRY(put_keys(plan, inputs, err));
    *ret = steal_pointer(&inputs);
    return FP_OK;
}

enum fp_code fp_inputs_distribution(const struct fp_layer_step *step, json_t **ret,
                                    struct fp_error *err)
{
    (void) err;
    if (step->flink->has_dist)
        *ret = fp_inputs_of_flink(step->plan, step->flink->digest);
    return FP_OK;
}

/* The attributes that a directory and its parents have below: a layer repeats them. */
static json_t *parents_input(const struct fp_tree *tree, const char *directory)
{
    json_t *parents = json_array();
    cleanup_free char *path = fp_xstrdup(directory);
    for (char *slash = path + strlen(path); slash != NULL; slash = strrchr(path, '/')) {
        *slash = '\0';
        const struct fp_entry *entry = fp_tree_get(tree, path);
        fp_json_append(parents, entry == NULL
                                    ? json_pack("[o]", fp_json_text(path))
                                    : json_pack("[o, i, i, I, I, o, O?]", fp_json_text(path),
                                                (int) entry->kind, (int) entry->mode,
                                                (json_int_t) entry->uid, (json_int_t) entry->gid,
                                                fp_json_text(entry->link), entry->xattrs));
    }
    return parents;
}

enum fp_code fp_inputs_hadoop(const struct fp_layer_step *step, json_t **ret, struct fp_error *err)
{
    const struct fp_release *release = &step->flink->release;
    (void) err;
    if (release->hadoop_name == NULL)
        return FP_OK;
    *ret = common(step);
    fp_json_set_text(*ret, "name", release->hadoop_name);
    fp_json_set_text(*ret, "digest", release->hadoop_digest);
    fp_json_set(*ret, "user", json_integer((json_int_t) step->plan->uid));
    fp_json_set(*ret, "parents", parents_input(step->tree, "opt"));
    return FP_OK;
}

static json_t *conf_input(const struct fp_plan *plan)
{
    return json_pack("[o, o]", fp_json_texts(&plan->conf_keys), fp_json_texts(&plan->conf_values));
}

static const struct fp_own_layer *own_layer(const struct fp_layer_step *step, const char *kind)
{
    for (size_t i = 0; i < step->image->layer_count; i++)
        if (strcmp(step->image->layers[i].record.kind, kind) == 0)
            return &step->image->layers[i];
    return NULL;
}

static void put_below(const struct fp_layer_step *step, json_t *inputs)
{
    const struct fp_own_layer *packages = own_layer(step, "packages");
    const struct fp_own_layer *dist = own_layer(step, "distribution");
    const struct fp_own_layer *hadoop = own_layer(step, "hadoop");
    fp_json_set(inputs, "base", base_input(step->base));
    if (packages != NULL && fp_record_has_layer(&packages->record))
        fp_json_set_text(inputs, "packages", packages->record.diff_id.text);
    if (dist != NULL)
        fp_json_set_text(inputs, "distribution", dist->record.key);
    if (hadoop != NULL)
        fp_json_set_text(inputs, "hadoop", hadoop->record.key);
}

json_t *fp_inputs_below(const struct fp_layer_step *step)
{
    json_t *inputs = common(step);
    put_below(step, inputs);
    return inputs;
}

static enum fp_code put_files(const struct fp_layer_step *step, json_t *inputs,
                              struct fp_error *err)
{
    const struct fp_plan *plan = step->plan;
    json_t *value = NULL;
    FP_TRY(fp_inputs_of_files(plan, &plan->libs, &plan->libs, &value, err));
    fp_json_set(inputs, "lib", value);
    FP_TRY(fp_inputs_of_plugins(plan, &value, err));
    fp_json_set(inputs, "plugin", value);
    FP_TRY(fp_inputs_of_adds(plan, &step->base->platform, &value, err));
    fp_json_set(inputs, "add", value);
    return FP_OK;
}

enum fp_code fp_inputs_setup(const struct fp_layer_step *step, json_t **ret, struct fp_error *err)
{
    const struct fp_plan *plan = step->plan;
    bool has_dist = step->flink->has_dist;
    bool is_asked = plan->user != NULL || plan->conf_keys.len > 0 ||
                    plan->libs.len + plan->plugin_count + plan->add_count > 0;
    if (!has_dist && !is_asked)
        return FP_OK;
    cleanup_json json_t *inputs = common(step);
    put_below(step, inputs);
    fp_json_set_text(inputs, "home", step->flink->home);
    fp_json_set_text(inputs, "flink", step->flink->version.text);
    fp_json_set(
        inputs, "user",
        json_pack("[I, I, b]", (json_int_t) plan->uid, (json_int_t) plan->gid, plan->user != NULL));
    fp_json_set(inputs, "conf", conf_input(plan));
    fp_json_set(inputs, "python3", json_boolean(plan->with_python3));
    if (has_dist)
        fp_json_set_text(inputs, "program", fp_setup_program());
    FP_TRY(put_files(step, inputs, err));
    *ret = steal_pointer(&inputs);
    return FP_OK;
}

enum fp_code fp_inputs_job(const struct fp_layer_step *step, json_t **ret, struct fp_error *err)
{
    const struct fp_plan *plan = step->plan;
    cleanup_strv struct fp_strv removed = {0};
    json_t *files = NULL;
    if (plan->job_jars.len == 0)
        return FP_OK;
    cleanup_free char *directory =
        fp_below_home(step, step->flink->traits->has_usrlib ? "usrlib" : "lib");
    cleanup_json json_t *inputs = common(step);
    FP_TRY(fp_inputs_of_files(plan, &plan->job_names, &plan->job_jars, &files, err));
    fp_json_set(inputs, "files", files);
    fp_old_jars(step, directory, &removed);
    fp_json_set(inputs, "removed", fp_json_texts(&removed));
    fp_json_set(inputs, "parents", parents_input(step->tree, directory));
    *ret = steal_pointer(&inputs);
    return FP_OK;
}

enum fp_code fp_inputs_tar(const struct fp_layer_step *step, json_t **ret, struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX];
    FP_TRY(fp_context(fp_cache_file_sha256(step->plan->context->cache, step->tar, hex, NULL, err),
                      err, "--layer"));
    *ret = common(step);
    fp_json_set_text(*ret, "sha256", hex);
    return FP_OK;
}

enum fp_code fp_inputs_files(const struct fp_layer_step *step, json_t **ret, struct fp_error *err)
{
    json_t *adds = NULL;
    bool any = false;
    for (size_t i = 0; i < step->plan->add_count; i++)
        any = any || fp_plan_add_is_for(&step->plan->adds[i], &step->base->platform);
    if (!any)
        return FP_OK;
    cleanup_json json_t *inputs = common(step);
    json_t *below = json_array();
    for (size_t i = 0; i < step->image->layer_count; i++)
        fp_json_append(below, json_string(step->image->layers[i].record.diff_id.text));
    fp_json_set(inputs, "base", base_input(step->base));
    fp_json_set(inputs, "layers", below);
    FP_TRY(fp_inputs_of_adds(step->plan, &step->base->platform, &adds, err));
    fp_json_set(inputs, "add", adds);
    *ret = steal_pointer(&inputs);
    return FP_OK;
}
