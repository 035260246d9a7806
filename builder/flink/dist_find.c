/* Finding the distribution of a local build of Flink, at or above the working directory. */
#include <glob.h>
#include <string.h>

#include "flinkpack/flink/distribution.h"

/* The places below the root of Flink's sources where its build puts a distribution. */
static const char *const PLACES[] = {"flink-dist/target/flink-*-bin/flink-*", "build-target"};

static void free_matches(glob_t *matches)
{
    globfree(matches);
}

/* Join a directory, whose name may contain '[' or '*', and a pattern. */
static char *pattern_below(const char *folder, const char *pattern)
{
    char *joined = fp_xmalloc(strlen(folder) * 2 + strlen(pattern) + 2);
    char *out = joined;
    for (const char *p = folder; *p != '\0'; p++) {
        if (strchr("*?[\\", *p) != NULL)
            *out++ = '\\';
        *out++ = *p;
    }
    *out++ = '/';
    memcpy(out, pattern, strlen(pattern) + 1);
    return joined;
}

static bool is_distribution(const char *folder)
{
    cleanup_free char *pattern = pattern_below(folder, "lib/flink-dist*.jar");
    __attribute__((cleanup(free_matches))) glob_t matches = {0};
    return glob(pattern, GLOB_ERR, NULL, &matches) == 0 && matches.gl_pathc > 0;
}

/* List the directories that match a pattern and are distributions. */
static void find_by_pattern(const char *folder, const char *place, struct fp_strv *ret)
{
    cleanup_free char *pattern = pattern_below(folder, place);
    __attribute__((cleanup(free_matches))) glob_t matches = {0};
    if (glob(pattern, 0, NULL, &matches) != 0)
        return;
    for (size_t i = 0; i < matches.gl_pathc; i++)
        if (is_distribution(matches.gl_pathv[i]))
            fp_strv_add(ret, matches.gl_pathv[i]);
}

/* Find a distribution; `*ret` is NULL if there is none. If there are several, as after builds of
 * two versions, the link of the last build selects one. */
static enum fp_code find_in(const char *folder, char **ret, struct fp_error *err)
{
    cleanup_strv struct fp_strv builds = {0};
    cleanup_strv struct fp_strv last = {0};
    *ret = is_distribution(folder) ? fp_xstrdup(folder) : NULL;
    if (*ret != NULL)
        return FP_OK;
    find_by_pattern(folder, PLACES[0], &builds);
    find_by_pattern(folder, PLACES[1], &last);
    const struct fp_strv *found = builds.len == 1 || last.len == 0 ? &builds : &last;
    if (found->len > 1)
        return fp_hinted(fp_fail(err, FP_E_INPUT, "several builds of Flink: %s and %s",
                                 found->items[0], found->items[1]),
                         err, "name the folder of one: --from-local-dist FOLDER");
    *ret = found->len == 1 ? fp_xstrdup(found->items[0]) : NULL;
    return FP_OK;
}

static enum fp_code fail_not_found(const char *where, struct fp_error *err)
{
    return fp_hinted(fp_fail(err, FP_E_NOT_FOUND,
                             "no Flink distribution in %s: looked for lib/flink-dist*.jar there "
                             "and in %s and %s",
                             where, PLACES[0], PLACES[1]),
                     err,
                     "build Flink first (mvn clean install -DskipTests), or name the folder that "
                     "holds bin, conf and lib");
}

static enum fp_code fail_no_folder(const char *path, struct fp_error *err)
{
    if (!fp_path_exists(path))
        return fp_fail(err, FP_E_NOT_FOUND, "%s: no such folder", path);
    return fp_hinted(fp_fail(err, FP_E_USAGE, "%s: a file, not the folder of a distribution", path),
                     err, "--from-archive %s", path);
}

/* Remove the last part of a path; false at the root. */
static bool go_up(char *folder)
{
    char *slash = strrchr(folder, '/');
    if (slash == NULL || strcmp(folder, "/") == 0)
        return false;
    slash[slash == folder ? 1 : 0] = '\0';
    return true;
}

enum fp_code fp_distribution_find(const char *folder, char **ret, struct fp_error *err)
{
    if (folder != NULL && !fp_path_is_dir(folder))
        return fail_no_folder(folder, err);
    cleanup_free char *here = folder != NULL ? fp_xstrdup(folder) : realpath(".", NULL);
    if (here == NULL)
        return fp_fail_errno(err, FP_E_IO, "the working folder");
    do {
        FP_TRY(find_in(here, ret, err));
        if (*ret != NULL)
            return FP_OK;
    } while (folder == NULL && go_up(here));
    return fail_not_found(folder != NULL ? folder : "the working folder or above it", err);
}
