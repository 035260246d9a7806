/* What the classes of a jar are: their versions, those with a main method, and the entry class. */
#include <string.h>

#include "class_scan.h"
#include "flinkpack/flink/job.h"

#define MAJOR_MAX 256
#define MAINS_MAX 64
/* Java 8, which all versions of Flink before 2.0 run on. */
#define MAJOR_OF_JAVA_8 52
/* The most super classes that a main method is looked for in. */
#define SUPERS_MAX 64

static bool is_reached(const struct fp_class_scan *scan, uint32_t number)
{
    return (scan->classes[number].flags & FP_SCAN_REACHED) != 0;
}

/* How much a class tells of its version: one that is loaded tells most. */
static int rank(const struct fp_class_scan *scan, uint32_t number)
{
    bool is_own = fp_scan_is_own(scan, fp_names_text(&scan->names, number));
    int referred = scan->classes[number].by != FP_NO_NAME ? 1 : 0;
    bool is_sure = (scan->classes[number].flags & FP_SCAN_LOADED) != 0;
    return (is_sure ? 8 : 0) + (is_reached(scan, number) ? 4 : 0) + (is_own ? 2 : 0) + referred;
}

static json_t *major_json(const struct fp_class_scan *scan, uint32_t number)
{
    const struct fp_scan_class *class = &scan->classes[number];
    const char *name = fp_names_text(&scan->names, number);
    json_t *object = json_object();
    (void) fp_json_set(object, "major", json_integer(class->major));
    fp_json_set_text(object, "class", name);
    if (class->by != FP_NO_NAME)
        fp_json_set_text(object, "by", fp_names_text(&scan->names, class->by));
    (void) fp_json_set(object, "reached", json_boolean(is_reached(scan, number)));
    (void) fp_json_set(object, "own", json_boolean(fp_scan_is_own(scan, name)));
    if ((class->flags & FP_SCAN_LOADED) != 0)
        (void) fp_json_set(object, "sure", json_true());
    return object;
}

/* Classes in META-INF/versions/N are for Java N and later: noteworthy is one that needs a still
 * later one. They are "N MAJOR NAME". */
static void add_versioned(const struct fp_class_scan *scan, json_t *list)
{
    unsigned seen = 0;
    for (size_t i = 0; i < scan->versioned.len; i++) {
        char *end = NULL;
        unsigned long java = strtoul(scan->versioned.items[i], &end, 10);
        unsigned long major = strtoul(end, &end, 10);
        if (major <= java + 44 || major >= MAJOR_MAX || seen == MAINS_MAX)
            continue;
        json_t *object = json_object();
        (void) fp_json_set(object, "major", json_integer((json_int_t) major));
        (void) fp_json_set(object, "versions", json_integer((json_int_t) java));
        fp_json_set_text(object, "class", end + strspn(end, " "));
        (void) fp_json_set(object, "reached", json_false());
        (void) fp_json_set(object, "own", json_false());
        fp_json_append(list, object);
        seen++;
    }
}

static json_t *majors_json(const struct fp_class_scan *scan)
{
    uint32_t best[MAJOR_MAX];
    json_t *list = json_array();
    for (size_t i = 0; i < MAJOR_MAX; i++)
        best[i] = FP_NO_NAME;
    for (uint32_t i = 0; i < scan->class_count; i++) {
        unsigned major = scan->classes[i].major;
        /* Only who asks for a package's annotations loads its class. */
        if (strcmp(fp_path_base(fp_names_text(&scan->names, i)), "package-info") == 0)
            continue;
        if (major > MAJOR_OF_JAVA_8 && major < MAJOR_MAX &&
            (best[major] == FP_NO_NAME || rank(scan, i) > rank(scan, best[major])))
            best[major] = i;
    }
    for (size_t i = 0; i < MAJOR_MAX; i++)
        if (best[i] != FP_NO_NAME)
            fp_json_append(list, major_json(scan, best[i]));
    add_versioned(scan, list);
    return list;
}

static json_t *dotted(const char *path)
{
    cleanup_free char *name = fp_class_dots(path);
    return fp_json_text(name);
}

static json_t *mains_json(const struct fp_class_scan *scan)
{
    const unsigned all = FP_SCAN_MAIN | FP_SCAN_MAIN_PUBLIC | FP_SCAN_MAIN_STATIC;
    json_t *list = json_array();
    for (int own = 1; own >= 0; own--)
        for (uint32_t i = 0; i < scan->class_count && json_array_size(list) < MAINS_MAX; i++) {
            const char *name = fp_names_text(&scan->names, i);
            if ((scan->classes[i].flags & all) == all && fp_scan_is_own(scan, name) == (own == 1))
                fp_json_append(list, dotted(name));
        }
    return list;
}

/* Look for the main method in the class and above; a super class outside may have it. */
static void look_for_main(const struct fp_class_scan *scan, json_t *entry)
{
    uint32_t number = scan->entry;
    for (unsigned i = 0; i < SUPERS_MAX && number < scan->class_count; i++) {
        const struct fp_scan_class *class = &scan->classes[number];
        if ((class->flags & FP_SCAN_MAIN) != 0) {
            (void) fp_json_set(entry, "main", json_true());
            (void) fp_json_set(entry, "public",
                               json_boolean((class->flags & FP_SCAN_MAIN_PUBLIC) != 0));
            (void) fp_json_set(entry, "static",
                               json_boolean((class->flags & FP_SCAN_MAIN_STATIC) != 0));
            return;
        }
        if ((class->flags & FP_SCAN_OPAQUE) != 0)
            fp_json_set_text(entry, "inherits", fp_names_text(&scan->names, number));
        if ((class->flags & (FP_SCAN_OPAQUE | FP_SCAN_HAS_SUPER)) != FP_SCAN_HAS_SUPER)
            return;
        number = scan->edges.items[class->edges];
    }
    const char *name = fp_names_text(&scan->names, number);
    if (!fp_scan_is_jdk(name, strlen(name)))
        fp_json_set_text(entry, "inherits", name);
}

static json_t *entry_json(const struct fp_class_scan *scan)
{
    if (scan->entry_name == NULL)
        return NULL;
    json_t *entry = json_object();
    bool is_there = scan->entry < scan->class_count;
    (void) fp_json_set(entry, "class", dotted(scan->entry_name));
    (void) fp_json_set(entry, "there", json_boolean(is_there));
    (void) fp_json_set(entry, "main", json_false());
    (void) fp_json_set(entry, "public", json_false());
    (void) fp_json_set(entry, "static", json_false());
    if (!is_there)
        return entry;
    (void) fp_json_set(entry, "classPublic",
                       json_boolean((scan->classes[scan->entry].flags & FP_SCAN_PUBLIC) != 0));
    look_for_main(scan, entry);
    return entry;
}

void fp_class_scan_report(const struct fp_class_scan *scan, json_t *facts)
{
    (void) fp_json_set(facts, "classes", json_integer((json_int_t) scan->class_count));
    (void) fp_json_set(facts, "majors", majors_json(scan));
    (void) fp_json_set(facts, "mains", mains_json(scan));
    (void) fp_json_set(facts, "entry", entry_json(scan));
}
