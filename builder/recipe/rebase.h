/**
 * @file
 * An image that gets another base: what it is made of, and what stays.
 */
#ifndef FLINKPACK_RECIPE_REBASE_H
#define FLINKPACK_RECIPE_REBASE_H

#include "asked.h"
#include "draft.h"
#include "outputs.h"

/** A layer of ours in an image. */
struct fp_rebase_layer {
    const char *kind; /**< "packages", "distribution", "hadoop", "setup", "job": a literal */
    size_t place;     /**< its number in the manifest, from 0 */
    int64_t newest_s; /**< the time in the history: of it and all layers below; -1: not told */
};

/** The layers of ours in an image, bottom first. */
struct fp_rebase_layers {
    struct fp_rebase_layer items[FP_OWN_LAYERS_MAX];
    size_t count;
    size_t base_count; /**< the layers below them */
};

/**
 * Tell by labels and history which layers are ours.
 * @param name For errors.
 * @return FP_E_INPUT, with what to do, if the image is not ours, has layers of others on top, or
 * has its Flink from its base.
 */
FP_CHECKED enum fp_code fp_rebase_split(const struct fp_config *config, const char *name,
                                        struct fp_rebase_layers *ret, struct fp_error *err);

/** What a set-up layer says. Zero-initialise; release with fp_rebase_setup_clear(). */
struct fp_rebase_setup {
    int64_t mtime_s;   /**< the time of all that it adds */
    uint64_t uid;      /**< the owner of Flink's home */
    bool has_home;     /**< it has Flink's home: the first set-up of an image */
    bool has_accounts; /**< it has account files */
    bool has_python;   /**< it links Flink's jar for Python */
    char *top;         /**< the directory of the distribution, "flink-1.20.4"; or NULL */
    char *conf;        /**< the content of Flink's configuration file; or NULL */
    size_t conf_len;
};

/** Read what a set-up layer says.
 * @param conf_name "flink-conf.yaml" or "config.yaml". */
FP_CHECKED enum fp_code fp_rebase_setup_read(const struct fp_blob *layer, const char *conf_name,
                                             struct fp_rebase_setup *ret, struct fp_error *err);
void fp_rebase_setup_clear(struct fp_rebase_setup *setup);
/**
 * Make a set-up layer anew above the step's tree: directories outside of Flink's home as the new
 * base has them; in an image's first one, account files and Python's name as it wants them; all
 * else as it was.
 * @param accounts Account files that stay as they were.
 */
FP_CHECKED enum fp_code fp_rebase_setup_make(const struct fp_layer_step *step,
                                             const struct fp_blob *layer, bool is_first,
                                             const struct fp_strv *accounts, struct fp_layer *ret,
                                             struct fp_error *err);
/** Read the packages that an image without the label of options was asked for, from
 * /etc/apk/world in its layer of packages. */
FP_CHECKED enum fp_code fp_rebase_world(const struct fp_blob *layer, struct fp_strv *ret,
                                        struct fp_error *err);

/** An image of one platform that gets another base. */
struct fp_rebase_image {
    struct fp_image image;
    struct fp_rebase_layers layers;
    struct fp_blob *setups[FP_OWN_LAYERS_MAX]; /**< the set-up layers by their number among ours; of
                                                    other layers NULL */
    struct fp_rebase_setup setup;              /**< what the first of them says */
    struct fp_asked asked;
};

/** The image that gets another base, for all its platforms. Zero-initialise; release with
 * fp_rebase_source_clear(). */
struct fp_rebase_source {
    char *title; /**< for messages */
    struct fp_location at;
    struct fp_repo *repo;
    struct fp_descriptor root;
    struct fp_images found;
    struct fp_rebase_image *images;
    size_t count;
    struct fp_flink_version version;
};

/** Open the image that `text` names, and tell which layers are ours. No layer is read. */
FP_CHECKED enum fp_code fp_rebase_open(const char *text, const struct fp_build_context *context,
                                       struct fp_rebase_source *ret, struct fp_error *err);
/** The reference of the base that the image names, which has to be in a registry. Borrowed. */
FP_CHECKED enum fp_code fp_rebase_base(const struct fp_rebase_source *source, const char **ret,
                                       struct fp_error *err);
/** Read the set-up layers, and tell what the image was asked to be. An image without the label of
 * options may have its old base's configuration and its layer of packages read. */
FP_CHECKED enum fp_code fp_rebase_read(struct fp_rebase_source *source,
                                       const struct fp_build_context *context,
                                       struct fp_error *err);
void fp_rebase_source_clear(struct fp_rebase_source *source);

/**
 * Make the plan of the new image from the old one.
 * @param base    The new base.
 * @param options The tags, and the options of packages and of the catalogue.
 * @param ret     Cleared by the caller, only after success.
 */
FP_CHECKED enum fp_code fp_rebase_plan(const struct fp_rebase_source *source, const char *base,
                                       const struct fp_build_options *options,
                                       const struct fp_build_context *context, struct fp_plan *ret,
                                       struct fp_error *err);
/** The labels that the plan has for one platform: those that were asked for, and what an earlier
 * build computed and another base does not change. A new reference. */
json_t *fp_rebase_labels(const struct fp_rebase_image *image);

/**
 * Make the layers of one platform: the set-up and the packages anew, the others as they are in the
 * old image.
 * @param ret_is_alike Whether all options are those of the old image, as far as records say.
 */
FP_CHECKED enum fp_code fp_rebase_layers_make(const struct fp_rebase_source *source,
                                              const struct fp_rebase_image *old,
                                              struct fp_layer_step *step, bool *ret_is_alike,
                                              struct fp_error *err);

/** What is known of the image's Flink without reading its layer. */
void fp_rebase_flink(const struct fp_rebase_source *source, struct fp_flink *ret);
/** Whether what runs on the old base runs on the new one as well, as far as the C library and Java
 * tell: the jars are not read. False if the old ones are not known. */
bool fp_rebase_fits_better(const struct fp_rebase_image *old, const struct fp_base_facts *facts);
/** Run the checks of a build that need no jar; say what is not checked. */
FP_CHECKED enum fp_code fp_rebase_check(const struct fp_rebase_source *source,
                                        const struct fp_plan *plan, const struct fp_flink *flink,
                                        const struct fp_bases *bases, struct fp_error *err);

#endif
