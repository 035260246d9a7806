/** References to Flink's classes and members, with an index of them and without one. */
#include "judging.h"

#include "api_build.h"
#include "history.h"
#include "signature.h"

#define DATA_SET                                                                                   \
    "{'class':'org/apache/flink/api/java/DataSet','by':'com/acme/"                                 \
    "Job','reached':true,'own':true,'sure':true}"
#define BATCH                                                                                      \
    "{'class':'org/apache/flink/api/java/ExecutionEnvironment','member':'execute','descriptor':"   \
    "'()V','by':'com/acme/Job','reached':true,'own':true,'sure':true}"

#define OWN    ",'by':'com/acme/Job','reached':true,'own':true,'sure':true}"
#define STREAM "{'class':'org/apache/flink/streaming/api/datastream/DataStream'"

static struct fp_class_text text_of(const char *text)
{
    return (struct fp_class_text){.data = text, .len = strlen(text)};
}

static void add_class(struct fp_api_builder *builder, const char *name)
{
    assert_true(fp_api_builder_class(builder, name, strlen(name)));
    fp_api_builder_record(builder);
    fp_api_builder_super(builder, text_of("java/lang/Object"));
}

/* An index of a DataStream with one method, and of a MapFunction. */
static struct fp_api *small_api(void)
{
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api_builder *builder = fp_api_builder_new();
    struct fp_api *api = NULL;
    add_class(builder, "org/apache/flink/streaming/api/datastream/DataStream");
    fp_api_builder_member(builder, text_of("print"), text_of("()V"));
    add_class(builder, "org/apache/flink/api/common/functions/MapFunction");
    fp_api_builder_finish(builder, &bytes);
    assert_int_equal(fp_api_parse(bytes.data, bytes.len, "index", &api, NULL), FP_OK);
    return api;
}

static void test_removed_without_index(void **state)
{
    struct judging judging;
    (void) state;
    judging_begin(&judging, "2.0.0", "'flink':[" DATA_SET "," BATCH "]");
    judging_judge(&judging);
    judging_expect(&judging, "flink-api-removed", FP_SEVERITY_ERROR,
                   "com.acme.Job uses org.apache.flink.api.java.DataSet and 1 more: Flink 2.0 "
                   "removed the DataSet API");
    assert_int_equal(judging.findings.len, 1);
    judging_end(&judging);
    judging_begin(&judging, "1.20.4", "'flink':[" DATA_SET "," BATCH "]");
    judging_judge(&judging);
    assert_int_equal(judging.findings.len, 0);
    judging_end(&judging);
}

/* Of methods with one name some may be left. */
static void test_overloads(void **state)
{
    struct judging judging;
    (void) state;
    judging_begin(&judging, "2.0.0",
                  "'flink':[" STREAM ",'member':'keyBy','descriptor':'([I)Lx;'" OWN "," STREAM
                  ",'member':'keyBy','descriptor':'(Lorg/apache/flink/api/java/functions/"
                  "KeySelector;)Lx;'" OWN "]");
    judging_judge(&judging);
    judging_expect(&judging, "flink-api-removed", FP_SEVERITY_ERROR, "DataStream.keyBy(int[]):");
    assert_int_equal(judging.findings.len, 1);
    judging_end(&judging);
}

/* What several classes pass on is missing only if none has it. */
static void test_several_receivers(void **state)
{
    static const char FORMAT[] =
        "'flink':[{'class':'org/apache/flink/api/common/functions/MapFunction','or':["
        "'org/apache/flink/streaming/api/datastream/DataStream'],'member':'%s','descriptor':'()V'"
        ",'by':'com/acme/Job','reached':true,'own':true,'sure':true}]";
    struct judging judging;
    cleanup_api struct fp_api *api = small_api();
    cleanup_free char *there = fp_xasprintf(FORMAT, "print");
    cleanup_free char *missing = fp_xasprintf(FORMAT, "draw");
    (void) state;
    judging_begin(&judging, "1.20.4", there);
    judging.input.api = api;
    judging_judge(&judging);
    assert_int_equal(judging.findings.len, 0);
    judging_end(&judging);
    judging_begin(&judging, "1.20.4", missing);
    judging.input.api = api;
    judging_judge(&judging);
    judging_expect(&judging, "flink-member", FP_SEVERITY_ERROR, "MapFunction.draw()");
    judging_end(&judging);
}

