/* A layer under construction: a sorted map of entries with their contents. */
#include "internal.h"

#include <string.h>

/* The prefix of a whiteout, which removes the rest of the name (image-spec 1.1, layer.md). */
#define WHITEOUT ".wh."

static void drop_content(void *payload)
{
    struct fp_layer_content *content = payload;
    fp_blob_unref(content->blob);
    free(content->path);
    free(content->sha256);
    free(content->text);
    free(content);
}

static struct fp_layer_content *content_copy(const struct fp_content *content)
{
    struct fp_layer_content *copy = fp_xcalloc(1, sizeof(*copy));
    if (content->blob != NULL) {
        copy->blob = fp_blob_ref(content->blob);
    } else if (content->path != NULL) {
        copy->path = fp_xstrdup(content->path);
        copy->sha256 = fp_xstrdup(content->sha256);
    } else {
        copy->text = fp_xmalloc(content->text_len + 1);
        if (content->text_len > 0)
            memcpy(copy->text, content->text, content->text_len);
        copy->text_len = content->text_len;
    }
    return copy;
}

struct fp_layer_builder *fp_layer_builder_new(int64_t mtime_s)
{
    struct fp_layer_builder *builder = fp_xcalloc(1, sizeof(*builder));
    fp_map_init(&builder->entries, drop_content);
    builder->mtime_s = mtime_s;
    return builder;
}

void fp_layer_builder_free(struct fp_layer_builder *builder)
{
    if (builder == NULL)
        return;
    fp_map_clear(&builder->entries);
    free(builder);
}

static bool is_same_dir(const struct fp_entry *a, const struct fp_entry *b)
{
    bool same_xattrs = (a->xattrs == NULL && b->xattrs == NULL) ||
                       (a->xattrs != NULL && b->xattrs != NULL && json_equal(a->xattrs, b->xattrs));
    return a->kind == FP_ENTRY_DIR && b->kind == FP_ENTRY_DIR && a->mode == b->mode &&
           a->uid == b->uid && a->gid == b->gid && a->mtime_s == b->mtime_s && same_xattrs;
}

/* Return a text that names the fault in an entry, or NULL. */
static const char *entry_fault(const struct fp_entry *entry, const struct fp_content *content)
{
    bool linked = entry->kind == FP_ENTRY_SYMLINK || entry->kind == FP_ENTRY_HARDLINK;
    if (entry->kind == FP_ENTRY_DEVICE)
        return "devices do not belong into a layer";
    if ((entry->kind == FP_ENTRY_FILE) != (content != NULL))
        return "files, and only files, have content";
    if (linked && (entry->link == NULL || entry->link[0] == '\0' ||
                   strnlen(entry->link, FP_LAYER_MAX_PATH + 1) > FP_LAYER_MAX_PATH))
        return "the link's target is empty or longer than 4096 bytes";
    if (entry->kind == FP_ENTRY_HARDLINK && fp_path_fault(entry->link, false) != NULL)
        return "the hard link's target is not a clean path";
    if (entry->uid > FP_LAYER_MAX_ID || entry->gid > FP_LAYER_MAX_ID || entry->size > INT64_MAX)
        return "owner or size is out of range";
    return NULL;
}

void fp_layer_builder_fail(struct fp_layer_builder *builder, const struct fp_error *err)
{
    if (builder->failure.code == FP_OK)
        builder->failure = *err;
}

enum fp_code fp_layer_builder_check(const struct fp_layer_builder *builder, struct fp_error *err)
{
    return fp_fail_as(err, &builder->failure);
}

static enum fp_code check(const struct fp_entry *entry, const struct fp_content *content,
                          struct fp_error *err)
{
    const char *fault = fp_path_fault(entry->path, false);
    if (fault != NULL)
        return fp_fail(err, FP_E_INPUT, "/%s: the path in the image %s", entry->path, fault);
    if (strncmp(fp_path_base(entry->path), WHITEOUT, strlen(WHITEOUT)) == 0)
        return fp_fail(err, FP_E_INPUT,
                       "/%s: names that begin with \".wh.\" mean removal in a layer", entry->path);
    fault = entry_fault(entry, content);
    return fault != NULL ? fp_fail(err, FP_E_INPUT, "/%s: %s", entry->path, fault) : FP_OK;
}

