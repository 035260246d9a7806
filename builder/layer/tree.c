/* The file system that layers result in: links are followed, and whiteouts hide entries. */
#include "internal.h"

#include <string.h>

/* Like Linux's MAXSYMLINKS. */
#define MAX_LINKS 40
/* The longest path while links are followed: the rest of the path and the links' targets. */
#define MAX_EXPANDED ((size_t) 4 * FP_LAYER_MAX_PATH)

static const struct fp_entry default_dir = {.path = "", .kind = FP_ENTRY_DIR, .mode = 0755};

struct fp_tree *fp_tree_new(void)
{
    struct fp_tree *tree = fp_xcalloc(1, sizeof(*tree));
    fp_map_init(&tree->map, NULL);
    tree->generation = 1;
    fp_map_set(&tree->map, "", &default_dir)->generation = tree->generation;
    return tree;
}

void fp_tree_free(struct fp_tree *tree)
{
    if (tree == NULL)
        return;
    fp_map_clear(&tree->map);
    free(tree);
}

size_t fp_tree_count(const struct fp_tree *tree)
{
    return tree->map.count - 1;
}

const struct fp_entry *fp_tree_get(const struct fp_tree *tree, const char *path)
{
    const struct fp_node *node = fp_map_find(&tree->map, path);
    return node != NULL ? &node->entry : NULL;
}

/* A walk from the root along a path. */
struct tree_walk {
    const struct fp_tree *tree;
    struct fp_buf real; /* the real path so far */
    struct fp_buf rest; /* the rest of the path */
    unsigned links;
    const struct fp_entry *found; /* the entry at `real`, or NULL */
    struct fp_tree *way;          /* gets a copy of all entries on the way; NULL: none */
};

static void walk_clear(struct tree_walk *walk)
{
    fp_buf_clear(&walk->real);
    fp_buf_clear(&walk->rest);
}

#define cleanup_walk __attribute__((cleanup(walk_clear)))

/* Stop at the real path so far. */
static void look(struct tree_walk *walk)
{
    walk->found = fp_tree_get(walk->tree, fp_buf_text(&walk->real));
    if (walk->way != NULL && walk->found != NULL)
        fp_tree_copy(walk->tree, walk->found->path, walk->way);
}

static void cut_real(struct tree_walk *walk)
{
    walk->real.len = fp_path_parent_len(fp_buf_text(&walk->real));
    if (walk->real.data != NULL)
        walk->real.data[walk->real.len] = '\0';
}

/* Replace the name of the link that was found by its target. */
static enum fp_code follow(struct tree_walk *walk, struct fp_error *err)
{
    const char *target = walk->found->link != NULL ? walk->found->link : "";
    cleanup_buf struct fp_buf next = FP_BUF_INIT(MAX_EXPANDED);
    if (++walk->links > MAX_LINKS)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d links", walk->found->path, MAX_LINKS);
    fp_buf_putf(&next, "%s/%s", target, fp_buf_text(&walk->rest));
    FP_TRY(fp_context(fp_buf_check(&next, err), err, "%s", walk->found->path));
    if (target[0] == '/')
        fp_buf_clear(&walk->real);
    else
        cut_real(walk);
    look(walk);
    fp_buf_clear(&walk->rest);
    walk->rest = next;
    next = (struct fp_buf){0};
    return FP_OK;
}

/* Take the next name off the rest; NULL at the end. The caller owns it. */
static char *next_name(struct tree_walk *walk)
{
    const char *rest = fp_buf_text(&walk->rest);
    const char *name = rest + strspn(rest, "/");
    size_t len = strcspn(name, "/");
    if (len == 0)
        return NULL;
    char *copy = fp_xstrndup(name, len);
    size_t used = (size_t) (name - rest) + len;
    walk->rest.len -= used;
    memmove(walk->rest.data, walk->rest.data + used, walk->rest.len + 1);
    return copy;
}

/* Enter `name`, which is not "..". The current entry must be a directory or missing. */
static enum fp_code enter(struct tree_walk *walk, const char *name, struct fp_error *err)
{
    if (walk->found != NULL && walk->found->kind != FP_ENTRY_DIR)
        return fp_fail(err, FP_E_INPUT, "%s: not a directory", walk->found->path);
    fp_buf_putf(&walk->real, "%s%s", walk->real.len > 0 ? "/" : "", name);
    FP_TRY(fp_buf_check(&walk->real, err));
    look(walk);
    return FP_OK;
}

