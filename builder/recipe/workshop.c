/* What an image is made with: the local store and threads. */
#include "plan.h"

enum fp_code fp_workshop_open(const struct fp_build_context *context, struct fp_repo **ret_store,
                              struct fp_pool **ret_pool, struct fp_error *err)
{
    FP_TRY(fp_repo_open_layout(context->places.store, FP_LAYOUT_STORE, ret_store, err));
    FP_TRY(fp_mkdir_p(context->cache_folder, FP_KEPT_DIR_MODE, err));
    unsigned threads = context->threads > 0 ? context->threads : fp_cpus();
    *ret_pool = fp_pool_new(threads < FP_POOL_MAX ? threads : FP_POOL_MAX);
    return FP_OK;
}
