/**
 * @file
 * The parts of URLs, local addresses, and the choice of a proxy.
 */
#ifndef BUILDER_HTTP_URL_H
#define BUILDER_HTTP_URL_H

#include <sys/socket.h>

#include "flinkpack/http.h"

/** The length of the longest URL that is sent. */
#define FP_HTTP_MAX_URL 16384

/** The parts of a URL that determine its server. Owned strings. */
struct fp_url {
    char *scheme; /**< "http" or "https" */
    char *host;   /**< lower case; IPv6 in brackets */
    char *port;   /**< always set */
    char *origin; /**< scheme://host:port */
};

/** Parse and check; FP_E_USAGE for other schemes, user information, and control characters. */
FP_CHECKED enum fp_code fp_url_parse(const char *url, struct fp_url *ret, struct fp_error *err);
/** Whether one of `hosts` (HOST[:PORT]; NULL: none) is the URL's. */
bool fp_url_is_listed(const struct fp_strv *hosts, const struct fp_url *url);
/** Free the parts. */
void fp_url_clear(struct fp_url *url);
#define cleanup_url __attribute__((cleanup(fp_url_clear)))

/** Whether an address is loopback, link-local (metadata services), unspecified or multicast. */
bool fp_address_is_local(const struct sockaddr *address);
/** Like fp_address_is_local(), for the text of an address; false for names. */
bool fp_address_text_is_local(const char *host);
/** The proxy that the environment names for a URL (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, in
 * small letters first), or NULL. This machine is never reached through one. Borrowed. */
const char *fp_proxy_for(const struct fp_url *url);

#endif
