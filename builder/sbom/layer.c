/* The pass over a layer that makes its inventory. */
#include "inventory.h"

#include <string.h>

#include "flinkpack/base.h"

#define DATABASE_MAX_BYTES ((size_t) 16 << 20)
#define RELEASE_MAX_BYTES  ((size_t) 64 << 10)
#define WHITEOUT           ".wh."
#define OPAQUE             ".wh..wh..opq"

/* A layer that is being read. */
struct layer_reading {
    json_t *inventory;
    json_t *jars;
    json_t *databases;
    json_t *java;
    json_t *removed;
    json_t *opaque;
    const char *folder;
    struct fp_jars_read so_far;
};

/* Spool the jar, and read it. The bytes are hashed on their way. */
static enum fp_code take_jar(struct layer_reading *reading, struct fp_scan *scan,
                             const struct fp_entry *entry, struct fp_error *err)
{
    cleanup_newfile struct fp_newfile *file = NULL;
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    json_t *jar = NULL;
    uint64_t bytes = 0;
    if (json_array_size(reading->jars) >= FP_INVENTORY_MAX_JARS)
        return FP_OK;
    FP_TRY(fp_newfile_open_in(reading->folder, 0600, &file, err));
    cleanup_source struct fp_source *source = fp_source_hashed(fp_scan_source(scan), hash);
    cleanup_sink struct fp_sink *sink =
        fp_sink_fd(fp_newfile_fd(file), "the temporary file of a jar");
    FP_TRY(fp_stream_copy(source, sink, &bytes, err));
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fp_newfile_fd(file));
    FP_TRY(fp_jar_inventory(path, reading->folder, &reading->so_far, &jar, err));
    const struct fp_digest digest = fp_digest_finish(hash, FP_SHA256);
    fp_json_set_text(jar, "path", entry->path);
    fp_json_set_text(jar, "sha256", fp_digest_hex(&digest));
    fp_json_set(jar, "size", json_integer((json_int_t) bytes));
    fp_json_append(reading->jars, jar);
    return FP_OK;
}

/* Read a text; one that is too long or binary is none. */
static enum fp_code take_text(struct fp_scan *scan, size_t max, struct fp_buf *ret,
                              struct fp_error *err)
{
    cleanup_source struct fp_source *source = fp_scan_source(scan);
    cleanup_buf struct fp_buf all = FP_BUF_INIT(max);
    enum fp_code code = fp_source_read_all(source, &all, err);
    if (code == FP_E_INPUT)
        return FP_OK;
    FP_TRY(code);
    fp_buf_puts(ret, fp_buf_text(&all));
    return FP_OK;
}

static enum fp_code take_database(struct layer_reading *reading, struct fp_scan *scan,
                                  const struct fp_entry *entry, bool is_apk, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(DATABASE_MAX_BYTES);
    FP_TRY(take_text(scan, DATABASE_MAX_BYTES, &text, err));
    fp_json_set(reading->databases, entry->path,
                is_apk ? fp_packages_of_apk(fp_buf_text(&text))
                       : fp_packages_of_dpkg(fp_buf_text(&text)));
    return FP_OK;
}

static enum fp_code take_os(struct layer_reading *reading, struct fp_scan *scan,
                            struct fp_error *err)
{
    static const char *const KEYS[][2] = {
        {"id", "ID"}, {"version", "VERSION_ID"}, {"name", "PRETTY_NAME"}};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(RELEASE_MAX_BYTES);
    json_t *os = json_object();
    fp_json_set(reading->inventory, "os", os);
    FP_TRY(take_text(scan, RELEASE_MAX_BYTES, &text, err));
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        cleanup_free char *value = fp_assignment_value(fp_buf_text(&text), KEYS[i][1]);
        fp_json_set_text(os, KEYS[i][0], value);
    }
    return FP_OK;
}

static enum fp_code take_java(struct layer_reading *reading, struct fp_scan *scan,
                              const struct fp_entry *entry, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(RELEASE_MAX_BYTES);
    FP_TRY(take_text(scan, RELEASE_MAX_BYTES, &text, err));
    cleanup_free char *version = fp_assignment_value(fp_buf_text(&text), "JAVA_VERSION");
    cleanup_free char *vendor = fp_assignment_value(fp_buf_text(&text), "IMPLEMENTOR");
    if (version == NULL || json_array_size(reading->java) >= 100)
        return FP_OK;
    json_t *java = json_object();
    fp_json_set_text(java, "path", entry->path);
    fp_json_set_text(java, "version", version);
    fp_json_set_text(java, "vendor", vendor);
    fp_json_append(reading->java, java);
    return FP_OK;
}

