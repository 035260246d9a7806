/* Finding and fetching Flink's pre-bundled Hadoop jar on Maven Central. */
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

/* Where the jar is. Owned strings. */
struct jar_place {
    char *base; /* of the repository, without a final slash */
    char *url;
};

static void jar_place_clear(struct jar_place *place)
{
    free(place->base);
    free(place->url);
}

#define cleanup_jar_place __attribute__((cleanup(jar_place_clear)))

/* Find the jar's name and place. */
static enum fp_code locate(const struct fp_release_options *options, char **ret_name,
                           struct jar_place *ret, struct fp_error *err)
{
    const char *digits = NULL;
    const char *full = NULL;
    cleanup_free char *id = NULL;
    cleanup_free char *version = NULL;
    FP_TRY(fp_release_hadoop(options, &digits, &full, err));
    artifact_of(&options->version, full, &id, &version);
    const char *base = options->maven_repository != NULL ? options->maven_repository
                                                         : "https://repo.maven.apache.org/maven2";
    size_t base_len = strlen(base);
    while (base_len > 0 && base[base_len - 1] == '/')
        base_len--;
    *ret_name = fp_xasprintf("%s-%s.jar", id, version);
    ret->base = fp_xstrdup(base);
    ret->url = fp_xasprintf("%.*s/org/apache/flink/%s/%s/%s", (int) base_len, base, id, version,
                            *ret_name);
    return FP_OK;
}

/* The strongest one first; Central has only SHA-1 for jars of this age. */
static const enum fp_hash_algorithm ORDER[] = {FP_SHA512, FP_SHA256, FP_SHA1};

#define ORDER_COUNT (sizeof(ORDER) / sizeof(ORDER[0]))

static void take(struct fp_release *release, enum fp_hash_algorithm algorithm, const char *hex)
{
    release->hadoop_digest = fp_xasprintf("%s:%s", fp_checksum_suffix(algorithm), hex);
}

static enum fp_code try_checksum(const struct fp_release_options *options,
                                 enum fp_hash_algorithm algorithm, const char *jar_url,
                                 struct fp_release *release, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT((size_t) 64 << 10);
    cleanup_free char *url = fp_xasprintf("%s.%s", jar_url, fp_checksum_suffix(algorithm));
    cleanup_free char *shown = fp_url_display(url);
    char hex[FP_HASH_HEX_MAX] = "";
    int status = 0;
    FP_TRY(fp_fetch_text(options, url, &text, &status, err));
    if (status == 404 || status == 410)
        return FP_OK;
    if (status != 200)
        return fp_fail(err, FP_E_NETWORK, "%s: the server answers %d", shown, status);
    FP_TRY(
        fp_checksum_parse_as(algorithm, fp_buf_text(&text), release->hadoop_name, shown, hex, err));
    take(release, algorithm, hex);
    return FP_OK;
}

static enum fp_code ask(const struct fp_release_options *options, const char *url,
                        struct fp_release *release, struct fp_error *err)
{
    if (options->offline)
        return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "%s is not in the cache (%s)",
                                 release->hadoop_name, options->cache_folder),
                         err, "build once without --offline");
    release->is_known = false;
    for (size_t i = 0; i < ORDER_COUNT && release->hadoop_digest == NULL; i++)
        FP_TRY(try_checksum(options, ORDER[i], url, release, err));
    if (release->hadoop_digest != NULL)
        return FP_OK;
    cleanup_free char *shown = fp_url_display(url);
    return fp_hinted(
        fp_fail(err, FP_E_NOT_FOUND, "%s: the repository has no checksum of it", shown), err,
        "look at --maven-repository and --hadoop-version");
}

enum fp_code fp_hadoop_find(const struct fp_release_options *options, struct fp_release *release,
                            struct fp_error *err)
{
    cleanup_jar_place struct jar_place place = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    FP_TRY(locate(options, &release->hadoop_name, &place, err));
    for (size_t i = 0; i < ORDER_COUNT && release->hadoop_digest == NULL; i++)
        if (fp_cache_recorded(options, release->hadoop_name, ORDER[i], place.base, hex))
            take(release, ORDER[i], hex);
    if (release->hadoop_digest != NULL)
        return FP_OK;
    if (options->claimed_hadoop == NULL)
        return ask(options, place.url, release, err);
    release->hadoop_digest = fp_xstrdup(options->claimed_hadoop);
    release->is_known = false;
    release->is_claim = true;
    return FP_OK;
}

enum fp_code fp_hadoop_fetch(const struct fp_release_options *options, struct fp_release *release,
                             struct fp_error *err)
{
    cleanup_jar_place struct jar_place place = {0};
    cleanup_free char *name = NULL;
    cleanup_strv struct fp_strv urls = {0};
    const char *colon = strchr(release->hadoop_digest, ':');
    FP_TRY(locate(options, &name, &place, err));
    fp_strv_add(&urls, place.url);
    struct fp_fetch fetch = {.options = options,
                             .name = name,
                             .urls = &urls,
                             .hex = colon != NULL ? colon + 1 : "",
                             .vouched_by = place.base,
                             .kind = "a jar",
                             .magic = "PK"};
    for (size_t i = 0; i < ORDER_COUNT; i++) {
        const char *suffix = fp_checksum_suffix(ORDER[i]);
        if (strncmp(release->hadoop_digest, suffix, strlen(suffix)) == 0)
            fetch.algorithm = ORDER[i];
    }
    return fp_fetch_file(&fetch, &release->hadoop, &release->hadoop_url, err);
}
