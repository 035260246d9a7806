/* An OCI layout as a repo. Its index.json is written after everything else. */
#include "layout_index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct layout {
    struct fp_repo base;
    char *path;
    bool follows;    /* blobs may be links, because the layout is only read */
    char *linkable;  /* directory of blobs that may be hard-linked; NULL: none */
    mode_t dir_mode; /* the mode of new directories in it */
    int hold;        /* keeps blobs from being collected before index.json leads to them */
    struct fp_layout_names pending; /* the entries to add to index.json at the end */
};

static enum fp_code layout_resolve(struct fp_repo *self, const char *name,
                                   struct fp_descriptor *ret, struct fp_error *err)
{
    const struct layout *layout = (struct layout *) self;
    cleanup_layout_index struct fp_layout_index index = {0};
    FP_TRY(fp_layout_read_index(layout->path, &index, err));
    return fp_layout_index_find(&index, name, self->title, ret, err);
}

static enum fp_code layout_get_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                    struct fp_stage *stage, struct fp_blob **ret,
                                    struct fp_error *err)
{
    const struct layout *layout = (struct layout *) self;
    cleanup_free char *path = fp_layout_blob_path(layout->path, &descriptor->digest);
    (void) stage;
    return fp_blob_file_get(path, self->title, layout->follows, descriptor, ret, err);
}

static enum fp_code layout_put_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                    struct fp_blob *blob, struct fp_repo *origin,
                                    struct fp_stage *stage, enum fp_push_outcome *ret_outcome,
                                    struct fp_error *err)
{
    const struct layout *layout = (struct layout *) self;
    cleanup_free char *directory =
        fp_xasprintf("%s/blobs/%s", layout->path, fp_digest_algorithm_name(&descriptor->digest));
    cleanup_free char *path = fp_path_join(directory, fp_digest_hex(&descriptor->digest));
    (void) origin;
    FP_TRY(fp_mkdir_p(directory, layout->dir_mode, err));
    return fp_blob_file_put(path, layout->linkable, descriptor, blob, stage, ret_outcome, err);
}

static enum fp_code layout_name(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                const char *bytes, const char *name, struct fp_error *err)
{
    struct layout *layout = (struct layout *) self;
    (void) bytes;
    (void) err;
    struct fp_layout_names *pending = &layout->pending;
    pending->items = fp_xreallocarray(pending->items, pending->len + 1, sizeof(*pending->items));
    pending->items[pending->len++] = (struct fp_layout_name){
        .descriptor = fp_descriptor_copy(descriptor), .name = fp_xstrdup(name)};
    return FP_OK;
}

/* Each blob is synced when it is written; the directory is synced once, for all names in it. Some
 * file systems cannot sync directories, which is no failure. */
static void sync_blobs(const struct layout *layout)
{
    cleanup_free char *directory = fp_layout_blobs(layout->path);
    cleanup_fd int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void) fsync(fd);
}

/* Read the index again under the lock, because others may have named images in the meantime. */
static enum fp_code layout_finish(struct fp_repo *self, struct fp_error *err)
{
    struct layout *layout = (struct layout *) self;
    cleanup_fd int lock = -1;
    cleanup_layout_index struct fp_layout_index index = {0};
    if (layout->pending.len == 0)
        return FP_OK;
    sync_blobs(layout);
    FP_TRY(fp_layout_lock_index(layout->path, &lock, err));
    FP_TRY(fp_layout_read_index(layout->path, &index, err));
    for (size_t i = 0; i < layout->pending.len; i++)
        fp_layout_index_set(&index, &layout->pending.items[i].descriptor,
                            layout->pending.items[i].name);
    FP_TRY(fp_layout_write_index(layout->path, &index, err));
    fp_layout_names_clear(&layout->pending);
    return FP_OK;
}

static enum fp_code layout_change_name(struct fp_repo *self, const char *name,
                                       struct fp_name_change *change, struct fp_error *err)
{
    return fp_layout_change_name(self, ((struct layout *) self)->path, name, change, err);
}

static enum fp_code layout_list_referrers(struct fp_repo *self, const struct fp_digest *subject,
                                          const char *artifact_type, json_t *entries,
                                          struct fp_error *err)
{
    (void) artifact_type;
    return fp_layout_list_referrers(self, ((struct layout *) self)->path, subject, entries, err);
}

static void layout_clear(struct fp_repo *self)
{
    struct layout *layout = (struct layout *) self;
    fp_layout_names_clear(&layout->pending);
    fp_cleanup_fdp(&layout->hold);
    free(layout->path);
    free(layout->linkable);
}

static const struct fp_repo_ops layout_ops = {
    .resolve = layout_resolve,
    .get_blob = layout_get_blob,
    .put_blob = layout_put_blob,
    .name = layout_name,
    .change_name = layout_change_name,
    .list_referrers = layout_list_referrers,
    .finish = layout_finish,
    .clear = layout_clear,
};

/* Write oci-layout after the directories, so that any directory that has it is a layout. */
static enum fp_code make_layout(const char *path, mode_t dir_mode, struct fp_error *err)
{
    cleanup_free char *blobs = fp_layout_blobs(path);
    FP_TRY(fp_mkdir_p(blobs, dir_mode, err));
    /* The file is not replaced, because others may hold a lock on it already. */
    return fp_layout_is_there(path)
               ? FP_OK
               : fp_layout_write_file(path, "oci-layout", FP_LAYOUT_MARKER, false, err);
}

