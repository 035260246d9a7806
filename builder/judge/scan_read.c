/* The first pass over a jar's classes: what each inherits, refers to and declares. */
#include <string.h>

#include "class_scan.h"

/* The most references between classes, and members, that are kept: those of ten times the largest
 * of honest jars. */
#define EDGES_MAX   ((size_t) 2500000)
#define MEMBERS_MAX ((size_t) 2500000)
/* The longest name of a class that is looked for in strings. */
#define STRING_MAX ((size_t) 255)

/* Note that one class refers to another. */
static void add_edge(struct fp_class_scan *scan, uint32_t from, uint32_t to)
{
    struct fp_scan_class *class = &scan->classes[from];
    if (class->edge_count == UINT16_MAX || !fp_scan_add_word(&scan->edges, to, EDGES_MAX))
        return;
    class->edge_count++;
    if (to < scan->class_count && to != from && scan->classes[to].by == FP_NO_NAME)
        scan->classes[to].by = from;
}

static void read_parent(struct fp_class_scan *scan, uint32_t number, struct fp_class_text name)
{
    if (name.len == 0 || fp_class_text_is(name, "java/lang/Object"))
        return;
    uint32_t parent = fp_names_add(&scan->names, name.data, name.len);
    if (parent == FP_NO_NAME) {
        scan->classes[number].flags |= FP_SCAN_OPAQUE;
        return;
    }
    if (parent >= scan->there_count && !fp_scan_is_jdk(name.data, name.len))
        scan->classes[number].flags |= FP_SCAN_OUTWARD;
    (void) fp_scan_is_first(scan, scan->uses, name);
    add_edge(scan, number, parent);
    scan->classes[number].parent_count = scan->classes[number].edge_count;
}

static void read_class_reference(struct fp_class_scan *scan, uint32_t number,
                                 const struct fp_class_reference *reference)
{
    struct fp_class_text name = reference->text;
    if (reference->may_be_nominal || name.len == 0 || fp_class_text_begins(name, "java/") ||
        !fp_scan_is_first(scan, scan->uses, name))
        return;
    uint32_t target = fp_scan_class_number(scan, name);
    if (target < scan->there_count)
        add_edge(scan, number, target);
    else if (!fp_scan_is_jdk(name.data, name.len))
        scan->classes[number].flags |= FP_SCAN_OUTWARD;
}

/* A string may name a class that is loaded by its name: "com.acme.Driver". */
static void read_string(struct fp_class_scan *scan, uint32_t number, struct fp_class_text text)
{
    char name[STRING_MAX];
    bool has_package = false;
    if (text.len == 0 || text.len > sizeof(name) || !fp_scan_is_first(scan, scan->texts, text))
        return;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char) text.data[i];
        if (byte <= ' ' || strchr("\"'(),:;<=>?@[]{}", byte) != NULL)
            return;
        has_package = has_package || byte == '.' || byte == '/';
        name[i] = (char) (byte == '.' ? '/' : byte);
    }
    uint32_t target = has_package ? fp_names_find(&scan->names, name, text.len) : FP_NO_NAME;
    if (target < scan->class_count)
        add_edge(scan, number, target);
}

/* Flink does not look at what a main method returns. */
static bool is_main(const struct fp_class_member *member)
{
    return !member->is_field && fp_class_text_is(member->name, "main") &&
           fp_class_text_begins(member->descriptor, "([Ljava/lang/String;)");
}

static void read_members(struct fp_class_scan *scan, struct fp_scan_class *class)
{
    struct fp_class_cursor cursor = {0};
    struct fp_class_member member;
    class->members = (uint32_t) scan->members.len;
    while (fp_class_next_member(&scan->file, &cursor, &member)) {
        uint32_t hash = fp_scan_member_hash(scan, member.name, member.descriptor);
        if (class->member_count == UINT16_MAX ||
            !fp_scan_add_word(&scan->members, hash, MEMBERS_MAX)) {
            class->flags |= FP_SCAN_OPAQUE;
            return;
        }
        class->member_count++;
        if (is_main(&member))
            class->flags |=
                (uint16_t) (FP_SCAN_MAIN |
                            ((member.access & FP_CLASS_PUBLIC) != 0 ? FP_SCAN_MAIN_PUBLIC : 0) |
                            ((member.access & FP_CLASS_STATIC) != 0 ? FP_SCAN_MAIN_STATIC : 0));
    }
    if (class->member_count > 1)
        qsort(&scan->members.items[class->members], class->member_count, sizeof(uint32_t),
              fp_scan_compare_words);
}

static void read_class(struct fp_class_scan *scan, uint32_t number)
{
    struct fp_scan_class *class = &scan->classes[number];
    const struct fp_class_file *file = &scan->file;
    struct fp_class_reference reference;
    unsigned index = 0;
    class->major = (uint16_t) file->major;
    class->flags |= (file->access & FP_CLASS_PUBLIC) != 0 ? FP_SCAN_PUBLIC : 0;
    class->flags |= (file->access & FP_CLASS_FINAL) != 0 ? FP_SCAN_FINAL : 0;
    class->edges = (uint32_t) scan->edges.len;
    read_parent(scan, number, file->super);
    class->flags |= class->parent_count > 0 ? FP_SCAN_HAS_SUPER : 0;
    for (unsigned i = 0; i < file->interface_count; i++)
        read_parent(scan, number, fp_class_interface(file, i));
    while (fp_class_next_reference(file, &index, &reference)) {
        if (reference.kind == FP_REFERENCE_CLASS)
            read_class_reference(scan, number, &reference);
        else if (reference.kind == FP_REFERENCE_STRING)
            read_string(scan, number, reference.text);
    }
    read_members(scan, class);
}

enum fp_code fp_class_scan_read(struct fp_class_scan *scan, struct fp_error *err)
{
    for (uint32_t i = 0; i < scan->class_count; i++) {
        bool is_class = false;
        FP_TRY(fp_class_scan_open(scan, i, &is_class, err));
        if (is_class)
            read_class(scan, i);
        else
            scan->classes[i].flags |= FP_SCAN_OPAQUE;
    }
    return FP_OK;
}
