/* Warnings and notes for manifests that would not run as intended. */
#include "deploy_test.h"

/* Join the lines of a list with line ends. */
static char *lines(const struct fp_strv *list)
{
    struct fp_buf text = FP_BUF_INIT(1 << 20);
    for (size_t i = 0; i < list->len; i++)
        fp_buf_putf(&text, "%s\n", list->items[i]);
    return fp_buf_take(&text);
}

/* The error, else the warnings, or the notes, for one of our images with these plugins. NULL: the
 * image does not list its plugins. */
static char *said_of(const char *version, const char *type, const char *plugins,
                     const struct fp_deploy_options *options, bool wants_notes)
{
    cleanup_json json_t *config = our_config(version, type);
    const struct fp_deploy_image image = {
        .name = "registry.example.com/team/orders:1.2", .digest = TEST_DIGEST, .config = config};
    struct fp_deploy_result result = {0};
    struct fp_error err = {0};
    if (plugins != NULL)
        json_object_set_new(json_object_get(config, "Labels"), "flinkpack.plugins",
                            json_string(plugins));
    enum fp_code code = fp_deploy_generate(options, &image, NULL, 0, "out", &result, &err);
    if (code == FP_E_INPUT)
        return fp_xasprintf("error: %s", err.text);
    assert_ok(code, err);
    char *text = lines(wants_notes ? &result.notes : &result.warnings);
    fp_deploy_result_clear(&result);
    return text;
}

static void check(const char *version, const char *type, const char *plugins,
                  const struct fp_deploy_options *options, const char *said, bool is_said)
{
    cleanup_free char *text = said_of(version, type, plugins, options, false);
    if ((strstr(text, said) != NULL) != is_said)
        fail_msg("'%s' is %ssaid:\n%s", said, is_said ? "not " : "", text);
}

/* A possible problem is a note. It is not a warning, because that can end the run. */
static void check_note(const char *plugins, const struct fp_deploy_options *options,
                       const char *said)
{
    cleanup_free char *warnings = said_of("1.20.5", "job", plugins, options, false);
    cleanup_free char *notes = said_of("1.20.5", "job", plugins, options, true);
    assert_null(strstr(warnings, said));
    if (strstr(notes, said) == NULL)
        fail_msg("'%s' is not said:\n%s", said, notes);
}

