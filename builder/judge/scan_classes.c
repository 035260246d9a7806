/* The classes of a jar: their names out of its directory, then what the class files tell. */
#include "scan_classes.h"

#include <string.h>

#include "class_scan.h"
#include "flinkpack/flink/job.h"
#include "text_lists.h"

#define SERVICE_MAX_BYTES  ((size_t) 64 << 10)
#define SERVICES_MAX_BYTES ((size_t) 1 << 20)
#define SERVICES_MAX       4096
#define VERSIONED_MAX      5000

static const char VERSIONS[] = "META-INF/versions/";
static const char SERVICES[] = "META-INF/services/";

struct fp_class_scan *fp_class_scan_new(void)
{
    struct fp_class_scan *scan = fp_xcalloc(1, sizeof(*scan));
    scan->entry = FP_NO_NAME;
    return scan;
}

static bool begins(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* Of two entries with one name Java takes the later one. */
static enum fp_code note_class(struct fp_class_scan *scan, const struct fp_zip_entry *entry,
                               struct fp_error *err)
{
    size_t len = strlen(entry->name) - strlen(".class");
    uint32_t number = fp_names_add(&scan->names, entry->name, len);
    if (number == FP_NO_NAME)
        return fp_fail(err, FP_E_INPUT, "the names of its classes are longer than %zu MiB together",
                       FP_NAMES_MAX_BYTES >> 20);
    if (number >= scan->class_cap) {
        scan->class_cap += scan->class_cap / 2 + 1024;
        scan->classes = fp_xreallocarray(scan->classes, scan->class_cap, sizeof(*scan->classes));
    }
    bool is_readable = !entry->is_encrypted && entry->size <= UINT32_MAX;
    scan->classes[number] =
        (struct fp_scan_class){.offset = entry->offset,
                               .size = is_readable ? (uint32_t) entry->size : UINT32_MAX,
                               .packed_size = (uint32_t) entry->packed_size,
                               .method = (uint8_t) (entry->method == 8 ? 8 : entry->method & 0x7f),
                               .by = FP_NO_NAME};
    scan->class_count = scan->names.count;
    return FP_OK;
}

/* Keep a class for one version of Java and later as "N MAJOR NAME". */
static enum fp_code note_versioned(struct fp_class_scan *scan, struct fp_zip *zip,
                                   const struct fp_zip_entry *entry, struct fp_error *err)
{
    char *name = NULL;
    unsigned long java = strtoul(entry->name + strlen(VERSIONS), &name, 10);
    unsigned char head[8] = {0};
    size_t len = 0;
    if (*name != '/' || java < 9 || java > 200 || scan->versioned.len >= VERSIONED_MAX ||
        !fp_text_ends_with(name, ".class") || !fp_jar_entry_is_class(name + 1))
        return FP_OK;
    FP_TRY(fp_zip_read(zip, entry, head, sizeof(head), &len, err));
    fp_strv_addf(&scan->versioned, "%lu %u %.*s", java, (unsigned) head[6] << 8 | head[7],
                 (int) (strlen(name) - 1 - strlen(".class")), name + 1);
    return FP_OK;
}

/* Only compilers ask for processors of annotations. */
static enum fp_code note_service(struct fp_class_scan *scan, struct fp_zip *zip,
                                 const struct fp_zip_entry *entry, struct fp_error *err)
{
    const char *service = entry->name + strlen(SERVICES);
    size_t len = 0;
    if (*service == '\0' || entry->size > SERVICE_MAX_BYTES ||
        scan->service_bytes + entry->size > SERVICES_MAX_BYTES ||
        strcmp(service, "javax.annotation.processing.Processor") == 0)
        return FP_OK;
    cleanup_free char *text = fp_xmalloc((size_t) entry->size + 1);
    FP_TRY(fp_zip_read(zip, entry, text, (size_t) entry->size, &len, err));
    text[len] = '\0';
    scan->service_bytes += len;
    fp_services_read(text, SERVICES_MAX, &scan->implementations);
    while (scan->services.len < scan->implementations.len)
        fp_strv_add(&scan->services, service);
    return FP_OK;
}

enum fp_code fp_class_scan_entry(struct fp_class_scan *scan, struct fp_zip *zip,
                                 const struct fp_zip_entry *entry, struct fp_error *err)
{
    if (begins(entry->name, VERSIONS))
        return note_versioned(scan, zip, entry, err);
    if (begins(entry->name, SERVICES))
        return note_service(scan, zip, entry, err);
    return fp_jar_entry_is_class(entry->name) ? note_class(scan, entry, err) : FP_OK;
}

bool fp_class_scan_has(const void *scan, const char *name)
{
    const struct fp_class_scan *self = scan;
    return fp_names_find(&self->names, name, strlen(name)) < self->class_count;
}

static uint32_t number_of(const struct fp_class_scan *scan, const char *name)
{
    cleanup_free char *path = fp_class_slashes(name);
    uint32_t number = fp_names_find(&scan->names, path, strlen(path));
    return number < scan->class_count ? number : FP_NO_NAME;
}

static void add_versioned_names(struct fp_class_scan *scan, bool is_multi_release)
{
    if (!is_multi_release)
        fp_strv_clear(&scan->versioned);
    for (size_t i = 0; i < scan->versioned.len; i++) {
        const char *name = strchr(strchr(scan->versioned.items[i], ' ') + 1, ' ') + 1;
        (void) fp_names_add(&scan->names, name, strlen(name));
    }
    scan->there_count = scan->names.count;
}

static void pair_services(struct fp_class_scan *scan)
{
    scan->pairs = fp_xcalloc(scan->services.len + 1, sizeof(*scan->pairs));
    for (size_t i = 0; i < scan->services.len; i++) {
        uint32_t service = number_of(scan, scan->services.items[i]);
        scan->pairs[i] =
            (struct fp_scan_service){service, number_of(scan, scan->implementations.items[i])};
        if (service != FP_NO_NAME)
            scan->classes[service].flags |= FP_SCAN_SERVICE;
    }
}

/* Whether many projects share what a package begins with, so that it tells nothing of whose a class
 * is. */
static bool is_shared(const char *package)
{
    static const char *const SHARED[] = {
        "org/apache/",      "org/springframework/", "com/google/",    "io/netty/",
        "com/amazonaws/",   "org/eclipse/",         "com/microsoft/", "com/alibaba/",
        "software/amazon/", "io/confluent/",        "com/ververica/", NULL};
    for (const char *const *at = SHARED; *at != NULL; at++)
        if (begins(package, *at))
            return true;
    return false;
}

/* The job's own classes are those below the first three parts of the entry class's package. A
 * domain alone, and no package, stand for the classes right there. */
static void set_own(struct fp_class_scan *scan)
{
    const char *end = strrchr(scan->entry_name, '/');
    size_t len = end != NULL ? (size_t) (end - scan->entry_name) + 1 : 0;
    size_t parts = 0;
    size_t three = 0;
    for (size_t i = 0; i < len; i++)
        if (scan->entry_name[i] == '/' && ++parts == 3)
            three = i + 1;
    if (parts > 3 && !is_shared(scan->entry_name))
        len = three;
    scan->own = fp_xstrndup(scan->entry_name, len);
    scan->own_is_exact = parts == 0 || (parts == 1 && len <= 4);
}

enum fp_code fp_class_scan_finish(struct fp_class_scan *scan, struct fp_zip *zip, const char *entry,
                                  bool is_multi_release, json_t *facts, struct fp_error *err)
{
    scan->zip = zip;
    add_versioned_names(scan, is_multi_release);
    pair_services(scan);
    if (entry != NULL) {
        scan->entry_name = fp_class_slashes(entry);
        scan->entry = number_of(scan, entry);
        set_own(scan);
    }
    FP_TRY(fp_class_scan_read(scan, err));
    FP_TRY(fp_class_scan_reach(scan, err));
    FP_TRY(fp_class_scan_references(scan, facts, err));
    fp_class_scan_report(scan, facts);
    return FP_OK;
}

void fp_class_scan_free(struct fp_class_scan *scan)
{
    if (scan == NULL)
        return;
    fp_names_clear(&scan->names);
    fp_class_file_clear(&scan->file);
    fp_strv_clear(&scan->versioned);
    fp_strv_clear(&scan->services);
    fp_strv_clear(&scan->implementations);
    free(scan->classes);
    free(scan->pairs);
    free(scan->edges.items);
    free(scan->members.items);
    free(scan->data);
    free(scan->hashes);
    free(scan->numbers);
    free(scan->uses);
    free(scan->texts);
    free(scan->entry_name);
    free(scan->own);
    free(scan);
}
