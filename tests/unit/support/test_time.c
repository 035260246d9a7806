#include "support.h"

static void times_are_read(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        int64_t expected_s;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59Z", -1},
        {"1980-01-01T00:00:00Z", 315532800},
        {"2024-05-01T12:30:05.123456789Z", 1714566605},
        {"2024-05-01T14:30:05+02:00", 1714566605},
        {"2026-11-22T10:20:30Z", 1795342830},
        {"2026-11-22t10:20:30.123456789z", 1795342830},
        {"2026-11-22T11:20:30+01:00", 1795342830},
        {"2026-11-22 05:50:30-04:30", 1795342830},
        {"2026-11-22T10:20:30-00:00", 1795342830},
        {"2024-02-29T00:00:00Z", 1709164800},
        {"2000-02-29T00:00:00Z", 951782400},
        {"2016-12-31T23:59:60Z", 1483228800},   /* a leap second equals the next one */
        {"0001-01-01T00:00:00Z", -62135596800}, /* the zero time of Go */
        {"0000-01-01T00:00:00Z", -62167219200},
        {"9999-12-31T23:59:59Z", 253402300799},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t found_s = 7;
        assert_true(fp_time_parse(cases[i].text, &found_s));
        assert_int_equal(found_s, cases[i].expected_s);
    }
}

static void others_are_refused(void **state)
{
    (void) state;
    static const char *const cases[] = {
        "",
        "yesterday",
        "22 Nov 2026",
        "2026-11-22",
        "2026-11-22T10:20:30",
        "2026-11-22T10:20Z",
        "2026-13-22T10:20:30Z",
        "2026-00-22T10:20:30Z",
        "2026-11-00T10:20:30Z",
        "2026-11-31T10:20:30Z",
        "2026-02-29T10:20:30Z",
        "1900-02-29T10:20:30Z",
        "2026-11-22T24:20:30Z",
        "2026-11-22T10:60:30Z",
        "2026-11-22T10:20:61Z",
        "2026-11-22T10:20:30.Z",
        "2026-11-22T10:20:30Zx",
        "2026-11-22T10:20:30+1:00",
        "2026-11-22T10:20:30+0100",
        "2026-11-22T10:20:30+24:00",
        "2026-11-22T10:20:30+01:60",
        "2026-11-22T10:20:30 +01:00",
        "12026-11-22T10:20:30Z",
        "-026-11-22T10:20:30Z",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t found_s = 7;
        assert_false(fp_time_parse(cases[i], &found_s));
        assert_int_equal(found_s, 7);
    }
    int64_t found_s = 7;
    assert_false(fp_time_parse(NULL, &found_s));
}

static void times_are_written(void **state)
{
    (void) state;
    char text[FP_TIME_TEXT];
    fp_time_text(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    fp_time_text(315532800, text);
    assert_string_equal(text, "1980-01-01T00:00:00Z");
    fp_time_text(253402300799, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    fp_time_text(INT64_MAX, text);
    assert_string_equal(text, "1980-01-01T00:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(times_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
