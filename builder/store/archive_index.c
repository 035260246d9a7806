/* The index of an image archive: one pass over the tar finds the offset of each member. */
#include "archive_index.h"
#include "layout_index.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The longest chain of links between members. */
#define MAX_LINKS 8
/* The number of bytes that one call reads. */
#define BLOCK_BYTES ((size_t) 64 << 10)

/* "./a//b/" and "/a/b" are "a/b", and ".." goes up, but never out of the archive. The name is only
 * looked up in the index; nothing is unpacked. */
static char *clean_name(const char *directory, const char *name)
{
    cleanup_strv struct fp_strv parts = {0};
    if (name[0] != '/')
        fp_strv_split(&parts, directory, '/');
    fp_strv_split(&parts, name, '/');
    char *path = fp_xcalloc(1, strlen(directory) + strlen(name) + 2);
    size_t len = 0;
    for (size_t i = 0; i < parts.len; i++) {
        const char *part = parts.items[i];
        if (strcmp(part, "..") == 0) {
            const char *slash = strrchr(path, '/');
            len = slash != NULL ? (size_t) (slash - path) : 0;
            path[len] = '\0';
        } else if (strcmp(part, ".") != 0) {
            if (len > 0)
                path[len++] = '/';
            memcpy(path + len, part, strlen(part) + 1);
            len += strlen(part);
        }
    }
    return path;
}

/* The target of a symbolic link is relative to its directory, that of a hard link to the root. */
static char *link_target(struct archive_entry *entry, const char *name)
{
    const char *hard = archive_entry_hardlink(entry);
    const char *soft = archive_entry_symlink(entry);
    if (hard != NULL)
        return clean_name("", hard);
    if (archive_entry_filetype(entry) != AE_IFLNK || soft == NULL)
        return NULL;
    const char *slash = strrchr(name, '/');
    cleanup_free char *directory = fp_xstrndup(name, slash != NULL ? (size_t) (slash - name) : 0);
    return clean_name(directory, soft);
}

/* The state of one pass over an archive. */
struct pass {
    struct fp_tar_reader *reader;
    const char *path;
    uint64_t file_bytes; /* size of the archive */
    bool hash;
    struct fp_archive_index *index;
    size_t cap;
};

static enum fp_code hash_member(struct pass *pass, struct fp_archive_member *member,
                                struct fp_error *err)
{
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    cleanup_free char *block = fp_xmalloc(BLOCK_BYTES);
    uint64_t seen = 0;
    for (;;) {
        size_t len = 0;
        FP_TRY(fp_tar_reader_read(pass->reader, block, BLOCK_BYTES, &len, err));
        if (len == 0)
            break;
        if (seen == 0)
            member->codec = fp_codec_sniff(block, len);
        fp_hash_update(hash, block, len);
        seen += len;
    }
    if (seen != member->size)
        return fp_fail(err, FP_E_INPUT, "%s: '%s' is cut off", pass->path, member->name);
    member->digest = fp_digest_finish(hash, FP_SHA256);
    return FP_OK;
}

static struct fp_archive_member *append_member(struct pass *pass)
{
    struct fp_archive_index *index = pass->index;
    if (index->len == pass->cap) {
        pass->cap = pass->cap > 0 ? 2 * pass->cap : 64;
        index->members =
            fp_xreallocarray(index->members, pass->cap, sizeof(struct fp_archive_member));
    }
    struct fp_archive_member *member = &index->members[index->len++];
    *member = (struct fp_archive_member){.codec = FP_CODEC_NONE};
    return member;
}

static enum fp_code check_place(const struct pass *pass, const struct fp_archive_member *member,
                                struct fp_error *err)
{
    if (fp_tar_reader_is_sparse(pass->reader))
        return fp_fail(err, FP_E_INPUT, "%s: '%s' is stored as a sparse file", pass->path,
                       member->name);
    if (member->offset <= pass->file_bytes && member->size <= pass->file_bytes - member->offset)
        return FP_OK;
    return fp_hinted(
        fp_fail(err, FP_E_INPUT, "%s: cut off: '%s' goes beyond its end", pass->path, member->name),
        err, "get the archive again");
}