static void file_systems_need_their_plugin(void **state)
{
    (void) state;
    static const struct {
        const char *version;
        const char *place;
        const char *plugins;
        const char *said; /* NULL: no warning of plugins */
    } rows[] = {
        {"1.20.5", "s3://b/c", "",
         "--checkpoint-dir: s3://b/c: no plugin of the image has s3://: "
         "build it with --plugin s3-fs-presto"},
        {"1.20.5", "s3://b/c", NULL, NULL},
        {"1.20.5", "S3://b/c", "", "has s3://:"},
        {"1.20.5", "s3://b/c", "s3-fs-presto/flink-s3-fs-presto-1.20.5.jar", NULL},
        {"1.20.5", "s3://b/c", "mine/s3.jar", NULL},
        {"1.20.5", "s3a://b/c", "s3-fs-presto/flink-s3-fs-presto-1.20.5.jar", "s3-fs-hadoop"},
        {"1.20.5", "s3a://b/c", "s3-fs-hadoop/flink-s3-fs-hadoop-1.20.5.jar", NULL},
        {"1.20.5", "s3p://b/c", "s3-fs-hadoop/flink-s3-fs-hadoop-1.20.5.jar", "s3-fs-presto"},
        {"1.20.5", "oss://b/c", "s3-fs-hadoop/flink-s3-fs-hadoop-1.20.5.jar", "oss-fs-hadoop"},
        {"1.20.5", "gs://b/c", "", "ENABLE_BUILT_IN_PLUGINS=flink-gs-fs-hadoop-1.20.5.jar"},
        {"1.20.5", "abfss://b@c.dfs.core.windows.net/d", "", "azure-fs-hadoop"},
        {"1.20.5", "wasb://b@c/d", "azure/flink-azure-fs-hadoop-1.20.5.jar", NULL},
        {"1.20.5", "hdfs://n:8020/c", "s3-fs-hadoop/flink-s3-fs-hadoop-1.20.5.jar", "Hadoop alone"},
        {"1.20.5", "hdfs:///c", "lib/flink-shaded-hadoop-2-uber-2.8.3-10.0.jar", NULL},
        {"1.20.5", "cosn://b/c", "", "Hadoop alone"},
        {"1.20.5", "cosn://b/c", "mine/flink-cosn-fs-1.0.jar", NULL},
        {"1.20.5", "gs://b/c", "lib/gcs-connector-3.0.4-shaded.jar", NULL},
        {"1.8.3", "s3://b/c", "", "nothing in the image has s3://: build it with --plugin"},
        {"1.8.3", "s3://b/c", "lib/flink-s3-fs-hadoop-1.8.3.jar", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fp_deploy_options options = no_options();
        options.checkpoint_dir = rows[i].place;
        check(rows[i].version, "session", rows[i].plugins, &options,
              rows[i].said != NULL ? rows[i].said : rows[i].place, rows[i].said != NULL);
    }
}

static void state_needs_its_file_system(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    options.checkpoint_dir = "s3://b/c";
    check("1.20.5", "job", "", &options, "error: --checkpoint-dir: s3://b/c: no plugin", true);
    check("1.20.5", "job", NULL, &options, "error: ", false);
    fp_strv_add(&options.allow, "filesystem-missing");
    check("1.20.5", "job", "", &options, "error: ", false);
    check("1.20.5", "job", "", &options, "--checkpoint-dir: s3://b/c: no plugin", true);
    fp_strv_clear(&options.allow);
    options.checkpoint_dir = "hdfs://n/c";
    check("1.20.5", "job", "", &options, "error: ", false);
    options.checkpoint_dir = NULL;
    options.savepoint_dir = "s3://b/s";
    check("1.20.5", "job", "", &options, "error: ", false);
    /* The warning about one place hides no error about another one. */
    fp_strv_add(&options.conf, "state.checkpoints.dir=s3://b/c");
    check("1.20.5", "job", "", &options, "error: state.checkpoints.dir: s3://b/c", true);
    fp_strv_clear(&options.conf);
    options.ha = true;
    options.kube_namespace = "a";
    options.ha_dir = "s3://b/h";
    check("1.20.5", "job", "", &options, "error: --ha-dir: s3://b/h", true);
    check("1.20.5", "job", "s3-fs-presto/x.jar", &options, "no plugin", false);
}

static void settings_and_arguments_name_places_too(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    fp_strv_add(&options.conf, "a.b=https://example.com/x");
    fp_strv_add(&options.conf, "a.c=${PLACE}");
    fp_strv_add(&options.conf, "a.d=akka.tcp://flink@x:1/y");
    check("1.20.5", "job", "", &options, "://", false);
    fp_strv_add(&options.conf, "a.e=s3://told/later");
    fp_strv_add(&options.conf, "state.savepoints.dir=s3://b/s");
    check("1.20.5", "job", "", &options, "state.savepoints.dir: s3://b/s: no plugin", true);
    fp_strv_add(&options.conf, "my.table=gs://b/t");
    check_note("", &options, "note:     my.table: gs://b/t: no plugin");
    fp_strv_add(&options.arguments, "oss://b/in put");
    fp_strv_add(&options.arguments, "--out=abfs://b/c");
    fp_strv_add(&options.arguments, "jdbc:postgresql://x/y");
    fp_strv_add(&options.arguments, "://");
    check_note("", &options,
               "job arguments: oss://b/in put: no plugin of the image has oss://, "
               "unless the job brings what reads it");
    check_note("", &options, "job arguments: abfs://b/c: no plugin");
    check_note(NULL, &options,
               "state.savepoints.dir: s3://b/s: no plugin of the image has s3://, "
               "unless it was added to this image: build");
    options.from_savepoint = "s3a://b/s/1";
    check("1.20.5", "job", "", &options, "--from-savepoint: s3a://b/s/1: no plugin", true);
    fp_strv_add(&options.env, "ENABLE_BUILT_IN_PLUGINS=flink-s3-fs-hadoop-1.20.5.jar;"
                              "flink-gs-fs-hadoop-1.20.5.jar");
    check("1.20.5", "job", "", &options, "s3", false);
    check("1.20.5", "job", "", &options, "gs:", false);
    fp_strv_clear(&options.conf);
    fp_strv_add(&options.conf, "state.savepoints.dir=abfs://b/s");
    check("1.20.5", "job", "", &options, "abfs", true);
    fp_strv_add(&options.env_secrets, "HADOOP_CLASSPATH=a:b");
    check("1.20.5", "job", "", &options, "abfs", false);
    fp_strv_clear(&options.env_secrets);
    fp_strv_clear(&options.conf);
    fp_strv_clear(&options.arguments);
    fp_strv_clear(&options.env);
}

static void what_patches_bring_counts(void **state)
{
    (void) state;
    static const char *const containers[] = {
        "{name: taskmanager, env: [{name: ENABLE_BUILT_IN_PLUGINS, value: "
        "flink-s3-fs-presto.jar}]}",
        "{name: taskmanager, env: [{name: ENABLE_BUILT_IN_PLUGINS, "
        "valueFrom: {configMapKeyRef: {name: a, key: b}}}]}",
        "{name: taskmanager, volumeMounts: [{name: tmp, mountPath: /opt/flink/plugins/s3}]}",
        "{name: taskmanager, volumeMounts: [{name: tmp, mountPath: /opt/flink/plugins}]}",
        "{name: taskmanager, env: [{name: X, value: s3}]}",
    };
    size_t count = sizeof(containers) / sizeof(containers[0]);
    for (size_t i = 0; i < count; i++) {
        struct fp_deploy_options options = no_options();
        struct fp_deploy_result result = {0};
        struct fp_error err = {0};
        json_t *document = NULL;
        cleanup_json json_t *config = our_config("1.20.5", "job");
        cleanup_free char *text = fp_xasprintf(
            "{kind: Deployment, metadata: {name: orders-taskmanager}, spec: {template: {spec: "
            "{containers: [%s]}}}}",
            containers[i]);
        const struct fp_deploy_image image = {.name = "registry.example.com/team/orders:1.2",
                                              .digest = TEST_DIGEST,
                                              .config = config};
        json_object_set_new(json_object_get(config, "Labels"), "flinkpack.plugins",
                            json_string(""));
        assert_ok(fp_yaml_parse(text, strlen(text), "p", &document, &err), err);
        const struct fp_deploy_patch patches[] = {{.name = "p", .document = document}};
        options.checkpoint_dir = "s3://b/c";
        enum fp_code code = fp_deploy_generate(&options, &image, patches, 1, NULL, &result, &err);
        assert_int_equal(code, i + 1 == count ? FP_E_INPUT : FP_OK);
        assert_int_equal(strstr(err.text, "no plugin") != NULL, i + 1 == count);
        fp_deploy_result_clear(&result);
        json_decref(document);
    }
}

static void shared_places_need_a_volume(void **state)
{
    (void) state;
    static const char said[] = "no volume that can be written to is mounted there";
    static const struct {
        const char *place;
        const char *volume; /* NULL: none */
        bool is_said;
    } rows[] = {
        {"file:///state/c", NULL, true},
        {"/state/c", NULL, true},
        {"file:/state/c", "claim:x:/state", false},
        {"file:///state/c", "claim:x:/state", false},
        {"/state", "claim:x:/state", false},
        {"/state/c", "claim:x:/sta", true},
        {"/state/c", "claim:x:/state/c/d", true},
        {"/state/c", "claim:x:/state:ro", true},
        {"/state/c", "configmap:x:/state", true},
        {"/tmp/c", NULL, true},
        {"/opt/flink/log/c", NULL, true},
        {"s3://b/c", NULL, false},
        {"file:////state//c", "claim:x:/state", false},
        {"//state/c", NULL, true},
    };
    static const char *const formats[] = {"kubernetes", "helm", "operator", "template"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t k = 0; k < sizeof(formats) / sizeof(formats[0]); k++) {
            struct fp_deploy_options options = no_options();
            options.format = formats[k];
            options.checkpoint_dir = rows[i].place;
            if (rows[i].volume != NULL)
                fp_strv_add(&options.volumes, rows[i].volume);
            check("1.20.5", "job", "s3", &options, said, rows[i].is_said);
            fp_strv_clear(&options.volumes);
        }
    }
    struct fp_deploy_options compose = no_options();
    compose.format = "compose";
    compose.savepoint_dir = "/state";
    check("1.20.5", "job", "", &compose, "--savepoint-dir: /state: no volume", true);
    /* The default scheme makes it a path of another file system. */
    fp_strv_add(&compose.conf, "fs.default-scheme=s3://b");
    check("1.20.5", "job", "s3", &compose, said, false);
    compose.savepoint_dir = "file:/state";
    check("1.20.5", "job", "s3", &compose, said, true);
    fp_strv_clear(&compose.conf);
}

