/* Reading the properties of a jar: main class, manifest, Java version, native libraries. */
#include "flinkpack/flink/job.h"

#include <string.h>
#include <strings.h>

#include "flinkpack/flink/jar_ask.h"
#include "flinkpack/layer/zip.h"
#include "job_read.h"

/* The size of an ELF header and a segment; a smaller file is not native code. */
#define NATIVE_MIN_BYTES   120
#define MAX_MANIFEST_BYTES ((size_t) 1 << 20)
/* The most bytes of entries with native code that are read. */
#define NATIVES_MAX_BYTES ((size_t) 256 << 20)

/* A jar under inspection. */
struct jar_inspection {
    const char *path;
    struct fp_jar jar;
    bool has_manifest; /* the manifest is read once, even if the directory lists it twice */
    size_t native_bytes;
    char *program_class;
    char *main_class;
};

static bool has_suffix(const char *text, const char *suffix)
{
    size_t len = strlen(text);
    size_t suffix_len = strlen(suffix);
    return len >= suffix_len && strcasecmp(text + len - suffix_len, suffix) == 0;
}

/* Read a line of the manifest, to which its continuations have been joined. */
static void read_attribute(struct jar_inspection *inspection, const char *line)
{
    static const char PROGRAM[] = "program-class:";
    static const char MAIN[] = "Main-Class:";
    bool program = strncasecmp(line, PROGRAM, strlen(PROGRAM)) == 0;
    if (!program && strncasecmp(line, MAIN, strlen(MAIN)) != 0)
        return;
    const char *value = line + strlen(program ? PROGRAM : MAIN);
    value += strspn(value, " ");
    size_t len = strlen(value);
    while (len > 0 && value[len - 1] == ' ')
        len--;
    char **slot = program ? &inspection->program_class : &inspection->main_class;
    free(*slot);
    *slot = len > 0 ? fp_xstrndup(value, len) : NULL;
}

/* Read the main section, which ends at a blank line. A line that begins with a space continues the
 * one before (JAR File Specification). Returns whether there was a section. */
static bool read_manifest(struct jar_inspection *inspection, char *text)
{
    cleanup_free char *joined = fp_xmalloc(strlen(text) + 1);
    size_t len = 0;
    bool ended = false;
    for (char *line = text; *line != '\0' && !ended;) {
        size_t full = strcspn(line, "\r\n");
        size_t end = full + (line[full] == '\r');
        end += line[end] == '\n';
        ended = full == 0;
        if (line[0] != ' ') {
            joined[len] = '\0';
            read_attribute(inspection, joined);
            len = 0;
        }
        size_t skip = line[0] == ' ' ? 1 : 0;
        memcpy(joined + len, line + skip, full - skip);
        len += full - skip;
        line += end;
    }
    joined[len] = '\0';
    read_attribute(inspection, joined);
    return ended;
}

/* Read only the main section, which precedes the sections that a signed jar has for its entries. */
static enum fp_code visit_manifest(struct jar_inspection *inspection, struct fp_zip *zip,
                                   const struct fp_zip_entry *entry, struct fp_error *err)
{
    size_t len = 0;
    size_t cap = entry->size < MAX_MANIFEST_BYTES ? (size_t) entry->size : MAX_MANIFEST_BYTES;
    cleanup_free char *text = fp_xmalloc(cap + 1);
    FP_TRY(fp_zip_read(zip, entry, text, cap, &len, err));
    text[len] = '\0';
    if (!read_manifest(inspection, text) && entry->size > cap)
        return fp_fail(err, FP_E_INPUT, "%s: the manifest's main section is larger than 1 MiB",
                       inspection->path);
    return FP_OK;
}

static enum fp_code visit_class(struct jar_inspection *inspection, struct fp_zip *zip,
                                const struct fp_zip_entry *entry, struct fp_error *err)
{
    unsigned char head[8] = {0};
    size_t len = 0;
    FP_TRY(fp_zip_read(zip, entry, head, sizeof(head), &len, err));
    if (len < sizeof(head) || memcmp(head, "\xca\xfe\xba\xbe", 4) != 0)
        return FP_OK;
    unsigned major = (unsigned) head[6] << 8 | head[7];
    if (major <= inspection->jar.class_major)
        return FP_OK;
    inspection->jar.class_major = major;
    free(inspection->jar.class_major_of);
    inspection->jar.class_major_of = fp_xstrdup(entry->name);
    return FP_OK;
}

