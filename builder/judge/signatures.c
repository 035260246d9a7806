/* What Java's JarVerifier says of signature files: one that is left of another jar covers entries
 * that the manifest does not have. */
#include "signatures.h"

#include <string.h>

#include "api_format.h"
#include "manifest.h"

/* The names of a manifest's sections, by their hashes. */
struct section_names {
    uint64_t *hashes;
    size_t len;
};

/* The reading of a signature file. */
struct signature_reading {
    const char *manifest;
    size_t manifest_len;
    struct section_names sections; /* of the manifest */
    bool fits;                     /* a digest of the whole manifest is right */
    bool is_strong;                /* a digest is of an algorithm that every Java trusts */
    bool is_foreign;               /* a section is missing in the manifest */
};

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *) left;
    uint64_t b = *(const uint64_t *) right;
    return (a > b) - (a < b);
}

static void collect(void *context, size_t section, const char *name, const char *value)
{
    struct section_names *names = context;
    if (section == 0 || strcasecmp(name, "Name") != 0)
        return;
    if ((names->len & (names->len - 1)) == 0) /* a power of two: double the room */
        names->hashes = fp_xreallocarray(names->hashes, names->len > 0 ? 2 * names->len : 1,
                                         sizeof(*names->hashes));
    names->hashes[names->len++] = fp_api_hash_class(value, strlen(value));
}

/* Whether a digest of the whole manifest, in base64, is right. */
static bool digest_fits(const struct signature_reading *reading, enum fp_hash_algorithm algorithm,
                        const char *base64)
{
    char want[FP_HASH_HEX_MAX] = "";
    char have[FP_HASH_HEX_MAX] = "";
    size_t len = 0;
    cleanup_free unsigned char *digest = fp_base64_decode(base64, &len);
    if (digest == NULL || len > FP_HASH_HEX_MAX / 2)
        return false;
    for (size_t i = 0; i < len; i++)
        (void) snprintf(want + 2 * i, 3, "%02x", digest[i]);
    fp_hash_bytes(algorithm, reading->manifest, reading->manifest_len, have);
    return strcmp(want, have) == 0;
}

static void look_at(void *context, size_t section, const char *name, const char *value)
{
    struct signature_reading *reading = context;
    if (section > 0 && strcasecmp(name, "Name") == 0) {
        uint64_t hash = fp_api_hash_class(value, strlen(value));
        const struct section_names *known = &reading->sections;
        reading->is_foreign =
            reading->is_foreign || known->len == 0 ||
            bsearch(&hash, known->hashes, known->len, sizeof(hash), compare) == NULL;
    }
    reading->is_strong = reading->is_strong || strncasecmp(name, "SHA-256-", 8) == 0 ||
                         strncasecmp(name, "SHA-384-", 8) == 0 ||
                         strncasecmp(name, "SHA-512-", 8) == 0;
    if (section > 0)
        return;
    if (strcasecmp(name, "SHA-256-Digest-Manifest") == 0)
        reading->fits = reading->fits || digest_fits(reading, FP_SHA256, value);
    else if (strcasecmp(name, "SHA-512-Digest-Manifest") == 0)
        reading->fits = reading->fits || digest_fits(reading, FP_SHA512, value);
    else if (strcasecmp(name, "SHA1-Digest-Manifest") == 0 ||
             strcasecmp(name, "SHA-1-Digest-Manifest") == 0)
        reading->fits = reading->fits || digest_fits(reading, FP_SHA1, value);
}

enum fp_signature fp_signature_judge(const char *signature, size_t signature_len,
                                     const char *manifest, size_t manifest_len)
{
    size_t line = 0;
    struct signature_reading reading = {.manifest = manifest, .manifest_len = manifest_len};
    (void) fp_manifest_read(manifest, manifest_len, collect, &reading.sections, &line);
    if (reading.sections.len > 1)
        qsort(reading.sections.hashes, reading.sections.len, sizeof(uint64_t), compare);
    const char *fault = fp_manifest_read(signature, signature_len, look_at, &reading, &line);
    free(reading.sections.hashes);
    if (fault != NULL || reading.fits || !reading.is_foreign)
        return FP_SIGNATURE_FITS;
    return reading.is_strong ? FP_SIGNATURE_BROKEN : FP_SIGNATURE_OLD;
}
