/**
 * @file
 * Manifests are made from the image, the options, and the files that the options name. Each file is
 * read only once, because it may be a pipe.
 */
#ifndef FLINKPACK_CLI_GENERATE_INPUT_H
#define FLINKPACK_CLI_GENERATE_INPUT_H

#include "command.h"

/** The input of manifests. Zero-initialise; release with fp_generate_input_clear(). */
struct fp_generate_input {
    struct fp_args *args;             /**< those of the run, or `own` */
    struct fp_args own;               /**< the options of the --values file */
    struct fp_settings settings;      /**< own the strings that `own` borrows */
    const struct fp_strv *image_conf; /**< --conf of the build; NULL: no build came before */
    char *again;           /**< the command line, without options that differ for each image */
    char *again_arguments; /**< the arguments of the job, after "--" */
    char *log_conf;        /**< the text of the --log-conf file; NULL: not given */
    struct fp_deploy_patch *patches;
    size_t patch_count;
};

/**
 * Read the files that `args` names. Keys from --conf files become part of `args`.
 * @param settings The settings that `args` was filled from. Borrowed.
 */
FP_CHECKED enum fp_code fp_generate_input_read(struct fp_args *args,
                                               const struct fp_settings *settings,
                                               struct fp_generate_input *ret, struct fp_error *err);
/** Likewise, but with options from a --values file only. NULL: no options are given. */
FP_CHECKED enum fp_code fp_generate_input_from_values(const char *path,
                                                      struct fp_generate_input *ret,
                                                      struct fp_error *err);
/** Record in `input` the command line that repeats this run, built from `settings`. */
void fp_generate_input_remember(const struct fp_settings *settings, const char *output_dir,
                                const char *values, struct fp_generate_input *input);
/** Release the members. */
void fp_generate_input_clear(struct fp_generate_input *input);
/** Declare an input that is cleared at the end of its scope. */
#define cleanup_generate_input __attribute__((cleanup(fp_generate_input_clear)))

#endif
