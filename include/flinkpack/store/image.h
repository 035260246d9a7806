/**
 * @file
 * An image in a repo: how a name, which stands for one image or for an index of several, leads to
 * the manifest and configuration of a platform. An open image never changes.
 */
#ifndef FLINKPACK_STORE_IMAGE_H
#define FLINKPACK_STORE_IMAGE_H

#include "flinkpack/store/repo.h"

/** Indexes that are nested deeper than this are refused. */
#define FP_INDEX_MAX_DEPTH 4

/** An image for one platform. Zero-initialise; release with fp_image_clear(). */
struct fp_image {
    struct fp_descriptor descriptor; /**< of the manifest, as an index lists it if there is one */
    struct fp_manifest manifest;
    struct fp_config config; /**< a platform that it does not state is filled in from the index */
};

/** The images that a name stands for. Zero-initialise; release with fp_images_clear(). */
struct fp_images {
    struct fp_repo *repo; /**< borrowed */
    const char *name;     /**< for errors; borrowed */
    struct fp_descriptor root;
    struct fp_index index; /**< the root's content; zero if the root is one image and no index */
    size_t next;           /**< for fp_images_next() */
};

/**
 * Open the images of a name. An index is read now, a single image only when it is needed.
 * @param repo The repo that holds them. Like `name`, it must outlive `ret`.
 * @param root The descriptor from fp_repo_resolve().
 */
FP_CHECKED enum fp_code fp_images_open(struct fp_repo *repo, const struct fp_descriptor *root,
                                       const char *name, struct fp_images *ret,
                                       struct fp_error *err);
/**
 * Find the descriptor of the manifest for a platform, also in nested indexes. A single image fits
 * any platform, because only its configuration states its platform.
 * @param ret Clear with fp_descriptor_clear().
 * @return FP_E_NOT_FOUND listing the available platforms, FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_images_choose(const struct fp_images *images,
                                         const struct fp_platform *platform,
                                         struct fp_descriptor *ret, struct fp_error *err);
/**
 * Get the next image in the order of the index; attestations and nested indexes are skipped.
 * @param platform Only images that run on it; NULL: all.
 * @param ret      Cleared first, so that one variable serves for all.
 * @param ret_more False after the last image; `ret` is empty then.
 * @return FP_E_NOT_FOUND if no image is for `platform`.
 */
FP_CHECKED enum fp_code fp_images_next(struct fp_images *images, const struct fp_platform *platform,
                                       struct fp_image *ret, bool *ret_more, struct fp_error *err);
/** Release the members. */
void fp_images_clear(struct fp_images *images);

/** Read the manifest and the configuration that `descriptor` leads to. */
FP_CHECKED enum fp_code fp_image_open(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                                      const char *name, struct fp_image *ret, struct fp_error *err);
/** Release the members. */
void fp_image_clear(struct fp_image *image);

/** Read and parse a manifest alone, whatever its configuration is. `name` is for errors. */
FP_CHECKED enum fp_code fp_image_manifest(struct fp_repo *repo,
                                          const struct fp_descriptor *descriptor, const char *name,
                                          struct fp_manifest *ret, struct fp_error *err);
/** Read and parse an index alone. */
FP_CHECKED enum fp_code fp_image_index(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                                       const char *name, struct fp_index *ret,
                                       struct fp_error *err);

/** Declare an image that is cleared at the end of its scope. */
#define cleanup_image __attribute__((cleanup(fp_image_clear)))
/** Declare images that are cleared at the end of their scope. */
#define cleanup_images __attribute__((cleanup(fp_images_clear)))

#endif
