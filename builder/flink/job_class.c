/* What a class of a job refers to, by the names in its constant pool (JVM specification, 4.4). */
#include <string.h>

#include "flinkpack/flink/job.h"
#include "zip.h"

#define CLASS_MAX_BYTES ((size_t) 1 << 20)

enum tag { TAG_UTF8 = 1, TAG_LONG = 5, TAG_DOUBLE = 6, TAG_CLASS = 7 };

/* A class file in memory. */
struct class_file {
    const unsigned char *data;
    size_t len;
};

/* What is looked for, and where it goes. */
struct uses {
    char *entry; /* "com/example/Job.class" */
    const char *prefix;
    struct fp_strv *found;
};

static unsigned number(const struct class_file *file, size_t at)
{
    return at + 2 <= file->len ? (unsigned) file->data[at] << 8 | file->data[at + 1] : 0;
}

/* Bytes behind the tag of a constant that is no text; 0: there is no such tag. */
static size_t size_of(unsigned tag)
{
    static const unsigned char SIZES[] = {
        [3] = 4,  [4] = 4,  [5] = 8,  [6] = 8,  [7] = 2,  [8] = 2,  [9] = 4,  [10] = 4,
        [11] = 4, [12] = 4, [15] = 3, [16] = 2, [17] = 4, [18] = 4, [19] = 2, [20] = 2};
    return tag < sizeof(SIZES) ? SIZES[tag] : 0;
}

/* The size of the constant at `at`, its tag included; 0 where the file ends or is damaged. */
static size_t constant(const struct class_file *file, size_t at)
{
    if (at >= file->len)
        return 0;
    size_t size =
        file->data[at] == TAG_UTF8 ? 2 + (size_t) number(file, at + 1) : size_of(file->data[at]);
    return size > 0 && size < file->len - at ? 1 + size : 0;
}

static void add_use(const struct class_file *file, size_t at, const struct uses *uses)
{
    size_t len = number(file, at + 1);
    const char *name = (const char *) file->data + at + 3;
    if (file->data[at] != TAG_UTF8 || len < strlen(uses->prefix) ||
        strncmp(name, uses->prefix, strlen(uses->prefix)) != 0)
        return;
    cleanup_free char *copy = fp_xstrndup(name, len);
    if (!fp_strv_has(uses->found, copy))
        fp_strv_add(uses->found, copy);
}

static void read_pool(const struct class_file *file, const struct uses *uses)
{
    unsigned count = number(file, 8);
    cleanup_free size_t *places = fp_xcalloc((size_t) count + 2, sizeof(*places));
    size_t at = 10;
    for (unsigned i = 1; i < count; i++) {
        size_t size = constant(file, at);
        if (size == 0)
            break;
        places[i] = at;
        i += file->data[at] == TAG_LONG || file->data[at] == TAG_DOUBLE;
        at += size;
    }
    for (unsigned i = 1; i < count; i++) {
        unsigned name = places[i] > 0 ? number(file, places[i] + 1) : 0;
        if (places[i] > 0 && file->data[places[i]] == TAG_CLASS && name < count && places[name] > 0)
            add_use(file, places[name], uses);
    }
}

static enum fp_code visit(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                          struct fp_error *err)
{
    const struct uses *uses = context;
    size_t len = 0;
    if (strcmp(entry->name, uses->entry) != 0 || entry->size > CLASS_MAX_BYTES)
        return FP_OK;
    cleanup_free unsigned char *data = fp_xmalloc((size_t) entry->size + 1);
    enum fp_code code = fp_zip_read(zip, entry, data, (size_t) entry->size, &len, err);
    const struct class_file file = {data, len};
    if (code == FP_OK && len > 10 && memcmp(data, "\xca\xfe\xba\xbe", 4) == 0)
        read_pool(&file, uses);
    return code;
}

enum fp_code fp_jar_class_uses(const char *path, const char *name, const char *prefix,
                               struct fp_strv *ret, struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = NULL;
    cleanup_free char *entry = fp_xasprintf("%s.class", name);
    struct uses uses = {.entry = entry, .prefix = prefix, .found = ret};
    for (char *at = entry; at < entry + strlen(name); at++)
        if (*at == '.')
            *at = '/';
    enum fp_code code = fp_zip_open(path, &zip, err);
    return code == FP_OK ? fp_zip_each(zip, visit, &uses, err) : code;
}
