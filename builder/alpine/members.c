/* Reads the gzip members of an index or a package one by one, and computes their digests. */
#include "members.h"

#include <string.h>
#include <zlib.h>

#define INPUT_BYTES ((size_t) 64 << 10)
#define GZIP_WINDOW (15 + 16)
#define HASHES      3

struct members {
    struct fp_source base; /* the source that reads the current member */
    struct fp_source *file;
    const char *name;
    uint64_t left_bytes;
    z_stream z;
    bool is_open; /* z has been initialised */
    bool in_member;
    bool at_end; /* the whole file has been read */
    struct fp_hash *hashes[HASHES];
    unsigned char input[INPUT_BYTES];
};

static const enum fp_hash_algorithm algorithms[HASHES] = {FP_SHA1, FP_SHA256, FP_SHA512};

static enum fp_code fill(struct members *self, struct fp_error *err)
{
    size_t len = 0;
    if (self->z.avail_in > 0 || self->at_end)
        return FP_OK;
    FP_TRY(fp_source_read(self->file, self->input, INPUT_BYTES, &len, err));
    self->z.next_in = self->input;
    self->z.avail_in = (uInt) len;
    self->at_end = len == 0;
    return FP_OK;
}

/* Calls inflate() once, and adds the consumed bytes to the hashes. */
static enum fp_code step(struct members *self, struct fp_error *err)
{
    const unsigned char *before = self->z.next_in;
    int status = inflate(&self->z, Z_NO_FLUSH);
    for (size_t i = 0; i < HASHES; i++)
        fp_hash_update(self->hashes[i], before, (size_t) (self->z.next_in - before));
    if (status == Z_STREAM_END)
        self->in_member = false;
    else if (status != Z_OK && status != Z_BUF_ERROR)
        return fp_fail(err, FP_E_INPUT, "%s: damaged gzip data: %s", self->name,
                       self->z.msg != NULL ? self->z.msg : "unknown reason");
    else if (self->at_end && self->z.avail_in == 0)
        return fp_fail(err, FP_E_INPUT, "%s: cut off in the middle", self->name);
    return FP_OK;
}

static enum fp_code read_member(struct fp_source *base, void *data, size_t cap, size_t *ret_len,
                                struct fp_error *err)
{
    struct members *self = (struct members *) base;
    size_t want = cap < INPUT_BYTES ? cap : INPUT_BYTES;
    self->z.next_out = data;
    self->z.avail_out = (uInt) want;
    while (self->in_member && self->z.avail_out == want) {
        FP_TRY(fill(self, err));
        FP_TRY(step(self, err));
    }
    *ret_len = want - self->z.avail_out;
    if (*ret_len > self->left_bytes)
        return fp_fail(err, FP_E_INPUT, "%s: inflates to more than is allowed", self->name);
    self->left_bytes -= *ret_len;
    return FP_OK;
}

static void free_member(struct fp_source *base)
{
    (void) base; /* it is a part of struct members */
}

struct members *fp_members_open(struct fp_source *take_source, const char *name, uint64_t max_bytes)
{
    static const struct fp_source_ops ops = {.read = read_member, .free = free_member};
    struct members *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->file = take_source;
    self->name = name;
    self->left_bytes = max_bytes;
    for (size_t i = 0; i < HASHES; i++)
        self->hashes[i] = fp_hash_new(algorithms[i]);
    return self;
}

enum fp_code fp_members_begins(struct members *members, const char *text, bool *ret,
                               struct fp_error *err)
{
    FP_TRY(fill(members, err));
    *ret =
        members->z.avail_in >= strlen(text) && memcmp(members->z.next_in, text, strlen(text)) == 0;
    return FP_OK;
}

enum fp_code fp_members_next(struct members *members, struct fp_source **ret, struct fp_error *err)
{
    *ret = NULL;
    if (members->in_member)
        return fp_fail(err, FP_E_INTERNAL, "%s: a member was left before its end", members->name);
    FP_TRY(fill(members, err));
    if (members->z.avail_in == 0)
        return FP_OK;
    for (size_t i = 0; i < HASHES; i++)
        fp_hash_reset(members->hashes[i]);
    members->z.zalloc = fp_zalloc;
    members->z.zfree = fp_zfree;
    int status = members->is_open ? inflateReset2(&members->z, GZIP_WINDOW)
                                  : inflateInit2(&members->z, GZIP_WINDOW);
    if (status != Z_OK)
        return fp_fail(err, FP_E_INTERNAL, "zlib does not start");
    members->is_open = true;
    members->in_member = true;
    *ret = &members->base;
    return FP_OK;
}

void fp_members_digests(struct members *members, struct member_digests *ret)
{
    fp_hash_hex(members->hashes[0], ret->sha1);
    fp_hash_hex(members->hashes[1], ret->sha256);
    fp_hash_hex(members->hashes[2], ret->sha512);
}

enum fp_code fp_members_classify(const struct members *members, const char *path,
                                 enum member_kind *kind, struct fp_error *err)
{
    enum member_kind here =
        strncmp(path, SIGN_PREFIX, strlen(SIGN_PREFIX)) == 0 ? MEMBER_SIGNATURES : MEMBER_SIGNED;
    if (*kind == MEMBER_EMPTY)
        *kind = here;
    if (*kind == here)
        return FP_OK;
    return fp_fail(err, FP_E_VERIFY, "%s: signatures and other files in one part", members->name);
}

void fp_members_close(struct members *members)
{
    if (members->is_open)
        (void) inflateEnd(&members->z);
    for (size_t i = 0; i < HASHES; i++)
        fp_hash_free(members->hashes[i]);
    fp_source_free(members->file);
    free(members);
}
