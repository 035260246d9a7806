#include "image_test.h"

#define HEAD        "\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\""
#define ROOTFS(ids) ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" ids "]}"
#define ID(c)       "\"" DIGEST(c) "\""

static struct fp_config parse(const char *text, size_t layers)
{
    struct fp_config config = {0};
    struct fp_error err = {0};
    if (fp_config_parse(text, strlen(text), layers, "NAME", &config, &err) != FP_OK)
        fail_msg("%s", err.text);
    return config;
}

/* A base in Docker's form, with all the members that must not be inherited. */
static const char docker_base[] =
    "{" HEAD ",\"author\":\"someone\",\"container\":\"abc\",\"docker_version\":\"20.10\","
    "\"container_config\":{\"Cmd\":[\"x\"]},\"moby.buildkit.buildinfo.v0\":\"e30=\","
    "\"created\":\"2020-01-01T00:00:00Z\",\"os.version\":\"1\",\"os.features\":[\"f\"],"
    "\"config\":{\"Hostname\":\"h\",\"Image\":\"sha256:x\",\"Healthcheck\":{\"Test\":[\"NONE\"]},"
    "\"OnBuild\":[\"RUN evil\"],\"Env\":[\"PATH=/bin\",\"LANG=C\",\"PATH=/usr/bin:/bin\"],"
    "\"Entrypoint\":[\"/entry\"],\"Cmd\":[\"sh\"],\"User\":\"1000\",\"WorkingDir\":\"/w\","
    "\"ExposedPorts\":{\"80/tcp\":{}},\"Volumes\":{\"/v\":{}},\"StopSignal\":\"SIGINT\","
    "\"Labels\":{\"maintainer\":\"m\",\"org.opencontainers.image.version\":\"9\","
    "\"org.opencontainers.image.title\":\"base\"}}" ROOTFS(
        ID("1")) ",\"history\":[{\"created_by\":\"ADD "
                 "file\"},{\"created_by\":\"CMD\",\"empty_layer\":true}]}";

static void test_golden_bytes(void **state)
{
    (void) state;
    cleanup_config struct fp_config base = parse(docker_base, 1);
    cleanup_free char *before = fp_json_canonical(base.document);
    struct fp_config_layer layers[] = {
        {.diff_id = {.text = DIGEST("2")}, .created_by = "flinkpack build # job"},
        {.diff_id = {.text = DIGEST("3")}, .created_by = "b", .comment = "c"},
    };
    cleanup_json json_t *env =
        json_pack("{s:s, s:s}", "FLINK_HOME", "/opt/flink", "LANG", "C.UTF-8");
    cleanup_json json_t *labels = json_pack("{s:s}", "org.opencontainers.image.title", "orders");
    cleanup_json json_t *entrypoint = json_pack("[s]", "/docker-entrypoint.sh");
    cleanup_json json_t *cmd = json_pack("[s]", "help");
    cleanup_json json_t *ports = json_pack("{s:{}}", "8081/tcp");
    struct fp_config_change change = {
        .layers = layers,
        .layer_count = COUNT(layers),
        .env = env,
        .labels = labels,
        .entrypoint = entrypoint,
        .cmd = cmd,
        .exposed_ports = ports,
        .user = "9999:9999",
        .working_dir = "/opt/flink",
        .created = "2024-05-06T07:08:09Z",
    };
    cleanup_free char *bytes = fp_config_bytes(&base, &change);
    assert_string_equal(
        bytes,
        "{\"architecture\":\"arm64\",\"config\":{\"Cmd\":[\"help\"],"
        "\"Entrypoint\":[\"/docker-entrypoint.sh\"],"
        "\"Env\":[\"PATH=/usr/bin:/bin\",\"LANG=C.UTF-8\",\"FLINK_HOME=/opt/flink\"],"
        "\"ExposedPorts\":{\"80/tcp\":{},\"8081/tcp\":{}},"
        "\"Labels\":{\"maintainer\":\"m\",\"org.opencontainers.image.title\":\"orders\"},"
        "\"StopSignal\":\"SIGINT\",\"User\":\"9999:9999\",\"Volumes\":{\"/v\":{}},"
        "\"WorkingDir\":\"/opt/flink\"},\"created\":\"2024-05-06T07:08:09Z\","
        "\"history\":[{\"created_by\":\"ADD file\"},{\"created_by\":\"CMD\",\"empty_layer\":true},"
        "{\"created\":\"2024-05-06T07:08:09Z\",\"created_by\":\"flinkpack build # job\"},"
        "{\"comment\":\"c\",\"created\":\"2024-05-06T07:08:09Z\",\"created_by\":\"b\"}],"
        "\"os\":\"linux\",\"os.features\":[\"f\"],\"os.version\":\"1\","
        "\"rootfs\":{\"diff_ids\":[" ID("1") "," ID("2") "," ID("3") "],\"type\":\"layers\"},"
                                                                     "\"variant\":\"v8\"}");
    cleanup_config struct fp_config again = parse(bytes, 3);
    assert_string_equal(again.diff_ids[2].text, DIGEST("3"));
    cleanup_free char *after = fp_json_canonical(base.document);
    assert_string_equal(before, after); /* the input is never changed */
}

