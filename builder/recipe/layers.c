/* Making or reusing all layers that are added to the base of one platform, in order. */
#include "age.h"
#include "inputs.h"
#include "known.h"
#include "listener.h"

#include <stdlib.h>
#include <string.h>

/* How a layer is made. */
struct layer_row {
    const char *kind;
    fp_inputs_of *inputs;
    fp_layer_maker *make;
    bool is_on_whole; /* it needs the whole tree below, not only an outline */
    bool is_outlined; /* later steps ask only for an outline of what is there after it */
};

/* The path of a Flink in the base, or of a link in its place. It is an error, because a mixture of
 * two versions does not start. NULL: none. The caller owns it. */
static char *flink_in_base(const struct fp_tree *tree, const struct fp_distribution *dist)
{
    const struct fp_entry *opt = fp_tree_resolve(tree, "opt");
    cleanup_free char *home = fp_path_join(opt != NULL ? opt->path : "opt", "flink");
    const struct fp_entry *link = fp_tree_get(tree, home);
    if (fp_tree_get(tree, dist->top) != NULL)
        return fp_xasprintf("/%s", dist->top);
    if (link != NULL && link->kind == FP_ENTRY_SYMLINK)
        return fp_xasprintf("/opt/flink, a link to %s,", link->link);
    const struct fp_entry *lib = fp_tree_resolve(tree, "opt/flink/lib");
    cleanup_strv struct fp_strv names = {0};
    if (lib != NULL)
        fp_tree_children(tree, lib->path, &names);
    for (size_t i = 0; i < names.len; i++)
        if (strncmp(names.items[i], "flink-dist", 10) == 0)
            return fp_xasprintf("/opt/flink/lib/%s", names.items[i]);
    return NULL;
}

/* Put the entries at `path` into the tree, so that --add finds them. Distributions are not deep. */
static enum fp_code put_below(const struct fp_tree *from, const char *path, struct fp_tree *to,
                              struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    const struct fp_entry *entry = fp_tree_get(from, path);
    if (entry != NULL)
        FP_TRY(fp_tree_put(to, entry, err));
    fp_tree_children(from, path, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *child = fp_path_join(path, names.items[i]);
        FP_TRY(put_below(from, child, to, err));
    }
    return FP_OK;
}

/* The distribution's layer does not depend on the base, so all platforms have the same one. */
static enum fp_code step_distribution(const struct fp_layer_step *step, struct fp_layer *ret,
                                      struct fp_error *err)
{
    const struct fp_distribution *dist = &step->flink->dist;
    FP_TRY(fp_flink_need(step, true, err));
    *ret = dist->layer;
    ret->blob = fp_blob_ref(dist->layer.blob);
    if (!step->is_whole)
        return FP_OK;
    return put_below(dist->tree, dist->top, step->tree, err);
}

static enum fp_code check_base(const struct fp_layer_step *step, struct fp_error *err)
{
    if (!step->flink->has_dist)
        return FP_OK;
    cleanup_free char *there = flink_in_base(step->base->facts.tree, &step->flink->dist);
    if (there == NULL)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT, "the base has %s already", there), err,
                     "it seems to have Flink in it: use --from-image");
}

static const struct layer_row PACKAGES = {.kind = "packages",
                                          .inputs = fp_inputs_packages,
                                          .make = fp_step_packages,
                                          .is_on_whole = true};
static const struct layer_row DISTRIBUTION = {
    .kind = "distribution", .inputs = fp_inputs_distribution, .make = step_distribution};
static const struct layer_row HADOOP = {
    .kind = "hadoop", .inputs = fp_inputs_hadoop, .make = fp_step_hadoop};
static const struct layer_row SETUP = {.kind = "setup",
                                       .inputs = fp_inputs_setup,
                                       .make = fp_step_setup,
                                       .is_on_whole = true,
                                       .is_outlined = true};
static const struct layer_row JOB = {.kind = "job", .inputs = fp_inputs_job, .make = fp_step_job};
static const struct layer_row TAR = {
    .kind = "layer", .inputs = fp_inputs_tar, .make = fp_step_tar, .is_on_whole = true};
static const struct layer_row FILES = {.kind = "files",
                                       .inputs = fp_inputs_files,
                                       .make = fp_step_files,
                                       .is_on_whole = true,
                                       .is_outlined = true};

