/* Sends requests, and repeats them after transient failures. */
#include "job.h"

static bool may_repeat(const struct fp_http_job *job, enum fp_code code)
{
    if (job->request->no_retry || job->delivered)
        return false;
    return code == FP_OK ? fp_http_status_is_transient(job->response->status) : job->transient;
}

enum fp_code fp_http_send(struct fp_http *http, const struct fp_http_request *request,
                          struct fp_http_response *response, struct fp_error *err)
{
    struct fp_http_job job = {.http = http, .request = request, .response = response};
    for (int attempt = request->attempts_made + 1;; attempt++) {
        enum fp_code code = fp_http_follow(&job, err);
        const struct fp_error *failure = code != FP_OK ? err : NULL;
        if (!may_repeat(&job, code) || attempt >= fp_http_max_attempts(http, failure)) {
            if (code == FP_E_NETWORK && attempt > 1)
                return fp_context(code, err, "%d attempts", attempt);
            return code;
        }
        fp_http_unstage(&job);
        code = fp_http_pause(http, code == FP_OK ? response : NULL, attempt, err);
        if (code != FP_OK)
            return code;
    }
}
