/* The reasons why an archive cannot be used as a layer unchanged. */
#include <string.h>

#include "dist_steps.h"

/* The highest ID that every runtime maps: 65534 is nobody, and 65535 is reserved. */
#define MAX_ID 65533

static bool is_script(const char *path, const char *root)
{
    const char *below = fp_dist_below(path, root);
    return below != NULL && strncmp(below, "bin/", 4) == 0 && !fp_text_ends_with(below, ".jar");
}

/* Describe what is wrong with an entry's permissions; NULL: nothing. */
static const char *mode_fault(const struct fp_dist_entry *entry, const char *root)
{
    unsigned mode = entry->meta.mode;
    if (entry->meta.kind == FP_ENTRY_SYMLINK || entry->meta.kind == FP_ENTRY_HARDLINK)
        return NULL;
    if ((mode & 07000) != 0)
        return "has a setuid, setgid or sticky bit";
    if ((mode & 0002) != 0)
        return "is writable for everyone";
    if (entry->meta.kind == FP_ENTRY_DIR)
        return (mode & 0555) == 0555 ? NULL : "cannot be entered by everyone";
    if ((mode & 0444) != 0444)
        return "cannot be read by everyone";
    if (is_script(entry->path, root) && (mode & 0111) != 0111)
        return "cannot be run by everyone";
    return NULL;
}

static const char *name_fault(const struct fp_dist_entry *entry)
{
    const char *base = fp_path_base(entry->path);
    if (entry->has_odd_name)
        return "is spelled in another way";
    if (strncmp(base, ".wh.", 4) == 0)
        return "has the name of a whiteout";
    if (fp_dist_is_resource_file(base))
        return "is a macOS resource file";
    return NULL;
}

static const char *link_fault(const struct fp_tree *before, const struct fp_dist_entry *entry,
                              const char *root)
{
    if (entry->meta.kind == FP_ENTRY_SYMLINK &&
        !fp_dist_link_stays_inside(entry->path, entry->link, root))
        return "points outside";
    if (entry->meta.kind == FP_ENTRY_HARDLINK && fp_tree_get(before, entry->link) == NULL)
        return "is a hard link to what comes later";
    return NULL;
}

/* Runtimes treat a directory differently if its entry does not precede those of its content. */
static const char *place_fault(const struct fp_tree *before, const struct fp_dist_entry *entry,
                               const char *root)
{
    bool is_top = strcmp(entry->path, root) == 0;
    if (!is_top && fp_dist_below(entry->path, root) == NULL)
        return "lies outside the top folder";
    if (fp_tree_get(before, entry->path) != NULL)
        return "is there twice";
    if (is_top)
        return entry->meta.kind == FP_ENTRY_DIR ? NULL : "is no folder";
    const char *base = fp_path_base(entry->path);
    cleanup_free char *parent = fp_xstrndup(entry->path, (size_t) (base - entry->path) - 1);
    const struct fp_entry *dir = fp_tree_get(before, parent);
    return dir != NULL && dir->kind == FP_ENTRY_DIR ? NULL : "comes before its folder";
}

static const char *entry_fault(const struct fp_tree *before, const struct fp_dist_entry *entry,
                               const char *root)
{
    const char *fault = name_fault(entry);
    if (fault == NULL)
        fault = place_fault(before, entry, root);
    if (fault == NULL)
        fault = mode_fault(entry, root);
    if (fault == NULL)
        fault = link_fault(before, entry, root);
    if (fault == NULL && (entry->meta.uid > MAX_ID || entry->meta.gid > MAX_ID))
        fault = "has an owner above 65533";
    if (fault == NULL && entry->has_xattrs)
        fault = "has extended attributes";
    return fault;
}

static const char *archive_fault(const struct fp_dist_list *list,
                                 const struct fp_dist_archive_facts *facts)
{
    if (facts->info.codec != FP_CODEC_GZIP)
        return "it is not compressed with gzip";
    if (!facts->info.single_member || facts->tar.has_trailing)
        return "something follows the end of the archive";
    if (!facts->tar.has_end)
        return "it does not end as a tar does";
    if (facts->tar.has_sparse)
        return "it holds sparse files";
    if (list->has_root_entry)
        return "it has an entry for the root folder";
    return NULL;
}

char *fp_dist_unfit(const struct fp_dist_list *list, const struct fp_dist_archive_facts *facts,
                    const char *root, const char *top)
{
    const char *fault = archive_fault(list, facts);
    if (fault != NULL)
        return fp_xstrdup(fault);
    if (strcmp(root, top) != 0)
        return fp_xasprintf("its folder is '%s', not '%s'", root, top);
    cleanup_tree struct fp_tree *before = fp_tree_new();
    for (size_t i = 0; i < list->len; i++) {
        const struct fp_dist_entry *entry = &list->entries[i];
        fault = entry_fault(before, entry, root);
        if (fault == NULL && fp_tree_put(before, &entry->meta, NULL) != FP_OK)
            fault = "cannot be placed";
        if (fault != NULL)
            return fp_xasprintf("%s %s", entry->path, fault);
    }
    return NULL;
}
