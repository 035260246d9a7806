/** The judges of single jars: their beginning, Java, what they bundle, Scala, clashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/judge/judge.h"
#include "judge.h"

#define MAX_JARS 3

/* A job to judge. */
struct trial {
    struct fp_judged_jar jars[MAX_JARS];
    size_t count;
    struct fp_judge_input input;
    struct fp_flink_version version;
    struct fp_strv libs;
    struct fp_findings findings;
};

/* Begin with one jar of the job, whose facts are JSON with single quotes. */
static void begin(struct trial *trial, const char *flink, unsigned java)
{
    struct fp_error err = {0};
    *trial = (struct trial){0};
    assert_int_equal(fp_flink_version_parse(flink, &trial->version, &err), FP_OK);
    trial->input = (struct fp_judge_input){.version = &trial->version,
                                           .traits = fp_flink_traits(&trial->version),
                                           .java = java,
                                           .base_name = "temurin",
                                           .lib_names = &trial->libs,
                                           .is_whole = true};
}

static void add(struct trial *trial, enum fp_jar_role role, const char *path, const char *facts)
{
    struct fp_error err = {0};
    cleanup_free char *text = fp_xstrdup(facts);
    json_t *json = NULL;
    for (char *at = strchr(text, '\''); at != NULL; at = strchr(at, '\''))
        *at = '"';
    if (fp_json_parse(text, strlen(text), path, &json, &err) != FP_OK)
        fail_msg("%s", err.text);
    trial->jars[trial->count++] = (struct fp_judged_jar){.path = path, .role = role, .facts = json};
}

/* Judge, and give the only finding; NULL: there is none. */
static const struct fp_finding *judge(struct trial *trial, fp_judge_row *row)
{
    struct fp_error err = {0};
    fp_findings_clear(&trial->findings);
    trial->input.jars = trial->jars;
    trial->input.jar_count = trial->count;
    assert_int_equal(row(&trial->input, &trial->findings, &err), FP_OK);
    if (trial->findings.len > 1)
        fail_msg("%s and %s", trial->findings.items[0].what, trial->findings.items[1].what);
    return trial->findings.len == 1 ? &trial->findings.items[0] : NULL;
}

static void end(struct trial *trial)
{
    for (size_t i = 0; i < trial->count; i++)
        json_decref((json_t *) (uintptr_t) trial->jars[i].facts);
    fp_strv_clear(&trial->libs);
    fp_findings_clear(&trial->findings);
}

/* What a row of a table expects of one jar; name NULL: nothing. */
struct row {
    const char *facts;
    const char *name;
    enum fp_severity severity;
    const char *words; /* in one of the texts */
};

static bool holds(const char *text, const char *words)
{
    return text != NULL && strstr(text, words) != NULL;
}

static void expect(const struct fp_finding *finding, const struct row *row)
{
    if (row->name == NULL) {
        if (finding != NULL)
            fail_msg("%s: %s", row->facts, finding->what);
        return;
    }
    if (finding == NULL)
        fail_msg("%s: nothing", row->facts);
    else if (strcmp(finding->name, row->name) != 0 || finding->severity != row->severity ||
             (row->words != NULL && !holds(finding->what, row->words) &&
              !holds(finding->effect, row->words) && !holds(finding->advice, row->words)))
        fail_msg("%s: %s %d: %s; %s; %s", row->facts, finding->name, (int) finding->severity,
                 finding->what, finding->effect, finding->advice);
}

static void try_rows(const char *flink, unsigned java, const char *scala, fp_judge_row *judge_row,
                     const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct trial trial;
        begin(&trial, flink, java);
        trial.input.scala_version = scala;
        fp_strv_add(&trial.libs, "flink-scala_2.12-1.20.4.jar");
        fp_strv_add(&trial.libs, "flink-table-planner-loader-1.20.4.jar");
        fp_strv_add(&trial.libs, "log4j-slf4j-impl-2.17.1.jar");
        add(&trial, FP_JAR_JOB, "job.jar", rows[i].facts);
        expect(judge(&trial, judge_row), &rows[i]);
        end(&trial);
    }
}

