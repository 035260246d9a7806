/* build makes an image of a Flink distribution and a job. append adds files to any image or to an
 * empty one. Both print one line, and can also write --metadata-file and --digest-file. */
#include <string.h>
#include <sys/stat.h>

#include "format.h"
#include "generate_input.h"
#include "session.h"
#include "signing.h"

#define LOCK_NAME "flinkpack.lock"

/* The result files. They are opened early and published at the end. */
struct result_files {
    struct fp_newfile *metadata; /* NULL: not asked for, or a pipe or device */
    struct fp_newfile *digest;   /* likewise */
};

/* Pipes and devices are not opened here. They are only written at the end. */
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

/* Whether a file can be made, before anything is done for it. */
static enum fp_code try_file(const char *option, const char *path, struct fp_error *err)
{
    cleanup_newfile struct fp_newfile *file = NULL;
    bool is_template = path != NULL && strchr(path, '{') != NULL;
    return is_template ? FP_OK : fp_context(begin_file(path, &file, err), err, "%s", option);
}

static enum fp_code try_statements(const struct fp_build_options *options, struct fp_error *err)
{
    for (size_t i = 0; i < options->sboms.len; i++) {
        const char *equals = strchr(options->sboms.items[i], '=');
        if (equals != NULL && equals[1] != '\0')
            FP_TRY(try_file("--sbom", equals + 1, err));
    }
    return try_file("--provenance-file", options->provenance_file, err);
}

/* The files are opened before the build, so that an unwritable directory fails at once. */
static enum fp_code begin_files(const struct fp_args *args, struct result_files *ret,
                                struct fp_error *err)
{
    enum fp_code code = begin_file(args->metadata_file, &ret->metadata, err);
    if (code != FP_OK)
        return fp_context(code, err, "--metadata-file");
    code = begin_file(args->digest_file, &ret->digest, err);
    return fp_context(code, err, "--digest-file");
}

/* The metadata of the result includes all warnings. */
static enum fp_code end_files(struct result_files *files, const struct fp_run *run,
                              const struct fp_build_result *result, struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    enum fp_code code =
        write_metadata(files->metadata, args->metadata_file, run->warnings, result, err);
    return code == FP_OK ? end_file(files->digest, args->digest_file, result->digest.text, err)
                         : code;
}

/* Write what is said of the image to the files that were named for it. */
static enum fp_code write_statements(const struct fp_build_result *result, struct fp_error *err)
{
    for (size_t i = 0; i < json_array_size(result->statements); i++) {
        const json_t *statement = json_array_get(result->statements, i);
        const char *file = fp_json_string(statement, "file");
        if (file == NULL)
            continue;
        cleanup_free char *text = fp_json_pretty(json_object_get(statement, "document"));
        cleanup_free char *lines = fp_xasprintf("%s\n", text);
        FP_TRY(fp_file_write(file, lines, strlen(lines), 0666, err));
    }
    return FP_OK;
}

static void clear_files(struct result_files *files)
{
    fp_newfile_free(files->metadata);
    fp_newfile_free(files->digest);
    *files = (struct result_files){0};
}

/* Report a dry run, and suggest useful next commands. */
static void tell_next(const struct fp_run *run, const struct fp_build_result *result)
{
    if (run->args.build.dry_run)
        fp_report(run->reporter, FP_EVENT_INFO, "dry run: nothing was written or pushed");
    for (size_t i = 0; i < result->next_steps.len; i++)
        fp_report(run->reporter, FP_EVENT_INFO, "next: %s", result->next_steps.items[i]);
}

static bool is_file(const char *path)
{
    return fp_path_exists(path) && !fp_path_is_dir(path);
}

/* A name without a registry has to be in the local store, unless it has no slash: then it can be
 * an official image of Docker Hub. */
