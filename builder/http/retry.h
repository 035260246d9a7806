/**
 * @file
 * Transient failures, the pauses after them, and the pace that an origin sets.
 */
#ifndef BUILDER_HTTP_RETRY_H
#define BUILDER_HTTP_RETRY_H

#include "client.h"

/** The longest Retry-After that is obeyed, in seconds. */
#define FP_HTTP_MAX_RETRY_AFTER_S 120

/** After too many requests to the origin of `url`: send none until then, and go slower later. */
void fp_pace_slow_down(struct fp_http *http, const char *url, int64_t until_ms);
/** Wait until a request may be sent there; returns at once if the origin never complained. */
FP_CHECKED enum fp_code fp_pace_wait(struct fp_http *http, struct fp_origin *origin,
                                     struct fp_error *err);

/** Whether a libcurl failure without an answer may be transient. */
bool fp_retry_curl_is_transient(CURLcode result);
/** The pause before attempt `attempt` + 1, without jitter. */
int64_t fp_retry_delay_ms(int attempt, int64_t first_ms);

#endif
