/**
 * @file
 * Flink: versions, releases, distributions, job jars, configuration, entrypoint.
 */
#ifndef FLINKPACK_FLINK_H
#define FLINKPACK_FLINK_H

#include "flinkpack/flink/distribution.h"
#include "flinkpack/flink/job.h"
#include "flinkpack/flink/release.h"
#include "flinkpack/flink/setup.h"
#include "flinkpack/flink/version.h"

#endif
