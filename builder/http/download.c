/* Downloads into files, continued after every break. */
#include "headers.h"
#include "job.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_REDIRECTS 5
/* The progress that resets the attempts; a server that breaks off after each byte makes less. */
#define MIN_PROGRESS_BYTES 65536
/* A bound for servers that always make just enough progress. */
#define MAX_ATTEMPTS_IN_ALL 200

/* A download under way. The sink comes first, so that it can be passed to the request. */
struct download {
    struct fp_sink sink;
    const struct fp_http_download *spec;
    uint64_t offset;       /**< the size of the file so far */
    uint64_t total_bytes;  /**< of the object, as the server says; UINT64_MAX: not known */
    uint64_t best_bytes;   /**< the largest offset so far */
    uint64_t staged_bytes; /**< the advance of the stage */
    char *validator;       /**< strong ETag or date of the object, for If-Range; or NULL */
    bool ranged;           /**< this attempt asked for a part */
    int attempts;
    int without_progress; /**< attempts since the last progress */
    bool wrong_part;      /**< the answer was another part than requested, or of another object */
};

/* The stage shows the size of the file, also after the download starts over. */
static void show_progress(struct download *d)
{
    struct fp_stage *stage = d->spec->stage;
    if (stage == NULL)
        return;
    if (d->staged_bytes > d->offset) {
        uint64_t back = d->staged_bytes - d->offset;
        stage->done_bytes -= back < stage->done_bytes ? back : stage->done_bytes;
        stage->kept_bytes -= back < stage->kept_bytes ? back : stage->kept_bytes;
        d->staged_bytes = d->offset;
        fp_stage_advance(stage, 0);
    }
    if (d->offset > d->staged_bytes)
        fp_stage_advance(stage, d->offset - d->staged_bytes);
    d->staged_bytes = d->offset;
}

static enum fp_code write_at(struct fp_sink *sink, const void *data, size_t len,
                             struct fp_error *err)
{
    struct download *d = (struct download *) sink;
    const char *bytes = data;
    /* A part within the limit of one answer may exceed the limit of the whole file. */
    if (len > d->spec->max_bytes - d->offset)
        return fp_fail(err, FP_E_INPUT, "it has more than the limit of %llu bytes",
                       (unsigned long long) d->spec->max_bytes);
    while (len > 0) {
        ssize_t written = pwrite(d->spec->fd, bytes, len, (off_t) d->offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            cleanup_free char *shown = fp_url_display(d->spec->url);
            return fp_fail_errno(err, FP_E_IO, "writing what comes from %s", shown);
        }
        if (d->spec->hash != NULL)
            fp_hash_update(d->spec->hash, bytes, (size_t) written);
        bytes += written;
        len -= (size_t) written;
        d->offset += (uint64_t) written;
    }
    show_progress(d);
    return fp_cancel_check(err);
}

static enum fp_code finish_nothing(struct fp_sink *sink, struct fp_error *err)
{
    (void) sink;
    (void) err;
    return FP_OK;
}

static void free_nothing(struct fp_sink *sink)
{
    (void) sink;
}

static const struct fp_sink_ops download_ops = {write_at, finish_nothing, free_nothing};

static enum fp_code start_over(struct download *d, struct fp_error *err)
{
    if (ftruncate(d->spec->fd, 0) != 0)
        return fp_fail_errno(err, FP_E_IO, "emptying a partial download");
    if (d->spec->hash != NULL)
        fp_hash_reset(d->spec->hash);
    d->offset = 0;
    d->total_bytes = d->spec->expected_bytes;
    free(d->validator);
    d->validator = NULL;
    show_progress(d);
    return FP_OK;
}

/* It is only needed if nothing else distinguishes versions: a digest that the caller checks is
 * better, and mirrors give the same bytes different ETags. */
static void remember_validator(struct download *d, const struct fp_http_response *answer)
{
    if (d->spec->expected_bytes != UINT64_MAX || d->validator != NULL)
        return;
    const char *tag = fp_http_header(answer, "etag");
    const char *date = fp_http_header(answer, "last-modified");
    if (tag != NULL && strncmp(tag, "W/", 2) != 0 && strpbrk(tag, "\r\n") == NULL)
        d->validator = fp_xstrdup(tag);
    else if (date != NULL && strpbrk(date, "\r\n") == NULL)
        d->validator = fp_xstrdup(date);
}

