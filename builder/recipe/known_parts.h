/**
 * @file
 * What the files about earlier builds share: the images that they know.
 */
#ifndef FLINKPACK_RECIPE_KNOWN_PARTS_H
#define FLINKPACK_RECIPE_KNOWN_PARTS_H

#include "known.h"
#include "known_image.h"

/** What earlier builds know. */
struct fp_known {
    const struct fp_plan *plan;
    struct fp_known_image *images;
    size_t count;
    struct fp_repo *shared; /* --cache-repo; borrowed, may be NULL */
    struct fp_group *group;
    pthread_mutex_t lock; /* protects the two members below, and is held while tasks are awaited */
    bool is_sought;       /* all images were looked for */
    bool is_begun;        /* tasks read them */
    bool is_read;         /* and have ended */
};

/** The label of an image for a platform, or NULL. */
const json_t *fp_known_label_at(const struct fp_known *known, size_t image, size_t platform);

#endif
