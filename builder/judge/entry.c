/* Checks how the job begins: its manifest, the class that it names, and the main method of that. */
#include <string.h>

#include "flinkpack/flink/job.h"
#include "jars.h"
#include "judge.h"

/* Programs in jars that find the job's classes where Flink does not look for them. */
static const struct launcher {
    const char *prefix; /* of the class */
    const char *words;
    const char *place; /* of the job's classes */
} LAUNCHERS[] = {
    {"org.springframework.boot.loader.", "the launcher of Spring Boot", "BOOT-INF/"},
    {"com.simontuffs.onejar.Boot", "the launcher of One-JAR", "main/ and lib/"},
    {"com.needhamsoftware.unojar.", "the launcher of Uno-Jar", "lib/"},
    {"org.eclipse.jdt.internal.jarinjarloader.", "Eclipse's jar-in-jar loader", "jars inside it"},
    {"com.jdotsoft.jarloader.", "JarClassLoader", "jars inside it"},
    {"coursier.bootstrap.launcher.", "the launcher of Coursier", "jars inside or outside it"},
    {"io.quarkus.bootstrap.runner.", "the launcher of Quarkus", "other jars"},
    {"org.codehaus.plexus.classworlds.", "the launcher of Classworlds", "other jars"},
};

/* Classes below these are somebody's library: their main methods are no job's. */
static const char *const LIBRARIES[] = {
    "org.apache.",      "com.google.",   "io.netty.",      "org.springframework.",
    "com.fasterxml.",   "com.facebook.", "org.antlr.",     "org.h2.",
    "org.postgresql.",  "com.mysql.",    "org.eclipse.",   "scala.",
    "org.bouncycastle", "org.rocksdb.",  "kotlin.",        "com.amazonaws",
    "software.amazon",  "com.azure.",    "com.microsoft.", "oracle.",
    "com.sun.",         "javax.",        "jakarta.",       "org.codehaus.",
    "net.jpountz."};

#define PYTHON_DRIVER "org.apache.flink.client.python.PythonDriver"

static const struct launcher *launcher_of(const char *class_name)
{
    for (size_t i = 0; i < sizeof(LAUNCHERS) / sizeof(LAUNCHERS[0]); i++)
        if (strncmp(class_name, LAUNCHERS[i].prefix, strlen(LAUNCHERS[i].prefix)) == 0)
            return &LAUNCHERS[i];
    return NULL;
}

static const char *entry_class(const struct fp_judged_jar *jar)
{
    return fp_json_string(json_object_get(jar->facts, "entry"), "class");
}

static bool says(const struct fp_judged_jar *jar, const char *member)
{
    return json_is_true(json_object_get(json_object_get(jar->facts, "entry"), member));
}

/* Whether Flink looks into a jar for the manifest that names the job's class. */
static bool is_asked(const struct fp_judge_input *input, const struct fp_judged_jar *jar)
{
    return jar->role == FP_JAR_JOB || (jar->role == FP_JAR_LIB && !input->traits->has_usrlib);
}

/* The classes with a main method that are no library's: "com.acme.A, com.acme.B"; NULL: none. */
static char *main_classes(const struct fp_judge_input *input)
{
    cleanup_strv struct fp_strv names = {0};
    for (size_t i = 0; i < input->jar_count; i++) {
        const json_t *mains = json_object_get(input->jars[i].facts, "mains");
        for (size_t k = 0; input->jars[i].role == FP_JAR_JOB && k < json_array_size(mains); k++) {
            const char *name = json_string_value(json_array_get(mains, k));
            bool is_library = name == NULL;
            for (size_t l = 0; !is_library && l < sizeof(LIBRARIES) / sizeof(LIBRARIES[0]); l++)
                is_library = strncmp(name, LIBRARIES[l], strlen(LIBRARIES[l])) == 0;
            if (!is_library)
                fp_strv_add(&names, name);
        }
    }
    return names.len > 0 ? fp_strv_join_first(&names, 5) : NULL;
}

/* A reason why a jar's manifest says less than its author thinks; NULL: there is none. */
static const char *fault_of(const struct fp_judged_jar *jar)
{
    const json_t *fault = json_array_get(json_object_get(jar->facts, "manifestFaults"), 0);
    return fp_json_string(fault, "what");
}

