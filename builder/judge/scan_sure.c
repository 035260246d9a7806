/* What a job needs for certain when it starts: classes that are loaded with its entry class, and
 * what the main method executes whatever happens, in whatever it calls. */
#include "scan_sure.h"

#include <string.h>

#include "class_code.h"

/* The most methods that are scanned, and classes that they load. */
#define TASKS_MAX  1000
#define LOADED_MAX 4000
#define SUPERS_MAX 64

/* A method that is called for certain. */
struct sure_task {
    uint32_t class_number;
    uint32_t method;
    bool has_to_be_final; /* else another method may be called in its place */
    bool is_guarded;      /* a caller catches its exceptions */
};

struct sure_walk {
    struct fp_scan_search *search;
    struct sure_task tasks[TASKS_MAX];
    size_t task_count;
    uint32_t loaded[LOADED_MAX];
    size_t loaded_count;
    uint32_t caller; /* the class at hand */
};

/* The super class of a class of the jar; FP_NO_NAME: java/lang/Object, or nothing is known. */
static uint32_t super_of(const struct fp_class_scan *scan, uint32_t number)
{
    if (number >= scan->class_count || (scan->classes[number].flags & FP_SCAN_HAS_SUPER) == 0)
        return FP_NO_NAME;
    return scan->edges.items[scan->classes[number].edges];
}

/* Note that a class is loaded, with all that it inherits from. */
static void load(struct sure_walk *walk, uint32_t number)
{
    struct fp_class_scan *scan = walk->search->scan;
    if (number >= scan->class_count || (scan->classes[number].flags & FP_SCAN_LOADED) != 0 ||
        walk->loaded_count == LOADED_MAX)
        return;
    scan->classes[number].flags |= FP_SCAN_LOADED;
    walk->loaded[walk->loaded_count++] = number;
}

static void load_parents(struct sure_walk *walk)
{
    struct fp_class_scan *scan = walk->search->scan;
    for (size_t done = 0; done < walk->loaded_count; done++) {
        uint32_t number = walk->loaded[done];
        const struct fp_scan_class *class = &scan->classes[number];
        for (uint32_t i = 0; i < class->parent_count; i++) {
            uint32_t parent = scan->edges.items[class->edges + i];
            const char *name = fp_names_text(&scan->names, parent);
            struct fp_class_text text = {.data = name, .len = strlen(name)};
            fp_scan_look_at_class(walk->search, number, text, parent);
            load(walk, parent);
        }
    }
}

static void call(struct sure_walk *walk, struct sure_task task)
{
    uint32_t number = task.class_number;
    uint32_t method = task.method;
    struct fp_class_scan *scan = walk->search->scan;
    for (unsigned i = 0; i < SUPERS_MAX && number < scan->class_count; i++) {
        const struct fp_scan_class *class = &scan->classes[number];
        if (class->member_count > 0 &&
            bsearch(&method, &scan->members.items[class->members], class->member_count,
                    sizeof(method), fp_scan_compare_words) != NULL)
            break;
        number = super_of(scan, number);
    }
    for (size_t i = 0; i < walk->task_count; i++)
        if (walk->tasks[i].class_number == number && walk->tasks[i].method == method &&
            walk->tasks[i].is_guarded <= task.is_guarded)
            return;
    task.class_number = number;
    if (number < scan->class_count && walk->task_count < TASKS_MAX)
        walk->tasks[walk->task_count++] = task;
}

/* Static initialisers of a class and its super classes run once. */
static void initialise(struct sure_walk *walk, uint32_t number)
{
    struct fp_class_scan *scan = walk->search->scan;
    uint32_t initialiser = fp_scan_hash_of("<clinit>", "()V");
    for (unsigned i = 0; i < SUPERS_MAX && number < scan->class_count; i++) {
        struct fp_scan_class *class = &scan->classes[number];
        if ((class->flags & FP_SCAN_INITIALISED) != 0)
            return;
        class->flags |= FP_SCAN_INITIALISED;
        if (class->member_count > 0 &&
            bsearch(&initialiser, &scan->members.items[class->members], class->member_count,
                    sizeof(initialiser), fp_scan_compare_words) != NULL)
            call(walk, (struct sure_task){.class_number = number, .method = initialiser});
        number = super_of(scan, number);
    }
}

static void need_class(struct sure_walk *walk, struct fp_class_text name, uint32_t number)
{
    fp_scan_look_at_class(walk->search, walk->caller, name, number);
    load(walk, number);
}

static void need_classes_of(struct sure_walk *walk, struct fp_class_text descriptor)
{
    struct fp_class_text name = {0};
    const struct fp_names *names = &walk->search->scan->names;
    if (!fp_scan_is_first(walk->search->scan, walk->search->scan->uses, descriptor))
        return;
    while (fp_class_next_in_descriptor(&descriptor, &name))
        need_class(walk, name, fp_names_find(names, name.data, name.len));
}

