/* Scopes of tokens: "repository:team/orders:pull,push". */
#include "token.h"

#include <string.h>

#define MAX_SCOPES      16
#define MAX_SCOPE_BYTES 512

/* The parts of a scope, as pointers into the text. */
struct scope {
    const char *resource; /* TYPE:NAME */
    size_t resource_len;
    const char *actions;
};

static bool take_apart(const char *text, struct scope *ret)
{
    const char *type_end = strchr(text, ':');
    const char *actions = strrchr(text, ':');
    if (type_end == NULL || actions == type_end || type_end == text || actions[1] == '\0' ||
        strlen(text) > MAX_SCOPE_BYTES || strpbrk(text, " \t\r\n\"\\") != NULL)
        return false;
    *ret = (struct scope){text, (size_t) (actions - text), actions + 1};
    return true;
}

static bool same_resource(const struct scope *a, const struct scope *b)
{
    return a->resource_len == b->resource_len &&
           strncmp(a->resource, b->resource, a->resource_len) == 0;
}

static bool has_actions(const char *have, const char *want)
{
    cleanup_strv struct fp_strv left = {0};
    cleanup_strv struct fp_strv right = {0};
    fp_strv_split(&left, have, ',');
    fp_strv_split(&right, want, ',');
    for (size_t i = 0; i < right.len; i++) {
        if (!fp_strv_has(&left, right.items[i]))
            return false;
    }
    return true;
}

/* The actions are sorted, so that "push,pull" and "pull,push" are equal. */
static char *join_actions(const char *a, const char *b)
{
    cleanup_strv struct fp_strv parts = {0};
    cleanup_buf struct fp_buf joined = FP_BUF_INIT((size_t) 4 * MAX_SCOPE_BYTES);
    fp_strv_split(&parts, a, ',');
    fp_strv_split(&parts, b, ',');
    fp_strv_sort(&parts);
    for (size_t i = 0; i < parts.len; i++) {
        if (i > 0 && strcmp(parts.items[i], parts.items[i - 1]) == 0)
            continue;
        fp_buf_putf(&joined, "%s%s", joined.len > 0 ? "," : "", parts.items[i]);
    }
    return fp_buf_take(&joined);
}

void fp_scope_add(struct fp_strv *scopes, const char *scope)
{
    struct scope added;
    if (!take_apart(scope, &added))
        return;
    for (size_t i = 0; i < scopes->len; i++) {
        struct scope have;
        if (!take_apart(scopes->items[i], &have) || !same_resource(&have, &added))
            continue;
        cleanup_free char *actions = join_actions(have.actions, added.actions);
        char *merged = fp_xasprintf("%.*s:%s", (int) added.resource_len, added.resource, actions);
        free(scopes->items[i]);
        scopes->items[i] = merged;
        return;
    }
    cleanup_free char *actions = join_actions(added.actions, "");
    if (scopes->len < MAX_SCOPES)
        fp_strv_addf(scopes, "%.*s:%s", (int) added.resource_len, added.resource, actions);
}

static bool covers_one(const struct fp_strv *have, const struct scope *want)
{
    for (size_t i = 0; i < have->len; i++) {
        struct scope one;
        if (take_apart(have->items[i], &one) && same_resource(&one, want) &&
            has_actions(one.actions, want->actions))
            return true;
    }
    return false;
}

bool fp_scope_covers(const struct fp_strv *have, const struct fp_strv *want)
{
    for (size_t i = 0; i < want->len; i++) {
        struct scope one;
        if (take_apart(want->items[i], &one) && !covers_one(have, &one))
            return false;
    }
    return true;
}