/* Whether the jar lists services for Flink, as connectors and formats do. */
static bool serves_flink(const struct fp_judged_jar *jar)
{
    const char *service = NULL;
    json_t *providers = NULL;
    json_object_foreach(json_object_get(jar->facts, "services"), service,
                        providers) if (strncmp(service, "org.apache.flink.",
                                               strlen("org.apache.flink.")) == 0) return true;
    return false;
}

static void tell_none(const struct fp_judge_input *input, const struct fp_judged_jar *job,
                      struct fp_findings *ret)
{
    cleanup_free char *mains = main_classes(input);
    const char *fault = fault_of(job);
    bool is_job = fault != NULL || (mains != NULL && !serves_flink(job));
    cleanup_free char *advice =
        fault != NULL ? fp_xasprintf("mend the manifest: %s", fault)
        : mains != NULL
            ? fp_xasprintf(
                  "give --job-classname, or a Main-Class in the manifest; these classes "
                  "have a main method: %s%s",
                  mains, is_job ? "" : ". If it is a connector, give it with --lib, beside the job")
            : fp_xstrdup("if it is a library or a connector, give it with --lib, beside the job");
    fp_say(ret,
           (struct fp_saying){
               .name = "main-class-none",
               .severity = is_job ? FP_SEVERITY_ERROR : FP_SEVERITY_WARNING,
               .where = job->path,
               .entry = "META-INF/MANIFEST.MF",
               .take_what = fp_xstrdup("the manifest has neither program-class nor Main-Class, "
                                       "and no --job-classname is given"),
               .effect = "Flink ends with \"No JAR with manifest attribute for entry class\"",
               .advice = advice});
}

static void tell_several(const struct fp_judged_jar *first, const struct fp_judged_jar *second,
                         struct fp_findings *ret)
{
    cleanup_free char *advice = fp_xasprintf(
        "give --job-classname %s, or whichever class the job begins with", entry_class(first));
    fp_say(ret, (struct fp_saying){
                    .name = "main-class-several",
                    .severity = FP_SEVERITY_ERROR,
                    .where = second->path,
                    .entry = "META-INF/MANIFEST.MF",
                    .take_what = fp_xasprintf("its manifest names %s, and that of %s names %s",
                                              entry_class(second), first->path, entry_class(first)),
                    .effect = "Flink ends with \"Multiple JARs with manifest attribute for entry "
                              "class\"",
                    .advice = advice});
}

static void tell_launcher(const struct fp_judged_jar *jar, const struct launcher *launcher,
                          struct fp_findings *ret)
{
    const json_t *manifest = json_object_get(jar->facts, "manifest");
    const char *start = fp_json_string(manifest, "Start-Class");
    if (start == NULL)
        start = fp_json_string(manifest, "Rsrc-Main-Class");
    cleanup_free char *advice = fp_xasprintf(
        "make a jar that has the job's classes and its libraries at its root, as the maven-shade "
        "plugin and Gradle's shadow do%s%s",
        start != NULL ? ", with the Main-Class " : "", start != NULL ? start : "");
    fp_say(ret, (struct fp_saying){
                    .name = "launcher",
                    .severity = FP_SEVERITY_ERROR,
                    .where = jar->path,
                    .entry = entry_class(jar),
                    .take_what = fp_xasprintf("%s is %s, which has the job in %s", entry_class(jar),
                                              launcher->words, launcher->place),
                    .effect = "Flink's TaskManagers load the job's classes without it, and do not "
                              "find them: ClassNotFoundException",
                    .advice = advice});
}

/* A main method may be in a super class that the jar does not have. */
static bool is_fit(const struct fp_judged_jar *jar)
{
    const json_t *entry = json_object_get(jar->facts, "entry");
    bool may_inherit = !says(jar, "main") && json_object_get(entry, "inherits") != NULL;
    return !json_is_false(json_object_get(entry, "classPublic")) &&
           (may_inherit || (says(jar, "main") && says(jar, "public") && says(jar, "static")));
}