static enum fp_code add(struct fp_layer_builder *builder, const struct fp_entry *entry,
                        const struct fp_content *content, struct fp_error *err)
{
    FP_TRY(check(entry, content, err));
    struct fp_entry copy = *entry;
    if (copy.mtime_s < 0)
        copy.mtime_s = builder->mtime_s;
    const struct fp_node *old = fp_map_find(&builder->entries, entry->path);
    if (old != NULL && is_same_dir(&old->entry, &copy))
        return FP_OK;
    if (old != NULL)
        return fp_fail(err, FP_E_INPUT, "/%s: put into the same layer twice", entry->path);
    if (builder->entries.bytes > FP_TREE_MAX_BYTES)
        return fp_fail(err, FP_E_INPUT, "/%s: more files than a layer may have", entry->path);
    struct fp_node *node = fp_map_set(&builder->entries, entry->path, &copy);
    node->payload = content != NULL ? content_copy(content) : NULL;
    return FP_OK;
}

void fp_layer_builder_add(struct fp_layer_builder *builder, const struct fp_entry *entry,
                          const struct fp_content *content)
{
    if (builder->failure.code == FP_OK)
        (void) !add(builder, entry, content, &builder->failure);
}

void fp_layer_builder_remove(struct fp_layer_builder *builder, const char *path)
{
    const char *name = fp_path_base(path);
    const char *fault = fp_path_fault(path, false);
    if (builder->failure.code != FP_OK)
        return;
    if (fault != NULL) {
        (void) !fp_fail(&builder->failure, FP_E_INPUT, "/%s: the path in the image %s", path,
                        fault);
        return;
    }
    cleanup_free char *whiteout =
        fp_xasprintf("%.*s" WHITEOUT "%s", (int) (name - path), path, name);
    struct fp_entry entry = {
        .path = whiteout, .kind = FP_ENTRY_FILE, .mode = 0644, .mtime_s = builder->mtime_s};
    struct fp_content content = {.text = ""};
    struct fp_node *node = fp_map_set(&builder->entries, whiteout, &entry);
    if (node->payload == NULL)
        node->payload = content_copy(&content);
}

const struct fp_entry *fp_layer_builder_get(const struct fp_layer_builder *builder,
                                            const char *path)
{
    const struct fp_node *node = fp_map_find(&builder->entries, path);
    return node != NULL ? &node->entry : NULL;
}

void fp_layer_builder_drop(struct fp_layer_builder *builder, const char *path)
{
    fp_map_cut(&builder->entries, path, false, 0);
}

/* One of the two walks over the entries: the second one visits hard links. */
struct ordered {
    fp_map_visitor visitor;
    void *context;
    bool hard_links;
};

static enum fp_code visit_in_order(void *context, struct fp_node *node, struct fp_error *err)
{
    const struct ordered *ordered = context;
    if ((node->entry.kind == FP_ENTRY_HARDLINK) != ordered->hard_links)
        return FP_OK;
    return ordered->visitor(ordered->context, node, err);
}

enum fp_code fp_layer_builder_each(const struct fp_layer_builder *builder, fp_map_visitor visitor,
                                   void *context, struct fp_error *err)
{
    struct ordered ordered = {.visitor = visitor, .context = context};
    FP_TRY(fp_map_each(&builder->entries, visit_in_order, &ordered, err));
    ordered.hard_links = true;
    return fp_map_each(&builder->entries, visit_in_order, &ordered, err);
}

static enum fp_code apply_node(void *context, struct fp_node *node, struct fp_error *err)
{
    const char *path = node->entry.path;
    const char *name = fp_path_base(path);
    if (strncmp(name, WHITEOUT, strlen(WHITEOUT)) != 0)
        return fp_tree_put(context, &node->entry, err);
    cleanup_free char *removed =
        fp_xasprintf("%.*s%s", (int) (name - path), path, name + strlen(WHITEOUT));
    fp_tree_remove(context, removed);
    return FP_OK;
}

enum fp_code fp_layer_builder_apply(const struct fp_layer_builder *builder, struct fp_tree *tree,
                                    struct fp_error *err)
{
    fp_tree_next_layer(tree);
    return fp_layer_builder_each(builder, apply_node, tree, err);
}

enum fp_code fp_layer_content_open(const struct fp_layer_content *content, struct fp_source **ret,
                                   struct fp_error *err)
{
    if (content->blob != NULL)
        return fp_blob_open(content->blob, 0, ret, err);
    if (content->path != NULL)
        return fp_source_open(content->path, ret, err);
    *ret = fp_source_memory(content->text, content->text_len);
    return FP_OK;
}
