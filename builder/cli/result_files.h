/**
 * @file
 * What is told of an image that was made: --metadata-file, --digest-file, the next steps.
 */
#ifndef FLINKPACK_CLI_RESULT_FILES_H
#define FLINKPACK_CLI_RESULT_FILES_H

#include "command.h"

/** The files, begun but not yet there. Zero-initialise; release with fp_result_files_clear(). */
struct fp_result_files {
    struct fp_newfile *metadata; /**< NULL: not asked for */
    struct fp_newfile *digest;   /**< likewise */
};

/** Begin them before the image is made, so that a folder that cannot be written to is told of at
 * once. */
FP_CHECKED enum fp_code fp_result_files_begin(const struct fp_args *args,
                                              struct fp_result_files *ret, struct fp_error *err);
/** Write and publish them: the result's metadata gets all that was warned of. */
FP_CHECKED enum fp_code fp_result_files_end(struct fp_result_files *files, const struct fp_run *run,
                                            const struct fp_build_result *result,
                                            struct fp_error *err);
/** Forget what was not published. */
void fp_result_files_clear(struct fp_result_files *files);
/** Tell of a dry run, and of command lines worth typing next. */
void fp_tell_next(const struct fp_run *run, const struct fp_build_result *result);

/** Declare files that are cleared at the end of their scope. */
#define cleanup_result_files __attribute__((cleanup(fp_result_files_clear)))

#endif
