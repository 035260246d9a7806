/* Finding and fetching a release of Flink. */
#include "release.h"

static void list_urls(const struct fp_release_options *options, const char *name,
                      struct fp_strv *urls)
{
    const char *apache =
        options->apache_url != NULL ? options->apache_url : "https://dlcdn.apache.org";
    for (size_t i = 0; options->mirrors != NULL && i < options->mirrors->len; i++)
        fp_strv_take(urls, fp_release_url(options, options->mirrors->items[i], name));
    fp_strv_take(urls, fp_release_url(options, apache, name));
    fp_strv_take(urls, fp_release_url(options, fp_release_archive_base(options), name));
}

/* Whether Hadoop is a jar of its own, as from 1.8 on. */
static bool has_hadoop_jar(const struct fp_release_options *options)
{
    return options->hadoop_version != NULL &&
           fp_flink_traits(&options->version)->hadoop_variants[0] == '\0';
}

enum fp_code fp_release_find(const struct fp_release_options *options, struct fp_release *ret,
                             struct fp_error *err)
{
    cleanup_release struct fp_release release = {.is_known = true};
    FP_TRY(fp_release_archive_name(options, &release.archive_name, err));
    FP_TRY(fp_release_scala(options, &release.scala_version, err));
    FP_TRY(fp_release_checksum(options, &release, err));
    if (has_hadoop_jar(options))
        FP_TRY(fp_hadoop_find(options, &release, err));
    *ret = steal_value(&release);
    return FP_OK;
}

static enum fp_code find_without_claims(const struct fp_release_options *options,
                                        struct fp_release *release, struct fp_error *err)
{
    struct fp_release_options sure = *options;
    sure.claimed_sha512 = sure.claimed_hadoop = NULL;
    fp_release_clear(release);
    return fp_release_find(&sure, release, err);
}

static enum fp_code fetch_archive(const struct fp_release_options *options,
                                  struct fp_release *release, struct fp_error *err)
{
    cleanup_strv struct fp_strv urls = {0};
    list_urls(options, release->archive_name, &urls);
    const struct fp_fetch fetch = {.options = options,
                                   .name = release->archive_name,
                                   .urls = &urls,
                                   .algorithm = FP_SHA512,
                                   .hex = release->sha512,
                                   .vouched_by = release->voucher,
                                   .kind = "a Flink archive",
                                   .magic = "\x1f\x8b"};
    return fp_fetch_file(&fetch, &release->archive, &release->url, err);
}

enum fp_code fp_release_fetch(const struct fp_release_options *options, struct fp_release *release,
                              struct fp_error *err)
{
    if (release->sha512 == NULL || release->is_claim)
        FP_TRY(find_without_claims(options, release, err));
    FP_TRY(fetch_archive(options, release, err));
    return release->hadoop_name != NULL ? fp_hadoop_fetch(options, release, err) : FP_OK;
}

void fp_release_clear(struct fp_release *release)
{
    fp_input_free(release->archive);
    free(release->archive_name);
    free(release->url);
    free(release->sha512);
    free(release->voucher);
    free(release->scala_version);
    fp_input_free(release->hadoop);
    free(release->hadoop_url);
    free(release->hadoop_digest);
    free(release->hadoop_name);
    *release = (struct fp_release){0};
}
