/**
 * @file
 * Installs Alpine packages into an image's layer without running anything.
 */
#ifndef FLINKPACK_ALPINE_H
#define FLINKPACK_ALPINE_H

#include "flinkpack/alpine/index.h"
#include "flinkpack/alpine/install.h"
#include "flinkpack/alpine/package.h"
#include "flinkpack/alpine/repository.h"
#include "flinkpack/alpine/resolve.h"
#include "flinkpack/alpine/signature.h"
#include "flinkpack/alpine/version.h"

#endif
