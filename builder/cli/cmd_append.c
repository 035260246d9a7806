/* append: files put on any image, or on none. */
#include "build_checks.h"
#include "result_files.h"

static enum fp_code append(const struct fp_run *run, const struct fp_session *session,
                           struct fp_build_result *result, struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    cleanup_result_files struct fp_result_files files = {0};
    FP_TRY(fp_result_files_begin(args, &files, err));
    FP_TRY(fp_append_run(&args->build, &args->append, &session->context, result, err));
    return fp_result_files_end(&files, run, result, err);
}

enum fp_code fp_run_append(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_build_result struct fp_build_result result = {0};
    FP_TRY(fp_session_open_build(run, &session, err));
    FP_TRY(fp_check_images(&session, &run->args.build, err));
    FP_TRY(append(run, &session, &result, err));
    fp_run_result(run, result.name, &result.digest);
    fp_tell_next(run, &result);
    return FP_OK;
}
