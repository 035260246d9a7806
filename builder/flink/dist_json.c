/* A distribution as JSON: its facts, its entries, and the small files that images get copies of. */
#include "dist_json.h"

#include <string.h>

#include "dist_list.h"

/* The forms of a file: [PATH, TEXT], [PATH, null, BASE64], or [PATH, SIZE] without content. */

/* Whether the image gets a link to a file of the distribution, so that its content is not needed.
 * Where there are hard links, it may get a copy under the name of one of them. */
static bool is_only_linked(const struct fp_dist_file *file, bool has_hard_links)
{
    return !has_hard_links && strncmp(file->path, "bin/", 4) == 0 &&
           fp_text_ends_with(file->path, ".jar");
}

/* Whether bytes are written as text: nothing in them is changed or takes many times its size. */
static bool is_text(const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char) data[i] < 0x20 && strchr("\t\n\r", data[i]) == NULL)
            return false;
    return len == 0 || memchr(data, '\0', len) == NULL;
}

static json_t *file_json(const struct fp_dist_file *file, bool is_left_out)
{
    json_t *path = json_string(file->path);
    json_t *text = NULL;
    if (path == NULL)
        return NULL;
    if (is_left_out || file->data == NULL)
        return json_pack("[o, I]", path, (json_int_t) file->len);
    if (is_text(file->data, file->len))
        text = json_stringn(file->data, file->len);
    if (text != NULL)
        return json_pack("[o, o]", path, text);
    cleanup_free char *base64 = fp_base64_encode(file->data, file->len);
    return json_pack("[o, n, s]", path, base64);
}

static bool has_hard_links(const struct fp_distribution *dist, const char *directory)
{
    cleanup_free char *parent = fp_path_join(dist->top, directory);
    cleanup_strv struct fp_strv names = {0};
    bool found = false;
    fp_tree_children(dist->tree, parent, &names);
    for (size_t i = 0; i < names.len && !found; i++) {
        cleanup_free char *path = fp_path_join(parent, names.items[i]);
        const struct fp_entry *entry = fp_tree_get(dist->tree, path);
        found = entry != NULL && entry->kind == FP_ENTRY_HARDLINK;
    }
    return found;
}

/* NULL: a name is not UTF-8, or the contents are too large. */
static json_t *files_json(const struct fp_distribution *dist)
{
    cleanup_json json_t *files = json_array();
    bool hard_links = has_hard_links(dist, "bin") || has_hard_links(dist, "conf");
    size_t bytes = 0;
    for (size_t i = 0; i < dist->file_count; i++) {
        const struct fp_dist_file *file = &dist->files[i];
        bool is_left_out = is_only_linked(file, hard_links);
        bytes += is_left_out ? 0 : file->len;
        if (bytes > FP_DIST_JSON_BYTES)
            return NULL;
        json_t *item = file_json(file, is_left_out);
        if (item == NULL)
            return NULL;
        fp_json_append(files, item);
    }
    return steal_pointer(&files);
}

/* The names of jars as they are; NULL: one is not UTF-8. */
static json_t *names_json(const struct fp_strv *names)
{
    cleanup_json json_t *array = json_array();
    for (size_t i = 0; i < names->len; i++) {
        json_t *name = json_string(names->items[i]);
        if (name == NULL)
            return NULL;
        fp_json_append(array, name);
    }
    return steal_pointer(&array);
}

static void set_layer(json_t *json, const struct fp_layer *layer)
{
    fp_json_set_text(json, "diffId", layer->diff_id.text);
    fp_json_set(json, "tarBytes", json_integer((json_int_t) layer->tar_bytes));
    if (layer->blob != NULL)
        fp_json_set(json, "blob", fp_descriptor_json(fp_blob_descriptor(layer->blob)));
}

json_t *fp_distribution_json(const struct fp_distribution *distribution)
{
    const struct fp_distribution *dist = distribution;
    if (dist->is_outline || fp_tree_count(dist->tree) > FP_DIST_MAX_ENTRIES)
        return NULL;
    cleanup_json json_t *tree = fp_tree_json(dist->tree);
    cleanup_json json_t *files = files_json(dist);
    cleanup_json json_t *lib = names_json(&dist->lib_jars);
    cleanup_json json_t *opt = names_json(&dist->opt_jars);
    if (tree == NULL || files == NULL || lib == NULL || opt == NULL)
        return NULL;
    json_t *json = fp_distribution_facts(dist);
    set_layer(json, &dist->layer);
    fp_json_set(json, "asIs", json_boolean(dist->as_is));
    fp_json_set_text(json, "repacked", dist->repack_reason);
    if (dist->sha256[0] != '\0')
        fp_json_set_text(json, "sha256", dist->sha256);
    fp_json_set(json, "tree", steal_pointer(&tree));
    fp_json_set(json, "files", steal_pointer(&files));
    fp_json_set(json, "lib", steal_pointer(&lib));
    fp_json_set(json, "opt", steal_pointer(&opt));
    return json;
}

static enum fp_code fail_damaged(const char *title, const char *member, struct fp_error *err)
{
    return fp_fail(err, FP_E_INPUT, "%s: not the record of a distribution: '%s'", title, member);
}

