/* Fetching a file with a known checksum from one of several servers, through the cache. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "release.h"

/* The largest file to fetch; distributions are much smaller. */
#define MAX_FILE_BYTES ((uint64_t) 4 << 30)

/* The state of a fetch. */
struct file_job {
    const struct fp_fetch *fetch;
    const char *path; /* the final path in the cache */
    const char *part; /* the path of the unfinished download */
    int part_fd;
    char sha256[FP_HASH_HEX_MAX]; /* of the last download */
    char fingerprint[FP_HASH_HEX_MAX];
    struct fp_input *input; /* the file that was found or downloaded */
    size_t refused;         /* the number of URLs that do not have the file */
    enum fp_code worst;
    struct fp_buf tried; /* "URL (404), URL (...)" */
};

static char *beside(const char *path, const char *suffix)
{
    return fp_xasprintf("%s.%s", path, suffix);
}

/* Whether a path is a regular file, because a link, a pipe or the like is not a download. */
static bool is_kept(const char *path)
{
    struct stat st = {0};
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Whether a file is closed to us, as by another user's umask; then it counts as missing. */
static bool is_closed(const char *path, int mode)
{
    return faccessat(AT_FDCWD, path, mode, AT_EACCESS) != 0 && errno == EACCES;
}

/* The cache keeps longest what was used last. The file itself keeps its time, by which its digest
 * is remembered. */
static void touch_origin(const char *path)
{
    cleanup_free char *origin = beside(path, "url");
    fp_kept_touch(origin);
}

bool fp_cache_recorded(const struct fp_release_options *options, const char *name,
                       enum fp_hash_algorithm algorithm, const char *vouched_by,
                       char ret_hex[FP_HASH_HEX_MAX])
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    cleanup_free char *voucher = fp_xasprintf("\n# %s\n", vouched_by);
    cleanup_free char *path = fp_path_join(options->cache_folder, name);
    cleanup_free char *sum = beside(path, fp_checksum_suffix(algorithm));
    /* A checksum that came over plain HTTP is not trusted, although it is in the cache. */
    if (fp_http_check_plain(options->http, vouched_by, NULL) != FP_OK)
        return false;
    if (fp_kept_read(sum, &text, NULL) != FP_OK || strstr(fp_buf_text(&text), voucher) == NULL ||
        fp_checksum_parse_as(algorithm, fp_buf_text(&text), name, sum, ret_hex, NULL) != FP_OK)
        return false;
    touch_origin(path);
    return true;
}

/* Find the file in the cache and verify it. It stays open, because its name may be that of another
 * file by the time it is read. */
static enum fp_code look_in_cache(struct file_job *job, bool *ret_found, struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_input struct fp_input *input = NULL;
    int fd = -1;
    uint64_t size = 0;
    *ret_found = false;
    if (is_closed(job->path, R_OK))
        return FP_OK;
    enum fp_code code = fp_kept_open(job->path, &fd, &size, err);
    if (code == FP_E_NOT_FOUND || code == FP_E_INPUT)
        return FP_OK;
    FP_TRY(code);
    FP_TRY(fp_input_take(fd, job->path, &input, err));
    FP_TRY(fp_release_hash(job->fetch->options, input, job->fetch->algorithm, hex, err));
    if (strcmp(hex, job->fetch->hex) != 0)
        return FP_OK;
    *ret_found = true;
    job->input = steal_pointer(&input);
    return FP_OK;
}

/* Use the downloaded file by its descriptor, because its name may be replaced later, and release
 * the lock for which other processes wait. */
static enum fp_code take_part(struct file_job *job, struct fp_error *err)
{
    (void) flock(job->part_fd, LOCK_UN);
    FP_TRY(fp_input_take(steal_fd(&job->part_fd), job->path, &job->input, err));
    fp_input_expect(job->input, job->sha256, job->fingerprint);
    return FP_OK;
}

