/* The paths that later steps look for in every base, and the outline of facts, which answers for
 * them. A step that looks for another path adds it here. */
#include "internal.h"

#include <assert.h>
#include <string.h>

/* The directories that loaders of both C libraries look into. */
static const char *const library_folders[] = {"lib", "usr/lib", "lib64", "usr/local/lib"};
static const char *const libraries[] = {
    "libstdc++.so.6",        "libgcc_s.so.1", "libgcompat.so.0", "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1", "ld-linux.so.2", "ld64.so.2",
};

/* Where docker-entrypoint.sh looks for jemalloc; "%s" is the machine. */
static const char *const jemallocs[] = {
    "usr/lib/%s-linux-gnu/libjemalloc.so",
    "usr/lib/%s-linux-gnu/libjemalloc.so.2",
    "usr/lib64/libjemalloc.so.2",
    "usr/lib/libjemalloc.so.2",
};
static const char *const machines[] = {"x86_64", "aarch64", "x86",     "armhf",
                                       "armv7",  "ppc64le", "riscv64", "s390x"};

static const char *const apk_directories[] = {"lib/apk/db", "usr/lib/apk/db"};

/* The parts of Flink's home that a layer is put on, and those whose names are asked for. */
static const char *const home_parts[] = {"", "lib", "plugins", "usrlib", "conf", "opt"};
static const char *const listed_parts[] = {"lib", "plugins", "usrlib"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Only assertions ask. */
__attribute__((unused)) static bool is_one_of(const char *name, const char *const *list,
                                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, list[i]) == 0)
            return true;
    }
    return false;
}

bool fp_base_has_library(const struct fp_base_facts *facts, const char *file)
{
    assert(is_one_of(file, libraries, COUNT(libraries)));
    for (size_t i = 0; i < COUNT(library_folders); i++) {
        cleanup_free char *path = fp_path_join(library_folders[i], file);
        if (fp_tree_resolve(facts->tree, path) != NULL)
            return true;
    }
    return false;
}

void fp_base_home_names(const struct fp_tree *tree, const char *home, const char *part,
                        struct fp_strv *ret)
{
    assert(is_one_of(part, listed_parts, COUNT(listed_parts)) ||
           (strncmp(part, "plugins/", strlen("plugins/")) == 0 &&
            strchr(part, '/') == strrchr(part, '/')));
    cleanup_free char *path = fp_path_join(home, part);
    const struct fp_entry *at = fp_tree_resolve(tree, path);
    if (at != NULL)
        fp_tree_children(tree, at->path, ret);
}

static char *jemalloc_path(size_t place, const char *machine)
{
    const char *gap = strstr(jemallocs[place], "%s");
    if (gap == NULL)
        return fp_xstrdup(jemallocs[place]);
    return fp_xasprintf("%.*s%s%s", (int) (gap - jemallocs[place]), jemallocs[place], machine,
                        gap + strlen("%s"));
}

bool fp_base_has_jemalloc(const struct fp_base_facts *facts, const char *machine)
{
    for (size_t i = 0; i < COUNT(jemallocs); i++) {
        cleanup_free char *path = jemalloc_path(i, machine);
        if (fp_tree_resolve(facts->tree, path) != NULL)
            return true;
    }
    return false;
}

const char *fp_base_apk_directory(const struct fp_tree *tree)
{
    for (size_t i = 0; i < COUNT(apk_directories); i++) {
        cleanup_free char *path = fp_path_join(apk_directories[i], "installed");
        const struct fp_entry *entry = fp_tree_resolve(tree, path);
        if (entry != NULL && entry->kind == FP_ENTRY_FILE)
            return apk_directories[i];
    }
    return NULL;
}

static void copy_watched(const struct fp_tree *tree, struct fp_tree *to)
{
    for (size_t i = 0; i < COUNT(library_folders); i++) {
        for (size_t k = 0; k < COUNT(libraries); k++) {
            cleanup_free char *path = fp_path_join(library_folders[i], libraries[k]);
            (void) fp_tree_copy_way(tree, path, to);
        }
    }
    for (size_t i = 0; i < COUNT(jemallocs); i++) {
        for (size_t k = 0; k < COUNT(machines); k++) {
            cleanup_free char *path = jemalloc_path(i, machines[k]);
            (void) fp_tree_copy_way(tree, path, to);
        }
    }
    for (size_t i = 0; i < COUNT(apk_directories); i++) {
        cleanup_free char *path = fp_path_join(apk_directories[i], "installed");
        (void) fp_tree_copy_way(tree, path, to);
    }
}

/* Copies what is directly in the directory that `path` leads to and begins with `prefix`. */
static void copy_names(const struct fp_tree *tree, const char *path, const char *prefix,
                       struct fp_tree *to)
{
    cleanup_strv struct fp_strv names = {0};
    const struct fp_entry *at = fp_tree_copy_way(tree, path, to);
    if (at == NULL)
        return;
    fp_tree_children(tree, at->path, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *child = at->path[0] != '\0' ? fp_path_join(at->path, names.items[i])
                                                       : fp_xstrdup(names.items[i]);
        if (strncmp(names.items[i], prefix, strlen(prefix)) == 0)
            fp_tree_copy(tree, child, to);
    }
}

static void copy_home(const struct fp_tree *tree, const char *home, struct fp_tree *to)
{
    cleanup_strv struct fp_strv plugins = {0};
    for (size_t i = 0; i < COUNT(home_parts); i++) {
        cleanup_free char *path = fp_path_join(home, home_parts[i]);
        (void) fp_tree_copy_way(tree, path, to);
    }
    for (size_t i = 0; i < COUNT(listed_parts); i++) {
        cleanup_free char *path = fp_path_join(home, listed_parts[i]);
        copy_names(tree, path, "", to);
    }
    fp_base_home_names(tree, home, "plugins", &plugins);
    for (size_t i = 0; i < plugins.len; i++) {
        cleanup_free char *path = fp_xasprintf("%s/plugins/%s", home, plugins.items[i]);
        copy_names(tree, path, "", to);
    }
}

void fp_base_facts_outline(const struct fp_base_facts *full, const struct fp_tree *tree,
                           const char *home, struct fp_base_facts *ret)
{
    *ret = (struct fp_base_facts){.tree = fp_tree_new(),
                                  .os_id = fp_xstrdup(full->os_id),
                                  .os_version = fp_xstrdup(full->os_version),
                                  .os_name = fp_xstrdup(full->os_name),
                                  .architecture = full->architecture,
                                  .musl = full->musl,
                                  .has_bash = full->has_bash,
                                  .java_home = fp_xstrdup(full->java_home),
                                  .java = full->java,
                                  .java_version = fp_xstrdup(full->java_version),
                                  .is_outline = true};
    fp_strv_add_all(&ret->java_homes, &full->java_homes);
    copy_watched(tree, ret->tree);
    /* A distribution's own directory shows that a base has Flink already. */
    copy_names(tree, "", "flink-", ret->tree);
    (void) fp_tree_copy_way(tree, "opt", ret->tree);
    copy_home(tree, home, ret->tree);
}
