/**
 * @file
 * One request and its answer over libcurl: the state that its callbacks share.
 */
#ifndef BUILDER_HTTP_EXCHANGE_H
#define BUILDER_HTTP_EXCHANGE_H

#include "job.h"

struct fp_exchange {
    struct fp_http_job *job;
    const struct fp_http_hop *hop;
    struct fp_origin *origin;
    CURL *easy;
    struct curl_slist *headers;
    bool setup_failed;        /**< libcurl refused an option */
    struct fp_source *source; /**< the body under way */
    uint64_t sent_bytes;      /**< of the body */
    uint64_t limit_bytes;     /**< of the answer's body */
    uint64_t answer_bytes;
    uint64_t dropped_bytes; /**< of an error's body, beyond the limit */
    bool answered;          /**< the headers of the final answer are complete */
    bool proxied;           /**< a proxy is used, so the connected address is not the server's */
    bool asks;              /**< "Expect: 100-continue" is sent */
    uint64_t ask_key;
    bool may_go_on;       /**< 100 came */
    bool went_unasked;    /**< the body was sent because no answer came */
    bool knows_no_expect; /**< 417 came: the request is repeated without asking */
    bool refused_address;
    int64_t begun_ms;
    int64_t mark_ms; /**< stall detection: the last time with enough progress */
    uint64_t mark_bytes;
    bool stalled;
    enum fp_code code; /**< the failure of a callback */
    struct fp_error *err;
    char curl_text[CURL_ERROR_SIZE];
};

/** Set libcurl's callbacks. */
void fp_exchange_set_callbacks(struct fp_exchange *x);
/** Whether a body that may take long to store was sent completely, and no answer came yet. */
bool fp_exchange_awaits_commit(const struct fp_exchange *x);
/** Whether to ask before the body is sent; the origin then counts as asked. */
bool fp_exchange_may_ask(struct fp_exchange *x);
/** Remember the origin's reaction to asking. */
void fp_exchange_note_reply(struct fp_exchange *x);
/** Set an option, and record a failure. */
#define FP_SET(x, option, value)                                                                   \
    ((x)->setup_failed |= curl_easy_setopt((x)->easy, (option), (value)) != CURLE_OK)
/** The failure of a transfer in words. Borrowed. */
const char *fp_exchange_words(const struct fp_exchange *x, CURLcode result);
/** Turn libcurl's result into a code and words. */
FP_CHECKED enum fp_code fp_exchange_failure(struct fp_exchange *x, CURLcode result,
                                            struct fp_error *err);

#endif
