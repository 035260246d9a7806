/** References to classes that no jar has. */
#include "judging.h"

#include "api_build.h"

#define OWN ",'by':'com/acme/Job','reached':true,'own':true,'sure':true}"

/* An index of one class. */
static struct fp_api *api_of(const char *name)
{
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api_builder *builder = fp_api_builder_new();
    struct fp_api *api = NULL;
    assert_true(fp_api_builder_class(builder, name, strlen(name)));
    fp_api_builder_finish(builder, &bytes);
    assert_int_equal(fp_api_parse(bytes.data, bytes.len, "index", &api, NULL), FP_OK);
    return api;
}

static void check(const char *facts, enum fp_severity severity, const char *words)
{
    struct judging judging;
    cleanup_api struct fp_api *api = api_of("org/apache/commons/cli/Option");
    judging_begin(&judging, "1.20.4", facts);
    judging.input.api = api;
    judging_judge(&judging);
    judging_expect(&judging, "class-missing", severity, words);
    assert_int_equal(judging.findings.len, 1);
    judging_end(&judging);
}

static void check_none(const char *facts, bool has_index)
{
    struct judging judging;
    cleanup_api struct fp_api *api = api_of("org/apache/commons/cli/Option");
    judging_begin(&judging, "1.20.4", facts);
    judging.input.api = has_index ? api : NULL;
    judging_judge(&judging);
    assert_int_equal(judging.findings.len, 0);
    judging_end(&judging);
}

static void test_missing(void **state)
{
    (void) state;
    check("'absent':[{'class':'org/nowhere/Thing'" OWN ",{'class':'org/nowhere/Other'" OWN "]",
          FP_SEVERITY_ERROR, "org.nowhere.Thing and 1 more, which no jar has");
    check("'absent':[{'class':'org/apache/kafka/clients/Metadata'" OWN "]", FP_SEVERITY_ERROR,
          "kafka-clients");
    check("'absent':[{'class':'org/apache/hadoop/fs/Path'" OWN "]", FP_SEVERITY_WARNING,
          "HADOOP_CLASSPATH");
}

/* Known-good jobs have such references. */
static void test_no_errors(void **state)
{
    (void) state;
    check("'absent':[{'class':'org/nowhere/Thing','by':'com/acme/Other','reached':true,"
          "'own':true}]",
          FP_SEVERITY_WARNING, "org.nowhere.Thing");
    check("'absent':[{'class':'a/A','by':'lib/X','reached':true,'own':false},"
          "{'class':'b/B','by':'lib/Y','reached':false,'own':false}]",
          FP_SEVERITY_INFO, "a.A and 1 more");
    check_none("'absent':[{'class':'org/apache/commons/cli/Option'" OWN "]", true);
    check_none("'absent':[{'class':'org/apache/commons/cli/Parser'" OWN "]", false);
    check_none("'absent':[{'class':'javax/xml/bind/JAXB'" OWN "]", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_no_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
