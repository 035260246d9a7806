/* The contents of small files of a base, which facts hold in JSON. */
#include "internal.h"

#include <string.h>

json_t *fp_kept_value(const char *text, size_t len)
{
    json_t *plain = strlen(text) == len ? json_stringn(text, len) : NULL;
    if (plain != NULL)
        return plain;
    /* It is no text in UTF-8. */
    cleanup_free char *encoded = fp_base64_encode(text, len);
    return json_pack("[s]", encoded);
}

size_t fp_kept_size(const json_t *value)
{
    return json_string_length(json_is_array(value) ? json_array_get(value, 0) : value);
}

bool fp_kept_bytes(const json_t *value, struct fp_buf *ret)
{
    if (json_is_string(value)) {
        fp_buf_put(ret, json_string_value(value), json_string_length(value));
        return true;
    }
    const char *encoded = json_string_value(json_array_get(value, 0));
    size_t len = 0;
    cleanup_free unsigned char *bytes =
        encoded != NULL && json_array_size(value) == 1 ? fp_base64_decode(encoded, &len) : NULL;
    fp_buf_put(ret, bytes, bytes != NULL ? len : 0);
    return bytes != NULL;
}

char *fp_kept_text(const json_t *value)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(SIZE_MAX);
    if (!fp_kept_bytes(value, &text) || strlen(fp_buf_text(&text)) != text.len)
        return NULL;
    return fp_xstrdup(fp_buf_text(&text));
}

bool fp_base_text(const struct fp_base_facts *facts, const char *path, struct fp_buf *ret)
{
    const json_t *value = json_object_get(facts->texts, path);
    const struct fp_entry *entry = value != NULL ? fp_tree_get(facts->tree, path) : NULL;
    return entry != NULL && entry->kind == FP_ENTRY_FILE && fp_kept_bytes(value, ret);
}

char *fp_facts_text(const struct fp_base_facts *facts, const char *path)
{
    const struct fp_entry *entry = fp_tree_resolve(facts->tree, path);
    if (entry == NULL || entry->kind != FP_ENTRY_FILE)
        return NULL;
    return fp_kept_text(json_object_get(facts->texts, entry->path));
}
