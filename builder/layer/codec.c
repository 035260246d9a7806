/* Detects the codec of a stream by its first bytes, and inflates it member by member. */
#include "flinkpack/layer/codec.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "flinkpack/image.h"
#include "inflate.h"

/* The number of compressed bytes that are read at a time. */
#define IN_BYTES ((size_t) 128 << 10)

/* Images rarely compress by more than a factor of 10, and a bomb compresses by a factor of 1000.
 * MIN_LIMIT bytes are always allowed, because inflating them takes about a second. */
#define MAX_RATIO 100
#define MIN_LIMIT ((uint64_t) 512 << 20)
#define MAX_LIMIT ((uint64_t) 64 << 30)

struct codec_magic {
    const char *name;
    const char *bytes;
    size_t len;
    const char *media; /* of a layer */
};

static const struct codec_magic signatures[] = {
    [FP_CODEC_GZIP] = {"gzip", "\x1f\x8b", 2, FP_MEDIA_OCI_LAYER_GZIP},
    [FP_CODEC_NONE] = {"none", "", 0, FP_MEDIA_OCI_LAYER},
    [FP_CODEC_ZSTD] = {"zstd", "\x28\xb5\x2f\xfd", 4, FP_MEDIA_OCI_LAYER_ZSTD},
    [FP_CODEC_XZ] = {"xz", "\xfd\x37\x7a\x58\x5a", 5, NULL},
};
#define SIGNATURE_MAX 5

enum fp_codec fp_codec_sniff(const void *data, size_t len)
{
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        const struct codec_magic *signature = &signatures[i];
        if (signature->len > 0 && len >= signature->len &&
            memcmp(data, signature->bytes, signature->len) == 0)
            return (enum fp_codec) i;
    }
    /* The first frame may be a skippable one, as in pzstd's output (RFC 8878, section 3.1.2). */
    const unsigned char *bytes = data;
    if (len >= 4 && bytes[0] >> 4 == 5 && memcmp(bytes + 1, "\x2a\x4d\x18", 3) == 0)
        return FP_CODEC_ZSTD;
    return FP_CODEC_NONE;
}

uint64_t fp_inflate_limit(uint64_t packed_bytes)
{
    if (packed_bytes >= MAX_LIMIT / MAX_RATIO)
        return MAX_LIMIT;
    return packed_bytes * MAX_RATIO > MIN_LIMIT ? packed_bytes * MAX_RATIO : MIN_LIMIT;
}

