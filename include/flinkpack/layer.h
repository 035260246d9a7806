/**
 * @file
 * Layers: making them from entries (deterministic tar, codecs, blobs), and reading existing ones.
 */
#ifndef FLINKPACK_LAYER_H
#define FLINKPACK_LAYER_H

#include "flinkpack/layer/blob.h"
#include "flinkpack/layer/codec.h"
#include "flinkpack/layer/compress.h"
#include "flinkpack/layer/scan.h"
#include "flinkpack/layer/tar_block.h"
#include "flinkpack/layer/tar_reader.h"
#include "flinkpack/layer/tree.h"
#include "flinkpack/layer/write.h"
#include "flinkpack/layer/zip.h"

#endif