/* What the job is not sure to come to is no error, nor is what may be elsewhere. */
static void test_severity(void **state)
{
    struct judging judging;
    (void) state;
    judging_begin(&judging, "2.0.0", "'flink':[" DATA_SET "]");
    judging.input.is_whole = false;
    judging_judge(&judging);
    judging_expect(&judging, "flink-api-removed", FP_SEVERITY_WARNING, "DataSet");
    judging_end(&judging);
    judging_begin(&judging, "2.0.0", "'nested':['lib/x.jar'],'flink':[" DATA_SET "]");
    judging_judge(&judging);
    judging_expect(&judging, "flink-api-removed", FP_SEVERITY_WARNING, "DataSet");
    judging_end(&judging);
    judging_begin(&judging, "2.0.0",
                  "'flink':[{'class':'org/apache/flink/api/java/DataSet','by':'lib/X',"
                  "'reached':true,'own':false}]");
    judging_judge(&judging);
    judging_expect(&judging, "flink-api-removed", FP_SEVERITY_INFO, "lib.X");
    judging_end(&judging);
    judging_begin(&judging, "2.0.0",
                  "'flink':[{'class':'org/apache/flink/api/java/DataSet','by':'com/acme/Job$A',"
                  "'reached':true,'own':true}]");
    judging_judge(&judging);
    judging_expect(&judging, "flink-api-removed", FP_SEVERITY_WARNING, "com.acme.Job$A");
    judging_end(&judging);
    judging_begin(&judging, "2.0.0",
                  "'flink':[{'class':'org/apache/flink/api/java/DataSet','by':'com/acme/Old',"
                  "'reached':false,'own':true}]");
    judging_judge(&judging);
    judging_expect(&judging, "flink-api-removed", FP_SEVERITY_INFO, "com.acme.Old");
    judging_end(&judging);
}

static void test_library_has_no_errors(void **state)
{
    struct judging judging;
    (void) state;
    judging_begin(&judging, "2.0.0", "'flink':[" DATA_SET "]");
    json_object_del(judging.facts, "entry");
    judging_judge(&judging);
    judging_expect(&judging, "flink-api-removed", FP_SEVERITY_INFO, "DataSet");
    judging_end(&judging);
}

static void test_not_yet(void **state)
{
    static const char FACTS[] =
        "'flink':[{'class':'org/apache/flink/api/connector/sink2/Sink','by':'com/acme/Job',"
        "'reached':true,'own':true,'sure':true}]";
    struct judging judging;
    (void) state;
    judging_begin(&judging, "1.14.6", FACTS);
    judging_judge(&judging);
    judging_expect(&judging, "flink-class", FP_SEVERITY_ERROR, "it came with Flink 1.15");
    judging_end(&judging);
    judging_begin(&judging, "1.15.0", FACTS);
    judging_judge(&judging);
    assert_int_equal(judging.findings.len, 0);
    judging_end(&judging);
}

static void test_index(void **state)
{
    struct judging judging;
    cleanup_api struct fp_api *api = small_api();
    (void) state;
    judging_begin(&judging, "1.20.4",
                  "'flink':[" STREAM OWN "," STREAM ",'member':'print','descriptor':'()V'" OWN
                  "," STREAM ",'member':'print','descriptor':'(Ljava/lang/String;[I)V'" OWN
                  ",{'class':'org/apache/flink/connector/jdbc/JdbcSink'" OWN
                  ",{'class':'org/apache/flink/connector/jdbc/JdbcSink$A'" OWN
                  ",{'class':'org/apache/flink/api/java/DataSet'" OWN "]");
    judging.input.api = api;
    judging_judge(&judging);
    judging_expect(&judging, "flink-member", FP_SEVERITY_ERROR, "DataStream.print(String, int[])");
    judging_expect(&judging, "flink-class", FP_SEVERITY_ERROR, "which Flink 1.20.4 does not have");
    assert_int_equal(judging.findings.len, 3);
    assert_non_null(strstr(judging.findings.items[1].advice, "flink-connector-jdbc"));
    judging_end(&judging);
}

