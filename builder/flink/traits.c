/* The table of what differs between versions of Flink. */
#include "flinkpack/flink/version.h"

#include <stdio.h>
#include <string.h>

#include "internal.h"

/* What holds from MAJOR.MINOR on, until the next row. */
struct era {
    unsigned major;
    unsigned minor;
    struct fp_flink_traits traits;
};

/*
 * Sources: tools/releasing/create_binary_release.sh for names, the release notes and
 * java_compatibility.md for Java, flink-docker's add-version.sh for the default Java.
 *
 * The default Scala is 2.11 as long as flink-container's build.sh was shipped (to 1.10), whose
 * default it was, so that its command lines give the same archive; from 1.11 on it is that of the
 * official images, 2.12.
 */
static const struct era ERAS[] = {
    {1,
     5,
     {.scala_versions = "2.11",
      .hadoop_variants = "24 26 27 28",
      .java_versions = "8",
      .default_java = 8,
      .config_file = "flink-conf.yaml"}},
    {1,
     6,
     {.scala_versions = "2.11",
      .hadoop_variants = "24 26 27 28",
      .java_versions = "8",
      .default_java = 8,
      .config_file = "flink-conf.yaml",
      .has_standalone_job = true,
      .needs_job_classname = true}},
    {1,
     7,
     {.scala_versions = "2.11 2.12",
      .hadoop_variants = "24 26 27 28",
      .java_versions = "8",
      .default_java = 8,
      .config_file = "flink-conf.yaml",
      .has_standalone_job = true,
      .needs_job_classname = true}},
    {1,
     8,
     {.scala_versions = "2.11 2.12",
      .hadoop_variants = "",
      .java_versions = "8",
      .default_java = 8,
      .config_file = "flink-conf.yaml",
      .has_standalone_job = true}},
    {1,
     9,
     {.scala_versions = "2.11 2.12",
      .hadoop_variants = "",
      .java_versions = "8",
      .default_java = 8,
      .config_file = "flink-conf.yaml",
      .has_standalone_job = true,
      .has_plugins = true}},
    {1,
     10,
     {.scala_versions = "2.11 2.12",
      .hadoop_variants = "",
      .java_versions = "8 11",
      .default_java = 8,
      .config_file = "flink-conf.yaml",
      .has_standalone_job = true,
      .has_usrlib = true,
      .has_plugins = true}},
    {1,
     11,
     {.scala_versions = "2.12 2.11",
      .hadoop_variants = "",
      .java_versions = "8 11",
      .default_java = 8,
      .config_file = "flink-conf.yaml",
      .has_standalone_job = true,
      .has_usrlib = true,
      .has_plugins = true}},
    {1,
     14,
     {.scala_versions = "2.12 2.11",
      .hadoop_variants = "",
      .java_versions = "8 11",
      .default_java = 8,
      .config_file = "flink-conf.yaml",
      .has_standalone_job = true,
      .has_usrlib = true,
      .has_plugins = true,
      .musl_rocksdb = true}},
    {1,
     15,
     {.scala_versions = "2.12",
      .hadoop_variants = "",
      .java_versions = "8 11",
      .default_java = 11,
      .config_file = "flink-conf.yaml",
      .has_standalone_job = true,
      .has_usrlib = true,
      .has_plugins = true,
      .binds_localhost = true,
      .musl_rocksdb = true}},
    {1,
     18,
     {.scala_versions = "2.12",
      .hadoop_variants = "",
      .java_versions = "8 11 17",
      .default_java = 11,
      .config_file = "flink-conf.yaml",
      .has_standalone_job = true,
      .has_usrlib = true,
      .has_plugins = true,
      .binds_localhost = true,
      .musl_rocksdb = true}},
    {1,
     19,
     {.scala_versions = "2.12",
      .hadoop_variants = "",
      .java_versions = "8 11 17 21",
      .default_java = 11,
      .config_file = "config.yaml",
      .has_standalone_job = true,
      .has_usrlib = true,
      .has_plugins = true,
      .binds_localhost = true,
      .musl_rocksdb = true}},
    {2,
     0,
     {.scala_versions = "2.12",
      .hadoop_variants = "",
      .java_versions = "11 17 21",
      .default_java = 17,
      .config_file = "config.yaml",
      .has_standalone_job = true,
      .has_usrlib = true,
      .has_plugins = true,
      .binds_localhost = true,
      .musl_rocksdb = true}},
};

#define ERA_COUNT (sizeof(ERAS) / sizeof(ERAS[0]))

const struct fp_flink_traits *fp_flink_traits(const struct fp_flink_version *version)
{
    const struct fp_flink_traits *traits = &ERAS[0].traits;
    for (size_t i = 0; i < ERA_COUNT; i++)
        if (fp_flink_at_least(version, ERAS[i].major, ERAS[i].minor, 0))
            traits = &ERAS[i].traits;
    return traits;
}

bool fp_word_listed(const char *list, const char *word, size_t len)
{
    for (const char *p = list; *p != '\0';) {
        size_t here = strcspn(p, " ");
        if (len > 0 && here == len && strncmp(p, word, len) == 0)
            return true;
        p += here + (p[here] == ' ' ? 1 : 0);
    }
    return false;
}

bool fp_flink_supports_java(const struct fp_flink_version *version, unsigned java)
{
    char word[16] = "";
    (void) snprintf(word, sizeof(word), "%u", java);
    return fp_word_listed(fp_flink_traits(version)->java_versions, word, strlen(word));
}
