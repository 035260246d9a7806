/* What the layers of an image result in: later layers replace and remove what lower ones have. */
#include "components.h"

#include <string.h>

/* What a layer removes of those below it: paths, with all that is below them, and what is below its
 * opaque directories ("opt/x/"). Sets, as there may be thousands of both. */
struct removal {
    json_t *paths;
    json_t *directories;
};

static json_t *set_of(const json_t *list)
{
    json_t *set = json_object();
    for (size_t i = 0; i < json_array_size(list); i++)
        (void) fp_json_set(set, json_string_value(json_array_get(list, i)), json_true());
    return set;
}

/* Whether a path, or a directory that it is in, is removed. */
static bool is_removed(const struct removal *removal, const char *path)
{
    cleanup_free char *part = fp_xstrdup(path);
    size_t len = strlen(part);
    if (json_object_get(removal->paths, path) != NULL ||
        json_object_get(removal->directories, "") != NULL)
        return true;
    for (size_t at = len; at-- > 0;) {
        if (path[at] != '/')
            continue;
        part[at + 1] = '\0';
        bool is_opaque = json_object_get(removal->directories, part) != NULL;
        part[at] = '\0';
        if (is_opaque || json_object_get(removal->paths, part) != NULL)
            return true;
    }
    return false;
}

/* Remove the members of an object whose keys are paths that are removed. */
static void remove_from(json_t *object, const struct removal *removal)
{
    const char *key = NULL;
    json_t *value = NULL;
    void *next = NULL;
    json_object_foreach_safe(object, next, key, value)
    {
        if (is_removed(removal, key))
            (void) json_object_del(object, key);
    }
}

static void remove_all(const struct fp_contents *contents, json_t *databases,
                       const json_t *inventory)
{
    cleanup_json json_t *paths = set_of(json_object_get(inventory, "removed"));
    cleanup_json json_t *directories = set_of(json_object_get(inventory, "opaque"));
    const struct removal removal = {paths, directories};
    if (json_object_size(paths) + json_object_size(directories) == 0)
        return;
    remove_from(contents->jars, &removal);
    remove_from(contents->java, &removal);
    remove_from(databases, &removal);
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
        remove_all(ret, databases, inventory);
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
