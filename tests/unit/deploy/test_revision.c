/* The revision, which separates versions of a deployment and selects their JobManager. */
#include "deploy_test.h"

struct version {
    const char *digest;
    const char *format;
    const char *setting;
    const char *label;
    const char *patch; /* JSON */
    bool ha;
    bool is_session;
};

static char *make(const struct version *version)
{
    struct fp_error err = {0};
    struct fp_deploy_result result = {0};
    struct fp_deploy_options options = no_options();
    cleanup_json json_t *config = our_config("1.20.5", version->is_session ? "session" : "job");
    cleanup_json json_t *document =
        version->patch != NULL ? json_loads(version->patch, 0, NULL) : NULL;
    const struct fp_deploy_image image = {.name = "registry.example.com/team/orders:1.2",
                                          .digest = version->digest,
                                          .config = config};
    const struct fp_deploy_patch patch = {.name = "patch", .document = document, .is_merge = true};
    options.format = version->format;
    options.ha = version->ha;
    options.ha_dir = version->ha ? "s3://b/ha" : NULL;
    options.kube_namespace = version->ha ? "team" : NULL;
    if (version->setting != NULL)
        fp_strv_add(&options.conf, version->setting);
    if (version->label != NULL)
        fp_strv_add(&options.labels, version->label);
    assert_ok(
        fp_deploy_generate(&options, &image, &patch, document != NULL ? 1 : 0, NULL, &result, &err),
        err);
    char *stream = fp_xstrdup(result.stream);
    fp_strv_clear(&options.conf);
    fp_strv_clear(&options.labels);
    fp_deploy_result_clear(&result);
    return stream;
}

/* The revision in the labels of the pods, or "" if there is none. */
static char *revision_of(const char *stream)
{
    const char *found = strstr(stream, "flinkpack.revision: ");
    if (found == NULL)
        return fp_xstrdup("");
    found += strlen("flinkpack.revision: ") + (found[strlen("flinkpack.revision: ")] == '"');
    return fp_xstrndup(found, strspn(found, "0123456789abcdef"));
}

static void expect(const struct version *one, const struct version *other, bool is_same)
{
    cleanup_free char *first = make(one);
    cleanup_free char *second = make(other);
    cleanup_free char *a = revision_of(first);
    cleanup_free char *b = revision_of(second);
    assert_int_equal(strlen(a), 10);
    assert_int_equal(strlen(b), 10);
    assert_int_equal(strcmp(a, b) == 0, is_same);
}

#define OTHER_DIGEST "sha256:2222222222222222222222222222222222222222222222222222222222222222"

static void image_and_configuration_make_it(void **state)
{
    (void) state;
    const struct version plain = {.digest = TEST_DIGEST};
    expect(&plain, &plain, true);
    expect(&plain, &(struct version){.digest = OTHER_DIGEST}, false);
    expect(&plain, &(struct version){.digest = NULL}, false);
    expect(&plain, &(struct version){.digest = TEST_DIGEST, .setting = "a.b=c"}, false);
    expect(&plain, &(struct version){.digest = TEST_DIGEST, .label = "a=b"}, true);
    expect(&(struct version){.digest = TEST_DIGEST, .is_session = true},
           &(struct version){.digest = OTHER_DIGEST, .is_session = true}, false);
    expect(&(struct version){.digest = TEST_DIGEST, .ha = true},
           &(struct version){.digest = OTHER_DIGEST, .ha = true}, false);
}

/* A patch changes the revision only if it changes the image or the configuration. */
static void patches_count(void **state)
{
    (void) state;
    static const char image[] =
        "{\"kind\":\"Deployment\",\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":"
        "\"taskmanager\",\"image\":\"mine:2\"}]}}}}";
    static const char setting[] =
        "{\"kind\":\"ConfigMap\",\"data\":{\"FLINK_PROPERTIES\":\"a.b: c\\n\"}}";
    static const char replicas[] = "{\"kind\":\"Deployment\",\"spec\":{\"replicas\":7}}";
    const struct version plain = {.digest = TEST_DIGEST};
    expect(&plain, &(struct version){.digest = TEST_DIGEST, .patch = image}, false);
    expect(&plain, &(struct version){.digest = TEST_DIGEST, .patch = setting}, false);
    expect(&plain, &(struct version){.digest = TEST_DIGEST, .patch = replicas}, true);
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (const char *p = strstr(text, part); p != NULL; p = strstr(p + 1, part))
        found++;
    return found;
}

/* TaskManagers use the address of a Service that selects pods by the revision. */
static void it_is_where_task_managers_look(void **state)
{
    (void) state;
    cleanup_free char *stream = make(&(struct version){.digest = TEST_DIGEST});
    cleanup_free char *revision = revision_of(stream);
    cleanup_free char *address =
        fp_xasprintf("    jobmanager.rpc.address: orders-rpc-%s\n", revision);
    cleanup_free char *name = fp_xasprintf("  name: orders-rpc-%s\n", revision);
    assert_int_equal(count(stream, address), 1);
    assert_int_equal(count(stream, name), 1);
    assert_int_equal(count(stream, "  name: orders-jobmanager\n"), 2); /* the Service, the Job */
    assert_int_equal(count(stream, "      port: 6123\n"), 1);
    assert_int_equal(count(stream, "flinkpack.revision: "), 4);
}

/* With high availability, the leader is found without a Service, so there is only the label. The
 * image of a classic template is not known yet, so it has no revision. */
static void it_has_no_service_where_it_means_nothing(void **state)
{
    (void) state;
    cleanup_free char *ha = make(&(struct version){.digest = TEST_DIGEST, .ha = true});
    assert_int_equal(count(ha, "flinkpack.revision: "), 2);
    assert_null(strstr(ha, "-rpc-"));
    cleanup_free char *template =
        make(&(struct version){.digest = TEST_DIGEST, .format = "template"});
    assert_null(strstr(template, "flinkpack.revision"));
    assert_int_equal(count(template, "    jobmanager.rpc.address: orders-jobmanager\n"), 1);
    assert_int_equal(count(template, "      port: 6123\n"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(image_and_configuration_make_it),
        cmocka_unit_test(patches_count),
        cmocka_unit_test(it_is_where_task_managers_look),
        cmocka_unit_test(it_has_no_service_where_it_means_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
