/** File systems that settings, arguments and code name, and state backends. */
#include "judging.h"

#include "api_build.h"

/* Judge settings, "KEY=VALUE" separated by '|', on an image with plugins and jars in lib/, both
 * separated by ' '. NULL: the plugins are not known. */
static void judge(struct judging *judging, const char *version, const char *facts,
                  const char *settings, const char *plugins, const char *libs)
{
    static struct fp_judged_setting items[8];
    static struct fp_strv pairs;
    static struct fp_strv plugin_jars;
    static struct fp_strv lib_names;
    fp_strv_clear(&pairs);
    fp_strv_clear(&plugin_jars);
    fp_strv_clear(&lib_names);
    judging_begin(judging, version, facts);
    fp_strv_split(&pairs, settings, '|');
    for (size_t i = 0; i < pairs.len; i++) {
        char *equals = strchr(pairs.items[i], '=');
        *equals = '\0';
        items[i] = (struct fp_judged_setting){pairs.items[i], equals + 1, "--conf"};
    }
    fp_strv_split(&plugin_jars, plugins != NULL ? plugins : "", ' ');
    fp_strv_split(&lib_names, libs, ' ');
    judging->input.settings = items;
    judging->input.setting_count = pairs.len;
    judging->input.plugin_jars = plugins != NULL ? &plugin_jars : NULL;
    judging->input.lib_names = &lib_names;
    judging_judge(judging);
    fp_strv_clear(&pairs);
    fp_strv_clear(&plugin_jars);
    fp_strv_clear(&lib_names);
}

static void test_settings(void **state)
{
    static const struct {
        const char *settings;
        const char *plugins;
        const char *libs;
        const char *severity; /* "": no finding */
    } ROWS[] = {
        {"state.checkpoints.dir=s3://b/c", "", "", "error"},
        {"state.checkpoints.dir=S3://b/c", "s3-fs-hadoop/flink-s3-fs-hadoop-1.19.0.jar", "", ""},
        {"state.checkpoints.dir=s3a://b/c", "s3/flink-s3-fs-presto-1.19.0.jar", "", "error"},
        {"state.checkpoints.dir=s3p://b/c", "s3/flink-s3-fs-presto-1.19.0.jar", "", ""},
        {"state.checkpoints.dir=s3://b/c", NULL, "", ""},
        {"state.checkpoints.dir=file:///c", "", "", ""},
        {"state.checkpoints.dir=/c", "", "", ""},
        {"state.checkpoints.dir=gs://b/c", "", "", "error"},
        {"state.checkpoints.dir=abfss://b/c", "azure-fs-hadoop/x.jar", "", ""},
        {"state.savepoints.dir=s3://b/c", "", "", "warning"},
        {"high-availability.storageDir=s3://b/c", "", "", ""},
        {"high-availability.type=NONE|high-availability.storageDir=s3://b/c", "", "", ""},
        {"high-availability.type=kubernetes|high-availability.storageDir=s3://b/c", "", "",
         "error"},
        {"state.checkpoints.dir=hdfs://b/c", "", "", "warning"},
        {"state.checkpoints.dir=hdfs://b/c", "", "flink-shaded-hadoop-2-uber-2.8.3-10.0.jar", ""},
        {"state.checkpoints.dir=s3a://b/c", "", "hadoop-aws-3.3.4.jar hadoop-common-3.jar", ""},
        {"state.checkpoints.dir=s3://b/c|fs.allowed-fallback-filesystems=s3", "", "", ""},
        {"state.checkpoints.dir=s3://b/c|state.checkpoints.dir=file:///c", "", "", ""},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct judging judging;
        judge(&judging, "1.19.0", "", ROWS[i].settings, ROWS[i].plugins, ROWS[i].libs);
        const struct fp_finding *found = judging_find(&judging, "filesystem-missing");
        const char *severity = found != NULL ? fp_severity_name(found->severity) : "";
        if (strcmp(severity, ROWS[i].severity) != 0)
            fail_msg("%s: '%s', not '%s'", ROWS[i].settings, severity, ROWS[i].severity);
        judging_end(&judging);
    }
}

