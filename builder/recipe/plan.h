/**
 * @file
 * The plan: the user's options, checked and converted to the types of the domain.
 */
#ifndef FLINKPACK_RECIPE_PLAN_H
#define FLINKPACK_RECIPE_PLAN_H

#include "flinkpack/recipe.h"

#include "lock.h"
#include "plan_check.h"
#include "plan_items.h"

/** The home of Flink in the images that are made here. */
#define FP_FLINK_HOME "/opt/flink"
/** 1980-01-01T00:00:00Z, for files without a time of their own; the earliest time in a jar. */
#define FP_EARLIEST_TIME ((int64_t) 315532800)
/** The largest file, such as a configuration, that is read into memory. */
#define FP_SMALL_FILE_MAX ((size_t) 1 << 20)

/** Where Flink comes from. */
enum fp_flink_source {
    FP_FROM_NOTHING, /**< append: Flink is not involved */
    FP_FROM_RELEASE,
    FP_FROM_ARCHIVE,
    FP_FROM_LOCAL_DIST,
    FP_FROM_IMAGE,
};

/** The image to make, its inputs and its destinations. Immutable once made; members are owned. */
struct fp_plan {
    const struct fp_build_context *context; /**< borrowed */
    const char *verb;                       /**< "build" or "append", for the history; a literal */
    struct fp_platform *platforms;
    size_t platform_count;

    enum fp_flink_source source;
    struct fp_flink_version version; /**< FP_FROM_RELEASE only */
    char *said_version;              /**< the version that another source must have; NULL: any */
    char *flink_path;                /**< archive or directory; NULL: search for a directory */
    struct fp_plan_release release;
    bool slim;

    char *base;              /**< a name or an image; NULL: none, or chosen by Flink's version */
    const char *base_option; /**< that names it: "--base", "--from-image", "--image", "--onto" */
    struct fp_strv base_directories; /**< of the catalogue */
    struct fp_plan_packages packages;
    bool with_python3;
    bool allow_musl_natives;

    struct fp_strv job_jars;
    struct fp_strv job_names; /**< their names in the image */
    struct fp_jar *jars;      /**< their properties, in that order */
    char *job_classname;      /**< NULL: Flink finds it */
    struct fp_strv libs;
    struct fp_plan_plugin *plugins;
    size_t plugin_count;
    struct fp_strv conf_keys; /**< each has a value in conf_values */
    struct fp_strv conf_values;
    struct fp_plan_add *adds;
    size_t add_count;
    struct fp_strv tars; /**< append: as typed, for fp_plan_for_platform() */

    struct fp_plan_check check;
    unsigned uid; /**< build: the user that runs Flink */
    unsigned gid;
    char *user;         /**< the configuration's user; NULL: --user was not given */
    char *working_dir;  /**< append; NULL: the base's */
    json_t *entrypoint; /**< append: array; NULL: the base's */
    json_t *cmd;        /**< likewise */
    json_t *labels;     /**< objects of strings */
    json_t *annotations;
    json_t *env;
    struct fp_compression compression; /**< of the layers that are made */
    struct fp_plan_output *outputs;
    size_t output_count;
    char *title;               /**< the text that is printed before '@' */
    char *blob_folder;         /**< the directory for new blobs */
    char *cache_repo;          /**< a repository of records; NULL: none */
    struct fp_strv cache_from; /**< further images whose records may be used */
    bool reuses;               /**< layers and facts of earlier builds may be used */
    bool trusts_images;        /**< also those that images in registries and stores name */
    bool explains;             /**< say why each layer is made */
    struct fp_lock *lock;      /**< to be obeyed; NULL: none */
    bool locked;               /**< a difference from it is an error */
    bool refresh;              /**< packages are resolved anew */
    bool wants_metadata;       /**< the result needs all of the metadata */
    bool pushes;               /**< an output is a registry */
    bool dry_run;              /**< write no output */
    struct fp_plan_sbom *sboms;
    size_t sbom_count;
    bool provenance;       /**< make provenance */
    char *provenance_file; /**< NULL: none */
    char *builder_id;      /**< of the provenance; NULL: by the variables of CI systems */
    char *build_url;       /**< likewise */
};

/**
 * Check everything that can be checked without the network.
 * @param append The further options of append; NULL: the plan is for build.
 * @param ret    Cleared by the caller, only after success.
 */
FP_CHECKED enum fp_code fp_plan_make(const struct fp_build_options *options,
                                     const struct fp_append_options *append,
                                     const struct fp_build_context *context, struct fp_plan *ret,
                                     struct fp_error *err);
void fp_plan_clear(struct fp_plan *plan);
#define cleanup_plan __attribute__((cleanup(fp_plan_clear)))
/** Whether it names an entry of the catalogue, not an image. */
bool fp_base_is_name(const char *text);
/** Replace {os}, {arch} and {variant} (empty if the platform has none) in the path `text`. Other
 * braces stay, and an existing file with the literal path takes precedence. The caller owns it. */
char *fp_plan_for_platform(const char *text, const struct fp_platform *platform);
/** Whether an addition is for a platform of the plan. */
bool fp_plan_add_is_for(const struct fp_plan_add *add, const struct fp_platform *platform);
/** Whether --add may bring files below an absolute path: an addition is below it, or above it. */
bool fp_plan_adds_to(const struct fp_plan *plan, const char *path);
/** SOURCE_DATE_EPOCH if it is given, else `otherwise`; epoch seconds. */
int64_t fp_plan_time(const struct fp_plan *plan, int64_t otherwise);

#endif
