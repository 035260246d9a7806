/**
 * @file
 * The recipe's own: the plan, and what the steps hand to each other.
 */
#ifndef FLINKPACK_BUILD_INTERNAL_H
#define FLINKPACK_BUILD_INTERNAL_H

#include "flinkpack/alpine.h"
#include "flinkpack/base.h"
#include "flinkpack/recipe.h"

/** The home of Flink in the images that are made here. */
#define FP_FLINK_HOME "/opt/flink"
/** The account that Flink runs as where --user says nothing, as in the official images. */
#define FP_FLINK_UID 9999U
#define FP_FLINK_GID 9999U
/** Counts up whenever the same inputs make other layers; part of every recipe key. */
#define FP_LAYOUT_NUMBER 1
/** Inflated bytes of a base that are read at the most. */
#define FP_BASE_MAX_BYTES ((uint64_t) 32 << 30)
/** A file that is read into memory whole (configuration), at the most. */
#define FP_SMALL_FILE_MAX ((size_t) 1 << 20)

/** 1980-01-01T00:00:00Z: files that bring no time of their own; jars cannot say anything earlier.
 */
#define FP_EARLIEST_TIME ((int64_t) 315532800)
/** The variable in which the entrypoint finds the job's class. */
#define FP_ENV_JOB_CLASSNAME "FLINK_JOB_CLASSNAME"

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
/** The names and destinations: --image-name, --tag, --push, --output. */
FP_CHECKED enum fp_code fp_plan_outputs(struct fp_plan *plan, struct fp_error *err);
/** KEY=VALUE lists into an object. `option` is for errors. */
FP_CHECKED enum fp_code fp_plan_pairs(const struct fp_strv *list, const char *option, json_t **ret,
                                      struct fp_error *err);

/** A base, for one platform. */
struct fp_base_image {
    struct fp_platform platform;
    struct fp_manifest manifest;
    struct fp_config config;
    struct fp_blob **blobs;
    struct fp_base_facts facts;
    struct fp_descriptor descriptor; /**< of its manifest, as it was found */
    bool is_rebuilt;         /**< it is one of ours that gets a new job: see fp_leave_job_out() */
    struct fp_strv old_jars; /**< then what its old job's jars were called */
};

/** The base, for all platforms. */
struct fp_bases {
    char *name;                 /**< as it stands in annotations */
    struct fp_base_entry entry; /**< of the catalogue; zero where an image was named */
    struct fp_repo *repo;
    struct fp_descriptor root;    /**< what the name led to */
    json_t *annotations;          /**< of that where it is an index; NULL */
    bool has_moved;               /**< it leads no more to what the catalogue pins */
    struct fp_base_image *images; /**< one a platform, in the plan's order */
    size_t count;
};

/** Open the store, where new blobs are made whatever becomes of them, so that nobody takes blobs
 * out of it meanwhile; and threads to work with. */
FP_CHECKED enum fp_code fp_workshop_open(const struct fp_build_context *context,
                                         struct fp_repo **ret_store, struct fp_pool **ret_pool,
                                         struct fp_error *err);
/** The base that has nothing, for all platforms. */
void fp_bases_none(const struct fp_plan *plan, struct fp_bases *ret);
/** Find the base: choose it by `version` where none was named (may be NULL), and ask what its name
 * stands for. */
FP_CHECKED enum fp_code fp_bases_find(const struct fp_plan *plan,
                                      const struct fp_flink_version *version, struct fp_bases *ret,
                                      struct fp_error *err);
/** Find it where that has not been done, fetch and read it. */
FP_CHECKED enum fp_code fp_bases_open(const struct fp_plan *plan,
                                      const struct fp_flink_version *version, struct fp_bases *ret,
                                      struct fp_error *err);
/** Get the layers of one platform's base to where they can be read. */
FP_CHECKED enum fp_code fp_base_fetch(const struct fp_plan *plan, struct fp_bases *bases,
                                      struct fp_base_image *image, struct fp_error *err);
/** What a layer that is compressed so is called, or NULL where no runtime reads it. Static. */
const char *fp_media_of_codec(enum fp_codec codec);
/** What apk calls the architecture of a platform. */
const char *fp_apk_arch(const struct fp_platform *platform);
/** Make the base of an entry that has packages in place of an image, for one platform. */
FP_CHECKED enum fp_code fp_base_assemble(const struct fp_plan *plan, struct fp_bases *bases,
                                         struct fp_base_image *image, struct fp_error *err);
