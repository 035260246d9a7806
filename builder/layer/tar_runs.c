/* Follows the headers of a tar, and finds the contents that are compressed already. */
#include "tar_runs.h"

#include <string.h>

/* The first bytes of formats whose contents do not get smaller. */
static const struct {
    const char *bytes;
    size_t len;
} signatures[] = {
    {"PK\x03\x04", 4},         /* zip, jar, wheel */
    {"\x1f\x8b\x08", 3},       /* gzip */
    {"\x28\xb5\x2f\xfd", 4},   /* zstd */
    {"\xfd\x37zXZ\0", 6},      /* xz */
    {"BZh", 3},                /* bzip2 */
    {"\x04\x22\x4d\x18", 4},   /* lz4 */
    {"7z\xbc\xaf\x27\x1c", 6}, /* 7-zip */
    {"\x89PNG\r\n\x1a\n", 8},  /* PNG */
    {"\xff\xd8\xff", 3},       /* JPEG */
    {"GIF8", 4},               /* GIF */
    {"wOFF", 4},
    {"wOF2", 4}, /* WOFF */
};

bool fp_is_packed(const void *data, size_t len)
{
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++)
        if (len >= signatures[i].len && memcmp(data, signatures[i].bytes, signatures[i].len) == 0)
            return true;
    const char *bytes = data;
    return len >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0;
}

/* Begin the entry of a header. Anything else, such as the end of the tar, has no content. */
static void begin_entry(struct fp_tar_runs *self, const char *block)
{
    struct fp_tar_block header;
    memcpy(&header, block, sizeof(header));
    int64_t size = fp_tar_number(header.size, sizeof(header.size));
    /* Links, devices and directories ('1' to '6') have no content, whatever their size. */
    bool has_content = header.type < '1' || header.type > '6';
    if (!has_content || size <= 0 ||
        fp_tar_number(header.checksum, sizeof(header.checksum)) != (int64_t) fp_tar_sum(&header))
        return;
    self->left = ((uint64_t) size + FP_TAR_BLOCK - 1) / FP_TAR_BLOCK;
    self->is_file = header.type == '0' || header.type == '\0' || header.type == '7';
    self->is_first = true;
    self->is_packed = false;
}

/* Take one header, or as much of a content as there is. Returns the number of bytes. */
static size_t take(struct fp_tar_runs *self, const char *data, size_t len, bool *ret_is_packed)
{
    *ret_is_packed = false;
    if (self->left == 0) {
        if (len >= FP_TAR_BLOCK)
            begin_entry(self, data);
        return len < FP_TAR_BLOCK ? len : FP_TAR_BLOCK;
    }
    if (self->is_first)
        self->is_packed = self->is_file && fp_is_packed(data, len);
    self->is_first = false;
    *ret_is_packed = self->is_packed;
    if (self->left > len / FP_TAR_BLOCK) {
        self->left -= len / FP_TAR_BLOCK;
        return len;
    }
    size_t taken = (size_t) self->left * FP_TAR_BLOCK;
    self->left = 0;
    return taken;
}

size_t fp_tar_runs_split(struct fp_tar_runs *self, const char *data, size_t len,
                         struct fp_tar_run ret[FP_TAR_RUNS_MAX])
{
    size_t count = 0;
    while (len > 0) {
        bool is_packed = false;
        size_t taken = take(self, data, len, &is_packed);
        if (count == 0 || ret[count - 1].is_packed != is_packed)
            ret[count++] = (struct fp_tar_run){.is_packed = is_packed};
        ret[count - 1].len += taken;
        data += taken;
        len -= taken;
    }
    return count;
}
