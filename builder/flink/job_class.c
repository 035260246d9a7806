/* The requirements of a job's classes: their versions, and the classes that they refer to by the
 * names in their constant pools (JVM specification, 4.1 and 4.4). */
#include <string.h>

#include "flinkpack/flink/jar_ask.h"
#include "flinkpack/flink/job.h"
#include "flinkpack/layer/zip.h"

#define CLASS_MAX_BYTES ((size_t) 1 << 20)
/* The most bytes of names of newer classes, which are held in memory. */
#define NAMES_MAX_BYTES ((size_t) 8 << 20)

/* The most names that one class uses, as each one is searched for in all jars. */
#define USES_MAX 32

enum tag { TAG_UTF8 = 1, TAG_LONG = 5, TAG_DOUBLE = 6, TAG_CLASS = 7 };

/* A class file in memory. */
struct class_file {
    const unsigned char *data;
    size_t len;
};

/* Called with the name of each class that is referred to: "com/example/Job". */
typedef void (*class_visitor)(void *context, const char *name, size_t len);

/* The search for names that a class uses, and its result. */
struct uses {
    char *entry; /* "com/example/Job.class" */
    const char *prefix;
    struct fp_strv *found;
};

static unsigned number(const struct class_file *file, size_t at)
{
    return at + 2 <= file->len ? (unsigned) file->data[at] << 8 | file->data[at + 1] : 0;
}

/* The size, without the tag, of a constant that is not text; 0: unknown tag. */
static size_t size_of(unsigned tag)
{
    static const unsigned char SIZES[] = {
        [3] = 4,  [4] = 4,  [5] = 8,  [6] = 8,  [7] = 2,  [8] = 2,  [9] = 4,  [10] = 4,
        [11] = 4, [12] = 4, [15] = 3, [16] = 2, [17] = 4, [18] = 4, [19] = 2, [20] = 2};
    return tag < sizeof(SIZES) ? SIZES[tag] : 0;
}

/* The size of the constant at `at`, including its tag; 0 if the file ends or is damaged. */
static size_t constant(const struct class_file *file, size_t at)
{
    if (at >= file->len)
        return 0;
    size_t size =
        file->data[at] == TAG_UTF8 ? 2 + (size_t) number(file, at + 1) : size_of(file->data[at]);
    return size > 0 && size < file->len - at ? 1 + size : 0;
}

static void add_use(void *context, const char *name, size_t len)
{
    const struct uses *uses = context;
    if (uses->found->len >= USES_MAX || len < strlen(uses->prefix) ||
        strncmp(name, uses->prefix, strlen(uses->prefix)) != 0)
        return;
    cleanup_free char *copy = fp_xstrndup(name, len);
    if (!fp_strv_has(uses->found, copy))
        fp_strv_add(uses->found, copy);
}

static void read_pool(const struct class_file *file, class_visitor visitor, void *context)
{
    /* A constant has at least three bytes, and each name is visited only once, so the work is
     * bounded by the size of the file. */
    unsigned count = number(file, 8);
    if (count > file->len / 3)
        count = (unsigned) (file->len / 3);
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
        if (places[i] == 0 || file->data[places[i]] != TAG_CLASS || name >= count ||
            places[name] == 0 || file->data[places[name]] != TAG_UTF8)
            continue;
        visitor(context, (const char *) file->data + places[name] + 3,
                number(file, places[name] + 1));
        places[name] = 0;
    }
}

static enum fp_code visit(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                          struct fp_error *err)
{
    struct uses *uses = context;
    size_t len = 0;
    if (strcmp(entry->name, uses->entry) != 0 || entry->size > CLASS_MAX_BYTES)
        return FP_OK;
    cleanup_free unsigned char *data = fp_xmalloc((size_t) entry->size + 1);
    FP_TRY(fp_zip_read(zip, entry, data, (size_t) entry->size, &len, err));
    const struct class_file file = {data, len};
    if (len > 10 && memcmp(data, "\xca\xfe\xba\xbe", 4) == 0)
        read_pool(&file, add_use, uses);
    return FP_OK;
}

