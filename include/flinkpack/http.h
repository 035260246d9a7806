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
    const char
        *cert_dirs; /**< ':'-separated folders laid out like Docker's certs.d; NULL: the usual */
    const struct fp_strv *insecure_hosts; /**< HOST[:PORT] that may be http or unverified TLS */
    /** HOST[:PORT] that may be asked over plain HTTP even where only TLS vouches for an answer
     * (fp_http_check_plain()). */
    const struct fp_strv *plain_hosts;
    int connect_timeout_s;        /**< 0: 15 */
    int stall_timeout_s;          /**< no 1000 B/s for that long is a failure; 0: 60 */
    int max_attempts;             /**< without progress, per transfer; 0: 5 */
    int first_pause_ms;           /**< before the second attempt, doubled up to 30 s; 0: 1000 */
    struct fp_reporter *reporter; /**< -v lines and retries; may be NULL */
};

/** A client: connections are kept and reused. Safe from every thread. */
struct fp_http;

/**
 * Make a client. The caller frees it.
 * @return FP_OK; FP_E_NOT_FOUND, FP_E_IO or FP_E_INPUT for a `ca_file` that is of no use.
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
    /** Absolute, http or https. "USER:PASSWORD@" in it is sent as `authorization` is, unless a
     * server named the URL (then it is refused); no message shows it. */
    const char *url;
    const struct fp_strv *headers; /**< "Name: value"; may be NULL */
    /** The value of Authorization, sent only while scheme, host and port are those of `url`; never
     * shown. NULL: none. */
    const char *authorization;
    /** The URL of the server whose answer named `url` (a token server, an upload's Location):
     * unless that server is itself at such an address, loopback and link-local ones are then
     * refused. NULL: the user named it. */
    const char *named_by;
    const void *body;              /**< bytes to send; or NULL: */
    fp_http_body_opener open_body; /**< opened for each attempt; or NULL: no body */
    void *body_context;
    uint64_t body_bytes;  /**< length of either body; Content-Length is always sent */
    struct fp_sink *sink; /**< gets the body of a 2xx answer; NULL: response->body */
    uint64_t max_bytes;   /**< of any answer's body; 0: 64 KiB, beyond is FP_E_INPUT */
    int max_redirects;    /**< 0: a 3xx answer is returned as it is */
    bool no_retry;        /**< one attempt only (uploads whose session is consumed) */
    /** The whole answer has to be there within so many seconds, and what once was silent for as
     * long is not waited for again by such requests; 0: the client's timeouts hold. */
    int patience_s;
    bool needs_tls;         /**< fp_http_check_plain() holds for it and wherever it is redirected */
    int attempts_made;      /**< by the caller, and count */
    struct fp_stage *stage; /**< advanced by body bytes in either direction; may be NULL */
};

/** An answer. Initialise with FP_HTTP_RESPONSE_INIT; release with fp_http_response_clear(). */
struct fp_http_response {
    int status;             /**< 200 and so on */
    struct fp_strv headers; /**< "name: value", names in lower case, of the last answer */
    struct fp_buf body;     /**< when no sink took it, and always for answers other than 2xx */
    char *url;              /**< where the answer came from, after redirects */
    uint64_t sent_bytes;    /**< of the request's body, also where no answer came */
};

/** An empty answer whose body may take up to `limit` bytes. */
#define FP_HTTP_RESPONSE_INIT(limit)                                                               \
    {                                                                                              \
        .body = FP_BUF_INIT(limit)                                                                 \
    }