#define TRY(flink, java, judge_row, rows)                                                          \
    try_rows(flink, java, "2.12", judge_row, rows, sizeof(rows) / sizeof((rows)[0]))

#define ENTRY(name, flags) "{'entry': {'class': '" name "', " flags "}, 'mains': ['a.Main']}"
#define FIT                "'there': true, 'main': true, 'public': true, 'static': true, 'classPublic': true"

static void test_entry(void **state)
{
    static const struct row ROWS[] = {
        {ENTRY("a.Job", FIT), NULL, 0, NULL},
        {ENTRY("org.apache.flink.client.python.PythonDriver", "'there': false"), NULL, 0, NULL},
        {"{'mains': ['a.Main', 'com.google.b.Main']}", "main-class-none", FP_SEVERITY_ERROR,
         "main method: a.Main"},
        {"{'mains': ['org.apache.kafka.Tool']}", "main-class-none", FP_SEVERITY_WARNING, "--lib"},
        {"{'mains': []}", "main-class-none", FP_SEVERITY_WARNING, "--lib"},
        {"{'mains': ['a.Main'], 'services': {'org.apache.flink.table.factories.Factory': []}}",
         "main-class-none", FP_SEVERITY_WARNING, "connector"},
        {"{'mains': [], 'manifestFaults': [{'what': 'the last line does not end', 'fatal': "
         "false}]}",
         "main-class-none", FP_SEVERITY_ERROR, "does not end"},
        {ENTRY("a.Job", "'there': false"), "main-class-missing", FP_SEVERITY_ERROR,
         "'a.Job' was not found"},
        {ENTRY("a.Job ", "'there': false"), "main-class-missing", FP_SEVERITY_ERROR, "blanks"},
        {ENTRY("a/Job", "'there': false"), "main-class-missing", FP_SEVERITY_ERROR, "as Java does"},
        {ENTRY("", "'there': false"), "main-class-missing", FP_SEVERITY_ERROR, "empty"},
        {ENTRY("a.Job", "'there': true, 'main': false, 'classPublic': true, 'inherits': 'b/B'"),
         NULL, 0, NULL},
        {ENTRY("a.Job", "'there': true, 'main': false, 'classPublic': true"), "main-class-unfit",
         FP_SEVERITY_ERROR, "does not have a main(String[]) method"},
        {ENTRY("a.Job", "'there': true, 'main': true, 'public': true, 'classPublic': true"),
         "main-class-unfit", FP_SEVERITY_ERROR, "not static"},
        {ENTRY("a.Job", "'there': true, 'main': true, 'classPublic': true, 'static': true"),
         "main-class-unfit", FP_SEVERITY_ERROR, "is not public"},
        {ENTRY("a.Job", "'there': true, 'main': true, 'static': true, 'public': true, "
                        "'classPublic': false"),
         "main-class-unfit", FP_SEVERITY_ERROR, "The class a.Job must be public."},
        {"{'entry': {'class': 'org.springframework.boot.loader.JarLauncher', 'there': true}, "
         "'manifest': {'Start-Class': 'a.Job'}}",
         "launcher", FP_SEVERITY_ERROR, "Main-Class a.Job"},
        {ENTRY("com.simontuffs.onejar.Boot", FIT), "launcher", FP_SEVERITY_ERROR, "One-JAR"},
    };
    (void) state;
    TRY("1.20.4", 17, fp_judge_entry, ROWS);
}

