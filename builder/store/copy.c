/* Copying an image: the first user of a push. */
#include "copy_plan.h"

#include "flinkpack/store/push.h"

static void feed(struct fp_copy_plan *plan, struct fp_repo *from, struct fp_push *to)
{
    for (size_t i = 0; i < plan->document_count; i++)
        fp_push_document(to, &plan->documents[i].descriptor,
                         steal_pointer(&plan->documents[i].bytes));
    fp_push_ask(to);
    for (size_t i = 0; i < plan->layer_count; i++)
        fp_push_remote(to, FP_PUSH_LAYER, &plan->layers[i], from, NULL);
    for (size_t i = 0; i < plan->config_count; i++)
        fp_push_remote(to, FP_PUSH_CONFIG, &plan->configs[i], from, NULL);
}

static enum fp_code copy(struct fp_repo *from, const struct fp_descriptor *root,
                         const struct fp_platform *platform, struct fp_push *to,
                         struct fp_push_result *ret, struct fp_error *err)
{
    __attribute__((cleanup(fp_copy_plan_clear))) struct fp_copy_plan plan = {0};
    FP_TRY(fp_copy_plan_make(from, root, platform, &plan, err));
    feed(&plan, from, to);
    return fp_push_finish(to, ret, err);
}

enum fp_code fp_copy_image(struct fp_repo *from, const struct fp_descriptor *root,
                           const struct fp_platform *platform, struct fp_push *to,
                           struct fp_push_result *ret, struct fp_error *err)
{
    return fp_context(copy(from, root, platform, to, ret, err), err, "copying from %s to %s",
                      from->title, fp_push_title(to));
}
