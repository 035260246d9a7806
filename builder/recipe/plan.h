/**
 * @file
 * The plan: what was asked for, checked, and in the types of the domain.
 */
#ifndef FLINKPACK_RECIPE_PLAN_H
#define FLINKPACK_RECIPE_PLAN_H

#include "flinkpack/recipe.h"

/** The home of Flink in the images that are made here. */
#define FP_FLINK_HOME "/opt/flink"
/** 1980-01-01T00:00:00Z: files that bring no time of their own; jars cannot say anything earlier.
 */
#define FP_EARLIEST_TIME ((int64_t) 315532800)
/** A file that is read into memory whole (configuration), at the most. */
#define FP_SMALL_FILE_MAX ((size_t) 1 << 20)
/** The most layers that are put on a base. */
#define FP_OWN_LAYERS_MAX 32

/** Where Flink comes from. */
enum fp_flink_source {
    FP_FROM_NOTHING, /**< append: the image is not about Flink */
    FP_FROM_RELEASE,
    FP_FROM_ARCHIVE,
    FP_FROM_LOCAL_DIST,
    FP_FROM_IMAGE,
};

/** What is wanted of Apache; NULL: as fp_release_fetch() chooses. */
struct fp_plan_release {
    char *scala_version;
    char *hadoop_version;
    char *checksum; /**< of an archive, too */
    char *maven_repository;
    struct fp_strv mirrors;
};

/** Packages of the operating system. */
struct fp_plan_packages {
    struct fp_strv names; /**< NAME, or with a constraint: NAME>=VERSION */
    struct fp_strv repositories;
    struct fp_strv keys; /**< files */
    char *mirror;        /**< NULL: the base's own server */
    bool strict;         /**< scripts that would have to be run are an error */
};

/** --plugin: plugins/NAME/ with these files, or with the distribution's own jar. */
struct fp_plan_plugin {
    char *name;
    struct fp_strv files; /**< empty: from opt/ */
};

/** --add: one file or directory. */
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

/** What is made, of what, and where it goes. Immutable once made; the members are owned. */
struct fp_plan {
    const struct fp_build_context *context; /**< borrowed */
    const char *verb;                       /**< "build" or "append", for the history; a literal */
    struct fp_platform *platforms;
    size_t platform_count;

    enum fp_flink_source source;
    struct fp_flink_version version; /**< FP_FROM_RELEASE only */
    char *said_version;              /**< what another source has to hold; NULL: any */
    char *flink_path;                /**< archive or directory; NULL: a directory is looked for */
    struct fp_plan_release release;
    bool slim;

    char *base; /**< an entry of the catalogue or an image, also that of --from-image; NULL: none
                     for append, and by the version of Flink for build */
    struct fp_strv base_directories; /**< of the catalogue */
    struct fp_plan_packages packages;
    bool with_python3;
    bool allow_musl_natives;

    struct fp_strv job_jars;
    struct fp_strv job_names; /**< what they are called in the image */
    struct fp_jar *jars;      /**< what the jars say, in that order */
    char *job_classname;      /**< NULL: Flink finds it */
    struct fp_strv libs;
    struct fp_plan_plugin *plugins;
    size_t plugin_count;
    struct fp_strv conf_keys; /**< and their values: */
    struct fp_strv conf_values;
    struct fp_plan_add *adds;
    size_t add_count;
    struct fp_strv tars; /**< append: each as it is written, for fp_plan_for_platform() */

    unsigned uid; /**< build: who runs Flink */
    unsigned gid;
    char *user;         /**< what the configuration is to say; NULL: --user was not given */
    char *working_dir;  /**< append; NULL: the base's */
    json_t *entrypoint; /**< append: array; NULL: the base's */
    json_t *cmd;        /**< likewise */
    json_t *labels;     /**< objects of strings */
    json_t *annotations;
    json_t *env;

    struct fp_plan_output *outputs;
    size_t output_count;
    char *title;       /**< what is printed before '@' */
    char *blob_folder; /**< where new blobs are made */
    bool pushes;       /**< an output is a registry */
    bool dry_run;      /**< the outputs are left alone */
};

/**
 * Check everything that can be checked without the network.
 * @param append What append is asked for beside `options`; NULL: it is a build.
 * @param ret    Cleared by the caller, only after success.
 */
FP_CHECKED enum fp_code fp_plan_make(const struct fp_build_options *options,
                                     const struct fp_append_options *append,
                                     const struct fp_build_context *context, struct fp_plan *ret,
                                     struct fp_error *err);
void fp_plan_clear(struct fp_plan *plan);
#define cleanup_plan __attribute__((cleanup(fp_plan_clear)))
/** Whether --base names an entry of the catalogue, not an image. */
bool fp_base_is_name(const char *text);
/** The path `text` with {os}, {arch} and {variant} (empty where there is none) of a platform in
 * their place; other braces stay. What is there as it is written means itself. The caller owns it.
 */
char *fp_plan_for_platform(const char *text, const struct fp_platform *platform);
/** Whether an addition is for a platform of the plan. */
bool fp_plan_add_is_for(const struct fp_plan_add *add, const struct fp_platform *platform);

/** SOURCE_DATE_EPOCH where it is given, else `otherwise`; epoch seconds. */
int64_t fp_plan_time(const struct fp_plan *plan, int64_t otherwise);

#endif