static void test_manifest_faults(void **state)
{
    static const struct row ROWS[] = {
        {"{'manifestFaults': [{'line': 3, 'what': 'invalid header field', 'fatal': true}], "
         "'entry': {'class': 'a.Job', 'there': false}}",
         "manifest", FP_SEVERITY_ERROR, "line 3: invalid header field"},
        {"{'manifestFaults': [{'what': 'Main-Class is named twice', 'fatal': false}], 'entry': "
         "{'class': 'a.Job', " FIT "}}",
         "manifest", FP_SEVERITY_WARNING, "twice"},
    };
    (void) state;
    TRY("1.20.4", 17, fp_judge_entry, ROWS);
}

static void test_several_jars(void **state)
{
    static const struct row SEVERAL = {"several", "main-class-several", FP_SEVERITY_ERROR, "a.Job"};
    static const struct row NONE = {"one", NULL, 0, NULL};
    struct trial trial;
    (void) state;
    begin(&trial, "1.9.3", 8);
    add(&trial, FP_JAR_JOB, "job.jar", ENTRY("a.Job", FIT));
    add(&trial, FP_JAR_LIB, "lib.jar", ENTRY("b.Tool", FIT));
    expect(judge(&trial, fp_judge_entry), &SEVERAL); /* before 1.10, lib/ is asked, too */
    trial.input.job_classname = "a.Job";
    expect(judge(&trial, fp_judge_entry), &NONE);
    end(&trial);
    begin(&trial, "1.20.4", 17);
    add(&trial, FP_JAR_JOB, "job.jar", ENTRY("a.Job", FIT));
    add(&trial, FP_JAR_LIB, "lib.jar", ENTRY("b.Tool", FIT));
    expect(judge(&trial, fp_judge_entry), &NONE);
    end(&trial);
    begin(&trial, "1.20.4", 17); /* a session image with a library */
    add(&trial, FP_JAR_LIB, "lib.jar", "{}");
    expect(judge(&trial, fp_judge_entry), &NONE);
    end(&trial);
}

static void test_java(void **state)
{
    static const struct row ROWS[] = {
        {"{'majors': [{'major': 55, 'class': 'a/Job', 'reached': true, 'own': true}]}", NULL, 0,
         NULL},
        {"{'entry': {'class': 'a.Job'}, 'majors': [{'major': 61, 'class': 'a/Job'}]}",
         "java-version", FP_SEVERITY_ERROR, "a.Job needs Java 17, and temurin has Java 11"},
        {"{'entry': {'class': 'a.Job'}, 'majors': [{'major': 65, 'class': 'b/B'}, {'major': 61, "
         "'class': 'c/C', 'by': 'a/Job', 'reached': true, 'sure': true}]}",
         "java-version", FP_SEVERITY_ERROR, "used by a.Job"},
        {"{'entry': {'class': 'a.Job'}, 'majors': [{'major': 61, 'class': 'a/C', 'by': 'a/Job', "
         "'reached': true, 'own': true}]}",
         "java-version", FP_SEVERITY_WARNING, "used by a.Job"},
        {"{'majors': [{'major': 61, 'class': 'b/B', 'by': 'b/A', 'reached': true}]}",
         "java-version", FP_SEVERITY_WARNING, "used by b.A"},
        {"{'majors': [{'major': 61, 'class': 'b/B'}]}", "java-version", FP_SEVERITY_INFO,
         "nothing that the job reaches"},
        {"{'absent': [{'class': 'javax/xml/bind/X', 'by': 'a/Job', 'reached': true, 'own': "
         "true}]}",
         NULL, 0, NULL},
        {"{'absent': [{'class': 'javax/jws/X', 'by': 'a/Job', 'reached': true, 'own': true}]}",
         "java-removed", FP_SEVERITY_INFO, "a.Job uses javax.jws.X"},
        {"{'absent': [{'class': 'org/nowhere/X', 'by': 'a/Job', 'reached': true, 'own': true}]}",
         NULL, 0, NULL},
    };
    (void) state;
    TRY("1.20.4", 11, fp_judge_java, ROWS);
}

