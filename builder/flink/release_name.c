/* The names and URLs of Flink's releases. */
#include <string.h>

#include "release.h"

/* The versions of Hadoop that releases of Flink include or, later, offer as a shaded jar. */
static const struct {
    const char *digits;
    const char *shown;
    const char *full;
} HADOOPS[] = {
    {"24", "2.4", "2.4.1"}, {"26", "2.6", "2.6.5"}, {"27", "2.7", "2.7.5"}, {"28", "2.8", "2.8.3"}};

#define HADOOP_COUNT (sizeof(HADOOPS) / sizeof(HADOOPS[0]))

enum fp_code fp_release_scala(const struct fp_release_options *options, char **ret,
                              struct fp_error *err)
{
    const char *known = fp_flink_traits(&options->version)->scala_versions;
    const char *wanted = options->scala_version;
    if (wanted == NULL) {
        *ret = fp_xstrndup(known, strcspn(known, " "));
        return FP_OK;
    }
    if (!fp_word_listed(known, wanted, strlen(wanted))) {
        return fp_hinted(fp_fail(err, FP_E_USAGE, "Flink %s was not released for Scala '%s'",
                                 options->version.text, wanted),
                         err, "there is %s", known);
    }
    *ret = fp_xstrdup(wanted);
    return FP_OK;
}

static enum fp_code fail_no_hadoop(const struct fp_release_options *options, struct fp_error *err)
{
    return fp_hinted(fp_fail(err, FP_E_USAGE, "there is no Hadoop '%s' for Flink %s",
                             options->hadoop_version, options->version.text),
                     err,
                     "there are 2.4, 2.6, 2.7 and 2.8; without the option there is none in it");
}

enum fp_code fp_release_hadoop(const struct fp_release_options *options, const char **ret_digits,
                               const char **ret_full, struct fp_error *err)
{
    const char *wanted = options->hadoop_version;
    *ret_digits = *ret_full = NULL;
    if (wanted == NULL)
        return FP_OK;
    for (size_t i = 0; i < HADOOP_COUNT; i++) {
        if (strcmp(wanted, HADOOPS[i].digits) != 0 && strcmp(wanted, HADOOPS[i].shown) != 0 &&
            strcmp(wanted, HADOOPS[i].full) != 0)
            continue;
        *ret_digits = HADOOPS[i].digits;
        *ret_full = HADOOPS[i].full;
        return FP_OK;
    }
    return fail_no_hadoop(options, err);
}

enum fp_code fp_release_archive_name(const struct fp_release_options *options, char **ret,
                                     struct fp_error *err)
{
    cleanup_free char *scala = NULL;
    const char *hadoop = NULL;
    const char *full = NULL;
    const char *version = options->version.text;
    if (strchr(version, '-') != NULL) {
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "Flink %s is no release, there is nothing to fetch", version),
            err, "use --from-archive or --from-local-dist");
    }
    FP_TRY(fp_release_scala(options, &scala, err));
    FP_TRY(fp_release_hadoop(options, &hadoop, &full, err));
    const char *bundled = fp_flink_traits(&options->version)->hadoop_variants;
    if (hadoop != NULL && fp_word_listed(bundled, hadoop, strlen(hadoop)))
        *ret = fp_xasprintf("flink-%s-bin-hadoop%s-scala_%s.tgz", version, hadoop, scala);
    else
        *ret = fp_xasprintf("flink-%s-bin-scala_%s.tgz", version, scala);
    return FP_OK;
}

const char *fp_release_archive_base(const struct fp_release_options *options)
{
    return options->archive_url != NULL ? options->archive_url : "https://archive.apache.org/dist";
}

const char *fp_release_checksum_base(const struct fp_release_options *options)
{
    return options->checksum_url != NULL ? options->checksum_url : "https://downloads.apache.org";
}

char *fp_release_url(const struct fp_release_options *options, const char *base, const char *name)
{
    size_t len = strlen(base);
    while (len > 0 && base[len - 1] == '/')
        len--;
    return fp_xasprintf("%.*s/flink/flink-%s/%s", (int) len, base, options->version.text, name);
}