/* A class that is missing is told, not each method that takes one. */
static void test_consequences(void **state)
{
    struct judging judging;
    cleanup_api struct fp_api *api = small_api();
    (void) state;
    judging_begin(&judging, "2.0.0",
                  "'flink':[" STREAM ",'member':'addSink','descriptor':"
                  "'(Lorg/apache/flink/streaming/api/functions/sink/SinkFunction;)V'" OWN
                  ",{'class':'org/apache/flink/streaming/api/functions/sink/SinkFunction'" OWN "]");
    judging.input.api = api;
    judging_judge(&judging);
    judging_expect(&judging, "flink-api-removed", FP_SEVERITY_ERROR, "legacy");
    assert_int_equal(judging.findings.len, 1);
    judging_end(&judging);
}

/* The index is right where the table says otherwise. */
static void test_index_over_table(void **state)
{
    struct judging judging;
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api_builder *builder = fp_api_builder_new();
    cleanup_api struct fp_api *api = NULL;
    (void) state;
    add_class(builder, "org/apache/flink/api/java/DataSet");
    fp_api_builder_finish(builder, &bytes);
    assert_int_equal(fp_api_parse(bytes.data, bytes.len, "index", &api, NULL), FP_OK);
    judging_begin(&judging, "2.0.0", "'flink':[" DATA_SET "]");
    judging.input.api = api;
    judging_judge(&judging);
    assert_int_equal(judging.findings.len, 0);
    judging_end(&judging);
}

static void check_rows(const struct fp_api_change *rows, bool has_instead)
{
    static const char LETTERS[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/#$*?();";
    for (; rows->patterns != NULL; rows++) {
        cleanup_strv struct fp_strv words = {0};
        fp_strv_split(&words, rows->patterns, ' ');
        assert_true(words.len > 0);
        assert_true(rows->major == 1 || rows->major == 2);
        assert_true((rows->api != NULL) == has_instead && (rows->instead != NULL) == has_instead);
        for (size_t i = 0; i < words.len; i++)
            if (strspn(words.items[i], LETTERS) != strlen(words.items[i]) ||
                strchr(words.items[i], '/') == NULL || words.items[i][0] == '/')
                fail_msg("'%s' is no pattern", words.items[i]);
    }
}

static void test_rows(void **state)
{
    (void) state;
    check_rows(fp_api_removals, true);
    check_rows(fp_api_additions, false);
}

static void test_signatures(void **state)
{
    static const char *const ROWS[][2] = {
        {NULL, "f"},
        {"()V", "f()"},
        {"(IJ[[ZLjava/util/Map$Entry;[La/B;)V", "f(int, long, boolean[][], Entry, B[])"},
        {"(Lbroken", "f(broken)"},
        {"(", "f()"},
        {"([", "f(?[])"},
        {"(L;)V", "f()"},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        cleanup_free char *words = fp_signature_words("f", ROWS[i][0]);
        assert_string_equal(words, ROWS[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_removed_without_index),
        cmocka_unit_test(test_severity),
        cmocka_unit_test(test_library_has_no_errors),
        cmocka_unit_test(test_not_yet),
        cmocka_unit_test(test_index),
        cmocka_unit_test(test_consequences),
        cmocka_unit_test(test_index_over_table),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_overloads),
        cmocka_unit_test(test_several_receivers),
        cmocka_unit_test(test_signatures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