static enum fp_code add_file(struct pass *pass, struct fp_archive_member *member,
                             struct archive_entry *entry, struct fp_error *err)
{
    la_int64_t size = archive_entry_size(entry);
    member->size = size > 0 ? (uint64_t) size : 0;
    member->offset = fp_tar_reader_offset(pass->reader);
    FP_TRY(check_place(pass, member, err));
    if (pass->hash)
        FP_TRY(hash_member(pass, member, err));
    return FP_OK;
}

static bool is_too_long(const char *text)
{
    return text != NULL && strlen(text) > FP_ARCHIVE_MAX_PATH;
}

static enum fp_code add_entry(struct pass *pass, struct archive_entry *entry, struct fp_error *err)
{
    const char *raw = archive_entry_pathname(entry);
    bool link = archive_entry_hardlink(entry) != NULL || archive_entry_filetype(entry) == AE_IFLNK;
    if (raw == NULL || (!link && archive_entry_filetype(entry) != AE_IFREG))
        return FP_OK;
    if (is_too_long(raw) || is_too_long(archive_entry_hardlink(entry)) ||
        is_too_long(archive_entry_symlink(entry)))
        return fp_fail(err, FP_E_INPUT, "%s: a name has more than %d bytes: not an image archive",
                       pass->path, FP_ARCHIVE_MAX_PATH);
    if (pass->index->len >= FP_ARCHIVE_MAX_MEMBERS)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d files: not an image archive", pass->path,
                       FP_ARCHIVE_MAX_MEMBERS);
    struct fp_archive_member *member = append_member(pass);
    member->name = clean_name("", raw);
    if (!link)
        return add_file(pass, member, entry, err);
    member->link = link_target(entry, member->name);
    return FP_OK;
}

static enum fp_code read_entries(struct pass *pass, struct fp_error *err)
{
    for (;;) {
        struct archive_entry *entry = NULL;
        FP_TRY(fp_tar_reader_next(pass->reader, &entry, err));
        if (entry == NULL)
            return FP_OK;
        FP_TRY(add_entry(pass, entry, err));
    }
}

static int compare_members(const void *a, const void *b)
{
    const struct fp_archive_member *left = a;
    const struct fp_archive_member *right = b;
    int order = strcmp(left->name, right->name);
    if (order != 0)
        return order;
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* If several members have one name, the last one counts, as when a tar is unpacked. */
static void sort_members(struct fp_archive_index *index)
{
    size_t kept = 0;
    if (index->len > 1)
        qsort(index->members, index->len, sizeof(*index->members), compare_members);
    for (size_t i = 0; i < index->len; i++) {
        bool superseded =
            i + 1 < index->len && strcmp(index->members[i].name, index->members[i + 1].name) == 0;
        if (superseded) {
            free(index->members[i].name);
            free(index->members[i].link);
        } else {
            index->members[kept++] = index->members[i];
        }
    }
    index->len = kept;
}

enum fp_code fp_archive_index_fd(int fd, const char *path, bool hash, struct fp_archive_index *ret,
                                 struct fp_error *err)
{
    struct stat st = {0};
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0 || fstat(copy, &st) != 0) {
        fp_cleanup_fdp(&copy);
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be read", path);
    }
    cleanup_source struct fp_source *source = fp_source_fd(copy, path, 0, UINT64_MAX);
    cleanup_tar_reader struct fp_tar_reader *reader = NULL;
    struct pass pass = {
        .path = path,
        .file_bytes = (uint64_t) st.st_size,
        .hash = hash,
        .index = ret,
    };
    FP_TRY(fp_tar_reader_open(source, path, &reader, err));
    pass.reader = reader;
    FP_TRY(read_entries(&pass, err));
    sort_members(ret);
    return FP_OK;
}

