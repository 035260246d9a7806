/**
 * @file
 * Findings: what is wrong with a job, said once, for people and programs.
 */
#ifndef FLINKPACK_JUDGE_FINDING_H
#define FLINKPACK_JUDGE_FINDING_H

#include "flinkpack/support.h"

/** How bad a finding is. */
enum fp_severity {
    FP_SEVERITY_INFO,    /**< worth knowing; known-good jobs have such findings */
    FP_SEVERITY_WARNING, /**< some way of running the job fails */
    FP_SEVERITY_ERROR,   /**< the job cannot run */
};

/** A finding. The texts are owned; NULL where there is nothing to say. */
struct fp_finding {
    const char *name; /**< one of the table in judge/names.c: "flink-bundled"; static */
    enum fp_severity severity;
    char *where;  /**< the file or option: "target/job.jar", "--conf", "conf/config.yaml" */
    char *entry;  /**< what in it: an entry of the jar, a class, a key */
    char *what;   /**< the fact: "com.acme.Job uses ...DataSet, which Flink 2.0 removed" */
    char *effect; /**< what Flink would do: "the job ends with NoClassDefFoundError" */
    char *advice; /**< what the user can do */
};

/** The most findings of a name that are kept; the rest is counted in the last one's text. */
#define FP_FINDINGS_OF_NAME 20

/** A list of findings. Zero-initialise; release with fp_findings_clear(). */
struct fp_findings {
    struct fp_finding *items;
    size_t len;
};

/** Add a finding, whose texts are taken over. One that is there already is not added again. */
void fp_findings_add(struct fp_findings *findings, struct fp_finding take);
/** Order the findings: the worst first, then by name, where and entry. */
void fp_findings_sort(struct fp_findings *findings);
/** Remove the findings of these names, which the user allows; see --allow. @return How many. */
size_t fp_findings_allow(struct fp_findings *findings, const struct fp_strv *names);
/** The number of findings of a severity. */
size_t fp_findings_count(const struct fp_findings *findings, enum fp_severity severity);
/** As JSON, an array of objects; a new reference. Texts that are not UTF-8 are shown escaped. */
json_t *fp_findings_json(const struct fp_findings *findings);
/**
 * Add what fp_findings_json() wrote, which may come from a stranger.
 * @return Whether all of it were findings of this version; else nothing is added.
 */
bool fp_findings_parse(const json_t *json, struct fp_findings *ret);
/** Release the members. */
void fp_findings_clear(struct fp_findings *findings);
/** Declare findings that are cleared at the end of their scope. */
#define cleanup_findings __attribute__((cleanup(fp_findings_clear)))

/** The word of a severity: "info", "warning", "error". Static. */
const char *fp_severity_name(enum fp_severity severity);
/** The table's own copy of a name, or NULL: no finding has it. Static. */
const char *fp_finding_name(const char *name);
/** Check a name that the user gave as OPTION's value. FP_E_USAGE: no finding has it. */
FP_CHECKED enum fp_code fp_finding_check_name(const char *name, const char *option,
                                              struct fp_error *err);
/** One line on what the findings of a name are about; NULL for an unknown name. Static. */
const char *fp_finding_about(const char *name);
/** Name and line of the finding number `i` of the table, for help; NULL at its end. Static. */
const char *fp_finding_name_at(size_t i, const char **ret_about);

#endif
