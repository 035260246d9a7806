/**
 * @file
 * Packages into a layer: what apk would unpack, delete and note down, without running anything.
 */
#ifndef FLINKPACK_ALPINE_INSTALL_H
#define FLINKPACK_ALPINE_INSTALL_H

#include "flinkpack/alpine/package.h"
#include "flinkpack/alpine/resolve.h"
#include "flinkpack/alpine/signature.h"

/**
 * Reads files of an image: `contents` has as many buffers as there are paths, each with its
 * ceiling. One that is no file, or not there, leaves its buffer as it is.
 */
typedef enum fp_code (*fp_apk_reader)(void *context, const struct fp_strv *paths,
                                      struct fp_buf *contents, struct fp_error *err);

/** What an image says of its packages. Release with fp_apk_system_clear(). */
struct fp_apk_system {
    const struct fp_tree *tree; /**< borrowed */
    fp_apk_reader reader;       /**< borrowed, with its context */
    void *context;
    char *folder;      /**< of the database: "lib/apk/db" */
    bool has_database; /**< an apk database is there */
    bool has_world;    /**< and etc/apk/world */
    char *installed;   /**< texts; never NULL, may be empty */
    char *triggers;
    char *world;
    struct fp_strv repository_files; /**< their paths: "etc/apk/repositories" and what adds to it */
    struct fp_strv repository_texts; /**< and what is in each */
    char *arch;
    char *passwd;
    char *group;
    char *shells;
    struct fp_buf scripts; /**< scripts.tar, inflated */
    bool scripts_gzip;     /**< it is called scripts.tar.gz and has to be written so */
    struct fp_apk_keys *keys;
    struct fp_apk_index packages; /**< `installed`, parsed */
};

/** Whether an image has a database of apk. */
bool fp_apk_is_used(const struct fp_tree *tree);
/**
 * Read all that is to be known of an image.
 * @param arch What apk calls its architecture ("x86_64") where the image does not say.
 * @return FP_OK, FP_E_INPUT for a database that is none, or the reader's error.
 */
FP_CHECKED enum fp_code fp_apk_system_read(const struct fp_tree *tree, fp_apk_reader reader,
                                           void *context, const char *arch,
                                           struct fp_apk_system *ret, struct fp_error *err);
/**
 * A system that has nothing yet, to be made of packages.
 * @param tree         Empty; borrowed.
 * @param repositories The text of its /etc/apk/repositories.
 */
void fp_apk_system_new(const struct fp_tree *tree, const char *repositories, const char *arch,
                       struct fp_apk_system *ret);
/** Whether an installed package is what a dependency ("name", "name>=1.2") speaks of. */
bool fp_apk_system_has(const struct fp_apk_system *root, const char *dependency);
/** The dependencies in etc/apk/world whose names are not asked for anew. */
void fp_apk_world_split(const struct fp_apk_system *root, const struct fp_strv *requests,
                        struct fp_strv *ret);
/** Release the members. */
void fp_apk_system_clear(struct fp_apk_system *root);
/** Declare a system that is cleared at the end of its scope. */
#define cleanup_apk_system __attribute__((cleanup(fp_apk_system_clear)))

/** A package with what it holds, to be installed. */
struct fp_apk_arrival {
    struct fp_apk_change change;
    struct fp_apk_contents contents;
    uint32_t record; /**< for the installer */
};

/** Where the installation is written to. Everything is borrowed. */
struct fp_apk_target {
    struct fp_layer_builder *builder;
    json_t *inputs; /**< array: gets all that the layer's bytes depend on */
    const struct fp_apk_spool *spool;
    struct fp_reporter *reporter;
    bool strict; /**< a script that cannot be done without running it is an error */
};

/**
 * Install packages, in their order, into a layer above `system`. Files that another package has
 * are settled as apk settles them: by origin and by "replaces", else FP_E_INPUT. A changed
 * configuration file below etc/ stays, and the new one goes beside it as NAME.apk-new. Database,
 * scripts, triggers and world are written as apk writes them.
 *
 * @param requests What was asked for: goes into etc/apk/world.
 */
FP_CHECKED enum fp_code fp_apk_install(const struct fp_apk_system *root,
                                       struct fp_apk_arrival *arrivals, size_t count,
                                       const struct fp_strv *requests,
                                       const struct fp_apk_target *target, struct fp_error *err);

#endif
