/* The job of an image: the jars that it has beside Flink's, and how it says that it is started. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image_jars.h"
#include "image_start.h"

/* An image of which facts and configuration are there, and no layers. */
struct scene {
    struct fp_base_image image;
    struct fp_flink flink;
    struct fp_build_context context;
    struct fp_plan plan;
};

static void open_scene(struct scene *scene, const char *version, const char *tree,
                       json_t *take_texts, const char *config)
{
    cleanup_json json_t *lines = json_string(tree);
    cleanup_free char *document = fp_xasprintf(
        "{\"os\": \"linux\", \"architecture\": \"amd64\", \"rootfs\": {\"type\": \"layers\", "
        "\"diff_ids\": []}, \"config\": %s}",
        config);
    struct fp_error err = {0};
    *scene = (struct scene){0};
    if (fp_tree_parse(lines, "tree", &scene->image.facts.tree, &err) != FP_OK ||
        fp_config_parse(document, strlen(document), 0, "config", &scene->image.config, &err) !=
            FP_OK ||
        fp_flink_version_parse(version, &scene->flink.version, &err) != FP_OK)
        fail_msg("%s", err.text);
    scene->image.facts.texts = take_texts;
    scene->flink.traits = fp_flink_traits(&scene->flink.version);
    scene->flink.home = fp_xstrdup("/opt/flink");
    scene->plan.context = &scene->context;
}

static void close_scene(struct scene *scene)
{
    fp_base_facts_clear(&scene->image.facts);
    fp_config_clear(&scene->image.config);
    fp_flink_clear(&scene->flink);
}

/* "ROLE PATH;" of each jar. */
static char *listed(const struct scene *scene, const char *named, bool starts)
{
    struct fp_image_jars jars = {0};
    cleanup_strv struct fp_strv names = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    if (named != NULL)
        fp_strv_add(&names, named);
    fp_image_jars_list(&scene->image, &scene->flink, &names, starts, &jars);
    for (size_t i = 0; i < jars.len; i++)
        fp_buf_putf(&text, "%s %s%s%s;",
                    jars.items[i].role == FP_JAR_JOB   ? "job"
                    : jars.items[i].role == FP_JAR_LIB ? "lib"
                                                       : "plugin",
                    jars.items[i].path, jars.items[i].plugin != NULL ? " " : "",
                    jars.items[i].plugin != NULL ? jars.items[i].plugin : "");
    fp_image_jars_clear(&jars);
    return fp_xstrdup(fp_buf_text(&text));
}

/* Flink is linked as in images of ours; there are jars of the job, a connector and a plugin. */
#define WITH_JOB                                                                                   \
    "d755 0 0 0 /\n"                                                                               \
    "d755 0 0 0 /flink-1.20.0\n"                                                                   \
    "d755 0 0 0 /flink-1.20.0/lib\n"                                                               \
    "f644 0 0 0 /flink-1.20.0/lib/flink-dist-1.20.0.jar 9\n"                                       \
    "d755 0 0 0 /opt\n"                                                                            \
    "f644 0 0 0 /opt/app.jar 3\n"                                                                  \
    "d755 0 0 0 /opt/flink\n"                                                                      \
    "d755 0 0 0 /opt/flink/lib\n"                                                                  \
    "l777 0 0 0 /opt/flink/lib/flink-dist-1.20.0.jar =/flink-1.20.0/lib/flink-dist-1.20.0.jar\n"   \
    "f644 0 0 0 /opt/flink/lib/flink-sql-connector-kafka-3.4.0-1.20.jar 5\n"                       \
    "l777 0 0 0 /opt/flink/lib/gone.jar =/nowhere.jar\n"                                           \
    "f644 0 0 0 /opt/flink/lib/log4j-core-2.24.3.jar 5\n"                                          \
    "d755 0 0 0 /opt/flink/plugins\n"                                                              \
    "d755 0 0 0 /opt/flink/plugins/mine\n"                                                         \
    "f644 0 0 0 /opt/flink/plugins/mine/mine.jar 4\n"                                              \
    "d755 0 0 0 /opt/flink/plugins/s3-fs-presto\n"                                                 \
    "f644 0 0 0 /opt/flink/plugins/s3-fs-presto/flink-s3-fs-presto-1.20.0.jar 4\n"