/* Names in lib/ or opt/, each of which is one part of a path. */
static enum fp_code parse_names(const json_t *json, const char *member, const char *title,
                                struct fp_strv *ret, struct fp_error *err)
{
    const json_t *names = json_object_get(json, member);
    if (!json_is_array(names) || json_array_size(names) > FP_DIST_MAX_ENTRIES)
        return fail_damaged(title, member, err);
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (name == NULL || name[0] == '\0' || strchr(name, '/') != NULL)
            return fail_damaged(title, member, err);
        fp_strv_add(ret, name);
    }
    return FP_OK;
}

/* Read the content of a file, and say whether it is right. Its path has been read. */
static bool parse_content(const json_t *item, struct fp_dist_file *file)
{
    const json_t *second = json_array_get(item, 1);
    const char *base64 = json_string_value(json_array_get(item, 2));
    if (json_is_integer(second)) {
        json_int_t size = json_integer_value(second);
        file->len = (size_t) size;
        return size >= 0 && (uint64_t) size <= FP_DIST_MAX_KEPT && is_only_linked(file, false);
    }
    if (json_is_string(second)) {
        file->len = json_string_length(second);
        file->data = fp_xstrndup(json_string_value(second), file->len);
        return true;
    }
    if (!json_is_null(second) || base64 == NULL)
        return false;
    file->data = (char *) fp_base64_decode(base64, &file->len);
    return file->data != NULL;
}

/* A file must be an entry of the tree, whose paths are clean. */
static bool parse_file(const json_t *item, const struct fp_distribution *dist,
                       struct fp_dist_file *file)
{
    const char *path = json_string_value(json_array_get(item, 0));
    if (path == NULL || (strncmp(path, "bin/", 4) != 0 && strncmp(path, "conf/", 5) != 0))
        return false;
    cleanup_free char *in_tree = fp_path_join(dist->top, path);
    file->path = fp_xstrdup(path);
    return fp_tree_get(dist->tree, in_tree) != NULL && parse_content(item, file);
}

static enum fp_code parse_files(const json_t *json, const char *title, struct fp_distribution *dist,
                                struct fp_error *err)
{
    const json_t *files = json_object_get(json, "files");
    size_t count = json_array_size(files);
    size_t bytes = 0;
    if (!json_is_array(files) || count > FP_DIST_MAX_KEPT_FILES)
        return fail_damaged(title, "files", err);
    dist->files = fp_xcalloc(count + 1, sizeof(*dist->files));
    for (size_t i = 0; i < count; i++) {
        struct fp_dist_file *file = &dist->files[dist->file_count++];
        if (!parse_file(json_array_get(files, i), dist, file))
            return fail_damaged(title, "files", err);
        bytes += file->data != NULL ? file->len : 0;
        if (bytes > FP_DIST_JSON_BYTES)
            return fail_damaged(title, "files", err);
    }
    return FP_OK;
}

static enum fp_code parse_layer(const json_t *json, const char *title, struct fp_distribution *dist,
                                struct fp_error *err)
{
    const char *diff_id = NULL;
    const char *sha256 = fp_json_string(json, "sha256");
    FP_TRY(fp_json_need_string(json, "diffId", title, &diff_id, err));
    FP_TRY(fp_digest_parse(diff_id, title, &dist->layer.diff_id, err));
    FP_TRY(fp_json_need_size(json, "tarBytes", title, &dist->layer.tar_bytes, err));
    dist->as_is = json_is_true(json_object_get(json, "asIs"));
    dist->repack_reason = fp_xstrdup(fp_json_string(json, "repacked"));
    if (sha256 == NULL)
        return FP_OK;
    if (strlen(sha256) != 64 || strspn(sha256, "0123456789abcdef") != 64)
        return fail_damaged(title, "sha256", err);
    memcpy(dist->sha256, sha256, 65);
    return FP_OK;
}

static enum fp_code parse_tree(const json_t *json, const char *title, struct fp_distribution *dist,
                               struct fp_error *err)
{
    FP_TRY(fp_tree_parse(json_object_get(json, "tree"), title, &dist->tree, err));
    const struct fp_entry *top = fp_tree_get(dist->tree, dist->top);
    cleanup_strv struct fp_strv names = {0};
    fp_tree_children(dist->tree, "", &names);
    return names.len == 1 && top != NULL && top->kind == FP_ENTRY_DIR &&
                   fp_tree_count(dist->tree) <= FP_DIST_MAX_ENTRIES
               ? FP_OK
               : fail_damaged(title, "tree", err);
}

enum fp_code fp_distribution_parse(const json_t *json, const char *title,
                                   struct fp_distribution *ret, struct fp_error *err)
{
    cleanup_distribution struct fp_distribution dist = {0};
    FP_TRY(fp_dist_parse_facts(json, title, &dist, err));
    FP_TRY(parse_layer(json, title, &dist, err));
    FP_TRY(parse_tree(json, title, &dist, err));
    FP_TRY(parse_files(json, title, &dist, err));
    FP_TRY(parse_names(json, "lib", title, &dist.lib_jars, err));
    FP_TRY(parse_names(json, "opt", title, &dist.opt_jars, err));
    *ret = steal_value(&dist);
    return FP_OK;
}
