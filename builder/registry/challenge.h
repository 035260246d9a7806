/**
 * @file
 * The challenge of a WWW-Authenticate header, by which a registry asks for credentials.
 */
#ifndef BUILDER_REGISTRY_CHALLENGE_H
#define BUILDER_REGISTRY_CHALLENGE_H

#include "flinkpack/http.h"

/** The scheme that the registry asks for. */
enum fp_challenge_scheme { FP_CHALLENGE_NONE, FP_CHALLENGE_BASIC, FP_CHALLENGE_BEARER };

/** A challenge (RFC 9110 section 11.6.1). Owned strings. */
struct fp_challenge {
    enum fp_challenge_scheme scheme;
    char *realm;   /**< for Bearer: the token server, never NULL */
    char *service; /**< may be NULL */
    char *scope;   /**< may be NULL */
};

/** The first Bearer or Basic challenge of a WWW-Authenticate header; false if there is none. */
bool fp_challenge_parse(const char *value, struct fp_challenge *ret);
/** The first one in the headers of an answer. A realm without a host is on the answering server. */
bool fp_challenge_find(const struct fp_http_response *response, struct fp_challenge *ret);
void fp_challenge_clear(struct fp_challenge *challenge);
#define cleanup_challenge __attribute__((cleanup(fp_challenge_clear)))

#endif