enum fp_code fp_sniff_fd(int fd, const char *path, enum fp_codec *ret, struct fp_error *err)
{
    unsigned char head[8] = {0};
    ssize_t len = pread(fd, head, sizeof(head), 0);
    if (len < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be read", path);
    *ret = fp_codec_sniff(head, (size_t) len);
    return FP_OK;
}

const char *fp_codec_name(enum fp_codec codec)
{
    return signatures[codec].name;
}

const char *fp_codec_media(enum fp_codec codec)
{
    return signatures[codec].media;
}

struct inflating {
    struct fp_source base;
    struct fp_source *inner;
    char *name;
    uint64_t max_bytes;
    struct fp_inflate_info *info; /* the caller's, or &own_info */
    struct fp_inflate_info own_info;
    struct fp_inflater *engine; /* NULL: bytes pass unchanged */
    bool begun;
    bool in_member;   /* inside a member, where the input must not end */
    bool padded;      /* there were zero bytes after the end */
    uint64_t members; /* number of complete members */
    struct fp_inflate_io io;
    uint8_t buffer[IN_BYTES];
};

static enum fp_code damaged(const struct inflating *self, const char *fault, struct fp_error *err)
{
    return fp_fail(err, FP_E_INPUT, "%s: %s, at compressed byte %" PRIu64, self->name, fault,
                   self->info->in_bytes);
}

static enum fp_code refill(struct inflating *self, size_t at_least, struct fp_error *err)
{
    memmove(self->buffer, self->io.in, self->io.in_len);
    self->io.in = self->buffer;
    while (self->io.in_len < at_least && !self->io.in_ends) {
        size_t got = 0;
        FP_TRY(fp_source_read(self->inner, self->buffer + self->io.in_len,
                              IN_BYTES - self->io.in_len, &got, err));
        self->io.in_len += got;
        self->io.in_ends = got == 0;
    }
    return FP_OK;
}

static struct fp_inflater *engine_for(enum fp_codec codec)
{
    if (codec == FP_CODEC_ZSTD)
        return fp_inflater_zstd();
    if (codec == FP_CODEC_XZ)
        return fp_inflater_xz();
    if (codec != FP_CODEC_GZIP)
        return NULL;
    struct fp_inflater *fast = fp_inflater_gzip_isal();
    return fast != NULL ? fast : fp_inflater_gzip_zlib();
}

static enum fp_code begin(struct inflating *self, struct fp_error *err)
{
    FP_TRY(refill(self, SIGNATURE_MAX, err));
    self->begun = true;
    self->info->codec = fp_codec_sniff(self->io.in, self->io.in_len);
    self->engine = engine_for(self->info->codec);
    self->in_member = self->engine != NULL;
    return FP_OK;
}

/* After a gzip member there are only zero bytes up to the end, or another member. */
static enum fp_code between_members(struct inflating *self, struct fp_error *err)
{
    FP_TRY(refill(self, 2, err));
    if (self->info->codec != FP_CODEC_GZIP)
        return FP_OK;
    size_t zeros = 0;
    while (zeros < self->io.in_len && self->io.in[zeros] == 0)
        zeros++;
    self->padded |= zeros > 0;
    self->io.in += zeros;
    self->io.in_len -= zeros;
    self->info->in_bytes += zeros;
    if (self->io.in_len == 0)
        return FP_OK;
    if (self->padded || fp_codec_sniff(self->io.in, self->io.in_len) != FP_CODEC_GZIP)
        return damaged(self, "bytes behind the end of the gzip data", err);
    return FP_OK;
}

static enum fp_code step(struct inflating *self, struct fp_error *err)
{
    bool end = false;
    size_t in_before = self->io.in_len;
    size_t out_before = self->io.out_len;
    const char *fault = self->engine->ops->step(self->engine, &self->io, &end);
    size_t in_used = in_before - self->io.in_len;
    size_t out_used = out_before - self->io.out_len;
    self->info->in_bytes += in_used;
    if (fault != NULL)
        return damaged(self, fault, err);
    self->in_member = !end;
    self->members += end;
    if (!end && in_used == 0 && out_used == 0 && self->io.in_ends)
        return damaged(self, "truncated", err);
    return FP_OK;
}

/* Whether the input has ended, and not inside a member. */
static bool at_end(const struct inflating *self)
{
    return !self->in_member && self->io.in_len == 0 && self->io.in_ends;
}

static enum fp_code inflate_some(struct inflating *self, uint8_t *data, size_t cap, size_t *ret_len,
                                 struct fp_error *err)
{
    self->io.out = data;
    self->io.out_len = cap;
    while (self->io.out_len == cap) {
        if (!self->in_member)
            FP_TRY(between_members(self, err));
        else if (self->io.in_len == 0)
            FP_TRY(refill(self, 1, err));
        if (at_end(self))
            break;
        if (self->in_member || self->io.in_len > 0)
            FP_TRY(step(self, err));
    }
    *ret_len = cap - self->io.out_len;
    self->info->single_member = at_end(self) && self->members == 1 && !self->padded;
    return FP_OK;
}

static enum fp_code pass_some(struct inflating *self, uint8_t *data, size_t cap, size_t *ret_len,
                              struct fp_error *err)
{
    if (self->io.in_len > 0) {
        *ret_len = self->io.in_len < cap ? self->io.in_len : cap;
        memcpy(data, self->io.in, *ret_len);
        self->io.in += *ret_len;
        self->io.in_len -= *ret_len;
    } else if (!self->io.in_ends) {
        FP_TRY(fp_source_read(self->inner, data, cap, ret_len, err));
    }
    self->info->in_bytes += *ret_len;
    return FP_OK;
}

static enum fp_code inflating_read(struct fp_source *base, void *data, size_t cap, size_t *ret_len,
                                   struct fp_error *err)
{
    struct inflating *self = (struct inflating *) base;
    *ret_len = 0;
    if (!self->begun)
        FP_TRY(begin(self, err));
    FP_TRY(self->engine != NULL ? inflate_some(self, data, cap, ret_len, err)
                                : pass_some(self, data, cap, ret_len, err));
    self->info->out_bytes += *ret_len;
    return self->info->out_bytes <= self->max_bytes
               ? FP_OK
               : fp_fail(err, FP_E_INPUT,
                         "%s: inflates to more than the limit of %" PRIu64 " bytes", self->name,
                         self->max_bytes);
}

static void inflating_free(struct fp_source *base)
{
    struct inflating *self = (struct inflating *) base;
    if (self->engine != NULL)
        self->engine->ops->free(self->engine);
    fp_source_free(self->inner);
    free(self->name);
    free(self);
}

struct fp_source *fp_source_inflate(struct fp_source *take_inner, const char *name,
                                    uint64_t max_bytes, struct fp_inflate_info *info)
{
    static const struct fp_source_ops ops = {.read = inflating_read, .free = inflating_free};
    struct inflating *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->inner = take_inner;
    self->name = fp_xstrdup(name);
    self->max_bytes = max_bytes;
    self->info = info != NULL ? info : &self->own_info;
    self->io.in = self->buffer;
    *self->info = (struct fp_inflate_info){.codec = FP_CODEC_NONE};
    return &self->base;
}
