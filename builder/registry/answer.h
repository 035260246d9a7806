/**
 * @file
 * The meaning of an answer, in the registry's words and ours.
 */
#ifndef BUILDER_REGISTRY_ANSWER_H
#define BUILDER_REGISTRY_ANSWER_H

#include "connection.h"

/** Text from outside as one line of at most `max` bytes: each run of control characters and spaces
 * becomes one space. The caller owns it. */
char *fp_clean_text(const char *text, size_t len, size_t max);

/** Fail with the meaning of an answer that is not a success. */
FP_CHECKED enum fp_code fp_registry_refusal(struct fp_registry *registry, const char *method,
                                            const struct fp_http_response *response,
                                            struct fp_error *err);
/** Explain the limit if a request failed because the registry asks for too long a pause. */
void fp_registry_explain_limit(struct fp_registry *registry, const char *method,
                               const struct fp_http_response *response, struct fp_error *err);
/** The server's own words: "CODE: message", cleaned, without secrets of ours; without words, the
 * name of the status. The caller owns it. */
char *fp_registry_words(struct fp_registry *registry, const struct fp_http_response *response);
/** Other words of a server: cleaned, without secrets of ours. The caller owns it. */
char *fp_registry_masked(struct fp_registry *registry, const char *text);
/** The words of a token server, whose answers may hold tokens: only the members error,
 * error_description, details and message. The caller owns it. */
char *fp_token_server_words(struct fp_registry *registry, const struct fp_http_response *response);
/** Whether the answer is a page for people, such as those of proxies in front. */
bool fp_registry_is_page(const struct fp_http_response *response);
/** Whether the registry lacks room: a full disk, a quota. */
bool fp_registry_is_full(const struct fp_http_response *response);
/** Whether an error's JSON has that code. */
bool fp_registry_has_code(const struct fp_http_response *response, const char *code);
/** Whether a request was refused for its rate, or the answer asks for a pause. Then no answer was
 * lost, and no other request should be sent before the pause is over. */
bool fp_registry_asks_for_pause(const struct fp_http_response *response);
/** Hint at credentials. */
void fp_registry_hint_login(struct fp_registry *registry, struct fp_error *err);
/** Pass on "Warning: 299" headers, each once. */
void fp_registry_warnings(struct fp_registry *registry, const struct fp_http_response *response);

#endif
