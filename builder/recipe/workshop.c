/* The local store and the cache, which an image is made with. */
#include "plan.h"

enum fp_code fp_workshop_open(const struct fp_build_context *context, struct fp_repo **ret_store,
                              struct fp_error *err)
{
    FP_TRY(fp_repo_open_layout(context->places.store, FP_LAYOUT_STORE, ret_store, err));
    return fp_mkdir_p(context->cache_folder, FP_KEPT_DIR_MODE, err);
}
