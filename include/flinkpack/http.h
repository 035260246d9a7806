/**
 * @file
 * One HTTP client (libcurl) for Apache, Maven and registries: limits, retries, resume, redirects
 * by hand, proxies, TLS. It knows nothing of registries.
 */
#ifndef FLINKPACK_HTTP_H
#define FLINKPACK_HTTP_H

#include "flinkpack/support.h"

/** Settings of a client. Everything is borrowed while the client lives. Zero is the default. */
struct fp_http_options {
    const char *user_agent; /**< NULL: "flinkpack" */
    const char *ca_file;    /**< extra certificates, in addition to the system's; NULL: none */
    const char *cert_dirs;  /**< ':'-separated directories laid out like Docker's certs.d; NULL: the
                                 usual */
    const struct fp_strv *insecure_hosts; /**< HOST[:PORT] that may be http or unverified TLS */
    /** HOST[:PORT] that may be reached over plain HTTP even if only TLS would vouch for the answer
     * (fp_http_check_plain()). */
    const struct fp_strv *plain_hosts;
    int connect_timeout_s;        /**< 0: 15 */
    int stall_timeout_s;          /**< a transfer below 1000 B/s for that long fails; 0: 60 */
    int max_attempts;             /**< without progress, per transfer; 0: 5 */
    int first_pause_ms;           /**< before the second attempt, doubled up to 30 s; 0: 1000 */
    struct fp_reporter *reporter; /**< -v lines and retries; may be NULL */
};

/** A client: connections are kept and reused. Safe from every thread. */
struct fp_http;

/**
 * Make a client. The caller frees it.
 * @return FP_OK; FP_E_NOT_FOUND, FP_E_IO or FP_E_INPUT if `ca_file` cannot be used.
 */
FP_CHECKED enum fp_code fp_http_new(const struct fp_http_options *options, struct fp_http **ret,
                                    struct fp_error *err);
/** Close all connections and free; NULL is fine. */
void fp_http_free(struct fp_http *http);

/** Opens the body of a request from an offset, so that it can be sent again. */
typedef enum fp_code (*fp_http_body_opener)(void *context, uint64_t offset, struct fp_source **ret,
                                            struct fp_error *err);

/** A request. Everything is borrowed for the call. */
struct fp_http_request {
    const char *method; /**< "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" */
    /** Absolute, http or https. "USER:PASSWORD@" in it is sent like `authorization`, or refused if
     * a server named the URL; no message shows it. */
    const char *url;
    const struct fp_strv *headers; /**< "Name: value"; may be NULL */
    /** The value of Authorization. It is sent only to the scheme, host and port of `url`, and never
     * shown. NULL: none. */
    const char *authorization;
    /** The URL of the server whose answer named `url` (a token server, an upload's Location).
     * Loopback and link-local addresses are then refused, unless that server has such an address
     * itself. NULL: the user named `url`. */
    const char *named_by;
    const void *body;              /**< bytes to send; or NULL: */
    fp_http_body_opener open_body; /**< opened for each attempt; or NULL: no body */
    void *body_context;
    uint64_t body_bytes;  /**< length of either body; Content-Length is always sent */
    struct fp_sink *sink; /**< gets the body of a 2xx answer; NULL: response->body */
    uint64_t max_bytes;   /**< of any answer's body; 0: 64 KiB; more is FP_E_INPUT */
    int max_redirects;    /**< 0: a 3xx answer is returned as it is */
    bool no_retry;        /**< one attempt only (uploads whose session is consumed) */
    /** The whole answer has to arrive within this many seconds. Such requests do not wait again for
     * a server that was silent for that long. 0: the client's timeouts apply. */
    int patience_s;
    bool needs_tls;         /**< fp_http_check_plain() applies to it and to each redirect */
    int attempts_made;      /**< earlier ones, by the caller; they count */
    struct fp_stage *stage; /**< advanced by body bytes in either direction; may be NULL */
};

