#include "base_test.h"

/* The input and the result of a test. Free it with clear(). */
struct result {
    char *passwd;
    char *group;
    char *shadow;
    bool changed;
    struct fp_error err;
};

static const struct fp_account flink = {
    .name = "flink", .uid = 9999, .gid = 9999, .home = "/opt/flink", .epoch_s = 1795305600};

static void clear(struct result *result)
{
    free(result->passwd);
    free(result->group);
    free(result->shadow);
}
#define cleanup_result __attribute__((cleanup(clear)))

static enum fp_code add(const char *os_id, const char *passwd, const char *group,
                        const char *shadow, const struct fp_account *account, struct result *result)
{
    struct fp_base_facts facts = {.os_id = fp_xstrdup(os_id),
                                  .passwd = fp_xstrdup(passwd),
                                  .group = fp_xstrdup(group),
                                  .shadow = fp_xstrdup(shadow)};
    enum fp_code code = fp_base_add_account(&facts, account, &result->passwd, &result->group,
                                            &result->shadow, &result->changed, &result->err);
    fp_base_facts_clear(&facts);
    return code;
}

#define ROOT       "root:x:0:0:root:/root:/bin/bash\n"
#define ROOT_GROUP "root:x:0:\nusers:x:100:\n"

static void test_debian(void **state)
{
    (void) state;
    cleanup_result struct result result = {0};
    assert_int_equal(
        add("debian", ROOT, ROOT_GROUP, "root:*:19000:0:99999:7:::\n", &flink, &result), FP_OK);
    assert_string_equal(result.passwd, ROOT "flink:x:9999:9999::/opt/flink:/bin/sh\n");
    assert_string_equal(result.group, ROOT_GROUP "flink:x:9999:\n");
    assert_string_equal(result.shadow, "root:*:19000:0:99999:7:::\nflink:!:20779::::::\n");
    assert_true(result.changed);
}

static void named(const char *passwd, unsigned uid, const char *wanted)
{
    struct fp_base_facts facts = {.passwd = fp_xstrdup(passwd), .shadow = fp_xstrdup("")};
    struct fp_account account = flink;
    cleanup_free char *text = NULL;
    cleanup_free char *shadow = NULL;
    account.uid = uid;
    account.gid = 0;
    bool changed = fp_base_name_user(&facts, &account, &text, &shadow);
    assert_int_equal(changed, wanted != NULL);
    if (wanted != NULL) {
        assert_string_equal(text, wanted);
        assert_non_null(strstr(shadow, ":!:20779:"));
    }
    fp_base_facts_clear(&facts);
}

/* The number of --user gets a line of its own, even if another user has the name. */
static void test_a_name_for_a_number(void **state)
{
    (void) state;
    named(ROOT, 4242, ROOT "flink:x:4242:0::/opt/flink:/bin/sh\n");
    named(ROOT "flink:x:9999:9999::/:/bin/sh", 4242,
          ROOT "flink:x:9999:9999::/:/bin/sh\nflink-4242:x:4242:0::/opt/flink:/bin/sh\n");
    named(NULL, 4242, "root:x:0:0:root:/root:/sbin/nologin\nflink:x:4242:0::/opt/flink:/bin/sh\n");
    named(ROOT, 0, NULL);
    named(NULL, 0, NULL);
    named(ROOT "ubuntu:x:1000:1000::/:/bin/sh\n", 1000, NULL);
}

static void test_alpine(void **state)
{
    (void) state;
    cleanup_result struct result result = {0};
    assert_int_equal(add("alpine", ROOT, ROOT_GROUP, "", &flink, &result), FP_OK);
    assert_string_equal(result.passwd,
                        ROOT "flink:x:9999:9999:Linux User,,,:/opt/flink:/sbin/nologin\n");
    assert_string_equal(result.group, ROOT_GROUP "flink:x:9999:flink\n");
    assert_string_equal(result.shadow, "flink:!:20779:0:99999:7:::\n");
}

