/* Settings of Flink, judged by version: each row is one that Flink itself was seen to take, to
 * ignore or to refuse. */
#include "flinkpack/judge/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SETTINGS_MAX 16

/* Judge "KEY=VALUE KEY=VALUE ...". */
static void judge_from(const char *version, const char *settings, const char *from, bool is_whole,
                       struct fp_findings *ret)
{
    struct fp_flink_version parsed;
    struct fp_judged_setting items[SETTINGS_MAX];
    cleanup_strv struct fp_strv pairs = {0};
    assert_int_equal(fp_flink_version_parse(version, &parsed, NULL), FP_OK);
    fp_strv_split(&pairs, settings, ' ');
    assert_true(pairs.len <= SETTINGS_MAX);
    for (size_t i = 0; i < pairs.len; i++) {
        char *equals = strchr(pairs.items[i], '=');
        assert_non_null(equals);
        *equals = '\0';
        items[i] = (struct fp_judged_setting){pairs.items[i], equals + 1, from};
    }
    fp_judge_settings(&parsed, items, pairs.len, is_whole, ret);
    fp_findings_sort(ret);
}

/* The findings as "SEVERITY NAME KEY, ...". */
static void expect(const char *version, const char *settings, const char *findings)
{
    cleanup_findings struct fp_findings found = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    judge_from(version, settings, "--conf", false, &found);
    for (size_t i = 0; i < found.len; i++)
        fp_buf_putf(&text, "%s%s %s %s", i > 0 ? ", " : "",
                    fp_severity_name(found.items[i].severity), found.items[i].name,
                    found.items[i].entry);
    if (strcmp(fp_buf_text(&text), findings) != 0)
        fail_msg("%s %s: %s\nexpected: %s (%s)", version, settings, fp_buf_text(&text), findings,
                 found.len > 0 ? found.items[0].what : "");
}

static void test_keys_of_other_versions(void **state)
{
    (void) state;
    expect("2.3.0", "jobmanager.heap.size=1024m", "warning conf-version jobmanager.heap.size");
    expect("2.3.0", "taskmanager.heap.mb=1024", "warning conf-version taskmanager.heap.mb");
    expect("1.20.4", "containerized.heap-cutoff-ratio=0.3", "");
    expect("1.12.7", "taskmanager.memory.fraction=0.5",
           "warning conf-version taskmanager.memory.fraction");
    expect("1.19.3", "execution.checkpointing.dir=s3://b/c",
           "warning conf-version execution.checkpointing.dir");
    expect("1.16.3", "pekko.ask.timeout=10s", "warning conf-version pekko.ask.timeout");
    expect("1.20.4", "state.backend=rocksdb", "info conf-version state.backend");
    expect("1.16.3", "state.backend=rocksdb", "");
    expect("1.20.4", "taskmanager.memory.size=512m", "info conf-version taskmanager.memory.size");
    expect("1.6.4", "query.server.ports=6125", "");
    expect("1.5.6", "taskmanager.heap.size=1", "");
}

static void test_a_newer_key_is_advised_by_its_older_name(void **state)
{
    (void) state;
    cleanup_findings struct fp_findings found = {0};
    judge_from("1.16.3", "pekko.ask.timeout=10s", "conf/flink-conf.yaml", false, &found);
    assert_int_equal(found.len, 1);
    assert_string_equal(found.items[0].where, "conf/flink-conf.yaml");
    assert_string_equal(found.items[0].what,
                        "Flink 1.16.3 has no such option yet; 1.18 was the first");
    assert_string_equal(found.items[0].effect, "Flink ignores the setting");
    assert_string_equal(found.items[0].advice, "set akka.ask.timeout");
}

static void test_a_gone_key_is_advised_by_what_replaced_it(void **state)
{
    (void) state;
    cleanup_findings struct fp_findings found = {0};
    judge_from("2.3.0", "jobmanager.heap.size=1024m", "--conf", false, &found);
    assert_int_equal(found.len, 1);
    assert_string_equal(found.items[0].what,
                        "Flink 2.3.0 has no such option any more; 1.20 was the last");
    assert_string_equal(found.items[0].advice, "set jobmanager.memory.process.size");
}