/* A file that is not a class or text may be native code, whatever its name is. */
static enum fp_code visit_other(struct jar_inspection *inspection, struct fp_zip *zip,
                                const struct fp_zip_entry *entry, struct fp_error *err)
{
    struct fp_jar *jar = &inspection->jar;
    char head[4] = "";
    size_t len = 0;
    if (entry->size < NATIVE_MIN_BYTES || jar->native_count >= FP_JAR_MAX_NATIVES ||
        inspection->native_bytes >= NATIVES_MAX_BYTES)
        return FP_OK;
    FP_TRY(fp_zip_read(zip, entry, head, sizeof(head), &len, err));
    if (len < sizeof(head) || !fp_elf_begins(head, len))
        return FP_OK;
    size_t size = entry->size < FP_ELF_MAX_BYTES ? (size_t) entry->size : FP_ELF_MAX_BYTES;
    cleanup_free char *data = fp_xmalloc(size);
    inspection->native_bytes += size;
    FP_TRY(fp_zip_read(zip, entry, data, size, &len, err));
    struct fp_jar_native native = {0};
    fp_elf_read(data, len, &native.elf);
    if (native.elf.libc == FP_ELF_NONE) {
        fp_elf_clear(&native.elf);
        return FP_OK;
    }
    native.entry = fp_xstrdup(entry->name);
    jar->natives = fp_xreallocarray(jar->natives, jar->native_count + 1, sizeof(*jar->natives));
    jar->natives[jar->native_count++] = native;
    return FP_OK;
}

/* Whether a file in META-INF is an SF file or a signature of one of the usual kinds. */
static bool is_signature(const char *name)
{
    return strchr(name + strlen("META-INF/"), '/') == NULL &&
           (has_suffix(name, ".SF") || has_suffix(name, ".RSA") || has_suffix(name, ".DSA") ||
            has_suffix(name, ".EC"));
}

/* Whether a class is of flink-core, flink-runtime or flink-streaming-java, which the cluster has.
 * Packages in OTHERS belong to connectors, file systems, flink-scala and flink-python, and
 * relocated classes have other names. */
static bool is_flinks_own(const char *name)
{
    static const char *const OWN[] = {"core/", "runtime/", "streaming/runtime/"};
    static const char *const OTHERS[] = {"core/testutils/", "runtime/fs/", "runtime/util/",
                                         "runtime/types/", "streaming/runtime/translators/python/"};
    static const char FLINK[] = "org/apache/flink/";
    bool own = false;
    if (strncmp(name, FLINK, strlen(FLINK)) != 0 || !has_suffix(name, ".class"))
        return false;
    name += strlen(FLINK);
    for (size_t i = 0; i < sizeof(OWN) / sizeof(OWN[0]); i++)
        own = own || strncmp(name, OWN[i], strlen(OWN[i])) == 0;
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
        own = own && strncmp(name, OTHERS[i], strlen(OTHERS[i])) != 0;
    return own;
}

static enum fp_code visit(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                          struct fp_error *err)
{
    struct jar_inspection *inspection = context;
    struct fp_jar *jar = &inspection->jar;
    if (entry->is_encrypted)
        return fp_fail(err, FP_E_INPUT,
                       "%s: %s is encrypted, and Java opens no jar that has such entries",
                       inspection->path, entry->name);
    if (entry->mtime_s > jar->newest_entry_s)
        jar->newest_entry_s = entry->mtime_s;
    jar->has_jars = jar->has_jars || has_suffix(entry->name, ".jar");
    jar->has_flink_runtime = jar->has_flink_runtime || is_flinks_own(entry->name);
    if (strcasecmp(entry->name, "META-INF/MANIFEST.MF") == 0 && !inspection->has_manifest) {
        inspection->has_manifest = true;
        return visit_manifest(inspection, zip, entry, err);
    }
    if (strncmp(entry->name, "META-INF/", 9) == 0) {
        jar->is_signed = jar->is_signed || is_signature(entry->name);
        return visit_other(inspection, zip, entry, err);
    }
    if (!has_suffix(entry->name, ".class"))
        return visit_other(inspection, zip, entry, err);
    return fp_jar_entry_is_class(entry->name) ? visit_class(inspection, zip, entry, err) : FP_OK;
}

