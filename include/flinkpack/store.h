/**
 * @file
 * Where images lie: OCI layouts (the local store is one), archives and registries, all as one
 * interface; and the engine that copies an image from one to another.
 */
#ifndef FLINKPACK_STORE_H
#define FLINKPACK_STORE_H

#include "flinkpack/store/archive.h"
#include "flinkpack/store/copy.h"
#include "flinkpack/store/image.h"
#include "flinkpack/store/layout.h"
#include "flinkpack/store/location.h"
#include "flinkpack/store/parts.h"
#include "flinkpack/store/registry.h"
#include "flinkpack/store/repo.h"

#endif
