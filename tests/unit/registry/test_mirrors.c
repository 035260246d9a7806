/* registries.conf and --mirror: how they are read, and in which places an image is searched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "registry/upload.h"

static char *choose(const struct fp_mirrors *mirrors, const char *name, struct fp_error *err)
{
    cleanup_reference struct fp_reference reference = {0};
    struct fp_reference found[FP_MIRRORS_MAX_CANDIDATES + 1] = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    size_t len = 0;
    assert_int_equal(fp_reference_parse_docker(name, &reference, err), FP_OK);
    enum fp_code code = fp_mirrors_choose(mirrors, &reference, found, &len, err);
    for (size_t i = 0; i < len; i++) {
        cleanup_free char *one = fp_reference_text(&found[i]);
        fp_buf_putf(&text, "%s%s", i > 0 ? " " : "", one);
        fp_reference_clear(&found[i]);
    }
    return code == FP_OK ? fp_buf_take(&text) : fp_xstrdup("refused");
}

static void check(const struct fp_mirrors *mirrors, const char *name, const char *expected)
{
    struct fp_error err = {0};
    cleanup_free char *found = choose(mirrors, name, &err);
    assert_string_equal(found, expected);
}

static const char conf[] = "unqualified-search-registries = [\"docker.io\",\n  'quay.io'] # two\n"
                           "short-name-mode = \"permissive\"\n"
                           "[aliases]\n\"team/a\" = \"docker.io/library/a\"\n"
                           "[[registry]]\n"
                           "location = \"docker.io\"\n"
                           "[[registry.mirror]]\n"
                           "location = 'mirror.example.com:5000/hub'\n"
                           "insecure = true\n"
                           "[[registry.mirror]]\n"
                           "location = \"second.example.com\"\n"
                           "pull-from-mirror = \"digest-only\"\n"
                           "[[registry]]\n"
                           "prefix = \"docker.io/library/flink\"\n"
                           "location = \"inside.example.com/flink\"\n"
                           "[[registry]]\n"
                           "prefix = \"bad.example.com\"\n"
                           "blocked = true\n"
                           "[[registry]]\n"
                           "location = \"plain.example.com\"\n"
                           "insecure = true # no TLS\n";

#define DIGEST "sha256:0123456789012345678901234567890123456789012345678901234567890123"

/* If a location HOST:PORT replaces a whole name, its port is not taken for a tag. */
static void test_place_of_the_whole_name(void **state)
{
    (void) state;
    static const char *const locations[] = {"127.0.0.1:5999", "j.o", "localhost"};
    for (size_t i = 0; i < sizeof(locations) / sizeof(locations[0]); i++) {
        cleanup_mirrors struct fp_mirrors mirrors = {0};
        cleanup_mirrors struct fp_mirrors options = {0};
        struct fp_error err = {0};
        cleanup_free char *text =
            fp_xasprintf("[[registry]]\nprefix = \"x.example.com/a\"\nlocation = \"%s\"\n"
                         "[[registry.mirror]]\nlocation = \"m.example.com/b\"\n",
                         locations[i]);
        cleanup_free char *option = fp_xasprintf("x.example.com/a=%s", locations[i]);
        assert_int_equal(fp_mirrors_read_text(&mirrors, "f", text, &err), FP_OK);
        assert_int_equal(fp_mirrors_add(&options, option, &err), FP_OK);
        cleanup_free char *below = fp_xasprintf("m.example.com/b/c:1 %s/c:1", locations[i]);
        check(&mirrors, "x.example.com/a/c:1", below);
        const struct fp_mirrors *both[] = {&mirrors, &options};
        for (size_t k = 0; k < 2; k++) {
            cleanup_free char *refused = choose(both[k], "x.example.com/a:1", &err);
            assert_string_equal(refused, "refused");
            assert_int_equal(err.code, FP_E_INPUT);
            assert_non_null(strstr(err.text, locations[i]));
        }
    }
}

