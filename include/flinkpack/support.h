/**
 * @file
 * The lowest room, which every other room uses. It knows nothing of Flink or of containers.
 */
#ifndef FLINKPACK_SUPPORT_H
#define FLINKPACK_SUPPORT_H

#include "flinkpack/support/buf.h"
#include "flinkpack/support/cancel.h"
#include "flinkpack/support/elf.h"
#include "flinkpack/support/error.h"
#include "flinkpack/support/file.h"
#include "flinkpack/support/group.h"
#include "flinkpack/support/hash.h"
#include "flinkpack/support/input.h"
#include "flinkpack/support/json.h"
#include "flinkpack/support/kept.h"
#include "flinkpack/support/mem.h"
#include "flinkpack/support/progress.h"
#include "flinkpack/support/stream.h"
#include "flinkpack/support/system.h"
#include "flinkpack/support/text.h"

#endif