static void tell_unfit(const struct fp_judged_jar *jar, struct fp_findings *ret)
{
    bool is_class = says(jar, "main") && says(jar, "public") && says(jar, "static");
    cleanup_free char *effect =
        is_class
            ? fp_xasprintf("Flink ends with \"The class %s must be public.\"", entry_class(jar))
            : fp_xstrdup("Flink ends with \"The given program class does not have a "
                         "main(String[]) method.\"");
    const char *trouble = is_class               ? "is not public"
                          : !says(jar, "main")   ? "has no method main(String[])"
                          : !says(jar, "static") ? "has a main(String[]) that is not static"
                                                 : "has a main(String[]) that is not public";
    fp_say(ret, (struct fp_saying){.name = "main-class-unfit",
                                   .severity = FP_SEVERITY_ERROR,
                                   .where = jar->path,
                                   .entry = entry_class(jar),
                                   .take_what = fp_xasprintf("%s %s", entry_class(jar), trouble),
                                   .effect = effect,
                                   .advice = "the job begins with public static void "
                                             "main(String[]) of a public class"});
}

/* What is the matter with the name of a class that is nowhere. The caller owns it. */
static char *advice_on_name(const struct fp_judge_input *input, const char *name)
{
    size_t len = strlen(name);
    cleanup_free char *mains = main_classes(input);
    if (len == 0)
        return fp_xstrdup("the manifest's attribute is empty: name the class, or take it away");
    if (name[0] == ' ' || name[len - 1] == ' ' || name[len - 1] == '\t')
        return fp_xstrdup("take the blanks around the name away, which Flink leaves as they are");
    if (strchr(name, '/') != NULL || fp_text_ends_with(name, ".class"))
        return fp_xstrdup("write it as Java does, com.example.Job, without .class");
    if (mains != NULL)
        return fp_xasprintf("name a class with a main method, by --job-classname or Main-Class: %s",
                            mains);
    return fp_xstrdup("give the jar that has it, too");
}

static void tell_missing(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                         const char *name, bool is_on_path, struct fp_findings *ret)
{
    cleanup_free char *advice =
        is_on_path ? fp_xstrdup("give the jar that has it as --job-jar, not as --lib")
                   : advice_on_name(input, name);
    cleanup_free char *effect =
        input->job_classname != NULL && input->traits->has_usrlib
            ? fp_xasprintf("Flink ends with \"Could not find the provided job class (%s) in the "
                           "user lib directory.\"",
                           name)
            : fp_xasprintf("Flink ends with \"The program's entry point class '%s' was not found "
                           "in the jar file.\"",
                           name);
    bool is_sure = input->is_whole && json_array_size(json_object_get(jar->facts, "nested")) == 0;
    fp_say(ret,
           (struct fp_saying){
               .name = "main-class-missing",
               .severity = is_sure ? FP_SEVERITY_ERROR : FP_SEVERITY_WARNING,
               .where = jar->path,
               .entry = input->job_classname != NULL ? "--job-classname" : "META-INF/MANIFEST.MF",
               .take_what = fp_xasprintf("the job begins with \"%s\", which %s", name,
                                         is_on_path ? "only lib/ has" : "no jar has"),
               .effect = effect,
               .advice = advice});
}

/* Search the other jars of the job, then lib/, for its class. */
static enum fp_code find_elsewhere(const struct fp_judge_input *input,
                                   const struct fp_judged_jar *jar, const char *name,
                                   bool *ret_found, bool *ret_on_path, struct fp_error *err)
{
    cleanup_free char *path = fp_class_slashes(name);
    for (size_t i = 0; i < input->jar_count && !*ret_found; i++) {
        bool has_it = false;
        const struct fp_judged_jar *other = &input->jars[i];
        if (other == jar || other->role == FP_JAR_PLUGIN)
            continue;
        FP_TRY(fp_jar_has_class(NULL, other->path, name, &has_it, err));
        *ret_found = has_it && is_asked(input, other);
        *ret_on_path = *ret_on_path || has_it;
    }
    *ret_on_path = *ret_on_path || (input->api != NULL &&
                                    fp_api_find(input->api, path, NULL, NULL) == FP_API_THERE);
    *ret_found = *ret_found || (*ret_on_path && !input->traits->has_usrlib);
    return FP_OK;
}