static void test_registries_conf(void **state)
{
    (void) state;
    cleanup_mirrors struct fp_mirrors mirrors = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_mirrors_read_text(&mirrors, "registries.conf", conf, &err), FP_OK);
    check(&mirrors, "eclipse-temurin:17",
          "mirror.example.com:5000/hub/library/eclipse-temurin:17 "
          "docker.io/library/eclipse-temurin:17");
    check(&mirrors, "team/x@" DIGEST,
          "mirror.example.com:5000/hub/team/x@" DIGEST " second.example.com/team/x@" DIGEST
          " docker.io/team/x@" DIGEST);
    check(&mirrors, "flink:1", "inside.example.com/flink:1"); /* only the longest prefix counts */
    check(&mirrors, "flinky:1",
          "mirror.example.com:5000/hub/library/flinky:1 docker.io/library/flinky:1");
    check(&mirrors, "elsewhere.example.com/x:1", "elsewhere.example.com/x:1");
    cleanup_free char *blocked = choose(&mirrors, "bad.example.com/x:1", &err);
    assert_string_equal(blocked, "refused");
    assert_int_equal(err.code, FP_E_INPUT);
    assert_non_null(strstr(err.text, "bad.example.com/x: registries.conf blocks it"));
    assert_int_equal(mirrors.insecure.len, 2);
    assert_string_equal(mirrors.insecure.items[0], "mirror.example.com:5000");
    assert_string_equal(mirrors.insecure.items[1], "plain.example.com");
}

static void test_prefixes_for_a_whole_domain(void **state)
{
    (void) state;
    static const char text[] = "[[registry]]\nprefix = \"*.bad.example\"\nblocked = true\n"
                               "[[registry]]\nprefix = \"*.good.bad.example\"\n"
                               "location = \"inside.example/good\"\n"
                               "[[registry]]\nprefix = \"*.hub.example/team\"\n"
                               "[[registry.mirror]]\nlocation = \"mirror.example\"\n";
    static const char *const blocked[] = {"a.bad.example/x:1", "a.b.bad.example/x:1",
                                          "a.bad.example:5000/x/y:1",
                                          "a.bad.example.bad.example/x:1"};
    cleanup_mirrors struct fp_mirrors mirrors = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_mirrors_read_text(&mirrors, "r.conf", text, &err), FP_OK);
    for (size_t i = 0; i < sizeof(blocked) / sizeof(blocked[0]); i++)
        check(&mirrors, blocked[i], "refused");
    check(&mirrors, "bad.example/x:1", "bad.example/x:1");
    check(&mirrors, "a.bad.example.org/x:1", "a.bad.example.org/x:1");
    check(&mirrors, "good.example/a.bad.example:1", "good.example/a.bad.example:1");
    check(&mirrors, "a.good.bad.example/x:1", "inside.example/good/x:1");
    check(&mirrors, "a.hub.example/team/x:1", "mirror.example/x:1 a.hub.example/team/x:1");
    check(&mirrors, "a.hub.example/teams/x:1", "a.hub.example/teams/x:1");
}

static void test_options_go_first(void **state)
{
    (void) state;
    cleanup_mirrors struct fp_mirrors mirrors = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_mirrors_read_text(&mirrors, "registries.conf", conf, &err), FP_OK);
    assert_int_equal(fp_mirrors_add(&mirrors, "docker.io=own.example.com/cache", &err), FP_OK);
    assert_int_equal(fp_mirrors_add(&mirrors, "bad.example.com=own.example.com/bad", &err), FP_OK);
    check(&mirrors, "flink:1", "own.example.com/cache/library/flink:1 inside.example.com/flink:1");
    check(&mirrors, "bad.example.com/x:1", "own.example.com/bad/x:1");
    static const char *const wrong[] = {"",
                                        "docker.io",
                                        "=x.example.com",
                                        "docker.io=",
                                        "docker.io=https://x.example.com",
                                        "library=x.example.com",
                                        "docker.io=x.example.com/../y",
                                        "docker.io=X Y"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(fp_mirrors_add(&mirrors, wrong[i], &err), FP_E_USAGE);
        assert_non_null(strstr(err.text, "--mirror: expected PREFIX=PLACE"));
    }
}

static void test_the_number_of_candidates_is_bounded(void **state)
{
    (void) state;
    cleanup_mirrors struct fp_mirrors mirrors = {0};
    struct fp_error err = {0};
    for (int i = 0; i < 20; i++)
        assert_int_equal(fp_mirrors_add(&mirrors, "docker.io=m.example.com", &err), FP_OK);
    cleanup_free char *found = choose(&mirrors, "flink:1", &err);
    const char *last = strrchr(found, ' ');
    assert_string_equal(last, " docker.io/library/flink:1");
}

/* With any number of mirrors, a replacement is asked and the replaced place is not. */
static void test_a_stand_in_is_never_crowded_out(void **state)
{
    (void) state;
    cleanup_mirrors struct fp_mirrors mirrors = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_mirrors_read_text(&mirrors, "r.conf",
                                          "[[registry]]\nprefix = \"docker.io\"\n"
                                          "location = \"inside.example.com\"\n",
                                          &err),
                     FP_OK);
    for (int i = 0; i < 20; i++)
        assert_int_equal(fp_mirrors_add(&mirrors, "docker.io=m.example.com", &err), FP_OK);
    cleanup_free char *found = choose(&mirrors, "flink:1", &err);
    assert_string_equal(strrchr(found, ' '), " inside.example.com/library/flink:1");
    assert_null(strstr(found, "docker.io"));
}

