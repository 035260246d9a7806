/* Small questions to the facts of jars, which several judges ask. */
#include "jars.h"

#include <string.h>

const char *fp_jar_shows(const struct fp_judged_jar *jar, const char *library)
{
    return fp_json_string(json_object_get(jar->facts, "markers"), library);
}

bool fp_jar_precedes_flink(const struct fp_judge_input *input, const struct fp_judged_jar *jar)
{
    return jar->role == FP_JAR_LIB || (jar->role == FP_JAR_JOB && !input->traits->has_usrlib);
}

const char *fp_lib_named(const struct fp_judge_input *input, const char *prefix)
{
    const struct fp_strv *names = input->lib_names;
    for (size_t i = 0; names != NULL && i < names->len; i++)
        if (strncmp(fp_path_base(names->items[i]), prefix, strlen(prefix)) == 0)
            return names->items[i];
    return NULL;
}

const char *fp_jar_pom_version(const struct fp_judged_jar *jar, const char *group,
                               const char *artifact)
{
    const json_t *poms = json_object_get(jar->facts, "poms");
    for (size_t i = 0; i < json_array_size(poms); i++) {
        const json_t *pom = json_array_get(poms, i);
        const char *pom_group = fp_json_string(pom, "group");
        const char *pom_artifact = fp_json_string(pom, "artifact");
        if (pom_group != NULL && pom_artifact != NULL && strcmp(pom_group, group) == 0 &&
            strcmp(pom_artifact, artifact) == 0)
            return fp_json_string(pom, "version");
    }
    return NULL;
}

void fp_say(struct fp_findings *ret, struct fp_saying saying)
{
    fp_findings_add(ret, (struct fp_finding){.name = fp_finding_name(saying.name),
                                             .severity = saying.severity,
                                             .where = fp_xstrdup(saying.where),
                                             .entry = fp_xstrdup(saying.entry),
                                             .what = saying.take_what,
                                             .effect = fp_xstrdup(saying.effect),
                                             .advice = fp_xstrdup(saying.advice)});
}