/** An answer. Initialise with FP_HTTP_RESPONSE_INIT; release with fp_http_response_clear(). */
struct fp_http_response {
    int status;             /**< 200 and so on */
    struct fp_strv headers; /**< "name: value", names in lower case, of the last answer */
    struct fp_buf body;     /**< if no sink took it, and for all answers other than 2xx */
    char *url;              /**< the URL that answered, after redirects */
    uint64_t sent_bytes;    /**< of the request's body, even if no answer came */
};

/** An empty answer whose body may take up to `limit` bytes. */
#define FP_HTTP_RESPONSE_INIT(limit)                                                               \
    {                                                                                              \
        .body = FP_BUF_INIT(limit)                                                                 \
    }

/**
 * Send a request and take the answer.
 *
 * Transport failures and 408, 429, 5xx (but 501 and 505) are tried again, with back-off, jitter and
 * Retry-After, unless `no_retry` is set. A body that breaks off after a part of it went to a sink
 * is not (see fp_http_download()). Redirects are followed here, hop by hop. One from https to http
 * is refused, and so is one from the network to a loopback or link-local address. Authorization,
 * Cookie and the body are sent to no other origin; a body follows a 307 or 308 only within it.
 *
 * Requests are HTTP/1.1: with one transfer a connection, HTTP/2 would only add ways to fail.
 *
 * @return FP_OK for every complete answer, whatever its status; FP_E_NETWORK, FP_E_VERIFY (TLS),
 *         FP_E_INPUT (too much), FP_E_USAGE (bad URL), FP_E_INTERRUPTED, or the sink's error. The
 *         text names the method and the URL without credentials and query.
 */
FP_CHECKED enum fp_code fp_http_send(struct fp_http *http, const struct fp_http_request *request,
                                     struct fp_http_response *response, struct fp_error *err);
/** The first header of that (lower-case) name, or NULL. Borrowed. */
const char *fp_http_header(const struct fp_http_response *response, const char *name);
/** The n-th (from 0) header of that name, or NULL. Borrowed. */
const char *fp_http_header_at(const struct fp_http_response *response, const char *name, size_t n);
/** The number in a header; false if the header is missing or no decimal number. */
bool fp_http_header_u64(const struct fp_http_response *response, const char *name, uint64_t *ret);
/** The date in a header (HTTP-date), as Unix time; false if there is none. */
bool fp_http_header_time(const struct fp_http_response *response, const char *name, int64_t *ret_s);
/** Parse `len` characters as a decimal number; false for anything else, or above UINT64_MAX. */
bool fp_parse_u64(const char *text, size_t len, uint64_t *ret);
/** Whether the same request may succeed later: 408, 425, 429, 499, 500, 502 to 504, 520 to 524. */
bool fp_http_status_is_transient(int status);
/**
 * Wait before the next attempt, for callers that repeat more than one request: back-off with
 * jitter, and Retry-After. The user is told of the wait and its reason. After 429 or Retry-After
 * all requests to that origin wait as long, and then start one by one, with a gap that each refusal
 * doubles.
 * @param answer  The answer that asked for it; NULL or empty after a transport failure.
 * @param attempt The one that failed, from 1.
 * @param err     Says what failed if there is no answer.
 * @return FP_OK, FP_E_INTERRUPTED, or FP_E_NETWORK if the server asks for more than two minutes.
 */
FP_CHECKED enum fp_code fp_http_pause(struct fp_http *http, const struct fp_http_response *answer,
                                      int attempt, struct fp_error *err);
/** Sleep until fp_now_ms() is there, or until interrupted. */
FP_CHECKED enum fp_code fp_sleep_until_ms(int64_t until_ms, struct fp_error *err);
/** How many attempts without progress are made in all. After a refused connection it is half of
 * them, because only a server that is starting recovers from that. After a connection timeout it is
 * two, because each of them takes long.
 * @param failure What the last one failed with; NULL after an answer. */
