/**
 * @file
 * An earlier image whose label may hold records: fetched in the background, its manifest first.
 */
#ifndef FLINKPACK_RECIPE_KNOWN_IMAGE_H
#define FLINKPACK_RECIPE_KNOWN_IMAGE_H

#include "layers.h"

/** One platform of an earlier image. */
struct fp_known_platform {
    struct fp_image image;
    json_t *label; /**< the value of FP_LABEL_RECIPES; NULL: none of this layout */
};

/** An earlier image. */
struct fp_known_image {
    const struct fp_plan *plan;
    struct fp_location location; /**< of --cache-from, to be opened; zero for an output */
    char *from;                  /**< "registry.example.com/team/orders:1.0", for messages */
    struct fp_repo *repo;
    bool owns_repo;
    size_t output; /**< the number of the output that will replace it; SIZE_MAX: none */
    char *name;    /**< its name there */
    bool is_found;
    bool is_missing; /**< there is no such image, as far as the registry says */
    struct fp_images images;
    char *image_key;                     /**< the value of FP_ANNOTATION_RECIPE; NULL: none */
    struct fp_known_platform *platforms; /**< one for each of the plan's; NULL: not read */
};

/** A task: find the image, and read its manifest or index. Never fails. */
enum fp_code fp_known_image_find(void *image, struct fp_error *err);
/** A task: read the configurations of the plan's platforms. Never fails. */
enum fp_code fp_known_image_read(void *image, struct fp_error *err);
void fp_known_image_clear(struct fp_known_image *image);

/** The label of a configuration, if it has this layout: an object. A new reference, or NULL. */
json_t *fp_known_label(const struct fp_config *config);
/** REST of the key (fp_image_key()) of the image that another one is built upon, as its manifest or
 * index says it. The caller owns it; NULL: it says none. */
char *fp_known_key_below(const struct fp_bases *bases);
/** The record of that kind and key in a label; NULL: any kind, any key. Borrowed. */
const json_t *fp_known_label_layer(const json_t *label, const char *kind, const char *key);
/** The facts of a base with that key in a label, {"key", "facts", "media"}: see
 * fp_base_learn(). A new reference, or NULL. */
json_t *fp_known_label_facts(const json_t *label, const char *key);

#endif
