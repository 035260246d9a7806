/* The layers of an image that gets another base: packages and set-up made anew, the others kept. */
#include "rebase.h"

#include <stdlib.h>
#include <string.h>

#include "inputs.h"
#include "known.h"
#include "known_image.h"

/* What is needed to make the layers of one platform. */
struct renewing {
    const struct fp_rebase_source *source;
    const struct fp_rebase_image *old;
    const json_t *label; /* its records; NULL: none of this layout */
    struct fp_layer_step *step;
    bool has_setup; /* the first set-up is made */
    bool is_alike;  /* so far all options are those of the old image */
};

/* Find the record of a layer, or begin one that says nothing but its time. */
static void take_record(const struct renewing *self, size_t number, struct fp_record *ret)
{
    const struct fp_rebase_layer *layer = &self->old->layers.items[number];
    const struct fp_digest *diff_id = &self->old->image.config.diff_ids[layer->place];
    const json_t *records = json_object_get(self->label, "layers");
    for (size_t i = 0; i < json_array_size(records); i++) {
        if (!fp_record_parse(json_array_get(records, i), ret))
            continue;
        if (strcmp(ret->kind, layer->kind) == 0 && fp_digest_equal(&ret->diff_id, diff_id))
            return;
        fp_record_clear(ret);
    }
    *ret = (struct fp_record){.diff_id = *diff_id, .inputs = json_object(), .facts = json_object()};
    (void) snprintf(ret->kind, sizeof(ret->kind), "%s", layer->kind);
}

/* The time of a layer's content. If no record says it, the history does: a layer has the time of
 * the newest one below, unless its own is newer. */
static int64_t time_of(const struct renewing *self, size_t number, const struct fp_record *record)
{
    const struct fp_rebase_layers *layers = &self->old->layers;
    const json_t *told = json_object_get(record->facts, "time");
    int64_t setup_s = self->old->setup.mtime_s;
    if (json_is_integer(told))
        return json_integer_value(told);
    bool is_newer =
        number > 0 && layers->items[number].newest_s > layers->items[number - 1].newest_s;
    return strcmp(record->kind, "job") == 0 && is_newer ? layers->items[number].newest_s : setup_s;
}

static char *created_by(const struct renewing *self, const char *kind)
{
    bool is_dist = strcmp(kind, "distribution") == 0;
    return fp_xasprintf("flinkpack build # %s", is_dist ? self->old->setup.top : kind);
}

static struct fp_own_layer *begin_layer(const struct renewing *self, size_t number)
{
    const struct fp_layer_step *step = self->step;
    struct fp_own_layer *own = &step->image->layers[step->image->layer_count];
    take_record(self, number, &own->record);
    own->mtime_s = fp_plan_time(step->plan, time_of(self, number, &own->record));
    own->created_by = created_by(self, self->old->layers.items[number].kind);
    return own;
}

static void keep_layer(const struct renewing *self, size_t number)
{
    struct fp_layer_step *step = self->step;
    struct fp_own_layer *own = begin_layer(self, number);
    size_t place = self->old->layers.items[number].place;
    fp_descriptor_clear(&own->record.blob);
    own->record.blob = fp_descriptor_copy(&self->old->image.manifest.layers[place]);
    own->repo = self->source->repo;
    step->image->layer_count++;
    /* Nothing that is made anew depends on what is in it. */
    step->applied = step->image->layer_count;
}

/* Replace the inputs that another base changes, and compute the key again. Returns whether the time
 * and the compression, which are options, are those of the old image. */
static bool renew_inputs(const struct fp_layer_step *step, struct fp_record *record)
{
    static const char *const names[] = {"base", "packages", "time", "compression"};
    cleanup_record struct fp_record now = {0};
    cleanup_json json_t *inputs = fp_inputs_below(step);
    fp_record_begin(&now, record->kind, inputs);
    bool is_alike = true;
    if (record->key[0] == '\0')
        return false;
    json_t *changed = json_copy(record->inputs);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        json_t *value = json_object_get(now.inputs, names[i]);
        bool is_option = i >= 2;
        is_alike =
            is_alike && (!is_option || json_equal(value, json_object_get(changed, names[i])));
        if (value != NULL)
            (void) json_object_set(changed, names[i], value);
        else
            (void) json_object_del(changed, names[i]);
    }
    json_decref(record->inputs);
    record->inputs = changed;
    fp_record_set_key(record);
    return is_alike;
}

/* The first record of the old image's packages; NULL: none. Borrowed. */
static const json_t *old_packages(const struct renewing *self)
{
    return self->label != NULL ? fp_known_label_layer(self->label, "packages", NULL) : NULL;
}

