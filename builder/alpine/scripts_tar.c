/* Edits scripts.tar, in which apk keeps the scripts of installed packages. */
#include "flinkpack/layer/tar_block.h"
#include "installer.h"

#include <string.h>

/* Gets the length of the member at `at` including its header; 0 at the end of the archive. */
static enum fp_code member_len(const struct fp_buf *tar, size_t at, size_t *ret,
                               struct fp_error *err)
{
    *ret = 0;
    if (at == tar->len)
        return FP_OK;
    if (tar->len - at < FP_TAR_BLOCK)
        return fp_fail(err, FP_E_INPUT, "scripts.tar is cut off");
    if (fp_tar_is_zero(tar->data + at))
        return FP_OK;
    const struct fp_tar_block *header = (const void *) (tar->data + at);
    int64_t size = fp_tar_number(header->size, sizeof(header->size));
    char digits[sizeof(header->size) + 1] = "";
    memcpy(digits, header->size, sizeof(header->size));
    bool is_sound = strchr(" ", digits[strspn(digits, "01234567")]) != NULL;
    if (!is_sound || size < 0 || (size_t) size > SCRIPTS_MAX_BYTES)
        return fp_fail(err, FP_E_INPUT, "scripts.tar is no sound archive");
    *ret = FP_TAR_BLOCK + (size_t) size + fp_tar_padding((uint64_t) size);
    return *ret <= tar->len - at ? FP_OK
                                 : fp_fail(err, FP_E_INPUT, "scripts.tar is no sound archive");
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

/* Whether the identity in a script's name, which precedes the type, is a key of `gone`. */
static bool is_of(const struct fp_tar_block *header, const json_t *gone)
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
    for (size_t at = 0;; at += len) {
        FP_TRY(member_len(tar, at, &len, err));
        if (len == 0)
            break;
        if (is_of((const void *) (tar->data + at), gone))
            continue;
        memmove(tar->data + kept, tar->data + at, len);
        kept += len;
    }
    tar->len = kept;
    return FP_OK;
}

static enum fp_code add_script(struct fp_buf *tar, const struct fp_apk_package *package,
                               const struct fp_apk_script *script, struct fp_error *err)
{
    static const char zeros[FP_TAR_BLOCK];
    /* apk itself writes ustar with GNU's magic. */
    struct fp_tar_block header = {.type = '0', .magic = "ustar  ", .user = "root", .group = "root"};
    uint64_t mtime = 0;
    cleanup_free char *name =
        fp_xasprintf("%s-%s.%s.%s", package->fields[FP_APK_NAME], package->fields[FP_APK_VERSION],
                     package->fields[FP_APK_IDENTITY], script->type);
    if (strlen(name) >= sizeof(header.name))
        return fp_fail(err, FP_E_INPUT, "%s: the name is too long for apk's scripts.tar", name);
    (void) fp_apk_number(package->fields[FP_APK_BUILD_TIME], &mtime);
    memcpy(header.name, name, strlen(name));
    fp_tar_put_octal(header.mode, sizeof(header.mode), 0755);
    fp_tar_put_octal(header.uid, sizeof(header.uid), 0);
    fp_tar_put_octal(header.gid, sizeof(header.gid), 0);
    fp_tar_put_octal(header.size, sizeof(header.size), script->len);
    fp_tar_put_octal(header.mtime, sizeof(header.mtime), mtime);
    fp_tar_put_octal(header.checksum, sizeof(header.checksum), fp_tar_sum(&header));
    fp_buf_put(tar, &header, sizeof(header));
    fp_buf_put(tar, script->data, script->len);
    fp_buf_put(tar, zeros, fp_tar_padding(script->len));
    return FP_OK;
}

enum fp_code fp_scripts_add(struct fp_buf *tar, const struct fp_apk_package *package,
                            const struct fp_apk_contents *contents, struct fp_error *err)
{
    for (size_t i = 0; i < contents->script_count; i++)
        FP_TRY(add_script(tar, package, &contents->scripts[i], err));
    return FP_OK;
}

void fp_scripts_finish(struct fp_buf *tar)
{
    static const char zeros[2 * FP_TAR_BLOCK];
    fp_buf_put(tar, zeros, sizeof(zeros));
}
