/* What the layers of an image result in: later layers replace and remove what lower ones have. */
#include "components.h"

#include <string.h>

/* Remove the members of an object whose keys are `path` or below it. */
static void remove_path(json_t *object, const char *path, bool is_opaque)
{
    size_t len = strlen(path);
    const char *key = NULL;
    json_t *value = NULL;
    void *next = NULL;
    json_object_foreach_safe(object, next, key, value)
    {
        bool is_below =
            strncmp(key, path, len) == 0 && (is_opaque || key[len] == '/' || key[len] == '\0');
        if (is_below)
            (void) json_object_del(object, key);
    }
}

static void remove_all(json_t *object, const json_t *inventory)
{
    const json_t *removed = json_object_get(inventory, "removed");
    const json_t *opaque = json_object_get(inventory, "opaque");
    for (size_t i = 0; i < json_array_size(removed) && json_object_size(object) > 0; i++)
        remove_path(object, json_string_value(json_array_get(removed, i)), false);
    for (size_t i = 0; i < json_array_size(opaque) && json_object_size(object) > 0; i++)
        remove_path(object, json_string_value(json_array_get(opaque, i)), true);
}

/* Put the items of a list into an object, under their paths, each with the layer that has it. */
static void put_by_path(json_t *object, const json_t *list, const char *layer)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *copy = json_copy(json_array_get(list, i));
        fp_json_set_text(copy, "layer", layer);
        fp_json_set(object, fp_json_string(copy, "path"), copy);
    }
}

/* Of apk's two places for the database, the one that was written last counts. */
static const char *key_of_database(const char *path)
{
    return fp_text_ends_with(path, "lib/apk/db/installed") ? "lib/apk/db/installed" : path;
}

static void put_databases(json_t *databases, const json_t *inventory, const char *layer)
{
    const char *path = NULL;
    json_t *packages = NULL;
    json_object_foreach(json_object_get(inventory, "databases"), path, packages)
    {
        json_t *list = json_array();
        for (size_t i = 0; i < json_array_size(packages); i++) {
            json_t *copy = json_copy(json_array_get(packages, i));
            fp_json_set_text(copy, "layer", layer);
            fp_json_append(list, copy);
        }
        fp_json_set(databases, key_of_database(path), list);
    }
}

void fp_contents_merge(const struct fp_sbom_subject *subject, struct fp_contents *ret)
{
    cleanup_json json_t *databases = json_object();
    const char *path = NULL;
    json_t *list = NULL;
    *ret = (struct fp_contents){
        .jars = json_object(), .java = json_object(), .packages = json_array()};
    for (size_t i = 0; i < subject->config->diff_id_count; i++) {
        const json_t *inventory = subject->inventories[i];
        const char *layer = subject->config->diff_ids[i].text;
        remove_all(ret->jars, inventory);
        remove_all(ret->java, inventory);
        remove_all(databases, inventory);
        put_by_path(ret->jars, json_object_get(inventory, "jars"), layer);
        put_by_path(ret->java, json_object_get(inventory, "java"), layer);
        put_databases(databases, inventory, layer);
        if (json_object_get(inventory, "os") == NULL)
            continue;
        json_decref(ret->os);
        ret->os = json_copy(json_object_get(inventory, "os"));
        fp_json_set_text(ret->os, "layer", layer);
    }
    json_object_foreach(databases, path, list)(void) json_array_extend(ret->packages, list);
}

void fp_contents_clear(struct fp_contents *contents)
{
    json_decref(contents->jars);
    json_decref(contents->java);
    json_decref(contents->packages);
    json_decref(contents->os);
    *contents = (struct fp_contents){0};
}
