/**
 * @file
 * The kinds of repo: repositories in registries, images in one file (OCI archives, docker archives
 * and root file systems), and images under construction. Layouts are in layout.h.
 */
#ifndef FLINKPACK_STORE_KINDS_H
#define FLINKPACK_STORE_KINDS_H

#include "flinkpack/store/repo.h"

/**
 * A repository in a registry. If a mirror lacks a blob or fails to deliver it, the next mirror is
 * asked for it, and in the end the repository itself.
 * @param mirrors     For pulling; borrowed for the call; NULL: none.
 * @param blob_folder The directory where downloaded blobs are kept, by digest.
 * @return FP_E_INPUT if registries.conf blocks it.
 */
FP_CHECKED enum fp_code fp_repo_open_registry(const struct fp_registry_options *options,
                                              const struct fp_mirrors *mirrors,
                                              const struct fp_reference *reference,
                                              const char *blob_folder, struct fp_repo **ret,
                                              struct fp_error *err);

/** The kinds of archive. */
enum fp_archive_kind { FP_ARCHIVE_OCI, FP_ARCHIVE_DOCKER };
/**
 * An image archive to read: an OCI layout in a tar, or the output of `docker save` (both forms).
 * It is indexed by offset in one pass and not unpacked; a compressed archive is inflated into
 * `work_dir` first. Sizes and counts are bounded, and its names cannot lead outside of it.
 */
FP_CHECKED enum fp_code fp_repo_open_archive(const char *path, enum fp_archive_kind kind,
                                             const char *work_dir, struct fp_repo **ret,
                                             struct fp_error *err);
/** An image archive to write, all or nothing; a docker-archive takes one platform only. */
FP_CHECKED enum fp_code fp_repo_create_archive(const char *path, enum fp_archive_kind kind,
                                               struct fp_repo **ret, struct fp_error *err);
/** A root file system as an image of one layer: `rootfs:TAR[.gz|.zst|.xz]`. Its platform is
 * `platform`; Env, Entrypoint and so on are empty. A gzip tar is used as it is, and any other tar
 * is packed into `work_dir`. */
FP_CHECKED enum fp_code fp_repo_open_rootfs(const char *path, const struct fp_platform *platform,
                                            const char *work_dir, struct fp_reporter *reporter,
                                            struct fp_repo **ret, struct fp_error *err);

/** An image that exists only as parts so far, such as the result of `build`. */
struct fp_repo *fp_repo_new_parts(void);
/** Add a blob to it (one more reference is taken). */
void fp_parts_add_blob(struct fp_repo *parts, struct fp_blob *blob);
/**
 * Add an image of one layer; the parts resolve to it from now on. This function makes its
 * configuration and its manifest.
 * @param change The content of the configuration. Its only layer is `layer`.
 * @return The manifest's descriptor, borrowed until the next image is added.
 */
const struct fp_descriptor *fp_parts_add_image(struct fp_repo *parts,
                                               const struct fp_platform *platform,
                                               const struct fp_config_change *change,
                                               struct fp_blob *layer);

#endif
