/**
 * @file
 * Reads packages: .apk files of version 2 (signatures, control part, data part).
 */
#ifndef FLINKPACK_ALPINE_PACKAGE_H
#define FLINKPACK_ALPINE_PACKAGE_H

#include <pthread.h>

#include "flinkpack/alpine/index.h"
#include "flinkpack/layer.h"

/** The number of script types that a package may have. */
#define FP_APK_SCRIPTS_MAX 7

/** A file that holds the contents of packages until the layer is written. Release with
 * fp_apk_spool_clear(). */
struct fp_apk_spool {
    pthread_mutex_t lock; /**< only one package is read into the spool at a time */
    int fd;
    char *path;
    uint64_t used_bytes;
    uint64_t max_bytes;
    size_t list_bytes; /**< memory that the lists of the files in it take */
};

/** Create a spool in a directory that fp_temp_dir() made. Fails with FP_E_IO. */
FP_CHECKED enum fp_code fp_apk_spool_open(const char *folder, struct fp_apk_spool *ret,
                                          struct fp_error *err);
/** Close the spool. The file is deleted together with its directory. */
void fp_apk_spool_clear(struct fp_apk_spool *spool);

/** A file, directory or link of a package. The package's contents own it. */
struct fp_apk_file {
    struct fp_entry entry; /**< its uid and gid are the numbers in the archive */
    char *user;            /**< the names of the owners; NULL if the archive states none */
    char *group;
    char identity[32]; /**< "Q1..." of a file's content or a link's target; "" for directories */
    uint64_t offset;   /**< the position of a file's content in the spool */
    bool is_withdrawn; /**< another package owns the path now, so the file is not written */
    bool is_beside;    /**< the file is written as NAME.apk-new */
};

/** A script of a package. */
struct fp_apk_script {
    char *type; /**< "post-install", "trigger" */
    char *data;
    size_t len;
};

/** The contents of a package. Release with fp_apk_contents_clear(). */
struct fp_apk_contents {
    struct fp_apk_file *files; /**< in the archive's order */
    size_t file_count;
    struct fp_apk_script scripts[FP_APK_SCRIPTS_MAX]; /**< in the archive's order */
    size_t script_count;
    char *replaces; /**< dependencies, separated by blanks; NULL if there are none */
    char *replaces_priority;
    char *triggers; /**< globs of directories, separated by blanks; NULL if there are none */
    char sha256[FP_HASH_HEX_MAX]; /**< of the whole .apk, in hexadecimal */
};

/**
 * Read a package that a verified index lists. The control part has to match the digest in the
 * index (C:), and the data part has to match the digest in the control part (datahash). The
 * package's own signature adds nothing to these checks, so it is ignored.
 * @param take_source The .apk.
 * @param name        The name of the package in errors.
 * @param package     The package's entry in the index.
 * @param spool       Receives the contents of the files.
 * @return FP_OK, FP_E_VERIFY if a digest differs, or FP_E_INPUT if the file is not a package or
 *         contains paths that are not allowed.
 */
FP_CHECKED enum fp_code fp_apk_package_read(struct fp_source *take_source, const char *name,
                                            const struct fp_apk_package *package,
                                            struct fp_apk_spool *spool, struct fp_apk_contents *ret,
                                            struct fp_error *err);
/** Release the members. */
void fp_apk_contents_clear(struct fp_apk_contents *contents);

/** Declare contents that are cleared at the end of their scope. */
#define cleanup_apk_contents __attribute__((cleanup(fp_apk_contents_clear)))

#endif