static void inspection_clear(struct jar_inspection *inspection)
{
    fp_jar_clear(&inspection->jar);
    free(inspection->program_class);
    free(inspection->main_class);
}

enum fp_code fp_jar_read(const char *path, struct fp_jar *ret, struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = NULL;
    __attribute__((cleanup(inspection_clear))) struct jar_inspection inspection = {
        .path = path, .jar = {.newest_entry_s = -1}};
    struct fp_jar *jar = &inspection.jar;
    FP_TRY(fp_zip_open(path, &zip, err));
    FP_TRY(fp_zip_each(zip, visit, &inspection, err));
    jar->size = fp_zip_size(zip);
    jar->main_class = inspection.program_class != NULL ? steal_pointer(&inspection.program_class)
                                                       : steal_pointer(&inspection.main_class);
    *ret = steal_value(jar);
    return FP_OK;
}

static char *replaced(const char *text, char from, char to)
{
    char *copy = fp_xstrdup(text);
    for (char *at = strchr(copy, from); at != NULL; at = strchr(at, from))
        *at = to;
    return copy;
}

char *fp_class_dots(const char *path)
{
    return replaced(path, '/', '.');
}

char *fp_class_slashes(const char *name)
{
    return replaced(name, '.', '/');
}

/* The search for a class. */
struct class_search {
    char *path; /* "com/example/Job.class" */
    bool found;
};

static enum fp_code visit_for_class(void *context, struct fp_zip *zip,
                                    const struct fp_zip_entry *entry, struct fp_error *err)
{
    struct class_search *search = context;
    (void) zip;
    (void) err;
    search->found = search->found || strcmp(entry->name, search->path) == 0;
    return FP_OK;
}

static enum fp_code search_class(const char *path, const char *name, bool *ret_found,
                                 struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = NULL;
    cleanup_free char *class_name = fp_class_slashes(name);
    cleanup_free char *class_path = fp_xasprintf("%s.class", class_name);
    struct class_search search = {.path = class_path};
    FP_TRY(fp_zip_open(path, &zip, err));
    FP_TRY(fp_zip_each(zip, visit_for_class, &search, err));
    *ret_found = search.found;
    return FP_OK;
}

enum fp_code fp_jar_has_class(struct fp_cache *cache, const char *path, const char *name,
                              bool *ret_found, struct fp_error *err)
{
    struct fp_jar_question question = {0};
    cleanup_json json_t *known = NULL;
    cleanup_free char *words = fp_xasprintf("has %s", name);
    FP_TRY(fp_jar_ask(cache, path, words, &question, &known, err));
    if (json_is_boolean(known)) {
        *ret_found = json_is_true(known);
        return FP_OK;
    }
    FP_TRY(search_class(path, name, ret_found, err));
    fp_jar_answer(&question, json_boolean(*ret_found));
    return FP_OK;
}

bool fp_jar_entry_is_class(const char *name)
{
    /* Flink's class loaders load no classes from directories such as META-INF/versions or BOOT-INF,
     * and no module-info. */
    return fp_text_ends_with(name, ".class") && strstr(name, "-INF/") == NULL &&
           strcmp(fp_path_base(name), "module-info.class") != 0;
}

unsigned fp_java_of_class_major(unsigned class_major)
{
    return class_major >= 45 ? class_major - 44 : 0;
}

unsigned fp_class_major_of_java(unsigned java)
{
    return java + 44;
}

void fp_jar_clear(struct fp_jar *jar)
{
    free(jar->main_class);
    free(jar->class_major_of);
    for (size_t i = 0; i < jar->native_count; i++) {
        free(jar->natives[i].entry);
        fp_elf_clear(&jar->natives[i].elf);
    }
    free(jar->natives);
    *jar = (struct fp_jar){0};
}