static void test_slips(void **state)
{
    (void) state;
    expect("1.20.4", "state.backend.typ=rocksdb", "warning conf-unknown state.backend.typ");
    expect("1.20.4", "taskmanger.numberOfTaskSlots=4",
           "warning conf-unknown taskmanger.numberOfTaskSlots");
    expect("1.20.4", "taskmanager.number-of-task-slots=4",
           "warning conf-unknown taskmanager.number-of-task-slots");
    expect("1.20.4", "taskmanager.memory.size.process=4g",
           "warning conf-unknown taskmanager.memory.size.process");
    expect("1.20.4", "restart-strategy.fixed-delay.attempt=4",
           "warning conf-unknown restart-strategy.fixed-delay.attempt");
    expect("1.20.4", "execution.checkpointing.intervals=10s",
           "warning conf-unknown execution.checkpointing.intervals");
}

static void test_a_slip_is_told_with_the_option(void **state)
{
    (void) state;
    cleanup_findings struct fp_findings found = {0};
    judge_from("1.20.4", "state.backend.typ=rocksdb", "--conf", false, &found);
    assert_int_equal(found.len, 1);
    assert_string_equal(found.items[0].what, "no option of Flink 1.20.4");
    assert_string_equal(found.items[0].advice, "did you mean state.backend.type?");
}

/* Whoever has a key of their own in the configuration is told nothing. */
static void test_keys_of_others(void **state)
{
    (void) state;
    static const char *const KEYS[] = {
        "my.job.topic=orders",
        "com.acme.timeout=abc",
        "topic=orders",
        "db.url=jdbc:x",
        "metrics.reporter.prom.factory.class=org.x.Y",
        "metrics.reporter.prom.port=9249-9260",
        "metrics.reporter.my.interval=60",
        "metrics.reporter.my.anything=x",
        "s3.access-key=x",
        "s3.access.key=x",
        "s3a.path.style.access=true",
        "fs.s3a.endpoint=http://minio",
        "fs.azure.account.key.acme.blob.core.windows.net=x",
        "env.java.opts.all=-Dx",
        "env.java.opts.taskmanager=-Dx",
        "env.log.dir=/x",
        "env.hadoop.conf.dir=/x",
        "containerized.master.env.PATH=x",
        "kubernetes.operator.savepoint.history.max.age=24h",
        "job.autoscaler.enabled=true",
        "kubernetes.cluster-id=orders",
        "kubernetes.jobmanager.labels=a:b",
        "kubernetes.jobmanager.labels.team=orders",
        "high-availability.type=kubernetes",
        "high-availability.storageDir=s3://b/ha",
        "security.ssl.rest.enabled=true",
        "pipeline.global-job-parameters.topic=orders",
        "pipeline.global-job-parameters=topic:orders",
        "table.exec.mini-batch.enabled=true",
        "python.fn-execution.bundle.size=1000",
        "state.backend.rocksdb.predefined-options=FLASH_SSD_OPTIMIZED",
        "state.backend.type=com.acme.MyFactory",
        "historyserver.archive.fs.dir=s3://x",
        "jobmanager.archive.fs.dir=s3://x",
        "web.submit.enable=false",
        "taskmanager.numberOfTaskSlots=${SLOTS}",
        "zookeeper.sasl.disable=true",
        "external-resource.gpu.amount=2",
        "external-resources=gpu",
        "rest.host=acme",
        "jobmanager.rpc.address=orders",
        "classloader.resolve-order=parent-first",
        "yarn.application.name=orders",
        "flink.hadoop.fs.defaultFS=x",
    };
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        expect("1.20.4", KEYS[i], "");
        expect("2.3.0", KEYS[i], "");
    }
}

static void test_values(void **state)
{
    (void) state;
    expect("1.20.4", "state.backend.type=rocksdbb", "error conf-value state.backend.type");
    expect("1.16.3", "state.backend=rocksdbb", "error conf-value state.backend");
    expect("2.3.0", "state.backend.type=filesystem", "error conf-value state.backend.type");
    expect("1.20.4", "state.backend.type=FileSystem", "");
    expect("2.3.0", "state.backend.type=forst", "");
    expect("1.20.4", "restart-strategy.type=fixed_delay", "error conf-value restart-strategy.type");
    expect("1.20.4", "restart-strategy.type=Fixed-Delay", "");
    expect("1.20.4", "taskmanager.numberOfTaskSlots=four",
           "error conf-value taskmanager.numberOfTaskSlots");
    expect("1.20.4", "taskmanager.numberOfTaskSlots='4'", "");
    expect("1.20.4", "taskmanager.numberOfTaskSlots=4.0",
           "error conf-value taskmanager.numberOfTaskSlots");
    expect("1.20.4", "parallelism.default=2147483648", "error conf-value parallelism.default");
    expect("1.9.3", "taskmanager.numberOfTaskSlots=four",
           "warning conf-value taskmanager.numberOfTaskSlots");
    expect("1.20.4", "execution.checkpointing.interval=10sec", "");
    expect("2.3.0", "execution.checkpointing.interval=PT10S", "");
    expect("1.20.4", "execution.checkpointing.interval=1.5min",
           "error conf-value execution.checkpointing.interval");
    expect("1.20.4", "taskmanager.memory.process.size=1.5g",
           "error conf-value taskmanager.memory.process.size");
    expect("1.20.4", "taskmanager.memory.process.size=2gi",
           "error conf-value taskmanager.memory.process.size");
    expect("1.20.4", "taskmanager.memory.process.size=2GB", "");
    expect("1.20.4", "execution.checkpointing.unaligned.enabled=yes",
           "error conf-value execution.checkpointing.unaligned.enabled");
    expect("1.20.4", "execution.checkpointing.unaligned.enabled=TRUE", "");
    expect("1.20.4", "execution.runtime-mode=batch", "");
    expect("1.20.4", "execution.runtime-mode=baatch", "error conf-value execution.runtime-mode");
    expect("1.20.4", "execution.checkpointing.mode=EXACTLY_ONCE", "");
    expect("1.20.4", "parallelism.default=four parallelism.default=4", "");
    expect("1.20.4", "historyserver.archive.clean-expired-jobs=1",
           "warning conf-value historyserver.archive.clean-expired-jobs");
}