static void volumes_over_flink_are_told(void **state)
{
    (void) state;
    static const struct {
        const char *version;
        const char *path;
        const char *said; /* NULL: nothing */
    } rows[] = {
        {"2.2.1", "/opt/flink/conf",
         "hides the configuration in the image, and with it "
         "env.java.opts.all, without which Flink fails on Java 17"},
        {"1.13.6", "/opt/flink/conf", "hides the configuration in the image: settings"},
        {"2.2.1", "/opt/flink", "a volume at /opt/flink hides Flink"},
        {"2.2.1", "/opt", "a volume at /opt hides Flink"},
        {"2.2.1", "/opt/flink/lib", "hides Flink's jars"},
        {"2.2.1", "/opt/flink/bin", "hides Flink's scripts"},
        {"2.2.1", "/opt/flink/conf/mine", NULL},
        {"2.2.1", "/opt/flink/confs", NULL},
        {"2.2.1", "/opt/flink/plugins/s3", NULL},
        {"2.2.1", "/opt/flink-data", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fp_deploy_options options = no_options();
        cleanup_free char *volume = fp_xasprintf("configmap:x:%s", rows[i].path);
        fp_strv_add(&options.volumes, volume);
        check(rows[i].version, "session", "", &options,
              rows[i].said != NULL ? rows[i].said : "hides", rows[i].said != NULL);
        options.format = "helm";
        check(rows[i].version, "session", "", &options,
              rows[i].said != NULL ? rows[i].said : "hides", rows[i].said != NULL);
        fp_strv_clear(&options.volumes);
    }
}

static void a_session_that_all_reach_is_told(void **state)
{
    (void) state;
    static const char said[] = "can upload a jar";
    struct fp_deploy_options options = no_options();
    check("2.2.1", "session", "", &options, said, false);
    options.node_port = true;
    check("2.2.1", "session", "", &options, "--node-port: whoever reaches", true);
    check("2.2.1", "job", "", &options, said, false);
    options.node_port = false;
    options.ingress = "flink.example.com";
    check("2.2.1", "session", "", &options, "--ingress: whoever reaches", true);
    fp_strv_add(&options.conf, "web.submit.enable=False");
    check("2.2.1", "session", "", &options, said, false);
    fp_strv_clear(&options.conf);
    options.ingress = NULL;
    options.route = true;
    check("2.2.1", "session", "", &options, "--route: whoever reaches", true);
    fp_strv_add(&options.conf, "security.ssl.rest.authentication-enabled=true");
    check("2.2.1", "session", "", &options, said, false);
    fp_strv_clear(&options.conf);
}

/* What Flink would ignore or refuse is told, as the image and what it runs in can still change. */
static void settings_are_judged(void **state)
{
    (void) state;
    struct fp_deploy_options options = no_options();
    fp_strv_add(&options.conf, "state.backend.typ=rocksdb");
    check(
        "1.20.5", "job", "", &options,
        "--conf: state.backend.typ: no option of Flink 1.20.5: Flink ignores the setting; did you "
        "mean state.backend.type?",
        true);
    fp_strv_clear(&options.conf);
    fp_strv_add(&options.conf, "taskmanager.memory.managed.size=4g");
    check(
        "2.2.1", "job", "", &options,
        "--conf: taskmanager.memory.managed.size: framework, off-heap, managed and network memory "
        "add up to 4480.0m, more than the Flink memory that is left of 1280m",
        true);
    options.taskmanager_memory = "8g";
    check("2.2.1", "job", "", &options, "add up", false);
    fp_strv_clear(&options.conf);
    fp_strv_add(&options.conf, "state.backend=rocksdb");
    check("2.2.1", "job", "", &options, "older name", false);
    fp_strv_clear(&options.conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_systems_need_their_plugin),
        cmocka_unit_test(state_needs_its_file_system),
        cmocka_unit_test(settings_and_arguments_name_places_too),
        cmocka_unit_test(what_patches_bring_counts),
        cmocka_unit_test(shared_places_need_a_volume),
        cmocka_unit_test(volumes_over_flink_are_told),
        cmocka_unit_test(a_session_that_all_reach_is_told),
        cmocka_unit_test(settings_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
