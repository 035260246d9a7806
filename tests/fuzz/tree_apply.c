/*
 * Applies two layers, given as lines of text, to a tree: "d PATH", "f PATH", "l PATH TARGET",
 * "h PATH TARGET", "w PATH" (whiteout), "o PATH" (opaque), "r PATH" (resolve); "-" begins the
 * second layer. Names reach the tree without a tar in between, so that the fuzzer gets far.
 */
#include <stdint.h>
#include <string.h>

#include "../../builder/layer/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The real path of a new entry; NULL if it cannot be created. */
static char *where_it_lands(const struct fp_tree *tree, const char *path)
{
    size_t len = fp_path_parent_len(path);
    cleanup_free char *parent = fp_xstrndup(path, len);
    cleanup_free char *real = NULL;
    if (len == 0)
        return fp_xstrdup(path);
    if (fp_tree_real_dir(tree, parent, &real, NULL) != FP_OK)
        return NULL;
    return real[0] != '\0' ? fp_path_join(real, path + len + 1) : fp_xstrdup(path + len + 1);
}

static void put(struct fp_tree *tree, char kind, const char *path, const char *link)
{
    struct fp_error err = {0};
    struct fp_entry entry = {.path = path, .mode = 0644, .link = link};
    entry.kind = kind == 'd'   ? FP_ENTRY_DIR
                 : kind == 'l' ? FP_ENTRY_SYMLINK
                 : kind == 'h' ? FP_ENTRY_HARDLINK
                               : FP_ENTRY_FILE;
    cleanup_free char *landing = where_it_lands(tree, path);
    enum fp_code code = fp_tree_put(tree, &entry, &err);
    if (code != FP_OK && (code != FP_E_INPUT || err.text[0] == '\0'))
        abort();
    const struct fp_entry *root = fp_tree_get(tree, "");
    if (root == NULL || root->kind != FP_ENTRY_DIR)
        abort();
    if (code != FP_OK)
        return;
    /* The new entry exists, and its parent is a directory. */
    const struct fp_entry *there = landing != NULL ? fp_tree_get(tree, landing) : NULL;
    if (there == NULL || there->kind != entry.kind)
        abort();
    cleanup_free char *parent = fp_xstrndup(landing, fp_path_parent_len(landing));
    const struct fp_entry *above = fp_tree_get(tree, parent);
    if (above == NULL || above->kind != FP_ENTRY_DIR)
        abort();
}

static void run_line(struct fp_tree *tree, char *line)
{
    size_t len = strlen(line);
    char *path = len > 2 ? line + 2 : line + len;
    char *link = strchr(path, ' ');
    if (link != NULL)
        *link++ = '\0';
    if (line[0] == '-')
        fp_tree_next_layer(tree);
    else if (line[0] == 'r')
        (void) fp_tree_resolve(tree, path);
    else if (line[0] == 'w' || line[0] == 'o')
        fp_tree_hide(tree, path, line[0] == 'o');
    else if (line[0] == 'x')
        fp_tree_remove(tree, path);
    else if (fp_path_fault(path, true) == NULL) /* the scan refuses other paths */
        put(tree, line[0], path, link != NULL ? link : "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    cleanup_strv struct fp_strv lines = {0};
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    if (strlen(text) > 20000)
        return 0;
    fp_strv_split(&lines, text, '\n');
    for (size_t i = 0; i < lines.len; i++)
        run_line(tree, lines.items[i]);
    if (fp_tree_count(tree) > 20000)
        abort();
    return 0;
}
