#include "deploy_test.h"

#include "result.h"

static void check(const char *before, const char *patch, bool is_merge, const char *after)
{
    struct fp_error err = {0};
    cleanup_json json_t *documents = json_loads(before, 0, NULL);
    cleanup_json json_t *change = json_loads(patch, 0, NULL);
    assert_non_null(documents);
    assert_non_null(change);
    const struct fp_deploy_patch one = {"patch.yaml", change, is_merge};
    assert_ok(fp_patch_apply(&one, documents, &err), err);
    cleanup_free char *text = fp_json_canonical(documents);
    assert_string_equal(text, after);
}

#define POD(list) "[{\"kind\":\"A\",\"spec\":{\"containers\":" list "}}]"

static void strategic_patches_merge_lists_by_their_key(void **state)
{
    (void) state;
    check(POD("[{\"name\":\"x\",\"a\":1},{\"name\":\"y\"}]"),
          "{\"kind\":\"A\",\"spec\":{\"containers\":[{\"name\":\"x\",\"b\":2},{\"name\":\"z\"}]}}",
          false, POD("[{\"a\":1,\"b\":2,\"name\":\"x\"},{\"name\":\"y\"},{\"name\":\"z\"}]"));
    check(POD("[{\"name\":\"x\",\"a\":1},{\"name\":\"y\"}]"),
          "{\"kind\":\"A\",\"spec\":{\"containers\":[{\"name\":\"x\",\"$patch\":\"delete\"}]}}",
          false, POD("[{\"name\":\"y\"}]"));
    check("[{\"kind\":\"A\",\"args\":[\"a\",\"b\"]}]", "{\"kind\":\"A\",\"args\":[\"c\"]}", false,
          "[{\"args\":[\"c\"],\"kind\":\"A\"}]");
    check("[{\"kind\":\"A\",\"s\":{\"a\":1}}]",
          "{\"kind\":\"A\",\"s\":{\"$patch\":\"replace\",\"b\":2}}", false,
          "[{\"kind\":\"A\",\"s\":{\"b\":2}}]");
}

static void directives_delete_and_replace(void **state)
{
    (void) state;
    check("[{\"kind\":\"A\",\"s\":{\"a\":1},\"t\":1}]",
          "{\"kind\":\"A\",\"s\":{\"$patch\":\"delete\"}}", false, "[{\"kind\":\"A\",\"t\":1}]");
    check(POD("[{\"name\":\"x\",\"a\":1},{\"name\":\"y\"}]"),
          "{\"kind\":\"A\",\"spec\":{\"containers\":[{\"name\":\"z\"},{\"$patch\":\"replace\"}]}}",
          false, POD("[{\"name\":\"z\"}]"));
    check("[{\"kind\":\"A\"},{\"kind\":\"B\"},{\"kind\":\"A\"}]",
          "{\"kind\":\"A\",\"$patch\":\"delete\"}", false, "[{\"kind\":\"B\"}]");
    /* New objects are created without the directives. */
    check(POD("[{\"name\":\"x\"}]"),
          "{\"kind\":\"A\",\"spec\":{\"containers\":[{\"name\":\"y\",\"$patch\":\"replace\","
          "\"s\":{\"$patch\":\"merge\",\"a\":1}}]}}",
          false, POD("[{\"name\":\"x\"},{\"name\":\"y\",\"s\":{\"a\":1}}]"));
    check("[{\"kind\":\"A\"}]",
          "{\"kind\":\"A\",\"env\":[{\"name\":\"x\",\"$patch\":\"delete\"},{\"name\":\"y\"}],"
          "\"envFrom\":[{\"$patch\":\"replace\"},{\"prefix\":\"p\"}]}",
          false, "[{\"env\":[{\"name\":\"y\"}],\"envFrom\":[{\"prefix\":\"p\"}],\"kind\":\"A\"}]");
    check("[{\"kind\":\"A\",\"l\":[1]}]",
          "{\"kind\":\"A\",\"l\":[{\"s\":{\"$patch\":\"replace\",\"a\":1},"
          "\"env\":[{\"name\":\"x\",\"$patch\":\"delete\"}]},[{\"$patch\":\"merge\",\"b\":2}]]}",
          false, "[{\"kind\":\"A\",\"l\":[{\"env\":[],\"s\":{\"a\":1}},[{\"b\":2}]]}]");
    static const struct {
        const char *patch, *text;
        bool is_merge;
    } wrong[] = {
        {"{\"kind\":\"A\",\"s\":{\"$patch\":\"delete\"}}",
         "patch.yaml: $patch means nothing in a JSON merge patch", true},
        {"{\"kind\":\"A\",\"s\":{\"$patch\":\"remove\"}}",
         "patch.yaml: $patch: expected delete, replace or merge", false},
        {"{\"kind\":\"A\",\"s\":[{\"$retainKeys\":[\"a\"]}]}",
         "patch.yaml: the directive $retainKeys is not supported", false},
        {"{\"kind\":\"A\",\"tolerations\":[{\"key\":\"a\",\"$patch\":\"delete\"}]}",
         "patch.yaml: tolerations: this list is replaced as a whole, $patch finds nothing in it",
         false},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct fp_error err = {0};
        cleanup_json json_t *documents = json_loads("[{\"kind\":\"A\"}]", 0, NULL);
        cleanup_json json_t *change = json_loads(wrong[i].patch, 0, NULL);
        const struct fp_deploy_patch one = {"patch.yaml", change, wrong[i].is_merge};
        assert_int_equal(fp_patch_apply(&one, documents, &err), FP_E_INPUT);
        assert_string_equal(err.text, wrong[i].text);
    }
}

