/**
 * @file
 * What manifests are made of beside the image: options, and the files that these name. Each file is
 * read once, as it may be a pipe.
 */
#ifndef FLINKPACK_CLI_GENERATE_INPUT_H
#define FLINKPACK_CLI_GENERATE_INPUT_H

#include "command.h"

/** Zero-initialise; release with fp_generate_input_clear(). */
struct fp_generate_input {
    struct fp_args *args;             /**< of the run, or those of --values */
    struct fp_args own;               /**< of --values */
    struct fp_settings settings;      /**< which its strings are borrowed from */
    const struct fp_strv *image_conf; /**< --conf of the build before; NULL: there was none */
    char *again;                      /**< the command line but for what another image has anew */
    char *again_arguments;            /**< those of the job, behind "--" */
    char *log_conf;                   /**< the text of --log-conf; NULL: it is not given */
    struct fp_deploy_patch *patches;
    size_t patch_count;
};

/**
 * Read the files that `args` names, of which some become part of it.
 * @param settings Where its options came from. Borrowed.
 */
FP_CHECKED enum fp_code fp_generate_input_read(struct fp_args *args,
                                               const struct fp_settings *settings,
                                               struct fp_generate_input *ret, struct fp_error *err);
/** Likewise with the options of a file of --values alone; NULL: there are none. */
FP_CHECKED enum fp_code fp_generate_input_from_values(const char *path,
                                                      struct fp_generate_input *ret,
                                                      struct fp_error *err);
/** Note the command line for the next time, of what `settings` has of it. */
void fp_generate_input_remember(const struct fp_settings *settings, const char *output_dir,
                                const char *values, struct fp_generate_input *input);
/** Release the members. */
void fp_generate_input_clear(struct fp_generate_input *input);
/** Declare an input that is cleared at the end of its scope. */
#define cleanup_generate_input __attribute__((cleanup(fp_generate_input_clear)))

#endif
