/** Lists of services, and the connectors and formats that SQL names. */
#include "judging.h"

#include "api_build.h"
#include "factories.h"

#define KAFKA "org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicTableFactory"
#define JDBC  "org.apache.flink.connector.jdbc.table.JdbcDynamicTableFactory"
#define LIST  "'services':{'" FP_FACTORIES "':"
#define USES_KAFKA                                                                                 \
    "'ddl':[{'text':'CREATE TABLE t (a INT) WITH (\\u0027connector\\u0027 = \\u0027kafka\\u0027, " \
    "\\u0027format\\u0027=\\u0027json\\u0027)','by':'com/acme/Job'}]"

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

static void check(const char *facts, const char *name, enum fp_severity severity, const char *words)
{
    struct judging judging;
    cleanup_api struct fp_api *api = api_of("a/A");
    judging_begin(&judging, "1.20.4", facts);
    judging.input.api = api;
    judging_judge(&judging);
    judging_expect(&judging, name, severity, words);
    assert_int_equal(judging.findings.len, 1);
    judging_end(&judging);
}

static void check_none(const char *facts)
{
    struct judging judging;
    cleanup_api struct fp_api *api = api_of("a/A");
    judging_begin(&judging, "1.20.4", facts);
    judging.input.api = api;
    judging_judge(&judging);
    if (judging.findings.len > 0)
        fail_msg("%s: %s", judging.findings.items[0].name, judging.findings.items[0].what);
    judging_end(&judging);
}

#define SQL(options)                                                                               \
    "'ddl':[{'text':'CREATE TABLE t (a INT) WITH (" options ")','by':'com/acme/Job'}]"
#define Q "\\u0027"

static void test_connectors(void **state)
{
    (void) state;
    check(USES_KAFKA, "connector-missing", FP_SEVERITY_WARNING, "flink-sql-connector-kafka");
    check_none(USES_KAFKA "," LIST "['" KAFKA "']}");
    check_none(SQL(Q "connector" Q "=\\n" Q "datagen" Q ", " Q "value.format" Q "=" Q "csv" Q));
    check_none(SQL(Q "connector" Q "=" Q Q));
    check_none(SQL(Q "connector" Q "=" Q "${x}" Q));
    check_none(SQL(Q "connector" Q "=" Q "kafka"));
    check_none(SQL("connector" Q "=" Q "kafka" Q));
    check(SQL(Q "connector" Q "=" Q "print" Q ", " Q "key.format" Q "=" Q "avro" Q),
          "format-missing", FP_SEVERITY_WARNING, "flink-sql-avro");
    check(SQL(Q "connector" Q "=" Q "no-such-thing" Q), "connector-missing", FP_SEVERITY_WARNING,
          "no-such-thing");
}

/* A factory that is not known may be anybody's, a catalog's is none of a connector. */
static void test_unknown_factories(void **state)
{
    (void) state;
    check_none(USES_KAFKA "," LIST "['com.acme.KafkaTableFactory']}");
    check_none(SQL(Q "connector" Q "=" Q "mine" Q) "," LIST "['com.acme.Factory']}");
    check(USES_KAFKA "," LIST "['com.acme.MyCatalogFactory']}", "connector-missing",
          FP_SEVERITY_WARNING, "kafka");
}

static void test_factory_of_flinks_lib(void **state)
{
    struct judging judging;
    cleanup_api struct fp_api *api =
        api_of("org/apache/flink/streaming/connectors/kafka/table/KafkaDynamicTableFactory");
    (void) state;
    judging_begin(&judging, "1.20.4", USES_KAFKA);
    judging.input.api = api;
    judging_judge(&judging);
    assert_int_equal(judging.findings.len, 0);
    judging_end(&judging);
}

static void test_lost(void **state)
{
    (void) state;
    check(USES_KAFKA ",'factories':['" KAFKA "','" JDBC "']," LIST "['" JDBC "']}", "services-lost",
          FP_SEVERITY_WARNING, "flink-sql-connector-kafka");
    check("'factories':['" KAFKA "']", "services-lost", FP_SEVERITY_INFO,
          "ServicesResourceTransformer");
    check_none("'factories':['" KAFKA "']," LIST "['" KAFKA "']}");
    check_none("'factories':['com.acme.MyTableFactory']");
    check_none("'factories':['org.apache.flink.formats.json.JsonFormatFactory']");
}

static void test_missing(void **state)
{
    (void) state;
    check(SQL("") ",'servicesAbsent':{'" FP_FACTORIES "':['a.A','b.B']}", "service-missing",
          FP_SEVERITY_WARNING, "the list names b.B");
    check("'servicesAbsent':{'java.sql.Driver':['b.B']}", "service-missing", FP_SEVERITY_INFO,
          "META-INF/services/java.sql.Driver");
    check_none("'servicesAbsent':{'" FP_FACTORIES "':['a.A']}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connectors),
        cmocka_unit_test(test_unknown_factories),
        cmocka_unit_test(test_factory_of_flinks_lib),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