static void test_java_of_flink(void **state)
{
    static const struct row OLD[] = {
        {"{}", "java-version", FP_SEVERITY_ERROR, "made for Java 11, 17, 21"}};
    static const struct row NEW[] = {{"{}", "java-version", FP_SEVERITY_WARNING, "Java 21"}};
    static const struct row UNKNOWN[] = {
        {"{'majors': [{'major': 65, 'class': 'b/B', 'reached': true}]}", NULL, 0, NULL}};
    (void) state;
    static const struct row BETWEEN[] = {{"{}", "java-version", FP_SEVERITY_WARNING, "Java 16"}};
    TRY("2.0.0", 8, fp_judge_java, OLD);
    TRY("2.0.0", 16, fp_judge_java, BETWEEN);
    TRY("1.10.0", 21, fp_judge_java, NEW);
    TRY("1.20.4", 0, fp_judge_java, UNKNOWN);
}

static void test_bundled(void **state)
{
    static const struct row LATE[] = {
        {"{'markers': {}, 'signatures': []}", NULL, 0, NULL},
        {"{'markers': {'flink-runtime': 'x', 'flink-core': 'y'}, 'poms': [{'group': "
         "'org.apache.flink', 'artifact': 'flink-runtime', 'version': '1.20.4'}]}",
         "flink-bundled", FP_SEVERITY_WARNING, "1.20.4: flink-runtime, flink-core"},
        {"{'markers': {'flink-core': 'y'}}", "flink-bundled", FP_SEVERITY_INFO, "provided"},
        {"{'markers': {'flink-table-planner': 'y'}}", "flink-bundled", FP_SEVERITY_WARNING,
         "Multiple factories"},
        {"{'markers': {'logback': 'y', 'slf4j-binding': 'z'}}", "logging-bundled", FP_SEVERITY_INFO,
         "logback"},
        {"{'signatures': [{'entry': 'META-INF/A.SF', 'state': 'fits'}]}", NULL, 0, NULL},
        {"{'signatures': [{'entry': 'META-INF/B.SF', 'state': 'broken'}, {'entry': "
         "'META-INF/A.SF', 'state': 'old'}]}",
         "signature-files", FP_SEVERITY_ERROR, "SecurityException"},
        {"{'signatures': [{'entry': 'META-INF/A.SF', 'state': 'old'}]}", "signature-files",
         FP_SEVERITY_WARNING, NULL},
    };
    static const struct row EARLY[] = {
        {"{'markers': {'flink-core': 'y'}}", "flink-bundled", FP_SEVERITY_ERROR, "come before"},
        {"{'markers': {'flink-java': 'y'}}", "flink-bundled", FP_SEVERITY_WARNING, NULL},
        {"{'markers': {'logback': 'y', 'slf4j-binding': 'z'}}", "logging-bundled",
         FP_SEVERITY_WARNING, "multiple SLF4J bindings"},
    };
    (void) state;
    TRY("1.20.4", 17, fp_judge_bundled, LATE);
    TRY("1.9.3", 8, fp_judge_bundled, EARLY);
}

/* Who puts another back end into lib/, in place of Flink's, meant it. */
static void test_logging_in_lib(void **state)
{
    static const struct row NONE = {"one", NULL, 0, NULL};
    static const struct row TWO = {"two", "logging-bundled", FP_SEVERITY_WARNING, "log4j-slf4j"};
    struct trial trial;
    (void) state;
    begin(&trial, "1.20.4", 17);
    fp_strv_add(&trial.libs, "logback-classic-1.2.jar");
    add(&trial, FP_JAR_LIB, "x/logback-classic-1.2.jar",
        "{'markers': {'logback': 'y', 'slf4j-binding': 'z'}}");
    expect(judge(&trial, fp_judge_bundled), &NONE);
    fp_strv_add(&trial.libs, "log4j-slf4j-impl-2.17.1.jar");
    expect(judge(&trial, fp_judge_bundled), &TWO);
    end(&trial);
}

