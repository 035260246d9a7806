/**
 * @file
 * The judge: does a job run with this Flink, this Java, these libraries and this configuration?
 */
#ifndef FLINKPACK_JUDGE_JUDGE_H
#define FLINKPACK_JUDGE_JUDGE_H

#include "flinkpack/flink/version.h"
#include "flinkpack/judge/api.h"
#include "flinkpack/judge/facts.h"
#include "flinkpack/judge/finding.h"

/** What a jar is to the job. */
enum fp_jar_role {
    FP_JAR_JOB,
    FP_JAR_LIB,    /**< --lib, or a jar that somebody added to lib/ */
    FP_JAR_PLUGIN, /**< --plugin: its classes are hidden from the job */
};

/** A jar to judge. Borrowed. */
struct fp_judged_jar {
    const char *path; /**< for messages, and to be read */
    enum fp_jar_role role;
    const char *plugin;  /**< with FP_JAR_PLUGIN: its directory's name */
    const json_t *facts; /**< of fp_jar_facts() */
};

/** A setting of Flink's configuration. Borrowed. */
struct fp_judged_setting {
    const char *key;
    const char *value;
    const char *from; /**< "--conf", "conf/flink-conf.yaml", "--checkpoint-dir" */
};

/** What is judged. Everything is borrowed. */
struct fp_judge_input {
    const struct fp_flink_version *version;
    const struct fp_flink_traits *traits;
    const char *scala_version;        /**< of the distribution, "2.12"; NULL: unknown */
    unsigned java;                    /**< of the base; 0: unknown */
    const char *base_name;            /**< for messages; NULL with java 0 */
    const struct fp_api *api;         /**< NULL: the distribution is not at hand */
    const struct fp_judged_jar *jars; /**< of the job first */
    size_t jar_count;
    const char *job_classname;       /**< --job-classname; NULL: the manifest's */
    const struct fp_strv *lib_names; /**< files in the image's lib/, with the base's and --lib's */
    const struct fp_strv *plugin_names; /**< directories in plugins/; NULL: not known */
    const struct fp_strv *plugin_jars;  /**< files in plugins/, "NAME/FILE.jar"; NULL: not known */
    bool is_whole; /**< all jars on the class path are known: nothing can be elsewhere */
    const struct fp_judged_setting *settings;
    size_t setting_count;
    bool has_all_settings;           /**< they are all that Flink reads, its own file's too */
    const struct fp_strv *arguments; /**< of the job; may be NULL */
};

/** The class of a jar that is too new for a base's Java. Borrowed from the jar's facts. */
struct fp_newer_class {
    const char *name; /**< "com/acme/Job" */
    const char *by;   /**< a class that uses it; NULL: none, or a service list names it */
    unsigned java;    /**< that it needs */
    bool is_entry;    /**< the job begins with it */
    bool is_reached;  /**< the job can come to it */
    bool is_own;      /**< it is of the job's own code, or the entry class uses it */
    enum fp_severity severity;
};

/** Find the class of a jar that a base with `java` is too old for; of several the worst, as all
 * have one cause. False: there is none. */
bool fp_judge_newer_class(const struct fp_judged_jar *jar, unsigned java,
                          struct fp_newer_class *ret);

/**
 * Judge. Apart from comparing entries of several jars it reads no files.
 * @param ret The findings are added to it, sorted.
 * @return FP_E_IO, FP_E_INTERRUPTED; what is wrong with the job is no error here.
 */
FP_CHECKED enum fp_code fp_judge(const struct fp_judge_input *input, struct fp_findings *ret,
                                 struct fp_error *err);

#endif
