/**
 * @file
 * Whom a server's certificate may be from.
 */
#ifndef BUILDER_HTTP_TLS_H
#define BUILDER_HTTP_TLS_H

#include "url.h"

/** The most that is trusted, as PEM. */
#define FP_HTTP_MAX_PEM_BYTES ((size_t) 4 << 20)

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

#endif