/* Convert "com.example.Job" to "com/example/Job". */
static char *class_path(const char *name, size_t len)
{
    char *path = fp_xstrndup(name, len);
    for (char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot, '.'))
        *dot = '/';
    return path;
}

static enum fp_code read_uses(const char *path, const char *name, const char *prefix,
                              struct fp_strv *ret, struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = NULL;
    cleanup_free char *class = class_path(name, strlen(name));
    cleanup_free char *entry = fp_xasprintf("%s.class", class);
    struct uses uses = {.entry = entry, .prefix = prefix, .found = ret};
    FP_TRY(fp_zip_open(path, &zip, err));
    return fp_zip_each(zip, visit, &uses, err);
}

/* As JSON; NULL if a name is not UTF-8. */
static json_t *names_json(const struct fp_strv *names)
{
    cleanup_json json_t *list = json_array();
    for (size_t i = 0; i < names->len; i++)
        if (json_array_append_new(list, json_string(names->items[i])) != 0)
            return NULL;
    return steal_pointer(&list);
}

enum fp_code fp_jar_class_uses(struct fp_cache *cache, const char *path, const char *name,
                               const char *prefix, struct fp_strv *ret, struct fp_error *err)
{
    struct fp_jar_question question = {0};
    cleanup_json json_t *known = NULL;
    cleanup_strv struct fp_strv found = {0};
    cleanup_free char *words = fp_xasprintf("uses of %s below %s", name, prefix);
    FP_TRY(fp_jar_ask(cache, path, words, &question, &known, err));
    for (size_t i = 0; i < json_array_size(known); i++) {
        const char *text = json_string_value(json_array_get(known, i));
        fp_strv_add(&found, text != NULL ? text : "");
    }
    if (!json_is_array(known)) {
        FP_TRY(read_uses(path, name, prefix, &found, err));
        fp_jar_answer(&question, names_json(&found));
    }
    fp_strv_add_all(ret, &found);
    return FP_OK;
}

bool fp_jar_entry_is_class(const char *name)
{
    /* Flink's class loaders load no classes from directories such as META-INF/versions or BOOT-INF,
     * and no module-info. */
    return fp_text_ends_with(name, ".class") && strstr(name, "-INF/") == NULL &&
           strcmp(fp_path_base(name), "module-info.class") != 0;
}

/* A division of the classes of a jar by their version. */
struct division {
    const char *path;     /* of the jar */
    unsigned class_major; /* the newest version that can be loaded */
    size_t bytes;         /* of the names of newer classes */
    json_t *newer;        /* object with the names of newer classes, and their places */
    json_t *where;        /* its last value, which classes of one version share */
    struct fp_jar_reference *found;
};

static unsigned major_of(const unsigned char *data, size_t len)
{
    bool is_class = len >= 8 && memcmp(data, "\xca\xfe\xba\xbe", 4) == 0;
    return is_class ? (unsigned) data[6] << 8 | data[7] : 0;
}

static enum fp_code visit_newer(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                                struct fp_error *err)
{
    struct division *division = context;
    unsigned char head[8] = {0};
    size_t len = 0;
    if (!fp_jar_entry_is_class(entry->name))
        return FP_OK;
    FP_TRY(fp_zip_read(zip, entry, head, sizeof(head), &len, err));
    unsigned major = major_of(head, len);
    if (major <= division->class_major)
        return FP_OK;
    cleanup_free char *name = fp_xstrndup(entry->name, strlen(entry->name) - strlen(".class"));
    division->bytes += strlen(name);
    if (division->bytes > NAMES_MAX_BYTES)
        return fp_fail(err, FP_E_INPUT, "%s: more than %zu MiB of names of classes", division->path,
                       NAMES_MAX_BYTES >> 20);
    if (division->where == NULL ||
        json_integer_value(json_object_get(division->where, "major")) != (json_int_t) major) {
        json_decref(division->where);
        division->where =
            json_pack("{s:o, s:i}", "jar", fp_json_text(division->path), "major", (int) major);
    }
    (void) json_object_set(division->newer, name, division->where);
    return FP_OK;
}

