/**
 * @file
 * What an image was asked to be: the options that nothing else in the image says. A build keeps
 * them in the label flinkpack.options, and `rebase` takes them from there.
 */
#ifndef FLINKPACK_RECIPE_ASKED_H
#define FLINKPACK_RECIPE_ASKED_H

#include "plan.h"

/** The label that keeps the options. */
#define FP_LABEL_OPTIONS "flinkpack.options"

/** The options of an earlier build. Zero-initialise; release with fp_asked_clear(). */
struct fp_asked {
    json_t *env;         /**< object NAME -> value, in the order of the image */
    json_t *labels;      /**< object NAME -> value */
    json_t *annotations; /**< object NAME -> value */
    struct fp_strv packages;
    struct fp_strv accounts;   /**< account files that --add put in the place of ours */
    char *compression;         /**< NULL: the usual one */
    int64_t compression_level; /**< 0: the codec's default */
    bool user;                 /**< --user was given */
    bool with_python3;
    bool allow_musl_natives;
    bool is_guessed; /**< the image has no such label: see fp_asked_read() */
};

/**
 * The content of the label.
 * @param below The configuration of an image of ours that is built upon, whose options count on;
 *              NULL: the image is put on a base.
 * @return Canonical JSON, which the caller owns; NULL if the options of `below` are not known.
 */
char *fp_asked_text(const struct fp_plan *plan, const struct fp_config *below);

/**
 * Tell what an image was asked to be. Without the label, values that differ from the old base's
 * were asked for, packages and Python are not known, and a user other than Flink's own was.
 * @param annotations The image's; may be NULL.
 * @param old_base    The configuration of the base that the image is on. It is read only without
 *                    the label; NULL: it is not known, and then every value was asked for.
 */
void fp_asked_read(const struct fp_config *config, const json_t *annotations,
                   const struct fp_config *old_base, struct fp_asked *ret);
/** Whether the image has the label, so that its old base need not be known. */
bool fp_asked_is_told(const struct fp_config *config);
/** Release the members. */
void fp_asked_clear(struct fp_asked *asked);
#define cleanup_asked __attribute__((cleanup(fp_asked_clear)))

#endif
