/**
 * @file
 * The places that hold images, behind one interface: OCI layouts (the local store is one), archives
 * and registries; and pushes, which put images there.
 */
#ifndef FLINKPACK_STORE_H
#define FLINKPACK_STORE_H

#include "flinkpack/store/cache.h"
#include "flinkpack/store/image.h"
#include "flinkpack/store/kinds.h"
#include "flinkpack/store/layout.h"
#include "flinkpack/store/location.h"
#include "flinkpack/store/push.h"
#include "flinkpack/store/referrers.h"
#include "flinkpack/store/repo.h"

#endif
