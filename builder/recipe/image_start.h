/**
 * @file
 * How an image says that it is started: its command and variables, and Flink's settings in it.
 */
#ifndef FLINKPACK_RECIPE_IMAGE_START_H
#define FLINKPACK_RECIPE_IMAGE_START_H

#include "base_image.h"
#include "flink.h"

/** What an image is started with. Zero-initialise; release with fp_image_start_clear(). */
struct fp_image_start {
    char *job_classname;      /**< NULL: Flink finds it */
    bool starts_job;          /**< its command, or FLINK_JOB_CLASSNAME, says so */
    bool is_known_entrypoint; /**< that of Flink's official images, or of ours */
    struct fp_strv jars;      /**< paths of jars that the command names */
    struct fp_strv arguments; /**< words of the command that are no options of Flink's */
    struct fp_strv keys;      /**< of settings; each has a value, and where it is from */
    struct fp_strv values;
    struct fp_strv origins;
};

/**
 * Read how an image is started. Its settings are those of its configuration file, FLINK_PROPERTIES
 * and -D in its command; the last of a key counts. A file that Flink would not read as settings
 * either has none.
 * @param image Its layers are fetched.
 * @return Errors of reading layers.
 */
FP_CHECKED enum fp_code fp_image_start_read(const struct fp_plan *plan,
                                            const struct fp_base_image *image,
                                            const struct fp_flink *flink,
                                            struct fp_image_start *ret, struct fp_error *err);
/** The value of a setting, or NULL. Borrowed. */
const char *fp_image_start_setting(const struct fp_image_start *start, const char *key);
/** Release the members. */
void fp_image_start_clear(struct fp_image_start *start);

#endif