/**
 * Where a new job is put on an image of ours, take the old one's layers out of manifest and
 * configuration, with history, labels and environment, before they are fetched. What others have
 * put on top stays on what it was made of: then the new job's layer removes the old jars.
 */
void fp_leave_job_out(const struct fp_plan *plan, struct fp_base_image *image);
/** Release the members. */
void fp_bases_clear(struct fp_bases *bases);
/**
 * The content of a regular file of a base, links followed.
 * @return FP_E_NOT_FOUND where there is none; FP_E_INPUT where it is too large.
 */
FP_CHECKED enum fp_code fp_base_image_read(const struct fp_base_image *image, const char *path,
                                           struct fp_buf *ret, struct fp_error *err);

/** The contents of several files in one walk over the layers: a fp_apk_reader whose context is the
 * struct fp_base_image. */
FP_CHECKED enum fp_code fp_base_image_read_many(void *image, const struct fp_strv *paths,
                                                struct fp_buf *contents, struct fp_error *err);

/** Flink, wherever it came from. */
struct fp_flink {
    struct fp_flink_version version;
    const struct fp_flink_traits *traits;
    struct fp_release release;   /**< FP_FROM_RELEASE */
    struct fp_distribution dist; /**< not FP_FROM_IMAGE */
    bool has_dist;
    char *home; /**< "/opt/flink" */
};

/** What a distribution is read from: an archive or a folder. Zero-initialise. */
struct fp_flink_origin {
    struct fp_input *archive; /**< open, or NULL */
    char *folder;             /**< its path, or NULL */
};

/** Get hold of the archive or folder that Flink is in; not for FP_FROM_IMAGE. */
FP_CHECKED enum fp_code fp_flink_fetch(const struct fp_plan *plan, struct fp_flink *ret,
                                       struct fp_flink_origin *ret_origin, struct fp_error *err);
/** Read it, and make the distribution's layer. */
FP_CHECKED enum fp_code fp_flink_read(const struct fp_plan *plan, struct fp_pool *pool,
                                      struct fp_flink_origin *origin, struct fp_flink *ret,
                                      struct fp_error *err);
/** Release the members. */
void fp_flink_origin_clear(struct fp_flink_origin *origin);
/** Recognise the Flink of an image: its home, version and traits. */
FP_CHECKED enum fp_code fp_flink_of_image(const struct fp_plan *plan,
                                          const struct fp_base_image *image, struct fp_flink *ret,
                                          struct fp_error *err);
/** The digest of what Flink was taken from, "ALGORITHM:HEX"; not for FP_FROM_IMAGE. Owned. */
char *fp_flink_digest(const struct fp_flink *flink);
/** Release the members. */
void fp_flink_clear(struct fp_flink *flink);

/** The most layers that are put on a base. */
#define FP_OWN_LAYERS_MAX 32