static enum fp_code step(struct tree_walk *walk, const char *name, struct fp_error *err)
{
    if (strcmp(name, ".") == 0)
        return FP_OK;
    if (strcmp(name, "..") == 0) {
        cut_real(walk);
        look(walk);
        return FP_OK;
    }
    FP_TRY(enter(walk, name, err));
    bool is_link = walk->found != NULL && walk->found->kind == FP_ENTRY_SYMLINK;
    return is_link ? follow(walk, err) : FP_OK;
}

static enum fp_code walk_to(struct tree_walk *walk, const char *path, struct fp_error *err)
{
    look(walk);
    fp_buf_puts(&walk->rest, path);
    FP_TRY(fp_buf_check(&walk->rest, err));
    for (;;) {
        cleanup_free char *name = next_name(walk);
        if (name == NULL)
            return FP_OK;
        FP_TRY(step(walk, name, err));
    }
}

#define WALK_INIT(of_tree)                                                                         \
    {                                                                                              \
        .tree = (of_tree), .real = FP_BUF_INIT(FP_LAYER_MAX_PATH),                                 \
        .rest = FP_BUF_INIT(MAX_EXPANDED),                                                         \
    }

/* Whether a clean path has no link in it. Entries are only put at real paths. Therefore, if the
 * nearest existing ancestor is a directory, no part between it and the path can be a link. */
static bool is_real(const struct fp_tree *tree, const char *path)
{
    cleanup_free char *at = fp_xstrdup(path);
    const struct fp_entry *there = fp_tree_get(tree, at);
    while (there == NULL && at[0] != '\0') {
        at[fp_path_parent_len(at)] = '\0';
        there = fp_tree_get(tree, at);
    }
    return there != NULL && there->kind == FP_ENTRY_DIR;
}

enum fp_code fp_tree_real_dir(const struct fp_tree *tree, const char *path, char **ret,
                              struct fp_error *err)
{
    /* This is the usual case, and walking a deep path is slow. */
    if (is_real(tree, path)) {
        *ret = fp_xstrdup(path);
        return FP_OK;
    }
    cleanup_walk struct tree_walk walk = WALK_INIT(tree);
    FP_TRY(walk_to(&walk, path, err));
    if (walk.found != NULL && walk.found->kind != FP_ENTRY_DIR)
        return fp_fail(err, FP_E_INPUT, "%s: not a directory", walk.found->path);
    *ret = fp_buf_take(&walk.real);
    return FP_OK;
}

/* The path where an entry is put: the real path of its parent and its own name. */
static enum fp_code landing(const struct fp_tree *tree, const char *path, char **ret,
                            struct fp_error *err)
{
    size_t len = fp_path_parent_len(path);
    if (len == 0) {
        *ret = fp_xstrdup(path);
        return FP_OK;
    }
    cleanup_free char *parent = fp_xstrndup(path, len);
    cleanup_free char *real = NULL;
    FP_TRY(fp_context(fp_tree_real_dir(tree, parent, &real, err), err, "%s", path));
    *ret = real[0] != '\0' ? fp_path_join(real, path + len + 1) : fp_xstrdup(path + len + 1);
    return FP_OK;
}

void fp_tree_copy(const struct fp_tree *tree, const char *path, struct fp_tree *to)
{
    cleanup_free char *at = fp_xstrdup(path);
    const struct fp_entry *entry = fp_tree_get(tree, at);
    while (entry != NULL && (at[0] == '\0' || fp_map_find(&to->map, at) == NULL)) {
        fp_map_set(&to->map, at, entry)->generation = to->generation;
        if (at[0] == '\0')
            return;
        at[fp_path_parent_len(at)] = '\0';
        entry = fp_tree_get(tree, at);
    }
}

const struct fp_entry *fp_tree_copy_way(const struct fp_tree *tree, const char *path,
                                        struct fp_tree *to)
{
    cleanup_walk struct tree_walk walk = WALK_INIT(tree);
    walk.way = to;
    if (walk_to(&walk, path, NULL) != FP_OK || walk.found == NULL)
        return NULL;
    if (walk.found->kind == FP_ENTRY_HARDLINK && walk.found->link != NULL) {
        cleanup_free char *parent =
            fp_xstrndup(walk.found->link, fp_path_parent_len(walk.found->link));
        (void) fp_tree_copy_way(tree, parent, to);
    }
    const struct fp_entry *target = fp_tree_resolve(tree, path);
    if (target != NULL)
        fp_tree_copy(tree, target->path, to);
    return target;
}

