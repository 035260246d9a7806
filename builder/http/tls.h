/**
 * @file
 * The certificate authorities that a server's certificate may come from.
 */
#ifndef BUILDER_HTTP_TLS_H
#define BUILDER_HTTP_TLS_H

#include "url.h"

/** The largest set of trusted certificates, as PEM. */
#define FP_HTTP_MAX_PEM_BYTES ((size_t) 4 << 20)

/** TLS settings of one origin; immutable once made. */
struct fp_tls {
    struct fp_buf ca; /**< PEM: all certificates trusted there; empty: those for all servers */
    char *cert;       /**< path of the client certificate, or NULL */
    char *key;        /**< path of its key, or NULL */
    bool insecure;    /**< the user disabled verification */
};

/** Add the roots for all servers to `ca`, as PEM: those of the system, --ca-file and the
 * environment. It adds nothing if libcurl's own default is enough. */
FP_CHECKED enum fp_code fp_tls_read_roots(const struct fp_http_options *options, struct fp_buf *ca,
                                          struct fp_error *err);
/** The path of the system's roots on other distributions, if libcurl's own default does not exist.
 * NULL: that exists, or no other does. */
const char *fp_tls_other_bundle(void);
/** Make the settings of an origin: the common ones and those in its certs.d directories. */
FP_CHECKED enum fp_code fp_tls_init(struct fp_tls *tls, const struct fp_http_options *options,
                                    const struct fp_url *url, struct fp_error *err);
/** Release the members. */
void fp_tls_clear(struct fp_tls *tls);

#endif