static enum fp_code check_total(struct download *d, uint64_t total, struct fp_error *err)
{
    uint64_t expected = d->spec->expected_bytes;
    if (expected != UINT64_MAX && total != expected)
        return fp_fail(err, FP_E_VERIFY, "the server has %llu bytes, expected %llu",
                       (unsigned long long) total, (unsigned long long) expected);
    if (total > d->spec->max_bytes)
        return fp_fail(err, FP_E_INPUT, "it has %llu bytes, more than the limit of %llu",
                       (unsigned long long) total, (unsigned long long) d->spec->max_bytes);
    d->total_bytes = total;
    if (d->spec->stage != NULL && d->spec->stage->total_bytes == 0)
        d->spec->stage->total_bytes = total;
    return FP_OK;
}

static bool same_object(const struct download *d, const struct fp_http_response *answer,
                        uint64_t total)
{
    const char *tag = fp_http_header(answer, "etag");
    if (d->validator != NULL && d->validator[0] == '"' && tag != NULL &&
        strcmp(tag, d->validator) != 0)
        return false;
    return total == UINT64_MAX || d->total_bytes == UINT64_MAX || total == d->total_bytes;
}

static enum fp_code begin_part(struct download *d, const struct fp_http_response *answer,
                               struct fp_error *err)
{
    const char *range = fp_http_header(answer, "content-range");
    uint64_t first = 0;
    uint64_t last = 0;
    uint64_t total = 0;
    if (!d->ranged || range == NULL || !fp_parse_content_range(range, &first, &last, &total) ||
        first != d->offset || !same_object(d, answer, total)) {
        d->wrong_part = true;
        return fp_fail(err, FP_E_NETWORK, "asked for the bytes from %llu on, but got \"%.80s\"",
                       (unsigned long long) d->offset, range != NULL ? range : "");
    }
    return total != UINT64_MAX ? check_total(d, total, err) : FP_OK;
}

static enum fp_code begin_whole(struct download *d, const struct fp_http_response *answer,
                                struct fp_error *err)
{
    uint64_t total = 0;
    FP_TRY(start_over(d, err));
    if (fp_http_header_u64(answer, "content-length", &total))
        FP_TRY(check_total(d, total, err));
    remember_validator(d, answer);
    return FP_OK;
}

static enum fp_code begin(void *context, const struct fp_http_response *answer,
                          struct fp_error *err)
{
    struct download *d = context;
    return answer->status == 206 ? begin_part(d, answer, err) : begin_whole(d, answer, err);
}

static void add_range(const struct download *d, struct fp_strv *headers)
{
    for (size_t i = 0; d->spec->headers != NULL && i < d->spec->headers->len; i++)
        fp_strv_add(headers, d->spec->headers->items[i]);
    if (!d->ranged)
        return;
    fp_strv_addf(headers, "Range: bytes=%llu-", (unsigned long long) d->offset);
    if (d->validator != NULL)
        fp_strv_addf(headers, "If-Range: %s", d->validator);
}

static enum fp_code attempt_once(struct fp_http *http, struct download *d,
                                 struct fp_http_response *answer, bool *ret_transient,
                                 struct fp_error *err)
{
    cleanup_strv struct fp_strv headers = {0};
    d->ranged = d->offset > 0;
    d->wrong_part = false;
    add_range(d, &headers);
    struct fp_http_request request = {
        .method = "GET",
        .url = d->spec->url,
        .headers = &headers,
        .authorization = d->spec->authorization,
        .sink = &d->sink,
        .max_bytes = d->spec->max_bytes,
        .max_redirects = MAX_REDIRECTS,
        .needs_tls = d->spec->needs_tls,
        .stage = NULL,
    };
    struct fp_http_job job = {
        .http = http, .request = &request, .begin = begin, .begin_context = d, .response = answer};
    enum fp_code code = fp_http_follow(&job, err);
    *ret_transient = job.transient || d->wrong_part ||
                     (code == FP_OK && fp_http_status_is_transient(answer->status));
    return code;
}

/* After 416 to a range beyond the end, the file may have been complete already. */
static bool is_complete_416(const struct download *d, const struct fp_http_response *answer)
{
    const char *range = fp_http_header(answer, "content-range");
    uint64_t total = 0;
    return answer->status == 416 && range != NULL && strncmp(range, "bytes */", 8) == 0 &&
           fp_parse_u64(range + 8, strlen(range + 8), &total) && total == d->offset;
}

static bool is_whole(const struct download *d, const struct fp_http_response *answer)
{
    if (answer->status != 200 && answer->status != 206)
        return false;
    return d->total_bytes == UINT64_MAX || d->offset == d->total_bytes;
}

