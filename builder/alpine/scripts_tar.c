/* Edits scripts.tar, in which apk keeps the scripts of installed packages. */
#include "scripts.h"

#include <string.h>

#define BLOCK 512

/* The header as apk itself writes it (ustar in GNU's spelling). */
struct header {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[8];
    char user[32];
    char group[32];
    char rest[183];
};
_Static_assert(sizeof(struct header) == BLOCK, "a tar header is a block");

static void put_octal(char *field, size_t len, uint64_t value)
{
    field[--len] = '\0';
    while (len > 0) {
        field[--len] = (char) ('0' + value % 8);
        value /= 8;
    }
}

static bool get_octal(const char *field, size_t len, uint64_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < len && field[i] != '\0' && field[i] != ' '; i++) {
        if (field[i] < '0' || field[i] > '7')
            return false;
        *ret = *ret * 8 + (uint64_t) (field[i] - '0');
    }
    return true;
}

static size_t padded(uint64_t size)
{
    return (size_t) ((size + BLOCK - 1) / BLOCK * BLOCK);
}

static bool is_zero(const char *block)
{
    for (size_t i = 0; i < BLOCK; i++) {
        if (block[i] != 0)
            return false;
    }
    return true;
}

/* The length of the member at `at`, header included; 0: the end. */
static enum fp_code member_len(const struct fp_buf *tar, size_t at, size_t *ret,
                               struct fp_error *err)
{
    uint64_t size = 0;
    *ret = 0;
    if (at == tar->len)
        return FP_OK;
    if (tar->len - at < BLOCK)
        return fp_fail(err, FP_E_INPUT, "scripts.tar is cut off");
    if (is_zero(tar->data + at))
        return FP_OK;
    const struct header *header = (const void *) (tar->data + at);
    if (!get_octal(header->size, sizeof(header->size), &size) || size > SCRIPTS_MAX_BYTES ||
        padded(size) > tar->len - at - BLOCK)
        return fp_fail(err, FP_E_INPUT, "scripts.tar is no sound archive");
    *ret = BLOCK + padded(size);
    return FP_OK;
}

enum fp_code fp_scripts_open(struct fp_buf *tar, struct fp_error *err)
{
    size_t at = 0;
    size_t len = 0;
    do {
        FP_TRY(member_len(tar, at, &len, err));
        at += len;
    } while (len > 0);
    tar->len = at;
    return FP_OK;
}

/* Whether the identity in a script's name, in front of its type, is one of `gone`. */
static bool is_of(const struct header *header, const json_t *gone)
{
    char name[sizeof(header->name) + 1] = "";
    memcpy(name, header->name, sizeof(header->name));
    char *type = strrchr(name, '.');
    if (type == NULL)
        return false;
    *type = '\0';
    const char *dot = strrchr(name, '.');
    return dot != NULL && json_object_get(gone, dot + 1) != NULL;
}

enum fp_code fp_scripts_remove(struct fp_buf *tar, const json_t *gone, struct fp_error *err)
{
    size_t kept = 0;
    size_t len = 0;
    enum fp_code code = FP_OK;
    for (size_t at = 0; code == FP_OK; at += len) {
        code = member_len(tar, at, &len, err);
        if (code != FP_OK || len == 0)
            break;
        if (is_of((const void *) (tar->data + at), gone))
            continue;
        memmove(tar->data + kept, tar->data + at, len);
        kept += len;
    }
    tar->len = code == FP_OK ? kept : tar->len;
    return code;
}

static enum fp_code add_script(struct fp_buf *tar, const struct fp_apk_package *package,
                               const struct fp_apk_script *script, struct fp_error *err)
{
    static const char zeros[BLOCK];
    struct header header = {.type = '0', .magic = "ustar  ", .user = "root", .group = "root"};
    uint64_t mtime = 0;
    cleanup_free char *name =
        fp_xasprintf("%s-%s.%s.%s", package->fields[FP_APK_NAME], package->fields[FP_APK_VERSION],
                     package->fields[FP_APK_IDENTITY], script->type);
    if (strlen(name) >= sizeof(header.name))
        return fp_fail(err, FP_E_INPUT, "%s: the name is too long for apk's scripts.tar", name);
    (void) fp_apk_number(package->fields[FP_APK_BUILD_TIME], &mtime);
    memcpy(header.name, name, strlen(name));
    put_octal(header.mode, sizeof(header.mode), 0755);
    put_octal(header.uid, sizeof(header.uid), 0);
    put_octal(header.gid, sizeof(header.gid), 0);
    put_octal(header.size, sizeof(header.size), script->len);
    put_octal(header.mtime, sizeof(header.mtime), mtime);
    memset(header.checksum, ' ', sizeof(header.checksum));
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof(header); i++)
        sum += ((const unsigned char *) &header)[i];
    put_octal(header.checksum, sizeof(header.checksum), sum);
    FP_TRY(fp_buf_add(tar, &header, sizeof(header), err));
    FP_TRY(fp_buf_add(tar, script->data, script->len, err));
    return fp_buf_add(tar, zeros, padded(script->len) - script->len, err);
}

enum fp_code fp_scripts_add(struct fp_buf *tar, const struct fp_apk_package *package,
                            const struct fp_apk_contents *contents, struct fp_error *err)
{
    for (size_t i = 0; i < contents->script_count; i++)
        FP_TRY(add_script(tar, package, &contents->scripts[i], err));
    return FP_OK;
}

enum fp_code fp_scripts_finish(struct fp_buf *tar, struct fp_error *err)
{
    static const char zeros[2 * BLOCK];
    return fp_buf_add(tar, zeros, sizeof(zeros), err);
}
