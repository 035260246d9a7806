/* Fetches indexes and packages from repositories through the cache. */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEX_FILE_MAX   ((uint64_t) 16 << 20)
#define PACKAGE_FILE_MAX ((uint64_t) 2 << 30)

/* Only its creator can use a cache directory, so other users of a shared cache get their own. */
static char *cache_folder(const struct fp_apk_fetch_options *options)
{
    char *folder = fp_path_join(options->cache_folder, "apk");
    int needed = R_OK | X_OK | (options->offline ? 0 : W_OK);
    if (faccessat(AT_FDCWD, folder, needed, AT_EACCESS) == 0 || errno != EACCES)
        return folder;
    char *own = fp_xasprintf("%s-%ju", folder, (uintmax_t) geteuid());
    free(folder);
    return own;
}

/* Gets the path of a file in the cache. */
static enum fp_code cache_path(const struct fp_apk_fetch_options *options, const char *name,
                               char **ret, struct fp_error *err)
{
    cleanup_free char *folder = cache_folder(options);
    FP_TRY(options->offline ? fp_kept_check(folder, err) : fp_kept_dir_make(folder, err));
    *ret = fp_path_join(folder, name);
    return FP_OK;
}

static enum fp_code refused(const char *url, int status, struct fp_error *err)
{
    cleanup_free char *shown = fp_url_display(url);
    if (status == 404 || status == 410)
        return fp_fail(err, FP_E_NOT_FOUND, "%s: the server has no such file (%d)", shown, status);
    if (status == 401 || status == 403)
        return fp_hinted(fp_fail(err, FP_E_AUTH, "%s: refused (%d)", shown, status), err,
                         "user and password may stand in its URL: https://USER:PASSWORD@HOST/...");
    return fp_fail(err, FP_E_NETWORK, "%s: the server answers %d", shown, status);
}

/* Downloads to a new file that has not been published under its name yet. */
static enum fp_code download(const struct fp_apk_fetch_options *options, const char *url,
                             const char *path, uint64_t expected_bytes, uint64_t max_bytes,
                             struct fp_newfile **ret, struct fp_error *err)
{
    int status = 0;
    struct fp_stage stage;
    cleanup_newfile struct fp_newfile *file = NULL;
    cleanup_free char *shown = fp_url_display(url);
    cleanup_free char *folder = cache_folder(options);
    FP_TRY(fp_newfile_open_in(folder, 0644, &file, err));
    struct fp_http_download request = {.url = url,
                                       .fd = fp_newfile_fd(file),
                                       .expected_bytes = expected_bytes,
                                       .max_bytes = max_bytes,
                                       .stage = &stage};
    fp_stage_begin(&stage, options->reporter, "package", fp_path_base(shown),
                   expected_bytes != UINT64_MAX ? expected_bytes : 0);
    enum fp_code code = fp_http_download(options->http, &request, &status, err);
    if (code == FP_OK && status != 200)
        code = refused(url, status, err);
    if (fp_stage_close(&stage, code, "fetched") != FP_OK)
        return code == FP_E_IO ? fp_context(code, err, "%s", path) : code;
    *ret = steal_pointer(&file);
    return FP_OK;
}

static bool is_index(const char *url)
{
    return fp_text_ends_with(url, ".tar.gz");
}

/* If there is no APKINDEX, checks whether the repository has an index in apk 3's format. */
static enum fp_code probe_adb(const struct index_fetch *fetch, enum fp_code code,
                              struct fp_error *err)
{
    cleanup_free char *other = fp_xasprintf("%s/%s/Packages.adb", fetch->url, fetch->arch);
    cleanup_free char *shown = fp_url_display(other);
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(4096);
    struct fp_http_request request = {.method = "HEAD", .url = other, .max_redirects = 5};
    if (is_index(fetch->url))
        return code;
    if (fp_http_send(fetch->options->http, &request, &response, NULL) != FP_OK ||
        response.status != 200) {
        cleanup_free char *folder = fp_url_display(fetch->url);
        return fp_hinted(code, err, "is %s a repository for %s?", folder, fetch->arch);
    }
    return fp_hinted(fp_fail(err, FP_E_INPUT,
                             "%s: the repository has only an index in apk 3's format (ADB)", shown),
                     err, "use a repository that has APKINDEX.tar.gz, as Alpine's own do");
}

