/**
 * @file
 * The image of one platform: its layers, the steps that make them, the packages of the operating
 * system in them, and its documents (configuration, manifest and index, and what is told of it).
 */
#ifndef FLINKPACK_RECIPE_LAYERS_H
#define FLINKPACK_RECIPE_LAYERS_H

#include "flink.h"

/** Counts up whenever the same inputs make other layers; part of every recipe key. */
#define FP_LAYOUT_NUMBER 1

/** A layer of ours with what it is. */
struct fp_own_layer {
    const char *kind; /**< "packages", "distribution", "hadoop", "setup", "job"; with append
                           "layer" and "files": a literal */
    struct fp_layer layer;
    int64_t mtime_s; /**< the time of what is in it */
};

/** The image of one platform. */
struct fp_platform_image {
    struct fp_own_layer layers[FP_OWN_LAYERS_MAX];
    size_t layer_count;
    struct fp_strv packages; /**< "NAME-VERSION" of those that were added to the base */
    int64_t created_s;       /**< when it was created, as it says */
    struct fp_blob *config;
    struct fp_blob *manifest;
};

/** Free the images of `count` platforms; NULL is fine. */
void fp_platform_images_free(struct fp_platform_image *take_images, size_t count);

struct fp_outputs;

/** What each step of making layers works with. */
struct fp_layer_step {
    const struct fp_plan *plan;
    const struct fp_flink *flink;
    const struct fp_base_image *base;
    const char *base_name;
    struct fp_tree *tree;     /**< the base's, and the layers made so far on top */
    struct fp_strv *packages; /**< gets "NAME-VERSION" of those that are added to the base */
    int64_t mtime_s;          /**< of files that bring no time of their own */
    const struct fp_outputs *outputs; /**< where each layer travels as soon as it is made */
};

/**
 * All layers of ours for one platform, in order.
 * @param step Its packages and time are set as each layer needs them.
 */
FP_CHECKED enum fp_code fp_layers_make(struct fp_layer_step *step, struct fp_platform_image *image,
                                       struct fp_error *err);

/** A step makes one layer; without a blob there is nothing to put into it. */
typedef enum fp_code fp_layer_maker(const struct fp_layer_step *step, struct fp_layer *ret,
                                    struct fp_error *err);

/** The packages that Flink needs and the user wants. Where the base is not one of apk, everything
 * must be there: FP_E_INPUT names what is not, in the base's own terms. */
FP_CHECKED fp_layer_maker fp_step_packages;
/** The Hadoop jar, where a release comes without it. */
FP_CHECKED fp_layer_maker fp_step_hadoop;
/** Accounts, entrypoint, /opt/flink, patched configuration, libraries and plugins. With
 * --from-image only what was asked for: configuration, libraries, plugins, additions. */
FP_CHECKED fp_layer_maker fp_step_setup;
/** The job's jars. */
FP_CHECKED fp_layer_maker fp_step_job;
/** What --add puts on the image of append. */
FP_CHECKED fp_layer_maker fp_step_files;
/**
 * A tar of the user's as a layer, which is looked through and applied to the step's tree. What is
 * gzip or zstd stays as it is; a plain or xz one is packed with gzip, which keeps its diff_id.
 */
FP_CHECKED enum fp_code fp_step_tar(const struct fp_layer_step *step, const char *path,
                                    struct fp_layer *ret, struct fp_error *err);

/** The recipe key of a layer: see builder/README.md, "Recipe keys". `inputs` is consumed. */
void fp_recipe_key(const char *kind, json_t *take_inputs, char ret_hex[FP_HASH_HEX_MAX]);

/** What apk calls the architecture of a platform. */
const char *fp_apk_arch(const struct fp_platform *platform);
/** Whether the user asks for a package by name, perhaps with a version. */
bool fp_packages_is_asked(const struct fp_plan *plan, const char *name);
/** What a system that has nothing needs for Flink, and for Python where that is asked for. */
void fp_packages_needed(const struct fp_plan *plan, struct fp_strv *ret);
/** Whether a base that is not one of apk has all that was asked for. */
FP_CHECKED enum fp_code fp_packages_present(const struct fp_plan *plan,
                                            const struct fp_base_image *base, const char *base_name,
                                            struct fp_error *err);
/** A layer of packages that are asked for, and what they need, put on the system `root`; the step's
 * list gets what was added. `kind` is a literal. */
FP_CHECKED enum fp_code fp_packages_layer(const struct fp_layer_step *step,
                                          const struct fp_apk_system *root,
                                          const struct fp_strv *requests, const char *kind,
                                          struct fp_layer *ret, struct fp_error *err);

/**
 * Make the configuration and manifest of one platform, of the base and the image's layers.
 * @param look What the configuration says beside the base's; its layers and time are filled in.
 */
FP_CHECKED enum fp_code fp_image_assemble(const struct fp_plan *plan, const struct fp_bases *bases,
                                          size_t platform, const struct fp_config_change *look,
                                          struct fp_platform_image *image, struct fp_error *err);
/** Likewise, deciding what the configuration says and the time; `flink` is not read for append. */
FP_CHECKED enum fp_code fp_image_make(const struct fp_plan *plan, const struct fp_flink *flink,
                                      const struct fp_bases *bases, size_t platform,
                                      struct fp_platform_image *image, struct fp_error *err);
/** The root: the manifest of one platform, or the index of several. `*ret` is a reference. */
FP_CHECKED enum fp_code fp_image_root(const struct fp_plan *plan, const struct fp_bases *bases,
                                      const struct fp_platform_image *images, struct fp_blob **ret,
                                      struct fp_error *err);
/** What --metadata-file tells; `flink` is not read for append. A new reference. */
json_t *fp_metadata(const struct fp_plan *plan, const struct fp_flink *flink,
                    const struct fp_bases *bases, const struct fp_platform_image *images,
                    const struct fp_blob *root);

#endif
