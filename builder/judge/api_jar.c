/* Adding the classes of a jar to an index. */
#include <stdlib.h>
#include <string.h>

#include "api_build.h"
#include "flinkpack/layer/zip.h"

/* The largest class whose members are kept; Flink's have up to 500 KB, generated ones more. */
#define MAX_CLASS_BYTES ((uint64_t) 2 << 20)

/* A jar that is being added. */
struct api_jar {
    struct fp_api_builder *builder;
    struct fp_class_file file;
    char *data;
    size_t cap;
};

static void jar_clear(struct api_jar *jar)
{
    fp_class_file_clear(&jar->file);
    free(jar->data);
}

/* Whether jobs use members of the class directly, as far as they use Flink's. */
static bool keeps_members(const char *name, const struct fp_zip_entry *entry)
{
    return strncmp(name, "org/apache/flink/", 17) == 0 && strstr(name, "/shaded/") == NULL &&
           entry->size <= MAX_CLASS_BYTES;
}

static void add_members(struct api_jar *jar)
{
    struct fp_class_cursor cursor = {0};
    struct fp_class_member member = {0};
    const struct fp_class_file *file = &jar->file;
    fp_api_builder_record(jar->builder);
    if (file->super.len > 0)
        fp_api_builder_super(jar->builder, file->super);
    for (unsigned i = 0; i < file->interface_count; i++)
        fp_api_builder_super(jar->builder, fp_class_interface(file, i));
    while (fp_class_next_member(file, &cursor, &member))
        if ((member.access & FP_CLASS_PRIVATE) == 0)
            fp_api_builder_member(jar->builder, member.name, member.descriptor);
}

/* A class that cannot be parsed keeps its name: what it has is not known. */
static enum fp_code read_class(struct api_jar *jar, struct fp_zip *zip,
                               const struct fp_zip_entry *entry, struct fp_error *err)
{
    size_t len = 0;
    if (entry->size > jar->cap) {
        free(jar->data);
        jar->cap = (size_t) entry->size + 4096;
        jar->data = fp_xmalloc(jar->cap);
    }
    if (entry->size == 0)
        return FP_OK;
    FP_TRY(fp_zip_read(zip, entry, jar->data, (size_t) entry->size, &len, err));
    if (fp_class_parse(&jar->file, jar->data, len))
        add_members(jar);
    return FP_OK;
}

/* A class of META-INF/versions/N/ counts by its name, as which of its versions is loaded depends on
 * Java. */
static const char *class_of(const char *entry)
{
    static const char versions[] = "META-INF/versions/";
    if (strncmp(entry, versions, sizeof(versions) - 1) != 0)
        return entry;
    const char *slash = strchr(entry + sizeof(versions) - 1, '/');
    return slash != NULL ? slash + 1 : entry;
}

static enum fp_code visit(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                          struct fp_error *err)
{
    struct api_jar *jar = context;
    const char *name = class_of(entry->name);
    if (!fp_text_ends_with(name, ".class"))
        return FP_OK;
    FP_TRY(fp_cancel_check(err));
    if (!fp_api_builder_class(jar->builder, name, strlen(name) - strlen(".class")))
        return fp_fail(err, FP_E_INPUT, "more classes than can be indexed");
    if (name != entry->name || !keeps_members(name, entry))
        return FP_OK;
    return read_class(jar, zip, entry, err);
}

enum fp_code fp_api_builder_add(struct fp_api_builder *builder, const char *path,
                                struct fp_error *err)
{
    struct fp_zip *opened = NULL;
    FP_TRY(fp_zip_open(path, &opened, err));
    cleanup_zip struct fp_zip *zip = opened;
    __attribute__((cleanup(jar_clear))) struct api_jar jar = {.builder = builder};
    return fp_zip_each(zip, visit, &jar, err);
}
