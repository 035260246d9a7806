/**
 * @file
 * The registry protocol (OCI distribution-spec 1.1): authentication, blobs, manifests, tags.
 * It knows nothing of images beyond descriptors.
 */
#ifndef FLINKPACK_REGISTRY_H
#define FLINKPACK_REGISTRY_H

#include "flinkpack/registry/blob.h"
#include "flinkpack/registry/credentials.h"
#include "flinkpack/registry/manifest.h"
#include "flinkpack/registry/mirrors.h"
#include "flinkpack/registry/referrers.h"
#include "flinkpack/registry/repository.h"

#endif