static void test_code(void **state)
{
    static const char URIS[] = "'uris':[{'scheme':'s3','text':'s3://b/in','by':'com/acme/Job'},"
                               "{'scheme':'jdbc','text':'jdbc:mysql://h/x','by':'com/acme/Job'},"
                               "{'scheme':'http','text':'http://h/x','by':'com/acme/Job'}]";
    struct judging judging;
    (void) state;
    judge(&judging, "1.19.0", URIS, "", "", "");
    judging_expect(&judging, "filesystem-missing", FP_SEVERITY_WARNING, "--plugin s3-fs-presto");
    assert_int_equal(judging.findings.len, 1);
    judging_end(&judging);
    cleanup_free char *with_sdk = fp_xasprintf(
        "%s,'poms':[{'group':'org.apache.iceberg','artifact':'x','version':'1'}]", URIS);
    judge(&judging, "1.19.0", with_sdk, "", "", "");
    judging_expect(&judging, "filesystem-missing", FP_SEVERITY_INFO, "com.acme.Job");
    judging_end(&judging);
}

static void test_arguments(void **state)
{
    struct judging judging;
    cleanup_strv struct fp_strv arguments = {0};
    (void) state;
    fp_strv_add(&arguments, "--url=http://h/");
    fp_strv_add(&arguments, "--in=gs://b/x");
    judge(&judging, "1.19.0", "", "", "", "");
    judging.input.plugin_jars = &(const struct fp_strv){0};
    judging.input.lib_names = NULL;
    judging.input.setting_count = 0;
    judging.input.arguments = &arguments;
    judging_judge(&judging);
    judging_expect(&judging, "filesystem-missing", FP_SEVERITY_WARNING, "gs://b/x: no plugin");
    assert_int_equal(judging.findings.len, 1);
    judging_end(&judging);
}

static void test_places(void **state)
{
    struct judging judging;
    (void) state;
    judge(&judging, "1.19.0", "", "", "flink-s3-fs-hadoop-1.19.0.jar README.txt", "");
    judging_expect(&judging, "filesystem-missing", FP_SEVERITY_WARNING, "right in plugins/");
    judging_end(&judging);
    judge(&judging, "1.19.0", "", "", "", "flink-s3-fs-hadoop-1.19.0.jar");
    judging_expect(&judging, "filesystem-missing", FP_SEVERITY_WARNING, "lies in lib/");
    judging_end(&judging);
    judge(&judging, "1.9.3", "", "state.checkpoints.dir=s3://b/c", "",
          "flink-s3-fs-hadoop-1.9.3.jar");
    assert_null(judging_find(&judging, "filesystem-missing"));
    judging_end(&judging);
}

static void test_state_backend(void **state)
{
    static const char *const CLASS = "org/apache/flink/state/rocksdb/"
                                     "EmbeddedRocksDBStateBackendFactory";
    struct fp_judged_setting setting = {"state.backend.type", "rocksdb", "--conf"};
    struct judging judging;
    (void) state;
    for (unsigned i = 0; i < 2; i++) {
        cleanup_buf struct fp_buf bytes = FP_BUF_INIT(FP_API_MAX_BYTES);
        struct fp_api_builder *builder = fp_api_builder_new();
        cleanup_api struct fp_api *api = NULL;
        const char *name = i == 0 ? CLASS : "a/A";
        assert_true(fp_api_builder_class(builder, name, strlen(name)));
        fp_api_builder_finish(builder, &bytes);
        assert_int_equal(fp_api_parse(bytes.data, bytes.len, "index", &api, NULL), FP_OK);
        judging_begin(&judging, "2.0.0", "");
        judging.jar.role = FP_JAR_PLUGIN; /* one that no class is looked for in */
        judging.input.api = api;
        judging.input.settings = &setting;
        judging.input.setting_count = 1;
        judging_judge(&judging);
        if (i == 0)
            assert_null(judging_find(&judging, "state-backend-missing"));
        else
            judging_expect(&judging, "state-backend-missing", FP_SEVERITY_ERROR, "rocksdb");
        judging_end(&judging);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings),      cmocka_unit_test(test_code),
        cmocka_unit_test(test_arguments),     cmocka_unit_test(test_places),
        cmocka_unit_test(test_state_backend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
