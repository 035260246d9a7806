/* The ids under which a highly available job stores its state, and restarts of its JobManager. */
#include "deploy_test.h"

#define CLUSTER_ID "-Dhigh-availability.cluster-id="

static struct fp_deploy_options available(const char *space, const char *name)
{
    struct fp_deploy_options options = no_options();
    options.ha = true;
    options.ha_dir = "s3://b/ha";
    options.kube_namespace = space;
    options.name = name;
    return options;
}

static struct fp_deploy_result make(const char *version, const char *type,
                                    const struct fp_deploy_options *options)
{
    struct fp_error err = {0};
    struct fp_deploy_result result = {0};
    assert_ok(generate_for(version, type, options, &result, &err), err);
    return result;
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (const char *p = strstr(text, part); p != NULL; p = strstr(p + 1, part))
        found++;
    return found;
}

static void expect_count(const char *version, const struct fp_deploy_options *options,
                         const char *part, size_t expected)
{
    struct fp_deploy_result result = make(version, "job", options);
    if (count(result.stream, part) != expected)
        fail_msg("Flink %s: '%s' is not there %zu times:\n%s", version, part, expected,
                 result.stream);
    fp_deploy_result_clear(&result);
}

static bool says(const struct fp_strv *lines, const char *part)
{
    for (size_t i = 0; i < lines->len; i++) {
        if (strstr(lines->items[i], part) != NULL)
            return true;
    }
    return false;
}

/* The first half of SHA-256 of "prod/etl-c0" and "prod/etl-an", whose Java hashes are equal. */
#define ID_OF_C0 "44f7c1d60f460e7ac2ae98f8da1bd253"
#define ID_OF_AN "3d9133de1d53ecb07e61a08d53105fbc"

static void names_with_one_hash_have_two_ids(void **state)
{
    (void) state;
    static const char *const versions[] = {"1.12.7", "1.15.4", "1.16.3", "1.20.5", "2.2.1"};
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        const struct fp_deploy_options one = available("prod", "etl-c0");
        const struct fp_deploy_options two = available("prod", "etl-an");
        expect_count(versions[i], &one, ID_OF_C0, 1);
        expect_count(versions[i], &one, "- " CLUSTER_ID "prod/etl-c0\n", 2);
        expect_count(versions[i], &two, ID_OF_AN, 1);
        expect_count(versions[i], &two, "- " CLUSTER_ID "prod/etl-an\n", 2);
    }
}

/* Pods of an older Job read the ConfigMap but lack the arguments, so that sets no ids. */
static void what_runs_keeps_its_identity(void **state)
{
    (void) state;
    const struct fp_deploy_options options = available("prod", "etl");
    expect_count("1.20.5", &options, "cluster-id: prod/etl", 0);
    struct fp_deploy_result result = make("1.20.5", "job", &options);
    assert_true(says(&result.notes, "-D high-availability.cluster-id=/default --job-id JOB_ID"));
    assert_true(says(&result.notes, "with a savepoint first"));
    fp_deploy_result_clear(&result);
}

static void a_namespace_tells_them_apart(void **state)
{
    (void) state;
    struct fp_deploy_options options = available("test", "etl-c0");
    expect_count("1.20.5", &options, ID_OF_C0, 0);
    options = no_options();
    options.name = "etl";
    fp_strv_add(&options.conf, "high-availability.type=zookeeper");
    expect_count("1.20.5", &options, "- " CLUSTER_ID "etl\n", 2);
    struct fp_deploy_result result = make("1.20.5", "job", &options);
    assert_true(says(&result.warnings, "give --namespace"));
    fp_deploy_result_clear(&result);
    options.kube_namespace = "prod";
    expect_count("1.20.5", &options, "- " CLUSTER_ID "prod/etl\n", 2);
    result = make("1.20.5", "job", &options);
    assert_false(says(&result.warnings, "namespace"));
    fp_deploy_result_clear(&result);
    fp_strv_clear(&options.conf);
}

