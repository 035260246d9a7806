/* libcurl's callbacks: headers, bodies in both directions, stalls, and addresses of connections. */
#include "exchange.h"
#include "headers.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The rest of a longer error body is not read. */
#define MAX_DROPPED_BYTES ((uint64_t) 1 << 20)
/* A slower transfer is a stall. */
#define MIN_BYTES_PER_S 1000
/* A registry may take minutes to commit a large upload, and is silent meanwhile. */
#define COMMIT_FACTOR 5

static bool is_success(const struct fp_exchange *x)
{
    int status = x->job->response->status;
    return status >= 200 && status < 300;
}

static void advance_stage(struct fp_exchange *x, uint64_t bytes)
{
    if (x->job->request->stage == NULL)
        return;
    x->job->staged_bytes += bytes;
    fp_stage_advance(x->job->request->stage, bytes);
}

void fp_http_unstage(struct fp_http_job *job)
{
    struct fp_stage *stage = job->request->stage;
    if (stage == NULL || job->staged_bytes == 0)
        return;
    stage->done_bytes -=
        job->staged_bytes < stage->done_bytes ? job->staged_bytes : stage->done_bytes;
    job->staged_bytes = 0;
    fp_stage_advance(stage, 0);
}

static enum fp_code check_length(const struct fp_exchange *x)
{
    const char *text = fp_http_header(x->job->response, "content-length");
    const char *other = fp_http_header_at(x->job->response, "content-length", 1);
    uint64_t length = 0;
    if (text != NULL && other != NULL && strcmp(text, other) != 0)
        return fp_fail(x->err, FP_E_INPUT, "Content-Length is both \"%.40s\" and \"%.40s\"", text,
                       other);
    if (text == NULL || strcmp(x->job->request->method, "HEAD") == 0 || !is_success(x))
        return FP_OK;
    if (!fp_parse_u64(text, strlen(text), &length))
        return fp_fail(x->err, FP_E_INPUT, "Content-Length is \"%.40s\", which is no number", text);
    if (length > x->limit_bytes)
        return fp_fail(x->err, FP_E_INPUT, "the answer has %llu bytes, more than the limit of %llu",
                       (unsigned long long) length, (unsigned long long) x->limit_bytes);
    return FP_OK;
}

static enum fp_code end_of_headers(struct fp_exchange *x)
{
    long status = 0;
    if (curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status < 200) {
        x->may_go_on = true;
        return FP_OK;
    }
    x->answered = true;
    x->job->response->status = (int) status;
    x->knows_no_expect = x->asks && status == 417;
    FP_TRY(check_length(x));
    if (is_success(x) && x->job->begin != NULL)
        FP_TRY(x->job->begin(x->job->begin_context, x->job->response, x->err));
    return FP_OK;
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct fp_exchange *x = context;
    size_t len = size * count;
    if (len <= 2 && (len == 0 || data[len - 1] == '\n'))
        x->code = x->answered ? FP_OK : end_of_headers(x);
    else
        x->code = fp_headers_add(x->job->response, data, len, x->err);
    /* Otherwise libcurl would ask again, in ways that differ between its versions. */
    return x->code == FP_OK && !x->knows_no_expect ? len : CURL_WRITEFUNC_ERROR;
}

/* The words of an error matter, so a body that is too long is truncated. */
static size_t keep_error(struct fp_exchange *x, const char *data, size_t len)
{
    struct fp_buf *body = &x->job->response->body;
    size_t limit = body->max < FP_HTTP_MAX_ERROR_BYTES ? body->max : FP_HTTP_MAX_ERROR_BYTES;
    size_t room = limit > body->len ? limit - body->len : 0;
    size_t kept = len < room ? len : room;
    fp_buf_put(body, data, kept);
    x->dropped_bytes += len - kept;
    return x->dropped_bytes <= MAX_DROPPED_BYTES ? len : CURL_WRITEFUNC_ERROR;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct fp_exchange *x = context;
    const struct fp_http_request *request = x->job->request;
    size_t len = size * count;
    if (!is_success(x))
        return keep_error(x, data, len);
    if (len > x->limit_bytes - x->answer_bytes) {
        x->code = fp_fail(x->err, FP_E_INPUT, "the answer has more than the limit of %llu bytes",
                          (unsigned long long) x->limit_bytes);
        return CURL_WRITEFUNC_ERROR;
    }
    if (request->sink != NULL) {
        x->job->delivered = true;
        x->code = fp_sink_write(request->sink, data, len, x->err);
    } else {
        fp_buf_put(&x->job->response->body, data, len);
        x->code = fp_buf_check(&x->job->response->body, x->err);
    }
    if (x->code != FP_OK)
        return CURL_WRITEFUNC_ERROR;
    x->answer_bytes += len;
    if (request->body == NULL && request->open_body == NULL)
        advance_stage(x, len);
    return len;
}