enum fp_code fp_jar_newer_classes(const char *path, unsigned class_major, json_t *newer,
                                  struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = NULL;
    struct division division = {.path = path, .class_major = class_major, .newer = newer};
    FP_TRY(fp_zip_open(path, &zip, err));
    enum fp_code code = fp_zip_each(zip, visit_newer, &division, err);
    json_decref(division.where);
    return code;
}

/* Look up "com/example/Job", "[[Lcom/example/Job;" or, in a service list, "com.example.Job". */
static void look_up(void *context, const char *name, size_t len)
{
    const struct division *division = context;
    bool is_array = len > 0 && name[0] == '[';
    while (len > 0 && (name[0] == '[' || (is_array && name[0] == 'L'))) {
        is_array = name[0] == '[';
        name++;
        len--;
    }
    cleanup_free char *class = class_path(name, len);
    class[strcspn(class, ";#\r \t")] = '\0';
    if (division->found->name == NULL && json_object_get(division->newer, class) != NULL)
        division->found->name = steal_pointer(&class);
}

/* Whether a ServiceLoader may read a service list when the job runs. Only compilers read the list
 * of annotation processors, and only newer classes ask for a service that is a newer class. */
static bool is_service_list(const struct division *division, const char *name)
{
    static const char FOLDER[] = "META-INF/services/";
    const char *service = name + strlen(FOLDER);
    if (strncmp(name, FOLDER, strlen(FOLDER)) != 0 ||
        strcmp(service, "javax.annotation.processing.Processor") == 0)
        return false;
    cleanup_free char *class = class_path(service, strlen(service));
    return json_object_get(division->newer, class) == NULL;
}

static void look_up_lines(const struct division *division, const char *text)
{
    for (const char *line = text; *line != '\0'; line += strspn(line, "\n")) {
        line += strspn(line, " \t");
        size_t len = strcspn(line, "\n");
        look_up((void *) (uintptr_t) division, line, len);
        line += len;
    }
}

static enum fp_code visit_reference(void *context, struct fp_zip *zip,
                                    const struct fp_zip_entry *entry, struct fp_error *err)
{
    struct division *division = context;
    size_t len = 0;
    bool is_list = is_service_list(division, entry->name);
    if (division->found->name != NULL || entry->size > CLASS_MAX_BYTES ||
        !(is_list || fp_jar_entry_is_class(entry->name)))
        return FP_OK;
    cleanup_free char *data = fp_xmalloc((size_t) entry->size + 1);
    FP_TRY(fp_zip_read(zip, entry, data, (size_t) entry->size, &len, err));
    data[len] = '\0';
    const struct class_file file = {(const unsigned char *) data, len};
    unsigned major = major_of(file.data, len);
    if (is_list)
        look_up_lines(division, data);
    else if (major > 0 && major <= division->class_major)
        read_pool(&file, look_up, division);
    if (division->found->name != NULL)
        division->found->by = fp_xstrdup(entry->name);
    return FP_OK;
}

enum fp_code fp_jar_refers_to(const char *path, unsigned class_major, json_t *newer,
                              struct fp_jar_reference *ret, struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = NULL;
    struct division division = {.class_major = class_major, .newer = newer, .found = ret};
    FP_TRY(fp_zip_open(path, &zip, err));
    return fp_zip_each(zip, visit_reference, &division, err);
}

void fp_jar_reference_clear(struct fp_jar_reference *reference)
{
    free(reference->name);
    free(reference->by);
    *reference = (struct fp_jar_reference){0};
}