#define LIB_AND_PLUGIN                                                                             \
    "lib /opt/flink/lib/flink-sql-connector-kafka-3.4.0-1.20.jar;"                                 \
    "plugin /opt/flink/plugins/mine/mine.jar mine;"

static void test_jars_in_usrlib(void **state)
{
    struct scene scene;
    (void) state;
    open_scene(&scene, "1.20.0",
               WITH_JOB "d755 0 0 0 /opt/flink/usrlib\n"
                        "f644 0 0 0 /opt/flink/usrlib/NOTES 3\n"
                        "l777 0 0 0 /opt/flink/usrlib/again.jar =job.jar\n"
                        "d755 0 0 0 /opt/flink/usrlib/below\n"
                        "f644 0 0 0 /opt/flink/usrlib/below/more.jar 3\n"
                        "f644 0 0 0 /opt/flink/usrlib/job.jar 3",
               NULL, "{}");
    cleanup_free char *all = listed(&scene, NULL, true);
    assert_string_equal(all, "job /opt/flink/usrlib/again.jar;"
                             "job /opt/flink/usrlib/below/more.jar;" LIB_AND_PLUGIN);
    close_scene(&scene);
}

/* With nothing in usrlib/ it is the command's jar, or, if a job is started, one of lib/. */
static void test_jars_elsewhere(void **state)
{
    struct scene scene;
    (void) state;
    open_scene(&scene, "1.20.0", WITH_JOB "d755 0 0 0 /opt/flink/usrlib", NULL, "{}");
    cleanup_free char *session = listed(&scene, NULL, false);
    assert_string_equal(session, LIB_AND_PLUGIN);
    cleanup_free char *named = listed(&scene, "/opt/app.jar", true);
    assert_string_equal(named, "job /opt/app.jar;" LIB_AND_PLUGIN);
    cleanup_free char *started = listed(&scene, "/opt/nothing.jar", true);
    assert_string_equal(started, "job /opt/flink/lib/flink-sql-connector-kafka-3.4.0-1.20.jar;"
                                 "plugin /opt/flink/plugins/mine/mine.jar mine;");
    close_scene(&scene);
}

/* Before 1.10 the job is in lib/, and usrlib/ means nothing. */
static void test_jars_before_usrlib(void **state)
{
    struct scene scene;
    (void) state;
    open_scene(&scene, "1.8.3",
               "d755 0 0 0 /\n"
               "d755 0 0 0 /opt\n"
               "d755 0 0 0 /opt/flink\n"
               "d755 0 0 0 /opt/flink/lib\n"
               "f644 0 0 0 /opt/flink/lib/flink-dist_2.11-1.8.3.jar 5\n"
               "l777 0 0 0 /opt/flink/lib/job.jar =/opt/job.jar\n"
               "f644 0 0 0 /opt/flink/lib/mysql.jar 5\n"
               "d755 0 0 0 /opt/flink/usrlib\n"
               "f644 0 0 0 /opt/flink/usrlib/job.jar 3\n"
               "f644 0 0 0 /opt/job.jar 5",
               NULL, "{}");
    cleanup_free char *all = listed(&scene, NULL, true);
    assert_string_equal(all, "job /opt/flink/lib/job.jar;lib /opt/flink/lib/mysql.jar;");
    close_scene(&scene);
}

#define WITH_CONF                                                                                  \
    "d755 0 0 0 /\n"                                                                               \
    "d755 0 0 0 /opt\n"                                                                            \
    "d755 0 0 0 /opt/flink\n"                                                                      \
    "d755 0 0 0 /opt/flink/conf\n"                                                                 \
    "f644 0 0 0 /opt/flink/conf/config.yaml 30\n"                                                  \
    "f644 0 0 0 /opt/flink/conf/flink-conf.yaml 30"

static json_t *conf_texts(void)
{
    return json_pack("{s:s, s:s}", "opt/flink/conf/config.yaml",
                     "rest:\n  port: 8081\nparallelism:\n  default: 2\n"
                     "query.server.port: 6125\n",
                     "opt/flink/conf/flink-conf.yaml", "# old\nrest.port: 8082\n");
}

static const struct {
    const char *version;
    const char *port; /* that its configuration has */
    const char *origin;
} FILES[] = {
    {"1.18.1", "8082", "/opt/flink/conf/flink-conf.yaml"},
    {"1.20.0", "8082", "/opt/flink/conf/flink-conf.yaml"},
    {"2.0.0", "8081", "/opt/flink/conf/config.yaml"},
};