static void test_null_keeps_the_base(void **state)
{
    (void) state;
    cleanup_config struct fp_config base = parse(docker_base, 1);
    struct fp_config_change change = {.created = "2024-01-01T00:00:00Z"};
    cleanup_free char *bytes = fp_config_bytes(&base, &change);
    cleanup_config struct fp_config next = parse(bytes, 1);
    cleanup_free char *config = fp_json_canonical(json_object_get(next.document, "config"));
    assert_string_equal(config,
                        "{\"Cmd\":[\"sh\"],\"Entrypoint\":[\"/entry\"],"
                        "\"Env\":[\"PATH=/usr/bin:/bin\",\"LANG=C\"],"
                        "\"ExposedPorts\":{\"80/tcp\":{}},\"Labels\":{\"maintainer\":\"m\"},"
                        "\"StopSignal\":\"SIGINT\",\"User\":\"1000\",\"Volumes\":{\"/v\":{}},"
                        "\"WorkingDir\":\"/w\"}");
}

static void test_all_is_kept(void **state)
{
    (void) state;
    cleanup_config struct fp_config base = parse(docker_base, 1);
    struct fp_config_change change = {.created = "2024-01-01T00:00:00Z", .keeps_all = true};
    cleanup_free char *bytes = fp_config_bytes(&base, &change);
    cleanup_config struct fp_config next = parse(bytes, 1);
    cleanup_free char *config = fp_json_canonical(json_object_get(next.document, "config"));
    assert_string_equal(config, "{\"Cmd\":[\"sh\"],\"Entrypoint\":[\"/entry\"],"
                                "\"Env\":[\"PATH=/usr/bin:/bin\",\"LANG=C\"],"
                                "\"ExposedPorts\":{\"80/tcp\":{}},"
                                "\"Healthcheck\":{\"Test\":[\"NONE\"]},"
                                "\"Labels\":{\"maintainer\":\"m\","
                                "\"org.opencontainers.image.title\":\"base\","
                                "\"org.opencontainers.image.version\":\"9\"},"
                                "\"OnBuild\":[\"RUN evil\"],\"StopSignal\":\"SIGINT\","
                                "\"User\":\"1000\",\"Volumes\":{\"/v\":{}},\"WorkingDir\":\"/w\"}");
}

static void test_empty_clears(void **state)
{
    (void) state;
    cleanup_config struct fp_config base = parse(docker_base, 1);
    cleanup_json json_t *nothing = json_array();
    struct fp_config_change change = {
        .entrypoint = nothing, .cmd = nothing, .user = "", .created = "2024-01-01T00:00:00Z"};
    cleanup_free char *bytes = fp_config_bytes(&base, &change);
    cleanup_config struct fp_config next = parse(bytes, 1);
    const json_t *config = json_object_get(next.document, "config");
    assert_null(json_object_get(config, "Entrypoint"));
    assert_null(json_object_get(config, "Cmd"));
    assert_null(json_object_get(config, "User"));
}

/* Check the history after a layer was added to `text`, a base of two layers. */
static void assert_history(const char *text, const char *expected)
{
    cleanup_config struct fp_config base = parse(text, 2);
    struct fp_config_layer layer = {.diff_id = {.text = DIGEST("3")}, .created_by = "ours"};
    struct fp_config_change change = {.layers = &layer, .layer_count = 1, .created = "T"};
    cleanup_free char *bytes = fp_config_bytes(&base, &change);
    cleanup_config struct fp_config next = parse(bytes, 3);
    cleanup_free char *history = fp_json_canonical(json_object_get(next.document, "history"));
    assert_string_equal(history, expected);
}

#define OURS    "{\"created\":\"T\",\"created_by\":\"ours\"}"
#define MADE_UP "{\"comment\":\"layer of the base image\",\"created_by\":\"unknown\"}"

static void test_history_counts_match(void **state)
{
    (void) state;
    assert_history("{" HEAD ROOTFS(ID("1") "," ID("2")) "}", "[" MADE_UP "," MADE_UP "," OURS "]");
    assert_history("{" HEAD ROOTFS(ID("1") "," ID("2")) ",\"history\":[]}",
                   "[" MADE_UP "," MADE_UP "," OURS "]");
    assert_history("{" HEAD ROOTFS(ID("1") "," ID(
                       "2")) ",\"history\":[{\"created_by\":\"a\"},{\"empty_layer\":true}]}",
                   "[{\"created_by\":\"a\"},{\"empty_layer\":true}," MADE_UP "," OURS "]");
    /* In a squashed image, the older entries have no layers any more. */
    assert_history("{" HEAD ROOTFS(ID("1") "," ID("2")) ",\"history\":[{\"created_by\":\"a\"},null,"
                                                        "{\"empty_layer\":true},{},null]}",
                   "[{\"created_by\":\"a\",\"empty_layer\":true},{\"empty_layer\":true},"
                   "{\"empty_layer\":true},{},{}," OURS "]");
    assert_history(
        "{" HEAD ROOTFS(ID("1") "," ID("2")) ",\"history\":[{},{\"empty_layer\":false}]}",
        "[{},{\"empty_layer\":false}," OURS "]");
}

static void test_on_nothing(void **state)
{
    (void) state;
    struct fp_platform platform = {.os = "linux", .architecture = "arm", .variant = "v6"};
    cleanup_config struct fp_config base = fp_config_empty(&platform);
    struct fp_config_layer layer = {.diff_id = {.text = DIGEST("3")}, .created_by = "ours"};
    struct fp_config_change change = {.layers = &layer, .layer_count = 1, .created = "T"};
    cleanup_free char *bytes = fp_config_bytes(&base, &change);
    assert_string_equal(bytes,
                        "{\"architecture\":\"arm\",\"config\":{},\"created\":\"T\","
                        "\"history\":[" OURS "],\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[" ID(
                            "3") "],\"type\":\"layers\"},\"variant\":\"v6\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_bytes),         cmocka_unit_test(test_null_keeps_the_base),
        cmocka_unit_test(test_all_is_kept),          cmocka_unit_test(test_empty_clears),
        cmocka_unit_test(test_history_counts_match), cmocka_unit_test(test_on_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
