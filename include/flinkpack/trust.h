/**
 * @file
 * Signatures and attestations of images: keys, what is attached to an image, and what verifies.
 */
#ifndef FLINKPACK_TRUST_H
#define FLINKPACK_TRUST_H

#include "flinkpack/trust/attach.h"
#include "flinkpack/trust/key.h"
#include "flinkpack/trust/verify.h"

#endif
