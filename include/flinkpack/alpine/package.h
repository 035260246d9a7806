/**
 * @file
 * Packages: .apk files of version 2 (signatures, control part, data part).
 */
#ifndef FLINKPACK_ALPINE_PACKAGE_H
#define FLINKPACK_ALPINE_PACKAGE_H

#include <pthread.h>

#include "flinkpack/alpine/index.h"
#include "flinkpack/layer.h"

/** The kinds of script that a package may have. */
#define FP_APK_SCRIPTS_MAX 7

/** Where the contents of packages are kept until the layer is written. Owned; fp_apk_spool_clear().
 */
struct fp_apk_spool {
    pthread_mutex_t lock; /**< of one package that is read into it at a time */
    int fd;
    char *path;
    uint64_t used_bytes;
    uint64_t max_bytes;
    size_t list_bytes; /**< of memory, that the lists of what is in it take */
};

/** Make a spool in a directory that fp_temp_dir() gave. FP_E_IO. */
FP_CHECKED enum fp_code fp_apk_spool_open(const char *folder, struct fp_apk_spool *ret,
                                          struct fp_error *err);
/** Close it; the file goes with its directory. */
void fp_apk_spool_clear(struct fp_apk_spool *spool);

/** A file, directory or link of a package. Owned by its contents. */
struct fp_apk_file {
    struct fp_entry entry; /**< its uid and gid are the archive's numbers */
    char *user;            /**< names of the owners; NULL: none are stated */
    char *group;
    char identity[32]; /**< "Q1..." of a file's content or a link's target; "" for directories */
    uint64_t offset;   /**< where in the spool a file's content begins */
    bool is_withdrawn; /**< another package has it now: it is not put */
    bool is_beside;    /**< it is put as NAME.apk-new */
};

/** A script. */
struct fp_apk_script {
    char *type; /**< "post-install", "trigger" */
    char *data;
    size_t len;
};

/** What a package holds. Owned; release with fp_apk_contents_clear(). */
struct fp_apk_contents {
    struct fp_apk_file *files; /**< in the archive's order */
    size_t file_count;
    struct fp_apk_script scripts[FP_APK_SCRIPTS_MAX]; /**< in the archive's order */
    size_t script_count;
    char *replaces; /**< dependencies, separated by blanks; NULL: none */
    char *replaces_priority;
    char *triggers; /**< globs of directories, separated by blanks; NULL: none */
};

/**
 * Read a package that a verified index lists: the control part has to be what the index says (C:),
 * and the data part what the control part says (datahash). The package's own signature adds nothing
 * to that and is not looked at.
 *
 * @param take_source The .apk.
 * @param name        For errors.
 * @param package     From the index.
 * @param spool       Gets the files' contents.
 * @return FP_E_VERIFY, or FP_E_INPUT for what is no package or has names that lead elsewhere.
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
