/* Whether JSON from elsewhere is an inventory that may be used, and how much it lists. */
#include "inventory.h"

#include <string.h>

/* Whether all members of an object are texts or sizes, but for one that is a list. */
static bool is_flat(const json_t *object, const char *list)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) object, key, value)
    {
        bool is_list = list != NULL && strcmp(key, list) == 0 && json_is_array(value);
        if (!json_is_string(value) && !json_is_integer(value) && !is_list)
            return false;
    }
    return json_is_object(object);
}

/* Whether a list has at most `max` flat objects, each with these texts. */
static bool is_list_of(const json_t *list, size_t max, const char *const needed[],
                       const char *sub_list)
{
    if (!json_is_array(list) || json_array_size(list) > max)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (!is_flat(item, sub_list))
            return false;
        for (size_t k = 0; needed[k] != NULL; k++)
            if (fp_json_string(item, needed[k]) == NULL)
                return false;
    }
    return true;
}

static bool is_list_of_texts(const json_t *list)
{
    if (!json_is_array(list) || json_array_size(list) > FP_INVENTORY_MAX_REMOVED)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return false;
    return true;
}

static bool are_jars_valid(const json_t *jars)
{
    static const char *const JAR[] = {"path", "sha256", NULL};
    static const char *const ARTIFACT[] = {"group", "artifact", "version", NULL};
    if (!is_list_of(jars, FP_INVENTORY_MAX_JARS, JAR, "artifacts"))
        return false;
    for (size_t i = 0; i < json_array_size(jars); i++)
        if (!is_list_of(json_object_get(json_array_get(jars, i), "artifacts"),
                        FP_INVENTORY_MAX_ARTIFACTS, ARTIFACT, NULL))
            return false;
    return true;
}

static bool are_databases_valid(const json_t *databases)
{
    static const char *const PACKAGE[] = {"type", "name", "version", NULL};
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(
        (json_t *) (uintptr_t) databases, key,
        value) if (!is_list_of(value, FP_INVENTORY_MAX_PACKAGES, PACKAGE, NULL)) return false;
    return json_is_object(databases);
}

bool fp_inventory_is_valid(const json_t *inventory)
{
    static const char *const JAVA[] = {"path", "version", NULL};
    const json_t *os = json_object_get(inventory, "os");
    return json_integer_value(json_object_get(inventory, "layout")) == FP_INVENTORY_LAYOUT &&
           are_jars_valid(json_object_get(inventory, "jars")) &&
           are_databases_valid(json_object_get(inventory, "databases")) &&
           (os == NULL || is_flat(os, NULL)) &&
           is_list_of(json_object_get(inventory, "java"), 100, JAVA, NULL) &&
           is_list_of_texts(json_object_get(inventory, "removed")) &&
           is_list_of_texts(json_object_get(inventory, "opaque"));
}

size_t fp_inventory_count(const json_t *inventory)
{
    const json_t *jars = json_object_get(inventory, "jars");
    const char *path = NULL;
    json_t *packages = NULL;
    size_t count = json_array_size(jars);
    for (size_t i = 0; i < json_array_size(jars); i++)
        count += json_array_size(json_object_get(json_array_get(jars, i), "artifacts"));
    json_object_foreach(json_object_get(inventory, "databases"), path, packages) count +=
        json_array_size(packages);
    return count;
}
