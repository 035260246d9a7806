/*
 * Blobs that exist according to HEAD but are missing. A cache of descriptors can outlive the blobs
 * (that of distribution does, after a garbage collection), and a blob can get lost between its
 * upload and the manifest. The refusal of the manifest shows it; HEAD is then no longer believed
 * for these blobs.
 */
#include "answer.h"
#include "manifests.h"

#include <string.h>
#include <strings.h>

/* "sha256:" and hexadecimal digits look the same in all texts. */
static void find_digests(const char *text, struct fp_strv *ret)
{
    static const char hex[] = "0123456789abcdef";
    for (const char *at = strstr(text, "sha"); at != NULL; at = strstr(at + 1, "sha")) {
        struct fp_digest digest;
        if (strncmp(at, "sha256:", 7) != 0 && strncmp(at, "sha512:", 7) != 0)
            continue;
        cleanup_free char *found = fp_xstrndup(at, 7 + strspn(at + 7, hex));
        if (fp_digest_parse(found, "", &digest, NULL) == FP_OK && !fp_strv_has(ret, found))
            fp_strv_add(ret, found);
    }
}

/* Amazon's registry and others name the missing layers in words of their own. */
static bool names_a_blob(const struct fp_http_response *response, const char *manifest)
{
    cleanup_strv struct fp_strv named = {0};
    find_digests(fp_buf_text(&response->body), &named);
    for (size_t i = 0; i < named.len; i++) {
        if (strstr(manifest, named.items[i]) != NULL)
            return true;
    }
    return false;
}

bool fp_registry_lacks_blobs(const struct fp_http_response *response, const char *manifest)
{
    static const char *const codes[] = {"MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN",
                                        "MANIFEST_UNKNOWN"};
    static const char *const words[] = {"unknown blob", "blob unknown", "blob not found"};
    if (response->status < 400)
        return false;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (fp_registry_has_code(response, codes[i]))
            return true;
    }
    if (response->status == 401 || response->status == 403)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasestr(fp_buf_text(&response->body), words[i]) != NULL)
            return true;
    }
    return response->status < 500 && names_a_blob(response, manifest);
}

/* Called with the lock held. */
static void doubt(struct fp_registry *registry, const char *digest)
{
    if (fp_strv_has(&registry->doubted, digest))
        return;
    fp_strv_add(&registry->doubted, digest);
    registry->has_doubts = true;
}

bool fp_registry_doubt(struct fp_registry *registry, const struct fp_http_response *response,
                       const char *manifest)
{
    cleanup_strv struct fp_strv needed = {0};
    cleanup_strv struct fp_strv named = {0};
    bool names_any = false;
    find_digests(manifest, &needed);
    find_digests(fp_buf_text(&response->body), &named);
    for (size_t i = 0; i < named.len; i++)
        names_any = names_any || fp_strv_has(&needed, named.items[i]);
    FP_HOLD(registry);
    /* Some registries name only the first blob, so after a second refusal all are doubted. */
    names_any = names_any && registry->doubted.len == 0;
    for (size_t i = 0; i < needed.len; i++) {
        if (!names_any || fp_strv_has(&named, needed.items[i]))
            doubt(registry, needed.items[i]);
    }
    return registry->has_doubts;
}

bool fp_registry_take_doubts(struct fp_registry *registry)
{
    FP_HOLD(registry);
    bool has_doubts = registry->has_doubts;
    registry->has_doubts = false;
    return has_doubts;
}

bool fp_registry_is_doubted(struct fp_registry *registry, const struct fp_digest *digest)
{
    FP_HOLD(registry);
    return fp_strv_has(&registry->doubted, digest->text);
}
