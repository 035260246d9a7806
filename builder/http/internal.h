/**
 * @file
 * What the files of this room share. One exchange is one request and its answer over libcurl;
 * redirects make chains of exchanges, retries make chains of those.
 */
#ifndef BUILDER_HTTP_INTERNAL_H
#define BUILDER_HTTP_INTERNAL_H

#include <curl/curl.h>
#include <pthread.h>

#include "flinkpack/http.h"

/** Idle easy handles that are kept, each with its connections. */
#define FP_HTTP_IDLE_MAX 16
/** The most headers of an answer, and bytes of all of them. */
#define FP_HTTP_MAX_HEADERS      200
#define FP_HTTP_MAX_HEADER_BYTES 65536
/** What is kept of an error's body. */
#define FP_HTTP_MAX_ERROR_BYTES 65536
/** The longest Retry-After that is waited for, in seconds. */
#define FP_HTTP_MAX_RETRY_AFTER_S 120
/** The most that is trusted, as PEM. */
#define FP_HTTP_MAX_PEM_BYTES ((size_t) 4 << 20)
/** The longest URL that is sent. */
#define FP_HTTP_MAX_URL 16384
/** How many tokens an origin is remembered for to have been asked before a body. */
#define FP_HTTP_ASKED_MAX 8

/** The parts of a URL that decide where it leads. Owned strings. */
struct fp_url {
    char *scheme; /**< "http" or "https" */
    char *host;   /**< lower case; IPv6 in brackets */
    char *port;   /**< always set */
    char *origin; /**< scheme://host:port */
};

/** Parse and check; FP_E_USAGE: no http(s) URL, user information, control characters. */
FP_CHECKED enum fp_code fp_url_parse(const char *url, struct fp_url *ret, struct fp_error *err);
/** Whether one of `hosts` (HOST[:PORT]; NULL: none) is that of the URL. */
bool fp_url_is_listed(const struct fp_strv *hosts, const struct fp_url *url);
/** Free the parts. */
void fp_url_clear(struct fp_url *url);
#define cleanup_url __attribute__((cleanup(fp_url_clear)))

/** TLS settings of one origin; immutable once made. */
struct fp_tls {
    struct fp_buf ca; /**< PEM: all that is trusted there; empty: what is trusted everywhere */
    char *cert;       /**< path of the client certificate, or NULL */
    char *key;        /**< path of its key, or NULL */
    bool insecure;    /**< the user said not to verify */
};

/** Whom all servers' certificates may be from: system roots, --ca-file, the environment; as PEM, or
 * nothing where libcurl's own default serves. Adds to `ca`. */
FP_CHECKED enum fp_code fp_tls_read_roots(const struct fp_http_options *options, struct fp_buf *ca,
                                          struct fp_error *err);
/** The system's roots, where libcurl's own default is not there: what other distributions have.
 * NULL: it is there, or nothing is. */
const char *fp_tls_other_bundle(void);
/** Make the settings of an origin, which add to those for all what certs.d folders have for it. */
FP_CHECKED enum fp_code fp_tls_init(struct fp_tls *tls, const struct fp_http_options *options,
                                    const struct fp_url *url, struct fp_error *err);
/** Release the members. */
void fp_tls_clear(struct fp_tls *tls);

/** How fast an origin wants to be asked; times are of fp_now_ms(). */
struct fp_pace {
    int64_t rest_until_ms; /**< nothing is sent before: it asked for a pause */
    int64_t next_ms;       /**< when the next request has its turn */
    int64_t gap_ms;        /**< between the starts of two requests; 0: it never complained */
};

/** What is remembered of an origin while the client lives. */
struct fp_origin {
    char *key;
    struct fp_pace pace;
    bool has_answered;
    bool is_local;                     /**< it was reached at a loopback or link-local address */
    bool is_silent;                    /**< who asked with little patience got no answer */
    bool ignores_expect;               /**< asked before a body was sent, it did not understand */
    uint64_t asked[FP_HTTP_ASKED_MAX]; /**< hashes of what authorised bodies that it was asked
                                            before */
    size_t asked_count;
    struct fp_tls tls;
    struct fp_origin *next;
};

