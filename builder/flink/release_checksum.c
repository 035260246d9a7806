/* Finding the checksum of a release, and verifying an archive with it. */
#include <string.h>

#include "release.h"

/* The largest checksum file, which is one line; an error page in its place may be longer. */
#define MAX_CHECKSUM_BYTES ((size_t) 64 << 10)

enum fp_code fp_fetch_text(const struct fp_release_options *options, const char *url,
                           struct fp_buf *body, int *ret_status, struct fp_error *err)
{
    const struct fp_http_request request = {
        .method = "GET", .url = url, .max_bytes = body->max, .max_redirects = 5, .needs_tls = true};
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(body->max);
    FP_TRY(fp_http_send(options->http, &request, &response, err));
    *ret_status = response.status;
    fp_buf_put(body, response.body.data, response.body.len);
    return fp_buf_check(body, err);
}

/* *ret_missing is true if the server answers that there is no such file. */
static enum fp_code from_url(const struct fp_release_options *options, const char *url,
                             const char *name, bool *ret_missing, char *ret_hex,
                             struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(MAX_CHECKSUM_BYTES);
    cleanup_free char *shown = fp_url_display(url);
    int status = 0;
    *ret_missing = false;
    FP_TRY(fp_fetch_text(options, url, &text, &status, err));
    if (status == 200)
        return fp_checksum_parse(fp_buf_text(&text), name, shown, ret_hex, err);
    *ret_missing = status == 404 || status == 410;
    return fp_fail(err, *ret_missing ? FP_E_NOT_FOUND : FP_E_NETWORK, "%s: the server answers %d",
                   shown, status);
}

static enum fp_code from_file(const char *path, const char *name, char *ret_hex,
                              struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(MAX_CHECKSUM_BYTES);
    enum fp_code code = fp_file_read(path, &text, err);
    if (code == FP_E_NOT_FOUND)
        return fp_hinted(code, err, "--flink-checksum takes sha512:HEX, a file or a URL");
    FP_TRY(code);
    return fp_checksum_parse(fp_buf_text(&text), name, path, ret_hex, err);
}

static bool is_url(const char *given)
{
    return strncmp(given, "http://", 7) == 0 || strncmp(given, "https://", 8) == 0;
}

static enum fp_code from_option(const struct fp_release_options *options, const char *name,
                                char *ret_hex, struct fp_error *err)
{
    const char *given = options->checksum;
    bool missing = false;
    if (strncmp(given, "sha512:", 7) == 0) {
        struct fp_error cause = {0};
        if (strlen(given + 7) == 128 &&
            fp_checksum_parse(given + 7, name, "", ret_hex, &cause) == FP_OK)
            return FP_OK;
        return fp_fail(err, FP_E_USAGE, "--flink-checksum: sha512: takes 128 hexadecimal digits");
    }
    if (!is_url(given))
        return from_file(given, name, ret_hex, err);
    if (options->offline)
        return fp_fail(err, FP_E_USAGE, "--flink-checksum: a URL cannot be read with --offline");
    return from_url(options, given, name, &missing, ret_hex, err);
}

/* Add a hint with the known releases of the same series, or else with the newest release. */
static void hint_releases(const struct fp_release_options *options, struct fp_error *err)
{
    cleanup_strv struct fp_strv known = {0};
    cleanup_buf struct fp_buf same = FP_BUF_INIT(512);
    fp_strv_split(&known, fp_flink_known_releases(), ' ');
    cleanup_free char *series =
        fp_xasprintf("%u.%u.", options->version.major, options->version.minor);
    for (size_t i = 0; i < known.len; i++)
        if (strncmp(known.items[i], series, strlen(series)) == 0)
            fp_buf_putf(&same, " %s", known.items[i]);
    if (same.len > 0)
        fp_hint(err, "known releases of %u.%u:%s", options->version.major, options->version.minor,
                fp_buf_text(&same));
    else
        fp_hint(err, "the newest release known here is %s", known.items[known.len - 1]);
}