/* The examples of RFC 7396, appendix A, that are about objects. */
static void merge_patches_do_as_the_rfc_says(void **state)
{
    (void) state;
    static const struct {
        const char *before, *patch, *after;
    } cases[] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"{\"e\":null}", "{\"a\":1}", "{\"a\":1,\"e\":null}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_free char *before = fp_xasprintf("[%s]", cases[i].before);
        cleanup_free char *after = fp_xasprintf("[%s]", cases[i].after);
        check(before, cases[i].patch, true, after);
    }
}

static void a_patch_finds_what_it_is_for(void **state)
{
    (void) state;
    static const char before[] = "[{\"kind\":\"A\",\"metadata\":{\"name\":\"x\"}},"
                                 "{\"kind\":\"A\",\"metadata\":{\"name\":\"y\"}},{\"kind\":\"B\"}]";
    check(before, "{\"kind\":\"A\",\"metadata\":{\"name\":\"y\"},\"z\":1}", false,
          "[{\"kind\":\"A\",\"metadata\":{\"name\":\"x\"}},"
          "{\"kind\":\"A\",\"metadata\":{\"name\":\"y\"},\"z\":1},{\"kind\":\"B\"}]");
    struct fp_error err = {0};
    cleanup_json json_t *documents = json_loads(before, 0, NULL);
    cleanup_json json_t *other = json_loads("{\"kind\":\"C\",\"a\":1}", 0, NULL);
    const struct fp_deploy_patch patch = {"patch.yaml", other, false};
    assert_int_equal(fp_patch_apply(&patch, documents, &err), FP_E_INPUT);
    assert_string_equal(err.text, "patch.yaml: there is no C to change");
    cleanup_json json_t *comment = json_loads("{\"kind\":\"A\",\"a\":[{\"#b\":\"c\"}]}", 0, NULL);
    const struct fp_deploy_patch hostile = {"patch.yaml", comment, false};
    assert_int_equal(fp_patch_apply(&hostile, documents, &err), FP_E_INPUT);
    assert_string_equal(err.text, "patch.yaml: a key begins with '#'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strategic_patches_merge_lists_by_their_key),
        cmocka_unit_test(directives_delete_and_replace),
        cmocka_unit_test(merge_patches_do_as_the_rfc_says),
        cmocka_unit_test(a_patch_finds_what_it_is_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
