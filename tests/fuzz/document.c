/**
 * @file
 * Manifests and indexes as registries send them. No document may be accepted as both, and accepted
 * documents must be the same after writing and reading.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool try_manifest(const char *text, size_t size)
{
    cleanup_manifest struct fp_manifest manifest = {0};
    cleanup_manifest struct fp_manifest again = {0};
    struct fp_error err = {0};
    if (fp_manifest_parse(text, size, NULL, "fuzz", &manifest, &err) != FP_OK)
        return false;
    cleanup_free char *bytes = fp_manifest_bytes(&manifest);
    if (strlen(bytes) <= FP_MANIFEST_MAX_BYTES &&
        fp_manifest_parse(bytes, strlen(bytes), FP_MEDIA_OCI_MANIFEST, "fuzz", &again, &err) !=
            FP_OK)
        abort();
    return true;
}

static bool try_index(const char *text, size_t size)
{
    cleanup_index struct fp_index index = {0};
    struct fp_platform platform = {.os = "linux", .architecture = "amd64"};
    const struct fp_descriptor *chosen = NULL;
    struct fp_error err = {0};
    if (fp_index_parse(text, size, NULL, "fuzz", &index, &err) != FP_OK)
        return false;
    if (fp_index_choose(&index, &platform, "fuzz", &chosen, &err) == FP_OK &&
        (chosen < index.manifests || chosen >= index.manifests + index.manifest_count))
        abort();
    cleanup_free char *bytes = fp_index_bytes(&index);
    return bytes[0] == '{';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xmalloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    bool manifest = try_manifest(text, size);
    if (try_index(text, size) && manifest)
        abort();
    return 0;
}
