/* Reads and verifies a .apk: signatures, control part and data part. */
#include "flinkpack/alpine/package.h"
#include "members.h"

#include <string.h>

#define PACKAGE_MAX_BYTES ((uint64_t) 4 << 30)
#define SCRIPT_MAX_BYTES  ((size_t) 1 << 20)
/* The memory limit for the file lists of all packages together. */
#define LISTS_MAX_BYTES ((size_t) 32 << 20)
/* The approximate overhead of the allocator and JSON for a file and for an attribute. */
#define FILE_EXTRA_BYTES  100
#define XATTR_EXTRA_BYTES 200

/* A package that is being read. */
struct package_reading {
    const char *name;
    struct fp_apk_spool *spool;
    struct fp_apk_contents contents;
    struct fp_buf info_text;
    struct pkginfo info;
    const struct members *members;
    enum member_kind kind; /* the kind of the current member, up to the control part */
    size_t signature_count;
    bool has_control;
    bool has_data;
    size_t capacity;
};

static enum fp_code keep_script(struct package_reading *reading, const char *type,
                                struct fp_source *content, struct fp_error *err)
{
    static const char *const types[] = {"pre-install",  "post-install",  "pre-upgrade",
                                        "post-upgrade", "pre-deinstall", "post-deinstall",
                                        "trigger"};
    bool known = false;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        known = known || strcmp(types[i], type) == 0;
    if (!known || reading->contents.script_count >= FP_APK_SCRIPTS_MAX)
        return FP_OK;
    cleanup_buf struct fp_buf text = FP_BUF_INIT(SCRIPT_MAX_BYTES);
    FP_TRY(
        fp_context(fp_source_read_all(content, &text, err), err, "%s: .%s", reading->name, type));
    struct fp_apk_script *script = &reading->contents.scripts[reading->contents.script_count++];
    script->type = fp_xstrdup(type);
    script->len = text.len;
    script->data = text.len > 0 ? fp_buf_take(&text) : fp_xstrdup("");
    return FP_OK;
}

static enum fp_code visit_control(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                                  const char *raw_path, enum fp_scan_action *ret_action,
                                  struct fp_error *err)
{
    struct package_reading *reading = context;
    cleanup_source struct fp_source *content = fp_scan_source(scan);
    (void) raw_path;
    *ret_action = FP_SCAN_SKIP;
    FP_TRY(fp_members_classify(reading->members, entry->path, &reading->kind, err));
    if (reading->kind == MEMBER_SIGNATURES)
        return ++reading->signature_count <= SIGNATURES_MAX
                   ? FP_OK
                   : fp_fail(err, FP_E_INPUT, "%s: more than %d signatures", reading->name,
                             SIGNATURES_MAX);
    if (entry->kind != FP_ENTRY_FILE || entry->path[0] != '.')
        return FP_OK;
    if (strcmp(entry->path, ".PKGINFO") != 0)
        return keep_script(reading, entry->path + 1, content, err);
    if (reading->info_text.len > 0)
        return fp_fail(err, FP_E_INPUT, "%s: two .PKGINFO in it", reading->name);
    return fp_source_read_all(content, &reading->info_text, err);
}

