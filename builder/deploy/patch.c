/* The user's patches: strategic merge patches as in kubectl, and JSON merge patches. */
#include "result.h"

#include <string.h>

#include "text.h"

/* The key by which Kubernetes merges the items of a list; NULL: the whole list is replaced. */
static const char *merge_key(const char *list)
{
    static const struct {
        const char *list;
        const char *key;
    } keys[] = {
        {"containers", "name"},
        {"initContainers", "name"},
        {"env", "name"},
        {"volumes", "name"},
        {"volumeMounts", "mountPath"},
        {"imagePullSecrets", "name"},
        {"topologySpreadConstraints", "topologyKey"},
        {"hostAliases", "ip"},
        {"volumeDevices", "devicePath"},
        {"ephemeralContainers", "name"},
        {"resourceClaims", "name"},
        {"schedulingGates", "name"},
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(list, keys[i].list) == 0)
            return keys[i].key;
    }
    return NULL;
}

/* The ports of a container are merged by "containerPort", those of a Service by "port". */
static const char *merge_key_for(const char *list, const json_t *items)
{
    if (strcmp(list, "ports") != 0)
        return merge_key(list);
    const json_t *first = json_array_get(items, 0);
    return json_object_get(first, "containerPort") != NULL ? "containerPort" : "port";
}

static bool is_directive(const json_t *object, const char *what)
{
    const char *directive = fp_json_string(object, "$patch");
    return directive != NULL && strcmp(directive, what) == 0;
}

static void merge(json_t *target, const json_t *patch, bool is_strategic);

static void append_item(json_t *list, const json_t *item);

/* Copy a value that has no counterpart in the document, without directives, which need one. */
static json_t *fresh(const json_t *value)
{
    if (json_is_object(value)) {
        json_t *object = json_object();
        merge(object, value, true);
        return object;
    }
    if (!json_is_array(value))
        return json_deep_copy(value);
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(value); i++)
        append_item(list, json_array_get(value, i));
    return list;
}

static void append_item(json_t *list, const json_t *item)
{
    if (!is_directive(item, "delete"))
        fp_json_append(list, fresh(item));
}

/* Recursion is bounded, because the patch was parsed within FP_JSON_MAX_DEPTH. */
static void merge_item(json_t *list, const json_t *item, const char *key)
{
    const json_t *wanted = json_object_get(item, key);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *here = json_array_get(list, i);
        if (wanted == NULL || !json_equal(json_object_get(here, key), wanted))
            continue;
        if (is_directive(item, "delete"))
            (void) json_array_remove(list, i);
        else
            merge(here, item, true);
        return;
    }
    append_item(list, item);
}

/* Whether an item is only the directive "replace", which applies to the whole list. */
static bool replaces_list(const json_t *items)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        if (json_object_size(item) == 1 && is_directive(item, "replace"))
            return true;
    }
    return false;
}

static void replace_list(json_t *list, const json_t *items)
{
    (void) json_array_clear(list);
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        if (json_object_get(item, "$patch") == NULL)
            append_item(list, item);
    }
}

static bool merge_list(json_t *target, const char *name, const json_t *items)
{
    json_t *list = json_object_get(target, name);
    const char *key = merge_key_for(name, items);
    bool replaces = replaces_list(items);
    if (!json_is_array(items) || (key == NULL && !replaces))
        return false;
    bool is_new = !json_is_array(list);
    if (is_new) {
        list = json_array();
        fp_json_set(target, name, list);
    }
    if (replaces)
        replace_list(list, items);
    for (size_t i = 0; i < json_array_size(items) && !replaces; i++) {
        if (is_new)
            append_item(list, json_array_get(items, i));
        else
            merge_item(list, json_array_get(items, i), key);
    }
    return true;
}

static void set_member(json_t *target, const char *key, const json_t *value, bool is_strategic)
{
    if (json_is_null(value) || (is_strategic && is_directive(value, "delete"))) {
        (void) json_object_del(target, key);
        return;
    }
    if (is_strategic && merge_list(target, key, value))
        return;
    if (!json_is_object(value)) {
        fp_json_set(target, key, is_strategic ? fresh(value) : json_deep_copy(value));
        return;
    }
    json_t *here = json_object_get(target, key);
    if (!json_is_object(here)) {
        here = json_object();
        fp_json_set(target, key, here);
    }
    merge(here, value, is_strategic);
}

static void merge(json_t *target, const json_t *patch, bool is_strategic)
{
    const char *key = NULL;
    json_t *value = NULL;
    if (is_strategic && is_directive(patch, "replace"))
        (void) json_object_clear(target);
    json_object_foreach(fp_iterable(patch), key, value)
    {
        if (!is_strategic || strcmp(key, "$patch") != 0)
            set_member(target, key, value, is_strategic);
    }
}

/* Whether items have directives, but their list has no key to find the matching items by. */
static bool seeks_in_vain(const char *name, const json_t *items)
{
    if (!json_is_array(items) || merge_key_for(name, items) != NULL || replaces_list(items))
        return false;
    for (size_t i = 0; i < json_array_size(items); i++) {
        if (json_object_get(json_array_get(items, i), "$patch") != NULL)
            return true;
    }
    return false;
}

