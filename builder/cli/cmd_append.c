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
    struct fp_build_result result = {0};
    enum fp_code code = fp_check_base_folders(&run->args.build.base_folders, err);
    if (code == FP_OK)
        code = fp_session_open_build(run, &session, err);
    if (code == FP_OK)
        code = fp_check_images(&session, &run->args.build, err);
    if (code == FP_OK)
        code = append(run, &session, &result, err);
    if (code == FP_OK)
        fp_run_result(run, result.name, &result.digest);
    if (code == FP_OK)
        fp_tell_next(run, &result);
    fp_build_result_clear(&result);
    return code;
}
