/* The names of findings, which users allow and programs read: none ever changes its meaning. */
#include <string.h>

#include "flinkpack/judge/finding.h"

/* A name, and what its findings are about. */
static const struct name_row {
    const char *name;
    const char *about;
} NAMES[] = {
    {"main-class-none", "no jar of the job says which class it begins with"},
    {"main-class-missing", "the class that the job begins with is in no jar"},
    {"main-class-unfit", "the class that the job begins with has no main method that Flink calls"},
    {"main-class-several", "several jars of the job say which class it begins with"},
    {"launcher", "the jar is started by a launcher, which Flink does not run"},
    {"manifest", "the manifest is not as Java reads it"},
    {"java-version", "classes are newer than the Java of the base"},
    {"java-removed", "classes that the Java of the base does not have any more"},
    {"flink-api-removed", "an API that this version of Flink removed is used"},
    {"flink-class", "a class of Flink is used that this distribution does not have"},
    {"flink-member", "a method or field of Flink is used that this distribution does not have"},
    {"class-missing", "a class is used that no jar has"},
    {"flink-bundled", "the jar bundles parts of Flink that the distribution has"},
    {"logging-bundled", "the jar bundles a logging back end, beside that of the distribution"},
    {"signature-files", "signature files of another jar are left in the jar"},
    {"library-twice", "two versions of one library are on the class path"},
    {"class-twice", "a class is on the class path twice, with different contents"},
    {"scala-version", "job and distribution are made for different versions of Scala"},
    {"library-clash", "a library clashes with the one that this version of Flink has"},
    {"service-missing", "a list of services names a class that no jar has"},
    {"services-lost", "lists of services were overwritten when the jar was put together"},
    {"connector-missing", "a connector is used that no jar has"},
    {"format-missing", "a format is used that no jar has"},
    {"filesystem-missing", "a file system is named that the image has no plugin for"},
    {"state-backend-missing", "a state backend is chosen that no jar has"},
    {"native-code", "native code does not run on the base's C library"},
    {"conf-unknown", "a setting that this version of Flink does not know"},
    {"conf-version", "a setting of another version of Flink"},
    {"conf-value", "a value that Flink refuses"},
    {"conf-memory", "sizes of memory that do not go together"},
};

#define COUNT (sizeof(NAMES) / sizeof(NAMES[0]))

const char *fp_finding_name_at(size_t i, const char **ret_about)
{
    if (i >= COUNT)
        return NULL;
    *ret_about = NAMES[i].about;
    return NAMES[i].name;
}

static const struct name_row *find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(NAMES[i].name, name) == 0)
            return &NAMES[i];
    return NULL;
}

const char *fp_finding_name(const char *name)
{
    const struct name_row *row = find(name);
    return row != NULL ? row->name : NULL;
}

const char *fp_finding_about(const char *name)
{
    const struct name_row *row = find(name);
    return row != NULL ? row->about : NULL;
}

enum fp_code fp_finding_check_name(const char *name, const char *option, struct fp_error *err)
{
    struct fp_suggestion suggestion = fp_suggestion_for(name);
    if (find(name) != NULL)
        return FP_OK;
    enum fp_code code = fp_fail(err, FP_E_USAGE, "%s '%s': no finding has that name", option, name);
    for (size_t i = 0; i < COUNT; i++)
        fp_suggestion_consider(&suggestion, NAMES[i].name);
    if (suggestion.best != NULL)
        return fp_hinted(code, err, "%s %s", option, suggestion.best);
    return fp_hinted(code, err, "'flinkpack check --help' lists the names");
}