static void test_broken_files_are_refused(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"[[registry]]\nlocation = \"a b\"\n", "r.conf:2: no registry"},
        {"[[registry]]\nlocation = \"x.example.com\n", "r.conf:2: a string that does not end"},
        {"[[registry]]\nlocation = \"x\\u0041\"\n", "r.conf:2: a string that does not end"},
        {"\n\n[[registry.mirror]]\n", "r.conf:3: [[registry.mirror]] without"},
        {"[[registry]\nx", "r.conf:2: expected KEY"},
        {"[[registry\n", "r.conf:1: a table without"},
        {"a = [\"b\",\n", "r.conf:2: an array without"},
        {"[[registry]]\ninsecure = maybe\n", "r.conf:2: a value that is neither"},
        {"[[registry]]\ninsecure =\n", "r.conf:2: a value that is neither"},
        {"[[registry]]\ninsecure = true false\n", "r.conf:2: more on the line"},
        {"=\n", "r.conf:1: expected KEY"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_mirrors struct fp_mirrors mirrors = {0};
        struct fp_error err = {0};
        assert_int_equal(fp_mirrors_read_text(&mirrors, "r.conf", cases[i].text, &err), FP_E_INPUT);
        if (strstr(err.text, cases[i].words) == NULL)
            assert_string_equal(err.text, cases[i].words);
        assert_int_equal(mirrors.len, 0);
    }
}

static void test_locations_are_repaired(void **state)
{
    (void) state;
    static const struct {
        const char *base;
        const char *location;
        const char *expected;
    } cases[] = {
        {"https://r.example.com", "http://r.example.com/u?a=1", "https://r.example.com/u?a=1"},
        {"https://r.example.com:5000", "http://r.example.com/u", "https://r.example.com:5000/u"},
        {"https://r.example.com:5000", "http://r.example.com:5000/u",
         "https://r.example.com:5000/u"},
        {"https://r.example.com:5000", "https://R.example.com/u", "https://r.example.com:5000/u"},
        {"http://r.example.com:5000", "http://r.example.com/u", "http://r.example.com:5000/u"},
        {"http://[::1]:5000", "http://[::1]/u", "http://[::1]:5000/u"},
        {"https://r.example.com", "http://r.example.com:80/u", "https://r.example.com/u"},
        /* An explicit other port is kept, and URLs of other hosts are not changed. */
        {"https://r.example.com:5000", "https://r.example.com:6000/u",
         "https://r.example.com:6000/u"},
        {"https://r.example.com", "http://r.example.com.evil.example/u",
         "http://r.example.com.evil.example/u"},
        {"https://r.example.com:5000", "https://evil.example/u", "https://evil.example/u"},
        {"http://r.example.com:5000", "https://r.example.com:6000/u",
         "https://r.example.com:6000/u"},
        {"http://r.example.com:5000", "https://evil.example:5000/u", "https://evil.example:5000/u"},
        /* A registry without TLS names an https URL. */
        {"http://r.example.com", "https://r.example.com/u", "http://r.example.com/u"},
        {"http://r.example.com", "https://r.example.com:443/u", "http://r.example.com/u"},
        {"http://r.example.com", "https://r.example.com:80/u", "http://r.example.com/u"},
        {"http://r.example.com:5000", "https://r.example.com:5000/u",
         "http://r.example.com:5000/u"},
        {"http://r.example.com:5000", "https://r.example.com/u", "http://r.example.com:5000/u"},
        {"http://[::1]:5000", "https://[::1]:443/u", "http://[::1]:5000/u"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_free char *repaired =
            fp_location_repair(cases[i].base, fp_xstrdup(cases[i].location));
        assert_string_equal(repaired, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_of_the_whole_name),
        cmocka_unit_test(test_registries_conf),
        cmocka_unit_test(test_prefixes_for_a_whole_domain),
        cmocka_unit_test(test_options_go_first),
        cmocka_unit_test(test_the_number_of_candidates_is_bounded),
        cmocka_unit_test(test_a_stand_in_is_never_crowded_out),
        cmocka_unit_test(test_broken_files_are_refused),
        cmocka_unit_test(test_locations_are_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
