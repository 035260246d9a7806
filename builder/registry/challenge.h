/**
 * @file
 * What a registry asks for: the challenge of a WWW-Authenticate header.
 */
#ifndef BUILDER_REGISTRY_CHALLENGE_H
#define BUILDER_REGISTRY_CHALLENGE_H

#include "flinkpack/http.h"

/** What the registry asks for. */
enum fp_challenge_scheme { FP_CHALLENGE_NONE, FP_CHALLENGE_BASIC, FP_CHALLENGE_BEARER };

/** A challenge (RFC 9110 section 11.6.1). Owned strings. */
struct fp_challenge {
    enum fp_challenge_scheme scheme;
    char *realm;   /**< of Bearer: the token server; never NULL there */
    char *service; /**< may be NULL */
    char *scope;   /**< may be NULL */
};

/** The first Bearer or Basic challenge of a WWW-Authenticate header; false: none. */
bool fp_challenge_parse(const char *value, struct fp_challenge *ret);
/** The first in all such headers of an answer. A realm without a host is the answering server's. */
bool fp_challenge_find(const struct fp_http_response *response, struct fp_challenge *ret);
void fp_challenge_clear(struct fp_challenge *challenge);
#define cleanup_challenge __attribute__((cleanup(fp_challenge_clear)))

#endif
