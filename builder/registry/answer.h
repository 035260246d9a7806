/**
 * @file
 * What an answer means, in the registry's words and ours.
 */
#ifndef BUILDER_REGISTRY_ANSWER_H
#define BUILDER_REGISTRY_ANSWER_H

#include "connection.h"

/** Text from outside, on one line: control characters become spaces, runs of them one; at most
 * `max` bytes. The caller owns it. */
char *fp_clean_text(const char *text, size_t len, size_t max);

/** Say what an answer that is no success means. */
FP_CHECKED enum fp_code fp_registry_refusal(struct fp_registry *registry, const char *method,
                                            const struct fp_http_response *response,
                                            struct fp_error *err);
/** After a request that failed because the registry asks for too long a pause: say what it limits.
 */
void fp_registry_explain_limit(struct fp_registry *registry, const char *method,
                               const struct fp_http_response *response, struct fp_error *err);
/** The server's own words: "CODE: message", cleaned, without secrets of ours; the status's name
 * where there are none. The caller owns it. */
char *fp_registry_words(struct fp_registry *registry, const struct fp_http_response *response);
/** Other words of a server: cleaned, without secrets of ours. The caller owns it. */
char *fp_registry_masked(struct fp_registry *registry, const char *text);
/** Those of a token server, whose answers may hold tokens: only the members error,
 * error_description, details and message. The caller owns it. */
char *fp_token_server_words(struct fp_registry *registry, const struct fp_http_response *response);
/** Whether the answer is a page for people, as those of proxies in front are. */
bool fp_registry_is_page(const struct fp_http_response *response);
/** Whether room is what the registry lacks: a full disk, a quota. */
bool fp_registry_is_full(const struct fp_http_response *response);
/** Whether an error's JSON has that code. */
bool fp_registry_has_code(const struct fp_http_response *response, const char *code);
/** Whether it is for the rate that a request was refused, or a pause is asked for: no answer was
 * lost, and no other request is welcome before the pause is over. */
bool fp_registry_asks_for_pause(const struct fp_http_response *response);
/** Hint at credentials. */
void fp_registry_hint_login(struct fp_registry *registry, struct fp_error *err);
/** Pass on "Warning: 299" headers, each once. */
void fp_registry_warnings(struct fp_registry *registry, const struct fp_http_response *response);

#endif
