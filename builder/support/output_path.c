/* Resolves the path of an output: links in it are followed if they are our own or root's. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flinkpack/support/file.h"
#include "internal.h"

/* The kernel follows as many. */
#define MAX_LINKS 40

/* A path that is being resolved: the finished part, which has no links in it, and the rest. */
struct path_walk {
    char *done; /* "" at the beginning of a relative path */
    char *rest;
    int links;
};

bool fp_is_own_or_root(uid_t owner)
{
    return owner == geteuid() || owner == 0;
}

/* The next part of the rest; "" at the end. The caller owns it. */
static char *take_part(struct path_walk *walk)
{
    char *from = walk->rest + strspn(walk->rest, "/");
    size_t len = strcspn(from, "/");
    char *part = fp_xstrndup(from, len);
    memmove(walk->rest, from + len, strlen(from + len) + 1);
    return part;
}

/* The finished part consists of real directories, so ".." removes the last of them. */
static char *joined(const char *done, const char *part)
{
    const char *base = fp_path_base(done);
    if (strcmp(part, ".") == 0)
        return fp_xstrdup(done);
    if (strcmp(part, "..") == 0 && strcmp(done, "/") == 0)
        return fp_xstrdup(done);
    if (strcmp(part, "..") != 0 || *done == '\0' || strcmp(base, "..") == 0)
        return fp_path_join(done, part);
    size_t len = (size_t) (base - done);
    return len == 1 && done[0] == '/' ? fp_xstrdup("/") : fp_xstrndup(done, len > 0 ? len - 1 : 0);
}

static enum fp_code follow(struct path_walk *walk, const char *link, const struct stat *st,
                           struct fp_error *err)
{
    char text[PATH_MAX];
    if (!fp_is_own_or_root(st->st_uid))
        return fp_hinted(fp_fail(err, FP_E_IO,
                                 "%s: is a link of another user, which is not "
                                 "followed to write",
                                 link),
                         err, "name the place that is meant");
    ssize_t len = readlink(link, text, sizeof(text) - 1);
    if (len < 0 || ++walk->links > MAX_LINKS) {
        errno = len < 0 ? errno : ELOOP;
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be followed", link);
    }
    text[len] = '\0';
    char *rest = fp_xasprintf("%s/%s", text, walk->rest);
    free(walk->rest);
    walk->rest = rest;
    if (text[0] == '/') {
        free(walk->done);
        walk->done = fp_xstrdup("/");
    }
    return FP_OK;
}

static enum fp_code go(struct path_walk *walk, struct fp_error *err)
{
    enum fp_code code = FP_OK;
    while (code == FP_OK) {
        struct stat st = {0};
        cleanup_free char *part = take_part(walk);
        if (*part == '\0')
            return FP_OK;
        cleanup_free char *next = joined(walk->done, part);
        if (lstat(*next != '\0' ? next : ".", &st) == 0 && S_ISLNK(st.st_mode)) {
            code = follow(walk, next, &st, err);
            continue;
        }
        free(walk->done);
        walk->done = steal_pointer(&next);
    }
    return code;
}

enum fp_code fp_output_path(const char *path, char **ret, struct fp_error *err)
{
    struct path_walk walk = {.done = fp_xstrdup(path[0] == '/' ? "/" : ""),
                             .rest = fp_xstrdup(path)};
    enum fp_code code = go(&walk, err);
    /* Without links, the user's own spelling of the path is kept for messages. */
    if (code == FP_OK && (walk.links == 0 || walk.done[0] == '\0'))
        *ret = fp_xstrdup(path);
    else if (code == FP_OK)
        *ret = steal_pointer(&walk.done);
    free(walk.done);
    free(walk.rest);
    return code;
}
