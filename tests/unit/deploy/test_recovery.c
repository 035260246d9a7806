/* Checkpoints and restarts: the settings, their keys, and refused options. */
#include "deploy_test.h"

static void refuse(const char *version, const struct fp_deploy_options *options, const char *word)
{
    struct fp_error err = {0};
    struct fp_deploy_result result = {0};
    assert_int_equal(generate_for(version, "job", options, &result, &err), FP_E_USAGE);
    if (strstr(err.text, word) == NULL)
        fail_msg("'%s' is not in: %s", word, err.text);
}

/* Check whether the manifests contain this line. */
static void look(const char *version, const char *type, const struct fp_deploy_options *options,
                 const char *line, bool is_there)
{
    struct fp_error err = {0};
    struct fp_deploy_result result = {0};
    assert_ok(generate_for(version, type, options, &result, &err), err);
    if ((strstr(result.stream, line) != NULL) != is_there)
        fail_msg("Flink %s: '%s' is %sthere:\n%s", version, line, is_there ? "not " : "",
                 result.stream);
    fp_deploy_result_clear(&result);
}

static bool warns(const struct fp_deploy_options *options, const char *word)
{
    struct fp_error err = {0};
    struct fp_deploy_result result = {0};
    bool found = false;
    assert_ok(generate_for("1.20.5", "job", options, &result, &err), err);
    for (size_t i = 0; i < result.warnings.len; i++)
        found = found || strstr(result.warnings.items[i], word) != NULL;
    fp_deploy_result_clear(&result);
    return found;
}

#define INTERVAL "    execution.checkpointing.interval: "

static void what_means_nothing_without_them_has_them(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    look("1.20.5", "job", &options, INTERVAL, false);
    options.autoscale = "1:4";
    look("1.13.6", "job", &options, INTERVAL "1min\n", true);
    look("1.13.6", "job", &options, "    restart-strategy: exponential-delay\n", true);
    look("1.17.2", "job", &options, "    restart-strategy.type: exponential-delay\n", true);
    assert_true(warns(&options, "--checkpoint-dir: is not given"));
    options.checkpoint_dir = "s3://b/c";
    assert_false(warns(&options, "--checkpoint-dir: is not given"));
    options.autoscale = NULL;
    look("1.20.5", "job", &options, INTERVAL "1min\n", true);
    look("1.10.0", "job", &options, INTERVAL, false);
    look("1.20.5", "job", &options, "restart-strategy", false);
    look("1.20.5", "session", &options, INTERVAL, false);
    options.ha = true;
    options.ha_dir = "s3://b/ha";
    options.kube_namespace = "team";
    look("1.12.7", "job", &options, "    restart-strategy: fixed-delay\n", true);
    look("1.12.7", "job", &options, "    restart-strategy.fixed-delay.attempts: 2147483647\n",
         true);
    look("2.2.1", "job", &options, "    restart-strategy.type: exponential-delay\n", true);
    look("2.2.1", "session", &options, "restart-strategy", false);
}

/* JobManagers can fail in this case, too, so the same settings are needed. */
static void high_availability_by_settings_has_them_too(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    fp_strv_add(&options.conf, "high-availability=zookeeper");
    look("1.12.7", "job", &options, INTERVAL "1min\n", true);
    look("1.12.7", "job", &options, "    restart-strategy: fixed-delay\n", true);
    look("1.9.3", "job", &options, INTERVAL, false);
    look("1.20.5", "session", &options, INTERVAL, false);
    fp_strv_add(&options.conf, "restart-strategy.fixed-delay.attempts=7");
    options.restart_strategy = "fixed-delay";
    look("1.20.5", "job", &options, "    restart-strategy.fixed-delay.attempts: 7\n", true);
    look("1.20.5", "job", &options, "attempts: 2147483647", false);
    fp_strv_clear(&options.conf);
    options.restart_strategy = NULL;
    fp_strv_add(&options.conf, "high-availability=NONE");
    look("1.20.5", "job", &options, INTERVAL, false);
    fp_strv_clear(&options.conf);
}

