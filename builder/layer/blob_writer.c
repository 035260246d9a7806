/* Writes the blob of a layer: compressed, counted and hashed on its way to a nameless file. */
#include "flinkpack/layer/write.h"

#include <string.h>

enum fp_code fp_blob_writer_open(const struct fp_layer_options *options, struct fp_blob_writer *ret,
                                 struct fp_error *err)
{
    FP_TRY(fp_newfile_open_in(options->folder, 0644, &ret->file, err));
    (void) snprintf(ret->descriptor.media_type, sizeof(ret->descriptor.media_type), "%s",
                    fp_codec_media(options->compression.codec));
    ret->hash = fp_hash_new(FP_SHA256);
    struct fp_sink *sink = fp_sink_fd(fp_newfile_fd(ret->file), options->folder);
    sink = fp_sink_hashed(fp_sink_counted(sink, &ret->descriptor.size), ret->hash);
    ret->tar = fp_sink_compressed(sink, &options->compression, options->threads);
    return FP_OK;
}

enum fp_code fp_blob_writer_finish(struct fp_blob_writer *writer, struct fp_blob **ret,
                                   struct fp_error *err)
{
    FP_TRY(fp_sink_finish(writer->tar, err));
    writer->descriptor.digest = fp_digest_finish(writer->hash, FP_SHA256);
    *ret = fp_blob_file(&writer->descriptor, NULL, fp_newfile_fd(writer->file), 0);
    return FP_OK;
}

void fp_blob_writer_clear(struct fp_blob_writer *writer)
{
    fp_sink_free(writer->tar);
    fp_hash_free(writer->hash);
    fp_newfile_free(writer->file);
    memset(writer, 0, sizeof(*writer));
}
