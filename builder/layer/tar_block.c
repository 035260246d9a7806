/* Reads and writes the numbers in the headers of tar. */
#include "flinkpack/layer/tar_block.h"

#include <string.h>

void fp_tar_put_octal(char *field, size_t size, uint64_t value)
{
    field[size - 1] = '\0';
    for (size_t i = size - 1; i > 0; i--, value >>= 3)
        field[i - 1] = (char) ('0' + (value & 7));
}

static int64_t number_256(const unsigned char *field, size_t size)
{
    int64_t value = 0;
    if ((field[0] & 0x7f) != 0)
        return -1;
    for (size_t i = 1; i < size; i++) {
        if (value > INT64_MAX >> 8)
            return -1;
        value = value << 8 | field[i];
    }
    return value == INT64_MAX ? -1 : value;
}

int64_t fp_tar_number(const char *field, size_t size)
{
    int64_t value = 0;
    size_t i = 0;
    if ((field[0] & 0x80) != 0)
        return number_256((const unsigned char *) field, size);
    while (i < size && (field[i] == ' ' || field[i] == '\t'))
        i++;
    if (i < size && field[i] == '-')
        return -1;
    for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
        value = value << 3 | (field[i] - '0');
    return value;
}

unsigned fp_tar_sum(const struct fp_tar_block *header)
{
    const size_t at = offsetof(struct fp_tar_block, checksum);
    unsigned sum = sizeof(header->checksum) * ' ';
    for (size_t i = 0; i < sizeof(*header); i++) {
        if (i < at || i >= at + sizeof(header->checksum))
            sum += ((const unsigned char *) header)[i];
    }
    return sum;
}

bool fp_tar_is_zero(const void *block)
{
    static const char zeros[FP_TAR_BLOCK];
    return memcmp(block, zeros, FP_TAR_BLOCK) == 0;
}

size_t fp_tar_padding(uint64_t size)
{
    return (size_t) ((FP_TAR_BLOCK - size % FP_TAR_BLOCK) % FP_TAR_BLOCK);
}
