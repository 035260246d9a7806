/**
 * @file
 * The state of an installation, and the functions that work on it.
 */
#ifndef FLINKPACK_ALPINE_INSTALLER_H
#define FLINKPACK_ALPINE_INSTALLER_H

#include "database.h"
#include "flinkpack/alpine/install.h"

/** The state of an installation. */
struct installer {
    const struct fp_apk_system *root;
    const struct fp_apk_target *target;
    struct fp_apk_arrival *arrivals;
    size_t count;
    struct db db;
    size_t compared_bytes; /* length of "replaces" lists read for files of two packages */
    json_t *users;         /* {NAME: NUMBER} */
    json_t *groups;
    struct fp_buf scripts;  /* scripts.tar without the zero blocks at its end */
    struct fp_buf triggers; /* the content of the file "triggers" */
    struct fp_tree *made;   /* the entries that have been written to the layer */
    struct fp_strv unknown; /* scripts that cannot be emulated, as "PACKAGE .TYPE" */
};

/** Parse a text like /etc/passwd or /etc/group to {NAME: NUMBER}. The caller owns it. */
json_t *fp_owners_read(const char *accounts);
/** Returns the number of the account `name`, or `fallback` if it is unknown. */
uint64_t fp_owner_id(const json_t *accounts, const char *name, uint64_t fallback);

/** How a file is written if its path exists already. */
enum file_fate { FILE_PUT, FILE_SKIP, FILE_BESIDE };

/** Check the kind of an existing path. FP_E_INPUT means that a file would replace a directory of
 * the base, or a directory would replace a file that stays. */
FP_CHECKED enum fp_code fp_overlay_check_kind(struct installer *in,
                                              const struct fp_apk_arrival *arrival,
                                              const struct fp_apk_file *file, struct fp_error *err);
/** Decide how to write a file if its path exists. FP_E_INPUT if two packages conflict. */
FP_CHECKED enum fp_code fp_overlay_decide(struct installer *in, struct fp_apk_arrival *arrival,
                                          struct fp_apk_file *file, enum file_fate *ret,
                                          struct fp_error *err);
/** Delete files that only replaced packages had, and directories that become empty. Call this after
 * all files have been written. */
FP_CHECKED enum fp_code fp_overlay_sweep(struct installer *in, struct fp_error *err);

/* The functions for writing return nothing, because the layer's builder keeps the first error. */
/** Write an entry to the layer. `what` identifies its content in the recipe. */
void fp_installer_put(struct installer *in, const struct fp_entry *entry,
                      const struct fp_content *content, const char *what);
/** Write a text file with the mode and owner of the base's file, else `mode` and root. */
void fp_installer_put_text(struct installer *in, const char *path, unsigned mode, const char *text,
                           size_t len);
/** Write a symbolic link, unless the path exists. */
void fp_installer_put_link(struct installer *in, const char *path, const char *target);
/** Write a symbolic link, and also replace a link of the base with another target. */
void fp_installer_move_link(struct installer *in, const char *path, const char *target);
/** Whether `path` exists in the base or has been written. */
bool fp_installer_has(const struct installer *in, const char *path);
/** Read the content of an arrival's file. FP_E_INPUT if it exceeds the limit of `ret`. */
FP_CHECKED enum fp_code fp_installer_read(const struct installer *in,
                                          const struct fp_apk_file *file, struct fp_buf *ret,
                                          struct fp_error *err);
/** Do what the known scripts would do, and report the unknown ones. */
FP_CHECKED enum fp_code fp_emulate_scripts(struct installer *in, struct fp_error *err);

/* The scripts of packages are kept for apk in scripts.tar. */
/** The maximum size of a base's scripts.tar. */
#define SCRIPTS_MAX_BYTES ((size_t) 8 << 20)

/**
 * Remove packages' scripts, "NAME-VERSION.IDENTITY.TYPE" or ".IDENTITY.TYPE", from scripts.tar.
 * @param tar  The archive without its zero blocks; changed.
 * @param gone An object whose keys are the packages' identities, "Q1..." and "X1...".
 * @return FP_E_INPUT if the archive is not a valid tar.
 */
FP_CHECKED enum fp_code fp_scripts_remove(struct fp_buf *tar, const json_t *gone,
                                          struct fp_error *err);
/** Remove the zero blocks at the end, so that members can be added. Fails with FP_E_INPUT. */
FP_CHECKED enum fp_code fp_scripts_open(struct fp_buf *tar, struct fp_error *err);
/** Add a package's scripts. FP_E_INPUT if a name is too long. */
FP_CHECKED enum fp_code fp_scripts_add(struct fp_buf *tar, const struct fp_apk_package *package,
                                       const struct fp_apk_contents *contents,
                                       struct fp_error *err);
/** Add the zero blocks at the end. */
void fp_scripts_finish(struct fp_buf *tar);

/**
 * Create Java's certificate store (JKS) from the certificates that the system trusts.
 * @param pem    The certificates; other PEM objects are skipped.
 * @param time_s The time of adding that the store states for each certificate.
 */
FP_CHECKED enum fp_code fp_cacerts_make(const char *pem, int64_t time_s, struct fp_buf *ret,
                                        struct fp_error *err);

#endif
