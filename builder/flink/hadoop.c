/* Fetching Flink's pre-bundled Hadoop jar from Maven Central. */
#include <string.h>

#include "release.h"

/* From 1.8 on Hadoop is a separate jar. The jar for 1.8 has the version of Flink; later ones have
 * the version of flink-shaded, which contained Hadoop up to 10.0. */
static void artifact_of(const struct fp_flink_version *version, const char *hadoop, char **ret_id,
                        char **ret_version)
{
    bool first = !fp_flink_at_least(version, 1, 9, 0);
    bool second = !first && !fp_flink_at_least(version, 1, 10, 0);
    *ret_id = fp_xstrdup(first ? "flink-shaded-hadoop2-uber" : "flink-shaded-hadoop-2-uber");
    *ret_version = first ? fp_xasprintf("%s-%s", hadoop, version->text)
                         : fp_xasprintf("%s-%s", hadoop, second ? "7.0" : "10.0");
}

static enum fp_code try_checksum(const struct fp_fetch *fetch, enum fp_hash_algorithm algorithm,
                                 bool *ret_found, char *ret_hex, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT((size_t) 64 << 10);
    cleanup_free char *url =
        fp_xasprintf("%s.%s", fetch->urls->items[0], fp_checksum_suffix(algorithm));
    cleanup_free char *shown = fp_url_display(url);
    int status = 0;
    FP_TRY(fp_fetch_text(fetch->options, url, &text, &status, err));
    *ret_found = status == 200;
    if (*ret_found)
        return fp_checksum_parse_as(algorithm, fp_buf_text(&text), fetch->name, shown, ret_hex,
                                    err);
    if (status == 404 || status == 410)
        return FP_OK;
    return fp_fail(err, FP_E_NETWORK, "%s: the server answers %d", shown, status);
}

/* Get the strongest checksum in the repository; Central has only SHA-1 for jars of this age. */
static enum fp_code find_checksum(struct fp_fetch *fetch, char *ret_hex, struct fp_error *err)
{
    static const enum fp_hash_algorithm ORDER[] = {FP_SHA512, FP_SHA256, FP_SHA1};
    for (size_t i = 0; i < 3; i++) {
        if (fp_cache_recorded(fetch->options, fetch->name, ORDER[i], fetch->vouched_by, ret_hex)) {
            fetch->algorithm = ORDER[i];
            return FP_OK;
        }
    }
    if (fetch->options->offline)
        return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "%s is not in the cache (%s)", fetch->name,
                                 fetch->options->cache_folder),
                         err, "build once without --offline");
    bool found = false;
    for (size_t i = 0; i < 3 && !found; i++) {
        fetch->algorithm = ORDER[i];
        FP_TRY(try_checksum(fetch, ORDER[i], &found, ret_hex, err));
    }
    if (found)
        return FP_OK;
    cleanup_free char *shown = fp_url_display(fetch->urls->items[0]);
    return fp_hinted(
        fp_fail(err, FP_E_NOT_FOUND, "%s: the repository has no checksum of it", shown), err,
        "look at --maven-repository and --hadoop-version");
}

enum fp_code fp_hadoop_fetch(const struct fp_release_options *options, struct fp_release *ret,
                             struct fp_error *err)
{
    const char *digits = NULL;
    const char *full = NULL;
    cleanup_free char *id = NULL;
    cleanup_free char *version = NULL;
    cleanup_strv struct fp_strv urls = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    FP_TRY(fp_release_hadoop(options, &digits, &full, err));
    artifact_of(&options->version, full, &id, &version);
    const char *base = options->maven_repository != NULL ? options->maven_repository
                                                         : "https://repo.maven.apache.org/maven2";
    size_t base_len = strlen(base);
    while (base_len > 0 && base[base_len - 1] == '/')
        base_len--;
    ret->hadoop_name = fp_xasprintf("%s-%s.jar", id, version);
    fp_strv_addf(&urls, "%.*s/org/apache/flink/%s/%s/%s", (int) base_len, base, id, version,
                 ret->hadoop_name);
    struct fp_fetch fetch = {.options = options,
                             .name = ret->hadoop_name,
                             .urls = &urls,
                             .hex = hex,
                             .vouched_by = base,
                             .kind = "a jar",
                             .magic = "PK"};
    FP_TRY(find_checksum(&fetch, hex, err));
    return fp_fetch_file(&fetch, &ret->hadoop, &ret->hadoop_url, err);
}
