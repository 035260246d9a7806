/**
 * @file
 * An installation under way.
 */
#ifndef FLINKPACK_ALPINE_INSTALLER_H
#define FLINKPACK_ALPINE_INSTALLER_H

#include "database.h"
#include "flinkpack/alpine/install.h"

/** What an installation works with. */
struct installer {
    const struct fp_apk_system *root;
    const struct fp_apk_target *target;
    struct fp_apk_arrival *arrivals;
    size_t count;
    struct db db;
    size_t compared_bytes; /* of lists, for files that two packages have */
    json_t *users;         /* numbers by name: {NAME: NUMBER} */
    json_t *groups;
    struct fp_buf scripts;  /* scripts.tar without its end */
    struct fp_buf triggers; /* the lines of the file */
    struct fp_tree *made;   /* what is new */
    struct fp_strv unknown; /* "PACKAGE .script": not run, and not known */
};

/** {NAME: NUMBER} of a text like /etc/passwd or /etc/group. The caller owns it. */
json_t *fp_owners_read(const char *accounts);
/** The number of an account by its name, else `fallback`. */
uint64_t fp_owner_id(const json_t *accounts, const char *name, uint64_t fallback);

/** What becomes of a file where something is already. */
enum file_fate { FILE_PUT, FILE_SKIP, FILE_BESIDE };

/** FP_E_INPUT where a file would take the place of a directory of the base, or a directory that of
 * a file that stays. */
FP_CHECKED enum fp_code fp_overlay_check_kind(struct installer *in,
                                              const struct fp_apk_arrival *arrival,
                                              const struct fp_apk_file *file, struct fp_error *err);
/** Who gives way where a file of an arrival is another package's too. FP_E_INPUT: nobody may. */
FP_CHECKED enum fp_code fp_overlay_decide(struct installer *in, struct fp_apk_arrival *arrival,
                                          struct fp_apk_file *file, enum file_fate *ret,
                                          struct fp_error *err);
/** Take away what only packages had that are exchanged, once everything has been put: files, and
 * directories in which nothing is left. */
FP_CHECKED enum fp_code fp_overlay_sweep(struct installer *in, struct fp_error *err);

/* Putting answers nothing: the layer's builder keeps the first failure. */
/** An entry into the layer; `what` says what its content is, for the recipe. */
void fp_installer_put(struct installer *in, const struct fp_entry *entry,
                      const struct fp_content *content, const char *what);
/** A file of ours: like what the base has there, else root's with `mode`. */
void fp_installer_put_text(struct installer *in, const char *path, unsigned mode, const char *text,
                           size_t len);
/** A symbolic link, unless something is there. */
void fp_installer_put_link(struct installer *in, const char *path, const char *target);
/** Likewise, but a link of the base gets the new target. */
void fp_installer_move_link(struct installer *in, const char *path, const char *target);
/** Whether the base, or what has been put, has something at `path`. */
bool fp_installer_has(const struct installer *in, const char *path);
/** The content of an arrival's file, or FP_E_INPUT where it is larger than `ret` takes. */
FP_CHECKED enum fp_code fp_installer_read(const struct installer *in,
                                          const struct fp_apk_file *file, struct fp_buf *ret,
                                          struct fp_error *err);
/** What the known scripts would do; the others are noted. */
FP_CHECKED enum fp_code fp_emulate_scripts(struct installer *in, struct fp_error *err);

/* The scripts of packages are kept for apk, and the known ones done without running them. */
/** The most bytes of a base's scripts.tar. */
#define SCRIPTS_MAX_BYTES ((size_t) 8 << 20)

/**
 * Take the scripts of packages out of a tar of scripts, "P-V.IDENTITY.TYPE" or ".IDENTITY.TYPE".
 * @param tar  The archive without its end; changed.
 * @param gone An object whose keys are the identities, "Q1..." and "X1...".
 * @return FP_E_INPUT for what is no tar.
 */
FP_CHECKED enum fp_code fp_scripts_remove(struct fp_buf *tar, const json_t *gone,
                                          struct fp_error *err);
/** Cut off the zero blocks at the end, so that members can be added. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_scripts_open(struct fp_buf *tar, struct fp_error *err);
/** Add a package's scripts. FP_E_INPUT: a name that is too long. */
FP_CHECKED enum fp_code fp_scripts_add(struct fp_buf *tar, const struct fp_apk_package *package,
                                       const struct fp_apk_contents *contents,
                                       struct fp_error *err);
/** Add the zero blocks. */
void fp_scripts_finish(struct fp_buf *tar);

/**
 * Make Java's certificate store (JKS) out of the certificates that the system trusts.
 * @param pem    Certificates one behind the other; what is none is passed over.
 * @param time_s When they were added, as the store says.
 */
FP_CHECKED enum fp_code fp_cacerts_make(const char *pem, int64_t time_s, struct fp_buf *ret,
                                        struct fp_error *err);

#endif
