#include "alpine_test.h"

static enum fp_apk_order compare(const char *a, const char *b)
{
    return fp_apk_version_compare(fp_apk_text(a), fp_apk_text(b));
}

/* Each list ascends strictly, as in apk 3.0.6 and 2.14.4, or as in 3.0.6 if they differ. */
static const char *const ascending[][16] = {
    {"1.0", "1.0-r0", "1.0-r1"},
    {"1.0", "1.0.0"},
    {"1.0_alpha", "1.0_alpha1", "1.0_beta", "1.0_pre1", "1.0_rc1", "1.0", "1.0_git20240101",
     "1.0_p0", "1.0_p1", "1.0_p1_git1"},
    {"1.2", "1.2a", "1.2b"},
    {"1.2a", "1.2.1"},
    {"1.09", "1.1"},
    {"1.01", "1.010"},
    {"1.9", "1.10"},
    {"2023d-r0", "2024a-r0"},
    {"17.0.9_p11-r0", "17.0.11_p9-r0"},
    {"1.2.4-r2", "1.2.4_git20230717-r4"},
    {"1.0", "1.0~ab"},
    {"8.2.0", "8.2.001"},
    {"8.2.0015", "8.2.002"},
    {"1.0_cvs", "1.0_svn", "1.0_git", "1.0_hg", "1.0_p"},
    {"99999999999999999999998", "99999999999999999999999", "100000000000000000000000"},
};

static void test_vectors(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(ascending) / sizeof(ascending[0]); i++) {
        for (size_t a = 0; a < 16 && ascending[i][a] != NULL; a++) {
            for (size_t b = 0; b < 16 && ascending[i][b] != NULL; b++) {
                enum fp_apk_order expected = a < b    ? FP_APK_LESS
                                             : a == b ? FP_APK_EQUAL
                                                      : FP_APK_GREATER;
                if (compare(ascending[i][a], ascending[i][b]) != expected)
                    fail_msg("%s and %s", ascending[i][a], ascending[i][b]);
            }
        }
    }
}

/* Versions are made of random tokens from a fixed seed. */
static uint32_t seed = 1;

static uint32_t roll(uint32_t below)
{
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 16) % below;
}

static void make_version(char *text, size_t cap)
{
    static const char *const numbers[] = {"0", "1", "2", "10", "01", "010", "09", "007"};
    static const char *const tails[] = {"",       "a",        "b",   "_rc",  "_rc1",    "_p1",
                                        "_alpha", "_p1_git2", "~ab", "~abc", "_git3~0", "_pre"};
    int used = snprintf(text, cap, "%s", numbers[roll(8)]);
    for (uint32_t i = roll(3); i > 0; i--)
        used += snprintf(text + used, cap - (size_t) used, ".%s", numbers[roll(8)]);
    used += snprintf(text + used, cap - (size_t) used, "%s", tails[roll(12)]);
    if (roll(2) == 0)
        (void) snprintf(text + used, cap - (size_t) used, "-r%u", roll(3));
}

static void test_total_order(void **state)
{
    (void) state;
    static char versions[120][64];
    for (size_t i = 0; i < 120; i++) {
        make_version(versions[i], sizeof(versions[i]));
        assert_true(fp_apk_version_is_valid(fp_apk_text(versions[i])));
    }
    for (size_t a = 0; a < 120; a++) {
        for (size_t b = 0; b < 120; b++) {
            enum fp_apk_order ab = compare(versions[a], versions[b]);
            enum fp_apk_order ba = compare(versions[b], versions[a]);
            if (!((ab == FP_APK_EQUAL && ba == FP_APK_EQUAL) || ab + ba == 5))
                fail_msg("%s and %s: %d, and turned round %d", versions[a], versions[b], ab, ba);
            for (size_t c = 0; c < 120 && ab != FP_APK_GREATER; c++) {
                enum fp_apk_order bc = compare(versions[b], versions[c]);
                if (bc != FP_APK_GREATER && compare(versions[a], versions[c]) == FP_APK_GREATER)
                    fail_msg("%s <= %s <= %s", versions[a], versions[b], versions[c]);
            }
        }
    }
}

static void test_validity(void **state)
{
    static const char *const bad[] = {"",     "a",   "1.", "1..2", "1_foo", "1-r", "1-r1.2",
                                      "1a.2", "1-1", " 1", "1 ",   "1~",    "1~x", "1-r1_p1"};
    (void) state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(fp_apk_version_is_valid(fp_apk_text(bad[i])));
    assert_true(fp_apk_version_is_valid(fp_apk_text("1.2.4_git20230717~0ab-r4")));
}

static bool accepts(const char *dependency, const char *version)
{
    struct fp_apk_dependency parsed = {0};
    assert_int_equal(fp_apk_dependency_parse(fp_apk_text(dependency), &parsed, NULL), FP_OK);
    return fp_apk_dependency_accepts(&parsed, fp_apk_text(version));
}

