/* Finds base images in the catalogue, which consists of the files of base-images/. */
#include "internal.h"

#include <errno.h>
#include <string.h>

#define SUFFIX       ".json"
#define NAME_MAX_LEN 64
#define NAMES_MAX    1000

/* A valid name is a file name without its suffix, so it cannot lead out of its directory. */
static bool name_is_valid(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-");
    return len > 0 && len <= NAME_MAX_LEN && name[len] == '\0' && name[0] != '.' &&
           name[0] != '-' && strcmp(name, "schema") != 0;
}

static void add_name(struct fp_strv *names, const char *file)
{
    cleanup_free char *name = fp_xstrndup(file, strlen(file) - strlen(SUFFIX));
    if (name_is_valid(name) && !fp_strv_has(names, name))
        fp_strv_add(names, name);
}

static enum fp_code list_folder(const char *folder, struct fp_strv *names, struct fp_error *err)
{
    cleanup_strv struct fp_strv files = {0};
    if (!fp_dir_names(folder, "*" SUFFIX, NAMES_MAX + 1, &files))
        return errno == ENOENT || errno == ENOTDIR
                   ? FP_OK
                   : fp_fail_errno(err, FP_E_IO, "%s: cannot list the base images", folder);
    for (size_t i = 0; i < files.len; i++)
        add_name(names, files.items[i]);
    if (files.len > NAMES_MAX || names->len > NAMES_MAX)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d base images", folder, NAMES_MAX);
    return FP_OK;
}

enum fp_code fp_base_check_directories(const struct fp_strv *directories, struct fp_error *err)
{
    for (size_t i = 0; i < directories->len; i++) {
        if (!fp_path_is_dir(directories->items[i]))
            return fp_fail(err, FP_E_NOT_FOUND, "--base-images: %s: no such folder",
                           directories->items[i]);
    }
    return FP_OK;
}

enum fp_code fp_base_list(const struct fp_strv *folders, struct fp_strv *ret, struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    for (const struct builtin_entry *entry = fp_builtin_entries; entry->name != NULL; entry++)
        fp_strv_add(&names, entry->name);
    for (size_t i = 0; i < folders->len; i++)
        FP_TRY(list_folder(folders->items[i], &names, err));
    fp_strv_sort(&names);
    fp_strv_add_all(ret, &names);
    return FP_OK;
}

char *fp_base_for_java(const struct fp_strv *folders, unsigned java)
{
    cleanup_strv struct fp_strv names = {0};
    if (fp_base_list(folders, &names, NULL) != FP_OK)
        return NULL;
    for (; java < 100; java++) {
        char *name = fp_xasprintf("temurin-%u-jre", java);
        if (fp_strv_has(&names, name))
            return name;
        free(name);
    }
    return NULL;
}

static enum fp_code fail_unknown(const struct fp_strv *folders, const char *name,
                                 struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    FP_TRY(fp_base_list(folders, &names, err));
    cleanup_free char *list = fp_strv_join(&names, ", ", 1500);
    struct fp_suggestion near = fp_suggestion_for(name);
    for (size_t i = 0; i < names.len; i++)
        fp_suggestion_consider(&near, names.items[i]);
    enum fp_code code =
        fp_fail(err, FP_E_NOT_FOUND, "no base image '%.100s': there are %s", name, list);
    return near.best != NULL
               ? fp_hinted(code, err, "%s", near.best)
               : fp_hinted(code, err,
                           "an image is named with its registry: REGISTRY/REPOSITORY:TAG");
}

static enum fp_code find_builtin(const struct fp_strv *folders, const char *name,
                                 struct fp_base_entry *ret, struct fp_error *err)
{
    for (const struct builtin_entry *entry = fp_builtin_entries; entry->name != NULL; entry++) {
        if (strcmp(entry->name, name) == 0)
            return fp_entry_parse(entry->text, strlen(entry->text), name, name, ret, err);
    }
    return fail_unknown(folders, name, err);
}

enum fp_code fp_base_find(const struct fp_strv *folders, const char *name,
                          struct fp_base_entry *ret, struct fp_error *err)
{
    if (!name_is_valid(name))
        return fail_unknown(folders, name, err);
    for (size_t i = 0; i < folders->len; i++) {
        cleanup_free char *file = fp_xasprintf("%s" SUFFIX, name);
        cleanup_free char *path = fp_path_join(folders->items[i], file);
        if (fp_path_exists(path))
            return fp_entry_read(path, name, ret, err);
    }
    return find_builtin(folders, name, ret, err);
}
