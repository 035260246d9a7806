/**
 * @file
 * The jars of an image beside those of Flink's distribution, out of its layers.
 */
#ifndef FLINKPACK_RECIPE_IMAGE_JARS_H
#define FLINKPACK_RECIPE_IMAGE_JARS_H

#include "base_image.h"
#include "flink.h"
#include "flinkpack/judge.h"

/** A jar of an image. Owned by its list. */
struct fp_image_jar {
    char *path; /**< in the image: "/opt/flink/usrlib/job.jar" */
    char *real; /**< where its links lead, as the layers have it */
    char *file; /**< its copy, once it is extracted */
    enum fp_jar_role role;
    char *plugin; /**< with FP_JAR_PLUGIN */
};

/** Jars. Zero-initialise; release with fp_image_jars_clear(), which removes the copies. */
struct fp_image_jars {
    struct fp_image_jar *items;
    size_t len;
    char *folder; /**< the private directory of the copies, laid out as the image is; NULL: none */
};

/**
 * List the jars that are no part of Flink's distribution: those of the job in usrlib/, further ones
 * in lib/, and in plugins/.
 * @param named  Jars that the image's command names, as paths in the image: they are the job's.
 * @param starts The image starts a job: if usrlib/ has none, the jars in lib/ are the job's.
 */
void fp_image_jars_list(const struct fp_base_image *image, const struct fp_flink *flink,
                        const struct fp_strv *named, bool starts, struct fp_image_jars *ret);
/**
 * Copy them out of the layers, which are fetched, to a new private directory, which is removed
 * before the program ends, however it ends.
 * @param parent Where the directory is made.
 * @return FP_E_INPUT: more than 1000 jars, or 2 GiB; FP_E_IO; errors of reading layers.
 */
FP_CHECKED enum fp_code fp_image_jars_extract(const struct fp_base_image *image, const char *parent,
                                              struct fp_image_jars *jars, struct fp_error *err);
/** Release the members, and remove the copies. */
void fp_image_jars_clear(struct fp_image_jars *jars);

#endif
