/* Tests limits and interrupts of the resolver. Its other tests are in tests/data/alpine/solver. */
#include <signal.h>

#include "alpine_test.h"

/* Resolve a request. `text` is an index and is consumed. */
static enum fp_code resolve(struct fp_buf *text, const char *request, struct fp_error *err)
{
    cleanup_apk_index struct fp_apk_index installed = {0};
    cleanup_apk_index struct fp_apk_index repository = {0};
    cleanup_apk_answer struct fp_apk_answer answer = {0};
    cleanup_strv struct fp_strv requests = {0};
    const struct fp_apk_index *repositories[] = {&repository};
    assert_int_equal(fp_buf_check(text, NULL), FP_OK);
    assert_int_equal(fp_apk_index_parse(fp_buf_take(text), "idx", &repository, NULL), FP_OK);
    fp_strv_add(&requests, request);
    struct fp_apk_question question = {.installed = &installed,
                                       .repositories = repositories,
                                       .repository_count = 1,
                                       .requests = &requests};
    return fp_apk_resolve(&question, &answer, err);
}

/* Expect that the resolver gives up, because no user would wait so long. */
static void expect_entangled(struct fp_buf *text, const char *request)
{
    struct fp_error err = {0};
    assert_int_equal(resolve(text, request, &err), FP_E_INPUT);
    assert_text_has(err.text, "too entangled");
}

#define STANZA "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nI:1\nV:1\nP:p%u\n"

/* Each package depends on the next. All provide a name, and all exclude a version of it. A
 * repository needs only two megabytes for this. */
static void test_entangled(void **state)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(8 << 20);
    (void) state;
    for (unsigned i = 0; i < 20000; i++)
        fp_buf_putf(&text, STANZA "p:x\nD:p%u !x=9\n\n", i, i < 19999 ? i + 1 : i);
    expect_entangled(&text, "p0");
}

/* Each package is installed because of the one after it in the list, and a long list of conditions
 * is checked again each time. */
static void test_entangled_conditions(void **state)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(8 << 20);
    (void) state;
    fp_buf_putf(&text, STANZA "i:", 0);
    for (unsigned i = 0; i < 20000; i++)
        fp_buf_putf(&text, "!n%u ", i);
    fp_buf_puts(&text, "never\n\n");
    for (unsigned i = 2000; i > 1; i--)
        fp_buf_putf(&text, STANZA "i:p%u\n\n", i, i - 1);
    fp_buf_putf(&text, STANZA "\n", 1);
    expect_entangled(&text, "p1");
}

static void test_an_interrupt(void **state)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(1000);
    struct fp_error err = {0};
    struct fp_cancel cancel = {0};
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&cancel);
    (void) state;
    fp_buf_putf(&text, STANZA "\n", 1);
    assert_true(fp_cancel(&cancel, SIGTERM));
    assert_int_equal(resolve(&text, "p1", &err), FP_E_INTERRUPTED);
    assert_text_has(err.text, "terminated");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entangled),
        cmocka_unit_test(test_entangled_conditions),
        cmocka_unit_test(test_an_interrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
