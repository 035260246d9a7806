/**
 * @file
 * What the files of this room share. The public side is flinkpack/store.h.
 */
#ifndef FLINKPACK_STORE_INTERNAL_H
#define FLINKPACK_STORE_INTERNAL_H

#include <pthread.h>

#include "flinkpack/store.h"

/** The annotation that names an image in a layout (image-spec 1.1, annotations.md). */
#define FP_ANNOTATION_REF_NAME "org.opencontainers.image.ref.name"
/** Where containerd, BuildKit and docker save put the full name; read, never written. */
#define FP_ANNOTATION_CONTAINERD_NAME "io.containerd.image.name"

/** Longest name of an image in a layout. */
#define FP_LAYOUT_NAME_MAX 512
/** The most members of an image archive, and the longest name or link of one: those that images
 * are made of have some 80 bytes, and all are held in memory. */
#define FP_ARCHIVE_MAX_MEMBERS 20000
#define FP_ARCHIVE_MAX_PATH    512

/* Documents: document.c */

/** Read a verified document from a blob into `body`, whose ceiling bounds it. */
FP_CHECKED enum fp_code fp_blob_document(const struct fp_blob *blob,
                                         const struct fp_descriptor *descriptor, const char *name,
                                         struct fp_buf *body, struct fp_error *err);
/** Append bytes to `body` after checking them against the descriptor. */
FP_CHECKED enum fp_code fp_bytes_document(const char *bytes, size_t len,
                                          const struct fp_descriptor *descriptor, const char *name,
                                          struct fp_buf *body, struct fp_error *err);
/**
 * Read a blob to its end. FP_E_VERIFY where it is not what its descriptor says.
 * @param name  For errors.
 * @param stage Advanced by what is read; may be NULL.
 */
FP_CHECKED enum fp_code fp_blob_verify(const struct fp_blob *blob, const char *name,
                                       struct fp_stage *stage, struct fp_error *err);
/** A blob in memory that holds a document under its descriptor's media type. */
struct fp_blob *fp_document_blob(const struct fp_descriptor *descriptor, const char *bytes);
/** "sha256:0123456789ab", for progress and messages. The caller owns it. */
char *fp_digest_short(const struct fp_digest *digest);

/* A list of blobs by digest: blob_list.c. Not thread-safe. */

/** Zero-initialise; release with fp_blob_list_clear(). */
struct fp_blob_list {
    struct fp_blob **items;
    size_t len;
};
/** Add a reference to `blob` unless one with its digest is there. */
void fp_blob_list_add(struct fp_blob_list *list, struct fp_blob *blob);
/** The blob with that digest, or NULL. Borrowed. */
struct fp_blob *fp_blob_list_find(const struct fp_blob_list *list, const struct fp_digest *digest);
/** Sort by digest. */
void fp_blob_list_sort(struct fp_blob_list *list);
/** Drop all references. */
void fp_blob_list_clear(struct fp_blob_list *list);

/* The text of index.json: layout_index.c. Pure. */

/** An index.json; unknown members and entries are kept as they are. */
struct fp_layout_index {
    json_t *document;
};
/** One without images. */
struct fp_layout_index fp_layout_index_new(void);
/** Parse and check the outline. FP_E_INPUT naming `name`. */
FP_CHECKED enum fp_code fp_layout_index_parse(const char *text, size_t len, const char *name,
                                              struct fp_layout_index *ret, struct fp_error *err);
/**
 * The descriptor of an image: by ref.name, else by containerd's name, else by either with
 * ":latest", else by digest ("sha256:HEX" or "...@sha256:HEX"); NULL is the only image.
 * @param title Names the place in errors.
 * @param ret   The caller clears it.
 * @return FP_E_NOT_FOUND listing some of the names.
 */
FP_CHECKED enum fp_code fp_layout_index_find(const struct fp_layout_index *index, const char *name,
                                             const char *title, struct fp_descriptor *ret,
                                             struct fp_error *err);
/** Let `name` stand for an image from now on; NULL: list the image without a name. */
void fp_layout_index_set(struct fp_layout_index *index, const struct fp_descriptor *descriptor,
                         const char *name);
/** Take a name away; false where there is none such. */
bool fp_layout_index_remove(struct fp_layout_index *index, const char *name);
/** Take away what fp_layout_index_find() finds for `name`: that name, or all names of a digest. */
bool fp_layout_index_forget(struct fp_layout_index *index, const char *name);
/** The names in it, as stored, sorted. */
void fp_layout_index_names(const struct fp_layout_index *index, struct fp_strv *ret);
/** All named images, sorted by name. */
FP_CHECKED enum fp_code fp_layout_index_list(const struct fp_layout_index *index, const char *title,
                                             struct fp_layout_name **ret, size_t *ret_len,
                                             struct fp_error *err);