int fp_http_max_attempts(const struct fp_http *http, const struct fp_error *failure);
/** How many seconds a connection may take. */
int fp_http_connect_timeout_s(const struct fp_http *http);
/** Release the members; the response is then empty, with the same limit. */
void fp_http_response_clear(struct fp_http_response *response);

/** Declare a struct fp_http_response that is cleared at the end of its scope. */
#define cleanup_http_response __attribute__((cleanup(fp_http_response_clear)))

/** A download to a file. Everything is borrowed for the call. */
struct fp_http_download {
    const char *url;
    const struct fp_strv *headers; /**< may be NULL */
    const char *authorization;     /**< as in struct fp_http_request */
    int fd;                        /**< open for reading and writing; the bytes in it already are
                                        kept, and the download continues behind them */
    uint64_t expected_bytes;       /**< UINT64_MAX: not known */
    uint64_t max_bytes;
    struct fp_stage *stage;          /**< may be NULL */
    struct fp_hash *hash;            /**< at the end it has hashed the whole file; may be NULL */
    struct fp_http_response *answer; /**< gets headers and error body of the last answer, to explain
                                          a refusal; may be NULL */
    bool needs_tls;                  /**< as in struct fp_http_request */
};

/**
 * Download a file, resuming with Range after every break as long as there is progress. The download
 * starts over if the server ignores Range or its object changed (ETag, Last-Modified, total). The
 * caller verifies the digest.
 * @param ret_status The final HTTP status: 200 if the file is complete (also after resuming), else
 *                   the server's refusal; then the code is FP_OK and the file is unchanged.
 * @return As fp_http_send(); FP_E_VERIFY also if the server has another size than expected, and
 *         FP_E_IO for the file.
 */
FP_CHECKED enum fp_code fp_http_download(struct fp_http *http,
                                         const struct fp_http_download *download, int *ret_status,
                                         struct fp_error *err);

/**
 * Whether unsigned content may come from `url`. It may come over https from anywhere, and over
 * plain HTTP from this machine and the `plain_hosts` of the client.
 * @param http NULL: no such hosts.
 * @return FP_E_USAGE, which names the host; FP_OK if `url` is not a URL.
 */
FP_CHECKED enum fp_code fp_http_check_plain(const struct fp_http *http, const char *url,
                                            struct fp_error *err);

/**
 * Remove the percent-encoded user and password from a URL.
 * @param ret_url           The URL without them.
 * @param ret_authorization "Basic ..."; NULL if there are none. The caller owns both.
 * @return FP_E_USAGE if its user information is malformed.
 */
FP_CHECKED enum fp_code fp_url_split_user(const char *url, char **ret_url, char **ret_authorization,
                                          struct fp_error *err);
/** The value of Authorization for a user; the password may be NULL. The caller owns it. */
char *fp_basic_authorization(const char *username, const char *password);
/** A URL without user information, query and fragment, for messages. The caller owns it. */
char *fp_url_display(const char *url);
/** Whether scheme, host and effective port of both are the same. */
bool fp_url_same_origin(const char *a, const char *b);
/** `location` resolved against `base` (RFC 3986). FP_E_INPUT. The caller owns the result. */
FP_CHECKED enum fp_code fp_url_resolve(const char *base, const char *location, char **ret,
                                       struct fp_error *err);
/** Whether a host (without port) can only be this machine: localhost, *.localhost, 127/8, ::1. */
bool fp_host_is_loopback(const char *host);
/** Percent-encoding of everything but unreserved characters. The caller owns the result. */
char *fp_url_escape(const char *text);

FP_DEFINE_CLEANUP(fp_http_freep, struct fp_http, fp_http_free)
/** Declare a client that is freed at the end of its scope. */
#define cleanup_http __attribute__((cleanup(fp_http_freep)))

#endif
