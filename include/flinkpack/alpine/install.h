/**
 * @file
 * Installs packages into a layer as apk would, without running anything.
 */
#ifndef FLINKPACK_ALPINE_INSTALL_H
#define FLINKPACK_ALPINE_INSTALL_H

#include "flinkpack/alpine/package.h"
#include "flinkpack/alpine/resolve.h"
#include "flinkpack/alpine/signature.h"

/**
 * Reads files of an image. `contents` has one buffer for each path, which limits the file's size.
 * If a path does not exist or is not a file, its buffer is left unchanged.
 */
typedef enum fp_code (*fp_apk_reader)(void *context, const struct fp_strv *paths,
                                      struct fp_buf *contents, struct fp_error *err);

/** The package state of an image. Release with fp_apk_system_clear(). */
struct fp_apk_system {
    const struct fp_tree *tree; /**< borrowed */
    fp_apk_reader reader;       /**< borrowed, with its context */
    void *context;
    char *folder;      /**< the directory of the database: "lib/apk/db" */
    bool has_database; /**< the image has an apk database */
    bool has_world;    /**< the image has etc/apk/world */
    char *installed;   /**< this and the next two are texts, perhaps empty but never NULL */
    char *triggers;
    char *world;
    struct fp_strv repository_files; /**< "etc/apk/repositories" and the files that add to it */
    struct fp_strv repository_texts; /**< the content of each of these files */
    char *arch;
    char *passwd;
    char *group;
    char *shells;
    struct fp_buf scripts; /**< scripts.tar, uncompressed */
    bool scripts_gzip;     /**< the file is scripts.tar.gz and has to be written as such */
    struct fp_apk_keys *keys;
    struct fp_apk_index packages; /**< `installed`, parsed */
};

/** Whether an image has an apk database. */
bool fp_apk_is_used(const struct fp_tree *tree);
/**
 * Read the package state of an image.
 * @param arch apk's name of the architecture ("x86_64"), used if the image does not state one.
 * @return FP_OK, FP_E_INPUT if the database cannot be parsed, or the reader's error.
 */
FP_CHECKED enum fp_code fp_apk_system_read(const struct fp_tree *tree, fp_apk_reader reader,
                                           void *context, const char *arch,
                                           struct fp_apk_system *ret, struct fp_error *err);
/**
 * Initialise an empty system, which is then built from packages alone.
 * @param tree         An empty tree; borrowed.
 * @param repositories The text of its /etc/apk/repositories.
 */
void fp_apk_system_new(const struct fp_tree *tree, const char *repositories, const char *arch,
                       struct fp_apk_system *ret);
/** Whether an installed package satisfies a dependency ("name", "name>=1.2"). */
bool fp_apk_system_has(const struct fp_apk_system *root, const char *dependency);
/** Collect the dependencies in etc/apk/world, except those whose names `requests` repeats. */
void fp_apk_world_split(const struct fp_apk_system *root, const struct fp_strv *requests,
                        struct fp_strv *ret);
/** Release the members. */
void fp_apk_system_clear(struct fp_apk_system *root);
/** Declare a system that is cleared at the end of its scope. */
#define cleanup_apk_system __attribute__((cleanup(fp_apk_system_clear)))

/** A package to install, with its contents. */
struct fp_apk_arrival {
    struct fp_apk_change change;
    struct fp_apk_contents contents;
    uint32_t record; /**< used by the installer: the number of its database record */
};

/** The destination of an installation. Everything is borrowed. */
struct fp_apk_target {
    struct fp_layer_builder *builder;
    json_t *inputs; /**< array that receives everything the layer's bytes depend on */
    const struct fp_apk_spool *spool;
    struct fp_reporter *reporter;
    bool strict; /**< a script that cannot be emulated is an error */
};

/**
 * Install packages, in the given order, into a layer above `root`. If two packages have the same
 * file, their "origin" and "replaces" decide as in apk; otherwise the result is FP_E_INPUT. A
 * changed configuration file below etc/ stays, and the new one is written as NAME.apk-new. The
 * database, scripts, triggers and world are written in the way apk writes them.
 *
 * @param requests The dependencies that the user asked for; they are added to etc/apk/world.
 */
FP_CHECKED enum fp_code fp_apk_install(const struct fp_apk_system *root,
                                       struct fp_apk_arrival *arrivals, size_t count,
                                       const struct fp_strv *requests,
                                       const struct fp_apk_target *target, struct fp_error *err);

#endif