/* Reads an open file from its beginning, through a copy of the descriptor. */
static enum fp_code read_again(int fd, const char *name, struct fp_source **ret,
                               struct fp_error *err)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return fp_fail_errno(err, FP_E_IO, "%s", name);
    *ret = fp_source_fd(copy, name, 0, UINT64_MAX);
    return FP_OK;
}

static enum fp_code read_index(int fd, const char *name, const struct fp_apk_keys *keys,
                               struct fp_apk_index *ret, struct fp_error *err)
{
    char *text = NULL;
    struct fp_source *source = NULL;
    FP_TRY(read_again(fd, name, &source, err));
    struct fp_apk_index_origin origin = {0};
    FP_TRY(fp_apk_index_read(source, name, keys, &text, &origin, err));
    enum fp_code code = fp_apk_index_parse(text, name, ret, err);
    ret->origin = origin;
    return code;
}

/* Opens an index file of this machine or of the cache. */
static enum fp_code open_index(struct index_fetch *fetch, const char *whole, struct fp_error *err)
{
    uint64_t size = 0;
    if (whole[0] == '/')
        return fp_file_open(whole, &fetch->fd, NULL, err);
    enum fp_code code = fp_kept_open(fetch->path, &fetch->fd, &size, err);
    if (code != FP_E_NOT_FOUND)
        return code;
    return fp_hinted(
        fp_fail(err, FP_E_NOT_FOUND, "%s: its index is not in the cache", fetch->shown), err,
        "build once without --offline");
}

static enum fp_code get_index(struct index_fetch *fetch, const char *whole, struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX];
    const struct fp_apk_fetch_options *options = fetch->options;
    if (whole[0] == '/')
        return open_index(fetch, whole, err);
    /* The name in the cache ignores the password, because a new one may be set later. */
    cleanup_free char *bare = NULL;
    cleanup_free char *authorization = NULL;
    FP_TRY(fp_url_split_user(whole, &bare, &authorization, err));
    fp_hash_bytes(FP_SHA1, bare, strlen(bare), hex);
    cleanup_free char *name = fp_xasprintf("APKINDEX.%.8s.tar.gz", hex);
    FP_TRY(cache_path(options, name, &fetch->path, err));
    if (options->offline)
        return open_index(fetch, whole, err);
    enum fp_code code =
        download(options, whole, fetch->path, UINT64_MAX, INDEX_FILE_MAX, &fetch->file, err);
    return code == FP_E_NOT_FOUND ? probe_adb(fetch, code, err) : code;
}

enum fp_code fp_index_fetch_run(void *index_fetch, struct fp_error *err)
{
    struct index_fetch *fetch = index_fetch;
    cleanup_free char *whole = is_index(fetch->url)
                                   ? fp_xstrdup(fetch->url)
                                   : fp_xasprintf("%s/%s/APKINDEX.tar.gz", fetch->url, fetch->arch);
    fetch->shown = fp_repository_display(whole);
    enum fp_code code = fetch->code = get_index(fetch, whole, &fetch->err);
    /* Other errors come from this machine or from verification, and are not skipped. */
    fetch->is_away =
        code == FP_E_NOT_FOUND || code == FP_E_NETWORK || code == FP_E_AUTH || code == FP_E_INPUT;
    return fetch->is_away ? FP_OK : fp_fail_as(err, &fetch->err);
}

enum fp_code fp_index_fetch_read(struct index_fetch *fetch, const struct fp_apk_keys *keys,
                                 struct fp_apk_index *ret, struct fp_error *err)
{
    int fd = fetch->file != NULL ? fp_newfile_fd(fetch->file) : fetch->fd;
    FP_TRY(read_index(fd, fetch->shown, keys, ret, err));
    return fetch->file != NULL ? fp_newfile_publish(fetch->file, fetch->path, true, err) : FP_OK;
}

