/* Classes that two jars of one class path have with different contents, by the checksums that the
 * zips' directories hold, and the libraries whose versions explain it. */
#include <stdlib.h>
#include <string.h>

#include "api_format.h"
#include "flinkpack/flink/job.h"
#include "flinkpack/layer/zip.h"
#include "jars.h"
#include "judge.h"

/* Bounds of the comparison: beyond them nothing is said. */
#define JARS_MAX    64
#define CLASSES_MAX ((size_t) 1000000)
#define PAIRS_MAX   FP_FINDINGS_OF_NAME
/* The most artifacts of a pair of jars that are compared. */
#define LIBRARIES_MAX 500

/* A class of a jar. */
struct jar_class {
    uint64_t name; /* its hash */
    uint32_t crc32;
    uint32_t jar;
};

/* The jars on the class path, and all their classes. */
struct class_path {
    const struct fp_judged_jar *jars[JARS_MAX];
    size_t jar_count;
    struct jar_class *classes;
    size_t len;
    size_t cap;
    uint32_t jar; /* that is being read */
};

/* A library of which two jars have different versions. */
struct twin {
    const char *group;
    const char *artifact;
    const char *versions[2];
    char *prefix; /* of the names of its classes, by its group: "com/google/" */
    bool is_meant;
};

/* Two jars, and what they have in different forms. */
struct pair {
    const struct class_path *path;
    uint32_t jars[2];
    struct jar_class *differing; /* those of the first jar, ordered by name */
    size_t count;
    char *first; /* the name of a class */
    struct twin *twins;
    size_t twin_count;
};

static int compare_classes(const void *left, const void *right)
{
    const struct jar_class *a = left;
    const struct jar_class *b = right;
    if (a->name != b->name)
        return a->name < b->name ? -1 : 1;
    return (a->jar > b->jar) - (a->jar < b->jar);
}

static enum fp_code visit(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                          struct fp_error *err)
{
    struct class_path *path = context;
    (void) zip;
    (void) err;
    if (!fp_jar_entry_is_class(entry->name) || path->len >= CLASSES_MAX)
        return FP_OK;
    if (path->len == path->cap) {
        path->cap = path->cap > 0 ? 2 * path->cap : 4096;
        path->classes = fp_xreallocarray(path->classes, path->cap, sizeof(*path->classes));
    }
    path->classes[path->len++] =
        (struct jar_class){.name = fp_api_hash_class(entry->name, strlen(entry->name)),
                           .crc32 = entry->crc32,
                           .jar = path->jar};
    return FP_OK;
}

/* Read the directories of the jars whose classes may meet. */
static enum fp_code read_classes(const struct fp_judge_input *input, struct class_path *path,
                                 struct fp_error *err)
{
    for (size_t i = 0; i < input->jar_count && path->jar_count < JARS_MAX; i++)
        if (input->jars[i].role != FP_JAR_PLUGIN)
            path->jars[path->jar_count++] = &input->jars[i];
    for (; path->jar_count > 1 && path->jar < path->jar_count; path->jar++) {
        cleanup_zip struct fp_zip *zip = NULL;
        FP_TRY(fp_zip_open(path->jars[path->jar]->path, &zip, err));
        FP_TRY(fp_zip_each(zip, visit, path, err));
    }
    if (path->len > 1)
        qsort(path->classes, path->len, sizeof(*path->classes), compare_classes);
    return FP_OK;
}

/* Mark the pairs of jars that differ in a class. */
static void find_pairs(const struct class_path *path, bool differ[JARS_MAX][JARS_MAX])
{
    const struct jar_class *classes = path->classes;
    for (size_t i = 0; i < path->len; i++)
        for (size_t k = i + 1; k < path->len && classes[k].name == classes[i].name; k++)
            differ[classes[i].jar][classes[k].jar] =
                differ[classes[i].jar][classes[k].jar] || classes[k].crc32 != classes[i].crc32;
}

/* Collect the classes that both jars of a pair have, in different forms. */
static void collect(const struct class_path *path, struct pair *pair)
{
    const struct jar_class *classes = path->classes;
    size_t cap = 0;
    for (size_t i = 0; i < path->len; i++) {
        if (classes[i].jar != pair->jars[0])
            continue;
        for (size_t k = i + 1; k < path->len && classes[k].name == classes[i].name; k++) {
            if (classes[k].jar != pair->jars[1] || classes[k].crc32 == classes[i].crc32)
                continue;
            if (pair->count == cap) {
                cap = cap > 0 ? 2 * cap : 64;
                pair->differing = fp_xreallocarray(pair->differing, cap, sizeof(*pair->differing));
            }
            pair->differing[pair->count++] = classes[i];
            break;
        }
    }
}

