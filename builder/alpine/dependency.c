/* Parses dependencies such as "so:libc.musl-x86_64.so.1" or "bash>=5.2", and matches versions
 * against them. */
#include "flinkpack/alpine/version.h"

#include <string.h>

/* The maximum length of a dependency, which is a name or path and a version. */
#define DEPENDENCY_MAX 300

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
    if (text.len > DEPENDENCY_MAX || dependency.name.len == 0 ||
        (dependency.accepts != 0) != (rest.len > 0))
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
    if (dependency->is_identity)
        return false;
    /* In apk 3, a missing version is less than any other version. */
    if (version.len == 0)
        return (dependency->accepts & FP_APK_LESS) != 0;
    if ((dependency->accepts & FP_APK_FUZZY) != 0 &&
        fp_apk_version_begins(version, dependency->version))
        return true;
    return (fp_apk_version_compare(version, dependency->version) & dependency->accepts) != 0;
}

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Whether a text is a name such as "bash" or "gtk+3.0", or any file name after "so:" or "cmd:". */
static bool is_name(struct fp_apk_text name)
{
    cleanup_free char *text = fp_xstrndup(name.ptr, name.len);
    size_t len = strspn(text, DIGITS LETTERS "._+-");
    if (len == 0 || strchr("._+-", text[0]) != NULL)
        return false;
    if (text[len] == ':') {
        while (text[len] > ' ' && text[len] <= '~' && text[len] != '/' && text[len] != '!')
            len++;
    }
    return len == name.len && text[len - 1] != ':';
}

/* Whether a text is "Q1" and the SHA-1 of a package's control part in base64. */
static bool is_identity(struct fp_apk_text version)
{
    cleanup_free char *text = fp_xstrndup(version.ptr, version.len);
    return version.len == 30 && memcmp(text, "Q1", 2) == 0 &&
           strspn(text, DIGITS LETTERS "+/") == 29 && text[29] == '=';
}

enum fp_code fp_apk_request_check(const char *request, struct fp_error *err)
{
    struct fp_apk_dependency parsed = {0};
    const unsigned both = FP_APK_LESS | FP_APK_GREATER;
    if (strchr(request, '@') != NULL)
        return fp_fail(err, FP_E_INPUT, "a repository is not chosen by a tag but by --repository");
    if (fp_apk_dependency_parse(fp_apk_text(request), &parsed, NULL) != FP_OK ||
        parsed.is_conflict || !is_name(parsed.name))
        return fp_fail(err, FP_E_INPUT, "expected NAME or NAME>=VERSION");
    if (parsed.accepts == 0 || (parsed.is_identity && is_identity(parsed.version)))
        return FP_OK;
    if ((parsed.accepts & both) == both)
        return fp_fail(err, FP_E_INPUT, "the operator is one of =, <, >, <=, >= and ~");
    if (!fp_apk_version_is_valid(parsed.version))
        return fp_fail(err, FP_E_INPUT, "'%.*s' is no version such as 1.2.3-r0",
                       (int) (parsed.version.len < 200 ? parsed.version.len : 200),
                       parsed.version.ptr);
    return FP_OK;
}
