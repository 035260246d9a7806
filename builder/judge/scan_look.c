/* Looking at a reference: what the jar does not satisfy is found. */
#include "scan_look.h"

#include <string.h>

#include "api_format.h"
#include "api_jdk.h"

#define MEMBER_BYTES ((size_t) 255)
/* The most classes that a member is looked for in, for one reference and for all of a jar, and the
 * most outside that may have it. */
#define ASCENT_MAX 64
#define STEPS_MAX  ((size_t) 5000000)
#define ENDS_MAX   8

static const char FLINK[] = "org/apache/flink/";

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

static void ascend(struct fp_scan_search *search, struct ascent *ascent, uint32_t number,
                   uint32_t hash, const char *member)
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
static void look_for_inherited(struct fp_scan_search *search, uint32_t caller, uint32_t receiver,
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

void fp_scan_look_at_member(struct fp_scan_search *search, uint32_t caller,
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

void fp_scan_look_at_class(struct fp_scan_search *search, uint32_t caller,
                           struct fp_class_text name, uint32_t number)
{
    if (name.len == 0 || number < search->scan->there_count || fp_scan_is_jdk(name.data, name.len))
        return;
    bool is_flink = fp_class_text_begins(name, FLINK);
    struct fp_scan_found *found = is_flink ? &search->flink : &search->absent;
    fp_scan_found_begin(found, name.data, name.len);
    fp_scan_found_add(found, caller);
}
