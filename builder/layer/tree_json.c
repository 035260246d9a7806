/* Writes a tree as a text of one line for each entry, and reads such a text. */
#include "internal.h"

#include <string.h>

/* The letters of enum fp_entry_kind. */
static const char kinds[] = "fdlhx";

/* Whether a byte of a name is written as it is. */
static bool is_plain(unsigned char c)
{
    return c > ' ' && c < 0x7f && c != '%' && c != '=';
}

static void put_name(struct fp_buf *out, const char *name)
{
    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char) *name;
        if (is_plain(c))
            fp_buf_put(out, name, 1);
        else
            fp_buf_putf(out, "%%%02X", c);
    }
}

static void put_xattrs(struct fp_buf *out, const json_t *xattrs)
{
    cleanup_strv struct fp_strv names = {0};
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) xattrs, name, value)
    {
        fp_strv_add(&names, name);
    }
    fp_strv_sort(&names);
    for (size_t i = 0; i < names.len; i++) {
        fp_buf_puts(out, " ");
        put_name(out, names.items[i]);
        fp_buf_putf(out, "=%s", fp_json_string(xattrs, names.items[i]));
    }
}

static enum fp_code put_line(void *context, struct fp_node *node, struct fp_error *err)
{
    struct fp_buf *out = context;
    const struct fp_entry *entry = &node->entry;
    (void) err;
    fp_buf_putf(out, "%s%c%o %ju %ju %jd /", out->len > 0 ? "\n" : "", kinds[entry->kind],
                entry->mode, (uintmax_t) entry->uid, (uintmax_t) entry->gid,
                (intmax_t) entry->mtime_s);
    put_name(out, entry->path);
    if (entry->kind == FP_ENTRY_FILE)
        fp_buf_putf(out, " %ju", (uintmax_t) entry->size);
    if (entry->kind == FP_ENTRY_SYMLINK || entry->kind == FP_ENTRY_HARDLINK) {
        fp_buf_puts(out, " =");
        put_name(out, entry->link != NULL ? entry->link : "");
    }
    put_xattrs(out, entry->xattrs);
    return FP_OK;
}

json_t *fp_tree_json(const struct fp_tree *tree)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_TREE_TEXT_MAX_BYTES);
    struct fp_error ignored; /* put_line() does not fail */
    if (fp_map_each(&tree->map, put_line, &text, &ignored) != FP_OK ||
        fp_buf_check(&text, &ignored) != FP_OK)
        return NULL;
    return json_stringn(fp_buf_text(&text), text.len);
}

/* Takes the next word off a line, or returns NULL at its end. */
static char *next_word(char **line)
{
    char *word = *line;
    if (word == NULL)
        return NULL;
    char *end = strchr(word, ' ');
    *line = end != NULL ? end + 1 : NULL;
    if (end != NULL)
        *end = '\0';
    return word;
}

/* Reads digits of `base` (at most 10) without leading zeros. */
static bool read_number(const char *word, unsigned base, uint64_t max, uint64_t *ret)
{
    uint64_t value = 0;
    const char *at = word != NULL ? word : "";
    if (*at == '\0' || (at[0] == '0' && at[1] != '\0'))
        return false;
    for (; *at != '\0'; at++) {
        unsigned digit = (unsigned) (unsigned char) *at - '0';
        if (digit >= base || value > (max - digit) / base)
            return false;
        value = value * base + digit;
    }
    *ret = value;
    return value <= max;
}

static bool read_time(const char *word, int64_t *ret)
{
    uint64_t value = 0;
    bool is_negative = word != NULL && word[0] == '-';
    if (!read_number(is_negative ? word + 1 : word, 10, (uint64_t) INT64_MAX + is_negative, &value))
        return false;
    *ret = is_negative ? -(int64_t) (value - 1) - 1 : (int64_t) value;
    return value > 0 || !is_negative;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int) (at - digits) : -1;
}

/* Undoes put_name() in place. */
static bool read_name(char *word)
{
    char *to = word;
    for (const char *at = word; *at != '\0'; at++) {
        if (*at != '%') {
            *to++ = *at;
            continue;
        }
        int high = hex_digit(at[1]);
        int low = high >= 0 ? hex_digit(at[2]) : -1;
        unsigned char c = low >= 0 ? (unsigned char) (high * 16 + low) : '\0';
        if (c == '\0' || is_plain(c))
            return false;
        *to++ = (char) c;
        at += 2;
    }
    *to = '\0';
    return true;
}

/* An entry of a line; its strings are in the line. */
struct tree_line {
    struct fp_entry entry;
    json_t *xattrs;
};

static void tree_line_clear(struct tree_line *line)
{
    json_decref(line->xattrs);
}

