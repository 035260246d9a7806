#include "flinkpack/alpine/version.h"

#include <string.h>

static unsigned order_bit(char c)
{
    switch (c) {
    case '<':
        return FP_APK_LESS;
    case '=':
        return FP_APK_EQUAL;
    case '>':
        return FP_APK_GREATER;
    case '~':
        return FP_APK_FUZZY | FP_APK_EQUAL;
    default:
        return 0;
    }
}

static size_t name_length(struct fp_apk_text text)
{
    size_t len = 0;
    while (len < text.len && order_bit(text.ptr[len]) == 0 && text.ptr[len] != '@')
        len++;
    return len;
}

static struct fp_apk_text behind(struct fp_apk_text text, size_t len)
{
    return (struct fp_apk_text){text.ptr + len, text.len - len};
}

enum fp_code fp_apk_dependency_parse(struct fp_apk_text text, struct fp_apk_dependency *ret,
                                     struct fp_error *err)
{
    struct fp_apk_text rest = text;
    struct fp_apk_dependency dependency = {0};
    if (rest.len > 0 && rest.ptr[0] == '!') {
        dependency.is_conflict = true;
        rest = behind(rest, 1);
    }
    dependency.name = (struct fp_apk_text){rest.ptr, name_length(rest)};
    rest = behind(rest, dependency.name.len);
    if (rest.len > 0 && rest.ptr[0] == '@') {
        while (rest.len > 0 && order_bit(rest.ptr[0]) == 0)
            rest = behind(rest, 1);
    }
    while (rest.len > 0 && order_bit(rest.ptr[0]) != 0) {
        dependency.accepts |= order_bit(rest.ptr[0]);
        rest = behind(rest, 1);
    }
    dependency.version = rest;
    dependency.is_identity = dependency.accepts == (FP_APK_LESS | FP_APK_GREATER);
    if (dependency.name.len == 0 || (dependency.accepts != 0) != (rest.len > 0))
        return fp_fail(err, FP_E_INPUT, "'%.*s' is no dependency: expected NAME or NAME>=VERSION",
                       (int) (text.len < 200 ? text.len : 200), text.len > 0 ? text.ptr : "");
    *ret = dependency;
    return FP_OK;
}

bool fp_apk_dependency_accepts(const struct fp_apk_dependency *dependency,
                               struct fp_apk_text version)
{
    if (dependency->accepts == 0)
        return true;
    if (version.len == 0 || dependency->is_identity)
        return false;
    if ((dependency->accepts & FP_APK_FUZZY) != 0 &&
        fp_apk_version_begins(version, dependency->version))
        return true;
    return (fp_apk_version_compare(version, dependency->version) & dependency->accepts) != 0;
}
