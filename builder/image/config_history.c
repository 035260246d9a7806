/* Reads, checks and extends the history of a configuration. */
#include "internal.h"

static bool is_empty_layer(const json_t *entry)
{
    return json_is_true(json_object_get(entry, "empty_layer"));
}

enum fp_code fp_history_check(const json_t *history, const char *name, struct fp_error *err)
{
    if (history != NULL && !json_is_null(history) && !json_is_array(history))
        return fp_fail(err, FP_E_INPUT, "%s: 'history' is not an array", name);
    for (size_t i = 0; i < json_array_size(history); i++) {
        const json_t *entry = json_array_get(history, i);
        if (!json_is_object(entry) && !json_is_null(entry))
            return fp_fail(err, FP_E_INPUT, "%s: history[%zu] is not an object", name, i);
    }
    return FP_OK;
}

size_t fp_config_told_layers(const struct fp_config *config)
{
    const json_t *history = json_object_get(config->document, "history");
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(history); i++)
        count += is_empty_layer(json_array_get(history, i)) ? 0 : 1;
    return count;
}

/* Squashed images keep only the last layers. */
const char *fp_config_layer_by(const struct fp_config *config, size_t layer)
{
    const json_t *history = json_object_get(config->document, "history");
    size_t told = fp_config_told_layers(config);
    size_t seen = 0;
    layer += told > config->diff_id_count ? told - config->diff_id_count : 0;
    for (size_t i = 0; i < json_array_size(history); i++) {
        const json_t *entry = json_array_get(history, i);
        if (is_empty_layer(entry))
            continue;
        if (seen++ == layer)
            return fp_json_string(entry, "created_by");
    }
    return NULL;
}

static json_t *history_entry(const char *created, const char *created_by, const char *comment)
{
    json_t *entry = json_object();
    fp_json_set_text(entry, "created", created);
    fp_json_set_text(entry, "created_by", created_by);
    fp_json_set_text(entry, "comment", comment);
    return entry;
}

/* Mark the entry of a layer that no longer exists, which squashing has left behind. */
static json_t *without_layer(const json_t *entry)
{
    json_t *told = json_is_object(entry) ? json_copy(json_iterable(entry)) : json_object();
    fp_json_set(told, "empty_layer", json_true());
    return told;
}

json_t *fp_history_extend(const struct fp_config *base, const struct fp_config_change *change)
{
    const json_t *old = json_object_get(base->document, "history");
    size_t told = fp_config_told_layers(base);
    json_t *history = json_array();
    /* Tools match entries with layers from the bottom, so a gap or a surplus would shift all of our
     * entries. The content of squashed layers is in the last layers. */
    size_t surplus = told > base->diff_id_count ? told - base->diff_id_count : 0;
    for (size_t i = 0; i < json_array_size(old); i++) {
        json_t *entry = json_array_get(old, i);
        bool is_surplus = surplus > 0 && !is_empty_layer(entry);
        surplus -= is_surplus;
        fp_json_append(history, is_surplus            ? without_layer(entry)
                                : json_is_null(entry) ? json_object()
                                                      : json_incref(entry));
    }
    for (; told < base->diff_id_count; told++)
        fp_json_append(history, history_entry(base->created, "unknown", "layer of the base image"));
    for (size_t i = 0; i < change->layer_count; i++) {
        const struct fp_config_layer *layer = &change->layers[i];
        const char *created = layer->created != NULL ? layer->created : change->created;
        fp_json_append(history, history_entry(created, layer->created_by, layer->comment));
    }
    return history;
}
