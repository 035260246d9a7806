/**
 * @file
 * A request as it is carried out. One exchange is one request and its answer over libcurl;
 * redirects make chains of exchanges, retries make chains of those.
 */
#ifndef BUILDER_HTTP_JOB_H
#define BUILDER_HTTP_JOB_H

#include "client.h"

/** How much of an error's body is kept. */
#define FP_HTTP_MAX_ERROR_BYTES 65536

/** Looks at the headers of a 2xx answer before any of its body is delivered. */
typedef enum fp_code (*fp_http_begin)(void *context, const struct fp_http_response *answer,
                                      struct fp_error *err);

/** The execution of a request, beyond the caller's settings. */
struct fp_http_job {
    struct fp_http *http;
    const struct fp_http_request *request;
    fp_http_begin begin; /**< may be NULL */
    void *begin_context;
    struct fp_http_response *response;
    /* results */
    bool transient;        /**< the failure may pass */
    bool delivered;        /**< bytes of a 2xx body went to the sink */
    uint64_t staged_bytes; /**< the advance of the stage in this attempt */
};

/** One hop: its URL and what may be sent there. */
struct fp_http_hop {
    const char *url;
    bool same_origin;     /**< as that of the request: Authorization and Cookie may be sent */
    bool named_by_server; /**< the URL came from an answer: local addresses are refused */
};

/** One exchange. FP_OK for every complete answer. */
FP_CHECKED enum fp_code fp_http_exchange(struct fp_http_job *job, const struct fp_http_hop *hop,
                                         struct fp_error *err);
/** Make exchanges until an answer is not a redirect. */
FP_CHECKED enum fp_code fp_http_follow(struct fp_http_job *job, struct fp_error *err);
/** Undo the advance of the stage by an attempt that is repeated. */
void fp_http_unstage(struct fp_http_job *job);

#endif
