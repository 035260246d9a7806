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
    bool setup_failed;        /**< an option was not taken */
    struct fp_source *source; /**< the body under way */
    uint64_t sent_bytes;      /**< of the body */
    uint64_t limit_bytes;     /**< of the answer's body */
    uint64_t answer_bytes;
    uint64_t dropped_bytes; /**< of an error's body, beyond what is kept */
    bool answered;          /**< the headers of the final answer are complete */
    bool proxied;           /**< then the address connected to is not the server's */
    bool asks;              /**< "Expect: 100-continue" is sent */
    uint64_t ask_key;
    bool may_go_on;       /**< 100 came */
    bool went_unasked;    /**< the body went out as nothing came */
    bool knows_no_expect; /**< 417 came: the same again without asking */
    bool refused_address;
    int64_t begun_ms;
    int64_t mark_ms; /**< stall detection: the last time that enough had moved */
    uint64_t mark_bytes;
    bool stalled;
    enum fp_code code; /**< what a callback failed with */
    struct fp_error *err;
    char curl_text[CURL_ERROR_SIZE];
};

/** Set libcurl's callbacks. */
void fp_exchange_set_callbacks(struct fp_exchange *x);
/** Whether all was sent of what the server may take long to store, and it has not answered yet. */
bool fp_exchange_awaits_commit(const struct fp_exchange *x);
/** Whether to ask before the body is sent; it counts as asked then. */
bool fp_exchange_may_ask(struct fp_exchange *x);
/** Remember of the origin what came of that. */
void fp_exchange_note_reply(struct fp_exchange *x);
/** Record an option that was not taken. */
#define FP_SET(x, option, value)                                                                   \
    ((x)->setup_failed |= curl_easy_setopt((x)->easy, (option), (value)) != CURLE_OK)
/** What a transfer failed with, in words. Borrowed. */
const char *fp_exchange_words(const struct fp_exchange *x, CURLcode result);
/** Turn libcurl's result into a code and words. */
FP_CHECKED enum fp_code fp_exchange_failure(struct fp_exchange *x, CURLcode result,
                                            struct fp_error *err);

#endif
