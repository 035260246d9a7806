/* Telling which layers of an image are ours, and whether it can be put onto another base. */
#include "rebase.h"

#include <string.h>

#define OURS "flinkpack build # "

static const char *const KINDS[] = {"packages", "hadoop", "setup", "job"};

/* The kind of a layer by its entry in the history, in which the distribution's layer has the name
 * of its directory, "flink-1.20.4". NULL: it is not ours, or a base's. */
static const char *kind_of(const json_t *entry)
{
    const char *by = fp_json_string(entry, "created_by");
    if (by == NULL || strncmp(by, OURS, strlen(OURS)) != 0)
        return NULL;
    const char *kind = by + strlen(OURS);
    if (strncmp(kind, "flink-", strlen("flink-")) == 0)
        return "distribution";
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strcmp(kind, KINDS[i]) == 0)
            return KINDS[i];
    }
    return NULL;
}

static enum fp_code fail_foreign(const char *name, const json_t *entry, struct fp_error *err)
{
    const char *by = fp_json_string(entry, "created_by");
    return fp_hinted(fp_fail(err, FP_E_INPUT,
                             "%s: its last layer was not made by 'flinkpack build' (%.100s)", name,
                             by != NULL ? by : "it does not say by what"),
                     err,
                     "rebase the image that the layer was put on, then put it on top again; or "
                     "build the image anew");
}

static enum fp_code check_label(const struct fp_config *config, const char *name,
                                struct fp_error *err)
{
    const json_t *labels = json_object_get(json_object_get(config->document, "config"), "Labels");
    if (fp_json_string(labels, "flinkpack.recipes") != NULL)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: 'flinkpack build' has not made it", name), err,
                     "build it, as with --from-release or --from-archive; of other images nothing "
                     "says which layers are the base's");
}

/* The layers have to be in the order in which a build makes them. A second build on top of an image
 * of ours may add packages, a set-up and a job. */
static enum fp_code check_order(const struct fp_rebase_layers *layers, const char *name,
                                struct fp_error *err)
{
    size_t at = 0;
    at += at < layers->count && strcmp(layers->items[at].kind, "packages") == 0;
    if (at == layers->count || strcmp(layers->items[at].kind, "distribution") != 0)
        return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: its Flink is in its base", name), err,
                         "build it on a newer image of that Flink: flinkpack build --from-image");
    at++;
    at += at < layers->count && strcmp(layers->items[at].kind, "hadoop") == 0;
    if (at < layers->count && strcmp(layers->items[at].kind, "setup") == 0)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: it has no set-up layer", name), err,
                     "build it anew");
}

static void find_ours(const json_t *history, size_t layer_count, struct fp_rebase_layers *ret)
{
    size_t place = layer_count;
    ret->base_count = layer_count;
    for (size_t i = json_array_size(history); i-- > 0 && ret->count < FP_OWN_LAYERS_MAX;) {
        const json_t *entry = json_array_get(history, i);
        const char *kind = kind_of(entry);
        if (json_is_true(json_object_get(entry, "empty_layer")))
            continue;
        if (kind == NULL)
            return;
        struct fp_rebase_layer *item = &ret->items[ret->count++];
        *item = (struct fp_rebase_layer){.kind = kind, .place = --place, .newest_s = -1};
        (void) fp_time_parse(fp_json_string(entry, "created"), &item->newest_s);
        ret->base_count = place;
    }
}

static const json_t *last_layer(const json_t *history)
{
    for (size_t i = json_array_size(history); i-- > 0;) {
        const json_t *entry = json_array_get(history, i);
        if (!json_is_true(json_object_get(entry, "empty_layer")))
            return entry;
    }
    return NULL;
}

enum fp_code fp_rebase_split(const struct fp_config *config, const char *name,
                             struct fp_rebase_layers *ret, struct fp_error *err)
{
    const json_t *history = json_object_get(config->document, "history");
    struct fp_rebase_layers found = {0};
    FP_TRY(check_label(config, name, err));
    if (fp_config_told_layers(config) != config->diff_id_count)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s: its history has %zu layers, and the image has %zu, so that "
                                 "nothing says which ones are the base's",
                                 name, fp_config_told_layers(config), config->diff_id_count),
                         err, "build it anew");
    find_ours(history, config->diff_id_count, &found);
    if (found.count == 0)
        return fail_foreign(name, last_layer(history), err);
    ret->count = found.count;
    ret->base_count = found.base_count;
    for (size_t i = 0; i < found.count; i++)
        ret->items[i] = found.items[found.count - 1 - i];
    return check_order(ret, name, err);
}
