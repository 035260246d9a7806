/**
 * @file
 * The base that an image stands on, for each of the platforms.
 */
#ifndef FLINKPACK_RECIPE_BASE_H
#define FLINKPACK_RECIPE_BASE_H

#include "flinkpack/alpine.h"
#include "flinkpack/base.h"

#include "plan.h"

/** Inflated bytes of a base that are read at the most. */
#define FP_BASE_MAX_BYTES ((uint64_t) 32 << 30)

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
    struct fp_images found;       /**< what that holds; zero where the base is made of packages */
    bool has_moved;               /**< it leads no more to what the catalogue pins */
    struct fp_base_image *images; /**< one a platform, in the plan's order */
    size_t count;
};

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
void fp_bases_clear(struct fp_bases *bases);
/** Read the manifest and the configuration that image->descriptor leads to. */
FP_CHECKED enum fp_code fp_base_read(const struct fp_bases *bases, struct fp_base_image *image,
                                     struct fp_error *err);
/** Get the layers of one platform's base to where they can be read. */
FP_CHECKED enum fp_code fp_base_fetch(const struct fp_plan *plan, struct fp_bases *bases,
                                      struct fp_base_image *image, struct fp_error *err);
/** Make the base of an entry that has packages in place of an image, for one platform. */
FP_CHECKED enum fp_code fp_base_assemble(const struct fp_plan *plan, struct fp_bases *bases,
                                         struct fp_base_image *image, struct fp_error *err);
/**
 * Where a new job is put on an image of ours, take the old one's layers out of manifest and
 * configuration, with history, labels and environment, before they are fetched. What others have
 * put on top stays on what it was made of: then the new job's layer removes the old jars.
 */
void fp_leave_job_out(const struct fp_plan *plan, struct fp_base_image *image);
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
/** When the base was created, as it says; at least FP_EARLIEST_TIME. */
int64_t fp_base_time(const struct fp_base_image *base);

#endif