static bool is_in(const char *path, const char *directory)
{
    size_t len = strlen(directory);
    return strncmp(path, directory, len) == 0 && path[len] == '/' &&
           strchr(path + len + 1, '/') == NULL;
}

/* Note what the layer removes of those below it. Returns whether the entry is a whiteout. */
static bool take_whiteout(struct layer_reading *reading, const struct fp_entry *entry)
{
    const char *name = fp_path_base(entry->path);
    size_t parent = (size_t) (name - entry->path);
    if (strncmp(name, WHITEOUT, strlen(WHITEOUT)) != 0)
        return false;
    bool is_opaque = strcmp(name, OPAQUE) == 0;
    json_t *list = is_opaque ? reading->opaque : reading->removed;
    cleanup_free char *path =
        fp_xasprintf("%.*s%s", (int) parent, entry->path, is_opaque ? "" : name + strlen(WHITEOUT));
    if (json_array_size(list) < FP_INVENTORY_MAX_REMOVED)
        fp_json_append(list, fp_json_text(path));
    return true;
}

static enum fp_code visit(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                          const char *raw_path, enum fp_scan_action *ret_action,
                          struct fp_error *err)
{
    struct layer_reading *reading = context;
    const char *path = entry->path;
    (void) raw_path;
    *ret_action = FP_SCAN_SKIP;
    if (take_whiteout(reading, entry) || entry->kind != FP_ENTRY_FILE)
        return FP_OK;
    if (fp_text_ends_with(path, ".jar") || fp_text_ends_with(path, ".war"))
        return take_jar(reading, scan, entry, err);
    if (strcmp(path, "lib/apk/db/installed") == 0 || strcmp(path, "usr/lib/apk/db/installed") == 0)
        return take_database(reading, scan, entry, true, err);
    if (strcmp(path, "var/lib/dpkg/status") == 0 ||
        (is_in(path, "var/lib/dpkg/status.d") && !fp_text_ends_with(path, ".md5sums")))
        return take_database(reading, scan, entry, false, err);
    if (strcmp(path, "etc/os-release") == 0 || strcmp(path, "usr/lib/os-release") == 0)
        return take_os(reading, scan, err);
    return fp_text_ends_with(path, "/release") ? take_java(reading, scan, entry, err) : FP_OK;
}

/* Put empty lists into the inventory, which the reading fills. */
static void begin(struct layer_reading *reading)
{
    reading->jars = json_array();
    reading->databases = json_object();
    reading->java = json_array();
    reading->removed = json_array();
    reading->opaque = json_array();
    fp_json_set(reading->inventory, "layout", json_integer(FP_INVENTORY_LAYOUT));
    fp_json_set(reading->inventory, "jars", reading->jars);
    fp_json_set(reading->inventory, "databases", reading->databases);
    fp_json_set(reading->inventory, "java", reading->java);
    fp_json_set(reading->inventory, "removed", reading->removed);
    fp_json_set(reading->inventory, "opaque", reading->opaque);
}

enum fp_code fp_inventory_read(const struct fp_blob *blob, const struct fp_digest *diff_id,
                               const char *folder, uint64_t max_bytes, json_t **ret,
                               struct fp_error *err)
{
    const struct fp_descriptor *descriptor = fp_blob_descriptor(blob);
    const char *name = descriptor->digest.text;
    enum fp_hash_algorithm algorithm = fp_digest_algorithm(diff_id);
    cleanup_json json_t *inventory = json_object();
    cleanup_hash struct fp_hash *hash = fp_hash_new(algorithm);
    struct layer_reading reading = {.inventory = inventory, .folder = folder};
    struct fp_source *raw = NULL;
    begin(&reading);
    FP_TRY(fp_blob_open(blob, 0, &raw, err));
    raw = fp_source_verified(raw, descriptor, name);
    cleanup_source struct fp_source *tar =
        fp_source_hashed(fp_source_inflate(raw, name, max_bytes, NULL), hash);
    FP_TRY(fp_scan_tar(tar, name, true, visit, &reading, err));
    const struct fp_digest found = fp_digest_finish(hash, algorithm);
    if (!fp_digest_equal(&found, diff_id))
        return fp_fail(err, FP_E_VERIFY, "the layer %s has the diff_id %s, not %s", name,
                       found.text, diff_id->text);
    *ret = steal_pointer(&inventory);
    return FP_OK;
}