/* Take the content of a layer that was reused into the step's tree. */
static enum fp_code apply(struct fp_layer_step *step, const struct fp_own_layer *own,
                          struct fp_error *err)
{
    const struct fp_descriptor *descriptor = &own->record.blob;
    const char *name = descriptor->digest.text;
    cleanup_blob struct fp_blob *blob = own->blob != NULL ? fp_blob_ref(own->blob) : NULL;
    struct fp_source *raw = NULL;
    if (strcmp(own->record.kind, "distribution") == 0) {
        FP_TRY(fp_flink_need(step, false, err));
        return put_below(step->flink->dist.tree, step->flink->dist.top, step->tree, err);
    }
    if (blob == NULL) {
        enum fp_code code = fp_repo_get_blob(own->repo, descriptor, NULL, &blob, err);
        step->outputs->has_lost = step->outputs->has_lost || code == FP_E_NOT_FOUND;
        FP_TRY(code);
    }
    FP_TRY(fp_blob_open(blob, 0, &raw, err));
    raw = fp_source_verified(raw, descriptor, name);
    cleanup_source struct fp_source *tar = fp_source_inflate(raw, name, FP_BASE_MAX_BYTES, NULL);
    return fp_tree_apply_layer(step->tree, tar, name, NULL, NULL, err);
}

enum fp_code fp_layers_settle(struct fp_layer_step *step, struct fp_error *err)
{
    struct fp_platform_image *image = step->image;
    if (!step->is_whole) {
        FP_TRY(fp_base_need(step->plan, step->bases, step->base, err));
        FP_TRY(check_base(step, err));
        step->tree = step->base->facts.tree;
        step->is_whole = true;
        step->applied = 0;
    }
    for (; step->applied < image->layer_count; step->applied++) {
        const struct fp_own_layer *own = &image->layers[step->applied];
        if (fp_own_layer_is_there(own))
            FP_TRY(apply(step, own, err));
    }
    return FP_OK;
}

void fp_layers_outline(const struct fp_layer_step *step, struct fp_tree **ret)
{
    cleanup_base_facts struct fp_base_facts facts = {0};
    cleanup_free char *home = fp_home_of(&step->base->config);
    fp_base_facts_outline(&step->base->facts, step->tree, home, &facts);
    *ret = steal_pointer(&facts.tree);
}

/* Note what later steps ask of a layer that was made. */
static void note_facts(struct fp_layer_step *step, const struct layer_row *row,
                       struct fp_own_layer *own)
{
    json_t *facts = own->record.facts;
    cleanup_json json_t *warnings = fp_listener_end(step->listener);
    if (json_array_size(warnings) > 0)
        fp_json_set(facts, "warnings", json_incref(warnings));
    if (strcmp(row->kind, "packages") == 0)
        fp_json_set(facts, "packages", fp_json_texts(step->packages));
    json_t *addition = json_object_get(step->base->additions, row->kind);
    if (addition != NULL)
        fp_json_set(facts, "addition", json_incref(addition));
    if (row == &DISTRIBUTION) {
        cleanup_json json_t *own_facts = fp_flink_facts(step->plan, step->flink);
        json_object_update(facts, own_facts);
    }
    fp_json_set(facts, "time", json_integer((json_int_t) own->mtime_s));
    if (!row->is_outlined)
        return;
    fp_layers_outline(step, &step->image->outline);
    fp_json_set(facts, "tree", fp_tree_json(step->image->outline));
}

static enum fp_code make_layer(struct fp_layer_step *step, const struct layer_row *row,
                               struct fp_own_layer *own, struct fp_error *err)
{
    cleanup_layer struct fp_layer layer = {0};
    if (row->is_on_whole)
        FP_TRY(fp_layers_settle(step, err));
    fp_listener_begin(step->listener);
    FP_TRY(row->make(step, &layer, err));
    own->blob = steal_pointer(&layer.blob);
    if (own->blob != NULL) {
        own->record.blob = fp_descriptor_copy(fp_blob_descriptor(own->blob));
        own->record.diff_id = layer.diff_id;
    }
    step->applied += step->is_whole && step->applied == step->image->layer_count;
    note_facts(step, row, own);
    return FP_OK;
}

/* What a release is called and who vouches for it are facts of this build, whichever build made the
 * record. */
static void renew_facts(const struct fp_layer_step *step, struct fp_own_layer *own)
{
    json_t *facts = fp_flink_facts(step->plan, step->flink);
    json_t *warnings = json_object_get(own->record.facts, "warnings");
    if (warnings != NULL)
        fp_json_set(facts, "warnings", json_incref(warnings));
    fp_json_set(facts, "time", json_integer((json_int_t) own->mtime_s));
    json_decref(own->record.facts);
    own->record.facts = facts;
}

