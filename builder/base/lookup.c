/* Finds programs on an image's PATH, and variables in its environment. */
#include "internal.h"

/* The PATH that runtimes set if the image does not set one. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

bool fp_is_program(const struct fp_tree *tree, const char *path)
{
    const struct fp_entry *entry = fp_tree_resolve(tree, path);
    return entry != NULL && (entry->kind == FP_ENTRY_FILE || entry->kind == FP_ENTRY_HARDLINK) &&
           (entry->mode & 0111) != 0;
}

char *fp_variables_get(const struct variables *variables, const char *name)
{
    const char *value = fp_json_string(variables->env, name);
    return value != NULL ? fp_xstrdup(value) : fp_config_env(variables->config, name);
}

const struct fp_entry *fp_program_find(const struct fp_tree *tree,
                                       const struct variables *variables, const char *name)
{
    cleanup_free char *path = fp_variables_get(variables, "PATH");
    cleanup_strv struct fp_strv folders = {0};
    fp_strv_split(&folders, path != NULL ? path : DEFAULT_PATH, ':');
    for (size_t i = 0; i < folders.len; i++) {
        /* A relative directory depends on the process's working directory, so it is ignored. */
        if (folders.items[i][0] != '/')
            continue;
        cleanup_free char *candidate = fp_path_join(folders.items[i], name);
        if (fp_is_program(tree, candidate))
            return fp_tree_resolve(tree, candidate);
    }
    return NULL;
}
