/* What a job reaches: a walk from its entry class and its service lists over all that classes refer
 * to, and which classes inherit from outside the jar. */
#include <string.h>

#include "class_scan.h"

/* A class with more parents counts as one that inherits from outside. */
#define PARENTS_MAX 64

/* Classes that were found and are still to be walked from. */
struct walk {
    struct fp_class_scan *scan;
    uint32_t *queue; /* each class at most once */
    uint32_t len;
};

static void reach(struct walk *walk, uint32_t number, uint32_t by)
{
    if (number >= walk->scan->class_count)
        return;
    struct fp_scan_class *class = &walk->scan->classes[number];
    if ((class->flags & FP_SCAN_REACHED) != 0)
        return;
    class->flags |= FP_SCAN_REACHED;
    class->by = by;
    walk->queue[walk->len++] = number;
}

/* Who can ask for a service reaches all its implementations. */
static void reach_implementations(struct walk *walk, uint32_t service)
{
    for (size_t i = 0; i < walk->scan->services.len; i++)
        if (walk->scan->pairs[i].service == service)
            reach(walk, walk->scan->pairs[i].implementation, service);
}

static enum fp_code walk_from_all(struct walk *walk, struct fp_error *err)
{
    const struct fp_class_scan *scan = walk->scan;
    for (uint32_t done = 0; done < walk->len; done++) {
        const struct fp_scan_class *class = &scan->classes[walk->queue[done]];
        FP_TRY(fp_cancel_check(err));
        for (uint32_t i = 0; i < class->edge_count; i++)
            reach(walk, scan->edges.items[class->edges + i], walk->queue[done]);
        if ((class->flags & FP_SCAN_SERVICE) != 0)
            reach_implementations(walk, walk->queue[done]);
    }
    return FP_OK;
}

/* Whether a class inherits from outside, as far as its parents tell. False: they do not yet, and
 * the one that has to be looked at first is `*ret_next`. */
static bool is_told(struct fp_class_scan *scan, uint32_t number, uint32_t *ret_next)
{
    struct fp_scan_class *class = &scan->classes[number];
    bool is_foreign = (class->flags & FP_SCAN_OPAQUE) != 0 || class->parent_count > PARENTS_MAX;
    for (uint32_t i = 0; i < class->parent_count && !is_foreign; i++) {
        uint32_t parent = scan->edges.items[class->edges + i];
        if (parent >= scan->class_count) {
            const char *name = fp_names_text(&scan->names, parent);
            is_foreign = is_foreign || !fp_scan_is_jdk(name, strlen(name));
            continue;
        }
        unsigned flags = scan->classes[parent].flags;
        *ret_next = parent;
        if ((flags & (FP_SCAN_VISITED | FP_SCAN_VISITING)) == 0)
            return false;
        is_foreign = is_foreign || (flags & FP_SCAN_FOREIGN) != 0;
    }
    class->flags |= (uint16_t) (FP_SCAN_VISITED | (is_foreign ? FP_SCAN_FOREIGN : 0));
    return true;
}

/* Each class is on the stack at most once: a circle of parents, which no JVM loads, ends at one
 * that is on it. Looking at a class begins anew at its first parent, for each of them. */
static void find_foreign(struct fp_class_scan *scan, uint32_t *stack)
{
    for (uint32_t i = 0; i < scan->class_count; i++) {
        uint32_t depth = 0;
        stack[depth++] = i;
        while (depth > 0 && (scan->classes[i].flags & FP_SCAN_VISITED) == 0) {
            uint32_t top = stack[depth - 1];
            uint32_t next = FP_NO_NAME;
            scan->classes[top].flags |= FP_SCAN_VISITING;
            if (is_told(scan, top, &next))
                depth--;
            else
                stack[depth++] = next;
        }
    }
}

enum fp_code fp_class_scan_reach(struct fp_class_scan *scan, struct fp_error *err)
{
    cleanup_free uint32_t *queue = fp_xcalloc((size_t) scan->class_count + 1, sizeof(*queue));
    struct walk walk = {.scan = scan, .queue = queue};
    find_foreign(scan, queue);
    reach(&walk, scan->entry, FP_NO_NAME);
    FP_TRY(walk_from_all(&walk, err));
    walk.len = 0;
    for (size_t i = 0; i < scan->services.len; i++)
        if (scan->pairs[i].service == FP_NO_NAME)
            reach(&walk, scan->pairs[i].implementation, FP_NO_NAME);
    return walk_from_all(&walk, err);
}
