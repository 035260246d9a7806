/**
 * @file
 * The header lines of an answer.
 */
#ifndef BUILDER_HTTP_HEADERS_H
#define BUILDER_HTTP_HEADERS_H

#include "flinkpack/http.h"

/** The most headers of an answer, and bytes of all of them. */
#define FP_HTTP_MAX_HEADERS      200
#define FP_HTTP_MAX_HEADER_BYTES 65536

/** Add a header line of an answer; a status line starts anew. FP_E_INPUT beyond the limits. */
FP_CHECKED enum fp_code fp_headers_add(struct fp_http_response *response, const char *line,
                                       size_t len, struct fp_error *err);
/** "bytes FIRST-LAST/TOTAL"; a TOTAL of "*" gives UINT64_MAX. */
bool fp_parse_content_range(const char *value, uint64_t *ret_first, uint64_t *ret_last,
                            uint64_t *ret_total);
/** Seconds to wait, from Retry-After in either form; -1: none. `now_s` is Unix time. */
int64_t fp_parse_retry_after(const char *value, int64_t now_s);

#endif
