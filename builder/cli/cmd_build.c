#include "build_checks.h"

#include <string.h>
#include <unistd.h>

/* A file that is begun before the build, so that a folder that cannot be written to is told of at
 * once, and published after it. */
static enum fp_code begin_file(const char *path, struct fp_newfile **ret, struct fp_error *err)
{
    return path != NULL ? fp_newfile_open(path, 0666, ret, err) : FP_OK;
}

static enum fp_code end_file(struct fp_newfile *file, const char *path, const char *text,
                             struct fp_error *err)
{
    if (file == NULL)
        return FP_OK;
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fp_newfile_fd(file), path);
    enum fp_code code = fp_sink_write(sink, text, strlen(text), err);
    if (code == FP_OK)
        code = fp_sink_finish(sink, err);
    return code == FP_OK ? fp_newfile_publish(file, NULL, true, err) : code;
}

static enum fp_code write_metadata(struct fp_newfile *file, const char *path,
                                   const struct fp_build_result *result, struct fp_error *err)
{
    if (file == NULL)
        return FP_OK;
    cleanup_free char *text = fp_json_pretty(result->metadata);
    cleanup_free char *lines = fp_xasprintf("%s\n", text);
    return end_file(file, path, lines, err);
}

static void tell_next(const struct fp_run *run, const struct fp_build_result *result)
{
    if (run->args.build.dry_run)
        fp_report(run->reporter, FP_EVENT_INFO, "dry run: nothing was written or pushed");
    for (size_t i = 0; i < result->next_steps.len; i++)
        fp_report(run->reporter, FP_EVENT_INFO, "next: %s", result->next_steps.items[i]);
}

static enum fp_code build(struct fp_run *run, const struct fp_session *session,
                          struct fp_build_result *result, struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    cleanup_newfile struct fp_newfile *metadata = NULL;
    cleanup_newfile struct fp_newfile *digest = NULL;
    enum fp_code code = begin_file(args->metadata_file, &metadata, err);
    if (code != FP_OK)
        return fp_context(err, "--metadata-file");
    code = begin_file(args->digest_file, &digest, err);
    if (code != FP_OK)
        return fp_context(err, "--digest-file");
    code = fp_build_run(&args->build, &session->context, result, err);
    if (code == FP_OK)
        code = write_metadata(metadata, args->metadata_file, result, err);
    if (code == FP_OK)
        code = end_file(digest, args->digest_file, result->digest.text, err);
    return code;
}

/* NAME[:TAG]@DIGEST: manifests use the digest, and say which tag that was. */
static enum fp_code generate(struct fp_run *run, const struct fp_build_result *result,
                             struct fp_error *err)
{
    cleanup_reference struct fp_reference asked = {0};
    const char *name = run->args.build.image_name;
    enum fp_code code = name != NULL ? fp_reference_parse(name, &asked, err) : FP_OK;
    if (code != FP_OK)
        return code;
    cleanup_free char *image =
        fp_xasprintf("%s%s%s@%s", result->name, asked.tag != NULL ? ":" : "",
                     asked.tag != NULL ? asked.tag : "", result->digest.text);
    return fp_generate_after_build(run, image, err);
}

enum fp_code fp_run_build(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    struct fp_build_result result = {0};
    enum fp_code code = fp_generate_check(run, err);
    if (code == FP_OK)
        code = fp_check_base_folders(&run->args.build.base_folders, err);
    if (code == FP_OK)
        code = fp_check_job_files(&run->args.build, err);
    if (code == FP_OK)
        code = fp_session_open_build(run, &session, err);
    if (code == FP_OK)
        code = fp_check_images(&session, &run->args.build, err);
    if (code == FP_OK)
        code = build(run, &session, &result, err);
    if (code == FP_OK)
        code = fp_run_result(run, result.name, &result.digest, err);
    if (code == FP_OK)
        tell_next(run, &result);
    if (code == FP_OK && run->args.generate != NULL)
        code = generate(run, &result, err);
    fp_build_result_clear(&result);
    return code;
}