static size_t text_bytes(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

/* Returns the memory that a file's entry takes until the layer is written. */
static size_t file_bytes(const struct fp_scan *scan, const struct fp_entry *entry)
{
    size_t bytes = sizeof(struct fp_apk_file) + FILE_EXTRA_BYTES + text_bytes(entry->path) +
                   text_bytes(entry->link) + text_bytes(fp_scan_user(scan)) +
                   text_bytes(fp_scan_group(scan));
    json_t *xattrs = (json_t *) (uintptr_t) entry->xattrs;
    for (void *at = json_object_iter(xattrs); at != NULL; at = json_object_iter_next(xattrs, at))
        bytes += XATTR_EXTRA_BYTES + text_bytes(json_object_iter_key(at)) +
                 text_bytes(json_string_value(json_object_iter_value(at)));
    return bytes;
}

/* Whether overlayfs interprets an attribute, which could hide the files of lower layers. */
static bool is_of_overlay(const char *attribute)
{
    return strncmp(attribute, "trusted.overlay.", 16) == 0 ||
           strncmp(attribute, "user.overlay.", 13) == 0;
}

/* The data part is verified only after it was read, so its files have to be checked before that. */
static enum fp_code check_file(struct package_reading *reading, const struct fp_scan *scan,
                               const struct fp_entry *entry, struct fp_error *err)
{
    size_t bytes = file_bytes(scan, entry);
    for (const char *at = entry->path; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        if (strncmp(at, ".wh.", 4) == 0)
            return fp_fail(err, FP_E_INPUT, "%s: /%s would delete a file in a layer", reading->name,
                           entry->path);
    }
    json_t *xattrs = (json_t *) (uintptr_t) entry->xattrs;
    for (void *at = json_object_iter(xattrs); at != NULL; at = json_object_iter_next(xattrs, at)) {
        if (is_of_overlay(json_object_iter_key(at)))
            return fp_fail(err, FP_E_INPUT, "%s: /%s: the attribute %s would hide files of a layer",
                           reading->name, entry->path, json_object_iter_key(at));
    }
    if (bytes > LISTS_MAX_BYTES - reading->spool->list_bytes)
        return fp_fail(err, FP_E_INPUT, "%s: more files than the packages of an image may have",
                       reading->name);
    reading->spool->list_bytes += bytes;
    return FP_OK;
}

static struct fp_apk_file *new_file(struct package_reading *reading, struct fp_scan *scan,
                                    const struct fp_entry *entry)
{
    struct fp_apk_contents *contents = &reading->contents;
    if (contents->file_count == reading->capacity) {
        reading->capacity = reading->capacity > 0 ? 2 * reading->capacity : 64;
        contents->files =
            fp_xreallocarray(contents->files, reading->capacity, sizeof(*contents->files));
    }
    struct fp_apk_file *file = &contents->files[contents->file_count++];
    *file = (struct fp_apk_file){.entry = *entry};
    file->entry.path = fp_xstrdup(entry->path);
    file->entry.link = fp_xstrdup(entry->link);
    file->entry.xattrs = entry->xattrs != NULL ? json_deep_copy(entry->xattrs) : NULL;
    file->user = fp_xstrdup(fp_scan_user(scan));
    file->group = fp_xstrdup(fp_scan_group(scan));
    return file;
}

/* Writes the content to the spool, and stores its digest in the file. */
static enum fp_code spool_content(struct package_reading *reading, struct fp_scan *scan,
                                  struct fp_apk_file *file, struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX];
    struct fp_apk_spool *spool = reading->spool;
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA1);
    cleanup_sink struct fp_sink *sink =
        fp_sink_limited(fp_sink_counted(fp_sink_fd(spool->fd, spool->path), &spool->used_bytes),
                        spool->max_bytes - spool->used_bytes, reading->name);
    cleanup_source struct fp_source *content = fp_source_hashed(fp_scan_source(scan), hash);
    file->offset = spool->used_bytes;
    FP_TRY(fp_stream_copy(content, sink, NULL, err));
    fp_hash_hex(hash, hex);
    fp_apk_identity_text(hex, file->identity);
    return FP_OK;
}

static int by_path(const void *left, const void *right)
{
    const struct fp_apk_file *const *a = left;
    const struct fp_apk_file *const *b = right;
    return strcmp((*a)->entry.path, (*b)->entry.path);
}

static int path_to_file(const void *path, const void *file)
{
    return strcmp(path, (*(const struct fp_apk_file *const *) file)->entry.path);
}

