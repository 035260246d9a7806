/**
 * @file
 * The lowest room: what every other room stands on, and nothing of Flink or of containers.
 */
#ifndef FLINKPACK_SUPPORT_H
#define FLINKPACK_SUPPORT_H

#include "flinkpack/support/base64.h"
#include "flinkpack/support/buf.h"
#include "flinkpack/support/cancel.h"
#include "flinkpack/support/elf.h"
#include "flinkpack/support/error.h"
#include "flinkpack/support/file.h"
#include "flinkpack/support/format.h"
#include "flinkpack/support/group.h"
#include "flinkpack/support/hash.h"
#include "flinkpack/support/input.h"
#include "flinkpack/support/json.h"
#include "flinkpack/support/kept.h"
#include "flinkpack/support/mem.h"
#include "flinkpack/support/process.h"
#include "flinkpack/support/progress.h"
#include "flinkpack/support/secret.h"
#include "flinkpack/support/shell.h"
#include "flinkpack/support/signals.h"
#include "flinkpack/support/stream.h"
#include "flinkpack/support/suggest.h"
#include "flinkpack/support/system.h"
#include "flinkpack/support/time.h"
#include "flinkpack/support/yaml.h"

#endif