static enum fp_code check_layout(const char *path, struct fp_error *err)
{
    cleanup_free char *marker = fp_path_join(path, "oci-layout");
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    if (!fp_path_exists(path))
        return fp_fail(err, FP_E_NOT_FOUND, "%s: no such folder", path);
    enum fp_code code = fp_layout_read_file(path, "oci-layout", &text, err);
    if (code == FP_E_NOT_FOUND)
        return fp_hinted(
            fp_fail(err, FP_E_NOT_FOUND, "%s: not an OCI layout: no file oci-layout in it", path),
            err, "for a file made by 'docker save' write docker-archive:FILE");
    return code != FP_OK ? code : fp_layout_marker_check(fp_buf_text(&text), text.len, marker, err);
}

/* Bazel makes layouts of links. If only the links are copied, index.json has no target. */
static enum fp_code check_link(const char *path, struct fp_error *err)
{
    cleanup_free char *file = fp_path_join(path, "index.json");
    struct stat st = {0};
    return stat(file, &st) != 0 && lstat(file, &st) == 0
               ? fp_fail(err, FP_E_NOT_FOUND, "%s: is a link that leads nowhere", file)
               : FP_OK;
}

/* Links on the path of an output, also inside the layout, must belong to us or to root. */
static enum fp_code find_place(const char *path, enum fp_layout_use use, char **ret,
                               struct fp_error *err)
{
    cleanup_free char *blobs = fp_layout_blobs(path);
    cleanup_free char *inside = NULL;
    if (use == FP_LAYOUT_OUTPUT) {
        FP_TRY(fp_output_path(blobs, &inside, err));
        return fp_output_path(path, ret, err);
    }
    *ret = fp_xstrdup(path);
    return use == FP_LAYOUT_STORE ? fp_store_check(path, err) : FP_OK;
}

enum fp_code fp_repo_open_layout(const char *path, enum fp_layout_use use, struct fp_repo **ret,
                                 struct fp_error *err)
{
    cleanup_layout_index struct fp_layout_index index = {0};
    mode_t dir_mode = use == FP_LAYOUT_STORE ? FP_KEPT_DIR_MODE : 0755;
    cleanup_free char *place = NULL;
    FP_TRY(find_place(path, use, &place, err));
    if (use != FP_LAYOUT_READ)
        FP_TRY(make_layout(place, dir_mode, err));
    FP_TRY(check_layout(place, err));
    /* An index.json that cannot be added to is refused before blobs are put into the layout. */
    FP_TRY(use == FP_LAYOUT_READ ? check_link(place, err)
                                 : fp_layout_read_index(place, &index, err));
    struct layout *layout = fp_xcalloc(1, sizeof(*layout));
    layout->base.ops = &layout_ops;
    layout->base.title = fp_xasprintf("oci:%s", path);
    layout->hold = fp_layout_hold(place);
    layout->path = steal_pointer(&place);
    layout->dir_mode = dir_mode;
    layout->follows = use == FP_LAYOUT_READ;
    *ret = &layout->base;
    return FP_OK;
}

void fp_layout_link_from(struct fp_repo *layout, const char *blobs)
{
    struct layout *self = (struct layout *) layout;
    free(self->linkable);
    self->linkable = fp_xstrdup(blobs);
}

enum fp_code fp_layout_list(const char *path, struct fp_layout_names *ret, struct fp_error *err)
{
    cleanup_layout_index struct fp_layout_index index = {0};
    FP_TRY(check_layout(path, err));
    FP_TRY(fp_layout_read_index(path, &index, err));
    return fp_layout_index_list(&index, path, ret, err);
}

enum fp_code fp_layout_remove(const char *path, const char *name, uint64_t *ret_freed_bytes,
                              struct fp_error *err)
{
    cleanup_fd int lock = -1;
    cleanup_layout_index struct fp_layout_index index = {0};
    uint64_t freed = 0;
    FP_TRY(check_layout(path, err));
    FP_TRY(fp_layout_lock_index(path, &lock, err));
    FP_TRY(fp_layout_read_index(path, &index, err));
    if (!fp_layout_index_forget(&index, name)) {
        cleanup_strv struct fp_strv names = {0};
        fp_layout_index_names(&index, &names);
        return fp_fail_no_image(path, name, &names, err);
    }
    enum fp_code code = fp_layout_write_index(path, &index, err);
    if (code == FP_OK)
        code = fp_layout_collect(path, &index, &freed, err);
    if (ret_freed_bytes != NULL)
        *ret_freed_bytes = freed;
    return code;
}

bool fp_layout_is_there(const char *path)
{
    cleanup_free char *marker = fp_path_join(path, "oci-layout");
    return fp_path_exists(marker);
}

enum fp_code fp_store_find(const char *path, const char *name, struct fp_repo **ret_repo,
                           struct fp_descriptor *ret_root, struct fp_error *err)
{
    cleanup_repo struct fp_repo *repo = NULL;
    if (!fp_layout_is_there(path))
        return fp_fail(err, FP_E_NOT_FOUND, "%s: no image '%s'", path, name);
    FP_TRY(fp_repo_open_layout(path, FP_LAYOUT_READ, &repo, err));
    FP_TRY(fp_repo_resolve(repo, name, ret_root, err));
    *ret_repo = steal_pointer(&repo);
    return FP_OK;
}
