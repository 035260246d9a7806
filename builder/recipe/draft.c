/* A draft of a layer: its entries, and the same as JSON with the digests of contents. */
#include "draft.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The largest file that an image may get. */
#define FILE_MAX_BYTES ((uint64_t) 16 << 30)

struct fp_draft fp_draft_new(const struct fp_layer_step *step)
{
    return (struct fp_draft){
        .step = step, .builder = fp_layer_builder_new(step->mtime_s), .inputs = json_object()};
}

void fp_draft_clear(struct fp_draft *draft)
{
    fp_layer_builder_free(draft->builder);
    json_decref(draft->inputs);
    memset(draft, 0, sizeof(*draft));
}

/* JSON must be UTF-8, but paths and targets need not be; others are noted by their digests. */
static json_t *note_text(const char *text)
{
    json_t *value = json_string(text);
    return value != NULL ? value : json_string(fp_digest_of(text, strlen(text)).text);
}

/* Note path -> [kind, mode, uid, gid, link or digest], on which the bytes of the layer depend. The
 * order of the options does not count, because the layer is sorted. */
static void note(json_t *inputs, const struct fp_entry *entry, const char *content)
{
    cleanup_json json_t *path = note_text(entry->path);
    fp_json_set(inputs, json_string_value(path),
                json_pack("[i, i, I, I, o]", (int) entry->kind, (int) entry->mode,
                          (json_int_t) entry->uid, (json_int_t) entry->gid, note_text(content)));
}

static void add(struct fp_draft *draft, const struct fp_entry *entry,
                const struct fp_content *content, const char *noted)
{
    struct fp_entry added = *entry;
    added.mtime_s = -1;
    note(draft->inputs, &added, noted);
    fp_layer_builder_add(draft->builder, &added, content);
}

void fp_draft_dir(struct fp_draft *draft, const char *path, unsigned mode, uint64_t uid,
                  uint64_t gid)
{
    const struct fp_entry entry = {
        .path = path, .kind = FP_ENTRY_DIR, .mode = mode, .uid = uid, .gid = gid};
    add(draft, &entry, NULL, "");
}

void fp_draft_text(struct fp_draft *draft, const char *path, const struct fp_entry *as,
                   const char *text, size_t len)
{
    const struct fp_content content = {.text = text, .text_len = len};
    const struct fp_entry file = {.path = path,
                                  .kind = FP_ENTRY_FILE,
                                  .mode = as->mode,
                                  .uid = as->uid,
                                  .gid = as->gid,
                                  .size = len};
    add(draft, &file, &content, fp_digest_of(text, len).text);
}

void fp_draft_link(struct fp_draft *draft, const char *path, const char *target)
{
    const struct fp_entry entry = {
        .path = path, .kind = FP_ENTRY_SYMLINK, .mode = 0777, .link = target};
    add(draft, &entry, NULL, target);
}

static enum fp_code add_file(struct fp_draft *draft, const char *path, int mode, const char *source,
                             const char *sha256, struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX];
    struct stat st;
    uint64_t size = 0;
    cleanup_fd int fd = -1;
    FP_TRY(fp_file_open(source, &fd, &size, err));
    if (fstat(fd, &st) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s", source);
    if (sha256 == NULL)
        FP_TRY(fp_cache_file_sha256(draft->step->plan->context->cache, source, hex, NULL, err));
    const struct fp_entry entry = {.path = path,
                                   .kind = FP_ENTRY_FILE,
                                   .mode = mode >= 0                ? (unsigned) mode
                                           : (st.st_mode & S_IXUSR) ? 0755U
                                                                    : 0644U,
                                   .size = size};
    const struct fp_content content = {.path = source, .sha256 = sha256 != NULL ? sha256 : hex};
    add(draft, &entry, &content, content.sha256);
    return FP_OK;
}

void fp_draft_file(struct fp_draft *draft, const char *path, int mode, const char *source,
                   const char *sha256)
{
    struct fp_error failure = {0};
    if (fp_draft_check(draft, NULL) == FP_OK &&
        add_file(draft, path, mode, source, sha256, &failure) != FP_OK)
        fp_layer_builder_fail(draft->builder, &failure);
}

void fp_draft_input(struct fp_draft *draft, const char *path, unsigned mode,
                    const struct fp_input *input)
{
    struct fp_descriptor descriptor = {.size = input->bytes};
    const struct fp_entry entry = {
        .path = path, .kind = FP_ENTRY_FILE, .mode = mode, .size = input->bytes};
    (void) snprintf(descriptor.digest.text, sizeof(descriptor.digest.text), "sha256:%s",
                    input->sha256);
    cleanup_blob struct fp_blob *blob = fp_blob_file(&descriptor, input->path, input->fd, 0);
    const struct fp_content content = {.blob = blob};
    add(draft, &entry, &content, input->sha256);
}

void fp_draft_blob(struct fp_draft *draft, const struct fp_entry *entry, struct fp_blob *blob)
{
    static const char algorithm[] = "sha256:";
    const struct fp_content content = {.blob = blob};
    add(draft, entry, &content, fp_blob_descriptor(blob)->digest.text + strlen(algorithm));
}

void fp_draft_remove(struct fp_draft *draft, const char *path)
{
    cleanup_json json_t *key = note_text(path);
    fp_json_set(draft->inputs, json_string_value(key), json_null());
    fp_layer_builder_remove(draft->builder, path);
}

enum fp_code fp_draft_check(const struct fp_draft *draft, struct fp_error *err)
{
    return fp_layer_builder_check(draft->builder, err);
}

static enum fp_code write_layer(struct fp_draft *draft, const char *kind, struct fp_layer *ret,
                                struct fp_error *err)
{
    const struct fp_layer_step *step = draft->step;
    struct fp_stage stage;
    const struct fp_layer_options options = {.folder = step->plan->blob_folder,
                                             .compression = step->plan->compression,
                                             .threads = step->plan->context->threads,
                                             .stage = &stage};
    FP_TRY(fp_layer_builder_finish(draft->builder, step->tree, err));
    fp_stage_begin(&stage, step->plan->context->reporter, "layer", kind, 0);
    enum fp_code code = fp_layer_builder_write(draft->builder, &options, ret, err);
    return fp_stage_close(&stage, code, "made");
}

enum fp_code fp_draft_write(struct fp_draft *draft, const char *kind, struct fp_layer *ret,
                            struct fp_error *err)
{
    const struct fp_layer_step *step = draft->step;
    FP_TRY(fp_draft_check(draft, err));
    FP_TRY(fp_context(write_layer(draft, kind, ret, err), err, "the %s layer", kind));
    return fp_layer_builder_apply(draft->builder, step->tree, err);
}
