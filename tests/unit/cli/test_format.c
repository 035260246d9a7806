#include "cli_test.h"

#include "format.h"

static void sizes_are_readable(void **state)
{
    (void) state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {999, "999 B"},
        {1000, "1.0 kB"},
        {12345, "12.3 kB"},
        {99949, "99.9 kB"},
        {99950, "100 kB"},
        {999949, "1000 kB"},
        {999950, "1.0 MB"},
        {451200000, "451 MB"},
        {1000000000, "1.0 GB"},
        {UINT64_MAX, "18.4 EB"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[FP_FORMAT_MAX];
        fp_format_bytes(cases[i].bytes, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void durations_are_readable(void **state)
{
    (void) state;
    static const struct {
        uint64_t ms;
        const char *text;
    } cases[] = {
        {0, "0.0 s"},
        {499, "0.4 s"},
        {12345, "12.3 s"},
        {59999, "59.9 s"},
        {60000, "1 min 00 s"},
        {125000, "2 min 05 s"},
        {3600000, "1 h 00 min"},
        {3725000, "1 h 02 min"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[FP_FORMAT_MAX];
        fp_format_duration(cases[i].ms, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void rates_are_readable(void **state)
{
    (void) state;
    char text[FP_FORMAT_MAX];
    fp_format_rate(36700000, 1000, text);
    assert_string_equal(text, "36.7 MB/s");
    fp_format_rate(0, 1000, text);
    assert_string_equal(text, "");
    fp_format_rate(1000, 0, text);
    assert_string_equal(text, "");
}

/* Text from outside never reaches a terminal as a command, and JSON stays valid UTF-8. */
static void foreign_text_is_made_printable(void **state)
{
    (void) state;
    static const struct {
        const char *in;
        const char *out;
    } cases[] = {
        {"plain text", "plain text"},
        {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xbf", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xbf"},
        {"\033[2J\007\x7f", "?[2J??"},
        {"a\nb\r\tc", "a?b??c"},
        {"\xc2\x9b"
         "31m",
         "??31m"}, /* C1: CSI */
        {"\xff\xfe", "??"},
        {"\xc0\xaf", "??"}, /* overlong */
        {"\xe0\x80\xaf", "???"},
        {"\xed\xa0\x80", "???"},      /* a surrogate */
        {"\xf4\x90\x80\x80", "????"}, /* beyond Unicode */
        {"\xe2\x82", "??"},           /* cut off */
        {"a\xe2\x80\xae"
         "b",
         "a???b"}, /* right to left from here on */
        {"\xe2\x81\xa6\xe2\x80\xa8\xef\xbb\xbf", "?????????"},
        /* Commands to CI systems. */
        {"a ##vso[task.setvariable variable=x]y", "a #?vso[task.setvariable variable=x]y"},
        {"##[error]x ###[group]", "#?[error]x ##?[group]"},
        {"x##teamcity[publish 'a']", "x#?teamcity[publish 'a']"},
        {"::error file=a,line=1::x", ":?error file=a,line=1::x"},
        {"  ::add-mask::x ::set-output name=a::b", "  :?add-mask::x :?set-output name=a::b"},
        {"\033::stop-commands::x", "?:?stop-commands::x"},
        {"denied::add-mask::x", "denied:?add-mask::x"},
        {"section_start:1700000000:x\r\033[0K", "section_start?1700000000:x??[0K"},
        {"section_end:1:x", "section_end?1:x"},
        {"::section_end:2 x::", "::section_end?2 x::"},
        /* These only look like commands. */
        {"http://[::1]:5000/x [::ffff:1.2.3.4] ::1", "http://[::1]:5000/x [::ffff:1.2.3.4] ::1"},
        {"std::vector::size ## Title a[0] #[x]", "std::vector::size ## Title a[0] #[x]"},
        {"section_start:x section_end", "section_start:x section_end"},
        {"##", "##"},
        {"::", "::"},
        {"::error:", "::error:"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_free char *text = fp_xstrdup(cases[i].in);
        fp_make_printable(text);
        assert_string_equal(text, cases[i].out);
    }
}

/* The escaped JSON has the same meaning, and contains no commands. */
static void json_is_made_printable(void **state)
{
    (void) state;
    static const struct {
        const char *in;
        const char *out;
    } cases[] = {
        {"{\n  \"a\": [1, \"caf\xc3\xa9 \xf0\x9f\x90\xbf\"]\n}",
         "{\n  \"a\": [1, \"caf\xc3\xa9 \xf0\x9f\x90\xbf\"]\n}"},
        {"\"\xc2\x9b\x7f\"", "\"\\u009b\\u007f\""},
        {"\"\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8\xd8\x9c\xef\xbb\xbf\"",
         "\"\\u202e\\u2066\\u2028\\u061c\\ufeff\""},
        {"\"##vso[x]\"", "\"#\\u0023vso[x]\""},
        {"{\"::error::\":\"section_start:1:x\"}",
         "{\":\\u003aerror::\":\"section_start\\u003a1:x\"}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_free char *shown = fp_json_printable(cases[i].in);
        assert_string_equal(shown, cases[i].out);
        cleanup_json json_t *before = json_loads(cases[i].in, JSON_DECODE_ANY, NULL);
        cleanup_json json_t *after = json_loads(shown, JSON_DECODE_ANY, NULL);
        assert_non_null(before);
        assert_true(json_equal(before, after));
    }
    char text[] = "a\n::debug::x\n\033\n";
    fp_make_lines_printable(text);
    assert_string_equal(text, "a\n:?debug::x\n?\n");
}

static void texts_are_cut_between_characters(void **state)
{
    (void) state;
    char text[] = "caf\xc3\xa9 au lait";
    assert_int_equal(fp_text_columns(text), 12);
    fp_text_cut(text, 4);
    assert_string_equal(text, "caf\xc3\xa9");
    fp_text_cut(text, 10);
    assert_string_equal(text, "caf\xc3\xa9");
    fp_text_cut(text, 0);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_readable),
        cmocka_unit_test(durations_are_readable),
        cmocka_unit_test(rates_are_readable),
        cmocka_unit_test(foreign_text_is_made_printable),
        cmocka_unit_test(json_is_made_printable),
        cmocka_unit_test(texts_are_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
