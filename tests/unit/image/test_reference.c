#include "image_test.h"

#define REPEAT10(c) c c c c c c c c c c
#define REPEAT50(c) REPEAT10(c) REPEAT10(c) REPEAT10(c) REPEAT10(c) REPEAT10(c)

static const struct good {
    const char *text;
    const char *registry;
    const char *repository;
    const char *tag;
    const char *digest;
} goods[] = {
    {"orders", NULL, "orders", NULL, ""},
    {"orders:1.0", NULL, "orders", "1.0", ""},
    {"team/orders:v1", NULL, "team/orders", "v1", ""},
    {"localhost/orders", "localhost", "orders", NULL, ""},
    {"localhost:5000/orders", "localhost:5000", "orders", NULL, ""},
    {"localhost:5000", NULL, "localhost", "5000", ""}, /* docker reads it so, too */
    {"registry.example.com/a/b/c:t", "registry.example.com", "a/b/c", "t", ""},
    {"registry.example.com:5000/a_b/c__d/e-f/g---h/i.j", "registry.example.com:5000",
     "a_b/c__d/e-f/g---h/i.j", NULL, ""},
    {"EXAMPLE.com/a", "EXAMPLE.com", "a", NULL, ""},
    {"127.0.0.1:65535/a", "127.0.0.1:65535", "a", NULL, ""},
    {"[::1]:5000/a:b", "[::1]:5000", "a", "b", ""},
    {"[2001:db8::1]/a", "[2001:db8::1]", "a", NULL, ""},
    {"xn--7o8h.com/myimage", "xn--7o8h.com", "myimage", NULL, ""},
    {"a:_T-.x", NULL, "a", "_T-.x", ""},
    {"a@" DIGEST("b"), NULL, "a", NULL, DIGEST("b")},
    {"r.io/a:t@" DIGEST("b"), "r.io", "a", "t", DIGEST("b")},
    {"docker.io/alpine:3", "docker.io", "library/alpine", "3", ""},
    {"index.docker.io/alpine", "docker.io", "library/alpine", NULL, ""},
    {"docker.io/bitnami/flink", "docker.io", "bitnami/flink", NULL, ""},
};

static void assert_same(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        assert_ptr_equal(a, b);
    else
        assert_string_equal(a, b);
}

static void test_parses(void **state)
{
    (void) state;
    for (size_t i = 0; i < COUNT(goods); i++) {
        cleanup_reference struct fp_reference reference = {0};
        struct fp_error err = {0};
        if (fp_reference_parse(goods[i].text, &reference, &err) != FP_OK)
            fail_msg("%s", err.text);
        assert_same(reference.registry, goods[i].registry);
        assert_string_equal(reference.repository, goods[i].repository);
        assert_same(reference.tag, goods[i].tag);
        assert_string_equal(reference.digest.text, goods[i].digest);
    }
}

static void test_text_round_trips(void **state)
{
    (void) state;
    for (size_t i = 0; i < COUNT(goods); i++) {
        cleanup_reference struct fp_reference reference = {0};
        cleanup_reference struct fp_reference again = {0};
        assert_int_equal(fp_reference_parse(goods[i].text, &reference, NULL), FP_OK);
        cleanup_free char *text = fp_reference_text(&reference);
        assert_int_equal(fp_reference_parse(text, &again, NULL), FP_OK);
        cleanup_free char *text_again = fp_reference_text(&again);
        assert_string_equal(text, text_again);
    }
}

static const struct bad {
    const char *text;
    const char *words;
    const char *hint;
} bads[] = {
    {"", "empty", ""},
    {"Orders", "'O' at position 1 of the repository 'Orders'", "try 'orders'"},
    {"team/Orders:V1", "'O' at position 6", "try 'team/orders:V1'"},
    {"TEAM/orders", "'T' at position 1", "try 'team/orders'"},
    {"r.io:5000/Team/orders:V1", "'T' at position 1", "try 'r.io:5000/team/orders:V1'"},
    {"r.io/team/orders:feature/x", "':' at position 12", "a tag holds no '/'"},
    {"a b", "a space at position 2", ""},
    {"a\tb", "the byte 0x09 at position 2", ""},
    {"caf\xc3\xa9", "the byte 0xc3 at position 4", ""},
    {"a..b", "'.' at position 3", ""},
    {"a___b", "'_' at position 4", ""},
    {"a._b", "'_' at position 3", ""},
    {"-a", "'-' at position 1", ""},
    {"a-", "its end at position 3", ""},
    {"a/", "its end at position 3", ""},
    {"/a", "'/' at position 1", "is a variable empty?"},
    {"a//b", "'/' at position 3", ""},
    {"a/../b", "'a/../b'", ""},
    {"../a", "registry", ""},
    {"r.io/", "repository is missing", ""},
    {":tag", "repository is missing", ""},
    {"@" DIGEST("a"), "repository is missing", ""},
    {"a:", "nothing follows the ':'", ""},
    {"a:.t", "'.' at position 1 of the tag", ""},
    {"a:t t", "a space at position 2 of the tag", ""},
    {"a:t/u", "'t' is no port", ""},
    {"a:" REPEAT50("t") REPEAT50("t") REPEAT10("t") REPEAT10("t") REPEAT10("t"),
     "the tag has 130 characters, at most 128", ""},
    {REPEAT50("a") REPEAT50("a") REPEAT50("a") REPEAT50("a") REPEAT50("a") REPEAT10("a"),
     "the repository has 260 characters, at most 255", ""},
    {"a@sha256:abc", "64 lower-case hexadecimal digits", ""},
    {"a@", "no digest", ""},
    {"a@" DIGEST("a") "@" DIGEST("a"), "no digest", ""},
    {"https://registry.example.com/a", "like a URL",
     "leave out the scheme: 'registry.example.com/a'"},
    {"docker://a", "like a URL", "'a'"},
    {"-r.io/a", "'-' at position 1 of the registry", ""},
    {"r..io/a", "'.' at position 2 of the registry", ""},
    {"user:pw@r.io/a", "no digest", ""},
    {"r.io:/a", "'' is no port", ""},
    {"r.io:66000/a", "'66000' is no port", ""},
    {"r.io:5o/a", "'5o' is no port", ""},
    {"[::1/a", "registry", ""},
    {"[::1]x/a", "registry", ""},
};