static void test_memory(void **state)
{
    (void) state;
    expect("1.20.4", "taskmanager.memory.process.size=1728m", "");
    expect("1.20.4", "taskmanager.memory.process.size=400m",
           "error conf-memory taskmanager.memory.process.size");
    expect("2.3.0",
           "taskmanager.memory.process.size=2g taskmanager.memory.managed.size=1g "
           "taskmanager.memory.task.heap.size=1g",
           "error conf-memory taskmanager.memory.task.heap.size");
    expect("1.20.4", "taskmanager.memory.flink.size=2g",
           "warning conf-memory taskmanager.memory.flink.size");
    expect("1.20.4", "taskmanager.memory.process.size=3g taskmanager.memory.flink.size=2g", "");
    expect("1.20.4", "jobmanager.memory.process.size=300m",
           "error conf-memory jobmanager.memory.process.size");
    expect("1.20.4", "jobmanager.memory.heap.size=1g", "");
    expect("1.20.4", "jobmanager.memory.heap.size=2g",
           "warning conf-memory jobmanager.memory.heap.size");
    expect("1.20.4", "taskmanager.memory.network.min=2g taskmanager.memory.network.max=1g",
           "warning conf-memory taskmanager.memory.network.max");
    expect("1.9.3", "taskmanager.heap.size=10m", "");
}

/* Where all settings are known, nothing is assumed beside them. */
static void test_memory_of_a_whole_file(void **state)
{
    (void) state;
    cleanup_findings struct fp_findings found = {0};
    judge_from("1.20.4", "taskmanager.memory.flink.size=2g jobmanager.memory.heap.size=2g",
               "conf/config.yaml", true, &found);
    assert_int_equal(found.len, 0);
    judge_from("1.20.4", "taskmanager.memory.managed.size=2g", "conf/config.yaml", true, &found);
    assert_int_equal(found.len, 1);
    assert_int_equal(found.items[0].severity, FP_SEVERITY_ERROR);
}

/* However many settings somebody has, judging them takes no time to speak of. */
static void test_many_settings(void **state)
{
    (void) state;
    enum { MANY = 20000 };
    cleanup_findings struct fp_findings found = {0};
    cleanup_strv struct fp_strv keys = {0};
    struct fp_flink_version version;
    struct fp_judged_setting *items = fp_xcalloc(MANY, sizeof(*items));
    assert_int_equal(fp_flink_version_parse("1.20.4", &version, NULL), FP_OK);
    for (size_t i = 0; i < MANY; i++)
        fp_strv_addf(&keys, "taskmanager.memory.process.size%zu", i);
    for (size_t i = 0; i < MANY; i++)
        items[i] = (struct fp_judged_setting){keys.items[i], "1g", "--conf"};
    fp_judge_settings(&version, items, MANY, false, &found);
    assert_int_equal(found.len, FP_FINDINGS_OF_NAME);
    free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_of_other_versions),
        cmocka_unit_test(test_a_newer_key_is_advised_by_its_older_name),
        cmocka_unit_test(test_a_gone_key_is_advised_by_what_replaced_it),
        cmocka_unit_test(test_slips),
        cmocka_unit_test(test_a_slip_is_told_with_the_option),
        cmocka_unit_test(test_keys_of_others),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_memory_of_a_whole_file),
        cmocka_unit_test(test_many_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
