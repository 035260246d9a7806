/**
 * @file
 * Where images lie: OCI layouts (the local store is one), archives and registries, all as one
 * interface; and pushes, which put images there.
 */
#ifndef FLINKPACK_STORE_H
#define FLINKPACK_STORE_H

#include "flinkpack/store/image.h"
#include "flinkpack/store/kinds.h"
#include "flinkpack/store/layout.h"
#include "flinkpack/store/location.h"
#include "flinkpack/store/push.h"
#include "flinkpack/store/repo.h"

#endif
