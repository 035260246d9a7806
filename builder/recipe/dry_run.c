/* What a dry run would have made, reused and sent. */
#include "known.h"

/* A number of layers, and their size. */
struct heap {
    unsigned layers;
    uint64_t bytes;
};

static void put(struct heap *heap, const struct fp_descriptor *layer)
{
    heap->layers++;
    heap->bytes += layer->size;
}

static void tell(const struct fp_plan *plan, const char *what, const struct heap *heap,
                 const char *where)
{
    char size[FP_FORMAT_MAX];
    fp_format_bytes(heap->bytes, size);
    if (heap->layers > 0)
        fp_report(plan->context->reporter, FP_EVENT_INFO, "dry run: %s %u layer%s, %s%s%s", what,
                  heap->layers, heap->layers == 1 ? "" : "s", size, where[0] != '\0' ? ", to " : "",
                  where);
}

/* Whatever the image that is replaced does not have would be sent, or mounted where the registry
 * has it in another repository. */
static void tell_output(const struct fp_outputs *outputs, size_t index,
                        const struct fp_finished *image)
{
    const struct fp_plan *plan = outputs->plan;
    const struct fp_reference *to = &plan->outputs[index].location.reference;
    struct heap missing = {0};
    for (size_t i = 0; i < plan->platform_count; i++) {
        const struct fp_manifest *base = &image->bases->images[i].manifest;
        const struct fp_platform_image *own = &image->images[i];
        for (size_t k = 0; k < base->layer_count; k++)
            if (fp_known_holder(outputs->known, index, &base->layers[k].digest) == NULL)
                put(&missing, &base->layers[k]);
        for (size_t k = 0; k < own->layer_count; k++)
            if (fp_own_layer_is_there(&own->layers[k]) &&
                fp_known_holder(outputs->known, index, &own->layers[k].record.blob.digest) == NULL)
                put(&missing, &own->layers[k].record.blob);
    }
    cleanup_free char *where = fp_xasprintf("%s/%s", to->registry, to->repository);
    tell(plan, "would send or mount", &missing, where);
}

void fp_outputs_tell(const struct fp_outputs *outputs, const struct fp_finished *image)
{
    const struct fp_plan *plan = outputs->plan;
    struct heap made = {0};
    struct heap reused = {0};
    for (size_t i = 0; i < plan->platform_count; i++) {
        for (size_t k = 0; k < image->images[i].layer_count; k++) {
            const struct fp_own_layer *own = &image->images[i].layers[k];
            if (fp_own_layer_is_there(own))
                put(own->from != NULL ? &reused : &made, &own->record.blob);
        }
    }
    tell(plan, "made", &made, "");
    tell(plan, "reused", &reused, "");
    for (size_t i = 0; i < plan->output_count; i++) {
        if (plan->outputs[i].location.kind == FP_AT_REGISTRY)
            tell_output(outputs, i, image);
    }
}