/* Whether a method's name is a word, or begins with it: "run", "runJob", not "runtime". */
static bool has_word(struct fp_class_text name, const char *word)
{
    size_t len = strlen(word);
    return fp_class_text_begins(name, word) &&
           (name.len == len || name.data[len] < 'a' || name.data[len] > 'z');
}

/* Whether a call asks for a class by its name: what follows may be for the case that it is there.
 */
static bool asks(const struct fp_class_reference *reference)
{
    bool is_class = fp_class_text_is(reference->text, "java/lang/Class");
    return (is_class && fp_class_text_is(reference->member, "forName")) ||
           fp_class_text_is(reference->member, "loadClass");
}

/* Whether a call may take as long as the job runs: nobody knows what follows it. */
static bool may_stay(const struct fp_class_reference *reference)
{
    static const char *const WORDS[] = {"execute", "run",   "start", "submit", "launch", "process",
                                        "await",   "serve", "exit",  "halt",   "main",   "join"};
    if (fp_class_text_begins(reference->text, "org/apache/flink/"))
        return fp_class_text_is(reference->member, "execute") ||
               has_word(reference->member, "await");
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (has_word(reference->member, WORDS[i]))
            return true;
    return false;
}

static bool visit(void *context, enum fp_code_use use, const struct fp_class_reference *reference,
                  bool is_guarded)
{
    struct sure_walk *walk = context;
    struct fp_class_scan *scan = walk->search->scan;
    if (use == FP_CODE_DYNAMIC) {
        need_classes_of(walk, reference->descriptor);
        return true;
    }
    if (reference->text.len == 0)
        return true;
    uint32_t number = fp_scan_class_number(scan, reference->text);
    need_class(walk, reference->text, number);
    if (reference->member.len > 0)
        fp_scan_look_at_member(walk->search, walk->caller, reference);
    if (number < scan->class_count && !reference->is_array) {
        if (use != FP_CODE_LOAD && use != FP_CODE_VIRTUAL)
            initialise(walk, number);
        if (use == FP_CODE_CALL || use == FP_CODE_VIRTUAL)
            call(walk,
                 (struct sure_task){
                     .class_number = number,
                     .method = fp_scan_member_hash(scan, reference->member, reference->descriptor),
                     .has_to_be_final = use == FP_CODE_VIRTUAL &&
                                        (scan->classes[number].flags & FP_SCAN_FINAL) == 0,
                     .is_guarded = is_guarded});
    }
    return reference->kind != FP_REFERENCE_METHOD || (!may_stay(reference) && !asks(reference));
}

/* Run a task, and with the entry class look at what its public methods name: Flink asks for the
 * main method by its name, and Java then loads all of these. */
static void run(struct sure_walk *walk, const struct sure_task *task, bool is_entry)
{
    struct fp_class_scan *scan = walk->search->scan;
    struct fp_class_cursor cursor = {0};
    struct fp_class_member member;
    walk->caller = task->class_number;
    while (fp_class_next_member(&scan->file, &cursor, &member)) {
        if (member.is_field)
            continue;
        if (is_entry && (member.access & FP_CLASS_PUBLIC) != 0)
            need_classes_of(walk, member.descriptor);
        bool is_it = fp_scan_member_hash(scan, member.name, member.descriptor) == task->method;
        bool is_final = (member.access & (FP_CLASS_FINAL | FP_CLASS_PRIVATE)) != 0;
        if (is_it && (is_final || !task->has_to_be_final))
            fp_class_code_sure(&scan->file, &member, task->is_guarded, visit, walk);
    }
}

enum fp_code fp_scan_sure(struct fp_scan_search *search, struct fp_error *err)
{
    struct fp_class_scan *scan = search->scan;
    cleanup_free struct sure_walk *walk = fp_xcalloc(1, sizeof(*walk));
    walk->search = search;
    if (scan->entry >= scan->class_count)
        return FP_OK;
    load(walk, scan->entry);
    walk->tasks[walk->task_count++] = (struct sure_task){.class_number = scan->entry};
    initialise(walk, scan->entry);
    call(walk, (struct sure_task){.class_number = scan->entry,
                                  .method = fp_scan_hash_of("main", "([Ljava/lang/String;)V")});
    for (size_t i = 0; i < walk->task_count; i++) {
        bool is_class = false;
        FP_TRY(fp_class_scan_open(scan, walk->tasks[i].class_number, &is_class, err));
        if (is_class)
            run(walk, &walk->tasks[i], i == 0);
    }
    load_parents(walk);
    search->flink.sure_count = search->flink.keys.count;
    search->absent.sure_count = search->absent.keys.count;
    return FP_OK;
}
