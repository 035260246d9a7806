/* build: an image of a Flink distribution and a job. */
#include "build_checks.h"
#include "generate_input.h"
#include "result_files.h"
#include <unistd.h>

static enum fp_code build(struct fp_run *run, const struct fp_session *session,
                          struct fp_build_result *result, struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    cleanup_result_files struct fp_result_files files = {0};
    FP_TRY(fp_result_files_begin(args, &files, err));
    FP_TRY(fp_build_run(&args->build, &session->context, result, err));
    return fp_result_files_end(&files, run, result, err);
}

/* NAME[:TAG]@DIGEST: manifests use the digest, and say which tag that was. */
static enum fp_code generate(struct fp_run *run, struct fp_generate_input *input,
                             const struct fp_build_result *result, struct fp_error *err)
{
    cleanup_reference struct fp_reference asked = {0};
    const char *name = run->args.build.image_name;
    FP_TRY(name != NULL ? fp_reference_parse(name, &asked, err) : FP_OK);
    cleanup_free char *image =
        fp_xasprintf("%s%s%s@%s", result->name, asked.tag != NULL ? ":" : "",
                     asked.tag != NULL ? asked.tag : "", result->digest.text);
    return fp_generate_after_build(run, input, image, err);
}

enum fp_code fp_run_build(struct fp_run *run, struct fp_error *err)
{
    cleanup_generate_input struct fp_generate_input input = {0};
    cleanup_session struct fp_session session = {0};
    cleanup_build_result struct fp_build_result result = {0};
    FP_TRY(fp_generate_prepare(run, &input, err));
    FP_TRY(fp_session_open_build(run, &session, err));
    FP_TRY(fp_check_images(&session, &run->args.build, err));
    FP_TRY(build(run, &session, &result, err));
    fp_run_result(run, result.name, &result.digest);
    fp_tell_next(run, &result);
    return run->args.generate != NULL ? generate(run, &input, &result, err) : FP_OK;
}
