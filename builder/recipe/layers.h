/**
 * @file
 * The image of one platform: its layers, the steps that make them, the packages of the operating
 * system in them, and its documents (configuration, manifest, index and metadata).
 */
#ifndef FLINKPACK_RECIPE_LAYERS_H
#define FLINKPACK_RECIPE_LAYERS_H

#include "flink.h"
#include "record.h"

/** A layer that is added to the base, made or reused. */
struct fp_own_layer {
    struct fp_record record;
    struct fp_blob *blob; /**< its content; NULL: only `repo` has it, or the record has no layer */
    struct fp_repo *repo; /**< where the content of a reused layer is; borrowed */
    const char *from;     /**< whose record was used, for messages; NULL: the layer was made.
                               Borrowed */
    char *created_by;     /**< for the image's history; owned */
    int64_t mtime_s;      /**< the time of its content */
};

/** The image of one platform. */
struct fp_platform_image {
    struct fp_own_layer layers[FP_OWN_LAYERS_MAX]; /**< also those whose record has no layer */
    size_t layer_count;
    struct fp_strv packages; /**< "NAME-VERSION" of each package added to the base */
    struct fp_tree *outline; /**< what is on the base after the set-up; NULL: as in the base */
    int64_t created_s;       /**< the creation time in its configuration */
    struct fp_blob *config;
    struct fp_blob *manifest;
};

/** Free the images of `count` platforms; NULL is fine. */
void fp_platform_images_free(struct fp_platform_image *take_images, size_t count);

struct fp_outputs;
struct fp_known;
struct fp_listener;

/** The context of a step that makes a layer. */
struct fp_layer_step {
    const struct fp_plan *plan;
    struct fp_flink *flink;
    struct fp_flink_origin *origin;
    struct fp_bases *bases;
    struct fp_base_image *base;
    const char *base_name;
    size_t platform; /**< its number in the plan */
    struct fp_platform_image *image;
    struct fp_tree *tree;       /**< the tree of the base and the layers so far, or its outline */
    size_t applied;             /**< the number of the image's layers that are in that tree */
    bool is_whole;              /**< the tree is no outline */
    struct fp_strv *packages;   /**< gets "NAME-VERSION" of each package added to the base */
    const char *tar;            /**< append: the user's tar that becomes a layer; else NULL */
    int64_t mtime_s;            /**< the time of files that have no time of their own */
    struct fp_outputs *outputs; /**< get each layer as soon as it is made */
    struct fp_known *known;
    struct fp_listener *listener; /**< hears the warnings while a layer is made */
};

/**
 * Make all layers for one platform, in order.
 * @param step Its packages and time are set for each layer.
 */
FP_CHECKED enum fp_code fp_layers_make(struct fp_layer_step *step, struct fp_error *err);

/** Check that the base has no Flink, and make the layer of packages alone, for rebase. */
FP_CHECKED enum fp_code fp_layers_add_packages(struct fp_layer_step *step, struct fp_error *err);
/** Outline the step's tree for all that comes after the set-up. The caller owns it. */
void fp_layers_outline(const struct fp_layer_step *step, struct fp_tree **ret);

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
/** A layer of the step's tar, which is checked and applied to the step's tree. A gzip or zstd file
 * is used unchanged; a plain or xz one is compressed with gzip and keeps its diff_id. */
FP_CHECKED fp_layer_maker fp_step_tar;

/** Whether a layer of an image is one that it has: its record may say that there is none. */
bool fp_own_layer_is_there(const struct fp_own_layer *own);
/** Release the members. */
void fp_own_layer_clear(struct fp_own_layer *own);
/** Read the base, Flink and the layers that were reused, where only facts of them are known, so
 * that the step's tree is whole. */
FP_CHECKED enum fp_code fp_layers_settle(struct fp_layer_step *step, struct fp_error *err);
/** List the jars of the old job in `directory` that no new jar replaces. */
void fp_old_jars(const struct fp_layer_step *step, const char *directory, struct fp_strv *ret);
/** The SHA-256 of all that the program itself puts into a set-up layer. Static. */
const char *fp_setup_program(void);

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
/** The value of FP_LABEL_RECIPES for an image. The caller owns it.
 * @param env The variables that the image sets or removes. */
char *fp_recipes_label(const struct fp_bases *bases, size_t platform,
                       const struct fp_platform_image *image, const json_t *env);
/** The content of --metadata-file; `flink` is not read for append. A new reference. */
json_t *fp_metadata(const struct fp_plan *plan, const struct fp_flink *flink,
                    const struct fp_bases *bases, const struct fp_platform_image *images,
                    const struct fp_blob *root);

#endif