static void note_failure(struct file_job *job, const char *shown, enum fp_code code,
                         const char *why)
{
    /* A file that fails verification is worse than a missing one or a failing server. */
    if (job->worst == FP_OK || code == FP_E_VERIFY)
        job->worst = code;
    if (code == FP_E_NOT_FOUND)
        job->refused++;
    else if (job->worst == FP_E_NOT_FOUND)
        job->worst = code;
    fp_report(job->fetch->options->reporter,
              code == FP_E_VERIFY ? FP_EVENT_WARNING : FP_EVENT_DEBUG, "%s: %s", shown, why);
    /* A full list is truncated, but the result of the URL is still counted. */
    fp_buf_putf(&job->tried, "%s%.500s (%.500s)", job->tried.len > 0 ? ", " : "", shown, why);
}

static enum fp_code empty_part(const struct file_job *job, struct fp_error *err)
{
    if (ftruncate(job->part_fd, 0) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s", job->part);
    return FP_OK;
}

/* Describe a wrong file by its first bytes; NULL if they are as expected. */
static const char *wrong_look(const struct file_job *job)
{
    char head[64] = "";
    ssize_t len = pread(job->part_fd, head, sizeof(head) - 1, 0);
    size_t magic_len = strlen(job->fetch->magic);
    if (len <= 0)
        return "the file is empty";
    if ((size_t) len >= magic_len && memcmp(head, job->fetch->magic, magic_len) == 0)
        return NULL;
    return head[strspn(head, " \t\r\n")] == '<' ? "an HTML page came instead"
                                                : "it is something else";
}

/* Verify the download; *ret_good is true if it is the wanted file. */
static enum fp_code judge(struct file_job *job, const char *shown, const char *hex, bool *ret_good,
                          struct fp_error *err)
{
    *ret_good = strcmp(hex, job->fetch->hex) == 0;
    if (*ret_good)
        return FP_OK;
    const char *look = wrong_look(job);
    cleanup_free char *why = look != NULL ? fp_xasprintf("not %s: %s", job->fetch->kind, look)
                                          : fp_xasprintf("%s is %.16s..., expected %.16s...",
                                                         fp_checksum_suffix(job->fetch->algorithm),
                                                         hex, job->fetch->hex);
    note_failure(job, shown, FP_E_VERIFY, why);
    return empty_part(job, err);
}

/* Download to the part, and compute its digests. */
static enum fp_code get(struct file_job *job, const char *url, struct fp_stage *stage,
                        char ret_hex[FP_HASH_HEX_MAX], int *ret_status, struct fp_error *err)
{
    cleanup_hash struct fp_hash *hash = fp_hash_new(job->fetch->algorithm);
    cleanup_hash struct fp_hash *sha256 = fp_hash_new(FP_SHA256);
    cleanup_hash struct fp_hash *fingerprint = fp_hash_new(FP_FINGERPRINT);
    const struct fp_http_download download = {.url = url,
                                              .fd = job->part_fd,
                                              .expected_bytes = UINT64_MAX,
                                              .max_bytes = MAX_FILE_BYTES,
                                              .stage = stage,
                                              .hash = hash,
                                              .needs_tls = true};
    fp_hash_pair(hash, sha256);
    fp_hash_pair(sha256, fingerprint);
    FP_TRY(fp_http_download(job->fetch->options->http, &download, ret_status, err));
    fp_hash_hex(hash, ret_hex);
    fp_hash_hex(sha256, job->sha256);
    fp_hash_hex(fingerprint, job->fingerprint);
    return FP_OK;
}

/* A failure that another URL may not have is noted, and is not an error. */
static enum fp_code get_over(struct file_job *job, const char *shown, enum fp_code code, int status,
                             struct fp_error *err)
{
    cleanup_free char *answer = fp_xasprintf("the server answers %d", status);
    bool missing = status == 404 || status == 410;
    switch (code) {
    case FP_OK:
        note_failure(job, shown, missing ? FP_E_NOT_FOUND : FP_E_NETWORK, answer);
        return FP_OK;
    case FP_E_INPUT:
        note_failure(job, shown, code, err->text);
        return empty_part(job, err);
    case FP_E_NETWORK:
    case FP_E_VERIFY:
        note_failure(job, shown, code, err->text);
        return FP_OK;
    case FP_E_IO:
        return fp_context(code, err, "%s", job->part);
    default:
        return code;
    }
}

static enum fp_code try_url(struct file_job *job, const char *url, bool *ret_good,
                            struct fp_error *err)
{
    cleanup_free char *shown = fp_url_display(url);
    char hex[FP_HASH_HEX_MAX] = "";
    struct fp_stage stage = {0};
    int status = 0;
    *ret_good = false;
    fp_stage_begin(&stage, job->fetch->options->reporter, "download", job->fetch->name, 0);
    enum fp_code code = get(job, url, &stage, hex, &status, err);
    if (code != FP_OK || status != 200) {
        (void) fp_stage_close(&stage, FP_E_NETWORK, NULL);
        return get_over(job, shown, code, status, err);
    }
    code = judge(job, shown, hex, ret_good, err);
    (void) fp_stage_close(&stage, *ret_good ? FP_OK : FP_E_VERIFY, "done");
    return code;
}

/* If the part of an earlier run turns out to be wrong, download once more from the beginning. */
static enum fp_code try_url_twice(struct file_job *job, const char *url, bool *ret_good,
                                  struct fp_error *err)
{
    struct stat st = {0};
    bool resumed = fstat(job->part_fd, &st) == 0 && st.st_size > 0;
    FP_TRY(try_url(job, url, ret_good, err));
    bool emptied = fstat(job->part_fd, &st) == 0 && st.st_size == 0;
    if (!*ret_good && resumed && emptied)
        FP_TRY(try_url(job, url, ret_good, err));
    return FP_OK;
}

static enum fp_code fail_all(const struct file_job *job, struct fp_error *err)
{
    const struct fp_fetch *fetch = job->fetch;
    if (job->refused == fetch->urls->len) {
        return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "%s is nowhere to be had: %s", fetch->name,
                                 fp_buf_text(&job->tried)),
                         err,
                         "look at the version and its variants; a mirror holds flink/flink-V/");
    }
    enum fp_code code =
        fp_fail(err, job->worst, "%s cannot be fetched: %s", fetch->name, fp_buf_text(&job->tried));
    if (job->worst == FP_E_VERIFY)
        fp_hint(err, "expected %s:%s; nothing of it was kept", fp_checksum_suffix(fetch->algorithm),
                fetch->hex);
    else
        fp_hint(err, "the next run goes on where this one stopped; HTTPS_PROXY is honoured");
    return code;
}

