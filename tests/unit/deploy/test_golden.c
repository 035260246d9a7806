/* Compares manifests with stored files that people can read. FLINKPACK_UPDATE_GOLDEN=1 writes them
 * again; review the difference afterwards. */
#include "deploy_test.h"

static void compare(const char *name, const char *version, const char *type,
                    const struct fp_deploy_options *options)
{
    struct fp_error err = {0};
    struct fp_deploy_result result = {0};
    cleanup_free char *path = fp_xasprintf("%s/deploy/%s", FLINKPACK_TEST_DATA, name);
    cleanup_buf struct fp_buf expected = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    assert_ok(generate_for(version, type, options, &result, &err), err);
    if (getenv("FLINKPACK_UPDATE_GOLDEN") != NULL)
        assert_ok(fp_file_write(path, result.stream, strlen(result.stream), 0644, &err), err);
    assert_ok(fp_file_read(path, &expected, &err), err);
    assert_string_equal(result.stream, fp_buf_text(&expected));
    fp_deploy_result_clear(&result);
}

static void a_job_of_the_first_version(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.parallelism = 4;
    options.slots = 2;
    fp_strv_add(&options.arguments, "--input");
    fp_strv_add(&options.arguments, "/data/in put.txt");
    compare("job-1.6.0.yaml", "1.6.0", "job", &options);
    fp_strv_clear(&options.arguments);
}

static void a_job_with_high_availability(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.parallelism = 4;
    options.slots = 2;
    options.kube_namespace = "flink-jobs";
    options.ha = true;
    options.ha_dir = "s3://flink/orders/ha";
    options.checkpoint_dir = "s3://flink/orders/checkpoints";
    options.savepoint_dir = "s3://flink/orders/savepoints";
    options.metrics = true;
    options.pod_disruption_budget = true;
    options.network_policy = true;
    compare("job-2.2.1-ha.yaml", "2.2.1", "job", &options);
}

static void a_session_with_a_node_port(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.node_port = true;
    compare("session-1.13.6.yaml", "1.13.6", "session", &options);
}

static void a_flink_deployment(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.format = "operator";
    compare("operator-1.20.5.yaml", "1.20.5", "job", &options);
}

static void a_compose_file(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.format = "compose";
    compare("compose-2.2.1.yaml", "2.2.1", "job", &options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_of_the_first_version),
        cmocka_unit_test(a_job_with_high_availability),
        cmocka_unit_test(a_session_with_a_node_port),
        cmocka_unit_test(a_flink_deployment),
        cmocka_unit_test(a_compose_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
