/* Parses and writes platforms such as linux/arm64/v8, normalised as containerd does. */
#include "internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Other spellings of architectures. The variant is set if `variant` is not NULL. */
static const struct platform_alias {
    const char *spelling;
    const char *architecture;
    const char *variant;
} aliases[] = {
    {"x86_64", "amd64", NULL}, {"x86-64", "amd64", NULL}, {"aarch64", "arm64", NULL},
    {"i386", "386", ""},       {"i686", "386", ""},       {"armhf", "arm", "v7"},
    {"armel", "arm", "v6"},
};

/* Variants that are the same as another variant of that architecture. */
static const struct variant_alias {
    const char *architecture;
    const char *spelling;
    const char *variant;
} variant_aliases[] = {
    {"amd64", "v1", ""}, {"arm64", "v8", ""},  {"arm64", "8", ""},      {"arm64", "v8.0", ""},
    {"arm", "", "v7"},   {"arm", "5", "v5"},   {"arm", "6", "v6"},      {"arm", "7", "v7"},
    {"arm", "8", "v8"},  {"arm64", "9", "v9"}, {"arm64", "v9.0", "v9"},
};

/* Go's names of the architectures of images. The list helps to find typing errors. */
static const char *const architectures[] = {
    "386",      "amd64",  "arm",   "arm64",   "loong64", "mips",  "mips64",
    "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x",
};

static void set_text(char *slot, size_t size, const char *text)
{
    memset(slot, 0, size); /* equal platforms have equal bytes */
    (void) snprintf(slot, size, "%s", text);
}

static void lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = (char) tolower((unsigned char) *text);
}

static void normalize_architecture(struct fp_platform *platform)
{
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (strcmp(platform->architecture, aliases[i].spelling) != 0)
            continue;
        set_text(platform->architecture, sizeof(platform->architecture), aliases[i].architecture);
        if (aliases[i].variant != NULL)
            set_text(platform->variant, sizeof(platform->variant), aliases[i].variant);
        return;
    }
}

static void normalize_variant(struct fp_platform *platform)
{
    for (size_t i = 0; i < sizeof(variant_aliases) / sizeof(variant_aliases[0]); i++) {
        const struct variant_alias *alias = &variant_aliases[i];
        if (strcmp(platform->architecture, alias->architecture) == 0 &&
            strcmp(platform->variant, alias->spelling) == 0) {
            set_text(platform->variant, sizeof(platform->variant), alias->variant);
            return;
        }
    }
}

void fp_platform_normalize(struct fp_platform *platform)
{
    lower(platform->os);
    lower(platform->architecture);
    lower(platform->variant);
    if (strcmp(platform->os, "macos") == 0)
        set_text(platform->os, sizeof(platform->os), "darwin");
    normalize_architecture(platform);
    normalize_variant(platform);
}

/* A part of a platform consists of letters, digits, '.', '_' and '-'. */
static size_t part_len(const char *text)
{
    size_t len = 0;
    while (isalnum((unsigned char) text[len]) ||
           (text[len] != '\0' && strchr("._-", text[len]) != NULL))
        len++;
    return len;
}

static bool is_known_architecture(const char *architecture)
{
    for (size_t i = 0; i < sizeof(architectures) / sizeof(architectures[0]); i++) {
        if (strcmp(architecture, architectures[i]) == 0)
            return true;
    }
    return false;
}

/* Read the part up to the next '/' or the end; false if it is empty, too long or malformed. */
static bool take_part(const char **cursor, char *slot, size_t size)
{
    size_t len = part_len(*cursor);
    char next = (*cursor)[len];
    if (len == 0 || len >= size || (next != '/' && next != '\0'))
        return false;
    memcpy(slot, *cursor, len);
    slot[len] = '\0';
    *cursor += next == '/' ? len + 1 : len;
    return true;
}

static bool split_platform(const char *text, struct fp_platform *ret)
{
    const char *cursor = text;
    size_t len = strlen(text);
    if (len == 0 || text[len - 1] == '/')
        return false;
    if (!take_part(&cursor, ret->os, sizeof(ret->os)) ||
        !take_part(&cursor, ret->architecture, sizeof(ret->architecture)))
        return false;
    if (*cursor != '\0' && !take_part(&cursor, ret->variant, sizeof(ret->variant)))
        return false;
    return *cursor == '\0';
}

enum fp_code fp_platform_parse(const char *text, struct fp_platform *ret, struct fp_error *err)
{
    struct fp_platform platform = {0};
    if (!split_platform(text, &platform)) {
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "'%.100s' is no platform: expected OS/ARCHITECTURE[/VARIANT]",
                                 text),
                         err, "for example linux/amd64, linux/arm64 or linux/arm/v7");
    }
    fp_platform_normalize(&platform);
    if (!is_known_architecture(platform.architecture)) {
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "platform '%.100s': there is no architecture '%s'", text,
                                 platform.architecture),
                         err, "use amd64, arm64, arm/v7, ppc64le, riscv64 or s390x");
    }
    *ret = platform;
    return FP_OK;
}

char *fp_platform_text(const struct fp_platform *platform)
{
    if (platform->architecture[0] == '\0')
        return fp_xstrdup("unknown platform");
    return fp_xasprintf("%s/%s%s%s", platform->os, platform->architecture,
                        platform->variant[0] != '\0' ? "/" : "", platform->variant);
}

static enum fp_code read_part(const json_t *object, const char *key, const char *name, char *slot,
                              size_t size, struct fp_error *err)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL || json_is_null(value))
        return FP_OK;
    const char *text = json_string_value(value);
    if (text == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: '%s' of the platform is not a string", name, key);
    size_t len = part_len(text);
    if (text[len] != '\0' || len >= size)
        return fp_fail(err, FP_E_INPUT, "%s: '%.100s' cannot be the '%s' of a platform", name, text,
                       key);
    set_text(slot, size, text);
    return FP_OK;
}

enum fp_code fp_platform_from_json(const json_t *object, const char *name, struct fp_platform *ret,
                                   struct fp_error *err)
{
    struct fp_platform platform = {0};
    const struct {
        const char *key;
        char *slot;
        size_t size;
    } parts[] = {
        {"os", platform.os, sizeof(platform.os)},
        {"architecture", platform.architecture, sizeof(platform.architecture)},
        {"variant", platform.variant, sizeof(platform.variant)},
        {"os.version", platform.os_version, sizeof(platform.os_version)},
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        FP_TRY(read_part(object, parts[i].key, name, parts[i].slot, parts[i].size, err));
    fp_platform_normalize(&platform);
    *ret = platform;
    return FP_OK;
}

static void put_part(json_t *object, const char *key, const char *text)
{
    if (text[0] != '\0')
        fp_json_set_text(object, key, text);
}

void fp_platform_to_json(const struct fp_platform *platform, json_t *object)
{
    put_part(object, "os", platform->os);
    put_part(object, "architecture", platform->architecture);
    put_part(object, "variant", platform->variant);
    put_part(object, "os.version", platform->os_version);
}