static void add_twin(struct pair *pair, const json_t *pom, const char *other)
{
    const char *group = fp_json_string(pom, "group");
    const char *dot = strchr(group, '.');
    const char *second = dot != NULL ? strchr(dot + 1, '.') : NULL;
    cleanup_free char *prefix =
        fp_xstrndup(group, second != NULL ? (size_t) (second - group) : strlen(group));
    pair->twins = fp_xreallocarray(pair->twins, pair->twin_count + 1, sizeof(*pair->twins));
    struct twin twin = {.group = group,
                        .artifact = fp_json_string(pom, "artifact"),
                        .versions = {fp_json_string(pom, "version"), other}};
    cleanup_free char *path = fp_class_slashes(prefix);
    twin.prefix = fp_xasprintf("%s/", path);
    pair->twins[pair->twin_count++] = twin;
}

/* Find the libraries of which the jars have different versions. */
static void find_twins(struct pair *pair)
{
    const struct fp_judged_jar *other = pair->path->jars[pair->jars[1]];
    const json_t *poms = json_object_get(pair->path->jars[pair->jars[0]]->facts, "poms");
    for (size_t i = 0; i < json_array_size(poms) && pair->twin_count < LIBRARIES_MAX; i++) {
        const json_t *pom = json_array_get(poms, i);
        const char *group = fp_json_string(pom, "group");
        const char *artifact = fp_json_string(pom, "artifact");
        const char *version = fp_json_string(pom, "version");
        const char *its =
            group != NULL && artifact != NULL ? fp_jar_pom_version(other, group, artifact) : NULL;
        if (its != NULL && version != NULL && strcmp(its, version) != 0)
            add_twin(pair, pom, its);
    }
}

/* Note the name of a differing class, and the libraries that it may be of. */
static enum fp_code visit_differing(void *context, struct fp_zip *zip,
                                    const struct fp_zip_entry *entry, struct fp_error *err)
{
    struct pair *pair = context;
    struct jar_class key = {.name = fp_api_hash_class(entry->name, strlen(entry->name)),
                            .jar = pair->jars[0]};
    (void) zip;
    (void) err;
    if (!fp_jar_entry_is_class(entry->name) ||
        bsearch(&key, pair->differing, pair->count, sizeof(key), compare_classes) == NULL)
        return FP_OK;
    if (pair->first == NULL) {
        cleanup_free char *path = fp_xstrndup(entry->name, strlen(entry->name) - strlen(".class"));
        pair->first = fp_class_dots(path);
    }
    for (size_t i = 0; i < pair->twin_count; i++)
        pair->twins[i].is_meant =
            pair->twins[i].is_meant ||
            strncmp(entry->name, pair->twins[i].prefix, strlen(pair->twins[i].prefix)) == 0;
    return FP_OK;
}

/* Whether two versions promise different interfaces: 1.x and 2.x, 0.8 and 0.9. */
static bool is_far(const char *const versions[2])
{
    size_t len = strcspn(versions[0], ".-");
    if (strncmp(versions[0], "0.", 2) == 0)
        len = 2 + strcspn(versions[0] + 2, ".-");
    return strncmp(versions[0], versions[1], len) != 0 || strchr(".-", versions[1][len]) == NULL;
}

/* Whether one class loader has both jars: then one of them hides what the other expects. With two,
 * each side sees its own. */
static bool is_one_loader(const struct fp_judge_input *input, const struct fp_judged_jar *one,
                          const struct fp_judged_jar *other)
{
    return one->role == other->role || !input->traits->has_usrlib;
}

static char *words_of_twins(const struct pair *pair)
{
    cleanup_strv struct fp_strv words = {0};
    for (size_t i = 0; i < pair->twin_count; i++)
        if (pair->twins[i].is_meant)
            fp_strv_addf(&words, "%s:%s %s and %s", pair->twins[i].group, pair->twins[i].artifact,
                         pair->twins[i].versions[0], pair->twins[i].versions[1]);
    return words.len > 0 ? fp_strv_join_first(&words, 3) : NULL;
}