/* Record the checksum that the file was verified against, and its source. */
static enum fp_code record_checksum(const struct file_job *job, struct fp_error *err)
{
    cleanup_free char *sum = beside(job->path, fp_checksum_suffix(job->fetch->algorithm));
    cleanup_free char *line =
        fp_xasprintf("%s  %s\n# %s\n", job->fetch->hex, job->fetch->name, job->fetch->vouched_by);
    return fp_kept_write(sum, line, strlen(line), err);
}

/* Record a server's checksum for a cached file that has none, because the user gave one or because
 * a run was killed. Then the server need not be asked again. The user's checksum is given each time
 * and does not replace a server's. An unwritable cache is not a failure. */
static void record_server(const struct file_job *job)
{
    const struct fp_fetch *fetch = job->fetch;
    char hex[FP_HASH_HEX_MAX] = "";
    if (strcmp(fetch->vouched_by, FP_VOUCHED_BY_USER) == 0 ||
        fp_cache_recorded(fetch->options, fetch->name, fetch->algorithm, fetch->vouched_by, hex))
        return;
    (void) !record_checksum(job, NULL);
}

static enum fp_code publish(const struct file_job *job, const char *shown, struct fp_error *err)
{
    cleanup_free char *origin = beside(job->path, "url");
    if (rename(job->part, job->path) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s", job->path);
    FP_TRY(record_checksum(job, err));
    return fp_kept_write(origin, shown, strlen(shown), err);
}

/* Give the file its name, and write its checksum and source beside it. This build uses the open
 * file, even if another process has replaced it. */
static enum fp_code keep(const struct file_job *job, const char *shown, struct fp_error *err)
{
    struct fp_error failure = {0};
    if (!fp_sync(job->part_fd))
        return fp_fail_errno(err, FP_E_IO, "%s", job->path);
    if (publish(job, shown, &failure) != FP_OK)
        fp_report(job->fetch->options->reporter, FP_EVENT_WARNING,
                  "%s; the next build fetches or asks again", failure.text);
    return FP_OK;
}

static enum fp_code download(struct file_job *job, struct fp_error *err)
{
    const struct fp_strv *urls = job->fetch->urls;
    for (size_t i = 0; i < urls->len; i++) {
        bool good = false;
        FP_TRY(try_url_twice(job, urls->items[i], &good, err));
        if (!good)
            continue;
        cleanup_free char *shown = fp_url_display(urls->items[i]);
        FP_TRY(keep(job, shown, err));
        return take_part(job, err);
    }
    return fail_all(job, err);
}

/* Remove an empty part, because nothing could be resumed from it. */
static void drop_empty_part(const struct file_job *job)
{
    struct stat st = {0};
    if (fstat(job->part_fd, &st) == 0 && st.st_nlink > 0 && st.st_size == 0)
        (void) unlink(job->part);
}

static enum fp_code fetch_locked(struct file_job *job, bool *ret_found, struct fp_error *err)
{
    FP_TRY(look_in_cache(job, ret_found, err));
    if (*ret_found)
        return FP_OK;
    if (is_kept(job->path) && !is_closed(job->path, R_OK))
        fp_report(job->fetch->options->reporter, FP_EVENT_WARNING,
                  "%s in the cache has another checksum than expected and is fetched again",
                  job->fetch->name);
    return download(job, err);
}

/* The process that downloads locks the part. Others wait, and then find the file in the cache. */
static enum fp_code fetch_missing(struct file_job *job, struct fp_error *err)
{
    bool found = false;
    FP_TRY(fp_file_open_locked(job->part, &job->part_fd, err));
    enum fp_code code = fetch_locked(job, &found, err);
    if (code != FP_OK || found)
        drop_empty_part(job);
    fp_cleanup_fdp(&job->part_fd);
    return code;
}

static enum fp_code fetch_into_cache(struct file_job *job, struct fp_error *err)
{
    bool found = false;
    FP_TRY(look_in_cache(job, &found, err));
    if (found)
        record_server(job);
    if (found || !job->fetch->options->offline)
        return found ? FP_OK : fetch_missing(job, err);
    return fp_hinted(fp_fail(err, FP_E_NOT_FOUND,
                             "%s is not in the cache, or not with that checksum", job->fetch->name),
                     err, "build once without --offline");
}

static char *read_origin(const struct fp_fetch *fetch, const char *path)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    cleanup_free char *origin = beside(path, "url");
    if (fp_kept_read(origin, &text, NULL) == FP_OK && text.len > 0)
        return fp_buf_take(&text);
    return fp_url_display(fetch->urls->items[fetch->urls->len - 1]);
}

enum fp_code fp_fetch_file(const struct fp_fetch *fetch, struct fp_input **ret, char **ret_url,
                           struct fp_error *err)
{
    cleanup_free char *path = fp_path_join(fetch->options->cache_folder, fetch->name);
    cleanup_free char *shared = beside(path, "part");
    cleanup_free char *part = is_closed(shared, R_OK | W_OK)
                                  ? fp_xasprintf("%s.%ju.part", path, (uintmax_t) geteuid())
                                  : fp_xstrdup(shared);
    struct file_job job = {
        .fetch = fetch, .path = path, .part = part, .part_fd = -1, .tried = FP_BUF_INIT(1536)};
    enum fp_code code = fetch_into_cache(&job, err);
    fp_buf_clear(&job.tried);
    if (code != FP_OK)
        return code;
    *ret_url = read_origin(fetch, path);
    touch_origin(path);
    *ret = job.input;
    (*ret)->is_pinned = true;
    return FP_OK;
}
