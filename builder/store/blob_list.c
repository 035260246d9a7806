/* A list of blobs by digest. */
#include "blob_list.h"

#include <stdlib.h>

static const struct fp_digest *digest_of(const struct fp_blob *blob)
{
    return &fp_blob_descriptor(blob)->digest;
}

struct fp_blob *fp_blob_list_find(const struct fp_blob_list *list, const struct fp_digest *digest)
{
    for (size_t i = 0; i < list->len; i++)
        if (fp_digest_equal(digest_of(list->items[i]), digest))
            return list->items[i];
    return NULL;
}

void fp_blob_list_add(struct fp_blob_list *list, struct fp_blob *blob)
{
    if (fp_blob_list_find(list, digest_of(blob)) != NULL)
        return;
    list->items = fp_xreallocarray(list->items, list->len + 1, sizeof(struct fp_blob *));
    list->items[list->len++] = fp_blob_ref(blob);
}

void fp_blob_list_clear(struct fp_blob_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        fp_blob_unref(list->items[i]);
    free(list->items);
    *list = (struct fp_blob_list){0};
}