static void options_and_settings_win(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.autoscale = "1:4";
    options.checkpoint_interval = "30 s";
    options.restart_strategy = "failure-rate";
    look("1.20.5", "job", &options, INTERVAL "30s\n", true);
    look("1.20.5", "job", &options, "    restart-strategy.type: failure-rate\n", true);
    fp_strv_add(&options.conf, "execution.checkpointing.interval=5min");
    fp_strv_add(&options.conf, "restart-strategy=fixed-delay");
    look("1.20.5", "job", &options, INTERVAL "5min\n", true);
    look("1.20.5", "job", &options, "    restart-strategy: fixed-delay\n", true);
    /* If a setting has both names, Flink would use this one. */
    look("1.20.5", "job", &options, "restart-strategy.type", false);
    fp_strv_clear(&options.conf);
    options.restart_strategy = NULL;
    fp_strv_add(&options.conf, "restart-strategy.failure-rate.delay=9s");
    look("1.20.5", "job", &options, "exponential-delay", false);
    fp_strv_clear(&options.conf);
    options.checkpoint_interval = "off";
    look("1.20.5", "job", &options, INTERVAL, false);
}

static void other_names_of_folders_win(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.checkpoint_dir = "s3://b/c";
    fp_strv_add(&options.conf, "state.checkpoints.dir=s3://other/c");
    look("1.20.5", "job", &options, "s3://b/c", false);
    look("1.20.5", "job", &options, "    state.checkpoints.dir: s3://other/c\n", true);
    assert_false(warns(&options, "--checkpoint-dir"));
    fp_strv_clear(&options.conf);
}

static void durations_are_checked(void **state)
{
    (void) state;
    static const char *const good[][2] = {
        {"10ms", "10ms"},      {"1m", "1min"},    {"60s", "60s"},   {"2h", "2h"},
        {"365d", "365d"},      {"1 min", "1min"}, {"90sec", "90s"}, {"1 minute", "1min"},
        {"30 seconds", "30s"}, {"2 hours", "2h"}, {"1 day", "1d"},  {"500 millis", "500ms"}};
    static const char *const bad[] = {"",
                                      "60",
                                      "9ms",
                                      "0s",
                                      "366d",
                                      "1w",
                                      "-1s",
                                      "1.5m",
                                      "s",
                                      "1minx",
                                      "Off",
                                      "1 m s",
                                      "99999999999999999999s"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct fp_deploy_options options = no_options();
        cleanup_free char *line = fp_xasprintf(INTERVAL "%s\n", good[i][1]);
        options.checkpoint_interval = good[i][0];
        look("1.20.5", "job", &options, line, true);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct fp_deploy_options options = no_options();
        options.checkpoint_interval = bad[i];
        refuse("1.20.5", &options, "--checkpoint-interval: expected a duration");
    }
    struct fp_deploy_options options = no_options();
    options.checkpoint_interval = "1min";
    refuse("1.10.0", &options, "1.10.1");
    look("1.10.1", "job", &options, INTERVAL "1min\n", true);
}

static void strategies_are_checked(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.restart_strategy = "always";
    refuse("1.20.5", &options, "--restart-strategy: expected");
    options.restart_strategy = "exponential-delay";
    refuse("1.12.7", &options, "1.13 is the first");
    options.restart_strategy = "none";
    look("1.16.3", "job", &options, "    restart-strategy: none\n", true);
    options.autoscale = "1:4";
    refuse("1.20.5", &options, "ends the job");
    options.restart_strategy = NULL;
    fp_strv_add(&options.conf, "restart-strategy.type=off");
    assert_true(warns(&options, "ends the job"));
    fp_strv_clear(&options.conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_means_nothing_without_them_has_them),
        cmocka_unit_test(high_availability_by_settings_has_them_too),
        cmocka_unit_test(options_and_settings_win),
        cmocka_unit_test(other_names_of_folders_win),
        cmocka_unit_test(durations_are_checked),
        cmocka_unit_test(strategies_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
