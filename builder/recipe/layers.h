/**
 * @file
 * The image of one platform: its layers, the steps that make them, the packages of the operating
 * system in them, and its documents (configuration, manifest, index and metadata).
 */
#ifndef FLINKPACK_RECIPE_LAYERS_H
#define FLINKPACK_RECIPE_LAYERS_H

#include "flink.h"

/** Part of every recipe key; increase it whenever the same inputs give different layers. */
#define FP_LAYOUT_NUMBER 1

/** A layer that is added to the base, and its kind. */
struct fp_own_layer {
    const char *kind; /**< "packages", "distribution", "hadoop", "setup", "job"; with append
                           "layer" and "files": a literal */
    struct fp_layer layer;
    int64_t mtime_s; /**< the time of its content */
};

/** The image of one platform. */
struct fp_platform_image {
    struct fp_own_layer layers[FP_OWN_LAYERS_MAX];
    size_t layer_count;
    struct fp_strv packages; /**< "NAME-VERSION" of each package added to the base */
    int64_t created_s;       /**< the creation time in its configuration */
    struct fp_blob *config;
    struct fp_blob *manifest;
};

/** Free the images of `count` platforms; NULL is fine. */
void fp_platform_images_free(struct fp_platform_image *take_images, size_t count);

struct fp_outputs;

/** The context of a step that makes a layer. */
struct fp_layer_step {
    const struct fp_plan *plan;
    const struct fp_flink *flink;
    const struct fp_base_image *base;
    const char *base_name;
    struct fp_tree *tree;             /**< the tree of the base and the layers made so far */
    struct fp_strv *packages;         /**< gets "NAME-VERSION" of each package added to the base */
    int64_t mtime_s;                  /**< the time of files that have no time of their own */
    const struct fp_outputs *outputs; /**< get each layer as soon as it is made */
};

/**
 * Make all layers for one platform, in order.
 * @param step Its packages and time are set for each layer.
 */
FP_CHECKED enum fp_code fp_layers_make(struct fp_layer_step *step, struct fp_platform_image *image,
                                       struct fp_error *err);

/** A step makes one layer, which has no blob if the layer would be empty. */
typedef enum fp_code fp_layer_maker(const struct fp_layer_step *step, struct fp_layer *ret,
                                    struct fp_error *err);

/** The packages that Flink needs and the user asked for. A base that does not use apk must have all
 * of them; otherwise FP_E_INPUT names the missing ones as the base calls them. */
FP_CHECKED fp_layer_maker fp_step_packages;
/** The Hadoop jar, for releases that do not contain it. */
FP_CHECKED fp_layer_maker fp_step_hadoop;
/** Accounts, entrypoint, /opt/flink, patched configuration, libraries and plugins. With
 * --from-image, only the requested configuration, libraries, plugins and additions. */
FP_CHECKED fp_layer_maker fp_step_setup;
/** The job's jars. */
FP_CHECKED fp_layer_maker fp_step_job;
/** The files of --add, for append. */
FP_CHECKED fp_layer_maker fp_step_files;
/**
 * Make a layer of the user's tar, after checking it and applying it to the step's tree. A gzip or
 * zstd file is used unchanged; a plain or xz one is compressed with gzip and keeps its diff_id.
 */
FP_CHECKED enum fp_code fp_step_tar(const struct fp_layer_step *step, const char *path,
                                    struct fp_layer *ret, struct fp_error *err);

/** The recipe key of a layer: see builder/README.md, "Recipe keys". `inputs` is consumed. */
void fp_recipe_key(const char *kind, json_t *take_inputs, char ret_hex[FP_HASH_HEX_MAX]);

/** The name that apk uses for the architecture of a platform. */
const char *fp_apk_arch(const struct fp_platform *platform);
/** Whether the user asks for a package by name, with or without a version. */
bool fp_packages_is_asked(const struct fp_plan *plan, const char *name);
/** List the packages that an empty system needs for Flink and, if asked for, Python. */
void fp_packages_needed(const struct fp_plan *plan, struct fp_strv *ret);
/** Check that a base that does not use apk has all packages that were asked for. */
FP_CHECKED enum fp_code fp_packages_present(const struct fp_plan *plan,
                                            const struct fp_base_image *base, const char *base_name,
                                            struct fp_error *err);
/** Make a layer of the requested packages and their dependencies, on top of the system `root`. The
 * step's list gets the added packages. `kind` is a literal. */
FP_CHECKED enum fp_code fp_packages_layer(const struct fp_layer_step *step,
                                          const struct fp_apk_system *root,
                                          const struct fp_strv *requests, const char *kind,
                                          struct fp_layer *ret, struct fp_error *err);

/**
 * Make the configuration and manifest of one platform from the base and the image's layers.
 * @param look The changes to the base's configuration; its layers and time are filled in.
 */
FP_CHECKED enum fp_code fp_image_assemble(const struct fp_plan *plan, const struct fp_bases *bases,
                                          size_t platform, const struct fp_config_change *look,
                                          struct fp_platform_image *image, struct fp_error *err);
/** Likewise, but also choose the changes and the time; `flink` is not read for append. */
FP_CHECKED enum fp_code fp_image_make(const struct fp_plan *plan, const struct fp_flink *flink,
                                      const struct fp_bases *bases, size_t platform,
                                      struct fp_platform_image *image, struct fp_error *err);
/** Get the root: the manifest of one platform, or the index of several. `*ret` is a reference. */
FP_CHECKED enum fp_code fp_image_root(const struct fp_plan *plan, const struct fp_bases *bases,
                                      const struct fp_platform_image *images, struct fp_blob **ret,
                                      struct fp_error *err);
/** The document of a lock. A new reference. */
json_t *fp_lock_make(const struct fp_plan *plan, const struct fp_flink *flink,
                     const struct fp_bases *bases, const struct fp_platform_image *images,
                     const struct fp_blob *root);
/** The content of --metadata-file; `flink` is not read for append. A new reference. */
json_t *fp_metadata(const struct fp_plan *plan, const struct fp_flink *flink,
                    const struct fp_bases *bases, const struct fp_platform_image *images,
                    const struct fp_blob *root);

#endif
