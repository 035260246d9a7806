/* Finds the change of Flink's API that explains why a class or member is not there. */
#include "history.h"

#include <fnmatch.h>
#include <string.h>

#define PREFIX "org/apache/flink/"

/* Whether a pattern of `len` bytes stands for the class or member. The text before the first
 * wildcard is compared first, as most patterns differ in it. */
static bool is_match(const char *pattern, size_t len, const char *name, bool has_member)
{
    size_t plain = strcspn(pattern, "*? ");
    if (strncmp(pattern, name, plain) != 0 || (memchr(pattern, '#', len) != NULL) != has_member)
        return false;
    if (plain == len)
        return name[plain] == '\0' || (name[plain] == '$' && !has_member);
    cleanup_free char *copy = fp_xstrndup(pattern, len);
    return fnmatch(copy, name, 0) == 0;
}

static bool is_listed(const char *patterns, const char *name, bool has_member)
{
    for (const char *at = patterns; *at != '\0';) {
        size_t len = strcspn(at, " ");
        if (is_match(at, len, name, has_member))
            return true;
        at += len + strspn(at + len, " ");
    }
    return false;
}

static const struct fp_api_change *find(const struct fp_api_change *rows,
                                        const struct fp_flink_version *version, bool has_come,
                                        const char *class_name, const char *member)
{
    size_t skipped = strlen(PREFIX);
    if (strncmp(class_name, PREFIX, skipped) != 0)
        return NULL;
    cleanup_free char *name = fp_xasprintf("%s%s%s", class_name + skipped,
                                           member != NULL ? "#" : "", member != NULL ? member : "");
    for (; rows->patterns != NULL; rows++)
        if (fp_flink_at_least(version, rows->major, rows->minor, 0) == has_come &&
            is_listed(rows->patterns, name, member != NULL))
            return rows;
    return NULL;
}

const struct fp_api_change *fp_api_removed(const struct fp_flink_version *version,
                                           const char *class_name, const char *member)
{
    return find(fp_api_removals, version, true, class_name, member);
}

const struct fp_api_change *fp_api_not_yet(const struct fp_flink_version *version,
                                           const char *class_name, const char *member)
{
    return find(fp_api_additions, version, false, class_name, member);
}
