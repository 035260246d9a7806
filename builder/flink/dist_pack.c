/* Packing the entries of a distribution into a layer, sorted and normalised. */
#include <fnmatch.h>
#include <string.h>

#include "dist_steps.h"

static bool is_kept_by_name(const struct fp_strv *keep, const char *path)
{
    for (size_t i = 0; keep != NULL && i < keep->len; i++) {
        const char *wanted = keep->items[i];
        if (fnmatch(wanted, path, FNM_PATHNAME) == 0 || fp_dist_below(path, wanted) != NULL)
            return true;
    }
    return false;
}

bool fp_dist_is_slimmed(const struct fp_distribution_options *options, const char *path)
{
    bool optional = strcmp(path, "opt") == 0 || strncmp(path, "opt/", 4) == 0 ||
                    strcmp(path, "examples") == 0 || strncmp(path, "examples/", 9) == 0;
    return options->slim && optional && !is_kept_by_name(options->keep, path);
}

bool fp_dist_link_stays_inside(const char *path, const char *target, const char *root)
{
    const char *below = fp_dist_below(path, root);
    int depth = 0;
    if (below == NULL || target[0] == '/')
        return false;
    for (const char *p = strchr(below, '/'); p != NULL; p = strchr(p + 1, '/'))
        depth++;
    for (const char *part = target; *part != '\0';) {
        size_t len = strcspn(part, "/");
        if (len == 2 && strncmp(part, "..", 2) == 0)
            depth--;
        else if (len > 0 && !(len == 1 && part[0] == '.'))
            depth++;
        if (depth < 0)
            return false;
        part += len + (part[len] == '/' ? 1 : 0);
    }
    return true;
}

/* The inputs of one layer. */
struct packing {
    const struct fp_distribution_options *options;
    const char *name; /* for errors */
    const char *root;
    const char *top;
    const struct fp_dist_spool *spool;
    const char *folder;
    struct fp_layer_builder *builder;
};

/* Zip files and artifact stores lose permissions, so files in bin/ are always executable, except
 * jars. */
static unsigned normal_mode(const struct fp_entry *meta, const char *below)
{
    bool script = strncmp(below, "bin/", 4) == 0 && !fp_text_ends_with(below, ".jar");
    if (meta->kind == FP_ENTRY_SYMLINK)
        return 0777;
    return meta->kind == FP_ENTRY_DIR || script || (meta->mode & 0111) != 0 ? 0755 : 0644;
}

static int64_t normal_mtime(const struct fp_distribution_options *options, int64_t mtime_s)
{
    if (options->mtime_s >= 0 && (mtime_s > options->mtime_s || mtime_s <= 0))
        return options->mtime_s;
    return mtime_s < 0 ? 0 : mtime_s;
}

static enum fp_code link_target(const struct packing *packing, const struct fp_dist_entry *entry,
                                char **ret, struct fp_error *err)
{
    if (entry->meta.kind == FP_ENTRY_SYMLINK) {
        if (!fp_dist_link_stays_inside(entry->path, entry->link, packing->root))
            return fp_hinted(fp_fail(err, FP_E_INPUT,
                                     "%s: %s is a link to %s, outside the distribution",
                                     packing->name, entry->path, entry->link),
                             err, FP_DIST_LINK_HINT);
        *ret = fp_xstrdup(entry->link);
        return FP_OK;
    }
    const char *target = fp_dist_below(entry->link, packing->root);
    if (target == NULL || fp_dist_is_slimmed(packing->options, target))
        return fp_fail(err, FP_E_INPUT, "%s: %s is a hard link to %s, which is left out",
                       packing->name, entry->path, entry->link);
    *ret = fp_xasprintf("%s/%s", packing->top, target);
    return FP_OK;
}

static enum fp_code add_file(const struct packing *packing, const struct fp_dist_entry *entry,
                             const struct fp_entry *normal, struct fp_error *err)
{
    if (packing->folder != NULL) {
        cleanup_free char *path = fp_path_join(packing->folder, entry->path);
        const struct fp_content content = {.path = path};
        fp_layer_builder_add(packing->builder, normal, &content);
        return FP_OK;
    }
    if (entry->spool_offset == FP_DIST_NOT_SPOOLED)
        return fp_fail(err, FP_E_INPUT, "%s: %s: the folders of this archive are not understood",
                       packing->name, entry->path);
    cleanup_blob struct fp_blob *blob =
        fp_dist_spool_blob(packing->spool, entry->spool_offset, entry->meta.size);
    const struct fp_content content = {.blob = blob};
    fp_layer_builder_add(packing->builder, normal, &content);
    return FP_OK;
}

