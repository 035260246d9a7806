/**
 * @file
 * The base of an image for each platform: its documents, and the facts of its layers.
 */
#ifndef FLINKPACK_RECIPE_BASE_IMAGE_H
#define FLINKPACK_RECIPE_BASE_IMAGE_H

#include "flinkpack/alpine.h"
#include "flinkpack/base.h"

#include "plan.h"

/** The most inflated bytes of a base that are read. */
#define FP_BASE_MAX_BYTES ((uint64_t) 32 << 30)

/** A base for one platform. */
struct fp_base_image {
    struct fp_platform platform;
    struct fp_manifest manifest;
    struct fp_config config;
    struct fp_blob **blobs;
    struct fp_base_facts facts;
    struct fp_descriptor descriptor; /**< of its manifest, as it was found */
    json_t *additions;         /**< {KIND OF LAYER: what its packages are, as a lock says it} */
    char key[FP_HASH_HEX_MAX]; /**< fp_base_facts_key() */
    json_t *outline;           /**< what the image's label says of its base: see fp_base_learn() */
    bool is_recalled;          /**< the facts come from an earlier build, or the catalogue */
    bool has_other_media;      /**< the layers' media types were corrected by their bytes */
    bool is_rebuilt;           /**< an image of ours that gets a new job: see fp_leave_job_out() */
    bool keeps_old_job;        /**< the old job's layers could not be removed */
    struct fp_strv old_jars;   /**< if so, the names of the old job's jars */
};

/** The base for all platforms. */
struct fp_bases {
    char *name;                 /**< the name that annotations get */
    struct fp_base_entry entry; /**< of the catalogue; zero if an image was named */
    struct fp_repo *repo;
    struct fp_descriptor root; /**< the descriptor that the name resolved to */
    struct fp_images found;    /**< its images; zero if the base is made of packages */
    char *image_key;           /**< fp_image_key(), for the image's annotation; NULL: none */
    struct fp_location at;     /**< the base's place */
    bool is_unresolved;        /**< only the digest of `root` is known: it is pinned */
    bool has_moved;            /**< the name resolves to another digest than the catalogue pins */
    struct fp_base_image *images; /**< one per platform, in the plan's order */
    size_t count;
};

struct fp_known;

/** Make the empty base for all platforms. */
void fp_bases_none(const struct fp_plan *plan, struct fp_bases *ret);
/** Choose the base by its name, or by `version`, and set name, entry and place. Nothing is fetched.
 */
FP_CHECKED enum fp_code fp_bases_choose(const struct fp_plan *plan,
                                        const struct fp_flink_version *version,
                                        struct fp_bases *ret, struct fp_error *err);
/** Find the base, chosen by `version` (may be NULL) if none was named, and resolve its name. */
FP_CHECKED enum fp_code fp_bases_find(const struct fp_plan *plan,
                                      const struct fp_flink_version *version, struct fp_bases *ret,
                                      struct fp_error *err);
/** Find the base unless that has been done, read its documents, and learn its facts. */
FP_CHECKED enum fp_code fp_bases_open(const struct fp_plan *plan,
                                      const struct fp_flink_version *version,
                                      struct fp_known *known, struct fp_bases *ret,
                                      struct fp_error *err);
/**
 * Learn the facts of a base whose documents were read: from the local cache, from an earlier image,
 * which may give only an outline, or from the entry that pins it. If nobody knows them, its layers
 * are fetched and read. An outline of them goes into the image's label as {"key":
 * fp_base_facts_key(), "facts": fp_base_facts_json(), "media": the layers' media types if they were
 * corrected}.
 */
FP_CHECKED enum fp_code fp_base_learn(const struct fp_plan *plan, struct fp_known *known,
                                      struct fp_bases *bases, struct fp_base_image *image,
                                      struct fp_error *err);
/** Fetch and read the layers of a base, unless its facts are known entirely. */
FP_CHECKED enum fp_code fp_base_need(const struct fp_plan *plan, struct fp_bases *bases,
                                     struct fp_base_image *image, struct fp_error *err);
/** The kind of the records of whole facts in the local cache. */
#define FP_BASE_KIND "base"
/** The facts as others may learn them: see fp_base_learn(). A new reference. */
json_t *fp_base_describe(const struct fp_base_image *image, const struct fp_base_facts *facts);
/** Call a layer what its bytes are, and warn if its manifest calls it something else. `media` is a
 * media type of layers. */
void fp_base_call_layer(const struct fp_plan *plan, const struct fp_bases *bases,
                        struct fp_base_image *image, size_t layer, const char *media);
/** Flink's home in an image, by its variable FLINK_HOME, else /opt/flink. The caller owns it. */
char *fp_home_of(const struct fp_config *config);
void fp_bases_clear(struct fp_bases *bases);
/** Read the manifest of image->descriptor and its configuration. */
FP_CHECKED enum fp_code fp_base_read(const struct fp_bases *bases, struct fp_base_image *image,
                                     struct fp_error *err);
/** Fetch the layers of one platform's base. */
FP_CHECKED enum fp_code fp_base_fetch(const struct fp_plan *plan, struct fp_bases *bases,
                                      struct fp_base_image *image, struct fp_error *err);
/** Make the base for one platform from an entry that names packages instead of an image. */
FP_CHECKED enum fp_code fp_base_assemble(const struct fp_plan *plan, struct fp_bases *bases,
                                         struct fp_base_image *image, struct fp_error *err);
/**
 * If an image of ours gets a new job, remove the old job's layers, history, labels and environment
 * from its manifest and configuration before layers are fetched. If others have added layers on
 * top, the old job's layers stay, and the new job's layer removes the old jars.
 */
void fp_leave_job_out(const struct fp_plan *plan, struct fp_base_image *image);
/**
 * Read a regular file of a base, following links.
 * @return FP_E_NOT_FOUND if there is none; FP_E_INPUT if it is too large.
 */
FP_CHECKED enum fp_code fp_base_image_read(const struct fp_base_image *image, const char *path,
                                           struct fp_buf *ret, struct fp_error *err);
/** Read several files in one pass over the layers. This is a fp_apk_reader whose context is the
 * struct fp_base_image. */
FP_CHECKED enum fp_code fp_base_image_read_many(void *image, const struct fp_strv *paths,
                                                struct fp_buf *contents, struct fp_error *err);
/** Takes the content of the file number `i`; again if a layer has it twice, when the last counts.
 */
typedef enum fp_code fp_base_taker(void *context, size_t i, struct fp_source *content,
                                   struct fp_error *err);
/**
 * Have the contents of several files taken in one pass over the layers, which are fetched.
 * @param paths       Real ones: of files in the base's tree, without links. "" is passed over.
 * @param ret_missing How many are in no layer.
 * @return Errors of `take`, and of reading.
 */
FP_CHECKED enum fp_code fp_base_image_take(const struct fp_base_image *image,
                                           const struct fp_strv *paths, fp_base_taker *take,
                                           void *context, size_t *ret_missing,
                                           struct fp_error *err);
/** The creation time in the base's configuration; at least FP_EARLIEST_TIME. */
int64_t fp_base_time(const struct fp_base_image *base);

#endif