static void test_scala(void **state)
{
    static const struct row ROWS[] = {
        {"{'markers': {'scala': '2.12.7', 'scala-entry': 'a.Job$'}}", NULL, 0, NULL},
        {"{'markers': {'scala': '2.13', 'scala-entry': 'a.Job$'}}", "scala-version",
         FP_SEVERITY_WARNING, "Scala 2.13, and Flink has Scala 2.12"},
        {"{'markers': {'scala': '2.13.5'}}", "scala-version", FP_SEVERITY_WARNING, "bundles"},
        {"{'poms': [{'artifact': 'flink-connector-kafka_2.11'}]}", "scala-version",
         FP_SEVERITY_INFO, "artifacts for Scala 2.11"},
        {"{'poms': [{'artifact': 'a_2.11'}, {'artifact': 'b_2.12'}]}", NULL, 0, NULL},
    };
    struct trial trial;
    (void) state;
    TRY("1.20.4", 17, fp_judge_scala, ROWS);
    begin(&trial, "1.20.4", 17); /* with no flink-scala in lib/, a job brings its own */
    trial.input.scala_version = "2.12";
    add(&trial, FP_JAR_JOB, "job.jar", ROWS[1].facts);
    assert_null(judge(&trial, fp_judge_scala));
    end(&trial);
}

static void test_clash(void **state)
{
    static const struct row EARLY[] = {
        {"{'markers': {'commons-cli': 'x'}}", "library-clash", FP_SEVERITY_ERROR, "Option.builder"},
        {"{'markers': {'commons-cli': 'x', 'commons-cli-1.3': 'y'}}", NULL, 0, NULL},
    };
    static const struct row LATE[] = {
        {"{'markers': {'commons-cli': 'x'}}", NULL, 0, NULL},
        {"{'markers': {'kafka-clients': 'x'}}", NULL, 0, NULL},
        {"{'markers': {'kryo': 'x', 'kryo-5': 'y'}}", "library-clash", FP_SEVERITY_INFO,
         "Kryo 2.24"},
        {"{'markers': {'kryo': 'x'}}", NULL, 0, NULL},
    };
    static const struct row OLD = {"lib", "library-clash", FP_SEVERITY_ERROR, "Option.builder"};
    static const struct row BOTH = {"lib", "library-clash", FP_SEVERITY_WARNING, "Option.builder"};
    static const struct row KAFKA = {"kafka", "library-clash", FP_SEVERITY_WARNING, "in one place"};
    struct trial trial;
    (void) state;
    TRY("1.9.3", 8, fp_judge_clash, EARLY);
    TRY("1.20.4", 17, fp_judge_clash, LATE);
    begin(&trial, "1.20.4", 17);
    add(&trial, FP_JAR_LIB, "hadoop.jar", "{'markers': {'commons-cli': 'x'}}");
    expect(judge(&trial, fp_judge_clash), &OLD);
    add(&trial, FP_JAR_LIB, "commons-cli-1.4.jar",
        "{'markers': {'commons-cli': 'x', 'commons-cli-1.3': 'y'}}");
    expect(judge(&trial, fp_judge_clash), &BOTH);
    end(&trial);
    begin(&trial, "1.20.4", 17);
    fp_strv_add(&trial.libs, "flink-connector-kafka-3.2.jar");
    add(&trial, FP_JAR_JOB, "job.jar", "{'markers': {'kafka-clients': 'x'}}");
    expect(judge(&trial, fp_judge_clash), &KAFKA);
    end(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entry),          cmocka_unit_test(test_manifest_faults),
        cmocka_unit_test(test_several_jars),   cmocka_unit_test(test_java),
        cmocka_unit_test(test_java_of_flink),  cmocka_unit_test(test_bundled),
        cmocka_unit_test(test_logging_in_lib), cmocka_unit_test(test_scala),
        cmocka_unit_test(test_clash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
