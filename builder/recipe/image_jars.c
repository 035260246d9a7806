/* The jars of an image beside those of Flink's distribution, out of its layers. */
#include "image_jars.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The most jars, and their bytes. */
#define MAX_JARS  1000
#define MAX_BYTES ((uint64_t) 2 << 30)
/* The deepest directory below usrlib/ that is looked into. */
#define MAX_DEPTH 8

/* A list being made. */
struct jar_search {
    const struct fp_tree *tree;
    struct fp_image_jars *jars;
};

static const char *relative(const char *path)
{
    return path + strspn(path, "/");
}

/* Add a jar, unless it is none, dangles, or is there by another name. */
static bool add_jar(const struct jar_search *search, const char *path, enum fp_jar_role role,
                    const char *plugin)
{
    struct fp_image_jars *jars = search->jars;
    const struct fp_entry *entry = fp_tree_resolve(search->tree, relative(path));
    if (entry == NULL || entry->kind != FP_ENTRY_FILE || !fp_text_ends_with(path, ".jar"))
        return false;
    for (size_t i = 0; i < jars->len; i++)
        if (strcmp(jars->items[i].real, entry->path) == 0)
            return true;
    jars->items = fp_xreallocarray(jars->items, jars->len + 1, sizeof(*jars->items));
    jars->items[jars->len++] = (struct fp_image_jar){.path = fp_xasprintf("/%s", relative(path)),
                                                     .real = fp_xstrdup(entry->path),
                                                     .role = role,
                                                     .plugin = fp_xstrdup(plugin)};
    return true;
}

/* The names in a directory, where its links lead. */
static void names_in(const struct jar_search *search, const char *path, struct fp_strv *ret)
{
    const struct fp_entry *entry = fp_tree_resolve(search->tree, relative(path));
    if (entry != NULL && entry->kind == FP_ENTRY_DIR)
        fp_tree_children(search->tree, entry->path, ret);
}

/* Flink looks for the job's jars below usrlib/ too. */
static void add_below(const struct jar_search *search, const char *path, int depth)
{
    cleanup_strv struct fp_strv names = {0};
    names_in(search, path, &names);
    for (size_t i = 0; i < names.len && depth < MAX_DEPTH; i++) {
        cleanup_free char *below = fp_path_join(path, names.items[i]);
        if (!add_jar(search, below, FP_JAR_JOB, NULL))
            add_below(search, below, depth + 1);
    }
}

/* The jars in lib/ that no distribution has there. */
static void add_libs(const struct jar_search *search, const char *home, enum fp_jar_role role)
{
    cleanup_free char *lib = fp_path_join(home, "lib");
    cleanup_strv struct fp_strv names = {0};
    names_in(search, lib, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *path = fp_path_join(lib, names.items[i]);
        bool is_job = role == FP_JAR_JOB && !fp_strv_has(&names, "job.jar");
        if (!fp_dist_is_stock(names.items[i]))
            (void) add_jar(
                search, path,
                is_job || strcmp(names.items[i], "job.jar") == 0 ? FP_JAR_JOB : FP_JAR_LIB, NULL);
    }
}

static void add_plugins(const struct jar_search *search, const char *home)
{
    cleanup_free char *plugins = fp_path_join(home, "plugins");
    cleanup_strv struct fp_strv names = {0};
    names_in(search, plugins, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *plugin = fp_path_join(plugins, names.items[i]);
        cleanup_strv struct fp_strv files = {0};
        names_in(search, plugin, &files);
        for (size_t k = 0; k < files.len; k++) {
            cleanup_free char *path = fp_path_join(plugin, files.items[k]);
            if (!fp_dist_is_stock(files.items[k]))
                (void) add_jar(search, path, FP_JAR_PLUGIN, names.items[i]);
        }
    }
}

void fp_image_jars_list(const struct fp_base_image *image, const struct fp_flink *flink,
                        const struct fp_strv *named, bool starts, struct fp_image_jars *ret)
{
    const struct jar_search search = {image->facts.tree, ret};
    cleanup_free char *usrlib = fp_path_join(flink->home, "usrlib");
    for (size_t i = 0; i < named->len; i++)
        (void) add_jar(&search, named->items[i], FP_JAR_JOB, NULL);
    if (flink->traits->has_usrlib)
        add_below(&search, usrlib, 0);
    add_libs(&search, flink->home, starts && ret->len == 0 ? FP_JAR_JOB : FP_JAR_LIB);
    add_plugins(&search, flink->home);
}

static enum fp_code check_size(const struct fp_base_image *image, const struct fp_image_jars *jars,
                               struct fp_error *err)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < jars->len; i++) {
        const struct fp_entry *entry = fp_tree_get(image->facts.tree, jars->items[i].real);
        bytes += entry != NULL ? entry->size : 0;
        if (bytes > MAX_BYTES || i == MAX_JARS)
            return fp_fail(err, FP_E_INPUT, "the image has more than %d jars of its own, or 2 GiB",
                           MAX_JARS);
    }
    return FP_OK;
}

/* Write a jar to its place; one that a layer has twice replaces the former. */
static enum fp_code write_jar(void *context, size_t i, struct fp_source *content,
                              struct fp_error *err)
{
    const struct fp_image_jars *jars = context;
    const struct fp_image_jar *jar = &jars->items[i];
    cleanup_free char *directory =
        fp_xstrndup(jar->file, (size_t) (fp_path_base(jar->file) - jar->file));
    FP_TRY(fp_mkdir_p(directory, 0700, err));
    cleanup_fd int fd =
        open(jar->file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s", jar->file);
    cleanup_sink struct fp_sink *file = fp_sink_fd(fd, jar->file);
    FP_TRY(fp_stream_copy(content, file, NULL, err));
    return fp_sink_finish(file, err);
}

enum fp_code fp_image_jars_extract(const struct fp_base_image *image, const char *parent,
                                   struct fp_image_jars *jars, struct fp_error *err)
{
    cleanup_strv struct fp_strv paths = {0};
    size_t missing = 0;
    if (jars->len == 0)
        return FP_OK;
    FP_TRY(check_size(image, jars, err));
    FP_TRY(fp_temp_dir(parent, &jars->folder, err));
    for (size_t i = 0; i < jars->len; i++) {
        jars->items[i].file = fp_xasprintf("%s%s", jars->folder, jars->items[i].path);
        fp_strv_add(&paths, jars->items[i].real);
    }
    FP_TRY(fp_base_image_take(image, &paths, write_jar, jars, &missing, err));
    return missing > 0 ? fp_fail(err, FP_E_INPUT, "a jar of the image is in none of its layers")
                       : FP_OK;
}

void fp_image_jars_clear(struct fp_image_jars *jars)
{
    for (size_t i = 0; i < jars->len; i++) {
        free(jars->items[i].path);
        free(jars->items[i].real);
        free(jars->items[i].file);
        free(jars->items[i].plugin);
    }
    free(jars->items);
    if (jars->folder != NULL)
        fp_temp_remove(jars->folder);
    *jars = (struct fp_image_jars){0};
}
