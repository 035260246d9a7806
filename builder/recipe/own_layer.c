/* The layers that are added to a base, as values. */
#include "layers.h"

#include <stdlib.h>
#include <string.h>

bool fp_own_layer_is_there(const struct fp_own_layer *own)
{
    return fp_record_has_layer(&own->record);
}

void fp_own_layer_clear(struct fp_own_layer *own)
{
    fp_record_clear(&own->record);
    fp_blob_unref(own->blob);
    free(own->created_by);
    *own = (struct fp_own_layer){0};
}

void fp_platform_images_free(struct fp_platform_image *take_images, size_t count)
{
    for (size_t i = 0; take_images != NULL && i < count; i++) {
        for (size_t k = 0; k < FP_OWN_LAYERS_MAX; k++)
            fp_own_layer_clear(&take_images[i].layers[k]);
        fp_strv_clear(&take_images[i].packages);
        fp_tree_free(take_images[i].outline);
        fp_blob_unref(take_images[i].config);
        fp_blob_unref(take_images[i].manifest);
    }
    free(take_images);
}
