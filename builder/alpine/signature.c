/* Reads an index (APKINDEX.tar.gz) and verifies its signatures. */
#include "flinkpack/layer.h"
#include "members.h"

#include <string.h>

#define SIGNATURE_MAX      ((size_t) 2048)
#define DESCRIPTION_MARGIN ((uint64_t) 1 << 20)

struct index_signature {
    char *scheme; /* "RSA256" */
    char *key;
    struct fp_buf bytes;
};

/* An index file that is being read. */
struct index_file {
    const char *name;
    struct index_signature signatures[SIGNATURES_MAX];
    size_t signature_count;
    struct fp_buf text;
    bool has_index;
    const char *key; /* the trusted key of a valid signature */
    const struct members *members;
    enum member_kind kind; /* the kind of the current member */
};

/* Keeps a signature, whose path is like ".SIGN.RSA256.KEYFILE". */
static enum fp_code keep_signature(struct index_file *file, const char *path,
                                   struct fp_source *content, struct fp_error *err)
{
    const char *scheme = path + strlen(SIGN_PREFIX);
    const char *dot = strchr(scheme, '.');
    if (file->signature_count >= SIGNATURES_MAX)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d signatures", file->name, SIGNATURES_MAX);
    if (dot == NULL)
        return FP_OK;
    struct index_signature *signature = &file->signatures[file->signature_count++];
    signature->scheme = fp_xstrndup(scheme, (size_t) (dot - scheme));
    signature->key = fp_xstrdup(dot + 1);
    signature->bytes = (struct fp_buf) FP_BUF_INIT(SIGNATURE_MAX);
    return fp_source_read_all(content, &signature->bytes, err);
}

static enum fp_code visit(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                          const char *raw_path, enum fp_scan_action *ret_action,
                          struct fp_error *err)
{
    struct index_file *file = context;
    cleanup_source struct fp_source *content = fp_scan_source(scan);
    (void) raw_path;
    *ret_action = FP_SCAN_SKIP;
    FP_TRY(fp_members_classify(file->members, entry->path, &file->kind, err));
    if (entry->kind != FP_ENTRY_FILE)
        return FP_OK;
    if (file->kind == MEMBER_SIGNATURES)
        return keep_signature(file, entry->path, content, err);
    if (strcmp(entry->path, "APKINDEX") != 0 || file->has_index)
        return FP_OK;
    file->has_index = true;
    return fp_source_read_all(content, &file->text, err);
}

/* Reports that a signature by a trusted key is wrong, or of a scheme that is not supported. */
static enum fp_code wrong(const struct index_file *file, const struct index_signature *signature,
                          struct fp_error *err)
{
    if (fp_keys_scheme_is_known(signature->scheme))
        return fp_fail(err, FP_E_VERIFY, "%s: the signature is wrong (key %s)", file->name,
                       signature->key);
    return fp_fail(
        err, FP_E_VERIFY,
        "%s: the signature of %s is of the kind %s; RSA, RSA256 and RSA512 are understood",
        file->name, signature->key, signature->scheme);
}

/* Reports why none of the signatures is accepted, and the keys that would be needed. */
static enum fp_code untrusted(const struct index_file *file, const struct fp_apk_keys *keys,
                              struct fp_error *err)
{
    cleanup_buf struct fp_buf names = FP_BUF_INIT(1000);
    for (size_t i = 0; i < file->signature_count; i++) {
        if (fp_keys_find(keys, file->signatures[i].key) != NULL)
            return wrong(file, &file->signatures[i], err);
        fp_buf_putf(&names, "%s%s", i > 0 ? ", " : "", file->signatures[i].key);
    }
    if (file->signature_count == 0)
        return fp_fail(err, FP_E_VERIFY, "%s: not signed", file->name);
    return fp_hinted(fp_fail(err, FP_E_VERIFY, "%s: signed by no key that is trusted (%s)",
                             file->name, fp_buf_text(&names)),
                     err, "get that key from whom you trust, and pass --key FILE");
}

static enum fp_code check(struct index_file *file, const struct fp_apk_keys *keys,
                          const struct member_digests *digests, struct fp_error *err)
{
    for (size_t i = 0; i < file->signature_count; i++) {
        const struct index_signature *signature = &file->signatures[i];
        if (fp_keys_verify(keys, signature->key, signature->scheme, digests, &signature->bytes)) {
            file->key = signature->key;
            return FP_OK;
        }
    }
    return untrusted(file, keys, err);
}

static void clear(struct index_file *file)
{
    for (size_t i = 0; i < file->signature_count; i++) {
        free(file->signatures[i].scheme);
        free(file->signatures[i].key);
        fp_buf_clear(&file->signatures[i].bytes);
    }
    fp_buf_clear(&file->text);
}
#define cleanup_index_file __attribute__((cleanup(clear)))

static enum fp_code read_members(struct index_file *file, struct members *members,
                                 const struct fp_apk_keys *keys, struct fp_error *err)
{
    struct fp_source *member = NULL;
    bool checked = false;
    for (;;) {
        FP_TRY(fp_members_next(members, &member, err));
        if (member == NULL)
            break;
        if (checked)
            return fp_fail(err, FP_E_INPUT, "%s: there is more behind the index", file->name);
        file->kind = MEMBER_EMPTY;
        file->members = members;
        FP_TRY(fp_scan_tar(member, file->name, false, visit, file, err));
        if (file->kind == MEMBER_SIGNATURES)
            continue;
        struct member_digests digests = {0};
        fp_members_digests(members, &digests);
        FP_TRY(check(file, keys, &digests, err));
        checked = true;
    }
    if (!checked || !file->has_index)
        return fp_fail(err, FP_E_INPUT, "%s: no APKINDEX in it", file->name);
    return FP_OK;
}

/* apk 3's own format begins with "ADB." or, compressed, "ADBd" and "ADBc". */
static enum fp_code refuse_adb(struct members *members, const char *name, struct fp_error *err)
{
    bool is_adb = false;
    FP_TRY(fp_members_begins(members, "ADB", &is_adb, err));
    if (!is_adb)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT,
                             "%s: an index in apk 3's format (ADB); APKINDEX.tar.gz is understood",
                             name),
                     err, "use a repository that has v2 indexes, as Alpine's own do");
}

enum fp_code fp_apk_index_read(struct fp_source *take_source, const char *name,
                               const struct fp_apk_keys *keys, char **ret_text,
                               struct fp_apk_index_origin *ret_origin, struct fp_error *err)
{
    cleanup_index_file struct index_file file = {.name = name,
                                                 .text = FP_BUF_INIT(FP_APK_INDEX_MAX_BYTES)};
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    cleanup_members struct members *members = fp_members_open(
        fp_source_hashed(take_source, hash), name, FP_APK_INDEX_MAX_BYTES + DESCRIPTION_MARGIN);
    FP_TRY(refuse_adb(members, name, err));
    FP_TRY(read_members(&file, members, keys, err));
    if (strlen(fp_buf_text(&file.text)) != file.text.len)
        return fp_fail(err, FP_E_INPUT, "%s: the index has a NUL in it", name);
    *ret_text = fp_buf_take(&file.text);
    if (ret_origin == NULL)
        return FP_OK;
    fp_hash_hex(hash, ret_origin->sha256);
    ret_origin->key = fp_xstrdup(file.key);
    return FP_OK;
}
