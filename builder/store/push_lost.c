/* Blobs that a push took for granted, and that its target does not have after all. */
#include "push.h"

/* One refusal may name several. Tasks have ended by then, so that nothing changes meanwhile. */
enum fp_code fp_push_check_lost(struct fp_push *push, struct fp_error *err)
{
    const struct fp_digest *first = NULL;
    for (struct fp_push_item *item = push->items; item != NULL; item = item->next) {
        item->is_lost =
            item->is_lost || (item->is_known && fp_repo_doubts(push->to, &item->descriptor.digest));
        if (item->is_lost && first == NULL)
            first = &item->descriptor.digest;
    }
    if (first == NULL)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "%s no longer has %s, of which the image is made",
                             push->to->title, first->text),
                     err, "it was there before, and has been deleted: it has to be sent anew");
}

const struct fp_digest *fp_push_lost(const struct fp_push *push, size_t index)
{
    for (const struct fp_push_item *item = push->items; item != NULL; item = item->next) {
        if (item->is_lost && index-- == 0)
            return &item->descriptor.digest;
    }
    return NULL;
}

bool fp_push_find_again(struct fp_push_item *item, struct fp_blob *blob)
{
    struct fp_push *push = item->push;
    if (item->state == FP_PUSH_TRAVELS)
        return false;
    if (item->state == FP_PUSH_ARRIVED)
        push->result.existing--;
    item->blob = fp_blob_ref(blob);
    item->is_known = item->is_lost = false;
    item->state = FP_PUSH_WAITS;
    return true;
}
