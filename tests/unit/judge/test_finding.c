/** Lists of findings: their order, bounds, and form in JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flinkpack/judge.h"

static struct fp_finding finding(const char *name, enum fp_severity severity, const char *entry)
{
    return (struct fp_finding){.name = fp_finding_name(name),
                               .severity = severity,
                               .where = fp_xstrdup("job.jar"),
                               .entry = fp_xstrdup(entry),
                               .what = fp_xstrdup("it is so")};
}

static void test_order_and_sameness(void **state)
{
    cleanup_findings struct fp_findings findings = {0};
    (void) state;
    fp_findings_add(&findings, finding("launcher", FP_SEVERITY_INFO, "b"));
    fp_findings_add(&findings, finding("launcher", FP_SEVERITY_INFO, "a"));
    fp_findings_add(&findings, finding("launcher", FP_SEVERITY_INFO, "a"));
    fp_findings_add(&findings, finding("class-missing", FP_SEVERITY_ERROR, "z"));
    fp_findings_sort(&findings);
    assert_int_equal(findings.len, 3);
    assert_string_equal(findings.items[0].entry, "z");
    assert_string_equal(findings.items[1].entry, "a");
    assert_string_equal(findings.items[2].entry, "b");
    assert_int_equal(fp_findings_count(&findings, FP_SEVERITY_INFO), 2);
}

static void test_allow(void **state)
{
    cleanup_findings struct fp_findings findings = {0};
    cleanup_strv struct fp_strv names = {0};
    (void) state;
    fp_findings_add(&findings, finding("launcher", FP_SEVERITY_ERROR, "a"));
    fp_findings_add(&findings, finding("manifest", FP_SEVERITY_WARNING, NULL));
    fp_strv_add(&names, "launcher");
    fp_findings_allow(&findings, &names);
    assert_int_equal(findings.len, 1);
    assert_string_equal(findings.items[0].name, "manifest");
}

static void test_bounded(void **state)
{
    cleanup_findings struct fp_findings findings = {0};
    (void) state;
    for (unsigned i = 0; i < 3 * FP_FINDINGS_OF_NAME; i++) {
        cleanup_free char *entry = fp_xasprintf("%u", i);
        fp_findings_add(&findings, finding("launcher", FP_SEVERITY_ERROR, entry));
    }
    assert_int_equal(findings.len, FP_FINDINGS_OF_NAME);
}

static void test_json(void **state)
{
    cleanup_findings struct fp_findings findings = {0};
    cleanup_findings struct fp_findings again = {0};
    (void) state;
    fp_findings_add(&findings, finding("launcher", FP_SEVERITY_ERROR, "a"));
    fp_findings_add(&findings, finding("manifest", FP_SEVERITY_INFO, NULL));
    cleanup_json json_t *json = fp_findings_json(&findings);
    assert_true(fp_findings_parse(json, &again));
    cleanup_json json_t *second = fp_findings_json(&again);
    assert_true(json_equal(json, second));
    fp_json_set_text(json_array_get(json, 0), "name", "of-another-version");
    assert_false(fp_findings_parse(json, &again));
    assert_int_equal(again.len, 2);
}

static void test_names_are_told(void **state)
{
    const char *about = NULL;
    size_t count = 0;
    (void) state;
    for (const char *name = NULL; (name = fp_finding_name_at(count, &about)) != NULL; count++) {
        assert_ptr_equal(fp_finding_name(name), name);
        assert_string_equal(fp_finding_about(name), about);
    }
    assert_true(count > 20);
    assert_null(fp_finding_name("nothing"));
    assert_null(fp_finding_about("nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_sameness),
        cmocka_unit_test(test_allow),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_names_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
