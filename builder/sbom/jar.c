/* The Maven coordinates in a jar: of itself, of what was shaded into it, and of jars inside it. */
#include "inventory.h"

#include <ctype.h>
#include <string.h>

#include "flinkpack/layer/zip.h"

/* A pom.properties of more bytes is none. */
#define PROPERTIES_MAX_BYTES ((size_t) 16 << 10)
#define MANIFEST_MAX_BYTES   ((size_t) 64 << 10)
#define NOTICE_MAX_BYTES     ((size_t) 512 << 10)
#define NOTICE               "META-INF/NOTICE"
/* Larger jars inside of jars are not looked into, as they have to be inflated. */
#define NESTED_MAX_BYTES ((size_t) 48 << 20)
#define NESTED_MAX_DEPTH 3

/* A jar that is being read. */
struct jar_reading {
    json_t *artifacts;
    json_t *jar;
    const char *folder;
    const char *inside; /* the path of the nested jar; NULL: the outermost */
    unsigned depth;
    struct fp_jars_read *so_far;
};

static enum fp_code read_jar(const char *path, const struct jar_reading *reading,
                             struct fp_error *err);

/* The value of a property if it can be a part of coordinates: no placeholders of a build. The
 * caller owns it, or NULL. */
static char *property(const char *text, const char *key)
{
    size_t key_len = strlen(key);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\r\n")) {
        line += strspn(line, "\r\n \t");
        if (strncmp(line, key, key_len) != 0)
            continue;
        const char *value = line + key_len;
        value += strspn(value, " \t");
        if (*value != '=' && *value != ':')
            continue;
        value++;
        value += strspn(value, " \t");
        size_t len = 0;
        while (isalnum((unsigned char) value[len]) != 0 ||
               (value[len] != '\0' && strchr("._-+~", value[len]) != NULL))
            len++;
        size_t rest = strspn(value + len, " \t");
        bool is_whole = strchr("\r\n", value[len + rest]) != NULL; /* or the end */
        return len > 0 && len < 200 && is_whole ? fp_xstrndup(value, len) : NULL;
    }
    return NULL;
}

static void put_artifact(const struct jar_reading *reading, const char *group, const char *artifact,
                         const char *version, bool is_noticed)
{
    if (reading->so_far->artifacts >= FP_INVENTORY_MAX_ARTIFACTS)
        return;
    reading->so_far->artifacts++;
    json_t *json = json_object();
    fp_json_set_text(json, "group", group);
    fp_json_set_text(json, "artifact", artifact);
    fp_json_set_text(json, "version", version);
    fp_json_set_text(json, "inside", reading->inside);
    fp_json_set_text(json, "from", is_noticed ? "NOTICE" : NULL);
    fp_json_append(reading->artifacts, json);
}

static void add_artifact(const struct jar_reading *reading, const char *text)
{
    cleanup_free char *group = property(text, "groupId");
    cleanup_free char *artifact = property(text, "artifactId");
    cleanup_free char *version = property(text, "version");
    if (group != NULL && artifact != NULL && version != NULL)
        put_artifact(reading, group, artifact, version, false);
}

/* The length of a part of coordinates at the beginning of a text. */
static size_t part_len(const char *text)
{
    size_t len = 0;
    while (isalnum((unsigned char) text[len]) != 0 ||
           (text[len] != '\0' && strchr("._-+", text[len]) != NULL))
        len++;
    return len < 200 ? len : 0;
}

/* Take the lines "- GROUP:ARTIFACT:VERSION" of a NOTICE: jars of Apache projects, Flink's too, have
 * no pom.properties of what was shaded into them, but list it there. */
static void read_notice(const struct jar_reading *reading, const char *text)
{
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n")) {
        line += *line == '\n';
        const char *group = strncmp(line, "- ", 2) == 0 ? line + 2 : "";
        size_t group_len = part_len(group);
        const char *artifact = group[group_len] == ':' ? group + group_len + 1 : "";
        size_t artifact_len = part_len(artifact);
        const char *version = artifact[artifact_len] == ':' ? artifact + artifact_len + 1 : "";
        size_t version_len = part_len(version);
        bool has_all = group_len > 0 && artifact_len > 0 && isdigit((unsigned char) *version) != 0;
        if (!has_all || strchr(" \t\r\n:", version[version_len]) == NULL)
            continue;
        cleanup_free char *owner = fp_xstrndup(group, group_len);
        cleanup_free char *name = fp_xstrndup(artifact, artifact_len);
        cleanup_free char *number = fp_xstrndup(version, version_len);
        put_artifact(reading, owner, name, number, true);
    }
}