static enum fp_code check_stored(const struct fp_session *session, const char *option,
                                 const char *text, const char *prefix, struct fp_error *err)
{
    cleanup_found struct fp_found found = {0};
    if (!is_file(text) && strchr(text, '/') == NULL && !session->context.offline)
        return FP_OK;
    enum fp_code code = fp_session_find(session, text, FP_FIND_STORE, &found, err);
    if (code == FP_OK)
        return FP_OK;
    if (is_file(text))
        fp_hint(err, "for the file: %s %s%s", option, prefix, text);
    return fp_context(code, err, "%s", option);
}

static bool names_the_store(const char *text)
{
    struct fp_location location = {0};
    enum fp_code code = fp_location_parse(text, &location, NULL);
    bool names = code == FP_OK ? location.kind == FP_AT_STORE : is_file(text);
    fp_location_clear(&location);
    return names;
}

/* Fail with a hint if --from-image or --base name an image of the local store that it does not
 * have. */
static enum fp_code check_images(const struct fp_session *session,
                                 const struct fp_build_options *options, struct fp_error *err)
{
    const char *base = options->base;
    const char *from = options->from_image;
    /* A name without any of these characters is an entry of the catalogue. */
    bool is_image = base != NULL && strpbrk(base, "/:@.") != NULL;
    enum fp_code code = FP_OK;
    if (from != NULL && names_the_store(from))
        code = check_stored(session, "--from-image", from, "oci-archive:", err);
    if (code == FP_OK && is_image && names_the_store(base))
        code = check_stored(session, "--base", base, "rootfs:", err);
    return code;
}

char *fp_lock_path(const struct fp_run *run)
{
    const char *named = run->args.build.lock_file;
    const char *config = run->settings->file;
    if (named != NULL || config == NULL)
        return fp_xstrdup(named != NULL ? named : LOCK_NAME);
    int folder_len = (int) (fp_path_base(config) - config);
    return fp_xasprintf("%.*s%s", folder_len, config, LOCK_NAME);
}

/* A lock that is there is obeyed, also one that cannot be read. */
static void find_lock(struct fp_run *run)
{
    struct stat st = {0};
    cleanup_free char *path = fp_lock_path(run);
    if (run->args.build.lock_file != NULL || lstat(path, &st) != 0)
        return;
    run->lock_file = steal_pointer(&path);
    run->args.build.lock_file = run->lock_file;
}

enum fp_code fp_make_image(struct fp_run *run, bool is_append, struct fp_build_result *ret,
                           struct fp_error *err)
{
    struct fp_args *args = &run->args;
    cleanup_session struct fp_session session = {0};
    cleanup_signing struct fp_signing signing = {0};
    __attribute__((cleanup(clear_files))) struct result_files files = {0};
    args->build.wants_metadata = args->metadata_file != NULL;
    FP_TRY(fp_session_open_build(run, &session, err));
    FP_TRY(check_images(&session, &args->build, err));
    FP_TRY(fp_signing_open(run, &signing, err));
    session.context.signing = signing.is_asked ? &signing.work : NULL;
    FP_TRY(begin_files(args, &files, err));
    FP_TRY(try_statements(&args->build, err));
    FP_TRY(is_append ? fp_append_run(&args->build, &args->append, &session.context, ret, err)
                     : fp_build_run(&args->build, &session.context, ret, err));
    FP_TRY(write_statements(ret, err));
    return end_files(&files, run, ret, err);
}

static enum fp_code make(struct fp_run *run, bool is_append, struct fp_build_result *ret,
                         struct fp_error *err)
{
    FP_TRY(fp_make_image(run, is_append, ret, err));
    fp_run_result(run, ret->name, &ret->digest);
    tell_next(run, ret);
    return FP_OK;
}

/* Manifests use NAME[:TAG]@DIGEST: the digest counts, and the tag is there for information. */
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
    cleanup_build_result struct fp_build_result result = {0};
    FP_TRY(fp_generate_prepare(run, &input, err));
    find_lock(run);
    FP_TRY(make(run, false, &result, err));
    return run->args.generate != NULL ? generate(run, &input, &result, err) : FP_OK;
}

enum fp_code fp_run_append(struct fp_run *run, struct fp_error *err)
{
    cleanup_build_result struct fp_build_result result = {0};
    return make(run, true, &result, err);
}