/* Whether packages come from where they came from for the old image. */
static bool has_same_sources(const struct renewing *self)
{
    static const char *const names[] = {"repositories", "mirror", "strict", "keys"};
    const struct fp_plan_packages *packages = &self->step->plan->packages;
    const struct fp_platform_image *image = self->step->image;
    const json_t *old = json_object_get(old_packages(self), "inputs");
    bool is_made = image->layer_count > 0 && strcmp(image->layers[0].record.kind, "packages") == 0;
    if (old == NULL || !is_made)
        return packages->repositories.len + packages->keys.len == 0 && packages->mirror == NULL &&
               !packages->strict;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const json_t *now = json_object_get(image->layers[0].record.inputs, names[i]);
        const json_t *then = json_object_get(old, names[i]);
        if (now != then && !json_equal(now, then))
            return false;
    }
    return true;
}

/* Put what kept layers have into the tree, as far as the outline of the old image tells it. */
static enum fp_code put_kept(const struct fp_tree *outline, const char *path, struct fp_tree *tree,
                             struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    const struct fp_entry *entry = fp_tree_get(outline, path);
    if (entry != NULL && fp_tree_get(tree, path) == NULL)
        FP_TRY(fp_tree_put(tree, entry, err));
    fp_tree_children(outline, path, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *child = fp_path_join(path, names.items[i]);
        FP_TRY(put_kept(outline, child, tree, err));
    }
    return FP_OK;
}

static enum fp_code note_outline(const struct renewing *self, struct fp_own_layer *own,
                                 struct fp_error *err)
{
    struct fp_layer_step *step = self->step;
    cleanup_tree struct fp_tree *old = NULL;
    const char *top = self->old->setup.top;
    const json_t *told = json_object_get(own->record.facts, "tree");
    if (told == NULL || fp_tree_parse(told, self->source->title, &old, NULL) != FP_OK)
        old = fp_tree_new();
    FP_TRY(put_kept(old, top, step->tree, err));
    FP_TRY(put_kept(old, &FP_FLINK_HOME[1], step->tree, err));
    fp_tree_free(step->image->outline);
    fp_layers_outline(step, &step->image->outline);
    if (own->record.key[0] == '\0')
        return FP_OK;
    json_t *facts = json_copy(own->record.facts);
    json_decref(own->record.facts);
    own->record.facts = facts;
    fp_json_set(facts, "time", json_integer((json_int_t) own->mtime_s));
    fp_json_set(facts, "tree", fp_tree_json(step->image->outline));
    return FP_OK;
}

static enum fp_code remake_setup(struct renewing *self, size_t number, struct fp_error *err)
{
    struct fp_layer_step *step = self->step;
    cleanup_layer struct fp_layer layer = {0};
    struct fp_own_layer *own = begin_layer(self, number);
    step->mtime_s = own->mtime_s;
    self->is_alike = renew_inputs(step, &own->record) && self->is_alike;
    FP_TRY(fp_rebase_setup_make(step, self->old->setups[number], !self->has_setup,
                                &self->old->asked.accounts, &layer, err));
    self->has_setup = true;
    own->blob = steal_pointer(&layer.blob);
    fp_descriptor_clear(&own->record.blob);
    own->record.blob = fp_descriptor_copy(fp_blob_descriptor(own->blob));
    own->record.diff_id = layer.diff_id;
    FP_TRY(note_outline(self, own, err));
    step->image->layer_count++;
    step->applied = step->image->layer_count;
    fp_known_keep(step->known, own);
    fp_outputs_feed(step->outputs, FP_PUSH_LAYER, own->blob);
    return FP_OK;
}

/* All packages are in one layer, whichever build on top of another one asked for them. */
enum fp_code fp_rebase_layers_make(const struct fp_rebase_source *source,
                                   const struct fp_rebase_image *old, struct fp_layer_step *step,
                                   bool *ret_is_alike, struct fp_error *err)
{
    const struct fp_rebase_layers *layers = &old->layers;
    cleanup_json json_t *label = fp_known_label(&old->image.config);
    struct renewing self = {.source = source, .old = old, .label = label, .step = step};
    FP_TRY(fp_layers_add_packages(step, err));
    FP_TRY(fp_layers_settle(step, err));
    /* Where a build might warn of the job's jars, it does not call the image unchanged. */
    self.is_alike = has_same_sources(&self) && fp_rebase_fits_better(old, &step->base->facts);
    for (size_t i = 0; i < layers->count; i++) {
        if (strcmp(layers->items[i].kind, "packages") == 0)
            continue;
        if (strcmp(layers->items[i].kind, "setup") == 0)
            FP_TRY(fp_context(remake_setup(&self, i, err), err, "%s", source->title));
        else
            keep_layer(&self, i);
    }
    *ret_is_alike = self.is_alike;
    return FP_OK;
}
