/* The set-up layer of an image that gets another base: read once, and made anew above that base. */
#include "flinkpack/alpine.h"

#include "rebase.h"

#include <stdlib.h>
#include <string.h>

/* Flink's home as a path in a layer. */
#define HOME "opt/flink"

static enum fp_code scan_layer(const struct fp_blob *layer, fp_scan_visitor visitor, void *context,
                               struct fp_error *err)
{
    const struct fp_descriptor *descriptor = fp_blob_descriptor(layer);
    const char *name = descriptor->digest.text;
    struct fp_source *raw = NULL;
    FP_TRY(fp_blob_open(layer, 0, &raw, err));
    raw = fp_source_verified(raw, descriptor, name);
    cleanup_source struct fp_source *tar =
        fp_source_inflate(raw, name, fp_inflate_limit(descriptor->size), NULL);
    return fp_scan_tar(tar, name, true, visitor, context, err);
}

static bool is_account_file(const char *path)
{
    return strcmp(path, "etc/passwd") == 0 || strcmp(path, "etc/group") == 0 ||
           strcmp(path, "etc/shadow") == 0;
}

static bool is_in_home(const char *path)
{
    size_t len = strlen(HOME);
    return strncmp(path, HOME, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

/* What is looked for in a set-up layer. */
struct reading {
    struct fp_rebase_setup *setup;
    char *conf_path;
};

/* The target of a link into the distribution begins with its directory: "/flink-1.20.4/lib/x". */
static void note_link(const struct fp_entry *entry, struct fp_rebase_setup *setup)
{
    static const char python[] = HOME "/lib/flink-python";
    if (!is_in_home(entry->path) || entry->link[0] != '/')
        return;
    if (setup->top == NULL && strncmp(entry->link, "/flink-", 7) == 0)
        setup->top = fp_xstrndup(entry->link + 1, strcspn(entry->link + 1, "/"));
    setup->has_python = setup->has_python || strncmp(entry->path, python, strlen(python)) == 0;
}

static enum fp_code note_entry(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                               const char *raw_path, enum fp_scan_action *ret_action,
                               struct fp_error *err)
{
    const struct reading *reading = context;
    struct fp_rebase_setup *setup = reading->setup;
    (void) raw_path;
    *ret_action = FP_SCAN_SKIP;
    if (entry->kind == FP_ENTRY_SYMLINK)
        note_link(entry, setup);
    if (entry->kind == FP_ENTRY_DIR && strcmp(entry->path, HOME) == 0)
        setup->uid = entry->uid;
    setup->has_home = setup->has_home || strcmp(entry->path, HOME "/bin") == 0;
    setup->has_accounts = setup->has_accounts || is_account_file(entry->path);
    /* All that is not copied from the base has one time. */
    if (entry->kind != FP_ENTRY_DIR)
        setup->mtime_s = entry->mtime_s;
    if (entry->kind != FP_ENTRY_FILE || strcmp(entry->path, reading->conf_path) != 0)
        return FP_OK;
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    cleanup_source struct fp_source *source = fp_scan_source(scan);
    FP_TRY(fp_context(fp_source_read_all(source, &text, err), err, "/%s", entry->path));
    free(setup->conf);
    setup->conf_len = text.len;
    setup->conf = fp_buf_take(&text);
    return FP_OK;
}

enum fp_code fp_rebase_setup_read(const struct fp_blob *layer, const char *conf_name,
                                  struct fp_rebase_setup *ret, struct fp_error *err)
{
    cleanup_free char *path = fp_xasprintf("%s/conf/%s", HOME, conf_name);
    struct reading reading = {.setup = ret, .conf_path = path};
    return scan_layer(layer, note_entry, &reading, err);
}

void fp_rebase_setup_clear(struct fp_rebase_setup *setup)
{
    free(setup->top);
    free(setup->conf);
    memset(setup, 0, sizeof(*setup));
}

/* The state of making the layer anew. */
struct remaking {
    struct fp_draft draft;
    const struct fp_strv *accounts;
    struct fp_newfile *spool; /* keeps the contents of files until the layer is written */
    uint64_t spool_bytes;
    bool has_python; /* Flink starts Python by a name that the base may have by now */
};

/* A blob refers to the unnamed file by its path in /proc and reopens it for each read, because a
 * descriptor for each of many files would be too many. */
static enum fp_code keep_content(struct remaking *self, struct fp_scan *scan,
                                 const struct fp_entry *entry, struct fp_blob **ret,
                                 struct fp_error *err)
{
    uint64_t bytes = 0;
    struct fp_descriptor descriptor = {.size = entry->size};
    int fd = fp_newfile_fd(self->spool);
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fd);
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    cleanup_source struct fp_source *content = fp_source_hashed(fp_scan_source(scan), hash);
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fd, "a temporary file");
    char hex[FP_HASH_HEX_MAX];
    FP_TRY(fp_stream_copy(content, sink, &bytes, err));
    fp_hash_hex(hash, hex);
    (void) snprintf(descriptor.digest.text, sizeof(descriptor.digest.text), "sha256:%s", hex);
    *ret = fp_blob_file(&descriptor, path, -1, self->spool_bytes);
    self->spool_bytes += bytes;
    return FP_OK;
}

/* Directories of Flink's home stay. Others belong to the base, which declares them as parents; if
 * it lacks them, they are what --add makes. */