static enum fp_code check_member(const struct fp_deploy_patch *patch, const char *key,
                                 const json_t *value, struct fp_error *err)
{
    static const char *const directives[] = {"delete", "replace", "merge", NULL};
    if (key[0] == '#')
        return fp_fail(err, FP_E_INPUT, "%s: a key begins with '#'", patch->name);
    if (!patch->is_merge && seeks_in_vain(key, value))
        return fp_hinted(
            fp_fail(err, FP_E_INPUT,
                    "%s: %s: this list is replaced as a whole, $patch finds nothing in it",
                    patch->name, key),
            err, "give the whole list, without $patch");
    if (patch->is_merge && strcmp(key, "$patch") == 0)
        return fp_hinted(
            fp_fail(err, FP_E_INPUT, "%s: $patch means nothing in a JSON merge patch", patch->name),
            err, "--patch %s; here null takes a member away", patch->name);
    if (patch->is_merge || key[0] != '$')
        return FP_OK;
    if (strcmp(key, "$patch") != 0)
        return fp_fail(err, FP_E_INPUT, "%s: the directive %s is not supported", patch->name, key);
    if (!json_is_string(value) || !fp_is_one_of(json_string_value(value), directives))
        return fp_fail(err, FP_E_INPUT, "%s: $patch: expected delete, replace or merge",
                       patch->name);
    return FP_OK;
}

/* Refuse keys that have no effect, or that later steps would take for comments. */
static enum fp_code check_keys(const struct fp_deploy_patch *patch, const json_t *value,
                               struct fp_error *err)
{
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach(fp_iterable(value), key, member)
    {
        FP_TRY(check_member(patch, key, member, err));
        FP_TRY(check_keys(patch, member, err));
    }
    for (size_t i = 0; i < json_array_size(value); i++)
        FP_TRY(check_keys(patch, json_array_get(value, i), err));
    return FP_OK;
}

static bool is_for(const json_t *patch, const json_t *document)
{
    const char *kind = fp_json_string(patch, "kind");
    const char *name = fp_json_string(json_object_get(patch, "metadata"), "name");
    const char *own_kind = fp_json_string(document, "kind");
    const char *own_name = fp_json_string(json_object_get(document, "metadata"), "name");
    if (kind == NULL || own_kind == NULL)
        return kind == NULL && own_kind == NULL;
    return strcmp(kind, own_kind) == 0 &&
           (name == NULL || (own_name != NULL && strcmp(name, own_name) == 0));
}

static bool is_same(const json_t *before, const json_t *after)
{
    return before == NULL ? after == NULL : after != NULL && json_equal(before, after);
}

/* Apply a patch, which must keep kind and name, since file names and other objects rely on them. */
static enum fp_code change(const struct fp_deploy_patch *patch, json_t *document,
                           struct fp_error *err)
{
    cleanup_json json_t *kind = json_incref(json_object_get(document, "kind"));
    cleanup_json json_t *name =
        json_incref(json_object_get(json_object_get(document, "metadata"), "name"));
    merge(document, patch->document, !patch->is_merge);
    const json_t *metadata = json_object_get(document, "metadata");
    if (is_same(kind, json_object_get(document, "kind")) &&
        is_same(name, json_object_get(metadata, "name")))
        return FP_OK;
    return fp_fail(err, FP_E_INPUT, "%s: takes away the kind or the name of an object",
                   patch->name);
}

bool fp_patch_yields(struct fp_deployment *d, const struct fp_deploy_patch *patch,
                     const json_t *documents)
{
    const char *kind = fp_json_string(patch->document, "kind");
    if (!json_is_object(patch->document) ||
        !fp_yields(d, patch->is_merge ? "merge-patch" : "patch"))
        return false;
    for (size_t i = 0; i < json_array_size(documents); i++) {
        if (is_for(patch->document, json_array_get(documents, i)))
            return false;
    }
    cleanup_free char *what = fp_xasprintf("patch %s%s%s", patch->name, kind != NULL ? " of " : "",
                                           kind != NULL ? kind : "");
    fp_leave_out(d, what);
    return true;
}

static enum fp_code fail_no_match(const struct fp_deploy_patch *patch, struct fp_error *err)
{
    static const char hint[] = "\"kind\" and \"metadata.name\" say what a patch is for";
    const char *kind = fp_json_string(patch->document, "kind");
    const char *name = fp_json_string(json_object_get(patch->document, "metadata"), "name");
    if (kind == NULL)
        return fp_hinted(
            fp_fail(err, FP_E_INPUT, "%s: has no kind, so what is to be changed?", patch->name),
            err, "%s", hint);
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: there is no %s%s%s to change", patch->name, kind,
                             name != NULL ? " " : "", name != NULL ? name : ""),
                     err, "%s", hint);
}

enum fp_code fp_patch_apply(const struct fp_deploy_patch *patch, json_t *documents,
                            struct fp_error *err)
{
    size_t count = 0;
    if (!json_is_object(patch->document))
        return fp_fail(err, FP_E_INPUT, "%s: expected a mapping", patch->name);
    FP_TRY(check_keys(patch, patch->document, err));
    bool deletes = !patch->is_merge && is_directive(patch->document, "delete");
    for (size_t i = json_array_size(documents); i > 0; i--) {
        json_t *document = json_array_get(documents, i - 1);
        if (!is_for(patch->document, document))
            continue;
        count++;
        if (deletes)
            (void) json_array_remove(documents, i - 1);
        else
            FP_TRY(change(patch, document, err));
    }
    return count > 0 ? FP_OK : fail_no_match(patch, err);
}
