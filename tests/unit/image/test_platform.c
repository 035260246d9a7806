#include "image_test.h"

static void test_parses_and_normalises(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *expected;
    } platforms[] = {
        {"linux/amd64", "linux/amd64"},
        {"linux/x86_64", "linux/amd64"},
        {"linux/x86-64", "linux/amd64"},
        {"Linux/AMD64", "linux/amd64"},
        {"linux/amd64/v1", "linux/amd64"},
        {"linux/amd64/v3", "linux/amd64/v3"},
        {"linux/arm64", "linux/arm64"},
        {"linux/aarch64", "linux/arm64"},
        {"linux/arm64/v8", "linux/arm64"},
        {"linux/arm64/8", "linux/arm64"},
        {"linux/arm64/v8.2", "linux/arm64/v8.2"},
        {"linux/arm64/v9", "linux/arm64/v9"},
        {"linux/arm", "linux/arm/v7"},
        {"linux/arm/7", "linux/arm/v7"},
        {"linux/arm/v6", "linux/arm/v6"},
        {"linux/arm/5", "linux/arm/v5"},
        {"linux/armhf", "linux/arm/v7"},
        {"linux/armel", "linux/arm/v6"},
        {"linux/i386", "linux/386"},
        {"linux/s390x", "linux/s390x"},
        {"linux/ppc64le", "linux/ppc64le"},
        {"linux/riscv64", "linux/riscv64"},
        {"macos/arm64", "darwin/arm64"},
    };
    for (size_t i = 0; i < COUNT(platforms); i++) {
        struct fp_platform platform = {0};
        assert_int_equal(fp_platform_parse(platforms[i].text, &platform, NULL), FP_OK);
        cleanup_free char *text = fp_platform_text(&platform);
        assert_string_equal(text, platforms[i].expected);
    }
}

static void test_refuses(void **state)
{
    (void) state;
    static const char *const bad[] = {
        "",
        "amd64",
        "linux",
        "linux/",
        "/amd64",
        "linux/amd64/",
        "linux//v7",
        "linux/arm/v7/x",
        "linux/amd 64",
        "linux/amd64\n",
        "linux/amd64,linux/arm64",
        "a/../b",
        "linux/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "linux/amd46",
        "linux/x64",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct fp_error err = {0};
        struct fp_platform platform = {.os = "kept"};
        if (fp_platform_parse(bad[i], &platform, &err) != FP_E_USAGE)
            fail_msg("'%s' was accepted", bad[i]);
        assert_string_equal(platform.os, "kept");
        assert_hints(&err, "arm/v7");
    }
}

static struct fp_platform make(const char *text)
{
    struct fp_platform platform = {0};
    assert_int_equal(fp_platform_parse(text, &platform, NULL), FP_OK);
    return platform;
}

static void test_matches(void **state)
{
    (void) state;
    static const struct {
        const char *want;
        const char *have;
        bool expected;
    } pairs[] = {
        {"linux/amd64", "linux/amd64", true},        {"linux/amd64", "linux/arm64", false},
        {"linux/amd64", "windows/amd64", false},     {"linux/amd64", "linux/amd64/v2", false},
        {"linux/amd64/v3", "linux/amd64", true},     {"linux/amd64/v3", "linux/amd64/v2", true},
        {"linux/amd64/v2", "linux/amd64/v3", false}, {"linux/arm64", "linux/arm64/v8", true},
        {"linux/arm64/v8", "linux/arm64", true},     {"linux/arm64", "linux/arm64/v9", false},
        {"linux/arm64/v9", "linux/arm64", true},     {"linux/arm64", "linux/arm/v7", false},
        {"linux/arm/v7", "linux/arm/v7", true},      {"linux/arm/v7", "linux/arm/v6", true},
        {"linux/arm/v7", "linux/arm/v5", true},      {"linux/arm/v7", "linux/arm", true},
        {"linux/arm/v6", "linux/arm/v7", false},     {"linux/arm/v7", "linux/arm/v8", false},
        {"linux/s390x", "linux/s390x", true},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct fp_platform want = make(pairs[i].want);
        struct fp_platform have = make(pairs[i].have);
        if (fp_platform_matches(&want, &have) != pairs[i].expected)
            fail_msg("%s for %s", pairs[i].have, pairs[i].want);
    }
}

static void test_unstated_matches_nothing(void **state)
{
    (void) state;
    struct fp_platform want = make("linux/amd64");
    struct fp_platform none = {0};
    assert_false(fp_platform_matches(&want, &none));
    cleanup_free char *text = fp_platform_text(&none);
    assert_string_equal(text, "unknown platform");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parses_and_normalises),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_unstated_matches_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