static bool read_xattr(char *word, struct tree_line *ret)
{
    char *value = strchr(word, '=');
    size_t len = 0;
    if (value == NULL)
        return false;
    *value++ = '\0';
    cleanup_free unsigned char *bytes = fp_base64_decode(value, &len);
    if (bytes == NULL || len > FP_XATTR_MAX_BYTES || !read_name(word) || word[0] == '\0' ||
        strlen(word) > FP_XATTR_MAX_NAME || json_object_get(ret->xattrs, word) != NULL)
        return false;
    if (ret->xattrs == NULL)
        ret->xattrs = json_object();
    ret->entry.xattrs = ret->xattrs;
    return json_object_size(ret->xattrs) < FP_XATTR_MAX_COUNT &&
           fp_json_set(ret->xattrs, word, json_string(value));
}

/* Reads the size of a file, or the target of a link. */
static bool read_kind(char *word, struct fp_entry *ret)
{
    if (ret->kind == FP_ENTRY_FILE)
        return read_number(word, 10, INT64_MAX, &ret->size);
    if (word == NULL || word[0] != '=' || !read_name(word + 1) ||
        strlen(word + 1) > FP_SCAN_MAX_PATH)
        return false;
    ret->link = word + 1;
    return ret->kind == FP_ENTRY_SYMLINK || fp_path_fault(ret->link, true) == NULL;
}

static bool read_line(char *text, struct tree_line *ret)
{
    uint64_t mode = 0;
    char *first = next_word(&text);
    const char *kind = first[0] != '\0' ? strchr(kinds, first[0]) : NULL;
    if (kind == NULL || !read_number(first + 1, 8, 07777, &mode) ||
        !read_number(next_word(&text), 10, FP_LAYER_MAX_ID, &ret->entry.uid) ||
        !read_number(next_word(&text), 10, FP_LAYER_MAX_ID, &ret->entry.gid) ||
        !read_time(next_word(&text), &ret->entry.mtime_s))
        return false;
    ret->entry.kind = (enum fp_entry_kind)(kind - kinds);
    ret->entry.mode = (unsigned) mode;
    char *path = next_word(&text);
    if (path == NULL || path[0] != '/' || !read_name(path))
        return false;
    ret->entry.path = path + 1;
    bool has_more = ret->entry.kind != FP_ENTRY_DIR && ret->entry.kind != FP_ENTRY_DEVICE;
    if (has_more && !read_kind(next_word(&text), &ret->entry))
        return false;
    for (char *word = next_word(&text); word != NULL; word = next_word(&text)) {
        if (!read_xattr(word, ret))
            return false;
    }
    return true;
}

/* Puts an entry behind the one before it. A directory is before all that is in it, with nothing
 * else between, so that the parent is the last entry or one of the directories above that. */
static bool put_after(struct fp_tree *tree, const struct fp_entry *last,
                      const struct fp_entry *entry, const struct fp_entry **ret)
{
    if (last == NULL) {
        *ret = &fp_map_set(&tree->map, "", entry)->entry;
        return entry->path[0] == '\0' && entry->kind == FP_ENTRY_DIR;
    }
    size_t len = fp_path_parent_len(entry->path);
    bool is_below = strncmp(last->path, entry->path, len) == 0;
    bool is_child = is_below && last->path[len] == '\0' && last->kind == FP_ENTRY_DIR;
    bool is_sibling = is_below && (len == 0 || last->path[len] == '/');
    if (fp_path_fault(entry->path, true) != NULL || !(is_child || is_sibling) ||
        fp_path_compare(last->path, entry->path) >= 0 || tree->map.bytes > FP_TREE_MAX_BYTES)
        return false;
    struct fp_node *node = fp_map_append(&tree->map, entry);
    node->generation = tree->generation;
    *ret = &node->entry;
    return true;
}

enum fp_code fp_tree_parse(const json_t *value, const char *name, struct fp_tree **ret,
                           struct fp_error *err)
{
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    const struct fp_entry *last = NULL;
    const char *text = json_string_value(value);
    size_t number = 1;
    while (text != NULL) {
        __attribute__((cleanup(tree_line_clear))) struct tree_line line = {0};
        const char *end = strchrnul(text, '\n');
        cleanup_free char *copy = fp_xstrndup(text, (size_t) (end - text));
        if (!read_line(copy, &line) || !put_after(tree, last, &line.entry, &last))
            return fp_fail(err, FP_E_INPUT, "%s: the list of files is damaged in line %zu", name,
                           number);
        text = *end != '\0' ? end + 1 : NULL;
        number++;
    }
    if (last == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: there is no list of files", name);
    *ret = steal_pointer(&tree);
    return FP_OK;
}