/** A layer of ours with what it is. */
struct fp_own_layer {
    const char *kind; /**< "packages", "distribution", "hadoop", "setup", "job"; with append
                           "layer" and "files": a literal */
    struct fp_layer layer;
    int64_t mtime_s; /**< the time of what is in it */
    bool shared;     /**< the members belong to another platform's or to the distribution */
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

/** What each step of making layers works with. */
struct fp_layer_step {
    const struct fp_plan *plan;
    const struct fp_flink *flink;
    const struct fp_base_image *base;
    struct fp_tree *tree; /**< the base's, and the layers made so far on top */
    struct fp_pool *pool;
    int64_t mtime_s; /**< of files that bring no time of their own */
};

/** What a system that has nothing needs for Flink, and for Python where that is asked for. */
void fp_packages_needed(const struct fp_build_options *options, struct fp_strv *ret);
/** Whether a base that is not one of apk has all that was asked for. */
FP_CHECKED enum fp_code fp_packages_present(const struct fp_plan *plan,
                                            const struct fp_base_image *base, const char *base_name,
                                            struct fp_error *err);
/**
 * The layer of the packages that Flink needs and the user wants. Where the base is not one of apk,
 * everything must be there: FP_E_INPUT names what is not, in the base's own terms.
 * @param ret_any     False: everything is there, and there is no layer.
 * @param ret_changes Gets the names and versions of what was added.
 */
FP_CHECKED enum fp_code fp_step_packages(const struct fp_layer_step *step, const char *base_name,
                                         struct fp_layer *ret, bool *ret_any,
                                         struct fp_strv *ret_changes, struct fp_error *err);
/** The Hadoop jar's layer. */
FP_CHECKED enum fp_code fp_step_hadoop(const struct fp_layer_step *step, struct fp_layer *ret,
                                       struct fp_error *err);
/** Accounts, entrypoint, /opt/flink, patched configuration, libraries and plugins. */
FP_CHECKED enum fp_code fp_step_setup(const struct fp_layer_step *step, struct fp_layer *ret,
                                      struct fp_error *err);
/** With --from-image only what was asked for: configuration, libraries, plugins, additions.
 * `*ret_any` false: nothing was, and there is no layer. */
FP_CHECKED enum fp_code fp_step_extras(const struct fp_layer_step *step, struct fp_layer *ret,
                                       bool *ret_any, struct fp_error *err);
/** The job's jars. */
FP_CHECKED enum fp_code fp_step_job(const struct fp_layer_step *step, struct fp_layer *ret,
                                    struct fp_error *err);
/**
 * A layer being drafted: its entries, and the same as JSON with contents by digest, of which the
 * recipe key is made.
 */
struct fp_draft {
    struct fp_layer_builder *builder;
    json_t *inputs;
};

/** Start one; files that bring no time get the step's. Release with fp_draft_clear(). */
struct fp_draft fp_draft_new(const struct fp_layer_step *step);
/** Release the members. */
void fp_draft_clear(struct fp_draft *draft);
/** A directory. Paths are relative to the root everywhere here. */
FP_CHECKED enum fp_code fp_draft_dir(struct fp_draft *draft, const char *path, unsigned mode,
                                     uint64_t uid, uint64_t gid, struct fp_error *err);
/** A file of these bytes (copied). */
FP_CHECKED enum fp_code fp_draft_text(struct fp_draft *draft, const struct fp_entry *entry,
                                      const char *text, size_t len, struct fp_error *err);
/** A symbolic link. */
FP_CHECKED enum fp_code fp_draft_link(struct fp_draft *draft, const char *path, const char *target,
                                      struct fp_error *err);
/**
 * A local file, owned by root.
 * @param mode   Permission bits, or -1: 0755 where its owner may execute it, else 0644.
 * @param sha256 Its digest in hexadecimal where it is known; NULL: it is read for it. Other bytes
 *               are no more let into the layer.
 */
FP_CHECKED enum fp_code fp_draft_file(struct fp_draft *draft, const char *path, int mode,
                                      const char *source, const char *sha256, struct fp_error *err);
/** The same for one that is open, and whose SHA-256 is known: no other bytes become a layer. */
FP_CHECKED enum fp_code fp_draft_input(struct fp_draft *draft, const char *path, unsigned mode,
                                       const struct fp_input *input, struct fp_error *err);
/** Take away what lower layers have at `path`. */
FP_CHECKED enum fp_code fp_draft_remove(struct fp_draft *draft, const char *path,
                                        struct fp_error *err);
/** Declare parents, write the layer, and apply it to the step's tree. */
FP_CHECKED enum fp_code fp_draft_write(struct fp_draft *draft, const struct fp_layer_step *step,
                                       const char *kind, struct fp_layer *ret,
                                       struct fp_error *err);

/** What an addition has in common, wherever it goes: servers, options, reports. */
void fp_packages_addition(const struct fp_layer_step *step, struct fp_draft *draft,
                          struct fp_apk_spool *spool, struct fp_apk_addition *ret);
/** Declare a draft that is cleared at the end of its scope. */
#define cleanup_draft __attribute__((cleanup(fp_draft_clear)))

/** --add: what is for the step's platform, put into `draft`. */
FP_CHECKED enum fp_code fp_draft_adds(const struct fp_layer_step *step, struct fp_draft *draft,
                                      struct fp_error *err);
/** libs, plugins and additions into `draft`; `*ret_any` becomes true where there were some. */
FP_CHECKED enum fp_code fp_setup_extras(const struct fp_layer_step *step, struct fp_draft *draft,
                                        bool *ret_any, struct fp_error *err);
/** With --user, a name for that user where the base has none; `*ret_any` becomes true then. */
FP_CHECKED enum fp_code fp_setup_user(const struct fp_layer_step *step, struct fp_draft *draft,
                                      bool *ret_any, struct fp_error *err);
/** The configuration file `text` with what --conf asks for and nothing bound to localhost.
 * FP_E_INPUT for what is no text. */
FP_CHECKED enum fp_code fp_setup_conf(const struct fp_layer_step *step, const char *text,
                                      size_t len, char **ret, struct fp_error *err);

/** The recipe key of a layer: see builder/README.md, "Recipe keys". `inputs` is consumed. */
void fp_recipe_key(const char *kind, json_t *take_inputs, char ret_hex[FP_HASH_HEX_MAX]);

/**
 * Make the configuration and manifest of one platform, of the base and the image's layers.
 * @param look What the configuration says beside the base's; its layers and time are filled in.
 */
FP_CHECKED enum fp_code fp_image_assemble(const struct fp_plan *plan, const struct fp_bases *bases,
                                          size_t platform, const struct fp_config_change *look,
                                          struct fp_platform_image *image, struct fp_error *err);
/** The label that says what plugins an image has. */
#define FP_LABEL_PLUGINS "flinkpack.plugins"
/** Its value for a tree with all layers: "NAME/JAR" of the plugins that not every distribution has,
 * and of what may be a file system in lib/, with ',' between. The caller owns it. */
char *fp_list_plugins(const struct fp_tree *tree, const char *home);
/** Likewise for an image with Flink, which decides what the configuration says, and the time. */
FP_CHECKED enum fp_code fp_image_with_flink(const struct fp_plan *plan,
                                            const struct fp_flink *flink,
                                            const struct fp_bases *bases, size_t platform,
                                            struct fp_platform_image *image, struct fp_error *err);
/** The root: the manifest of one platform, or the index of several. `*ret` is a reference. */
FP_CHECKED enum fp_code fp_image_root(const struct fp_plan *plan, const struct fp_bases *bases,
                                      const struct fp_platform_image *images, struct fp_blob **ret,
                                      struct fp_error *err);
/** The newest time that the distribution and the job's jars bring with them, in epoch seconds. */
int64_t fp_inputs_time(const struct fp_plan *plan, const struct fp_flink *flink);
/** When the base was created, as it says; at least FP_EARLIEST_TIME. */
int64_t fp_base_time(const struct fp_base_image *base);
/** The newest time in the job's jars. */
int64_t fp_job_time(const struct fp_plan *plan);
/** The class that the entrypoint names, or NULL where Flink finds it. Borrowed. */
const char *fp_job_classname(const struct fp_plan *plan, const struct fp_flink *flink);
/** Whether an image that gets no new job has one of ours already, which it keeps. */
bool fp_keeps_job(const struct fp_flink *flink, const struct fp_base_image *base);
/** Whether a base of the catalogue has a Java that is new enough for the job, by what the catalogue
 * says. */
FP_CHECKED enum fp_code fp_check_entry_java(const struct fp_plan *plan,
                                            const struct fp_bases *bases, struct fp_error *err);
/** Whether that version of Flink, and the job, go together with the base: Java, bash, machine. */
FP_CHECKED enum fp_code fp_check_bases(const struct fp_plan *plan,
                                       const struct fp_flink_version *version,
                                       const struct fp_bases *bases, struct fp_error *err);
/** Whether what Flink and the job are made of goes together. Warns of what may not work. */
FP_CHECKED enum fp_code fp_check_fit(const struct fp_plan *plan, const struct fp_flink *flink,
                                     const struct fp_bases *bases, struct fp_error *err);
/** Whether a job's main class uses connectors that none of its jars has: FP_E_INPUT. */
FP_CHECKED enum fp_code fp_check_connectors(const struct fp_plan *plan,
                                            const struct fp_flink *flink, struct fp_error *err);
/** Whether the base's Java (0: not known) can load the job's classes: a newer one that nothing
 * refers to is no more than a warning. */
FP_CHECKED enum fp_code fp_check_classes(const struct fp_plan *plan, const char *base_name,
                                         unsigned java, struct fp_error *err);
/** Whether native code that was chosen runs on the base's C library; see builder/README.md. */
FP_CHECKED enum fp_code fp_check_natives(const struct fp_plan *plan, const struct fp_flink *flink,
                                         const struct fp_base_image *base, const char *base_name,
                                         struct fp_error *err);
/** Warn where RocksDB is chosen and the image has no jemalloc for the entrypoint to preload. */
void fp_check_allocator(const struct fp_plan *plan, const struct fp_flink *flink,
                        const struct fp_bases *bases);
/** Whether the user asks for a package by name, perhaps with a version. */
bool fp_packages_is_asked(const struct fp_build_options *options, const char *name);
/** All layers of ours for one platform, in order. */
FP_CHECKED enum fp_code fp_layers_make(const struct fp_plan *plan, const struct fp_flink *flink,
                                       const struct fp_base_image *base, const char *base_name,
                                       struct fp_pool *pool, struct fp_platform_image *image,
                                       struct fp_error *err);
/** Free the images of `count` platforms; NULL is fine. */
void fp_platform_images_free(struct fp_platform_image *take_images, size_t count);
/** Command lines worth typing next, for the first output. */
void fp_build_next_steps(const struct fp_plan *plan, struct fp_strv *ret);
/**
 * What a thread does with an archive while another one reads it: it takes the SHA-256 and, of what
 * begins like a release, sends it to the registries. The digest is all that an upload needs, and
 * most archives then serve as a layer as they are; one that does not leaves an unreferenced blob
 * behind, which registries collect. Zero-initialise.
 */
struct fp_early {
    struct fp_pool *pool;     /**< of one thread: its tasks run in the order in which they came */
    struct fp_input *archive; /**< borrowed */
    struct fp_blob *blob;     /**< the pool's, until fp_early_wait() returns */
    struct fp_early_upload *uploads; /**< one an output; of files and folders empty */
    size_t count;
};

/** Begin, where Flink is in an archive. */
FP_CHECKED enum fp_code fp_early_start(struct fp_early *early, const struct fp_plan *plan,
                                       const struct fp_flink_origin *origin, struct fp_error *err);
/** Wait for the uploads; their failure is the build's. */
FP_CHECKED enum fp_code fp_early_wait(struct fp_early *early, struct fp_error *err);
/** The repo that was opened for an output, owned by the caller; NULL: none was. */
struct fp_repo *fp_early_take_repo(struct fp_early *early, size_t output);
/** Wait for what is still under way, and release the members. */
void fp_early_clear(struct fp_early *early);

/** Whether the registries that it goes to let it be pushed, before much is done for it: FP_E_AUTH
 * and others. */
FP_CHECKED enum fp_code fp_outputs_ask(const struct fp_plan *plan, struct fp_error *err);
/** Open the place that an output names. */
FP_CHECKED enum fp_code fp_output_open(const struct fp_plan *plan,
                                       const struct fp_plan_output *output, struct fp_repo **ret,
                                       struct fp_error *err);
/** Put it where it is to go; the outcome of each output is added to `metadata`. */
FP_CHECKED enum fp_code fp_outputs_write(const struct fp_plan *plan, const struct fp_bases *bases,
                                         const struct fp_platform_image *images,
                                         struct fp_blob *root, struct fp_early *early,
                                         json_t *metadata, struct fp_error *err);
/** What --metadata-file tells; `flink` NULL: of an image that is not about Flink. A new reference.
 */
json_t *fp_metadata(const struct fp_plan *plan, const struct fp_flink *flink,
                    const struct fp_bases *bases, const struct fp_platform_image *images,
                    const struct fp_blob *root);

/** RFC 3339 in UTC, whole seconds; `text` has room for 32 bytes. */
void fp_time_text(int64_t epoch_s, char text[32]);
/** The seconds of an RFC 3339 time, or -1 where it is none. */
int64_t fp_time_parse(const char *text);

/** Declare a plan that is cleared at the end of its scope. */
#define cleanup_plan __attribute__((cleanup(fp_plan_clear)))

#endif
