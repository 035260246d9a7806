#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "http/headers.h"
#include "http/retry.h"

static enum fp_code add(struct fp_http_response *response, const char *line)
{
    struct fp_error err = {0};
    return fp_headers_add(response, line, strlen(line), &err);
}

static void test_headers_are_kept(void **state)
{
    (void) state;
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(10);
    assert_int_equal(add(&response, "HTTP/1.1 100 Continue\r\n"), FP_OK);
    assert_int_equal(add(&response, "X-Old: 1\r\n"), FP_OK);
    assert_int_equal(add(&response, "HTTP/1.1 200 OK\r\n"), FP_OK);
    assert_int_equal(add(&response, "Content-TYPE:   text/plain \t\r\n"), FP_OK);
    assert_int_equal(add(&response, "Link: a\r\n"), FP_OK);
    assert_int_equal(add(&response, "link: b\r\n"), FP_OK);
    assert_int_equal(add(&response, "Empty:\r\n"), FP_OK);
    assert_int_equal(add(&response, "no colon\r\n"), FP_OK);
    assert_string_equal(fp_http_header(&response, "content-type"), "text/plain");
    assert_string_equal(fp_http_header_at(&response, "link", 1), "b");
    assert_string_equal(fp_http_header(&response, "empty"), "");
    assert_null(fp_http_header_at(&response, "link", 2));
    assert_null(fp_http_header(&response, "x-old"));
    assert_null(fp_http_header(&response, "content"));
}

static void test_headers_are_bounded(void **state)
{
    (void) state;
    cleanup_http_response struct fp_http_response many = FP_HTTP_RESPONSE_INIT(10);
    cleanup_http_response struct fp_http_response long_ones = FP_HTTP_RESPONSE_INIT(10);
    for (int i = 0; i < FP_HTTP_MAX_HEADERS; i++)
        assert_int_equal(add(&many, "A: b\r\n"), FP_OK);
    assert_int_equal(add(&many, "A: b\r\n"), FP_E_INPUT);
    char line[40000];
    memset(line, 'a', sizeof(line));
    line[1] = ':';
    line[sizeof(line) - 1] = '\0';
    assert_int_equal(add(&long_ones, line), FP_OK);
    assert_int_equal(add(&long_ones, line), FP_E_INPUT);
}

static void test_numbers(void **state)
{
    (void) state;
    uint64_t value = 0;
    assert_true(fp_parse_u64("18446744073709551615", 20, &value));
    assert_true(value == UINT64_MAX);
    assert_false(fp_parse_u64("18446744073709551616", 20, &value));
    assert_false(fp_parse_u64("-1", 2, &value));
    assert_false(fp_parse_u64("+1", 2, &value));
    assert_false(fp_parse_u64("", 0, &value));
    assert_false(fp_parse_u64("1 ", 2, &value));
}

static void test_content_range(void **state)
{
    (void) state;
    uint64_t first = 0;
    uint64_t last = 0;
    uint64_t total = 0;
    assert_true(fp_parse_content_range("bytes 5-9/10", &first, &last, &total));
    assert_true(first == 5 && last == 9 && total == 10);
    assert_true(fp_parse_content_range("Bytes 0-0/*", &first, &last, &total));
    assert_true(total == UINT64_MAX);
    static const char *const bad[] = {"bytes 9-5/10", "bytes 5-10/10", "bytes -5/10", "bytes 5-/10",
                                      "bytes */10",   "items 0-1/2",   "bytes 0/1-2", ""};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(fp_parse_content_range(bad[i], &first, &last, &total));
}

static void test_retry_after(void **state)
{
    (void) state;
    const int64_t now_s = 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's own example */
    static const struct {
        const char *value;
        int64_t expected_s;
    } cases[] = {
        {"120", 120},
        {"0", 0},
        {"Sun, 06 Nov 1994 08:50:37 GMT", 60},
        {"Sunday, 06-Nov-94 08:50:37 GMT", 60},
        {"Sun Nov  6 08:50:37 1994", 60},
        {"Sun, 06 Nov 1994 08:00:00 GMT", 0},
        {"99999999999999999999", -1},
        {"99999999999", INT32_MAX},
        {"-5", -1},
        {"soon", -1},
        {"", -1},
        {"1.5", -1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(fp_parse_retry_after(cases[i].value, now_s), cases[i].expected_s);
}

static void test_delays_grow_to_a_bound(void **state)
{
    (void) state;
    static const int64_t expected_ms[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    for (int i = 0; i < 7; i++)
        assert_int_equal(fp_retry_delay_ms(i + 1, 1000), expected_ms[i]);
    assert_int_equal(fp_retry_delay_ms(1000000, 1000), 30000);
}

static void test_which_statuses_pass(void **state)
{
    (void) state;
    static const int passing[] = {408, 425, 429, 499, 500, 502, 503, 504, 522};
    static const int lasting[] = {200, 301, 400, 401, 403, 404, 405, 409, 413, 416, 501, 505};
    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
        assert_true(fp_http_status_is_transient(passing[i]));
    for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++)
        assert_false(fp_http_status_is_transient(lasting[i]));
    assert_true(fp_retry_curl_is_transient(CURLE_RECV_ERROR));
    assert_false(fp_retry_curl_is_transient(CURLE_PEER_FAILED_VERIFICATION));
    assert_true(fp_retry_curl_is_transient(CURLE_UNSUPPORTED_PROTOCOL));
    assert_true(fp_retry_curl_is_transient(CURLE_OK));
    assert_false(fp_retry_curl_is_transient(CURLE_URL_MALFORMAT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers_are_kept),
        cmocka_unit_test(test_headers_are_bounded),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_content_range),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_delays_grow_to_a_bound),
        cmocka_unit_test(test_which_statuses_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
