/**
 * @file
 * The plan: what was asked for, checked, and in the types of the domain.
 */
#ifndef FLINKPACK_RECIPE_PLAN_H
#define FLINKPACK_RECIPE_PLAN_H

#include "flinkpack/recipe.h"

/** The home of Flink in the images that are made here. */
#define FP_FLINK_HOME "/opt/flink"
/** The account that Flink runs as where --user says nothing, as in the official images. */
#define FP_FLINK_UID 9999U
#define FP_FLINK_GID 9999U
/** 1980-01-01T00:00:00Z: files that bring no time of their own; jars cannot say anything earlier.
 */
#define FP_EARLIEST_TIME ((int64_t) 315532800)
/** A file that is read into memory whole (configuration), at the most. */
#define FP_SMALL_FILE_MAX ((size_t) 1 << 20)

/** Where Flink comes from. */
enum fp_flink_source {
    FP_FROM_RELEASE,
    FP_FROM_ARCHIVE,
    FP_FROM_LOCAL_DIST,
    FP_FROM_IMAGE,
};

/** --plugin: plugins/NAME/ with these files, or with the distribution's own jar. */
struct fp_plan_plugin {
    char *name;
    struct fp_strv files; /**< empty: from opt/ */
};

/** --add: one file or folder. */
struct fp_plan_add {
    char *source;
    char *dest;                         /**< relative to the root, cleaned */
    int mode;                           /**< permission bits, or -1: the file's own */
    const struct fp_platform *platform; /**< only for that one of the plan's; NULL: for all */
};

/** Where the image goes. */
struct fp_plan_output {
    struct fp_location location;
    struct fp_strv names; /**< tags of a registry, names in a layout, RepoTags of an archive */
};

/** The checked options. Immutable once made; owned strings. */
struct fp_plan {
    const struct fp_build_options *options;
    const struct fp_build_context *context;
    const char *verb; /**< "build" or "append", for the history; a literal */
    enum fp_flink_source source;
    struct fp_flink_version version; /**< FP_FROM_RELEASE only */
    struct fp_strv job_jars;
    struct fp_strv job_names; /**< what they are called in the image */
    struct fp_jar *jars;      /**< what the jars say, in that order */
    struct fp_plan_plugin *plugins;
    size_t plugin_count;
    struct fp_strv conf_keys; /**< and their values: */
    struct fp_strv conf_values;
    struct fp_plan_add *adds;
    size_t add_count;
    struct fp_platform *platforms;
    size_t platform_count;
    unsigned uid;
    unsigned gid;
    struct fp_plan_output *outputs;
    size_t output_count;
    char *title;    /**< what is printed before '@' */
    json_t *labels; /**< objects of strings */
    json_t *annotations;
    json_t *env;
    char *blob_folder; /**< where new blobs are made */
};

/** Check everything that can be checked without the network. */
FP_CHECKED enum fp_code fp_plan_make(const struct fp_build_options *options,
                                     const struct fp_build_context *context, struct fp_plan *ret,
                                     struct fp_error *err);
/** What is known of the plan's inputs without fetching any: files, names, classes. */
FP_CHECKED enum fp_code fp_plan_check(const struct fp_plan *plan, struct fp_error *err);
/** Whether --base names an entry of the catalogue, not an image. */
bool fp_base_is_name(const char *text);
/** Release the members. */
void fp_plan_clear(struct fp_plan *plan);
/** Declare a plan that is cleared at the end of its scope. */
#define cleanup_plan __attribute__((cleanup(fp_plan_clear)))
/** The names and destinations: --image-name, --tag, --push, --output. */
FP_CHECKED enum fp_code fp_plan_outputs(struct fp_plan *plan, struct fp_error *err);
/** KEY=VALUE lists into an object. `option` is for errors. */
FP_CHECKED enum fp_code fp_plan_pairs(const struct fp_strv *list, const char *option, json_t **ret,
                                      struct fp_error *err);
/** Open the store, where new blobs are made whatever becomes of them, so that nobody takes blobs
 * out of it meanwhile; and threads to work with. */
FP_CHECKED enum fp_code fp_workshop_open(const struct fp_build_context *context,
                                         struct fp_repo **ret_store, struct fp_pool **ret_pool,
                                         struct fp_error *err);

#endif
