/** Checksum files in the forms that Apache, Maven and users write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/flink/release.h"

#define NAME  "flink-1.6.0-bin-scala_2.11.tgz"
#define HEX16 "0123456789abcdef"
#define HEX   HEX16 HEX16 HEX16 HEX16 HEX16 HEX16 HEX16 HEX16
#define UPPER "0123456789ABCDEF"

static void test_accepted(void **state)
{
    (void) state;
    static const char *const TEXTS[] = {
        HEX "  " NAME "\n",
        HEX " *" NAME "\r\n",
        HEX "\n",
        HEX,
        "00  other\n" HEX "  ./dist/" NAME "\n",
        "SHA512 (" NAME ") = " HEX "\n",
        "SHA512(" NAME ")= " HEX "\n",
        NAME ": 01234567 89ABCDEF " UPPER " " UPPER "\n  " UPPER " " UPPER " " UPPER " " UPPER
             "\n  0123 4567 89AB CDEF\n",
    };
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        char hex[FP_HASH_HEX_MAX] = "";
        struct fp_error err = {0};
        if (fp_checksum_parse(TEXTS[i], NAME, "x.sha512", hex, &err) != FP_OK)
            fail_msg("%zu: %s", i, err.text);
        assert_string_equal(hex, HEX);
    }
}

static void test_refused(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *words;
    } CASES[] = {
        {"", "no SHA-512 of " NAME},
        {"\n<!DOCTYPE html>", "an HTML page, not a checksum"},
        {HEX "  flink-1.6.1-bin-scala_2.11.tgz\n", "no SHA-512"},
        {HEX "  x" NAME "\n", "no SHA-512"},
        {HEX "0  " NAME "\n", "no SHA-512"},
        {HEX16 "  " NAME "\n", "no SHA-512"},
        {HEX NAME "\n", "no SHA-512"},
        {NAME ": " UPPER " XYZ", "no SHA-512"},
        {"SHA512 (" NAME ") = " HEX16, "no SHA-512"},
        {"SHA512 (" NAME, "no SHA-512"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char hex[FP_HASH_HEX_MAX] = "";
        struct fp_error err = {0};
        assert_int_equal(fp_checksum_parse(CASES[i].text, NAME, "x.sha512", hex, &err), FP_E_INPUT);
        if (strstr(err.text, CASES[i].words) == NULL || strstr(err.text, "x.sha512") == NULL)
            fail_msg("%zu: %s", i, err.text);
        assert_string_equal(hex, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
