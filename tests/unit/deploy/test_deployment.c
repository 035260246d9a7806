#include "deploy_test.h"

/* Check that the options are refused with an error that contains the word. */
static void refuse(const char *version, const char *type, const struct fp_deploy_options *options,
                   const char *word)
{
    struct fp_error err = {0};
    struct fp_deploy_result result = {0};
    enum fp_code code = generate_for(version, type, options, &result, &err);
    assert_int_equal(code, FP_E_USAGE);
    assert_null(result.stream);
    if (strstr(err.text, word) == NULL)
        fail_msg("'%s' is not in: %s", word, err.text);
}

static char *stream_of(const char *version, const char *type,
                       const struct fp_deploy_options *options)
{
    struct fp_error err = {0};
    struct fp_deploy_result result = {0};
    assert_ok(generate_for(version, type, options, &result, &err), err);
    char *stream = fp_xstrdup(result.stream);
    fp_deploy_result_clear(&result);
    return stream;
}

static void expect(const char *version, const struct fp_deploy_options *options, const char *text)
{
    cleanup_free char *stream = stream_of(version, "job", options);
    if (strstr(stream, text) == NULL)
        fail_msg("Flink %s: '%s' is not in:\n%s", version, text, stream);
}

/* Each version gets the memory keys that it knows, with the values for a container of 2 GiB. */
static void memory_fits_the_version(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.jobmanager_memory = "2g";
    options.taskmanager_memory = "2048Mi";
    expect("1.6.0", &options,
           "    jobmanager.heap.size: 1536m\n    taskmanager.heap.size: 1536m\n");
    expect("1.10.0", &options,
           "    jobmanager.heap.size: 1536m\n    taskmanager.memory.process.size: 2048m\n");
    expect(
        "1.11.0", &options,
        "    jobmanager.memory.process.size: 2048m\n    taskmanager.memory.process.size: 2048m\n");
    expect("2.2.1", &options, "memory: 2048Mi\n");
    options.taskmanager_memory = "1600";
    refuse("2.2.1", "job", &options, "no size");
    options.taskmanager_memory = "99999999999999999999g";
    refuse("2.2.1", "job", &options, "no size");
    options.taskmanager_memory = "700Mi";
    refuse("2.2.1", "job", &options, "982Mi");
}

/* Flink 1.5 expects a number without a unit. */
static void memory_without_unit(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    fp_strv_add(&options.conf, "taskmanager.heap.mb=1536");
    cleanup_free char *stream = stream_of("1.5.6", "session", &options);
    assert_non_null(strstr(stream, "    taskmanager.heap.mb: 1536\n"));
    assert_non_null(strstr(stream, "memory: 2048Mi\n"));
    fp_strv_clear(&options.conf);
    fp_strv_add(&options.conf, "taskmanager.heap.mb=1536m");
    refuse("1.5.6", "session", &options, "taskmanager.heap.mb: expected a number of MiB");
    fp_strv_clear(&options.conf);
}

/* If the user sets the size of a part of the memory, the total is not checked. */
static void fine_grained_memory_is_left_alone(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.taskmanager_memory = "700Mi";
    fp_strv_add(&options.conf, "taskmanager.memory.managed.size=0");
    expect("2.2.1", &options, "memory: 700Mi\n");
    fp_strv_clear(&options.conf);
}

