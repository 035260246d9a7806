/* The second pass over a jar's classes, over those that can have them: references that the jar does
 * not satisfy itself. */
#include "scan_look.h"
#include "scan_sure.h"

#define FLINK_MAX  4000
#define ABSENT_MAX 2000

/* Serialization and Flink's type extraction ask for the members of a class, and then all classes in
 * their descriptors have to be there. */
static void look_at_descriptors(struct fp_scan_search *search, uint32_t caller)
{
    struct fp_class_cursor cursor = {0};
    struct fp_class_member member;
    while (fp_class_next_member(&search->scan->file, &cursor, &member)) {
        struct fp_class_text name = {0};
        if (!fp_scan_is_first(search->scan, search->scan->uses, member.descriptor))
            continue;
        while (fp_class_next_in_descriptor(&member.descriptor, &name))
            fp_scan_look_at_class(search, caller, name,
                                  fp_names_find(&search->scan->names, name.data, name.len));
    }
}

static void look_at(struct fp_scan_search *search, uint32_t caller, bool is_own)
{
    struct fp_class_scan *scan = search->scan;
    struct fp_class_reference reference;
    unsigned index = 0;
    const char *by = fp_names_text(&scan->names, caller);
    bool has_strings = is_own && (scan->classes[caller].flags & FP_SCAN_REACHED) != 0;
    while (fp_class_next_reference(&scan->file, &index, &reference)) {
        switch (reference.kind) {
        case FP_REFERENCE_CLASS:
            if (!reference.may_be_nominal && fp_scan_is_first(scan, scan->uses, reference.text))
                fp_scan_look_at_class(search, caller, reference.text,
                                      fp_scan_class_number(scan, reference.text));
            break;
        case FP_REFERENCE_STRING:
            if (has_strings && fp_scan_is_first(scan, scan->texts, reference.text))
                fp_scan_strings_look(&search->strings, reference.text, by);
            break;
        default:
            fp_scan_look_at_member(search, caller, &reference);
        }
    }
    if (is_own)
        look_at_descriptors(search, caller);
}

/* Whether a class can have what is looked for. */
static bool is_of_interest(const struct fp_class_scan *scan, uint32_t number, bool is_own)
{
    const struct fp_scan_class *class = &scan->classes[number];
    if ((class->flags & FP_SCAN_OPAQUE) != 0)
        return false;
    if (is_own || (class->flags & FP_SCAN_OUTWARD) != 0)
        return true;
    for (uint32_t i = 0; i < class->edge_count; i++) {
        uint32_t target = scan->edges.items[class->edges + i];
        if (target < scan->class_count && (scan->classes[target].flags & FP_SCAN_FOREIGN) != 0)
            return true;
    }
    return false;
}

/* Callers come in the order of what they tell: the job's own that are reached, what else is
 * reached, and the rest. */
static enum fp_code look_at_all(struct fp_scan_search *search, struct fp_error *err)
{
    struct fp_class_scan *scan = search->scan;
    for (int rank = 0; rank < 3; rank++) {
        for (uint32_t i = 0; i < scan->class_count; i++) {
            bool is_own = fp_scan_is_own(scan, fp_names_text(&scan->names, i));
            bool is_reached = (scan->classes[i].flags & FP_SCAN_REACHED) != 0;
            bool is_class = false;
            if (rank != (is_reached ? (is_own ? 0 : 1) : 2) || !is_of_interest(scan, i, is_own))
                continue;
            FP_TRY(fp_class_scan_open(scan, i, &is_class, err));
            if (is_class)
                look_at(search, i, is_own);
        }
    }
    return FP_OK;
}

static void search_clear(struct fp_scan_search *search)
{
    fp_scan_found_clear(&search->flink);
    fp_scan_found_clear(&search->absent);
    fp_scan_strings_clear(&search->strings);
}

enum fp_code fp_class_scan_references(struct fp_class_scan *scan, json_t *facts,
                                      struct fp_error *err)
{
    __attribute__((cleanup(search_clear))) struct fp_scan_search search = {
        .scan = scan,
        .flink = FP_SCAN_FOUND_INIT(FLINK_MAX),
        .absent = FP_SCAN_FOUND_INIT(ABSENT_MAX)};
    fp_scan_strings_begin(&search.strings);
    FP_TRY(fp_scan_sure(&search, err));
    FP_TRY(look_at_all(&search, err));
    (void) fp_json_set(facts, "flink", fp_scan_found_json(&search.flink, scan));
    (void) fp_json_set(facts, "absent", fp_scan_found_json(&search.absent, scan));
    fp_scan_strings_report(&search.strings, facts);
    return FP_OK;
}
