/* Chooses the mirrors that an image is pulled from. */
#include "mirror.h"

#include <string.h>

#define MAX_MIRRORS 1000

void fp_mirrors_clear(struct fp_mirrors *mirrors)
{
    for (size_t i = 0; i < mirrors->len; i++) {
        free(mirrors->items[i].prefix);
        free(mirrors->items[i].location);
    }
    free(mirrors->items);
    fp_strv_clear(&mirrors->insecure);
    *mirrors = (struct fp_mirrors){0};
}

void fp_mirrors_take(struct fp_mirrors *mirrors, struct fp_mirror take_mirror)
{
    if (mirrors->len >= MAX_MIRRORS) {
        free(take_mirror.prefix);
        free(take_mirror.location);
        return;
    }
    mirrors->items = fp_xreallocarray(mirrors->items, mirrors->len + 1, sizeof(*mirrors->items));
    mirrors->items[mirrors->len++] = take_mirror;
}

/* HOST[:PORT][/PATH] is valid if it can precede "/NAME" in a reference. */
bool fp_mirror_place_is_valid(const char *place)
{
    cleanup_reference struct fp_reference reference = {0};
    cleanup_free char *name = fp_xasprintf("%s/name", place);
    return fp_reference_parse(name, &reference, NULL) == FP_OK && reference.registry != NULL;
}

enum fp_code fp_mirrors_add(struct fp_mirrors *mirrors, const char *text, struct fp_error *err)
{
    const char *equals = strchr(text, '=');
    cleanup_free char *prefix =
        equals != NULL ? fp_xstrndup(text, (size_t) (equals - text)) : fp_xstrdup("");
    if (equals == NULL || !fp_mirror_place_is_valid(prefix) ||
        !fp_mirror_place_is_valid(equals + 1))
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "--mirror: expected PREFIX=PLACE, not '%s'", text), err,
            "--mirror docker.io=mirror.example.com/hub");
    fp_mirrors_take(mirrors, (struct fp_mirror){.prefix = steal_pointer(&prefix),
                                                .location = fp_xstrdup(equals + 1),
                                                .is_option = true});
    return FP_OK;
}

/* How much of a name "*.DOMAIN[/PATH]" matches; 0: it does not match. */
static size_t wildcard_len(const char *name, const char *prefix)
{
    const char *rest = prefix + 1;
    size_t rest_len = strlen(rest);
    const char *path = name + strcspn(name, "/");
    for (const char *at = strstr(name, rest); at != NULL && at < path; at = strstr(at + 1, rest)) {
        if (at > name && (at[rest_len] == '\0' || strchr("/:", at[rest_len]) != NULL))
            return (size_t) (at - name) + rest_len;
    }
    return 0;
}

/* How much of a name a prefix matches; 0: it does not match. */
static size_t prefix_len(const char *name, const char *prefix)
{
    size_t len = strlen(prefix);
    if (strncmp(prefix, "*.", 2) == 0)
        return wildcard_len(name, prefix);
    return strncmp(name, prefix, len) == 0 && (name[len] == '\0' || name[len] == '/') ? len : 0;
}

/* The longest prefix among the rules of files. */
static size_t best_prefix(const struct fp_mirrors *mirrors, const char *name)
{
    size_t best = 0;
    for (size_t i = 0; i < mirrors->len; i++) {
        const struct fp_mirror *mirror = &mirrors->items[i];
        size_t len = strlen(mirror->prefix);
        if (!mirror->is_option && len > best && prefix_len(name, mirror->prefix) > 0)
            best = len;
    }
    return best;
}

static bool applies(const struct fp_mirror *mirror, const struct fp_reference *reference,
                    const char *name, size_t best)
{
    bool by_digest = fp_digest_is_set(&reference->digest);
    return prefix_len(name, mirror->prefix) > 0 &&
           (mirror->is_option || strlen(mirror->prefix) == best) &&
           (by_digest ? !mirror->tags_only : !mirror->digests_only);
}

/* Replace the beginning of a name. A location that replaces all of it has to name a repository,
 * because the port of HOST:PORT alone would be parsed as a tag. */
static enum fp_code rewrite(const struct fp_mirror *mirror, const struct fp_reference *reference,
                            const char *name, struct fp_reference *ret, struct fp_error *err)
{
    cleanup_reference struct fp_reference found = {0};
    cleanup_free char *text =
        fp_xasprintf("%s%s", mirror->location, name + prefix_len(name, mirror->prefix));
    if (fp_reference_parse(text, &found, NULL) != FP_OK || found.registry == NULL ||
        found.tag != NULL)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s: '%s' in the place of '%s' makes '%s', which names no "
                                 "repository",
                                 name, mirror->location, mirror->prefix, text),
                         err, "a prefix without the repository, or a location with one");
    found.tag = fp_xstrdup(reference->tag);
    found.digest = reference->digest;
    *ret = found;
    found = (struct fp_reference){0};
    return FP_OK;
}

static enum fp_code blocked(const char *name, struct fp_error *err)
{
    enum fp_code code = fp_fail(err, FP_E_INPUT, "%s: registries.conf blocks it", name);
    fp_hint(err, "take \"blocked = true\" out, or pull from elsewhere with --mirror");
    return code;
}

/* Mirrors come first, then the replacement of the registry itself, for which there is always room.
 */
static enum fp_code collect(const struct fp_mirrors *mirrors, const struct fp_reference *reference,
                            const char *name, bool primary, struct fp_reference *ret,
                            size_t *ret_len, struct fp_error *err)
{
    size_t best = best_prefix(mirrors, name);
    size_t room = FP_MIRRORS_MAX_CANDIDATES + (primary ? 1 : 0);
    for (size_t i = 0; i < mirrors->len && *ret_len < room; i++) {
        const struct fp_mirror *mirror = &mirrors->items[i];
        if (mirror->location == NULL || mirror->is_primary != primary ||
            !applies(mirror, reference, name, best))
            continue;
        FP_TRY(rewrite(mirror, reference, name, &ret[*ret_len], err));
        ++*ret_len;
    }
    return FP_OK;
}

static bool is_blocked(const struct fp_mirrors *mirrors, const struct fp_reference *reference,
                       const char *name)
{
    size_t best = best_prefix(mirrors, name);
    for (size_t i = 0; i < mirrors->len; i++) {
        if (mirrors->items[i].location == NULL &&
            applies(&mirrors->items[i], reference, name, best))
            return true;
    }
    return false;
}

enum fp_code fp_mirrors_choose(const struct fp_mirrors *mirrors,
                               const struct fp_reference *reference, struct fp_reference *ret,
                               size_t *ret_len, struct fp_error *err)
{
    cleanup_free char *name = fp_reference_name(reference);
    *ret_len = 0;
    enum fp_code code = collect(mirrors, reference, name, false, ret, ret_len, err);
    if (code == FP_OK && is_blocked(mirrors, reference, name))
        return *ret_len > 0 ? FP_OK : blocked(name, err);
    size_t mirror_count = *ret_len;
    if (code == FP_OK)
        code = collect(mirrors, reference, name, true, ret, ret_len, err);
    if (code == FP_OK && *ret_len == mirror_count)
        ret[(*ret_len)++] = fp_reference_copy(reference);
    while (code != FP_OK && *ret_len > 0)
        fp_reference_clear(&ret[--*ret_len]);
    return code;
}
