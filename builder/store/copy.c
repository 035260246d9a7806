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

enum fp_code fp_copy_image(struct fp_repo *from, const struct fp_descriptor *root,
                           const struct fp_platform *platform, struct fp_push *to,
                           struct fp_push_result *ret, struct fp_error *err)
{
    struct fp_copy_plan plan = {0};
    enum fp_code code = fp_copy_plan_make(from, root, platform, &plan, err);
    if (code == FP_OK) {
        feed(&plan, from, to);
        code = fp_push_finish(to, ret, err);
    }
    fp_copy_plan_clear(&plan);
    return fp_context(code, err, "copying from %s to %s", from->title, fp_push_title(to));
}
