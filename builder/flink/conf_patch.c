/* Setting keys in the text of Flink's configuration without changing its other lines. */
#include "flinkpack/flink/setup.h"

#include "conf_lines.h"

/* The largest configuration, both of the distribution and after patching. */
#define MAX_CONF_BYTES ((size_t) 1 << 20)

/* The addresses that Flink binds or registers; from 1.15 on the shipped file sets localhost. */
static const char *const BIND_KEYS[] = {"jobmanager.bind-host", "taskmanager.bind-host",
                                        "rest.address", "rest.bind-address"};

static bool value_is(const struct fp_conf_line *line, const char *text)
{
    const char *value = line->text + line->value_start;
    size_t len = line->value_len;
    if (len >= 2 && (value[0] == '"' || value[0] == '\'') && value[len - 1] == value[0]) {
        value++;
        len -= 2;
    }
    return len == strlen(text) && memcmp(value, text, len) == 0;
}

static bool is_leaf(const struct fp_conf_line *line, const char *path)
{
    return line->path != NULL && !line->is_inner && strcmp(line->path, path) == 0;
}

/* Comment out a key, and each parent without other children, whose null value would stop Flink. */
static void comment_out(struct fp_conf_lines *lines, size_t index)
{
    for (size_t i = index; i != FP_NO_LINE;) {
        struct fp_conf_line *line = &lines->items[i];
        line->is_commented = true;
        i = line->parent;
        if (i != FP_NO_LINE && --lines->items[i].children > 0)
            return;
    }
}

/* Like the official image, bind to all interfaces, and let the TaskManager find its own address. */
static void unbind_localhost(struct fp_conf_lines *lines)
{
    for (size_t i = 0; i < lines->len; i++) {
        struct fp_conf_line *line = &lines->items[i];
        if (line->path == NULL || !value_is(line, "localhost"))
            continue;
        for (size_t k = 0; k < sizeof(BIND_KEYS) / sizeof(BIND_KEYS[0]); k++)
            if (strcmp(line->path, BIND_KEYS[k]) == 0 && line->new_value == NULL)
                line->new_value = fp_xstrdup("0.0.0.0");
        if (strcmp(line->path, "taskmanager.host") == 0 && line->new_value == NULL)
            comment_out(lines, i);
    }
}

/* Set the value at each occurrence of the key. Returns the number of occurrences. */
static size_t set_everywhere(struct fp_conf_lines *lines, const char *key, const char *value)
{
    size_t count = 0;
    for (size_t i = 0; i < lines->len; i++) {
        struct fp_conf_line *line = &lines->items[i];
        if (!is_leaf(line, key))
            continue;
        free(line->new_value);
        line->new_value = fp_xstrdup(value);
        count++;
    }
    return count;
}

static bool is_overridden(const struct fp_conf_entry *entries, size_t count, size_t index)
{
    for (size_t i = index + 1; i < count; i++)
        if (strcmp(entries[i].key, entries[index].key) == 0)
            return true;
    return false;
}

static bool is_said(const struct fp_conf_lines *lines, const char *key)
{
    for (size_t i = 0; i < lines->len; i++) {
        if (is_leaf(&lines->items[i], key))
            return true;
    }
    return false;
}

static enum fp_code set_entry(struct fp_conf_lines *lines, bool yaml,
                              const struct fp_conf_entry *entry, struct fp_buf *added,
                              struct fp_error *err)
{
    cleanup_free char *value = NULL;
    if (entry->is_default && is_said(lines, entry->key))
        return FP_OK;
    FP_TRY(fp_conf_value(entry, yaml, &value, err));
    if (set_everywhere(lines, entry->key, value) == 0)
        fp_buf_putf(added, "%s: %s\n", entry->key, value);
    return FP_OK;
}

static void render_new_value(const struct fp_conf_line *line, struct fp_buf *out)
{
    size_t start = line->value_start;
    size_t tail = line->value_start + line->value_len;
    /* Spaces and comments around an empty value would be read differently the next time. */
    bool is_empty = *line->new_value == '\0';
    while (is_empty && start > 0 && line->text[start - 1] == ' ')
        start--;
    bool space = start > 0 && line->text[start - 1] == ' ';
    fp_buf_putf(out, "%.*s%s%s", (int) start, line->text, space ? "" : " ", line->new_value);
    if (tail < line->len && line->value_len > 0 && !is_empty)
        fp_buf_put(out, line->text + tail, line->len - tail);
}

static void render_line(const struct fp_conf_lines *lines, size_t index, struct fp_buf *out)
{
    const struct fp_conf_line *line = &lines->items[index];
    const struct fp_conf_line *owner =
        line->owner != FP_NO_LINE ? &lines->items[line->owner] : line;
    if (line != owner && owner->new_value != NULL)
        return;
    if (line->new_value != NULL)
        render_new_value(line, out);
    else if (owner->is_commented)
        fp_buf_putf(out, "%.*s# %.*s", (int) line->indent, line->text,
                    (int) (line->len - line->indent), line->text + line->indent);
    else
        fp_buf_put(out, line->text, line->len);
    fp_buf_puts(out, "\n");
}

