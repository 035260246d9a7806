/**
 * @file
 * What the targets of tar archives share.
 */
#ifndef FLINKPACK_FUZZ_TAR_COMPARE_H
#define FLINKPACK_FUZZ_TAR_COMPARE_H

#include <stddef.h>
#include <stdint.h>

/** abort() unless what is read through the filter is what libarchive reads, or is refused. */
void compare_tar(const uint8_t *data, size_t size);

#endif