/* A hard link has the identity of its target. */
static enum fp_code settle_link(const struct package_reading *reading, struct fp_apk_file *file,
                                struct fp_apk_file *const *sorted, size_t count,
                                struct fp_error *err)
{
    struct fp_apk_file *const *target =
        bsearch(file->entry.link, sorted, count, sizeof(struct fp_apk_file *), path_to_file);
    if (target == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: /%s is a hard link to /%s, which is no file in it",
                       reading->name, file->entry.path, file->entry.link);
    memcpy(file->identity, (*target)->identity, sizeof(file->identity));
    return FP_OK;
}

static enum fp_code settle_links(struct package_reading *reading, struct fp_error *err)
{
    struct fp_apk_contents *contents = &reading->contents;
    cleanup_free struct fp_apk_file **sorted =
        fp_xcalloc(contents->file_count + 1, sizeof(struct fp_apk_file *));
    size_t count = 0;
    for (size_t i = 0; i < contents->file_count; i++) {
        if (contents->files[i].entry.kind == FP_ENTRY_FILE)
            sorted[count++] = &contents->files[i];
    }
    if (count > 0)
        qsort(sorted, count, sizeof(struct fp_apk_file *), by_path);
    for (size_t i = 0; i < contents->file_count; i++) {
        if (contents->files[i].entry.kind == FP_ENTRY_HARDLINK)
            FP_TRY(settle_link(reading, &contents->files[i], sorted, count, err));
    }
    return FP_OK;
}

static enum fp_code visit_data(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                               const char *raw_path, enum fp_scan_action *ret_action,
                               struct fp_error *err)
{
    struct package_reading *reading = context;
    char hex[FP_HASH_HEX_MAX];
    *ret_action = FP_SCAN_SKIP;
    if (raw_path[0] == '.' || entry->path[0] == '\0' ||
        strncmp(fp_path_base(entry->path), ".keep_", 6) == 0)
        return FP_OK;
    FP_TRY(check_file(reading, scan, entry, err));
    struct fp_apk_file *file = new_file(reading, scan, entry);
    switch (entry->kind) {
    case FP_ENTRY_FILE:
        return spool_content(reading, scan, file, err);
    case FP_ENTRY_SYMLINK:
        fp_hash_bytes(FP_SHA1, entry->link, strlen(entry->link), hex);
        fp_apk_identity_text(hex, file->identity);
        return FP_OK;
    default:
        return FP_OK;
    }
}

static enum fp_code check_control(struct package_reading *reading,
                                  const struct fp_apk_package *package,
                                  const struct member_digests *digests, struct fp_error *err)
{
    char expected[41] = "";
    if (!fp_apk_identity_hex(package->fields[FP_APK_IDENTITY], expected) ||
        strcmp(expected, digests->sha1) != 0)
        return fp_fail(err, FP_E_VERIFY,
                       "%s: not the package that the index lists: its control part is sha1:%s, "
                       "expected sha1:%s",
                       reading->name, digests->sha1, expected);
    fp_pkginfo_parse(fp_buf_text(&reading->info_text), &reading->info);
    const struct pkginfo *info = &reading->info;
    if (info->name == NULL || info->version == NULL || info->datahash == NULL ||
        strcmp(info->name, package->fields[FP_APK_NAME]) != 0 ||
        strcmp(info->version, package->fields[FP_APK_VERSION]) != 0)
        return fp_fail(err, FP_E_INPUT, "%s: .PKGINFO is of another package, or has no datahash",
                       reading->name);
    return FP_OK;
}

static enum fp_code check_data(const struct package_reading *reading,
                               const struct member_digests *digests, struct fp_error *err)
{
    if (strcmp(reading->info.datahash, digests->sha256) == 0)
        return FP_OK;
    return fp_fail(err, FP_E_VERIFY, "%s: the files are sha256:%s, expected sha256:%s",
                   reading->name, digests->sha256, reading->info.datahash);
}