static void test_base_without_accounts(void **state)
{
    (void) state;
    cleanup_result struct result result = {0};
    assert_int_equal(add(NULL, NULL, NULL, NULL, &flink, &result), FP_OK);
    assert_string_equal(result.passwd, "root:x:0:0:root:/root:/sbin/nologin\n"
                                       "flink:x:9999:9999::/opt/flink:/bin/sh\n");
    assert_string_equal(result.group, "root:x:0:\nflink:x:9999:\n");
    assert_null(result.shadow);
    assert_true(result.changed);
}

static void test_equal_entry_changes_nothing(void **state)
{
    (void) state;
    static const char passwd[] = ROOT "flink:x:9999:9999:any:/home/x:/bin/bash";
    cleanup_result struct result result = {0};
    assert_int_equal(add("debian", passwd, "flink:x:9999:a,b", "x", &flink, &result), FP_OK);
    assert_string_equal(result.passwd, passwd);
    assert_string_equal(result.group, "flink:x:9999:a,b");
    assert_string_equal(result.shadow, "x");
    assert_false(result.changed);
}

static void test_missing_newline_and_cr(void **state)
{
    (void) state;
    cleanup_result struct result result = {0};
    assert_int_equal(
        add("debian", "root:x:0:0::/:/bin/sh", "root:x:0:", "root:*:1::::::", &flink, &result),
        FP_OK);
    assert_string_equal(result.passwd,
                        "root:x:0:0::/:/bin/sh\nflink:x:9999:9999::/opt/flink:/bin/sh\n");
    assert_string_equal(result.group, "root:x:0:\nflink:x:9999:\n");
    assert_string_equal(result.shadow, "root:*:1::::::\nflink:!:20779::::::\n");
    cleanup_result struct result dos = {0};
    assert_int_equal(add("debian", "flink:x:9999:9999\r\n", "flink:x:9999\r\n", NULL, &flink, &dos),
                     FP_OK);
    assert_false(dos.changed);
}

static void test_what_is_no_account_is_passed_over(void **state)
{
    (void) state;
    static const char odd[] =
        "# flink:x:1:1\n\n+flink:x:1:1::::\n-:x:9999:1\nflink\nflink:x\n"
        "flink:x:abc:1::/:\nflink:x:99999999999:1::/:\n:x:9999:9999\nend:x:5:5";
    cleanup_result struct result result = {0};
    assert_int_equal(add("debian", odd, odd, NULL, &flink, &result), FP_OK);
    assert_true(result.changed);
    assert_non_null(strstr(result.passwd, "end:x:5:5\nflink:x:9999:9999:"));
}

static void test_stale_shadow_is_kept(void **state)
{
    (void) state;
    cleanup_result struct result result = {0};
    assert_int_equal(add("debian", ROOT, ROOT_GROUP, "flink:*:1::::::\n", &flink, &result), FP_OK);
    assert_string_equal(result.shadow, "flink:*:1::::::\n");
}