/* The jar whose manifest, or a jar that --job-classname, is about; NULL: it was told. */
static const struct fp_judged_jar *find_job(const struct fp_judge_input *input,
                                            struct fp_findings *ret)
{
    const struct fp_judged_jar *job = NULL;
    const struct fp_judged_jar *first = NULL;
    for (size_t i = 0; i < input->jar_count; i++) {
        const struct fp_judged_jar *jar = &input->jars[i];
        if (first == NULL && jar->role == FP_JAR_JOB)
            first = jar;
        if (!is_asked(input, jar) || entry_class(jar) == NULL)
            continue;
        if (input->job_classname != NULL) {
            if (job == NULL || (!says(job, "there") && says(jar, "there")))
                job = jar;
        } else if (job != NULL) {
            tell_several(job, jar, ret);
            return NULL;
        } else {
            job = jar;
        }
    }
    if (job == NULL && first != NULL && input->job_classname == NULL)
        tell_none(input, first, ret);
    return first != NULL ? job : NULL;
}

/* What leaves a jar without a main class is told with that. */
static void judge_manifest(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                           struct fp_findings *ret)
{
    bool is_told =
        input->job_classname == NULL && jar->role == FP_JAR_JOB && entry_class(jar) == NULL;
    const json_t *faults = json_object_get(jar->facts, "manifestFaults");
    for (size_t i = 0; i < json_array_size(faults); i++) {
        const json_t *fault = json_array_get(faults, i);
        json_int_t line = json_integer_value(json_object_get(fault, "line"));
        const char *what = fp_json_string(fault, "what");
        bool is_fatal = json_is_true(json_object_get(fault, "fatal"));
        if (what == NULL || (is_told && !is_fatal))
            continue;
        fp_say(ret, (struct fp_saying){
                        .name = "manifest",
                        .severity = !is_fatal                 ? FP_SEVERITY_WARNING
                                    : jar->role == FP_JAR_JOB ? FP_SEVERITY_ERROR
                                                              : FP_SEVERITY_WARNING,
                        .where = jar->path,
                        .entry = "META-INF/MANIFEST.MF",
                        .take_what = is_fatal ? fp_xasprintf("line %d: %s", (int) line, what)
                                              : fp_xstrdup(what),
                        .effect = is_fatal ? "Java refuses the manifest with an IOException, and "
                                             "loads no class of the jar"
                                           : NULL,
                        .advice = is_fatal ? "lines are \"Name: value\" with one blank, of at most "
                                             "512 bytes; longer values go on in lines that begin "
                                             "with a blank"
                                           : "let a tool write the manifest, or mend it"});
    }
}

static bool has_fatal_fault(const struct fp_judged_jar *jar)
{
    const json_t *faults = json_object_get(jar->facts, "manifestFaults");
    for (size_t i = 0; i < json_array_size(faults); i++)
        if (json_is_true(json_object_get(json_array_get(faults, i), "fatal")))
            return true;
    return false;
}

enum fp_code fp_judge_entry(const struct fp_judge_input *input, struct fp_findings *ret,
                            struct fp_error *err)
{
    bool is_found = false;
    bool is_on_path = false;
    for (size_t i = 0; i < input->jar_count; i++)
        judge_manifest(input, &input->jars[i], ret);
    if (input->job_classname != NULL && strcmp(input->job_classname, PYTHON_DRIVER) == 0)
        return FP_OK;
    const struct fp_judged_jar *jar = find_job(input, ret);
    if (jar == NULL || has_fatal_fault(jar) || strcmp(entry_class(jar), PYTHON_DRIVER) == 0)
        return FP_OK;
    const struct launcher *launcher = launcher_of(entry_class(jar));
    if (launcher != NULL) {
        tell_launcher(jar, launcher, ret);
        return FP_OK;
    }
    if (!json_is_boolean(json_object_get(json_object_get(jar->facts, "entry"), "there")))
        return FP_OK;
    if (says(jar, "there")) {
        if (!is_fit(jar))
            tell_unfit(jar, ret);
        return FP_OK;
    }
    FP_TRY(find_elsewhere(input, jar, entry_class(jar), &is_found, &is_on_path, err));
    if (!is_found)
        tell_missing(input, jar, entry_class(jar), is_on_path, ret);
    return FP_OK;
}
