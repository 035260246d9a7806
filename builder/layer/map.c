/* A map from paths to entries: a treap in the order of a layer. */
#include "internal.h"

#include <string.h>
#include <sys/random.h>

void fp_map_init(struct fp_map *map, void (*drop)(void *payload))
{
    *map = (struct fp_map){.drop = drop};
    /* Without randomness from the system, only the balance becomes predictable. */
    if (getrandom(&map->random, sizeof(map->random), GRND_NONBLOCK) < 0 || map->random == 0)
        map->random = 0x9e3779b97f4a7c15U;
}

static uint32_t next_priority(struct fp_map *map)
{
    map->random ^= map->random << 13;
    map->random ^= map->random >> 7;
    map->random ^= map->random << 17;
    return (uint32_t) (map->random >> 32);
}

static size_t node_bytes(const struct fp_entry *entry, const char *path)
{
    return sizeof(struct fp_node) + strlen(path) + 1 +
           (entry->link != NULL ? strlen(entry->link) + 1 : 0);
}

/* The size of a node with its extended attributes (base64, and about 100 bytes per object). */
static size_t node_weight(const struct fp_node *node)
{
    size_t weight = node_bytes(&node->entry, node->entry.path);
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *) (uintptr_t) node->entry.xattrs, name, value)
    {
        weight += 200 + strlen(name) + json_string_length(value);
    }
    return weight;
}

static struct fp_node *node_new(const char *path, const struct fp_entry *entry)
{
    size_t path_size = strlen(path) + 1;
    struct fp_node *node = fp_xmalloc(node_bytes(entry, path));
    memset(node, 0, sizeof(*node));
    node->entry = *entry;
    memcpy(node->text, path, path_size);
    node->entry.path = node->text;
    if (entry->link != NULL) {
        memcpy(node->text + path_size, entry->link, strlen(entry->link) + 1);
        node->entry.link = node->text + path_size;
    }
    json_incref((json_t *) (uintptr_t) entry->xattrs);
    node->weight = (uint32_t) node_weight(node);
    return node;
}

static void node_free(struct fp_map *map, struct fp_node *node)
{
    map->count--;
    map->bytes -= node->weight;
    if (map->drop != NULL && node->payload != NULL)
        map->drop(node->payload);
    json_decref((json_t *) (uintptr_t) node->entry.xattrs);
    free(node);
}

/* The position of a cut: before a path itself, before the paths below it, or after those. */
enum cut_place { CUT_BEFORE_SELF, CUT_BEFORE_CHILDREN, CUT_AFTER_CHILDREN };

/* Whether `node` is before the cut. */
static bool is_before(const struct fp_node *node, const char *path, enum cut_place place)
{
    size_t len = strlen(path);
    bool self = strcmp(node->entry.path, path) == 0;
    bool below =
        !self &&
        (len == 0 || (strncmp(node->entry.path, path, len) == 0 && node->entry.path[len] == '/'));
    if (self)
        return place != CUT_BEFORE_SELF;
    if (below)
        return place == CUT_AFTER_CHILDREN;
    return fp_path_compare(node->entry.path, path) < 0;
}

static void split(struct fp_node *node, const char *path, enum cut_place place,
                  struct fp_node **ret_left, struct fp_node **ret_right)
{
    if (node == NULL) {
        *ret_left = *ret_right = NULL;
    } else if (is_before(node, path, place)) {
        split(node->right, path, place, &node->right, ret_right);
        *ret_left = node;
    } else {
        split(node->left, path, place, ret_left, &node->left);
        *ret_right = node;
    }
}

static struct fp_node *merge(struct fp_node *left, struct fp_node *right)
{
    if (left == NULL || right == NULL)
        return left != NULL ? left : right;
    if (left->priority >= right->priority) {
        left->right = merge(left->right, right);
        return left;
    }
    right->left = merge(left, right->left);
    return right;
}

struct fp_node *fp_map_find(const struct fp_map *map, const char *path)
{
    struct fp_node *node = map->root;
    while (node != NULL) {
        int order = fp_path_compare(path, node->entry.path);
        if (order == 0)
            return node;
        node = order < 0 ? node->left : node->right;
    }
    return NULL;
}

struct fp_node *fp_map_set(struct fp_map *map, const char *path, const struct fp_entry *entry)
{
    struct fp_node *left = NULL;
    struct fp_node *old = NULL;
    struct fp_node *right = NULL;
    /* Make the node before the old one is freed, because path and entry may belong to that. */
    struct fp_node *node = node_new(path, entry);
    split(map->root, node->entry.path, CUT_BEFORE_SELF, &left, &right);
    split(right, node->entry.path, CUT_BEFORE_CHILDREN, &old, &right);
    if (old != NULL)
        node_free(map, old);
    node->priority = next_priority(map);
    map->count++;
    map->bytes += node->weight;
    map->root = merge(merge(left, node), right);
    return node;
}

struct fp_node *fp_map_append(struct fp_map *map, const struct fp_entry *entry)
{
    struct fp_node *node = node_new(entry->path, entry);
    node->priority = next_priority(map);
    map->count++;
    map->bytes += node->weight;
    map->root = merge(map->root, node);
    return node;
}

/* Free a range that was cut out, and return its spared nodes. */
static struct fp_node *prune(struct fp_map *map, struct fp_node *node, uint32_t spare_generation)
{
    if (node == NULL)
        return NULL;
    struct fp_node *left = prune(map, node->left, spare_generation);
    struct fp_node *right = prune(map, node->right, spare_generation);
    if (spare_generation == 0 || node->generation != spare_generation) {
        node_free(map, node);
        return merge(left, right);
    }
    /* The heap order still holds, because the subtrees only lost nodes. */
    node->left = left;
    node->right = right;
    return node;
}

void fp_map_cut(struct fp_map *map, const char *path, bool below_only, uint32_t spare_generation)
{
    struct fp_node *left = NULL;
    struct fp_node *middle = NULL;
    struct fp_node *right = NULL;
    split(map->root, path, below_only ? CUT_BEFORE_CHILDREN : CUT_BEFORE_SELF, &left, &right);
    split(right, path, CUT_AFTER_CHILDREN, &middle, &right);
    middle = prune(map, middle, spare_generation);
    map->root = merge(merge(left, middle), right);
}

static enum fp_code walk(struct fp_node *node, fp_map_visitor visitor, void *context,
                         struct fp_error *err)
{
    while (node != NULL) {
        FP_TRY(walk(node->left, visitor, context, err));
        FP_TRY(visitor(context, node, err));
        node = node->right;
    }
    return FP_OK;
}

enum fp_code fp_map_each(const struct fp_map *map, fp_map_visitor visitor, void *context,
                         struct fp_error *err)
{
    return walk(map->root, visitor, context, err);
}

static enum fp_code walk_below(struct fp_node *node, const char *path, fp_map_visitor visitor,
                               void *context, struct fp_error *err)
{
    while (node != NULL) {
        bool before = is_before(node, path, CUT_BEFORE_CHILDREN);
        if (!before && is_before(node, path, CUT_AFTER_CHILDREN)) {
            FP_TRY(walk_below(node->left, path, visitor, context, err));
            FP_TRY(visitor(context, node, err));
            before = true;
        }
        node = before ? node->right : node->left;
    }
    return FP_OK;
}

enum fp_code fp_map_each_below(const struct fp_map *map, const char *path, fp_map_visitor visitor,
                               void *context, struct fp_error *err)
{
    return walk_below(map->root, path, visitor, context, err);
}

void fp_map_clear(struct fp_map *map)
{
    map->root = prune(map, map->root, 0);
}