static void test_refuses_with_the_reason(void **state)
{
    (void) state;
    for (size_t i = 0; i < COUNT(bads); i++) {
        cleanup_reference struct fp_reference reference = {0};
        struct fp_error err = {0};
        if (fp_reference_parse(bads[i].text, &reference, &err) != FP_E_USAGE)
            fail_msg("'%s' was accepted", bads[i].text);
        assert_int_equal(err.code, FP_E_USAGE);
        assert_says(&err, bads[i].words);
        assert_hints(&err, bads[i].hint);
        assert_null(reference.repository);
    }
}

static void test_limits(void **state)
{
    (void) state;
    cleanup_reference struct fp_reference reference = {0};
    static const char longest[] =
        REPEAT50("a") REPEAT50("a") REPEAT50("a") REPEAT50("a") REPEAT50("a") "aaaaa";
    assert_int_equal(fp_reference_parse(longest, &reference, NULL), FP_OK);
    assert_int_equal(strlen(reference.repository), 255);
    cleanup_reference struct fp_reference official = {0};
    struct fp_error long_err = {0};
    assert_int_equal(fp_reference_parse_docker(longest, &official, &long_err), FP_E_USAGE);
    assert_says(&long_err, "263 characters"); /* with "library/" */
    static const char tag[] = REPEAT50("t") REPEAT50("t") REPEAT10("t") REPEAT10("t") "tttttttt";
    assert_true(fp_tag_is_valid(tag));
    assert_false(
        fp_tag_is_valid(REPEAT50("t") REPEAT50("t") REPEAT10("t") REPEAT10("t") "ttttttttt"));
    assert_false(fp_tag_is_valid(""));
    assert_false(fp_tag_is_valid("a:b"));
    static char huge[100000];
    memset(huge, 'a', sizeof(huge) - 1);
    struct fp_error err = {0};
    cleanup_reference struct fp_reference none = {0};
    assert_int_equal(fp_reference_parse(huge, &none, &err), FP_E_USAGE);
    assert_says(&err, "longer than 1024");
}

static void test_docker_names(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *expected;
    } names[] = {
        {"eclipse-temurin:17-jre", "docker.io/library/eclipse-temurin:17-jre"},
        {"apache/flink:1.20", "docker.io/apache/flink:1.20"},
        {"quay.io/a", "quay.io/a"},
        {"localhost/a", "localhost/a"},
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        cleanup_reference struct fp_reference reference = {0};
        assert_int_equal(fp_reference_parse_docker(names[i].text, &reference, NULL), FP_OK);
        cleanup_free char *text = fp_reference_text(&reference);
        assert_string_equal(text, names[i].expected);
    }
    cleanup_reference struct fp_reference none = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_reference_parse_docker(HEX64("a"), &none, &err), FP_E_USAGE);
    assert_says(&err, "bare digest");
}

static void test_copy_owns_its_parts(void **state)
{
    (void) state;
    cleanup_reference struct fp_reference reference = {0};
    assert_int_equal(fp_reference_parse("r.io/a:t@" DIGEST("c"), &reference, NULL), FP_OK);
    cleanup_reference struct fp_reference copy = fp_reference_copy(&reference);
    fp_reference_clear(&reference);
    cleanup_free char *text = fp_reference_text(&copy);
    cleanup_free char *name = fp_reference_name(&copy);
    assert_string_equal(text, "r.io/a:t@" DIGEST("c"));
    assert_string_equal(name, "r.io/a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parses),
        cmocka_unit_test(test_text_round_trips),
        cmocka_unit_test(test_refuses_with_the_reason),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_docker_names),
        cmocka_unit_test(test_copy_owns_its_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
