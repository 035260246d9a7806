/* Decides which failures are transient, and how long to wait after them. */
#include "retry.h"
#include "headers.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define MAX_DELAY_MS 30000

bool fp_http_status_is_transient(int status)
{
    static const int transient[] = {408, 425, 429, 499, 500, 502, 503,
                                    504, 520, 521, 522, 523, 524};
    for (size_t i = 0; i < sizeof(transient) / sizeof(transient[0]); i++) {
        if (transient[i] == status)
            return true;
    }
    return false;
}

/* Success is in the list for answers that ended within their headers. An answer that is not HTTP
 * comes from another server (a restarting proxy, a reused port), or was garbled on the way. */
bool fp_retry_curl_is_transient(CURLcode result)
{
    static const CURLcode transient[] = {
        CURLE_OK,
        CURLE_UNSUPPORTED_PROTOCOL,
        CURLE_COULDNT_CONNECT,
        CURLE_PARTIAL_FILE,
        CURLE_OPERATION_TIMEDOUT,
        CURLE_SSL_CONNECT_ERROR,
        CURLE_GOT_NOTHING,
        CURLE_SEND_ERROR,
        CURLE_RECV_ERROR,
        CURLE_HTTP2,
        CURLE_HTTP2_STREAM,
        CURLE_SEND_FAIL_REWIND,
        CURLE_WEIRD_SERVER_REPLY,
        CURLE_UPLOAD_FAILED,
    };
    for (size_t i = 0; i < sizeof(transient) / sizeof(transient[0]); i++) {
        if (transient[i] == result)
            return true;
    }
    return false;
}

static bool is_refused(const struct fp_error *failure)
{
    return failure != NULL && failure->code == FP_E_NETWORK && failure->sys_errno == ECONNREFUSED;
}

int fp_http_max_attempts(const struct fp_http *http, const struct fp_error *failure)
{
    int all = http->options.max_attempts;
    if (failure != NULL && failure->code == FP_E_NETWORK && failure->sys_errno == ETIMEDOUT)
        return all < 2 ? all : 2;
    return is_refused(failure) ? (all + 1) / 2 : all;
}

int fp_http_connect_timeout_s(const struct fp_http *http)
{
    return http->options.connect_timeout_s;
}

int64_t fp_retry_delay_ms(int attempt, int64_t first_ms)
{
    int64_t delay = first_ms;
    for (int i = 1; i < attempt && delay < MAX_DELAY_MS; i++)
        delay *= 2;
    return delay < MAX_DELAY_MS ? delay : MAX_DELAY_MS;
}

/* Changes a delay by up to a fifth, so that clients that failed together do not return together. */
static int64_t with_jitter(int64_t delay_ms)
{
    uint16_t random = 0x8000;
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t) sizeof(random))
        random = 0x8000;
    return delay_ms * 4 / 5 + delay_ms * 2 / 5 * random / 0xffff;
}

static enum fp_code too_long(const struct fp_http_response *answer, int64_t asked_s,
                             struct fp_error *err)
{
    cleanup_free char *shown = fp_url_display(answer->url != NULL ? answer->url : "");
    return fp_hinted(
        fp_fail(err, FP_E_NETWORK,
                "%s: status %d, and the server asks to wait %lld seconds (at most %d are waited "
                "for)",
                shown, answer->status, (long long) asked_s, FP_HTTP_MAX_RETRY_AFTER_S),
        err, "the same again then%s",
        answer->status == 429 ? "; logging in often raises a rate limit" : "");
}

/* Without an explanation, a wait would look like a program that hangs. */
static void tell(const struct fp_http *http, const struct fp_http_response *answer,
                 const struct fp_error *failure, int attempt, int64_t delay_ms)
{
    bool answered = answer != NULL && answer->status != 0;
    cleanup_free char *shown =
        answered && answer->url != NULL ? fp_url_display(answer->url) : fp_xstrdup("the server");
    cleanup_free char *why = answered          ? fp_xasprintf("%s: %d", shown, answer->status)
                             : failure != NULL ? fp_xstrdup(failure->text)
                                               : fp_xstrdup("the transfer failed");
    int64_t tenths = (delay_ms + 50) / 100;
    fp_report(http->options.reporter, FP_EVENT_INFO, "retrying in %lld.%lld s (%d of %d): %.400s",
              (long long) tenths / 10, (long long) tenths % 10, attempt + 1,
              fp_http_max_attempts(http, answered ? NULL : failure), why);
}

enum fp_code fp_http_pause(struct fp_http *http, const struct fp_http_response *answer, int attempt,
                           struct fp_error *err)
{
    bool answered = answer != NULL && answer->status != 0;
    int64_t first_ms = http->options.first_pause_ms;
    int64_t delay_ms = with_jitter(
        fp_retry_delay_ms(attempt, !answered && is_refused(err) ? first_ms / 2 : first_ms));
    const char *header = answer != NULL ? fp_http_header(answer, "retry-after") : NULL;
    int64_t now_s = (int64_t) time(NULL);
    /* A date in Retry-After is by the server's clock. */
    if (header != NULL)
        (void) fp_http_header_time(answer, "date", &now_s);
    int64_t asked_s = header != NULL ? fp_parse_retry_after(header, now_s) : -1;
    if (asked_s > FP_HTTP_MAX_RETRY_AFTER_S)
        return too_long(answer, asked_s, err);
    if (asked_s * 1000 > delay_ms)
        delay_ms = asked_s * 1000;
    if (answered && answer->url != NULL && (asked_s > 0 || answer->status == 429))
        fp_pace_slow_down(http, answer->url, fp_now_ms() + delay_ms);
    tell(http, answer, err, attempt, delay_ms);
    return fp_sleep_until_ms(fp_now_ms() + delay_ms, err);
}
