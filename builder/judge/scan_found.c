/* A list of references that a jar does not satisfy itself. */
#include "scan_found.h"

#include <string.h>

/* The most bytes that are compared with what was found. */
#define WORK_MAX ((size_t) 256 << 20)

void fp_scan_found_begin(struct fp_scan_found *found, const char *name, size_t len)
{
    found->key.len = 0;
    found->key.is_full = false;
    fp_buf_put(&found->key, name, len);
}

/* No name holds a ';' or a '[' (JVM specification, 4.2). */
void fp_scan_found_or(struct fp_scan_found *found, const char *name)
{
    fp_buf_puts(&found->key, ";");
    fp_buf_puts(&found->key, name);
}

void fp_scan_found_member(struct fp_scan_found *found, struct fp_class_text name,
                          struct fp_class_text descriptor)
{
    fp_buf_puts(&found->key, "[");
    fp_buf_put(&found->key, name.data, name.len);
    fp_buf_puts(&found->key, "[");
    fp_buf_put(&found->key, descriptor.data, descriptor.len);
}

void fp_scan_found_add(struct fp_scan_found *found, uint32_t caller)
{
    found->work += found->key.len;
    if (found->key.is_full || found->work > WORK_MAX ||
        memchr(fp_buf_text(&found->key), '\0', found->key.len) != NULL)
        return;
    if (found->callers == NULL)
        found->callers = fp_xcalloc(found->max, sizeof(*found->callers));
    uint32_t before = found->keys.count;
    if (before >= found->max)
        return;
    if (fp_names_add(&found->keys, fp_buf_text(&found->key), found->key.len) == before)
        found->callers[before] = caller;
}

/* Set "class", and "or" where it is one of several. */
static void set_classes(json_t *object, const char *key, size_t len)
{
    cleanup_free char *names = fp_xstrndup(key, len);
    cleanup_strv struct fp_strv list = {0};
    fp_strv_split(&list, names, ';');
    fp_json_set_text(object, "class", list.len > 0 ? list.items[0] : "");
    if (list.len < 2)
        return;
    json_t *others = json_array();
    for (size_t i = 1; i < list.len; i++)
        fp_json_append(others, fp_json_text(list.items[i]));
    (void) fp_json_set(object, "or", others);
}

static json_t *one_json(const struct fp_scan_found *found, const struct fp_class_scan *scan,
                        uint32_t number)
{
    const char *key = fp_names_text(&found->keys, number);
    const char *by = fp_names_text(&scan->names, found->callers[number]);
    bool is_reached = (scan->classes[found->callers[number]].flags & FP_SCAN_REACHED) != 0;
    json_t *object = json_object();
    size_t len = strcspn(key, "[");
    set_classes(object, key, len);
    if (key[len] == '[') {
        const char *member = key + len + 1;
        size_t member_len = strcspn(member, "[");
        cleanup_free char *name = fp_xstrndup(member, member_len);
        const char *descriptor = member + member_len + (member[member_len] == '[');
        fp_json_set_text(object, "member", name);
        fp_json_set_text(object, "descriptor", descriptor);
        if (descriptor[0] != '(')
            (void) fp_json_set(object, "field", json_true());
    }
    fp_json_set_text(object, "by", by);
    (void) fp_json_set(object, "reached", json_boolean(is_reached));
    (void) fp_json_set(object, "own", json_boolean(fp_scan_is_own(scan, by)));
    if (number < found->sure_count)
        (void) fp_json_set(object, "sure", json_true());
    return object;
}

json_t *fp_scan_found_json(const struct fp_scan_found *found, const struct fp_class_scan *scan)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < found->keys.count; i++)
        fp_json_append(list, one_json(found, scan, i));
    return list;
}

void fp_scan_found_clear(struct fp_scan_found *found)
{
    fp_names_clear(&found->keys);
    fp_buf_clear(&found->key);
    free(found->callers);
    found->callers = NULL;
}
