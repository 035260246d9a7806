/* The hashes of names in an index of classes: FNV-1a. */
#include "api_format.h"

#define OFFSET UINT64_C(0xcbf29ce484222325)
#define PRIME  UINT64_C(0x100000001b3)

static uint64_t add(uint64_t hash, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char) text[i]) * PRIME;
    return hash;
}

uint64_t fp_api_hash_class(const char *name, size_t len)
{
    return add(OFFSET, name, len);
}

uint32_t fp_api_hash_member(const char *name, size_t name_len, const char *descriptor,
                            size_t descriptor_len)
{
    /* No name contains a ':'. */
    uint64_t hash = add(add(OFFSET, name, name_len), ":", 1);
    hash = add(hash, descriptor, descriptor_len);
    return (uint32_t) (hash ^ (hash >> 32));
}
