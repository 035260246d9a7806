/**
 * @file
 * Image configurations: if a base is accepted, the configuration made from it is accepted, too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_on_top(const struct fp_config *base)
{
    cleanup_config struct fp_config next = {0};
    cleanup_json json_t *env = json_pack("{s:s}", "PATH", "/bin");
    struct fp_config_layer layer = {.diff_id = fp_digest_of("layer", 5), .created_by = "fuzz"};
    struct fp_config_change change = {
        .layers = &layer, .layer_count = 1, .env = env, .created = "2024-01-01T00:00:00Z"};
    struct fp_error err = {0};
    cleanup_free char *bytes = fp_config_bytes(base, &change);
    if (strlen(bytes) > FP_MANIFEST_MAX_BYTES)
        return;
    if (fp_config_parse(bytes, strlen(bytes), base->diff_id_count + 1, "fuzz", &next, &err) !=
        FP_OK)
        abort();
    cleanup_free char *path = fp_config_env(&next, "PATH");
    if (path == NULL || strcmp(path, "/bin") != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The first byte is the number of layers in the manifest. */
    if (size == 0)
        return 0;
    cleanup_free char *text = fp_xmalloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    cleanup_config struct fp_config config = {0};
    struct fp_error err = {0};
    size_t layers = (size_t) (data[0] & 7);
    if (fp_config_parse(text, size - 1, layers, "fuzz", &config, &err) == FP_OK)
        put_on_top(&config);
    return 0;
}