static void tell(const struct fp_judge_input *input, const struct pair *pair,
                 struct fp_findings *ret)
{
    const struct fp_judged_jar *one = pair->path->jars[pair->jars[0]];
    const struct fp_judged_jar *other = pair->path->jars[pair->jars[1]];
    cleanup_free char *libraries = words_of_twins(pair);
    bool is_one = is_one_loader(input, one, other);
    bool is_bad = false;
    for (size_t i = 0; i < pair->twin_count; i++)
        is_bad = is_bad || (pair->twins[i].is_meant && is_one && is_far(pair->twins[i].versions));
    cleanup_free char *others =
        pair->count > 1 ? fp_xasprintf(" and %zu more", pair->count - 1) : fp_xstrdup("");
    char *what = libraries != NULL
                     ? fp_xasprintf("it has other versions of libraries than %s (%s), with other "
                                    "contents of %s%s",
                                    other->path, libraries, pair->first, others)
                     : fp_xasprintf("it has %s%s with other contents than %s", pair->first, others,
                                    other->path);
    fp_say(ret,
           (struct fp_saying){
               .name = libraries != NULL ? "library-twice" : "class-twice",
               .severity = is_bad ? FP_SEVERITY_WARNING : FP_SEVERITY_INFO,
               .where = one->path,
               .entry = pair->first,
               .take_what = what,
               .effect = is_one ? "the jar that comes first on the class path hides the other's"
                                : "the job sees its own, and what is in lib/ sees that of lib/",
               .advice = "keep the library in one of them"});
}

static void pair_clear(struct pair *pair)
{
    for (size_t i = 0; i < pair->twin_count; i++)
        free(pair->twins[i].prefix);
    free(pair->twins);
    free(pair->differing);
    free(pair->first);
}

static enum fp_code judge_pair(const struct fp_judge_input *input, const struct class_path *path,
                               uint32_t one, uint32_t other, struct fp_findings *ret,
                               struct fp_error *err)
{
    __attribute__((cleanup(pair_clear))) struct pair pair = {.path = path, .jars = {one, other}};
    cleanup_zip struct fp_zip *zip = NULL;
    collect(path, &pair);
    if (pair.count == 0)
        return FP_OK;
    find_twins(&pair);
    FP_TRY(fp_zip_open(path->jars[one]->path, &zip, err));
    FP_TRY(fp_zip_each(zip, visit_differing, &pair, err));
    if (pair.first != NULL)
        tell(input, &pair, ret);
    return FP_OK;
}

/* Two versions of one library that were merged into a jar: of a class in both, one is there. */
static void judge_within(const struct fp_judged_jar *jar, struct fp_findings *ret)
{
    const json_t *poms = json_object_get(jar->facts, "poms");
    cleanup_json json_t *seen = json_object();
    cleanup_strv struct fp_strv words = {0};
    bool is_bad = false;
    for (size_t i = 0; i < json_array_size(poms); i++) {
        const json_t *pom = json_array_get(poms, i);
        const char *version = fp_json_string(pom, "version");
        const char *group = fp_json_string(pom, "group");
        const char *artifact = fp_json_string(pom, "artifact");
        if (version == NULL || group == NULL || artifact == NULL)
            continue;
        cleanup_free char *name = fp_xasprintf("%s:%s", group, artifact);
        const char *const versions[] = {fp_json_string(seen, name), version};
        if (versions[0] != NULL && strcmp(versions[0], version) != 0) {
            is_bad = is_bad || is_far(versions);
            fp_strv_addf(&words, "%s %s and %s", name, versions[0], version);
        }
        fp_json_set_text(seen, name, version);
    }
    cleanup_free char *libraries = words.len > 0 ? fp_strv_join_first(&words, 3) : NULL;
    if (libraries != NULL)
        fp_say(ret,
               (struct fp_saying){
                   .name = "library-twice",
                   .severity = is_bad ? FP_SEVERITY_WARNING : FP_SEVERITY_INFO,
                   .where = jar->path,
                   .take_what = fp_xasprintf("it has two versions of libraries: %s", libraries),
                   .effect = "of each class one version is loaded, and the other's classes "
                             "may miss what they expect of it",
                   .advice = "let the build choose one version, and merge only that"});
}

static void class_path_clear(struct class_path *path)
{
    free(path->classes);
}

enum fp_code fp_judge_twice(const struct fp_judge_input *input, struct fp_findings *ret,
                            struct fp_error *err)
{
    __attribute__((cleanup(class_path_clear))) struct class_path path = {0};
    bool differ[JARS_MAX][JARS_MAX] = {{false}};
    size_t told = 0;
    for (size_t i = 0; i < input->jar_count; i++)
        if (input->jars[i].role != FP_JAR_PLUGIN)
            judge_within(&input->jars[i], ret);
    FP_TRY(read_classes(input, &path, err));
    find_pairs(&path, differ);
    for (uint32_t one = 0; one < path.jar_count; one++)
        for (uint32_t other = one + 1; other < path.jar_count; other++)
            if (differ[one][other] && told++ < PAIRS_MAX)
                FP_TRY(judge_pair(input, &path, one, other, ret, err));
    return FP_OK;
}
