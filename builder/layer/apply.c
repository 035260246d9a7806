/* Applies the tar of a layer to a tree, including whiteouts. */
#include "internal.h"

#include <string.h>

#define WHITEOUT     ".wh."
#define WHITEOUT_LEN 4
/* The prefix of aufs metadata, of which only the opaque whiteout has a meaning. */
#define METADATA     ".wh..wh."
#define METADATA_LEN 8
#define OPAQUE       ".wh..wh..opq"

struct applying {
    struct fp_tree *tree;
    const char *name;
    fp_scan_visitor wanted;
    void *context;
};

static enum fp_code hide(const struct applying *self, const char *path, const char *base,
                         struct fp_error *err)
{
    cleanup_free char *parent = fp_xstrndup(path, fp_path_parent_len(path));
    cleanup_free char *real = NULL;
    /* If the parent is not a directory, there is nothing to hide. */
    if (fp_tree_real_dir(self->tree, parent, &real, NULL) != FP_OK)
        return FP_OK;
    if (strcmp(base, OPAQUE) == 0) {
        fp_tree_hide(self->tree, real, true);
        return FP_OK;
    }
    const char *target = base + WHITEOUT_LEN;
    if (fp_path_fault(target, true) != NULL)
        return fp_fail(err, FP_E_INPUT, "%s: entry \"%.200s\": a whiteout of nothing", self->name,
                       path);
    cleanup_free char *hidden = real[0] != '\0' ? fp_path_join(real, target) : fp_xstrdup(target);
    fp_tree_hide(self->tree, hidden, false);
    return FP_OK;
}

static bool is_metadata(const char *path, const char *base)
{
    if (strcmp(base, OPAQUE) == 0)
        return false;
    return strncmp(path, METADATA, METADATA_LEN) == 0 || strstr(path, "/" METADATA) != NULL;
}

static enum fp_code apply_entry(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                                const char *raw_path, enum fp_scan_action *ret_action,
                                struct fp_error *err)
{
    const struct applying *self = context;
    const char *base = fp_path_base(entry->path);
    if (is_metadata(entry->path, base))
        return FP_OK;
    if (strncmp(base, WHITEOUT, WHITEOUT_LEN) == 0)
        return hide(self, entry->path, base, err);
    FP_TRY(fp_context(fp_tree_put(self->tree, entry, err), err, "%s", self->name));
    if (self->wanted == NULL || entry->kind != FP_ENTRY_FILE)
        return FP_OK;
    return self->wanted(self->context, scan, entry, raw_path, ret_action, err);
}

enum fp_code fp_tree_apply_layer(struct fp_tree *tree, struct fp_source *source, const char *name,
                                 fp_scan_visitor wanted, void *context, struct fp_error *err)
{
    struct applying self = {.tree = tree, .name = name, .wanted = wanted, .context = context};
    fp_tree_next_layer(tree);
    return fp_scan_tar(source, name, true, apply_entry, &self, err);
}
