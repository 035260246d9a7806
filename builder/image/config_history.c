#include "internal.h"

static bool is_empty_layer(const json_t *entry)
{
    return json_is_true(json_object_get(entry, "empty_layer"));
}

enum fp_code history_count_layers(const json_t *history, const char *name, size_t *ret,
                                  struct fp_error *err)
{
    size_t count = 0;
    if (history != NULL && !json_is_null(history) && !json_is_array(history))
        return fp_fail(err, FP_E_INPUT, "%s: 'history' is not an array", name);
    for (size_t i = 0; i < json_array_size(history); i++) {
        const json_t *entry = json_array_get(history, i);
        if (!json_is_object(entry))
            return fp_fail(err, FP_E_INPUT, "%s: history[%zu] is not an object", name, i);
        count += is_empty_layer(entry) ? 0 : 1;
    }
    *ret = count;
    return FP_OK;
}

static json_t *history_entry(const char *created, const char *created_by, const char *comment)
{
    json_t *entry = json_object();
    if (created != NULL)
        (void) json_object_set_new(entry, "created", json_string(created));
    if (created_by != NULL)
        (void) json_object_set_new(entry, "created_by", json_string(created_by));
    if (comment != NULL)
        (void) json_object_set_new(entry, "comment", json_string(comment));
    return entry;
}

json_t *history_extend(const struct fp_config *base, const struct fp_config_change *change)
{
    const json_t *old = json_object_get(base->document, "history");
    json_t *history = json_array();
    size_t told = 0;
    for (size_t i = 0; i < json_array_size(old); i++) {
        json_t *entry = json_array_get(old, i);
        told += is_empty_layer(entry) ? 0 : 1;
        (void) json_array_append(history, entry);
    }
    /* Tools pair the entries with the layers from the bottom: a gap would shift all of ours. */
    for (; told < base->diff_id_count; told++)
        (void) json_array_append_new(
            history, history_entry(base->created, "unknown", "layer of the base image"));
    for (size_t i = 0; i < change->layer_count; i++) {
        const struct fp_config_layer *layer = &change->layers[i];
        const char *created = layer->created != NULL ? layer->created : change->created;
        (void) json_array_append_new(history,
                                     history_entry(created, layer->created_by, layer->comment));
    }
    return history;
}
