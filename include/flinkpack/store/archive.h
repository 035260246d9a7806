/**
 * @file
 * Images in one file: OCI archives, docker archives and root file systems.
 */
#ifndef FLINKPACK_STORE_ARCHIVE_H
#define FLINKPACK_STORE_ARCHIVE_H

#include "flinkpack/store/repo.h"

/** The kinds of archive. */
enum fp_archive_kind { FP_ARCHIVE_OCI, FP_ARCHIVE_DOCKER };
/**
 * An image archive to read: an OCI layout in a tar, or what `docker save` writes (both forms).
 * It is indexed by offset in one pass, not unpacked; a compressed one is inflated into
 * `work_dir` first. Sizes and counts are bounded; its names reach nothing outside.
 */
FP_CHECKED enum fp_code fp_repo_open_archive(const char *path, enum fp_archive_kind kind,
                                             const char *work_dir, struct fp_repo **ret,
                                             struct fp_error *err);
/** An image archive to write, all or nothing; a docker-archive takes one platform only. */
FP_CHECKED enum fp_code fp_repo_create_archive(const char *path, enum fp_archive_kind kind,
                                               struct fp_repo **ret, struct fp_error *err);
/** A root file system as an image of one layer: `rootfs:TAR[.gz|.zst|.xz]`. The architecture is
 * `platform`; Env, Entrypoint and so on are empty. A gzip tar is used as it is, any other one
 * packed into `work_dir`. */
FP_CHECKED enum fp_code fp_repo_open_rootfs(const char *path, const struct fp_platform *platform,
                                            const char *work_dir, struct fp_reporter *reporter,
                                            struct fp_repo **ret, struct fp_error *err);

#endif