/* The value of a key, flat or nested, or NULL. Borrowed. */
static json_t *flat_value(json_t *object, const char *key)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_t *found = json_object_get(object, key);
    if (found != NULL)
        return found;
    json_object_foreach(object, name, value)
    {
        size_t len = strlen(name);
        found = NULL;
        if (json_is_object(value) && strncmp(name, key, len) == 0 && key[len] == '.')
            found = flat_value(value, key + len + 1);
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* Check the result of the line-wise change with a real YAML reader. */
static enum fp_code verify_yaml(const struct fp_buf *out, const struct fp_conf_entry *entries,
                                size_t count, struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    FP_TRY(fp_yaml_parse(fp_buf_text(out), out->len, "config.yaml", &document, err));
    for (size_t i = 0; i < count; i++)
        if (flat_value(document, entries[i].key) == NULL)
            return fp_fail(err, FP_E_INPUT, "config.yaml: '%s' cannot be set in a file like this",
                           entries[i].key);
    return FP_OK;
}

static enum fp_code patch_lines(const struct fp_flink_version *version, bool yaml, const char *text,
                                const struct fp_conf_entry *entries, size_t entry_count, char **ret,
                                struct fp_error *err)
{
    cleanup_conf_lines struct fp_conf_lines lines = {0};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(MAX_CONF_BYTES);
    cleanup_buf struct fp_buf added = FP_BUF_INIT(MAX_CONF_BYTES);
    FP_TRY(yaml ? fp_conf_lines_yaml(text, "config.yaml", &lines, err)
                : fp_conf_lines_flat(text, "flink-conf.yaml", &lines, err));
    for (size_t i = 0; i < entry_count; i++)
        if (!is_overridden(entries, entry_count, i))
            FP_TRY(set_entry(&lines, yaml, &entries[i], &added, err));
    FP_TRY(fp_buf_check(&added, err));
    if (fp_flink_traits(version)->binds_localhost)
        unbind_localhost(&lines);
    for (size_t i = 0; i < lines.len; i++)
        render_line(&lines, i, &out);
    fp_buf_puts(&out, fp_buf_text(&added));
    FP_TRY(fp_buf_check(&out, err));
    if (yaml)
        FP_TRY(verify_yaml(&out, entries, entry_count, err));
    *ret = fp_buf_take(&out);
    return FP_OK;
}

/* Convert nested keys to flat ones, like Flink: "a.b.c: value". */
static void flatten(const json_t *object, const char *prefix, json_t *flat)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) object, name, value)
    {
        cleanup_free char *key = fp_xasprintf("%s%s%s", prefix, *prefix != '\0' ? "." : "", name);
        if (json_is_object(value))
            flatten(value, key, flat);
        else if (!json_is_null(value))
            (void) json_object_set(flat, key, value);
    }
}

static void write_flat(const json_t *flat, struct fp_buf *out)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) flat, key, value)
    {
        cleanup_json json_t *name = fp_json_text(key);
        cleanup_free char *key_text = json_dumps(name, JSON_ENCODE_ANY);
        cleanup_free char *value_text = json_dumps(value, JSON_ENCODE_ANY);
        fp_buf_putf(out, "%s: %s\n", key_text, value_text);
    }
}

/* Rewrite a YAML file with one key per line. The values are written as JSON, because JSON is valid
 * YAML. */
static enum fp_code respell(const char *text, char **ret, struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    cleanup_json json_t *flat = json_object();
    cleanup_buf struct fp_buf out = FP_BUF_INIT(MAX_CONF_BYTES);
    FP_TRY(fp_yaml_parse(text, strlen(text), "config.yaml", &document, err));
    if (!json_is_object(document))
        return fp_fail(err, FP_E_INPUT, "config.yaml: no map of keys to values");
    flatten(document, "", flat);
    write_flat(flat, &out);
    FP_TRY(fp_buf_check(&out, err));
    *ret = fp_buf_take(&out);
    return FP_OK;
}

enum fp_code fp_conf_patch(const struct fp_flink_version *version, bool yaml, const char *text,
                           const struct fp_conf_entry *entries, size_t entry_count, char **ret,
                           struct fp_error *err)
{
    cleanup_free char *plain = NULL;
    struct fp_error first = {0};
    if (strlen(text) > MAX_CONF_BYTES)
        return fp_fail(err, FP_E_INPUT, "the configuration is longer than 1 MiB");
    enum fp_code code = patch_lines(version, yaml, text, entries, entry_count, ret, &first);
    if (code == FP_E_INPUT && yaml && respell(text, &plain, NULL) == FP_OK)
        return patch_lines(version, yaml, plain, entries, entry_count, ret, err);
    return code == FP_OK ? FP_OK : fp_fail_as(err, &first);
}
