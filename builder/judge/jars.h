/**
 * @file
 * What the judges ask of the facts of jars.
 */
#ifndef FLINKPACK_JUDGE_JARS_H
#define FLINKPACK_JUDGE_JARS_H

#include "flinkpack/judge/judge.h"

/** The entry by which a jar shows that it has a library of markers.c; NULL: it has it not. */
const char *fp_jar_shows(const struct fp_judged_jar *jar, const char *library);
/** Whether a jar is on the same class path as Flink, before its jars: in lib/, and before 1.10 the
 * job is there, too. */
bool fp_jar_precedes_flink(const struct fp_judge_input *input, const struct fp_judged_jar *jar);
/** A file of the image's lib/ whose name begins so, "flink-table-planner-loader"; NULL: there is
 * none, or it is not known. Borrowed. */
const char *fp_lib_named(const struct fp_judge_input *input, const char *prefix);
/** The version of an artifact in the jar, by its pom.properties; NULL: not known. Borrowed. */
const char *fp_jar_pom_version(const struct fp_judged_jar *jar, const char *group,
                               const char *artifact);

/** The texts of a finding; NULL where there is nothing to say. Those to be taken over are so named.
 */
struct fp_saying {
    const char *name;
    enum fp_severity severity;
    const char *where;
    const char *entry;
    char *take_what;
    const char *effect;
    const char *advice;
};
/** Add a finding. */
void fp_say(struct fp_findings *ret, struct fp_saying saying);

#endif
