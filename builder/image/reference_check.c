/* Checks the parts of a reference: registry, repository and tag. */
#include "internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The grammar and the limits are those of distribution/reference. */
#define REPOSITORY_MAX 255
#define REGISTRY_MAX   255
#define TAG_MAX        128

static bool is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Describe a character as 'X' if it is printable, else by its number, so that it can be found. */
static void describe_char(char c, char *slot, size_t size)
{
    if (c == '\0')
        (void) snprintf(slot, size, "its end");
    else if (c == ' ')
        (void) snprintf(slot, size, "a space");
    else if (isgraph((unsigned char) c))
        (void) snprintf(slot, size, "'%c'", c);
    else
        (void) snprintf(slot, size, "the byte 0x%02x", (unsigned) (unsigned char) c);
}

static enum fp_code fail_at(const char *text, const char *part, const char *value, size_t at,
                            const char *expected, struct fp_error *err)
{
    char what[24];
    describe_char(value[at], what, sizeof(what));
    return fp_fail(err, FP_E_USAGE,
                   "image name '%.300s': %s at position %zu of the %s '%.300s': expected %s", text,
                   what, at + 1, part, value, expected);
}

/* A separator is ".", "_", "__" or any number of "-". */
static size_t separator_len(const char *text)
{
    if (text[0] == '.')
        return 1;
    if (text[0] == '_')
        return text[1] == '_' ? 2 : 1;
    return strspn(text, "-");
}

/* The first offset that violates the grammar, or the length if the name is valid. */
static size_t repository_valid_len(const char *repository)
{
    size_t at = 0;
    bool after_alnum = false;
    while (repository[at] != '\0') {
        if (is_lower_alnum(repository[at])) {
            after_alnum = true;
            at++;
            continue;
        }
        size_t skip = repository[at] == '/' ? 1 : separator_len(repository + at);
        if (!after_alnum || skip == 0 || !is_lower_alnum(repository[at + skip]))
            return skip == 0 || !after_alnum ? at : at + skip;
        at += skip;
    }
    return at;
}

static void hint_lower_case(const char *text, const char *repository, struct fp_error *err)
{
    cleanup_free char *lower = fp_xstrdup(text);
    char *part = strstr(lower, repository);
    for (size_t i = 0; part != NULL && i < strlen(repository); i++)
        part[i] = (char) tolower((unsigned char) part[i]);
    fp_hint(err, "repository names are lower case: try '%.300s'", lower);
}

/* Hints for common mistakes in scripts: names made from variables, and branches used as tags. */
static void hint_repository(const char *text, const char *repository, size_t at,
                            struct fp_error *err)
{
    if (isupper((unsigned char) repository[at]))
        hint_lower_case(text, repository, err);
    else if (text[0] == '/')
        fp_hint(err, "nothing stands before the first '/': is a variable empty? A file is "
                     "named oci-archive:FILE, a folder oci:DIR");
    else if (repository[at] == ':' && at > 0)
        fp_hint(err, "a tag holds no '/': a branch's name may need '-' in its place");
}

enum fp_code fp_repository_check(const char *text, const char *repository, struct fp_error *err)
{
    size_t len = strlen(repository);
    if (len == 0)
        return fp_fail(err, FP_E_USAGE, "image name '%.300s': the repository is missing", text);
    if (len > REPOSITORY_MAX)
        return fp_fail(err, FP_E_USAGE,
                       "image name '%.300s': the repository has %zu characters, at most %d are "
                       "allowed",
                       text, len, REPOSITORY_MAX);
    size_t at = repository_valid_len(repository);
    if (at == len && is_lower_alnum(repository[len - 1]))
        return FP_OK;
    enum fp_code code =
        fail_at(text, "repository", repository, at,
                "lower-case letters and digits, with '.', '_', '__' or '-' only between them", err);
    hint_repository(text, repository, at, err);
    return code;
}

/* The offset of the first character that is not valid in a host name or "[IPv6]". */
static size_t host_valid_len(const char *host)
{
    if (host[0] == '[') {
        size_t len = 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
        return len > 1 && host[len] == ']' ? len + 1 : len;
    }
    size_t at = 0;
    while (isalnum((unsigned char) host[at])) {
        while (isalnum((unsigned char) host[at]))
            at++;
        size_t dashes = strspn(host + at, "-");
        if (dashes > 0 && isalnum((unsigned char) host[at + dashes]))
            at += dashes;
        else if (host[at] == '.' && isalnum((unsigned char) host[at + 1]))
            at++;
    }
    return at;
}

enum fp_code fp_registry_check(const char *text, const char *registry, struct fp_error *err)
{
    size_t len = strlen(registry);
    if (len > REGISTRY_MAX)
        return fp_fail(err, FP_E_USAGE,
                       "image name '%.300s': the registry has %zu characters, at most %d are "
                       "allowed",
                       text, len, REGISTRY_MAX);
    size_t host = host_valid_len(registry);
    if (registry[0] == '[' && registry[host - 1] != ']')
        return fail_at(text, "registry", registry, host, "an IPv6 address and ']'", err);
    if (host == 0 || (registry[host] != ':' && registry[host] != '\0'))
        return fail_at(text, "registry", registry, host, "HOST or HOST:PORT", err);
    if (registry[host] == '\0')
        return FP_OK;
    const char *port = registry + host + 1;
    size_t digits = strspn(port, "0123456789");
    if (digits == 0 || digits > 5 || port[digits] != '\0' || strtoul(port, NULL, 10) > 65535)
        return fp_fail(err, FP_E_USAGE, "image name '%.300s': '%.100s' is no port number", text,
                       port);
    return FP_OK;
}

static size_t tag_valid_len(const char *tag)
{
    size_t at = 0;
    while (isalnum((unsigned char) tag[at]) || tag[at] == '_' ||
           (at > 0 && (tag[at] == '.' || tag[at] == '-')))
        at++;
    return at;
}

bool fp_tag_is_valid(const char *tag)
{
    size_t len = tag_valid_len(tag);
    return len > 0 && len <= TAG_MAX && tag[len] == '\0';
}

enum fp_code fp_tag_check(const char *text, const char *tag, struct fp_error *err)
{
    if (fp_tag_is_valid(tag))
        return FP_OK;
    size_t at = tag_valid_len(tag);
    if (tag[0] == '\0')
        return fp_fail(err, FP_E_USAGE, "image name '%.300s': nothing follows the ':'", text);
    if (tag[at] != '\0')
        return fail_at(text, "tag", tag, at,
                       at == 0 ? "a letter, a digit or '_' at its beginning"
                               : "letters, digits, '_', '.' and '-'",
                       err);
    return fp_fail(err, FP_E_USAGE,
                   "image name '%.300s': the tag has %zu characters, at most %d are allowed", text,
                   at, TAG_MAX);
}