static void test_conflicts(void **state)
{
    (void) state;
    static const struct {
        const char *passwd;
        const char *group;
        const char *words;
    } cases[] = {
        {"flink:x:1000:9999::/:\n", ROOT_GROUP,
         "has the account 'flink' with 1000:9999, and 9999:9999 is wanted"},
        {"flink:x:9999:1::/:\n", ROOT_GROUP, "with 9999:1, and"},
        {"flink:x:9999:9999::/:\nflink:x:7:7::/:\n", ROOT_GROUP, "with 7:7"},
        {"hdfs:x:9999:1::/:\n", ROOT_GROUP, "gives the uid 9999 to 'hdfs', and 'flink' wants it"},
        {ROOT, "flink:x:101:\n", "has the group 'flink' with 101, and 9999 is wanted"},
        {ROOT, "hdfs:x:9999:\n", "gives the gid 9999 to 'hdfs', and 'flink' wants it"},
        {ROOT, "flink:x:9999:\nflink:x:5:\n", "has the group 'flink' with 5"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cleanup_result struct result result = {0};
        assert_int_equal(add("debian", cases[i].passwd, cases[i].group, NULL, &flink, &result),
                         FP_E_INPUT);
        assert_says(&result.err, cases[i].words);
        assert_non_null(strstr(result.err.hint, "--user"));
        assert_null(result.passwd);
        assert_null(result.group);
    }
}

static void test_names_are_compared_whole(void **state)
{
    (void) state;
    cleanup_result struct result result = {0};
    assert_int_equal(
        add("debian", "flink2:x:5:5::/:\nflin:x:6:6::/:\n", "flink2:x:5:\n", NULL, &flink, &result),
        FP_OK);
    assert_true(result.changed);
}

static void test_group_of_the_system_is_joined(void **state)
{
    (void) state;
    struct fp_account account = flink;
    account.gid = 0;
    cleanup_result struct result result = {0};
    assert_int_equal(add("debian", ROOT, ROOT_GROUP, NULL, &account, &result), FP_OK);
    assert_string_equal(result.passwd, ROOT "flink:x:9999:0::/opt/flink:/bin/sh\n");
    assert_string_equal(result.group, ROOT_GROUP);
    account.gid = 500;
    cleanup_result struct result made = {0};
    assert_int_equal(add("debian", ROOT, ROOT_GROUP, NULL, &account, &made), FP_OK);
    assert_string_equal(made.group, ROOT_GROUP "flink:x:500:\n");
    cleanup_result struct result taken = {0};
    assert_int_equal(add("debian", ROOT, "flink:x:7:\n", NULL, &account, &taken), FP_E_INPUT);
    assert_says(&taken.err, "has the group 'flink' with 7");
}

static void test_day_of_change(void **state)
{
    (void) state;
    static const struct {
        int64_t epoch_s;
        const char *line;
    } days[] = {{0, "flink:!:0::::::\n"},
                {86399, "flink:!:0::::::\n"},
                {86400, "flink:!:1::::::\n"},
                {-5, "flink:!:0::::::\n"}};
    for (size_t i = 0; i < COUNT(days); i++) {
        struct fp_account account = flink;
        account.epoch_s = days[i].epoch_s;
        cleanup_result struct result result = {0};
        assert_int_equal(add("debian", ROOT, ROOT_GROUP, "", &account, &result), FP_OK);
        assert_string_equal(result.shadow, days[i].line);
    }
}

static void test_refuses_what_would_break_the_files(void **state)
{
    (void) state;
    static const struct {
        const char *name;
        const char *home;
    } bad[] = {{"", "/h"},   {"a:b", "/h"},     {"a\nb", "/h"},     {"1a", "/h"},
               {"-a", "/h"}, {"flink", "/a:b"}, {"flink", "/a\nb"}, {"flink", "opt"}};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct fp_account account = flink;
        account.name = bad[i].name;
        account.home = bad[i].home;
        cleanup_result struct result result = {0};
        assert_int_equal(add("debian", ROOT, ROOT_GROUP, NULL, &account, &result), FP_E_INPUT);
        assert_says(&result.err, "cannot be the");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_debian),
        cmocka_unit_test(test_a_name_for_a_number),
        cmocka_unit_test(test_alpine),
        cmocka_unit_test(test_base_without_accounts),
        cmocka_unit_test(test_equal_entry_changes_nothing),
        cmocka_unit_test(test_missing_newline_and_cr),
        cmocka_unit_test(test_what_is_no_account_is_passed_over),
        cmocka_unit_test(test_stale_shadow_is_kept),
        cmocka_unit_test(test_conflicts),
        cmocka_unit_test(test_names_are_compared_whole),
        cmocka_unit_test(test_group_of_the_system_is_joined),
        cmocka_unit_test(test_day_of_change),
        cmocka_unit_test(test_refuses_what_would_break_the_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
