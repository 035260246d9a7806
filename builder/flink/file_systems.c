/* The file systems that are plugins of Flink, and the schemes of URIs. */
#include "flinkpack/flink/file_systems.h"

#include <ctype.h>
#include <string.h>

#include "flinkpack/flink/version.h"

static const struct fp_file_system FILE_SYSTEMS[] = {
    {"s3", "s3 aws", "s3-fs-presto"},
    {"s3a", "s3-fs-hadoop s3-fs-native hadoop-aws", "s3-fs-hadoop"},
    {"s3p", "presto", "s3-fs-presto"},
    {"oss", "oss", "oss-fs-hadoop"},
    {"abfs abfss wasb wasbs", "azure", "azure-fs-hadoop"},
    {"gs", "gs-fs gcs", "gs-fs-hadoop"},
    {"swift", "swift", "swift-fs-hadoop"},
};

const struct fp_file_system *fp_file_system_find(const char *scheme)
{
    for (size_t i = 0; i < sizeof(FILE_SYSTEMS) / sizeof(FILE_SYSTEMS[0]); i++)
        if (fp_word_listed(FILE_SYSTEMS[i].schemes, scheme, strlen(scheme)))
            return &FILE_SYSTEMS[i];
    return NULL;
}

bool fp_file_system_is_in(const struct fp_file_system *file_system, const char *names)
{
    cleanup_strv struct fp_strv words = {0};
    bool found = false;
    fp_strv_split(&words, file_system->words, ' ');
    for (size_t i = 0; i < words.len && !found; i++)
        found = strcasestr(names, words.items[i]) != NULL;
    return found;
}

bool fp_file_system_is_named(const char *name)
{
    bool found = false;
    for (size_t i = 0; i < sizeof(FILE_SYSTEMS) / sizeof(FILE_SYSTEMS[0]); i++)
        found = found || fp_file_system_is_in(&FILE_SYSTEMS[i], name);
    return found;
}

char *fp_uri_scheme(const char *text)
{
    size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-");
    if (strncmp(text + len, ":/", 2) != 0)
        return fp_xstrdup("");
    char *scheme = fp_xstrndup(text, len);
    for (char *letter = scheme; *letter != '\0'; letter++)
        *letter = (char) tolower((unsigned char) *letter);
    return scheme;
}