static void what_the_user_sets_wins(void **state)
{
    (void) state;
    struct fp_deploy_options options = available("test", "etl");
    options.job_id = "0123456789abcdef0123456789abcdef";
    expect_count("1.20.5", &options, "0123456789abcdef0123456789abcdef", 1);
    expect_count("1.20.5", &options, "- " CLUSTER_ID "test/etl\n", 2);
    options.job_id = NULL;
    fp_strv_add(&options.conf, "high-availability.cluster-id=prod/etl-c0");
    expect_count("1.20.5", &options, "    high-availability.cluster-id: prod/etl-c0\n", 1);
    expect_count("1.20.5", &options, CLUSTER_ID, 0);
    expect_count("1.20.5", &options, ID_OF_C0, 1);
    fp_strv_clear(&options.conf);
    /* A variable can have different values in two manifests. */
    fp_strv_add(&options.conf, "high-availability.cluster-id=${CLUSTER}");
    struct fp_deploy_result variable = make("1.20.5", "job", &options);
    assert_null(strstr(variable.stream, "--job-id"));
    assert_true(says(&variable.warnings, "give --job-id too"));
    fp_deploy_result_clear(&variable);
    fp_strv_clear(&options.conf);
    fp_strv_add(&options.conf, "high-availability.cluster-id=/default");
    expect_count("1.20.5", &options, "--job-id", 0);
    struct fp_deploy_result result = make("1.20.5", "job", &options);
    assert_true(says(&result.warnings, "of every job without one"));
    fp_deploy_result_clear(&result);
    fp_strv_clear(&options.conf);
}

static void others_have_none(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    expect_count("1.20.5", &options, "--job-id", 0);
    fp_strv_add(&options.conf, "high-availability=NONE");
    expect_count("1.16.3", &options, "--job-id", 0);
    fp_strv_clear(&options.conf);
    options = available("prod", "etl");
    struct fp_deploy_result result = make("1.20.5", "session", &options);
    assert_null(strstr(result.stream, "high-availability.cluster-id"));
    assert_true(says(&result.notes, "a new session needs -D"));
    fp_deploy_result_clear(&result);
    options.format = "operator";
    options.checkpoint_dir = "s3://b/c";
    expect_count("1.20.5", &options, "high-availability.cluster-id", 0);
}

/* Flink 1.7 supports ZooKeeper, but has no --job-id. */
static void the_oldest_are_warned_of(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.kube_namespace = "prod";
    fp_strv_add(&options.conf, "high-availability=zookeeper");
    expect_count("1.7.2", &options, "--job-id", 0);
    expect_count("1.7.2", &options, CLUSTER_ID "prod/orders", 2);
    struct fp_deploy_result result = make("1.7.2", "job", &options);
    assert_true(says(&result.warnings, "the same id"));
    fp_deploy_result_clear(&result);
    fp_strv_clear(&options.conf);
}

static void compose_and_template_have_them_too(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    fp_strv_add(&options.conf, "high-availability.type=zookeeper");
    options.format = "compose";
    expect_count("1.20.5", &options, "- " CLUSTER_ID "orders\n", 2);
    expect_count("1.20.5", &options, "- --job-id\n", 1);
    options.format = "template";
    expect_count("1.20.5", &options, "\"--job-id\", \"", 1);
    expect_count("1.20.5", &options, CLUSTER_ID "orders", 2);
    fp_strv_clear(&options.conf);
}

static void lost_pods_do_not_end_what_goes_on(void **state)
{
    (void) state;
    struct fp_deploy_options options = available("prod", "etl");
    expect_count("1.20.5", &options, "  backoffLimit: 2147483647\n", 1);
    expect_count("1.20.5", &options, "            - 163\n", 1);
    options.retries = 5;
    expect_count("1.20.5", &options, "  backoffLimit: 5\n", 1);
    options = no_options();
    expect_count("1.20.5", &options, "  backoffLimit: 3\n", 1);
    fp_strv_add(&options.conf, "high-availability.type=zookeeper");
    expect_count("1.20.5", &options, "  backoffLimit: 2147483647\n", 1);
    fp_strv_clear(&options.conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_with_one_hash_have_two_ids),
        cmocka_unit_test(what_runs_keeps_its_identity),
        cmocka_unit_test(a_namespace_tells_them_apart),
        cmocka_unit_test(what_the_user_sets_wins),
        cmocka_unit_test(others_have_none),
        cmocka_unit_test(the_oldest_are_warned_of),
        cmocka_unit_test(compose_and_template_have_them_too),
        cmocka_unit_test(lost_pods_do_not_end_what_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
