/**
 * @file
 * An image as it lies in a repo: the way from what a name stands for (one image, or an index of
 * several) to a platform's manifest and configuration. Nothing of it changes once it is open.
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

/** What a name stands for. Zero-initialise; release with fp_images_clear(). */
struct fp_images {
    struct fp_repo *repo; /**< borrowed */
    const char *name;     /**< what errors call it; borrowed */
    struct fp_descriptor root;
    struct fp_index index; /**< what the root holds; zero where it is one image and no index */
    size_t next;           /**< for fp_images_next() */
};

/**
 * Open what a name stands for. Of an index, its document is read; of one image nothing is yet.
 * @param repo Where it lies. Like `name` it must outlive `ret`.
 * @param root What fp_repo_resolve() gave.
 */
FP_CHECKED enum fp_code fp_images_open(struct fp_repo *repo, const struct fp_descriptor *root,
                                       const char *name, struct fp_images *ret,
                                       struct fp_error *err);
/**
 * The descriptor of the manifest for a platform, through indexes within indexes. One image alone is
 * taken for any platform, as only its configuration says which one it is for.
 * @param ret Clear with fp_descriptor_clear().
 * @return FP_E_NOT_FOUND listing the platforms that there are, FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_images_choose(const struct fp_images *images,
                                         const struct fp_platform *platform,
                                         struct fp_descriptor *ret, struct fp_error *err);
/**
 * The next image in the order of the index; attestations and nested indexes are passed over.
 * @param platform Only those that run there; NULL: all.
 * @param ret      Cleared before, so that one variable serves for all.
 * @param ret_more False after the last one; `ret` is empty then.
 * @return FP_E_NOT_FOUND where none is for `platform`.
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