static void test_dependencies(void **state)
{
    (void) state;
    assert_true(accepts("snappy", "1.1"));
    assert_true(accepts("snappy", ""));
    assert_false(accepts("snappy>=1.1", ""));
    assert_true(accepts("snappy<=1.1", ""));
    assert_true(accepts("!snappy<1.1", ""));
    assert_false(accepts("snappy><Q1", ""));
    assert_true(accepts("snappy>=1.1", "1.1"));
    assert_false(accepts("snappy>1.1", "1.1"));
    assert_true(accepts("bash~5.2", "5.2.26-r0"));
    assert_true(accepts("bash=~5.2", "5.2.26-r0"));
    assert_false(accepts("bash~5.2", "5.20-r0"));
    assert_false(accepts("snappy~1.1.10.5", "1.1.10"));
    assert_true(accepts("bash>~5.2", "6"));
    assert_false(accepts("bash<~5.2", "6"));
    assert_true(accepts("bash@edge=5.2", "5.2"));
    assert_true(accepts("!bash<5", "4"));
}

static void test_dependency_parts(void **state)
{
    struct fp_apk_dependency parsed = {0};
    struct fp_error err = {0};
    (void) state;
    assert_int_equal(fp_apk_dependency_parse(fp_apk_text("!so:libz.so.1<2"), &parsed, &err), FP_OK);
    assert_true(parsed.is_conflict);
    assert_true(fp_apk_text_equal(parsed.name, fp_apk_text("so:libz.so.1")));
    assert_int_equal(fp_apk_dependency_parse(fp_apk_text("a><Q1xyz="), &parsed, &err), FP_OK);
    assert_true(parsed.is_identity);
    assert_true(fp_apk_text_equal(parsed.version, fp_apk_text("Q1xyz=")));
    assert_int_equal(fp_apk_dependency_parse(fp_apk_text("=1"), &parsed, &err), FP_E_INPUT);
    assert_int_equal(fp_apk_dependency_parse(fp_apk_text("a="), &parsed, &err), FP_E_INPUT);
    assert_text_has(err.text, "'a=' is no dependency");
    assert_int_equal(fp_apk_dependency_parse(fp_apk_text(""), &parsed, &err), FP_E_INPUT);
}

/* apk 3.0.8 accepts each of these, and rejects a world with other versions or operators. */
static const char *const good_requests[] = {"bash",
                                            "bash>=5",
                                            "bash=>5",
                                            "bash==5",
                                            "bash~5.2",
                                            "bash=~5",
                                            "bash<5.2_rc1-r3",
                                            "R",
                                            "gtk+3.0",
                                            "so:libz.so.1",
                                            "cmd:[",
                                            "pc:zlib>=1.2",
                                            "py3.11:foo",
                                            "6tunnel",
                                            "bash=5~abc",
                                            "bash=01",
                                            "bash><Q1cvBJr4xtYzWzQ5dlyfq9h9F5KwM="};
/* Bad requests and the errors they cause. */
static const struct {
    const char *request;
    const char *text;
} bad_requests[] = {
    {"bash>=x", "'x' is no version"},
    {"bash=1.2.3-r", "'1.2.3-r' is no version"},
    {"bash=1.2-rc1", "is no version"},
    {"bash=1.2_foo", "is no version"},
    {"bash=1.2~g", "is no version"},
    {"bash=1..2", "is no version"},
    {"bash=.1", "is no version"},
    {"bash=1.", "is no version"},
    {"bash=1.2A", "is no version"},
    {"bash=5ab", "is no version"},
    {"bash=1-r1-r2", "is no version"},
    {"bash=1 ", "is no version"},
    {"bash=1!", "is no version"},
    {"bash<>5", "the operator is one of"},
    {"bash><5", "the operator is one of"},
    {"bash<=>5", "the operator is one of"},
    {"bash><Q1short=", "the operator is one of"},
    {"", "expected NAME"},
    {"=5", "expected NAME"},
    {"bash>=", "expected NAME"},
    {"!bash", "expected NAME"},
    {"/bin/sh", "expected NAME"},
    {"-bash", "expected NAME"},
    {".bash", "expected NAME"},
    {"ba sh", "expected NAME"},
    {"b!ash", "expected NAME"},
    {"bash*", "expected NAME"},
    {"b\303\244sh", "expected NAME"},
    {"so:", "expected NAME"},
    {"so:/x", "expected NAME"},
    {"bash@edge", "--repository"},
};

static void test_requests(void **state)
{
    struct fp_error err = {0};
    (void) state;
    for (size_t i = 0; i < sizeof(good_requests) / sizeof(good_requests[0]); i++) {
        if (fp_apk_request_check(good_requests[i], &err) != FP_OK)
            fail_msg("%s: %s", good_requests[i], err.text);
    }
    for (size_t i = 0; i < sizeof(bad_requests) / sizeof(bad_requests[0]); i++) {
        if (fp_apk_request_check(bad_requests[i].request, &err) != FP_E_INPUT)
            fail_msg("%s passes", bad_requests[i].request);
        assert_text_has(err.text, bad_requests[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),          cmocka_unit_test(test_total_order),
        cmocka_unit_test(test_validity),         cmocka_unit_test(test_dependencies),
        cmocka_unit_test(test_dependency_parts), cmocka_unit_test(test_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