/* Take the title and version of the outermost jar, for one that Maven did not make. */
static void read_manifest(const struct jar_reading *reading, const char *text)
{
    static const char *const KEYS[][2] = {{"Bundle-SymbolicName", "title"},
                                          {"Implementation-Title", "title"},
                                          {"Bundle-Version", "version"},
                                          {"Implementation-Version", "version"}};
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        cleanup_free char *value = property(text, KEYS[i][0]);
        if (value != NULL)
            fp_json_set_text(reading->jar, KEYS[i][1], value);
    }
}

/* Whether an entry is META-INF/maven/GROUP/ARTIFACT/pom.properties. */
static bool is_properties(const char *name)
{
    return strncmp(name, "META-INF/maven/", strlen("META-INF/maven/")) == 0 &&
           fp_text_ends_with(name, "/pom.properties");
}

static enum fp_code visit_text(const struct jar_reading *reading, struct fp_zip *zip,
                               const struct fp_zip_entry *entry, size_t max, struct fp_error *err)
{
    size_t len = 0;
    size_t cap = entry->size < max ? (size_t) entry->size : max;
    cleanup_free char *text = fp_xmalloc(cap + 1);
    FP_TRY(fp_zip_read(zip, entry, text, cap, &len, err));
    text[len] = '\0';
    if (is_properties(entry->name))
        add_artifact(reading, text);
    else if (strcmp(entry->name, NOTICE) == 0)
        read_notice(reading, text);
    else
        read_manifest(reading, text);
    return FP_OK;
}

/* Inflate a jar inside of the jar into a file of its own. */
static enum fp_code visit_nested(const struct jar_reading *reading, struct fp_zip *zip,
                                 const struct fp_zip_entry *entry, struct fp_error *err)
{
    size_t len = 0;
    cleanup_newfile struct fp_newfile *file = NULL;
    if (reading->depth >= NESTED_MAX_DEPTH || entry->size > NESTED_MAX_BYTES ||
        reading->so_far->nested_bytes + entry->size > FP_INVENTORY_NESTED_BYTES)
        return FP_OK;
    reading->so_far->nested_bytes += entry->size;
    cleanup_free char *data = fp_xmalloc((size_t) entry->size + 1);
    FP_TRY(fp_zip_read(zip, entry, data, (size_t) entry->size, &len, err));
    FP_TRY(fp_newfile_open_in(reading->folder, 0600, &file, err));
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fp_newfile_fd(file), entry->name);
    FP_TRY(fp_sink_write(sink, data, len, err));
    free(steal_pointer(&data));
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fp_newfile_fd(file));
    cleanup_free char *inside = reading->inside != NULL
                                    ? fp_xasprintf("%s!%s", reading->inside, entry->name)
                                    : fp_xstrdup(entry->name);
    struct jar_reading nested = *reading;
    nested.inside = inside;
    nested.depth++;
    return read_jar(path, &nested, err);
}

static enum fp_code visit(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                          struct fp_error *err)
{
    const struct jar_reading *reading = context;
    if (entry->is_encrypted)
        return FP_OK;
    if (is_properties(entry->name))
        return visit_text(reading, zip, entry, PROPERTIES_MAX_BYTES, err);
    if (strcmp(entry->name, NOTICE) == 0)
        return visit_text(reading, zip, entry, NOTICE_MAX_BYTES, err);
    if (reading->inside == NULL && strcmp(entry->name, "META-INF/MANIFEST.MF") == 0)
        return visit_text(reading, zip, entry, MANIFEST_MAX_BYTES, err);
    return fp_text_ends_with(entry->name, ".jar") ? visit_nested(reading, zip, entry, err) : FP_OK;
}

/* A file that is no jar is no failure. */
static enum fp_code read_jar(const char *path, const struct jar_reading *reading,
                             struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = NULL;
    struct jar_reading copy = *reading;
    enum fp_code code = fp_zip_open(path, &zip, err);
    if (code == FP_OK)
        code = fp_zip_each(zip, visit, &copy, err);
    return code == FP_E_INPUT ? FP_OK : code;
}

enum fp_code fp_jar_inventory(const char *path, const char *folder, struct fp_jars_read *so_far,
                              json_t **ret, struct fp_error *err)
{
    cleanup_json json_t *jar = json_object();
    json_t *artifacts = json_array();
    fp_json_set(jar, "artifacts", artifacts);
    const struct jar_reading reading = {
        .artifacts = artifacts, .jar = jar, .folder = folder, .so_far = so_far};
    FP_TRY(read_jar(path, &reading, err));
    *ret = steal_pointer(&jar);
    return FP_OK;
}
