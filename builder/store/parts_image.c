/* An image of one layer, whose documents are made in memory. */
#include "flinkpack/store/parts.h"

#include <string.h>

struct fp_descriptor fp_parts_add_image(struct fp_repo *parts, const struct fp_platform *platform,
                                        const struct fp_config_change *change,
                                        struct fp_blob *layer)
{
    cleanup_config struct fp_config empty = fp_config_empty(platform);
    char *bytes = fp_config_bytes(&empty, change);
    cleanup_blob struct fp_blob *config = fp_blob_memory(FP_MEDIA_OCI_CONFIG, bytes, strlen(bytes));
    cleanup_manifest struct fp_manifest manifest = {.media_type = FP_MEDIA_OCI_MANIFEST};
    manifest.config = fp_descriptor_copy(fp_blob_descriptor(config));
    fp_manifest_add_layer(&manifest, fp_blob_descriptor(layer));
    bytes = fp_manifest_bytes(&manifest);
    cleanup_blob struct fp_blob *root = fp_blob_memory(FP_MEDIA_OCI_MANIFEST, bytes, strlen(bytes));
    fp_parts_add_blob(parts, layer);
    fp_parts_add_blob(parts, config);
    fp_parts_add_blob(parts, root);
    return fp_descriptor_copy(fp_blob_descriptor(root));
}
