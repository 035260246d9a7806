/* The second pass over a jar's classes, over those that can have them: references that the jar does
 * not satisfy itself. */
#include <string.h>

#include "api_format.h"
#include "api_jdk.h"
#include "scan_found.h"
#include "scan_strings.h"

#define FLINK_MAX    4000
#define ABSENT_MAX   2000
#define MEMBER_BYTES ((size_t) 255)
/* The most classes that a member is looked for in, for one reference and for all of a jar, and the
 * most outside that may have it. */
#define ASCENT_MAX 64
#define STEPS_MAX  ((size_t) 5000000)
#define ENDS_MAX   8

static const char FLINK[] = "org/apache/flink/";

/* What is found. */
struct search {
    struct fp_class_scan *scan;
    struct fp_scan_found flink;
    struct fp_scan_found absent;
    struct fp_scan_strings strings;
    size_t steps;
};

/* The way up from a class to those outside the jar that may have a member. */
struct ascent {
    uint32_t seen[ASCENT_MAX];
    unsigned count;
    uint32_t ends[ENDS_MAX]; /* names of Flink's classes */
    unsigned end_count;
    bool is_over; /* the member is found, or can be where nothing is known */
};

static void see(struct ascent *ascent, uint32_t name)
{
    for (unsigned i = 0; i < ascent->count; i++)
        if (ascent->seen[i] == name)
            return;
    if (ascent->count == ASCENT_MAX)
        ascent->is_over = true;
    else
        ascent->seen[ascent->count++] = name;
}

static bool declares(const struct fp_class_scan *scan, const struct fp_scan_class *class,
                     uint32_t hash)
{
    return class->member_count > 0 &&
           bsearch(&hash, &scan->members.items[class->members], class->member_count, sizeof(hash),
                   fp_scan_compare_words) != NULL;
}

static void look_outside(const struct fp_class_scan *scan, struct ascent *ascent, uint32_t name,
                         const char *member)
{
    const char *text = fp_names_text(&scan->names, name);
    bool knows = false;
    if (strncmp(text, FLINK, strlen(FLINK)) != 0) {
        bool has = fp_api_jdk_has(fp_api_hash_class(text, strlen(text)), member, &knows);
        ascent->is_over = ascent->is_over || has || !knows;
    } else if (ascent->end_count == ENDS_MAX) {
        ascent->is_over = true;
    } else {
        ascent->ends[ascent->end_count++] = name;
    }
}

static void ascend(struct search *search, struct ascent *ascent, uint32_t number, uint32_t hash,
                   const char *member)
{
    const struct fp_class_scan *scan = search->scan;
    see(ascent, number);
    for (unsigned i = 0; i < ascent->count && !ascent->is_over; i++) {
        uint32_t name = ascent->seen[i];
        if (++search->steps > STEPS_MAX)
            ascent->is_over = true;
        if (name >= scan->there_count) {
            look_outside(scan, ascent, name, member);
            continue;
        }
        const struct fp_scan_class *class = name < scan->class_count ? &scan->classes[name] : NULL;
        if (class == NULL || (class->flags & FP_SCAN_OPAQUE) != 0 || declares(scan, class, hash)) {
            ascent->is_over = true;
            return;
        }
        for (uint32_t j = 0; j < class->parent_count && !ascent->is_over; j++)
            see(ascent, scan->edges.items[class->edges + j]);
    }
}

/* A member that a class of the jar inherits from outside: it is one of a class of Flink, unless
 * something else that it inherits from may have it. */
static void look_for_inherited(struct search *search, uint32_t caller, uint32_t receiver,
                               const struct fp_class_reference *reference)
{
    struct fp_class_scan *scan = search->scan;
    struct ascent ascent = {0};
    char member[MEMBER_BYTES + 1];
    bool knows = false;
    if (reference->member.len > MEMBER_BYTES || fp_class_text_begins(reference->member, "<"))
        return;
    memcpy(member, reference->member.data, reference->member.len);
    member[reference->member.len] = '\0';
    static const char OBJECT[] = "java/lang/Object";
    if (fp_api_jdk_has(fp_api_hash_class(OBJECT, strlen(OBJECT)), member, &knows))
        return;
    uint32_t hash = fp_scan_member_hash(scan, reference->member, reference->descriptor);
    ascend(search, &ascent, receiver, hash, member);
    if (ascent.is_over || ascent.end_count == 0)
        return;
    const char *first = fp_names_text(&scan->names, ascent.ends[0]);
    fp_scan_found_begin(&search->flink, first, strlen(first));
    for (unsigned i = 1; i < ascent.end_count; i++)
        fp_scan_found_or(&search->flink, fp_names_text(&scan->names, ascent.ends[i]));
    fp_scan_found_member(&search->flink, reference->member, reference->descriptor);
    fp_scan_found_add(&search->flink, caller);
}

