/**
 * @file
 * The client: its state for each origin, and its idle connections.
 */
#ifndef BUILDER_HTTP_CLIENT_H
#define BUILDER_HTTP_CLIENT_H

#include <curl/curl.h>
#include <pthread.h>

#include "tls.h"

/** Idle easy handles that are kept, each with its connections. */
#define FP_HTTP_IDLE_MAX 16
/** For how many tokens it is remembered that an origin was asked before a body was sent. */
#define FP_HTTP_ASKED_MAX 8

/** The rate of requests that an origin allows; times are those of fp_now_ms(). */
struct fp_pace {
    int64_t rest_until_ms; /**< nothing is sent before, because it asked for a pause */
    int64_t next_ms;       /**< when the next request may start */
    int64_t gap_ms;        /**< between the starts of two requests; 0: it never complained */
};

/** The state of an origin, kept while the client lives. */
struct fp_origin {
    char *key;
    struct fp_pace pace;
    bool has_answered;
    bool is_local;                     /**< it was reached at a loopback or link-local address */
    bool is_silent;                    /**< a request with `patience_s` got no answer */
    bool ignores_expect;               /**< it did not understand "Expect: 100-continue" */
    uint64_t asked[FP_HTTP_ASKED_MAX]; /**< hashes of the Authorization of bodies that it was asked
                                            for */
    size_t asked_count;
    struct fp_tls tls;
    struct fp_origin *next;
};

struct fp_http {
    struct fp_http_options options; /**< defaults filled in */
    const char *other_bundle;       /**< of fp_tls_other_bundle() */
    pthread_mutex_t lock;           /**< protects everything below */
    struct fp_buf roots;            /**< of fp_tls_read_roots(); does not change once known */
    bool are_roots_known;
    struct fp_origin *origins;
    struct {
        CURL *easy;
        const struct fp_origin *origin;
    } idle[FP_HTTP_IDLE_MAX];
    size_t idle_len;
};

/** The entry of a URL's origin, made when new; it lives as long as the client. */
FP_CHECKED enum fp_code fp_http_origin(struct fp_http *http, const char *url,
                                       struct fp_origin **ret, struct fp_error *err);
/** A handle for one exchange, with an open connection to `origin` if there is one. */
CURL *fp_http_take_easy(struct fp_http *http, const struct fp_origin *origin);
/** Return a handle. */
void fp_http_put_easy(struct fp_http *http, CURL *easy, const struct fp_origin *origin);

#endif
