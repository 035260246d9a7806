/**
 * @file
 * Where everything lies in an image archive.
 */
#ifndef FLINKPACK_STORE_ARCHIVE_INDEX_H
#define FLINKPACK_STORE_ARCHIVE_INDEX_H

#include "flinkpack/store/kinds.h"

/** The most members of an image archive, and the longest name or link of one: those that images
 * are made of have some 80 bytes, and all are held in memory. */
#define FP_ARCHIVE_MAX_MEMBERS 20000
#define FP_ARCHIVE_MAX_PATH    512

/** A member of an archive. */
struct fp_archive_member {
    char *name; /**< cleaned: no leading "./" or "/" */
    char *link; /**< cleaned name that it stands for, where it is a link; else NULL */
    uint64_t offset;
    uint64_t size;
    struct fp_digest digest; /**< SHA-256, where hashing was asked for */
    enum fp_codec codec;     /**< by its first bytes, likewise */
};
/** Where everything lies in an archive. */
struct fp_archive_index {
    char *path;
    struct fp_newfile *inflated;       /**< the inflated archive, or NULL */
    struct fp_archive_member *members; /**< sorted by name, each once */
    size_t len;
};
/** Open, inflate where needed, and index. `hash`: compute digests of all members. What `ret` holds
 * is released by fp_archive_index_clear(), also after a failure. */
FP_CHECKED enum fp_code fp_archive_index_open(const char *path, const char *work_dir, bool hash,
                                              struct fp_archive_index *ret, struct fp_error *err);
/** Index a plain tar from its beginning; `fd` is borrowed. */
FP_CHECKED enum fp_code fp_archive_index_fd(int fd, const char *path, bool hash,
                                            struct fp_archive_index *ret, struct fp_error *err);
/** The member of that name, links followed; NULL where there is none. Borrowed. */
const struct fp_archive_member *fp_archive_find(const struct fp_archive_index *index,
                                                const char *name);
/** The member as a blob. FP_E_NOT_FOUND where `member` is NULL, FP_E_VERIFY where its size is not
 * the descriptor's. `title` is for errors. */
FP_CHECKED enum fp_code fp_archive_get(const struct fp_archive_index *index,
                                       const struct fp_archive_member *member,
                                       const struct fp_descriptor *descriptor, const char *title,
                                       struct fp_blob **ret, struct fp_error *err);
/** Read a small member whole. FP_E_INPUT where it is not there or larger than the ceiling. */
FP_CHECKED enum fp_code fp_archive_read(const struct fp_archive_index *index, const char *name,
                                        struct fp_buf *body, struct fp_error *err);
/** Release. */
void fp_archive_index_clear(struct fp_archive_index *index);

#endif