void fp_index_fetch_clear(struct index_fetch *fetch)
{
    fp_newfile_free(fetch->file);
    if (fetch->fd >= 0)
        (void) close(fetch->fd);
    free(fetch->shown);
    free(fetch->path);
}

/* Returns a package's URL, in the directory of its architecture or in that of a named index. */
static char *package_url(const char *url, const struct fp_apk_package *package)
{
    cleanup_free char *title = fp_apk_package_title(package);
    cleanup_free char *escaped =
        url[0] != '/' && strpbrk(title, "?#%") != NULL ? fp_url_escape(title) : fp_xstrdup(title);
    const char *arch = package->fields[FP_APK_ARCH];
    const char *slash = strrchr(url, '/');
    if (is_index(url))
        return fp_xasprintf("%.*s/%s.apk", (int) (slash - url), url, escaped);
    return fp_xasprintf("%s/%s/%s.apk", url, arch != NULL ? arch : "noarch", escaped);
}

static enum fp_code fetch_package(const struct fp_apk_fetch_options *options, const char *whole,
                                  const char *path, const struct fp_apk_package *package,
                                  struct fp_apk_spool *spool, struct fp_apk_contents *ret,
                                  struct fp_error *err)
{
    struct fp_source *source = NULL;
    cleanup_newfile struct fp_newfile *file = NULL;
    cleanup_free char *shown = fp_url_display(whole);
    FP_TRY(download(options, whole, path, package->size > 0 ? package->size : UINT64_MAX,
                    PACKAGE_FILE_MAX, &file, err));
    FP_TRY(read_again(fp_newfile_fd(file), shown, &source, err));
    FP_TRY(fp_apk_package_read(source, shown, package, spool, ret, err));
    return fp_newfile_publish(file, path, true, err);
}

/* Reads a package from a local file, which messages call `name`. */
static enum fp_code read_package(int take_fd, const char *path, const char *name,
                                 const struct fp_apk_package *package, struct fp_apk_spool *spool,
                                 struct fp_apk_contents *ret, struct fp_error *err)
{
    return fp_apk_package_read(fp_source_fd(take_fd, path, 0, UINT64_MAX), name, package, spool,
                               ret, err);
}

enum fp_code fp_apk_package_fetch(const struct fp_apk_fetch_options *options, const char *url,
                                  const struct fp_apk_package *package, struct fp_apk_spool *spool,
                                  struct fp_apk_contents *ret, struct fp_error *err)
{
    char hex[41] = "";
    struct fp_error failure = {0};
    int fd = -1;
    uint64_t size = 0;
    cleanup_free char *path = NULL;
    cleanup_free char *whole = package_url(url, package);
    if (whole[0] == '/') {
        FP_TRY(fp_file_open(whole, &fd, NULL, err));
        return read_package(fd, whole, whole, package, spool, ret, err);
    }
    cleanup_free char *title = fp_apk_package_title(package);
    (void) fp_apk_identity_hex(package->fields[FP_APK_IDENTITY], hex);
    cleanup_free char *name = fp_xasprintf("%s.%.8s.apk", title, hex);
    FP_TRY(cache_path(options, name, &path, err));
    enum fp_code code = fp_kept_open(path, &fd, &size, &failure);
    if (code == FP_OK) {
        fp_kept_touch(path);
        code = read_package(fd, path, name, package, spool, ret, &failure);
    }
    /* A new download can repair a damaged file, but not a full disk or an interruption. */
    bool is_damaged = code == FP_E_VERIFY || code == FP_E_INPUT;
    if (!options->offline && is_damaged)
        fp_report(options->reporter, FP_EVENT_WARNING,
                  "%s in the cache is not right and is fetched again", name);
    if (!options->offline && (is_damaged || code == FP_E_NOT_FOUND))
        return fetch_package(options, whole, path, package, spool, ret, err);
    if (code != FP_E_NOT_FOUND)
        return code == FP_OK ? FP_OK : fp_fail_as(err, &failure);
    return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "%s is not in the cache", title), err,
                     "build once without --offline");
}
