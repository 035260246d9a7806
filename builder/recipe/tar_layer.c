/* The user's tar as a layer. One pass computes diff_id, digest and size, and checks the entries
 * like those of any layer. */
#include "layers.h"

#include <string.h>

/* A file that becomes a layer. */
struct tar_layer {
    const struct fp_layer_step *step;
    struct fp_input *input;
    char sha256[FP_HASH_HEX_MAX]; /* of its bytes, after they are read */
    struct fp_stage stage;
    uint64_t tar_bytes;
};

static enum fp_code read_tar(struct tar_layer *self, struct fp_sink *copy, struct fp_layer *ret,
                             struct fp_error *err)
{
    const char *path = self->input->path;
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    cleanup_hash struct fp_hash *tar_hash = fp_hash_new(FP_SHA256);
    cleanup_sink struct fp_sink *rest = fp_sink_null();
    struct fp_source *file = NULL;
    uint64_t limit = fp_inflate_limit(self->input->bytes);
    FP_TRY(fp_input_source(self->input, &file, err));
    file = fp_source_hashed(fp_source_staged(file, &self->stage), hash);
    file = fp_source_counted(fp_source_inflate(file, path, limit, NULL), &self->tar_bytes);
    cleanup_source struct fp_source *tar =
        fp_source_teed(fp_source_hashed(file, tar_hash), copy != NULL ? copy : rest);
    FP_TRY(fp_tree_apply_layer(self->step->tree, tar, path, NULL, NULL, err));
    /* The diff_id covers every byte, including the padding after the last entry. */
    FP_TRY(fp_stream_copy(tar, rest, NULL, err));
    if (self->tar_bytes == 0)
        return fp_fail(err, FP_E_INPUT, "%s: empty, and no tar", path);
    ret->diff_id = fp_digest_finish(tar_hash, FP_SHA256);
    ret->tar_bytes = self->tar_bytes;
    fp_hash_hex(hash, self->sha256);
    return FP_OK;
}

static enum fp_code use_file(struct tar_layer *self, enum fp_codec codec, struct fp_layer *ret,
                             struct fp_error *err)
{
    struct fp_descriptor descriptor = {.size = self->input->bytes};
    FP_TRY(read_tar(self, NULL, ret, err));
    (void) snprintf(descriptor.media_type, sizeof(descriptor.media_type), "%s",
                    fp_codec_media(codec));
    (void) snprintf(descriptor.digest.text, sizeof(descriptor.digest.text), "sha256:%s",
                    self->sha256);
    ret->blob = fp_blob_file(&descriptor, self->input->path, self->input->fd, 0);
    return FP_OK;
}

static enum fp_code pack(struct tar_layer *self, struct fp_layer *ret, struct fp_error *err)
{
    const struct fp_plan *plan = self->step->plan;
    const struct fp_layer_options options = {.folder = plan->blob_folder,
                                             .compression = plan->compression,
                                             .threads = plan->context->threads};
    cleanup_blob_writer struct fp_blob_writer blob = {0};
    FP_TRY(fp_blob_writer_open(&options, &blob, err));
    FP_TRY(read_tar(self, blob.tar, ret, err));
    return fp_blob_writer_finish(&blob, &ret->blob, err);
}

/* Whether a file is a layer unchanged: it has the codec that the plan asks for. gzip is also what
 * a plan has that asks for nothing, and zstd is kept then. */
static bool is_kept(const struct fp_plan *plan, enum fp_codec codec)
{
    enum fp_codec wanted = plan->compression.codec;
    return codec == wanted || (wanted == FP_CODEC_GZIP && codec == FP_CODEC_ZSTD);
}

static enum fp_code make(struct tar_layer *self, struct fp_layer *ret, const char **ret_outcome,
                         struct fp_error *err)
{
    enum fp_codec codec = FP_CODEC_NONE;
    FP_TRY(fp_sniff_fd(self->input->fd, self->input->path, &codec, err));
    bool as_is = is_kept(self->step->plan, codec);
    *ret_outcome = as_is ? "as it is" : "packed";
    return as_is ? use_file(self, codec, ret, err) : pack(self, ret, err);
}

enum fp_code fp_step_tar(const struct fp_layer_step *step, struct fp_layer *ret,
                         struct fp_error *err)
{
    const char *path = step->tar;
    cleanup_input struct fp_input *input = NULL;
    const char *outcome = NULL;
    FP_TRY(fp_context(fp_input_open(path, &input, err), err, "--layer"));
    struct tar_layer self = {.step = step, .input = input};
    fp_stage_begin(&self.stage, step->plan->context->reporter, "layer", fp_path_base(path),
                   input->bytes);
    enum fp_code code = fp_input_blame(input, make(&self, ret, &outcome, err), err);
    return fp_context(fp_stage_close(&self.stage, code, outcome), err, "--layer");
}