/* Decide whether an answer without a transport failure ends the download or is tried again. */
static enum fp_code judge(struct download *d, const struct fp_http_response *answer, bool *ret_over,
                          int *ret_status, struct fp_error *err)
{
    *ret_over = true;
    *ret_status = answer->status;
    if (is_whole(d, answer) || is_complete_416(d, answer)) {
        *ret_status = 200;
        return FP_OK;
    }
    if (answer->status == 200 || answer->status == 206) {
        *ret_over = false; /* the server ended early, but without an error */
        cleanup_free char *shown = fp_url_display(d->spec->url);
        return fp_fail(err, FP_E_NETWORK, "GET %s: ended after %llu of %llu bytes", shown,
                       (unsigned long long) d->offset, (unsigned long long) d->total_bytes);
    }
    if (answer->status == 416 && d->ranged) {
        *ret_over = false;
        return start_over(d, err);
    }
    *ret_over = !fp_http_status_is_transient(answer->status);
    return FP_OK;
}

/* Attempts are counted since the last progress. */
static bool may_go_on(const struct fp_http *http, struct download *d,
                      const struct fp_error *failure)
{
    bool progress = d->offset >= d->best_bytes + MIN_PROGRESS_BYTES;
    d->without_progress = progress ? 1 : d->without_progress + 1;
    if (progress)
        d->best_bytes = d->offset;
    return d->without_progress < fp_http_max_attempts(http, failure) &&
           d->attempts < MAX_ATTEMPTS_IN_ALL;
}

static enum fp_code run(struct fp_http *http, struct download *d, struct fp_http_response *answer,
                        int *ret_status, struct fp_error *err)
{
    for (d->attempts = 1;; d->attempts++) {
        bool transient = false;
        bool over = false;
        enum fp_code code = attempt_once(http, d, answer, &transient, err);
        if (code == FP_OK) {
            code = judge(d, answer, &over, ret_status, err);
            transient = !over;
        }
        if (over || !transient || code == FP_E_IO)
            return code;
        if (!may_go_on(http, d, code != FP_OK ? err : NULL))
            return code != FP_OK && d->attempts > 1
                       ? fp_context(code, err, "%d attempts", d->attempts)
                       : code;
        code = fp_http_pause(http, code == FP_OK ? answer : NULL, d->without_progress, err);
        if (code == FP_OK && d->wrong_part)
            code = start_over(d, err);
        if (code != FP_OK)
            return code;
    }
}

/* The bytes of an earlier run in the file are hashed first. */
static enum fp_code take_existing(struct download *d, struct fp_error *err)
{
    char buffer[65536];
    if (d->spec->stage != NULL && d->offset > 0)
        fp_stage_keep(d->spec->stage, d->offset);
    d->staged_bytes = d->offset;
    if (d->spec->hash == NULL)
        return FP_OK;
    fp_hash_reset(d->spec->hash);
    for (uint64_t at = 0; at < d->offset;) {
        FP_TRY(fp_cancel_check(err));
        ssize_t len = pread(d->spec->fd, buffer, sizeof(buffer), (off_t) at);
        if (len < 0 && errno == EINTR)
            continue;
        if (len == 0)
            errno = ENODATA; /* somebody truncated it meanwhile */
        if (len <= 0)
            return fp_fail_errno(err, FP_E_IO, "reading a partial download");
        fp_hash_update(d->spec->hash, buffer, (size_t) len);
        at += (uint64_t) len;
    }
    return FP_OK;
}

enum fp_code fp_http_download(struct fp_http *http, const struct fp_http_download *download,
                              int *ret_status, struct fp_error *err)
{
    struct stat st;
    struct fp_http_response own = FP_HTTP_RESPONSE_INIT(FP_HTTP_MAX_ERROR_BYTES);
    struct fp_http_response *answer = download->answer != NULL ? download->answer : &own;
    struct download d = {.sink.ops = &download_ops, .spec = download};
    if (fstat(download->fd, &st) != 0)
        return fp_fail_errno(err, FP_E_IO, "looking at a partial download");
    d.offset = d.best_bytes = (uint64_t) st.st_size;
    d.total_bytes = download->expected_bytes;
    enum fp_code code = FP_OK;
    if (d.offset > d.total_bytes || d.offset > download->max_bytes)
        code = start_over(&d, err);
    else
        code = take_existing(&d, err);
    *ret_status = 200;
    if (code == FP_OK && (d.offset != d.total_bytes || d.total_bytes == 0))
        code = run(http, &d, answer, ret_status, err);
    free(d.validator);
    fp_http_response_clear(&own);
    return code;
}