static void remake_directory(struct remaking *self, const struct fp_entry *entry)
{
    if (is_in_home(entry->path))
        fp_draft_dir(&self->draft, entry->path, entry->mode, entry->uid, entry->gid);
    else if (fp_tree_resolve(self->draft.step->tree, entry->path) == NULL)
        fp_draft_dir(&self->draft, entry->path, 0755, 0, 0);
}

static bool is_python_name(const struct fp_entry *entry)
{
    return entry->kind == FP_ENTRY_SYMLINK && strcmp(entry->path, "usr/bin/python") == 0 &&
           strcmp(entry->link, "python3") == 0;
}

/* Whether a build may have put the entry there, so that its copy is the same. */
static bool is_of_setup(const struct fp_entry *entry)
{
    bool is_parent = entry->kind == FP_ENTRY_DIR && !is_in_home(entry->path);
    return entry->kind != FP_ENTRY_HARDLINK && entry->kind != FP_ENTRY_DEVICE &&
           (entry->xattrs == NULL || is_parent) &&
           strncmp(fp_path_base(entry->path), ".wh.", 4) != 0;
}

static enum fp_code remake_entry(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                                 const char *raw_path, enum fp_scan_action *ret_action,
                                 struct fp_error *err)
{
    struct remaking *self = context;
    cleanup_blob struct fp_blob *blob = NULL;
    (void) raw_path;
    *ret_action = FP_SCAN_SKIP;
    FP_TRY(fp_cancel_check(err));
    if (!is_of_setup(entry))
        return fp_fail(err, FP_E_INPUT, "its set-up layer has /%s, as flinkpack does not make it",
                       entry->path);
    if (entry->kind == FP_ENTRY_DIR) {
        remake_directory(self, entry);
        return fp_draft_check(&self->draft, err);
    }
    bool is_account = is_account_file(entry->path);
    if ((is_account && !fp_strv_has(self->accounts, entry->path)) ||
        (self->has_python && is_python_name(entry)))
        return FP_OK;
    if (is_account)
        fp_layer_builder_drop(self->draft.builder, entry->path);
    if (entry->kind == FP_ENTRY_SYMLINK) {
        fp_draft_link(&self->draft, entry->path, entry->link);
        return fp_draft_check(&self->draft, err);
    }
    FP_TRY(keep_content(self, scan, entry, &blob, err));
    fp_draft_blob(&self->draft, entry, blob);
    return fp_draft_check(&self->draft, err);
}

static enum fp_code remake(struct remaking *self, const struct fp_blob *layer, bool is_first,
                           struct fp_layer *ret, struct fp_error *err)
{
    const struct fp_layer_step *step = self->draft.step;
    FP_TRY(fp_newfile_open_in(step->plan->blob_folder, 0600, &self->spool, err));
    if (is_first)
        FP_TRY(fp_draft_account(&self->draft, err));
    FP_TRY(scan_layer(layer, remake_entry, self, err));
    if (self->has_python && fp_tree_resolve(step->tree, "usr/bin/python") == NULL)
        fp_draft_link(&self->draft, "usr/bin/python", "python3");
    return fp_draft_write(&self->draft, "setup", ret, err);
}

enum fp_code fp_rebase_setup_make(const struct fp_layer_step *step, const struct fp_blob *layer,
                                  bool is_first, const struct fp_strv *accounts,
                                  struct fp_layer *ret, struct fp_error *err)
{
    struct remaking self = {.draft = fp_draft_new(step),
                            .accounts = accounts,
                            .has_python = is_first && step->plan->with_python3};
    enum fp_code code = remake(&self, layer, is_first, ret, err);
    fp_newfile_free(self.spool);
    fp_draft_clear(&self.draft);
    return code;
}

static enum fp_code find_world(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                               const char *raw_path, enum fp_scan_action *ret_action,
                               struct fp_error *err)
{
    struct fp_buf *world = context;
    (void) raw_path;
    *ret_action = FP_SCAN_SKIP;
    if (entry->kind != FP_ENTRY_FILE || strcmp(entry->path, "etc/apk/world") != 0)
        return FP_OK;
    if (world->len > 0)
        return fp_fail(err, FP_E_INPUT, "/%s is there twice", entry->path);
    cleanup_source struct fp_source *source = fp_scan_source(scan);
    return fp_context(fp_source_read_all(source, world, err), err, "/%s", entry->path);
}

enum fp_code fp_rebase_world(const struct fp_blob *layer, struct fp_strv *ret, struct fp_error *err)
{
    static const char *const NEEDED[] = {"bash", "snappy", "libc6-compat", "python3"};
    cleanup_buf struct fp_buf world = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    cleanup_strv struct fp_strv lines = {0};
    FP_TRY(scan_layer(layer, find_world, &world, err));
    fp_strv_split(&lines, fp_buf_text(&world), '\n');
    for (size_t i = 0; i < lines.len; i++) {
        bool is_needed = lines.items[i][0] == '\0';
        for (size_t k = 0; k < sizeof(NEEDED) / sizeof(NEEDED[0]); k++)
            is_needed = is_needed || strcmp(lines.items[i], NEEDED[k]) == 0;
        if (!is_needed && fp_apk_request_check(lines.items[i], NULL) == FP_OK)
            fp_strv_add(ret, lines.items[i]);
    }
    return FP_OK;
}
