/* Libraries that clash with those of Flink where its class loaders do not keep them apart: a table
 * of cases that are known. */
#include <string.h>

#include "jars.h"
#include "judge.h"

/* A version of Flink, for ranges. */
struct since {
    unsigned major;
    unsigned minor;
};

/* Where the jar is. */
enum clash_place {
    PLACE_BEFORE, /* on Flink's class path, before Flink's own jars */
    PLACE_JOB,    /* seen by the job's class loader, which looks in the jar first */
};

/* A clash. */
static const struct clash {
    const char *shows; /* a marker of the jar */
    const char *lacks; /* one that it has not; NULL */
    enum clash_place place;
    const char *lib; /* what a file in lib/ begins with; NULL: nothing is asked */
    struct since from;
    struct since until; /* the first version that is free of it; 0: none */
    enum fp_severity severity;
    const char *what;
    const char *effect;
    const char *advice;
} CLASHES[] = {
    {"commons-cli",
     "commons-cli-1.3",
     PLACE_BEFORE,
     NULL,
     {1, 5},
     {0, 0},
     FP_SEVERITY_ERROR,
     "it bundles commons-cli older than 1.3, before Flink's own on the class path",
     "Flink does not start: \"NoSuchMethodError: org.apache.commons.cli.Option.builder\"",
     "leave commons-cli out of the jar, or relocate it"},
    {"kafka-clients",
     NULL,
     PLACE_JOB,
     "flink-connector-kafka",
     {1, 10},
     {0, 0},
     FP_SEVERITY_WARNING,
     "it bundles kafka-clients, and lib/ has flink-connector-kafka, which loads those of lib/",
     "\"ByteArrayDeserializer is not an instance of Deserializer\", where the connector creates it "
     "by "
     "its name",
     "have the connector and kafka-clients in one place: the job's jar or lib/"},
    {"janino",
     NULL,
     PLACE_JOB,
     "flink-table",
     {1, 10},
     {1, 15},
     FP_SEVERITY_INFO,
     "it bundles Janino, and the planner in lib/ has its own",
     "a job that uses SQL ends with \"org.codehaus.janino.CompilerFactory cannot be cast to "
     "org.codehaus.commons.compiler.ICompilerFactory\"",
     "give the planner the scope 'provided', and leave Janino out of the jar"},
    {"kryo-5",
     NULL,
     PLACE_JOB,
     NULL,
     {1, 10},
     {2, 0},
     FP_SEVERITY_INFO,
     "it bundles Kryo 5, and com.esotericsoftware.kryo is loaded from Flink, which has Kryo 2.24",
     "what is compiled for Kryo 5 ends with NoSuchMethodError",
     "relocate Kryo in the jar, if something other than Flink uses it"},
    {"kryo",
     "kryo-5",
     PLACE_JOB,
     NULL,
     {2, 0},
     {0, 0},
     FP_SEVERITY_INFO,
     "it bundles an old Kryo, and com.esotericsoftware.kryo is loaded from Flink, which has Kryo 5",
     "what is compiled for the old one ends with NoSuchMethodError",
     "relocate Kryo in the jar, if something other than Flink uses it"},
    {"rocksdb",
     NULL,
     PLACE_JOB,
     NULL,
     {1, 10},
     {0, 0},
     FP_SEVERITY_INFO,
     "it bundles RocksDB, and org.rocksdb is loaded from Flink, which has a version of its own",
     "what is compiled for another version may end with NoSuchMethodError",
     "give flink-statebackend-rocksdb the scope 'provided'"},
};

static bool is_here(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                    const struct clash *clash)
{
    const char *file = fp_path_base(jar->path);
    const char *lib = clash->lib != NULL ? fp_lib_named(input, clash->lib) : NULL;
    bool precedes = fp_jar_precedes_flink(input, jar);
    bool is_in_place =
        clash->place == PLACE_BEFORE ? precedes : jar->role == FP_JAR_JOB && !precedes;
    return jar->role != FP_JAR_PLUGIN && is_in_place && fp_jar_shows(jar, clash->shows) != NULL &&
           (clash->lacks == NULL || fp_jar_shows(jar, clash->lacks) == NULL) &&
           (clash->lib == NULL || (lib != NULL && strcmp(fp_path_base(lib), file) != 0));
}

static bool is_in_range(const struct fp_judge_input *input, const struct clash *clash)
{
    return fp_flink_at_least(input->version, clash->from.major, clash->from.minor, 0) &&
           (clash->until.major == 0 ||
            !fp_flink_at_least(input->version, clash->until.major, clash->until.minor, 0));
}

/* Of two jars with a library, the one whose name is first counts: with a right one beside it, what
 * is wrong may not matter. */
static enum fp_severity severity_of(const struct fp_judge_input *input, const struct clash *clash)
{
    for (size_t i = 0; i < input->jar_count; i++)
        if (clash->lacks != NULL && input->jars[i].role == FP_JAR_LIB &&
            fp_jar_shows(&input->jars[i], clash->lacks) != NULL)
            return FP_SEVERITY_WARNING;
    return clash->severity;
}

enum fp_code fp_judge_clash(const struct fp_judge_input *input, struct fp_findings *ret,
                            struct fp_error *err)
{
    (void) err;
    for (size_t i = 0; i < input->jar_count; i++) {
        for (size_t k = 0; k < sizeof(CLASHES) / sizeof(CLASHES[0]); k++) {
            const struct clash *clash = &CLASHES[k];
            if (!is_in_range(input, clash) || !is_here(input, &input->jars[i], clash))
                continue;
            fp_say(ret, (struct fp_saying){.name = "library-clash",
                                           .severity = severity_of(input, clash),
                                           .where = input->jars[i].path,
                                           .entry = fp_jar_shows(&input->jars[i], clash->shows),
                                           .take_what = fp_xstrdup(clash->what),
                                           .effect = clash->effect,
                                           .advice = clash->advice});
        }
    }
    return FP_OK;
}
