/* What is told of an image that was made, beside the one line of standard output. */
#include "result_files.h"

#include <string.h>

#include "format.h"

/* Pipes and devices get their bytes at the end. */
static enum fp_code begin_file(const char *path, struct fp_newfile **ret, struct fp_error *err)
{
    bool is_file = path != NULL && !fp_is_written_through(path);
    return is_file ? fp_newfile_open(path, 0666, ret, err) : FP_OK;
}

static enum fp_code end_file(struct fp_newfile *file, const char *path, const char *text,
                             struct fp_error *err)
{
    if (path == NULL)
        return FP_OK;
    if (file == NULL)
        return fp_file_write(path, text, strlen(text), 0666, err);
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fp_newfile_fd(file), path);
    FP_TRY(fp_sink_write(sink, text, strlen(text), err));
    FP_TRY(fp_sink_finish(sink, err));
    return fp_newfile_publish(file, NULL, true, err);
}

static enum fp_code write_metadata(struct fp_newfile *file, const char *path,
                                   const struct fp_strv *warnings,
                                   const struct fp_build_result *result, struct fp_error *err)
{
    fp_json_set(result->metadata, "warnings", fp_json_texts(warnings));
    if (path == NULL)
        return FP_OK;
    cleanup_free char *text = fp_json_pretty(result->metadata);
    cleanup_free char *shown = fp_json_printable(text);
    cleanup_free char *lines = fp_xasprintf("%s\n", shown);
    return end_file(file, path, lines, err);
}

enum fp_code fp_result_files_begin(const struct fp_args *args, struct fp_result_files *ret,
                                   struct fp_error *err)
{
    enum fp_code code = begin_file(args->metadata_file, &ret->metadata, err);
    if (code != FP_OK)
        return fp_context(code, err, "--metadata-file");
    code = begin_file(args->digest_file, &ret->digest, err);
    return fp_context(code, err, "--digest-file");
}

enum fp_code fp_result_files_end(struct fp_result_files *files, const struct fp_run *run,
                                 const struct fp_build_result *result, struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    enum fp_code code =
        write_metadata(files->metadata, args->metadata_file, run->warnings, result, err);
    return code == FP_OK ? end_file(files->digest, args->digest_file, result->digest.text, err)
                         : code;
}

void fp_result_files_clear(struct fp_result_files *files)
{
    fp_newfile_free(files->metadata);
    fp_newfile_free(files->digest);
    *files = (struct fp_result_files){0};
}

void fp_tell_next(const struct fp_run *run, const struct fp_build_result *result)
{
    if (run->args.build.dry_run)
        fp_report(run->reporter, FP_EVENT_INFO, "dry run: nothing was written or pushed");
    for (size_t i = 0; i < result->next_steps.len; i++)
        fp_report(run->reporter, FP_EVENT_INFO, "next: %s", result->next_steps.items[i]);
}
