/* lock writes flinkpack.lock: it makes the image of a build without writing it anywhere, and keeps
 * what that was made of. */
#include <string.h>

#include "command.h"

#define LOCK_MAX_BYTES ((size_t) 4 << 20)

/* Whether the file has that text already. */
static bool is_same(const char *path, const char *text)
{
    cleanup_buf struct fp_buf old = FP_BUF_INIT(LOCK_MAX_BYTES);
    return !fp_is_written_through(path) && fp_path_exists(path) &&
           fp_file_read(path, &old, NULL) == FP_OK && strcmp(fp_buf_text(&old), text) == 0;
}

/* A place that cannot be written to is told before the work. */
static enum fp_code check_place(const char *path, struct fp_error *err)
{
    cleanup_newfile struct fp_newfile *file = NULL;
    return fp_is_written_through(path) ? FP_OK : fp_newfile_open(path, 0666, &file, err);
}

enum fp_code fp_run_lock(struct fp_run *run, struct fp_error *err)
{
    struct fp_build_options *build = &run->args.build;
    cleanup_build_result struct fp_build_result result = {0};
    cleanup_free char *path = fp_lock_path(run);
    FP_TRY(check_place(path, err));
    build->lock_file = NULL;
    build->dry_run = true;
    build->refresh = true;
    build->push = false;
    FP_TRY(fp_make_image(run, false, &result, err));
    cleanup_free char *text = fp_lock_text(result.lock);
    if (is_same(path, text)) {
        fp_report(run->reporter, FP_EVENT_INFO, "%s is as it was", path);
        return FP_OK;
    }
    FP_TRY(fp_file_write(path, text, strlen(text), 0666, err));
    fp_report(run->reporter, FP_EVENT_INFO, "%s is written, for the image %s", path,
              result.digest.text);
    return FP_OK;
}