static enum fp_code open_source(struct fp_exchange *x, uint64_t offset)
{
    const struct fp_http_request *request = x->job->request;
    fp_source_free(x->source);
    x->source = NULL;
    x->sent_bytes = offset;
    if (request->open_body != NULL)
        return request->open_body(request->body_context, offset, &x->source, x->err);
    x->source = fp_source_memory((const char *) request->body + offset,
                                 (size_t) (request->body_bytes - offset));
    return FP_OK;
}

static size_t on_read(char *data, size_t size, size_t count, void *context)
{
    struct fp_exchange *x = context;
    const struct fp_http_request *request = x->job->request;
    uint64_t left = request->body_bytes - x->sent_bytes;
    size_t cap = size * count < left ? size * count : (size_t) left;
    size_t len = 0;
    if (cap == 0)
        return 0;
    x->went_unasked = x->went_unasked || !x->may_go_on;
    if (x->source == NULL)
        x->code = open_source(x, 0);
    if (x->code == FP_OK)
        x->code = fp_source_read(x->source, data, cap, &len, x->err);
    if (x->code == FP_OK && len == 0)
        x->code =
            fp_fail(x->err, FP_E_IO, "the content ends after %llu of %llu bytes",
                    (unsigned long long) x->sent_bytes, (unsigned long long) request->body_bytes);
    if (x->code != FP_OK)
        return CURL_READFUNC_ABORT;
    x->sent_bytes += len;
    advance_stage(x, len);
    return len;
}

/* libcurl resends a body that a stale connection did not accept. For a request that must not be
 * repeated, this is refused once a byte was sent. */
static int on_seek(void *context, curl_off_t offset, int origin)
{
    struct fp_exchange *x = context;
    const struct fp_http_request *request = x->job->request;
    if (origin != SEEK_SET || offset < 0 || (uint64_t) offset > request->body_bytes)
        return CURL_SEEKFUNC_CANTSEEK;
    if (request->no_retry && x->sent_bytes > 0)
        return CURL_SEEKFUNC_FAIL;
    if (x->sent_bytes >= (uint64_t) offset && request->stage != NULL)
        fp_http_unstage(x->job);
    x->code = open_source(x, (uint64_t) offset);
    return x->code == FP_OK ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

bool fp_exchange_awaits_commit(const struct fp_exchange *x)
{
    const struct fp_http_request *request = x->job->request;
    bool may_commit = strcmp(request->method, "PUT") == 0 || strcmp(request->method, "PATCH") == 0;
    return may_commit && x->sent_bytes == request->body_bytes && !x->answered;
}

static bool is_stalled(struct fp_exchange *x, uint64_t moved_bytes)
{
    int64_t now = fp_now_ms();
    int64_t limit_s = x->job->http->options.stall_timeout_s;
    uint64_t enough = (uint64_t) MIN_BYTES_PER_S * (uint64_t) limit_s;
    if (moved_bytes < x->mark_bytes || moved_bytes - x->mark_bytes >= enough) {
        x->mark_bytes = moved_bytes;
        x->mark_ms = now;
    }
    if (fp_exchange_awaits_commit(x))
        limit_s *= COMMIT_FACTOR;
    return now - x->mark_ms > limit_s * 1000;
}

static int on_progress(void *context, curl_off_t total_down, curl_off_t down, curl_off_t total_up,
                       curl_off_t up)
{
    struct fp_exchange *x = context;
    (void) total_down;
    (void) total_up;
    if (fp_cancelled() != 0) {
        x->code = fp_cancel_check(x->err);
        return 1;
    }
    x->stalled = is_stalled(x, (uint64_t) down + (uint64_t) up);
    return x->stalled ? 1 : 0;
}

/* Checks the address after the name was resolved; a check of the name would be too early. */
static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    struct fp_exchange *x = context;
    (void) purpose;
    if (x->hop->named_by_server && !x->proxied && fp_address_is_local(&address->addr)) {
        x->refused_address = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void fp_exchange_set_callbacks(struct fp_exchange *x)
{
    FP_SET(x, CURLOPT_HEADERFUNCTION, on_header);
    FP_SET(x, CURLOPT_HEADERDATA, x);
    FP_SET(x, CURLOPT_WRITEFUNCTION, on_body);
    FP_SET(x, CURLOPT_WRITEDATA, x);
    FP_SET(x, CURLOPT_READFUNCTION, on_read);
    FP_SET(x, CURLOPT_READDATA, x);
    FP_SET(x, CURLOPT_SEEKFUNCTION, on_seek);
    FP_SET(x, CURLOPT_SEEKDATA, x);
    FP_SET(x, CURLOPT_XFERINFOFUNCTION, on_progress);
    FP_SET(x, CURLOPT_XFERINFODATA, x);
    FP_SET(x, CURLOPT_NOPROGRESS, 0L);
    FP_SET(x, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    FP_SET(x, CURLOPT_OPENSOCKETDATA, x);
}