static void look_at_member(struct search *search, uint32_t caller,
                           const struct fp_class_reference *reference)
{
    struct fp_class_scan *scan = search->scan;
    struct fp_class_text owner = reference->text;
    if (reference->is_array || fp_class_text_begins(owner, "java/") || reference->member.len == 0)
        return;
    uint32_t receiver = fp_scan_class_number(scan, owner);
    if (receiver < scan->class_count) {
        if ((scan->classes[receiver].flags & FP_SCAN_FOREIGN) != 0)
            look_for_inherited(search, caller, receiver, reference);
    } else if (receiver >= scan->there_count && fp_class_text_begins(owner, FLINK)) {
        fp_scan_found_begin(&search->flink, owner.data, owner.len);
        fp_scan_found_member(&search->flink, reference->member, reference->descriptor);
        fp_scan_found_add(&search->flink, caller);
    }
}

/* A class by the number that its name has in the jar. */
static void look_at_class(struct search *search, uint32_t caller, struct fp_class_text name,
                          uint32_t number)
{
    if (name.len == 0 || number < search->scan->there_count || fp_scan_is_jdk(name.data, name.len))
        return;
    bool is_flink = fp_class_text_begins(name, FLINK);
    struct fp_scan_found *found = is_flink ? &search->flink : &search->absent;
    fp_scan_found_begin(found, name.data, name.len);
    fp_scan_found_add(found, caller);
}

/* Serialization and Flink's type extraction ask for the members of a class, and then all classes in
 * their descriptors have to be there. */
static void look_at_descriptors(struct search *search, uint32_t caller)
{
    struct fp_class_cursor cursor = {0};
    struct fp_class_member member;
    while (fp_class_next_member(&search->scan->file, &cursor, &member)) {
        struct fp_class_text name = {0};
        if (!fp_scan_is_first(search->scan, search->scan->uses, member.descriptor))
            continue;
        while (fp_class_next_in_descriptor(&member.descriptor, &name))
            look_at_class(search, caller, name,
                          fp_names_find(&search->scan->names, name.data, name.len));
    }
}

static void look_at(struct search *search, uint32_t caller, bool is_own)
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
                look_at_class(search, caller, reference.text,
                              fp_scan_class_number(scan, reference.text));
            break;
        case FP_REFERENCE_STRING:
            if (has_strings && fp_scan_is_first(scan, scan->texts, reference.text))
                fp_scan_strings_look(&search->strings, reference.text, by);
            break;
        default:
            look_at_member(search, caller, &reference);
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
static enum fp_code look_at_all(struct search *search, struct fp_error *err)
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

static void search_clear(struct search *search)
{
    fp_scan_found_clear(&search->flink);
    fp_scan_found_clear(&search->absent);
    fp_scan_strings_clear(&search->strings);
}

enum fp_code fp_class_scan_references(struct fp_class_scan *scan, json_t *facts,
                                      struct fp_error *err)
{
    __attribute__((cleanup(search_clear))) struct search search = {
        .scan = scan,
        .flink = FP_SCAN_FOUND_INIT(FLINK_MAX),
        .absent = FP_SCAN_FOUND_INIT(ABSENT_MAX)};
    fp_scan_strings_begin(&search.strings);
    FP_TRY(look_at_all(&search, err));
    (void) fp_json_set(facts, "flink", fp_scan_found_json(&search.flink, scan));
    (void) fp_json_set(facts, "absent", fp_scan_found_json(&search.absent, scan));
    fp_scan_strings_report(&search.strings, facts);
    return FP_OK;
}
