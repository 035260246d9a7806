/* Judges the connectors and formats that a job's SQL names: whether a jar has them. */
#include <string.h>

#include "causes.h"
#include "factories.h"
#include "flinkpack/flink/job.h"
#include "judge.h"

/* An option of tables, and what its values are. */
static const struct {
    const char *key;
    bool is_connector;
} OPTIONS[] = {
    {"'connector'", true},
    {"'format'", false},
    {"'key.format'", false},
    {"'value.format'", false},
};

/* What is judged, and what is known of the jars. */
struct judgement {
    const struct fp_judge_input *input;
    const struct fp_judged_jar *jar;
    struct fp_factories factories;
    struct fp_findings *findings;
};

/* The next value of an option of SQL, "'connector' = 'kafka'"; NULL: there is none. `*text` goes on
 * behind it. Values that the job puts together are left out. The caller owns it. */
static char *next_value(const char **text, const char *key)
{
    static const char LETTERS[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    const char *at = *text;
    while ((at = strstr(at, key)) != NULL) {
        at += strlen(key);
        const char *value = at + strspn(at, " \t\r\n");
        if (*value != '=')
            continue;
        value++;
        value += strspn(value, " \t\r\n");
        size_t len = *value == '\'' ? strspn(value + 1, LETTERS) : 0;
        if (len == 0 || value[1 + len] != '\'')
            continue;
        *text = value + 1 + len;
        return fp_xstrndup(value + 1, len);
    }
    return NULL;
}

static void add_missing(const struct judgement *judgement, const char *by, const char *name,
                        const struct fp_identifier *identifier, bool is_connector)
{
    const char *kind = is_connector ? "connector" : "format";
    char *advice =
        identifier != NULL
            ? fp_xasprintf("put %s into the job's jar, or add its jar with --lib",
                           identifier->artifact)
            : fp_xasprintf("put the %s's jar into the job's, or add it with --lib", kind);
    fp_findings_add(
        judgement->findings,
        (struct fp_finding){
            .name = fp_finding_name(is_connector ? "connector-missing" : "format-missing"),
            .severity = judgement->input->is_whole ? FP_SEVERITY_WARNING : FP_SEVERITY_INFO,
            .where = fp_xstrdup(judgement->jar->path),
            .entry = fp_xstrdup(by),
            .what = fp_xasprintf("%s has SQL with the %s '%s', which neither the job's jars nor "
                                 "Flink %s have",
                                 by, kind, name, judgement->input->version->text),
            .effect = fp_xasprintf("\"Could not find any factory for identifier '%s'\" when the "
                                   "SQL is run",
                                   name),
            .advice = advice});
}

/* Names that are not known may be those of factories that are not. */
static void judge_name(const struct judgement *judgement, const char *by, const char *name,
                       bool is_connector)
{
    const struct fp_identifier *identifier =
        is_connector ? fp_identifier_of_connector(name) : fp_identifier_of_format(name);
    const struct fp_factories *factories = &judgement->factories;
    if (identifier == NULL) {
        if (!factories->has_unknown && judgement->input->is_whole && judgement->input->api != NULL)
            add_missing(judgement, by, name, NULL, is_connector);
        return;
    }
    /* Lists that lost it are told as such. */
    if (!fp_factories_have(factories, judgement->input, identifier) &&
        !fp_factories_lost(factories, identifier) && !factories->has_unknown)
        add_missing(judgement, by, name, identifier, is_connector);
}

static void judge_jar(const struct judgement *judgement)
{
    const json_t *texts = json_object_get(judgement->jar->facts, "ddl");
    for (size_t i = 0; i < json_array_size(texts); i++) {
        const json_t *item = json_array_get(texts, i);
        const char *caller = fp_json_string(item, "by");
        cleanup_free char *by = fp_class_dots(caller != NULL ? caller : "a class");
        for (size_t k = 0; k < sizeof(OPTIONS) / sizeof(OPTIONS[0]); k++) {
            const char *text = fp_json_string(item, "text");
            char *name = NULL;
            while (text != NULL && (name = next_value(&text, OPTIONS[k].key)) != NULL) {
                judge_name(judgement, by, name, OPTIONS[k].is_connector);
                free(name);
            }
        }
    }
}

enum fp_code fp_judge_connectors(const struct fp_judge_input *input, struct fp_findings *ret,
                                 struct fp_error *err)
{
    struct judgement judgement = {.input = input, .findings = ret};
    (void) err;
    /* Older versions call the option "connector.type". */
    if (!fp_flink_at_least(input->version, 1, 11, 0))
        return FP_OK;
    fp_factories_read(input, &judgement.factories);
    for (size_t i = 0; i < input->jar_count; i++) {
        judgement.jar = &input->jars[i];
        if (judgement.jar->role == FP_JAR_JOB)
            judge_jar(&judgement);
    }
    fp_factories_clear(&judgement.factories);
    return FP_OK;
}