static enum fp_code add_entry(const struct packing *packing, const struct fp_dist_entry *entry,
                              const char *below, struct fp_error *err)
{
    const char *base = fp_path_base(below);
    if (fp_dist_is_resource_file(base))
        return FP_OK;
    if (strncmp(base, ".wh.", 4) == 0)
        return fp_fail(err, FP_E_INPUT, "%s: %s has a name that layers use for deleted files",
                       packing->name, entry->path);
    cleanup_free char *path = fp_xasprintf("%s/%s", packing->top, below);
    cleanup_free char *link = NULL;
    struct fp_entry normal = {.path = path,
                              .kind = entry->meta.kind,
                              .mode = normal_mode(&entry->meta, below),
                              .mtime_s = normal_mtime(packing->options, entry->meta.mtime_s),
                              .size = entry->meta.size};
    if (normal.kind == FP_ENTRY_FILE)
        return add_file(packing, entry, &normal, err);
    if (normal.kind != FP_ENTRY_DIR) {
        FP_TRY(link_target(packing, entry, &link, err));
        normal.link = link;
    }
    fp_layer_builder_add(packing->builder, &normal, NULL);
    return FP_OK;
}

static int by_path(const void *a, const void *b)
{
    const struct fp_dist_entry *x = *(const struct fp_dist_entry *const *) a;
    const struct fp_dist_entry *y = *(const struct fp_dist_entry *const *) b;
    int order = strcmp(x->path, y->path);
    return order != 0 ? order : (x > y) - (x < y);
}

/* If a name occurs twice, its last entry counts, as for tar. */
static enum fp_code add_entries(const struct packing *packing, const struct fp_dist_list *list,
                                struct fp_error *err)
{
    cleanup_free const struct fp_dist_entry **sorted =
        fp_xcalloc(list->len + 1, sizeof(struct fp_dist_entry *));
    for (size_t i = 0; i < list->len; i++)
        sorted[i] = &list->entries[i];
    if (list->len > 0)
        qsort(sorted, list->len, sizeof(struct fp_dist_entry *), by_path);
    for (size_t i = 0; i < list->len; i++) {
        const struct fp_dist_entry *entry = sorted[i];
        const char *below = fp_dist_below(entry->path, packing->root);
        bool again = i + 1 < list->len && strcmp(entry->path, sorted[i + 1]->path) == 0;
        if (below != NULL && !again && !fp_dist_is_slimmed(packing->options, below))
            FP_TRY(add_entry(packing, entry, below, err));
    }
    return FP_OK;
}

/* A layer with a hard link to a missing file cannot be unpacked, so it is an error. */
static enum fp_code check_hard_links(const struct packing *packing, const struct fp_dist_list *list,
                                     const struct fp_tree *tree, struct fp_error *err)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct fp_dist_entry *entry = &list->entries[i];
        const char *below = fp_dist_below(entry->path, packing->root);
        if (entry->meta.kind != FP_ENTRY_HARDLINK || below == NULL ||
            fp_dist_is_slimmed(packing->options, below))
            continue;
        const char *target = fp_dist_below(entry->link, packing->root);
        cleanup_free char *path = fp_xasprintf("%s/%s", packing->top, target != NULL ? target : "");
        const struct fp_entry *found = fp_tree_get(tree, path);
        if (found == NULL || found->kind == FP_ENTRY_DIR)
            return fp_fail(err, FP_E_INPUT, "%s: %s is a hard link to %s, which is no file in it",
                           packing->name, entry->path, entry->link);
    }
    return FP_OK;
}

enum fp_code fp_dist_pack(const struct fp_distribution_options *options,
                          const struct fp_dist_list *list, const char *root,
                          const struct fp_dist_spool *spool, const char *folder,
                          struct fp_distribution *ret, struct fp_error *err)
{
    int64_t mtime_s = normal_mtime(options, ret->newest_mtime_s);
    cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(mtime_s);
    const struct packing packing = {.options = options,
                                    .name = folder != NULL ? folder : options->archive,
                                    .root = root,
                                    .top = ret->top,
                                    .spool = spool,
                                    .folder = folder,
                                    .builder = builder};
    const struct fp_entry top = {
        .path = ret->top, .kind = FP_ENTRY_DIR, .mode = 0755, .mtime_s = mtime_s};
    fp_layer_builder_add(builder, &top, NULL);
    FP_TRY(add_entries(&packing, list, err));
    FP_TRY(fp_context(fp_layer_builder_finish(builder, NULL, err), err, "%s", packing.name));
    ret->tree = fp_tree_new();
    FP_TRY(fp_layer_builder_apply(builder, ret->tree, err));
    FP_TRY(check_hard_links(&packing, list, ret->tree, err));
    return fp_layer_builder_write(builder, options->layer, &ret->layer, err);
}