/** The bytes to store. The caller owns them. */
char *fp_layout_index_bytes(const struct fp_layout_index *index);
/** Release. */
void fp_layout_index_clear(struct fp_layout_index *index);
/** FP_E_NOT_FOUND for `name` (NULL: more than one image), with the names that there are. */
FP_CHECKED enum fp_code fp_fail_no_image(const char *title, const char *name,
                                         const struct fp_strv *names, struct fp_error *err);

/** Declare an index.json that is cleared at the end of its scope. */
#define cleanup_layout_index __attribute__((cleanup(fp_layout_index_clear)))

/** Check the bytes of a file oci-layout. FP_E_INPUT naming `name`. */
FP_CHECKED enum fp_code fp_layout_marker_check(const char *text, size_t len, const char *name,
                                               struct fp_error *err);
/** The bytes of a file oci-layout. */
#define FP_LAYOUT_MARKER "{\"imageLayoutVersion\":\"1.0.0\"}"

/* A layout's files: layout_file.c */

/** Lock index.json against other writers until `*ret_fd` is closed. */
FP_CHECKED enum fp_code fp_layout_lock_index(const char *path, int *ret_fd, struct fp_error *err);
/**
 * Keep blobs that nothing refers to yet from being collected, until the returned descriptor is
 * closed; -1 where there is no layout, or none that can be locked.
 */
int fp_layout_hold(const char *path);
/** The opposite: -1 while anyone holds the layout. */
int fp_layout_try_exclusive(const char *path);
/** Write a file of the layout, all or nothing. A link under that name is replaced, not followed. */
FP_CHECKED enum fp_code fp_layout_write_file(const char *path, const char *name, const char *bytes,
                                             bool replace, struct fp_error *err);
/** Read a small file of the layout, at most body->max bytes; FP_E_INPUT where it is no file. */
FP_CHECKED enum fp_code fp_layout_read_file(const char *path, const char *name, struct fp_buf *body,
                                            struct fp_error *err);
/** Read index.json; a layout that has none yet is empty. */
FP_CHECKED enum fp_code fp_layout_read_index(const char *path, struct fp_layout_index *ret,
                                             struct fp_error *err);
/** Replace index.json atomically. */
FP_CHECKED enum fp_code fp_layout_write_index(const char *path, const struct fp_layout_index *index,
                                              struct fp_error *err);
/** "PATH/blobs/ALGORITHM/HEX". The caller owns it. */
char *fp_layout_blob_path(const char *path, const struct fp_digest *digest);
/** Whether a regular file of that size is at `path`. */
bool fp_blob_file_is_there(const char *path, uint64_t size);
/**
 * Whether the blob is at `path`, every byte read. What a bad disk or a hand has changed is removed,
 * with a warning, so that whoever asks gets the blob again.
 * @param reporter May be NULL.
 * @return Other failures than that the bytes are wrong: FP_E_IO, FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_blob_file_has(const char *path, const struct fp_descriptor *descriptor,
                                         struct fp_reporter *reporter, bool *ret,
                                         struct fp_error *err);
/**
 * Put a blob under `path`: a nameless file of ours is linked into place, a file of `linkable`
 * hard-linked, anything else cloned or copied. What is there already or linked is verified too.
 * @param linkable A folder of blobs that nobody else writes to; NULL: there is none.
 * @param blob     NULL: only see whether it is there.
 */
FP_CHECKED enum fp_code fp_blob_file_put(const char *path, const char *linkable,
                                         const struct fp_descriptor *descriptor,
                                         struct fp_blob *blob, struct fp_stage *stage,
                                         enum fp_push_outcome *ret_outcome, struct fp_error *err);
/**
 * A blob that is the file at `path`. FP_E_NOT_FOUND or FP_E_VERIFY naming `title`.
 * @param follow Whether a link to it will do: its digest is what holds it.
 */
FP_CHECKED enum fp_code fp_blob_file_get(const char *path, const char *title, bool follow,
                                         const struct fp_descriptor *descriptor,
                                         struct fp_blob **ret, struct fp_error *err);
/** Delete what index.json does not lead to; see layout_gc.c. */
FP_CHECKED enum fp_code fp_layout_collect(const char *path, const struct fp_layout_index *index,
                                          uint64_t *ret_freed_bytes, struct fp_error *err);

/* Image archives: archive_index.c */

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
/** Open, inflate where needed, and index. `hash`: compute digests of all members. */
FP_CHECKED enum fp_code fp_archive_index_open(const char *path, const char *work_folder, bool hash,
                                              struct fp_archive_index *ret, struct fp_error *err);
/** Index a plain tar from its beginning; `fd` is borrowed. */
FP_CHECKED enum fp_code fp_archive_index_fd(int fd, const char *path, bool hash,
                                            struct fp_archive_index *ret, struct fp_error *err);
/** The member of that name, links followed; NULL where there is none. Borrowed. */
const struct fp_archive_member *fp_archive_find(const struct fp_archive_index *index,
                                                const char *name);
/** The member as a blob under `descriptor`. */
struct fp_blob *fp_archive_blob(const struct fp_archive_index *index,
                                const struct fp_archive_member *member,
                                const struct fp_descriptor *descriptor);
