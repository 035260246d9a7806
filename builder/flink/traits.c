/* The table of differences between versions of Flink. */
#include "flinkpack/flink/version.h"

#include <stdio.h>
#include <string.h>

/* The traits from MAJOR.MINOR on, until the next row. */
struct era {
    unsigned major;
    unsigned minor;
    struct fp_flink_traits traits;
};

/*
 * Sources: tools/releasing/create_binary_release.sh for names, the release notes and
 * java_compatibility.md for Java, flink-docker's add-version.sh for the default Java.
 *
 * Up to 1.10 the default Scala is 2.11, the default of flink-container's build.sh, which was
 * shipped until then, so that its command lines give the same archive. From 1.11 on it is 2.12, as
 * in the official images.
 */
#define HADOOPS  "24 26 27 28"
#define OLD_CONF "flink-conf.yaml"
/* The traits of every version from 1.6, 1.9, 1.10, 1.14 and 1.15 on. */
#define SINCE_1_6  .has_standalone_job = true
#define SINCE_1_9  SINCE_1_6, .has_plugins = true
#define SINCE_1_10 SINCE_1_9, .has_usrlib = true
#define SINCE_1_14 SINCE_1_10, .musl_rocksdb = true
#define SINCE_1_15 SINCE_1_14, .binds_localhost = true

static const struct era ERAS[] = {
    {1, 5, {"2.11", HADOOPS, "8", 8, OLD_CONF, .has_standalone_job = false}},
    {1, 6, {"2.11", HADOOPS, "8", 8, OLD_CONF, SINCE_1_6, .needs_job_classname = true}},
    {1, 7, {"2.11 2.12", HADOOPS, "8", 8, OLD_CONF, SINCE_1_6, .needs_job_classname = true}},
    {1, 8, {"2.11 2.12", "", "8", 8, OLD_CONF, SINCE_1_6}},
    {1, 9, {"2.11 2.12", "", "8", 8, OLD_CONF, SINCE_1_9}},
    {1, 10, {"2.11 2.12", "", "8 11", 8, OLD_CONF, SINCE_1_10}},
    {1, 11, {"2.12 2.11", "", "8 11", 8, OLD_CONF, SINCE_1_10}},
    {1, 14, {"2.12 2.11", "", "8 11", 8, OLD_CONF, SINCE_1_14}},
    {1, 15, {"2.12", "", "8 11", 11, OLD_CONF, SINCE_1_15}},
    {1, 18, {"2.12", "", "8 11 17", 11, OLD_CONF, SINCE_1_15}},
    {1, 19, {"2.12", "", "8 11 17 21", 11, "config.yaml", SINCE_1_15}},
    {2, 0, {"2.12", "", "11 17 21", 17, "config.yaml", SINCE_1_15}},
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

char *fp_flink_java_list(const struct fp_flink_version *version)
{
    cleanup_strv struct fp_strv versions = {0};
    fp_strv_split(&versions, fp_flink_traits(version)->java_versions, ' ');
    return fp_strv_join(&versions, ", ", 100);
}
