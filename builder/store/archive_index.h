/**
 * @file
 * The index of an image archive: the offset of each member.
 */
#ifndef FLINKPACK_STORE_ARCHIVE_INDEX_H
#define FLINKPACK_STORE_ARCHIVE_INDEX_H

#include "flinkpack/store/kinds.h"

/** The most members of an image archive, and the longest name or link of one. All names are kept
 * in memory; the names in images have some 80 bytes. */
#define FP_ARCHIVE_MAX_MEMBERS 20000
#define FP_ARCHIVE_MAX_PATH    512

/** A member of an archive. */
struct fp_archive_member {
    char *name; /**< cleaned: no leading "./" or "/" */
    char *link; /**< cleaned name of its target if it is a link, else NULL */
    uint64_t offset;
    uint64_t size;
    struct fp_digest digest; /**< SHA-256 if hashing was requested */
    enum fp_codec codec;     /**< detected by its first bytes if hashing was requested */
};
/** The members of an archive. */
struct fp_archive_index {
    char *path;
    struct fp_newfile *inflated;       /**< the inflated archive, or NULL */
    struct fp_archive_member *members; /**< sorted by name, each once */
    size_t len;
};
/** Open, inflate if needed, and index. `hash`: compute the digests of all members. The caller
 * releases `ret` by fp_archive_index_clear(), also after a failure. */
FP_CHECKED enum fp_code fp_archive_index_open(const char *path, const char *work_dir, bool hash,
                                              struct fp_archive_index *ret, struct fp_error *err);
/** Index a plain tar from its beginning; `fd` is borrowed. */
FP_CHECKED enum fp_code fp_archive_index_fd(int fd, const char *path, bool hash,
                                            struct fp_archive_index *ret, struct fp_error *err);
/** Find a member by name and follow links; NULL if there is none. Borrowed. */
const struct fp_archive_member *fp_archive_find(const struct fp_archive_index *index,
                                                const char *name);
/** Make a blob of a member. FP_E_NOT_FOUND if `member` is NULL, FP_E_VERIFY if its size differs
 * from the descriptor's. `title` is for errors. */
FP_CHECKED enum fp_code fp_archive_get(const struct fp_archive_index *index,
                                       const struct fp_archive_member *member,
                                       const struct fp_descriptor *descriptor, const char *title,
                                       struct fp_blob **ret, struct fp_error *err);
/** Read a small member completely. FP_E_INPUT if it is missing or larger than body->max. */
FP_CHECKED enum fp_code fp_archive_read(const struct fp_archive_index *index, const char *name,
                                        struct fp_buf *body, struct fp_error *err);
/** Release. */
void fp_archive_index_clear(struct fp_archive_index *index);

#endif