/**
 * Send a request and take the answer.
 *
 * Transport failures and 408, 429, 5xx (but 501 and 505) are tried again, with back-off, jitter
 * and Retry-After, unless `no_retry`; a body that breaks off after some of it went to a
 * sink is not (see fp_http_download()). Redirects are followed here, hop by hop: https to http is
 * refused, and so is one that leads from the network to a loopback or link-local address;
 * Authorization, Cookie and the body go to no other origin. A body is sent again only where a
 * redirect (307, 308) stays within the origin.
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
/** The number in a header; false where there is none, or it is no decimal number. */
bool fp_http_header_u64(const struct fp_http_response *response, const char *name, uint64_t *ret);
/** The date in a header (HTTP-date), as Unix time; false where there is none. */
bool fp_http_header_time(const struct fp_http_response *response, const char *name, int64_t *ret_s);
/** A decimal number of `len` characters and nothing else; false too beyond UINT64_MAX. */
bool fp_parse_u64(const char *text, size_t len, uint64_t *ret);
/** Whether the same request may succeed later: 408, 425, 429, 499, 500, 502 to 504, 520 to 524. */
bool fp_http_status_is_transient(int status);
/**
 * Wait before the next attempt, for callers that repeat more than one request: back-off with
 * jitter, and Retry-After. The user is told, and why. After 429 or Retry-After all requests to that
 * origin wait as long, and then start one after another, with a gap that each refusal doubles.
 * @param answer  What asked for it; NULL or empty after a transport failure.
 * @param attempt The one that failed, from 1.
 * @param err     Says what failed where no answer does.
 * @return FP_OK, FP_E_INTERRUPTED, or FP_E_NETWORK when the server asks for more than two minutes.
 */
FP_CHECKED enum fp_code fp_http_pause(struct fp_http *http, const struct fp_http_response *answer,
                                      int attempt, struct fp_error *err);
/** How many attempts without progress are made in all: half as many where a connection was refused,
 * as hardly anything but a server that just starts does so for a while; two where none came about
 * in time, as that was waited for.
 * @param failure What the last one failed with; NULL after an answer. */
int fp_http_max_attempts(const struct fp_http *http, const struct fp_error *failure);
/** How many seconds a connection may take. */
int fp_http_connect_timeout_s(const struct fp_http *http);
/** Release the members; what is left is empty, with the same limit. */
void fp_http_response_clear(struct fp_http_response *response);

/** Declare a struct fp_http_response that is cleared at the end of its scope. */
#define cleanup_http_response __attribute__((cleanup(fp_http_response_clear)))

/** A download to a file. Everything is borrowed for the call. */
struct fp_http_download {
    const char *url;
    const struct fp_strv *headers; /**< may be NULL */
    const char *authorization;     /**< as in struct fp_http_request */
    int fd;                        /**< open for reading and writing; what it holds already (its
                                        size) is kept and continued from */
    uint64_t expected_bytes;       /**< UINT64_MAX: not known */
    uint64_t max_bytes;
    struct fp_stage *stage;          /**< may be NULL */
    struct fp_hash *hash;            /**< has taken in the whole file at the end; may be NULL */
    struct fp_http_response *answer; /**< gets headers and error body of the last answer, for a
                                          refusal to be explained; may be NULL */
    bool needs_tls;                  /**< as in struct fp_http_request */
};

/**
 * Download a file, resuming with Range after every break as long as there is progress. A server
 * that ignores Range or whose object changed (ETag, Last-Modified, total) is started over.
 * The caller verifies the digest.
 * @param ret_status The final HTTP status: 200 when the file is complete (also after resuming),
 *                   else the server's refusal, with the code FP_OK and the file as it was.
 * @return As fp_http_send(); FP_E_VERIFY also where the server has another size than expected, and
 *         FP_E_IO for the file.
 */
FP_CHECKED enum fp_code fp_http_download(struct fp_http *http,
                                         const struct fp_http_download *download, int *ret_status,
                                         struct fp_error *err);

/**
 * Whether what nobody has signed may come from `url`: over https from anywhere, over plain HTTP
 * from this machine and from hosts that the client was given as `plain_hosts`.
 * @param http NULL: no such hosts.
 * @return FP_E_USAGE, with what names the host; FP_OK for what is no URL.
 */
FP_CHECKED enum fp_code fp_http_check_plain(const struct fp_http *http, const char *url,
                                            struct fp_error *err);

/**
 * Take user and password, percent-encoded, off a URL.
 * @param ret_url           The URL without them.
 * @param ret_authorization "Basic ..."; NULL: there are none. The caller owns both.
 * @return FP_E_USAGE: it has what is no user and password.
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