static void test_settings_of_files(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        struct scene scene;
        struct fp_image_start start = {0};
        open_scene(&scene, FILES[i].version, WITH_CONF, conf_texts(), "{}");
        assert_int_equal(fp_image_start_read(&scene.plan, &scene.image, &scene.flink, &start, NULL),
                         FP_OK);
        assert_string_equal(fp_image_start_setting(&start, "rest.port"), FILES[i].port);
        assert_string_equal(start.origins.items[0], FILES[i].origin);
        assert_null(fp_image_start_setting(&start, "query.server.port"));
        assert_false(start.starts_job);
        assert_null(start.job_classname);
        fp_image_start_clear(&start);
        close_scene(&scene);
    }
}

/* The last of a key counts: file, FLINK_PROPERTIES, -D. */
static void test_command(void **state)
{
    struct scene scene;
    struct fp_image_start start = {0};
    (void) state;
    open_scene(&scene, "2.0.0", WITH_CONF, conf_texts(),
               "{\"Env\": [\"FLINK_PROPERTIES=rest.port: 8083\\nstate.backend.type: rocksdb\", "
               "\"FLINK_JOB_CLASSNAME=com.acme.Old\"], \"WorkingDir\": \"/opt/flink\", "
               "\"Entrypoint\": [\"/docker-entrypoint.sh\"], \"Cmd\": [\"standalone-job\", "
               "\"-Dparallelism.default=4\", \"-D\", \"rest.port=8084\", \"--job-classname\", "
               "\"com.acme.Job\", \"--jars\", \"a.jar,local:///b.jar,https://host/c.jar\", "
               "\"--input\", \"s3://bucket/in\", \"-D\"]}");
    assert_int_equal(fp_image_start_read(&scene.plan, &scene.image, &scene.flink, &start, NULL),
                     FP_OK);
    assert_string_equal(start.job_classname, "com.acme.Job");
    assert_true(start.starts_job && start.is_known_entrypoint);
    assert_string_equal(fp_image_start_setting(&start, "rest.port"), "8084");
    assert_string_equal(fp_image_start_setting(&start, "parallelism.default"), "4");
    assert_string_equal(fp_image_start_setting(&start, "state.backend.type"), "rocksdb");
    assert_null(fp_image_start_setting(&start, "other"));
    cleanup_free char *jars = fp_strv_join(&start.jars, " ", 200);
    assert_string_equal(jars, "/opt/flink/a.jar /b.jar");
    assert_true(fp_strv_has(&start.arguments, "s3://bucket/in"));
    assert_false(fp_strv_has(&start.arguments, "com.acme.Job"));
    fp_image_start_clear(&start);
    close_scene(&scene);
}

/* What is no text of settings, or no list of words, has none. */
static void test_odd_images(void **state)
{
    static const char *const CONFIGS[] = {
        "{}", "{\"Entrypoint\": null, \"Cmd\": [\"-j\"]}", "{\"Cmd\": []}",
        "{\"Env\": [\"FLINK_PROPERTIES=: [\"], \"Cmd\": [\"--job-classname=\", \"-D=1\", \"-D\"]}"};
    (void) state;
    for (size_t i = 0; i < sizeof(CONFIGS) / sizeof(CONFIGS[0]); i++) {
        struct scene scene;
        struct fp_image_start start = {0};
        open_scene(&scene, "2.0.0", WITH_CONF,
                   json_pack("{s:s}", "opt/flink/conf/config.yaml", "{ no: yaml"), CONFIGS[i]);
        assert_int_equal(fp_image_start_read(&scene.plan, &scene.image, &scene.flink, &start, NULL),
                         FP_OK);
        assert_int_equal(start.keys.len, 0);
        assert_int_equal(start.jars.len, 0);
        assert_false(start.is_known_entrypoint);
        fp_image_start_clear(&start);
        close_scene(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jars_in_usrlib),
        cmocka_unit_test(test_jars_elsewhere),
        cmocka_unit_test(test_jars_before_usrlib),
        cmocka_unit_test(test_settings_of_files),
        cmocka_unit_test(test_command),
        cmocka_unit_test(test_odd_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