/* Reads an open member, which is a signature, the control part or the data part. */
static enum fp_code read_part(struct package_reading *reading, struct members *members,
                              struct fp_source *member, const struct fp_apk_package *package,
                              struct fp_error *err)
{
    struct member_digests digests = {0};
    if (reading->has_data)
        return fp_fail(err, FP_E_INPUT, "%s: there is more behind its files", reading->name);
    reading->kind = MEMBER_EMPTY;
    FP_TRY(fp_scan_tar(member, reading->name, false,
                       reading->has_control ? visit_data : visit_control, reading, err));
    if (reading->kind == MEMBER_SIGNATURES)
        return FP_OK;
    fp_members_digests(members, &digests);
    if (reading->has_control) {
        reading->has_data = true;
        FP_TRY(check_data(reading, &digests, err));
        return settle_links(reading, err);
    }
    reading->has_control = true;
    return check_control(reading, package, &digests, err);
}

/* Reads signatures, the control part and the data part, which are members in this order. */
static enum fp_code read_parts(struct package_reading *reading, struct members *members,
                               const struct fp_apk_package *package, struct fp_error *err)
{
    struct fp_source *member = NULL;
    reading->members = members;
    for (;;) {
        FP_TRY(fp_members_next(members, &member, err));
        if (member == NULL)
            break;
        FP_TRY(read_part(reading, members, member, package, err));
    }
    return reading->has_data
               ? FP_OK
               : fp_fail(err, FP_E_INPUT, "%s: no package: it has no files' part", reading->name);
}

static void reading_clear(struct package_reading *reading)
{
    fp_apk_contents_clear(&reading->contents);
    fp_buf_clear(&reading->info_text);
    fp_pkginfo_clear(&reading->info);
}

static enum fp_code read_package(struct fp_source *take_source, const char *name,
                                 const struct fp_apk_package *package, struct fp_apk_spool *spool,
                                 struct fp_apk_contents *ret, struct fp_error *err)
{
    __attribute__((cleanup(reading_clear))) struct package_reading reading = {
        .name = name, .spool = spool, .info_text = FP_BUF_INIT(PKGINFO_MAX_BYTES)};
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    cleanup_members struct members *members =
        fp_members_open(fp_source_hashed(take_source, hash), name, PACKAGE_MAX_BYTES);
    FP_TRY(read_parts(&reading, members, package, err));
    reading.contents.replaces = steal_pointer(&reading.info.replaces);
    reading.contents.replaces_priority = steal_pointer(&reading.info.replaces_priority);
    reading.contents.triggers = steal_pointer(&reading.info.triggers);
    *ret = steal_value(&reading.contents);
    fp_hash_hex(hash, ret->sha256);
    return FP_OK;
}

enum fp_code fp_apk_package_read(struct fp_source *take_source, const char *name,
                                 const struct fp_apk_package *package, struct fp_apk_spool *spool,
                                 struct fp_apk_contents *ret, struct fp_error *err)
{
    (void) pthread_mutex_lock(&spool->lock);
    enum fp_code code = read_package(take_source, name, package, spool, ret, err);
    (void) pthread_mutex_unlock(&spool->lock);
    return code;
}

static void clear_file(struct fp_apk_file *file)
{
    free((void *) (uintptr_t) file->entry.path);
    free((void *) (uintptr_t) file->entry.link);
    json_decref((json_t *) (uintptr_t) file->entry.xattrs);
    free(file->user);
    free(file->group);
}

void fp_apk_contents_clear(struct fp_apk_contents *contents)
{
    for (size_t i = 0; i < contents->file_count; i++)
        clear_file(&contents->files[i]);
    free(contents->files);
    for (size_t i = 0; i < contents->script_count; i++) {
        free(contents->scripts[i].type);
        free(contents->scripts[i].data);
    }
    free(contents->replaces);
    free(contents->replaces_priority);
    free(contents->triggers);
    *contents = (struct fp_apk_contents){0};
}