struct fp_http {
    struct fp_http_options options; /**< defaults filled in */
    const char *other_bundle;       /**< of fp_tls_other_bundle() */
    pthread_mutex_t lock;           /**< of everything below */
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
/** The origin of `url` was asked too often: all leave it alone until then, and go slower after. */
void fp_pace_slow_down(struct fp_http *http, const char *url, int64_t until_ms);
/** Wait for the turn to send a request there; returns at once where nobody complained. */
FP_CHECKED enum fp_code fp_pace_wait(struct fp_http *http, struct fp_origin *origin,
                                     struct fp_error *err);
/** A handle for one exchange, with an open connection to `origin` where there is one. */
CURL *fp_http_take_easy(struct fp_http *http, const struct fp_origin *origin);
/** Give it back. */
void fp_http_put_easy(struct fp_http *http, CURL *easy, const struct fp_origin *origin);

/** Looks at the headers of a 2xx answer before any of its body is delivered. */
typedef enum fp_code (*fp_http_begin)(void *context, const struct fp_http_response *answer,
                                      struct fp_error *err);

/** How a request is to be carried out, beyond what the caller says of it. */
struct fp_http_job {
    struct fp_http *http;
    const struct fp_http_request *request;
    fp_http_begin begin; /**< may be NULL */
    void *begin_context;
    struct fp_http_response *response;
    /* results */
    bool transient;        /**< the failure may pass */
    bool delivered;        /**< bytes of a 2xx body went to the sink */
    uint64_t staged_bytes; /**< by which the stage was advanced in this attempt */
};

/** One hop: its URL and what may go there. */
struct fp_http_hop {
    const char *url;
    bool same_origin;     /**< as the request's own URL: Authorization and Cookie may go there */
    bool named_by_server; /**< the URL came from an answer: local addresses are refused */
};

/** One exchange. FP_OK for every complete answer. */
FP_CHECKED enum fp_code fp_http_exchange(struct fp_http_job *job, const struct fp_http_hop *hop,
                                         struct fp_error *err);
/** Exchanges until an answer is no redirect. */
FP_CHECKED enum fp_code fp_http_follow(struct fp_http_job *job, struct fp_error *err);

/** Add a header line of an answer; a status line starts anew. FP_E_INPUT beyond the limits. */
FP_CHECKED enum fp_code fp_headers_add(struct fp_http_response *response, const char *line,
                                       size_t len, struct fp_error *err);
/** "bytes FIRST-LAST/TOTAL"; a TOTAL of "*" gives UINT64_MAX. */
bool fp_parse_content_range(const char *value, uint64_t *ret_first, uint64_t *ret_last,
                            uint64_t *ret_total);
/** Seconds to wait, from Retry-After in either form; -1: none. `now_s` is Unix time. */
int64_t fp_parse_retry_after(const char *value, int64_t now_s);

/** Whether a libcurl result, where no answer came, may be another one next time. */
bool fp_retry_curl_is_transient(CURLcode result);
/** The pause before attempt `attempt` + 1, without jitter. */
int64_t fp_retry_delay_ms(int attempt, int64_t first_ms);
/** Sleep until then, or until interrupted. */
FP_CHECKED enum fp_code fp_sleep_until_ms(int64_t until_ms, struct fp_error *err);

/** Take back what an attempt that is repeated had reported to the stage. */
void fp_http_unstage(struct fp_http_job *job);
/** Whether an address is loopback, link-local (metadata services), unspecified or multicast. */
bool fp_address_is_local(const struct sockaddr *address);
/** The same for a literal in text; false for names. */
bool fp_address_text_is_local(const char *host);
/** The proxy that the environment names for a URL (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, in
 * small letters first), or NULL. This machine is never reached through one. Borrowed. */
const char *fp_proxy_for(const struct fp_url *url);

#endif