const struct fp_entry *fp_tree_resolve(const struct fp_tree *tree, const char *path)
{
    cleanup_walk struct tree_walk walk = WALK_INIT(tree);
    if (walk_to(&walk, path, NULL) != FP_OK)
        return NULL;
    /* Both names of a hard link are the file. A later layer may have hidden the first name. */
    const struct fp_entry *last = walk.found;
    if (last == NULL || last->kind != FP_ENTRY_HARDLINK || last->link == NULL)
        return last;
    cleanup_free char *real = NULL;
    if (landing(tree, last->link, &real, NULL) != FP_OK)
        return last;
    const struct fp_entry *target = fp_tree_get(tree, real);
    return target != NULL && target->kind == FP_ENTRY_FILE ? target : last;
}

/* Make all parents of `path` exist and belong to the current layer. */
static void touch_parents(struct fp_tree *tree, const char *path)
{
    cleanup_free char *parent = fp_xstrdup(path);
    while (parent[0] != '\0') {
        parent[fp_path_parent_len(parent)] = '\0';
        struct fp_node *node = fp_map_find(&tree->map, parent);
        /* The parents of an entry of this layer belong to this layer already. */
        if (node != NULL && node->generation == tree->generation)
            return;
        if (node == NULL)
            node = fp_map_set(&tree->map, parent, &default_dir);
        node->generation = tree->generation;
    }
}

static enum fp_code put_at(struct fp_tree *tree, const char *path, const struct fp_entry *entry,
                           struct fp_error *err)
{
    if (tree->map.bytes > FP_TREE_MAX_BYTES)
        return fp_fail(err, FP_E_INPUT, "%s: more files than fit into %zu MiB of memory",
                       entry->path, FP_TREE_MAX_BYTES >> 20);
    touch_parents(tree, path);
    const struct fp_node *old = fp_map_find(&tree->map, path);
    uint32_t cut_self = old != NULL ? old->cut_self : 0;
    uint32_t cut_below = old != NULL ? old->cut_below : 0;
    if (old != NULL && old->entry.kind == FP_ENTRY_DIR && entry->kind != FP_ENTRY_DIR)
        fp_map_cut(&tree->map, path, true, 0);
    struct fp_node *node = fp_map_set(&tree->map, path, entry);
    node->generation = tree->generation;
    node->cut_self = cut_self;
    node->cut_below = cut_below;
    return FP_OK;
}

enum fp_code fp_tree_put(struct fp_tree *tree, const struct fp_entry *entry, struct fp_error *err)
{
    if (entry->path[0] == '\0') {
        if (entry->kind != FP_ENTRY_DIR)
            return fp_fail(err, FP_E_INPUT, "the root of the file system is not a directory");
        return put_at(tree, "", entry, err);
    }
    const char *fault = fp_path_fault(entry->path, true);
    if (fault != NULL)
        return fp_fail(err, FP_E_INPUT, "%s: the path %s", entry->path, fault);
    cleanup_free char *path = NULL;
    FP_TRY(landing(tree, entry->path, &path, err));
    return put_at(tree, path, entry, err);
}

void fp_tree_remove(struct fp_tree *tree, const char *path)
{
    fp_map_cut(&tree->map, path, path[0] == '\0', 0); /* the root itself stays */
}

void fp_tree_next_layer(struct fp_tree *tree)
{
    tree->generation++;
}

void fp_tree_hide(struct fp_tree *tree, const char *path, bool below_only)
{
    cleanup_free char *real = NULL;
    if (landing(tree, path, &real, NULL) != FP_OK)
        return;
    struct fp_node *node = fp_map_find(&tree->map, real);
    if (node == NULL)
        return;
    /* A repeated whiteout changes nothing, and it must not cost a walk each time. */
    uint32_t *cut = below_only ? &node->cut_below : &node->cut_self;
    if (*cut == tree->generation)
        return;
    *cut = tree->generation;
    fp_map_cut(&tree->map, real, below_only || real[0] == '\0', tree->generation);
}

/* The directory whose children are gathered. */
struct children {
    size_t len; /* length of its path and the '/' after it */
    struct fp_strv *names;
};

static enum fp_code gather(void *context, struct fp_node *node, struct fp_error *err)
{
    const struct children *gathering = context;
    const char *name = node->entry.path + gathering->len;
    (void) err;
    if (strchr(name, '/') == NULL)
        fp_strv_add(gathering->names, name);
    return FP_OK;
}

void fp_tree_children(const struct fp_tree *tree, const char *path, struct fp_strv *ret)
{
    size_t len = strlen(path);
    struct children gathering = {.len = len > 0 ? len + 1 : 0, .names = ret};
    struct fp_error ignored; /* gather() does not fail */
    if (fp_map_each_below(&tree->map, path, gather, &gathering, &ignored) == FP_OK)
        fp_strv_sort(ret);
}
