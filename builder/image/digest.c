/* Parses, compares and makes digests such as "sha256:...". */
#include "flinkpack/image/digest.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct algorithm {
    const char *name;
    size_t hex_len;
    enum fp_hash_algorithm algorithm;
} algorithms[] = {
    {"sha256", 64, FP_SHA256},
    {"sha512", 128, FP_SHA512},
};

static const struct algorithm *find_algorithm(const char *text)
{
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        size_t len = strlen(algorithms[i].name);
        if (strncmp(text, algorithms[i].name, len) == 0 && text[len] == ':')
            return &algorithms[i];
    }
    return NULL;
}

enum fp_code fp_digest_parse(const char *text, const char *name, struct fp_digest *ret,
                             struct fp_error *err)
{
    const struct algorithm *algorithm = find_algorithm(text);
    if (algorithm == NULL)
        return fp_fail(err, FP_E_INPUT,
                       "%s: '%.150s' is no digest: expected sha256: or sha512: and its hexadecimal "
                       "digits",
                       name, text);
    const char *hex = strchr(text, ':') + 1;
    size_t len = strlen(hex);
    if (len != algorithm->hex_len || strspn(hex, "0123456789abcdef") != len)
        return fp_fail(err, FP_E_INPUT,
                       "%s: '%.150s' is no digest: expected %zu lower-case hexadecimal digits "
                       "after '%s:'",
                       name, text, algorithm->hex_len, algorithm->name);
    struct fp_digest digest = {0};
    memcpy(digest.text, text, strlen(text)); /* this fits: the length is checked above */
    *ret = digest;
    return FP_OK;
}

enum fp_hash_algorithm fp_digest_algorithm(const struct fp_digest *digest)
{
    const struct algorithm *algorithm = find_algorithm(digest->text);
    assert(algorithm != NULL);
    return algorithm->algorithm;
}

const char *fp_digest_hex(const struct fp_digest *digest)
{
    const char *colon = strchr(digest->text, ':');
    return colon != NULL ? colon + 1 : digest->text;
}

const char *fp_digest_algorithm_name(const struct fp_digest *digest)
{
    const struct algorithm *algorithm = find_algorithm(digest->text);
    assert(algorithm != NULL);
    return algorithm->name;
}

bool fp_digest_is_set(const struct fp_digest *digest)
{
    return digest->text[0] != '\0';
}

bool fp_digest_equal(const struct fp_digest *a, const struct fp_digest *b)
{
    return strcmp(a->text, b->text) == 0;
}

static struct fp_digest digest_of_hex(enum fp_hash_algorithm algorithm, const char *hex)
{
    struct fp_digest digest = {0};
    assert(algorithm != FP_SHA1);
    (void) snprintf(digest.text, sizeof(digest.text), "%s:%s",
                    algorithm == FP_SHA512 ? "sha512" : "sha256", hex);
    return digest;
}

struct fp_digest fp_digest_of(const void *data, size_t len)
{
    char hex[FP_HASH_HEX_MAX];
    fp_hash_bytes(FP_SHA256, data, len, hex);
    return digest_of_hex(FP_SHA256, hex);
}

struct fp_digest fp_digest_finish(struct fp_hash *hash, enum fp_hash_algorithm algorithm)
{
    char hex[FP_HASH_HEX_MAX];
    fp_hash_hex(hash, hex);
    return digest_of_hex(algorithm, hex);
}