/* Take over what a record says of a layer that need not be made. */
static enum fp_code reuse(struct fp_layer_step *step, const struct layer_row *row,
                          struct fp_own_layer *own, struct fp_error *err)
{
    const json_t *facts = own->record.facts;
    const json_t *warnings = json_object_get(facts, "warnings");
    const json_t *packages = json_object_get(facts, "packages");
    json_t *addition = json_object_get(facts, "addition");
    if (json_is_object(addition) && step->base->additions != NULL)
        fp_json_set(step->base->additions, row->kind, json_incref(addition));
    for (size_t i = 0; i < json_array_size(warnings); i++) {
        const char *text = json_string_value(json_array_get(warnings, i));
        if (text != NULL)
            fp_report(step->plan->context->reporter, FP_EVENT_WARNING, "%s", text);
    }
    for (size_t i = 0; i < json_array_size(packages); i++) {
        const char *text = json_string_value(json_array_get(packages, i));
        if (text != NULL)
            fp_strv_add(step->packages, text);
    }
    if (row == &DISTRIBUTION)
        renew_facts(step, own);
    if (!row->is_outlined)
        return FP_OK;
    struct fp_error why = {0};
    if (fp_tree_parse(json_object_get(facts, "tree"), own->from, &step->image->outline, &why) !=
        FP_OK)
        return fp_fail(err, FP_E_VERIFY, "the record of the layer %s: %s", row->kind, why.text);
    step->tree = step->image->outline;
    step->is_whole = false;
    return FP_OK;
}

static void tell_reused(const struct fp_layer_step *step, const struct fp_own_layer *own)
{
    struct fp_stage stage;
    cleanup_free char *outcome = fp_xasprintf("reused, from %s", own->from);
    if (!fp_own_layer_is_there(own))
        return;
    fp_stage_begin(&stage, step->plan->context->reporter, "layer", own->record.kind,
                   own->record.blob.size);
    (void) fp_stage_close(&stage, FP_OK, outcome);
}

/* A complete layer is sent to the outputs at once. The image owns it. */
static enum fp_code add_layer(struct fp_layer_step *step, const struct layer_row *row,
                              struct fp_own_layer *own, struct fp_error *err)
{
    if (fp_known_find(step->known, step->platform, own)) {
        if (row == &DISTRIBUTION)
            FP_TRY(fp_flink_layer(step, own, err));
        tell_reused(step, own);
        return reuse(step, row, own, err);
    }
    fp_known_explain(step->known, step->platform, own);
    FP_TRY(make_layer(step, row, own, err));
    fp_known_keep(step->known, own);
    fp_age_keep(step->plan, step->platform, own);
    if (own->blob != NULL)
        fp_outputs_feed(step->outputs, FP_PUSH_LAYER, own->blob);
    return FP_OK;
}

static enum fp_code add(struct fp_layer_step *step, const struct layer_row *row, int64_t time_s,
                        struct fp_error *err)
{
    cleanup_json json_t *inputs = NULL;
    struct fp_own_layer *own = &step->image->layers[step->image->layer_count];
    step->mtime_s = fp_plan_time(step->plan, time_s);
    FP_TRY(row->inputs(step, &inputs, err));
    if (inputs == NULL)
        return FP_OK;
    own->mtime_s = step->mtime_s;
    own->created_by = fp_xasprintf("flinkpack %s # %s", step->plan->verb,
                                   row == &DISTRIBUTION ? step->flink->dist.top : row->kind);
    fp_record_begin(&own->record, row->kind, inputs);
    FP_TRY(add_layer(step, row, own, err));
    step->image->layer_count++;
    return FP_OK;
}

enum fp_code fp_layers_add_packages(struct fp_layer_step *step, struct fp_error *err)
{
    FP_TRY(check_base(step, err));
    return add(step, &PACKAGES, fp_base_time(step->base), err);
}

/* The layers are ordered from the one that changes least to the one that changes in every build. */
static enum fp_code make_flink(struct fp_layer_step *step, struct fp_error *err)
{
    int64_t dist_time = fp_dist_time(step->flink);
    if (step->is_whole)
        FP_TRY(check_base(step, err));
    FP_TRY(add(step, &PACKAGES, fp_base_time(step->base), err));
    FP_TRY(add(step, &DISTRIBUTION, dist_time, err));
    FP_TRY(add(step, &HADOOP, dist_time, err));
    FP_TRY(add(step, &SETUP, dist_time, err));
    return add(step, &JOB, fp_job_time(step->plan), err);
}

/* The tars come first, in their order, so that the files of --add replace theirs. */
static enum fp_code make_appended(struct fp_layer_step *step, struct fp_error *err)
{
    const struct fp_strv *tars = &step->plan->tars;
    int64_t time_s = fp_base_time(step->base);
    for (size_t i = 0; i < tars->len; i++) {
        cleanup_free char *path = fp_plan_for_platform(tars->items[i], &step->base->platform);
        step->tar = path;
        FP_TRY(add(step, &TAR, time_s, err));
    }
    return add(step, &FILES, time_s, err);
}

enum fp_code fp_layers_make(struct fp_layer_step *step, struct fp_error *err)
{
    step->packages = &step->image->packages;
    return step->plan->source == FP_FROM_NOTHING ? make_appended(step, err) : make_flink(step, err);
}
