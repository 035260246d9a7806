/* Fetching a release of Flink, and verifying it with Apache's checksum. */
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

static enum fp_code fetch_archive(const struct fp_release_options *options, struct fp_release *ret,
                                  struct fp_error *err)
{
    cleanup_strv struct fp_strv urls = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    const char *voucher = NULL;
    FP_TRY(fp_release_checksum(options, ret->archive_name, hex, &voucher, err));
    list_urls(options, ret->archive_name, &urls);
    const struct fp_fetch fetch = {.options = options,
                                   .name = ret->archive_name,
                                   .urls = &urls,
                                   .algorithm = FP_SHA512,
                                   .hex = hex,
                                   .vouched_by = voucher,
                                   .kind = "a Flink archive",
                                   .magic = "\x1f\x8b"};
    ret->sha512 = fp_xstrdup(hex);
    return fp_fetch_file(&fetch, &ret->archive, &ret->url, err);
}

enum fp_code fp_release_fetch(const struct fp_release_options *options, struct fp_release *ret,
                              struct fp_error *err)
{
    __attribute__((cleanup(fp_release_clear))) struct fp_release release = {0};
    const char *bundled = fp_flink_traits(&options->version)->hadoop_variants;
    FP_TRY(fp_release_archive_name(options, &release.archive_name, err));
    FP_TRY(fp_release_scala(options, &release.scala_version, err));
    FP_TRY(fetch_archive(options, &release, err));
    if (options->hadoop_version != NULL && bundled[0] == '\0')
        FP_TRY(fp_hadoop_fetch(options, &release, err));
    *ret = steal_value(&release);
    return FP_OK;
}

void fp_release_clear(struct fp_release *release)
{
    fp_input_free(release->archive);
    free(release->archive_name);
    free(release->url);
    free(release->sha512);
    free(release->scala_version);
    fp_input_free(release->hadoop);
    free(release->hadoop_url);
    free(release->hadoop_name);
    *release = (struct fp_release){0};
}