static void replicas_are_enough(void **state)
{
    (void) state;
    static const struct {
        int64_t parallelism, slots;
        const char *text;
    } cases[] = {{1, 1, "replicas: 1\n"},
                 {4, 2, "replicas: 2\n"},
                 {5, 2, "replicas: 3\n"},
                 {7, 100, "replicas: 1\n"},
                 {100000, 1, "replicas: 100000\n"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_deploy_options options = no_options();
        options.parallelism = cases[i].parallelism;
        options.slots = cases[i].slots;
        expect("1.20.5", &options, cases[i].text);
    }
}

static void an_option_and_a_key_agree(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    fp_strv_add(&options.conf, "taskmanager.numberOfTaskSlots=4");
    fp_strv_add(&options.conf, "parallelism.default=8");
    expect("1.20.5", &options, "replicas: 2\n");
    options.slots = 2;
    refuse("1.20.5", "job", &options, "different things");
    fp_strv_clear(&options.conf);
}

static void savepoints_need_a_version(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.from_savepoint = "s3://b/s";
    refuse("1.6.0", "job", &options, "FLINK-10164");
    refuse("1.20.5", "session", &options, "--type job");
    expect("1.6.1", &options, "            - --fromSavepoint\n            - s3://b/s\n");
}

/* The key of a directory is the one that the version reads. */
static void keys_of_state_fit_the_version(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.checkpoint_dir = "s3://b/c";
    expect("1.19.3", &options, "    state.checkpoints.dir: s3://b/c\n");
    expect("1.20.5", &options, "    execution.checkpointing.dir: s3://b/c\n");
}

static void names_are_checked(void **state)
{
    (void) state;
    static const char *const bad[] = {"", "A", "a_b", "-a", "a-", "1a", "a.b", "\xc3\xa9", "a b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct fp_deploy_options options = no_options();
        options.name = bad[i];
        refuse("1.20.5", "job", &options, "--name");
    }
    struct fp_deploy_options options = no_options();
    options.name = "abcdefghijklmnopqrstuvwxyz0123456789-abcdefgh";
    expect("1.20.5", &options, "name: abcdefghijklmnopqrstuvwxyz0123456789-abcdefgh-taskmanager\n");
    options.name = "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghi";
    refuse("1.20.5", "job", &options, "at most 45");
}

static void what_is_not_unicode_is_refused(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.job_classname = "com.\xff";
    refuse("1.20.5", "job", &options, "--job-classname: not valid UTF-8");
    options = no_options();
    fp_strv_add(&options.env, "A=\xc3");
    refuse("1.20.5", "job", &options, "--env: not valid UTF-8");
    fp_strv_clear(&options.env);
}

/* A setting must not contain line ends or anything else that would make it two settings. */
static void settings_stay_in_their_line(void **state)
{
    (void) state;
    static const char *const bad[] = {"a.b=c\nd: e", "a.b=", "a b=c",    "a:b=c",
                                      "=c",          "a.b",  "a.b=x #y", "a.b=\tx"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct fp_deploy_options options = no_options();
        fp_strv_add(&options.conf, bad[i]);
        refuse("1.20.5", "job", &options, "--conf");
        fp_strv_clear(&options.conf);
    }
}

static void images_without_facts_are_refused(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_deploy_result result = {0};
    const struct fp_deploy_options options = no_options();
    static const char *const configs[] = {
        "{}",
        "{\"Entrypoint\":[\"/docker-entrypoint.sh\"]}",
        "{\"Entrypoint\":\"/docker-entrypoint.sh\",\"Env\":[\"FLINK_HOME=/opt/flink\"]}",
        "{\"Entrypoint\":[\"/docker-entrypoint.sh\",\"x\"],\"Env\":[\"FLINK_HOME=/opt/flink\"]}",
        "{\"Entrypoint\":[\"/docker-entrypoint.sh\"],\"Env\":[7,\"FLINK_HOMES=/opt/flink\"]}",
    };
    for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
        cleanup_json json_t *config = json_loads(configs[i], 0, NULL);
        const struct fp_deploy_image image = {.name = "a", .config = config};
        assert_int_equal(fp_deploy_generate(&options, &image, NULL, 0, NULL, &result, &err),
                         FP_E_INPUT);
        assert_string_equal(err.hint, "build it with 'flinkpack build'");
    }
}

static void configurations_become_flat(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_strv struct fp_strv list = {0};
    cleanup_json json_t *document =
        json_loads("{\"a\":{\"b\":1,\"c\":{\"d\":\"x y\"}},\"e.f\":true,\"g\":[\"h\",2]}", 0, NULL);
    assert_ok(fp_deploy_flatten_conf(document, "config.yaml", &list, &err), err);
    static const char *const expected[] = {"a.b=1", "a.c.d=x y", "e.f=true", "g=h;2"};
    assert_int_equal(list.len, 4);
    for (size_t i = 0; i < list.len; i++)
        assert_string_equal(list.items[i], expected[i]);
    cleanup_json json_t *empty = json_loads("{\"a\":{\"b\":null}}", 0, NULL);
    assert_int_equal(fp_deploy_flatten_conf(empty, "config.yaml", &list, &err), FP_E_INPUT);
    assert_string_equal(err.text, "config.yaml: a.b: has no value");
}

/* The command line lists all formats in the order of the generator. */
static void formats_have_one_list(void **state)
{
    (void) state;
    cleanup_strv struct fp_strv names = {0};
    cleanup_buf struct fp_buf expected = FP_BUF_INIT(SIZE_MAX);
    struct fp_deploy_options options = no_options();
    struct fp_deploy_result result = {0};
    struct fp_error err = {0};
    fp_strv_split(&names, FP_DEPLOY_FORMATS, ' ');
    for (size_t i = 0; i < names.len; i++) {
        options.format = names.items[i];
        assert_ok(generate_for("1.20.5", "job", &options, &result, &err), err);
        fp_deploy_result_clear(&result);
        const char *before = i == 0 ? "" : i == names.len - 1 ? " or " : ", ";
        fp_buf_putf(&expected, "%s%s", before, names.items[i]);
    }
    options.format = "swarm";
    assert_int_equal(generate_for("1.20.5", "job", &options, &result, &err), FP_E_USAGE);
    assert_non_null(strstr(err.text, fp_buf_text(&expected)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_have_one_list),
        cmocka_unit_test(memory_fits_the_version),
        cmocka_unit_test(memory_without_unit),
        cmocka_unit_test(fine_grained_memory_is_left_alone),
        cmocka_unit_test(replicas_are_enough),
        cmocka_unit_test(an_option_and_a_key_agree),
        cmocka_unit_test(savepoints_need_a_version),
        cmocka_unit_test(keys_of_state_fit_the_version),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(what_is_not_unicode_is_refused),
        cmocka_unit_test(settings_stay_in_their_line),
        cmocka_unit_test(images_without_facts_are_refused),
        cmocka_unit_test(configurations_become_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
