/**
 * @file
 * The OCI image model, pure: no file, no network, no clock.
 */
#ifndef FLINKPACK_IMAGE_H
#define FLINKPACK_IMAGE_H

#include "flinkpack/image/config.h"
#include "flinkpack/image/descriptor.h"
#include "flinkpack/image/digest.h"
#include "flinkpack/image/manifest.h"
#include "flinkpack/image/reference.h"

#endif