/* Ask Apache's hosts: first the one with the current releases, then the archive of all. */
static enum fp_code from_apache(const struct fp_release_options *options, const char *name,
                                const char *const bases[2], char *ret_hex, const char **ret_voucher,
                                struct fp_error *err)
{
    cleanup_free char *file = fp_xasprintf("%s.sha512", name);
    enum fp_code failed = FP_OK;
    for (size_t i = 0; i < 2; i++) {
        bool missing = false;
        struct fp_error failure = {0};
        cleanup_free char *url = fp_release_url(options, bases[i], file);
        enum fp_code code = from_url(options, url, name, &missing, ret_hex, &failure);
        *ret_voucher = bases[i];
        /* A missing file on the other host does not explain the failure. */
        if (code != FP_OK && !missing)
            failed = fp_fail_as(err, &failure);
        if (code == FP_OK || code == FP_E_INTERRUPTED || code == FP_E_USAGE)
            return code;
    }
    if (failed != FP_OK)
        return fp_hinted(fp_context(failed, err, "the checksum of %s", name), err,
                         "where Apache cannot be reached: --flink-mirror URL and "
                         "--flink-checksum SUM, or --from-archive FILE; HTTPS_PROXY is honoured");
    cleanup_free char *first = fp_release_url(options, bases[0], file);
    cleanup_free char *second = fp_release_url(options, bases[1], file);
    enum fp_code code = fp_fail(err, FP_E_NOT_FOUND, "Apache has no %s: neither %s nor %s exists",
                                name, first, second);
    hint_releases(options, err);
    return code;
}

/* A release in the cache may have no checksum from a server, if the user gave the checksum. */
static enum fp_code fail_offline(const struct fp_release_options *options, const char *name,
                                 struct fp_error *err)
{
    cleanup_free char *path = fp_path_join(options->cache_folder, name);
    if (!fp_path_exists(path))
        return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "%s is not in the cache (%s)", name,
                                 options->cache_folder),
                         err, "build once without --offline, or use --from-archive");
    return fp_hinted(fp_fail(err, FP_E_NOT_FOUND,
                             "%s is in the cache (%s), its checksum from %s is not", name,
                             options->cache_folder, fp_release_checksum_base(options)),
                     err,
                     "give --flink-checksum as when it was fetched, or build once without "
                     "--offline");
}

static void take(struct fp_release *release, const char *hex, const char *voucher)
{
    release->sha512 = fp_xstrdup(hex);
    release->voucher = fp_xstrdup(voucher);
}

/* Find a checksum for which no server has to be asked; release->sha512 stays NULL if there is none.
 */
static void from_here(const struct fp_release_options *options, const char *const bases[2],
                      struct fp_release *release)
{
    char hex[FP_HASH_HEX_MAX] = "";
    for (size_t i = 0; i < 2 && release->sha512 == NULL; i++)
        if (fp_cache_recorded(options, release->archive_name, FP_SHA512, bases[i], hex))
            take(release, hex, bases[i]);
    if (release->sha512 != NULL || options->claimed_sha512 == NULL)
        return;
    take(release, options->claimed_sha512, NULL);
    release->is_known = false;
    release->is_claim = true;
}

enum fp_code fp_release_checksum(const struct fp_release_options *options,
                                 struct fp_release *release, struct fp_error *err)
{
    const char *name = release->archive_name;
    const char *const bases[] = {fp_release_checksum_base(options),
                                 fp_release_archive_base(options)};
    const char *voucher = FP_VOUCHED_BY_USER;
    char hex[FP_HASH_HEX_MAX] = "";
    if (options->checksum != NULL) {
        FP_TRY(from_option(options, name, hex, err));
        take(release, hex, voucher);
        release->is_known = !is_url(options->checksum);
        return FP_OK;
    }
    from_here(options, bases, release);
    if (release->sha512 != NULL)
        return FP_OK;
    if (options->offline)
        return fail_offline(options, name, err);
    FP_TRY(from_apache(options, name, bases, hex, &voucher, err));
    take(release, hex, voucher);
    release->is_known = false;
    return FP_OK;
}

enum fp_code fp_release_verify(const struct fp_release_options *options, const char *name,
                               struct fp_input *archive, struct fp_error *err)
{
    char expected[FP_HASH_HEX_MAX] = "";
    char hex[FP_HASH_HEX_MAX] = "";
    FP_TRY(from_option(options, name, expected, err));
    FP_TRY(fp_release_hash(options, archive, FP_SHA512, hex, err));
    archive->is_pinned = true;
    if (strcmp(hex, expected) == 0)
        return FP_OK;
    return fp_fail(err, FP_E_VERIFY, "%s: its sha512 is %s, expected %s", archive->path, hex,
                   expected);
}
