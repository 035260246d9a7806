/**
 * @file
 * Alpine packages, installed into an image's layer without running anything.
 */
#ifndef FLINKPACK_ALPINE_H
#define FLINKPACK_ALPINE_H

#include "flinkpack/alpine/index.h"
#include "flinkpack/alpine/resolve.h"
#include "flinkpack/alpine/version.h"

#endif
