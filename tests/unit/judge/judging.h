/* A job to be judged, written by hand. */
#ifndef FLINKPACK_TESTS_JUDGING_H
#define FLINKPACK_TESTS_JUDGING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/judge.h"

/* A jar of the job, Flink, and what was found. */
struct judging {
    struct fp_flink_version version;
    struct fp_judged_jar jar;
    json_t *facts;
    struct fp_judge_input input;
    struct fp_findings findings;
};

/* Facts as JSON with single quotes, of a jar that has the entry class com.acme.Job. */
static inline void judging_begin(struct judging *judging, const char *version, const char *facts)
{
    cleanup_free char *text = fp_xasprintf(
        "{'entry':{'class':'com.acme.Job','there':true,'main':true,'public':true,'static':true}%s"
        "%s}",
        facts[0] != '\0' ? "," : "", facts);
    *judging = (struct judging){0};
    for (char *quote = strchr(text, '\''); quote != NULL; quote = strchr(quote, '\''))
        *quote = '"';
    assert_int_equal(fp_flink_version_parse(version, &judging->version, NULL), FP_OK);
    assert_int_equal(fp_json_parse(text, strlen(text), "facts", &judging->facts, NULL), FP_OK);
    judging->jar =
        (struct fp_judged_jar){.path = "job.jar", .role = FP_JAR_JOB, .facts = judging->facts};
    judging->input = (struct fp_judge_input){.version = &judging->version,
                                             .traits = fp_flink_traits(&judging->version),
                                             .jars = &judging->jar,
                                             .jar_count = 1,
                                             .is_whole = true};
}

static inline void judging_judge(struct judging *judging)
{
    fp_findings_clear(&judging->findings);
    assert_int_equal(fp_judge(&judging->input, &judging->findings, NULL), FP_OK);
}

/* The finding of a name; NULL: there is none. */
static inline const struct fp_finding *judging_find(const struct judging *judging, const char *name)
{
    for (size_t i = 0; i < judging->findings.len; i++)
        if (strcmp(judging->findings.items[i].name, name) == 0)
            return &judging->findings.items[i];
    return NULL;
}

/* Expect one finding of a name, which says `words` in one of its texts. */
static inline void judging_expect(const struct judging *judging, const char *name,
                                  enum fp_severity severity, const char *words)
{
    const struct fp_finding *found = judging_find(judging, name);
    if (found == NULL) {
        fail_msg("%s: not found among %zu", name, judging->findings.len);
        return;
    }
    cleanup_free char *text =
        fp_xasprintf("%s: %s; %s; %s", found->entry, found->what, found->effect, found->advice);
    if (strstr(text, words) == NULL)
        fail_msg("%s: no '%s' in '%s'", name, words, text);
    assert_string_equal(fp_severity_name(found->severity), fp_severity_name(severity));
}

static inline void judging_end(struct judging *judging)
{
    fp_findings_clear(&judging->findings);
    json_decref(judging->facts);
}

#endif
