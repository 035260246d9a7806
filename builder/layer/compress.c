/* Names what compresses the layers that are made here: codec, level, version. */
#include "flinkpack/layer/compress.h"

int fp_compression_level(const struct fp_compression *compression)
{
    if (compression->codec == FP_CODEC_NONE)
        return 0;
    return compression->level != 0 ? compression->level : FP_GZIP_LEVEL;
}

const char *fp_compression_version(const struct fp_compression *compression)
{
    return compression->codec == FP_CODEC_GZIP ? fp_gzip_version() : "none";
}