/** FP_E_NOT_FOUND where `member` is NULL, FP_E_VERIFY where its size is not the descriptor's. */
FP_CHECKED enum fp_code fp_archive_check(const struct fp_archive_member *member,
                                         const struct fp_descriptor *descriptor, const char *title,
                                         struct fp_error *err);
/** Read a small member whole. FP_E_INPUT where it is not there or larger than the ceiling. */
FP_CHECKED enum fp_code fp_archive_read(const struct fp_archive_index *index, const char *name,
                                        struct fp_buf *body, struct fp_error *err);
/** Release. */
void fp_archive_index_clear(struct fp_archive_index *index);

/** Open a docker-archive to read; fp_repo_open_archive() for the other kind. */
FP_CHECKED enum fp_code fp_repo_open_docker(const char *path, const char *work_folder,
                                            struct fp_repo **ret, struct fp_error *err);

/* Writing archives */

struct archive;
/** Begin a deterministic tar on `fd` (borrowed). NULL only when out of memory. */
struct archive *fp_tar_new(int fd);
/** Add a file with the verified bytes of a blob. */
FP_CHECKED enum fp_code fp_tar_add(struct archive *tar, const char *name,
                                   const struct fp_blob *blob, const char *title,
                                   struct fp_error *err);
/** Add a file. */
FP_CHECKED enum fp_code fp_tar_add_bytes(struct archive *tar, const char *name, const char *bytes,
                                         const char *title, struct fp_error *err);
/** Write the end of the tar. */
FP_CHECKED enum fp_code fp_tar_finish(struct archive *tar, const char *title, struct fp_error *err);
/** Free; NULL is fine. */
void fp_tar_free(struct archive *tar);
FP_DEFINE_CLEANUP(fp_tar_freep, struct archive, fp_tar_free)
/** Declare a tar that is freed at the end of its scope. */
#define cleanup_tar __attribute__((cleanup(fp_tar_freep)))

/** What both kinds of archive under construction have; the first member of each. */
struct fp_archive_writer {
    struct fp_repo base;
    struct fp_newfile *file;
    pthread_mutex_t lock; /**< of `blobs` */
    struct fp_blob_list blobs;
};
/** Set up the common part. */
FP_CHECKED enum fp_code fp_archive_writer_init(struct fp_archive_writer *self,
                                               const struct fp_repo_ops *ops, const char *kind,
                                               const char *path, struct fp_error *err);
/** Release the common part and `self` itself. */
void fp_archive_writer_free(struct fp_repo *self);
/** The operations that are the same for both kinds. */
FP_CHECKED enum fp_code
fp_archive_writer_put_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                           struct fp_blob *blob, struct fp_repo *origin, struct fp_stage *stage,
                           enum fp_push_outcome *ret_outcome, struct fp_error *err);
FP_CHECKED enum fp_code fp_archive_writer_put_document(struct fp_repo *self,
                                                       const struct fp_descriptor *descriptor,
                                                       const char *bytes, struct fp_error *err);
FP_CHECKED enum fp_code fp_archive_writer_get_blob(struct fp_repo *self,
                                                   const struct fp_descriptor *descriptor,
                                                   struct fp_stage *stage, struct fp_blob **ret,
                                                   struct fp_error *err);
FP_CHECKED enum fp_code fp_archive_writer_get_document(struct fp_repo *self,
                                                       const struct fp_descriptor *descriptor,
                                                       struct fp_buf *body, struct fp_error *err);
/** A docker-archive to write. */
FP_CHECKED enum fp_code fp_repo_create_docker(const char *path, struct fp_repo **ret,
                                              struct fp_error *err);

/* Parts: parts.c */

/** Make `descriptor` (copied) what the parts resolve to when no name is given. */
void fp_parts_set_root(struct fp_repo *parts, const struct fp_descriptor *descriptor);
/** What messages call it. */
void fp_parts_set_title(struct fp_repo *parts, const char *title);

/* Copying: copy_plan.c */

/** A manifest or index that is copied, with its bytes. */
struct fp_copy_document {
    struct fp_descriptor descriptor;
    char *bytes;
};
/** All that an image is made of, each digest once. */
struct fp_copy_plan {
    struct fp_copy_document *documents; /**< children before parents; the last one is the root */
    size_t document_count;
    struct fp_descriptor *layers;
    size_t layer_count;
    struct fp_descriptor *configs;
    size_t config_count;
    size_t document_bytes;
};
/** Walk the image; `platform` NULL: all of it. */
FP_CHECKED enum fp_code fp_copy_plan_make(struct fp_repo *from, const struct fp_descriptor *root,
                                          const struct fp_platform *platform,
                                          struct fp_copy_plan *ret, struct fp_error *err);
/** Release. */
void fp_copy_plan_clear(struct fp_copy_plan *plan);

/** Whether a repo is a registry that has taken the blob from this very repo: another copy, or an
 * upload that was begun early. Safe from several threads. */
bool fp_registry_repo_has_sent(struct fp_repo *repo, const struct fp_digest *digest);

#endif
