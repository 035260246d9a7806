#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/flink/distribution.h"

/* Where Flink's build puts a distribution, below the root of its sources. */
static const char *const PLACES[] = {"flink-dist/target/flink-*-bin/flink-*", "build-target"};

static void free_matches(glob_t *matches)
{
    globfree(matches);
}

/* A pattern below a folder whose own name may hold '[' or '*'. */
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

/* The last in bytewise order of those that match and are distributions, or NULL. */
static char *find_by_pattern(const char *folder, const char *place)
{
    cleanup_free char *pattern = pattern_below(folder, place);
    __attribute__((cleanup(free_matches))) glob_t matches = {0};
    char *found = NULL;
    if (glob(pattern, 0, NULL, &matches) != 0)
        return NULL;
    for (size_t i = 0; i < matches.gl_pathc; i++) {
        if (!is_distribution(matches.gl_pathv[i]))
            continue;
        free(found);
        found = fp_xstrdup(matches.gl_pathv[i]);
    }
    return found;
}

static char *find_in(const char *folder)
{
    if (is_distribution(folder))
        return fp_xstrdup(folder);
    char *found = NULL;
    for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]) && found == NULL; i++)
        found = find_by_pattern(folder, PLACES[i]);
    return found;
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

/* Cut the last part off; false at the root. */
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
    if (folder != NULL) {
        if (!fp_path_is_dir(folder))
            return fail_no_folder(folder, err);
        *ret = find_in(folder);
        return *ret != NULL ? FP_OK : fail_not_found(folder, err);
    }
    cleanup_free char *here = realpath(".", NULL);
    if (here == NULL)
        return fp_fail_errno(err, FP_E_IO, "the working folder");
    do {
        *ret = find_in(here);
    } while (*ret == NULL && go_up(here));
    return *ret != NULL ? FP_OK : fail_not_found("the working folder or above it", err);
}
