/**
 * @file
 * The OCI image model. It is pure: it uses no file, no network and no clock.
 */
#ifndef FLINKPACK_IMAGE_H
#define FLINKPACK_IMAGE_H

#include "flinkpack/image/config.h"
#include "flinkpack/image/descriptor.h"
#include "flinkpack/image/digest.h"
#include "flinkpack/image/manifest.h"
#include "flinkpack/image/reference.h"

#endif
