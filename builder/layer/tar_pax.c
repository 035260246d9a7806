/* Copies the pax records that flinkpack reads, and leaves out all others. */
#include "tar.h"

#include <string.h>

#define BINARY "21 hdrcharset=BINARY\n"

/* The most bytes of one record that libarchive accepts. */
#define MAX_RECORD 999999U

enum use {
    USE_NOT,
    USE_TEXT,  /* a text without NUL; an empty value is ignored */
    USE_NAME,  /* likewise, but libarchive needs more memory for it */
    USE_BYTES, /* any bytes */
};

/* The parts of a record; borrowed from the body. */
struct record {
    const char *start;
    size_t len; /* of the whole record */
    const char *key;
    size_t key_len;
    const char *value;
    size_t value_len;
};

static enum use use_of(const struct record *record)
{
    static const struct {
        const char *key;
        bool is_prefix;
        enum use use;
    } KEYS[] = {
        {"path", false, USE_NAME},
        {"linkpath", false, USE_NAME},
        {"size", false, USE_TEXT},
        {"mtime", false, USE_TEXT},
        {"uid", false, USE_TEXT},
        {"gid", false, USE_TEXT},
        {"uname", false, USE_TEXT},
        {"gname", false, USE_TEXT},
        {"SCHILY.xattr.", true, USE_BYTES},
        {"LIBARCHIVE.xattr.", true, USE_TEXT},
        {"RHT.security.selinux", false, USE_BYTES},
        {"GNU.sparse.name", false, USE_NAME},
        {"GNU.sparse.", true, USE_TEXT},
        {"SCHILY.realsize", false, USE_TEXT},
        {"SUN.holesdata", false, USE_TEXT},
    };
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        size_t len = strlen(KEYS[i].key);
        if (record->key_len >= len && (record->key_len == len || KEYS[i].is_prefix) &&
            memcmp(record->key, KEYS[i].key, len) == 0)
            return KEYS[i].use;
    }
    return USE_NOT;
}

/* "LEN KEY=VALUE\n", where LEN counts all of it. */
static bool take_apart(const char *body, size_t len, struct record *ret)
{
    size_t at = 0;
    size_t total = 0;
    for (; at < len && body[at] >= '0' && body[at] <= '9' && total <= MAX_RECORD; at++)
        total = 10 * total + (size_t) (body[at] - '0');
    if (at == 0 || total > len || total > MAX_RECORD || total < at + 3 || body[at] != ' ' ||
        body[total - 1] != '\n')
        return false;
    *ret = (struct record){.start = body, .len = total, .key = body + at + 1};
    const char *equals = memchr(ret->key, '=', total - at - 1);
    if (equals == NULL || equals == ret->key)
        return false;
    ret->key_len = (size_t) (equals - ret->key);
    ret->value = equals + 1;
    ret->value_len = (size_t) (body + total - 1 - ret->value);
    return memchr(ret->key, '\0', ret->key_len) == NULL;
}

static bool read_size(const struct record *record, uint64_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < record->value_len; i++) {
        char digit = record->value[i];
        if (digit < '0' || digit > '9' || *ret > (uint64_t) INT64_MAX / 10 - 1)
            return false;
        *ret = 10 * *ret + (uint64_t) (digit - '0');
    }
    return true;
}

static enum fp_code copy_record(const struct record *record, struct fp_buf *out,
                                struct fp_tar_pax *ret, struct fp_error *err)
{
    enum use use = use_of(record);
    if (use == USE_NOT || (use != USE_BYTES && record->value_len == 0))
        return FP_OK;
    if (use != USE_BYTES && memchr(record->value, '\0', record->value_len) != NULL)
        return fp_fail(err, FP_E_INPUT, "the record \"%.*s\" of an extended header holds a NUL",
                       (int) (record->key_len < 100 ? record->key_len : 100), record->key);
    ret->name_bytes += use == USE_NAME ? record->value_len : 0;
    if (record->key_len == 4 && memcmp(record->key, "size", 4) == 0) {
        ret->has_size = true;
        if (!read_size(record, &ret->size))
            return fp_fail(err, FP_E_INPUT,
                           "the size in an extended header is negative, too large or no number");
    }
    fp_buf_put(out, record->start, record->len);
    return FP_OK;
}

enum fp_code fp_tar_pax_copy(const char *body, size_t len, struct fp_buf *out,
                             struct fp_tar_pax *ret, struct fp_error *err)
{
    struct fp_tar_pax facts = {0};
    fp_buf_puts(out, BINARY);
    for (size_t at = 0; at < len; facts.records++) {
        struct record record = {0};
        if (!take_apart(body + at, len - at, &record))
            return fp_fail(err, FP_E_INPUT, "an extended header is malformed");
        FP_TRY(copy_record(&record, out, &facts, err));
        at += record.len;
    }
    *ret = facts;
    return fp_buf_check(out, err);
}