static enum fp_code inflate(int fd, const char *path, uint64_t size, struct fp_newfile *to,
                            struct fp_error *err)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be read", path);
    cleanup_source struct fp_source *source = fp_source_inflate(
        fp_source_fd(copy, path, 0, UINT64_MAX), path, fp_inflate_limit(size), NULL);
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fp_newfile_fd(to), "the inflated archive");
    return fp_stream_copy(source, sink, NULL, err);
}

enum fp_code fp_archive_index_open(const char *path, const char *work_dir, bool hash,
                                   struct fp_archive_index *ret, struct fp_error *err)
{
    cleanup_fd int fd = -1;
    uint64_t size = 0;
    enum fp_codec codec = FP_CODEC_NONE;
    FP_TRY(fp_file_open(path, &fd, &size, err));
    FP_TRY(fp_sniff_fd(fd, path, &codec, err));
    ret->path = fp_xstrdup(path);
    if (codec != FP_CODEC_NONE) {
        FP_TRY(fp_mkdir_p(work_dir, FP_KEPT_DIR_MODE, err));
        FP_TRY(fp_newfile_open_in(work_dir, 0600, &ret->inflated, err));
        FP_TRY(inflate(fd, path, size, ret->inflated, err));
    }
    return fp_archive_index_fd(ret->inflated != NULL ? fp_newfile_fd(ret->inflated) : fd, path,
                               hash, ret, err);
}

static int compare_name(const void *key, const void *item)
{
    const struct fp_archive_member *member = item;
    return strcmp(key, member->name);
}

const struct fp_archive_member *fp_archive_find(const struct fp_archive_index *index,
                                                const char *name)
{
    cleanup_free char *key = clean_name("", name);
    const char *wanted = key;
    for (int links = 0; links <= MAX_LINKS && index->len > 0; links++) {
        const struct fp_archive_member *member =
            bsearch(wanted, index->members, index->len, sizeof(*index->members), compare_name);
        if (member == NULL || member->link == NULL)
            return member;
        wanted = member->link;
    }
    return NULL;
}

static struct fp_blob *blob_of(const struct fp_archive_index *index,
                               const struct fp_archive_member *member,
                               const struct fp_descriptor *descriptor)
{
    int fd = index->inflated != NULL ? fp_newfile_fd(index->inflated) : -1;
    return fp_blob_file(descriptor, index->path, fd, member->offset);
}

enum fp_code fp_archive_get(const struct fp_archive_index *index,
                            const struct fp_archive_member *member,
                            const struct fp_descriptor *descriptor, const char *title,
                            struct fp_blob **ret, struct fp_error *err)
{
    const char *digest = descriptor->digest.text;
    if (member == NULL)
        return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "%s: %s is missing", title, digest), err,
                         "the image is incomplete there: get it again");
    if (member->size != descriptor->size)
        return fp_hinted(fp_fail(err, FP_E_VERIFY,
                                 "%s: %s has %" PRIu64 " bytes instead of %" PRIu64, title, digest,
                                 member->size, descriptor->size),
                         err, "the image is damaged there: get it again");
    *ret = blob_of(index, member, descriptor);
    return FP_OK;
}

enum fp_code fp_archive_read(const struct fp_archive_index *index, const char *name,
                             struct fp_buf *body, struct fp_error *err)
{
    const struct fp_archive_member *member = fp_archive_find(index, name);
    if (member == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: no file %s in it", index->path, name);
    if (member->size > body->max)
        return fp_fail(err, FP_E_INPUT, "%s: %s in it is larger than %zu bytes", index->path, name,
                       body->max);
    cleanup_blob struct fp_blob *blob =
        blob_of(index, member, &(struct fp_descriptor){.size = member->size});
    cleanup_source struct fp_source *source = NULL;
    FP_TRY(fp_blob_open(blob, 0, &source, err));
    return fp_source_read_all(source, body, err);
}

void fp_archive_index_clear(struct fp_archive_index *index)
{
    for (size_t i = 0; i < index->len; i++) {
        free(index->members[i].name);
        free(index->members[i].link);
    }
    free(index->members);
    free(index->path);
    fp_newfile_free(index->inflated);
    *index = (struct fp_archive_index){0};
}
