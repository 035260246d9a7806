/* Declares the parent directories of the entries of a layer, and follows links of lower layers. */
#include "internal.h"

#include <string.h>

/* The state of moving entries to their real paths. */
struct moving {
    struct fp_layer_builder *builder;
    const struct fp_tree *below; /* may be NULL */
    struct fp_map moved;         /* becomes the builder's map */
    struct fp_map parents;       /* the missing parents */
};

/* Whether `path` is below a directory that only this layer has. Then no link of a lower layer is on
 * the path to it. */
static bool is_below_new(const struct moving *self, const char *path)
{
    cleanup_free char *at = fp_xstrdup(path);
    for (size_t len = fp_path_parent_len(at); len > 0; len = fp_path_parent_len(at)) {
        at[len] = '\0';
        const struct fp_node *there = fp_map_find(&self->moved, at);
        const struct fp_entry *below = fp_tree_get(self->below, at);
        if (there != NULL || below != NULL)
            return there != NULL && there->entry.kind == FP_ENTRY_DIR &&
                   (below == NULL || below->kind != FP_ENTRY_DIR);
    }
    return false;
}

/* Follow the links of `below` in `path`: in all parts of a directory's path, else in all parts but
 * the last one. The caller owns the result. */
static enum fp_code real_path(const struct moving *self, const char *path, bool is_dir, char **ret,
                              struct fp_error *err)
{
    size_t len = is_dir ? strlen(path) : fp_path_parent_len(path);
    cleanup_free char *dir = fp_xstrndup(path, len);
    cleanup_free char *real = NULL;
    if (self->below == NULL || len == 0 || is_below_new(self, path)) {
        *ret = fp_xstrdup(path);
        return FP_OK;
    }
    FP_TRY(fp_context(fp_tree_real_dir(self->below, dir, &real, err), err, "/%s", path));
    if (is_dir)
        *ret = steal_pointer(&real);
    else
        *ret = real[0] != '\0' ? fp_path_join(real, path + len + 1) : fp_xstrdup(path + len + 1);
    return FP_OK;
}

/* Whether a directory replaces an entry of another kind; then no link is followed. A dangling link
 * is followed, as it is for the entries below the directory. */
static bool replaces(const struct moving *self, const struct fp_entry *entry)
{
    const struct fp_entry *old =
        self->below != NULL ? fp_tree_resolve(self->below, entry->path) : NULL;
    return old != NULL && old->kind != FP_ENTRY_DIR;
}

static enum fp_code move_node(void *context, struct fp_node *node, struct fp_error *err)
{
    struct moving *self = context;
    struct fp_entry entry = node->entry;
    cleanup_free char *path = NULL;
    cleanup_free char *link = NULL;
    bool is_dir = entry.kind == FP_ENTRY_DIR && !replaces(self, &entry);
    FP_TRY(real_path(self, entry.path, is_dir, &path, err));
    if (entry.kind == FP_ENTRY_HARDLINK) {
        FP_TRY(real_path(self, entry.link, false, &link, err));
        entry.link = link;
    }
    /* The root is never declared, even if a link of the base leads to it. */
    if (path[0] == '\0')
        return FP_OK;
    const struct fp_node *there = fp_map_find(&self->moved, path);
    if (there != NULL && !(there->entry.kind == FP_ENTRY_DIR && entry.kind == FP_ENTRY_DIR))
        return fp_fail(err, FP_E_INPUT, "/%s: put into the same layer twice, through a link", path);
    if (there == NULL)
        fp_map_set(&self->moved, path, &entry)->payload = steal_pointer(&node->payload);
    return FP_OK;
}

static struct fp_entry parent_entry(const struct moving *self, const char *path)
{
    struct fp_entry parent = {
        .path = path, .kind = FP_ENTRY_DIR, .mode = 0755, .mtime_s = self->builder->mtime_s};
    const struct fp_entry *below = self->below != NULL ? fp_tree_get(self->below, path) : NULL;
    if (below == NULL || below->kind != FP_ENTRY_DIR)
        return parent;
    /* A time of its own would make another layer on each base. */
    struct fp_entry repeated = *below;
    repeated.mtime_s = parent.mtime_s;
    return repeated;
}

static enum fp_code declare(void *context, struct fp_node *node, struct fp_error *err)
{
    struct moving *self = context;
    cleanup_free char *parent = fp_xstrdup(node->entry.path);
    for (size_t len = fp_path_parent_len(parent); len > 0; len = fp_path_parent_len(parent)) {
        parent[len] = '\0';
        const struct fp_node *there = fp_map_find(&self->builder->entries, parent);
        if (there != NULL && there->entry.kind != FP_ENTRY_DIR)
            return fp_fail(err, FP_E_INPUT, "/%s: its parent /%s is no directory in this layer",
                           node->entry.path, parent);
        /* An added parent is visited itself, and a declared one has its own parents already. */
        if (there != NULL || fp_map_find(&self->parents, parent) != NULL)
            return FP_OK;
        struct fp_entry entry = parent_entry(self, parent);
        fp_map_set(&self->parents, parent, &entry);
    }
    return FP_OK;
}

static enum fp_code take_parent(void *context, struct fp_node *node, struct fp_error *err)
{
    struct moving *self = context;
    (void) err;
    fp_map_set(&self->builder->entries, node->entry.path, &node->entry);
    return FP_OK;
}

static void moving_clear(struct moving *self)
{
    fp_map_clear(&self->parents);
}

enum fp_code fp_layer_builder_finish(struct fp_layer_builder *builder, const struct fp_tree *below,
                                     struct fp_error *err)
{
    FP_TRY(fp_layer_builder_check(builder, err));
    __attribute__((cleanup(moving_clear))) struct moving self = {.builder = builder,
                                                                 .below = below};
    fp_map_init(&self.moved, builder->entries.drop);
    fp_map_init(&self.parents, NULL);
    enum fp_code moved = fp_map_each(&builder->entries, move_node, &self, err);
    fp_map_clear(&builder->entries);
    builder->entries = self.moved;
    FP_TRY(moved);
    FP_TRY(fp_map_each(&builder->entries, declare, &self, err));
    return fp_map_each(&self.parents, take_parent, &self, err);
}
