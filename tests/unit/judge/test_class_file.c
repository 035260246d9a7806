/** Class files: what they are, what they refer to, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "class_maker.h"
#include "judge/class_file.h"

static struct fp_buf make(void)
{
    struct class_maker class = class_begin("a/Job", "a/Base", 61);
    class_implement(&class, "a/First");
    class_implement(&class, "a/Second");
    class_put(&class.pool, 5, 1); /* a long takes two places */
    class_put(&class.pool, 0, 4);
    class_put(&class.pool, 0, 4);
    class.count += 2;
    class_ref(&class, 9, "x/Fields", "f", "[[Lx/Type;");
    class_ref(&class, 10, "x/Methods", "m", "(IJLx/One;[Lx/Two;)V");
    class_ref(&class, 11, "[Lx/Array;", "clone", "()Ljava/lang/Object;");
    class_class(&class, "[[I");
    class_string(&class, "s3://bucket");
    class_member(&class, FP_CLASS_PRIVATE, "field", "J");
    class_member(&class, FP_CLASS_PUBLIC | FP_CLASS_STATIC, "main", "([Ljava/lang/String;)V");
    class_inner(&class, "x/Outer$Inner", "x/Methods");
    return class_end(&class);
}

/* "com/example/Job", or "-". */
static const char *words(struct fp_class_text text)
{
    static char buffer[4][128];
    static unsigned turn;
    char *at = buffer[++turn % 4];
    (void) snprintf(at, sizeof(buffer[0]), "%.*s", (int) text.len, text.len > 0 ? text.data : "");
    return text.len > 0 ? at : "-";
}

static void test_what_it_is(void **state)
{
    cleanup_buf struct fp_buf bytes = make();
    struct fp_class_file file = {0};
    struct fp_class_member member;
    struct fp_class_cursor cursor = {0};
    (void) state;
    assert_true(fp_class_parse(&file, bytes.data, bytes.len));
    assert_int_equal(file.major, 61);
    assert_int_equal(file.access, 0x21);
    assert_true(fp_class_text_is(file.name, "a/Job"));
    assert_true(fp_class_text_is(file.super, "a/Base"));
    assert_int_equal(file.interface_count, 2);
    assert_true(fp_class_text_is(fp_class_interface(&file, 1), "a/Second"));
    assert_int_equal(fp_class_interface(&file, 2).len, 0);
    assert_true(fp_class_next_member(&file, &cursor, &member));
    assert_true(member.is_field);
    assert_int_equal(member.access, FP_CLASS_PRIVATE);
    assert_string_equal(words(member.name), "field");
    assert_true(fp_class_next_member(&file, &cursor, &member));
    assert_false(member.is_field);
    assert_string_equal(words(member.descriptor), "([Ljava/lang/String;)V");
    assert_false(fp_class_next_member(&file, &cursor, &member));
    fp_class_file_clear(&file);
}

static void test_references(void **state)
{
    cleanup_buf struct fp_buf bytes = make();
    cleanup_buf struct fp_buf seen = FP_BUF_INIT(4096);
    struct fp_class_file file = {0};
    struct fp_class_reference reference;
    unsigned index = 0;
    (void) state;
    assert_true(fp_class_parse(&file, bytes.data, bytes.len));
    while (fp_class_next_reference(&file, &index, &reference)) {
        cleanup_free char *line =
            fp_xasprintf("%c%s%s %s %s %s\n", "CFMS"[reference.kind], reference.is_array ? "[" : "",
                         reference.may_be_nominal ? "?" : "", words(reference.text),
                         words(reference.member), words(reference.descriptor));
        fp_buf_put(&seen, line, strlen(line));
    }
    assert_string_equal(fp_buf_text(&seen), "C a/Job - -\nC a/Base - -\nC a/First - -\n"
                                            "C a/Second - -\nC x/Fields - -\n"
                                            "F x/Fields f [[Lx/Type;\nC x/Methods - -\n"
                                            "M x/Methods m (IJLx/One;[Lx/Two;)V\nC[ x/Array - -\n"
                                            "M[ x/Array clone ()Ljava/lang/Object;\nC[ - - -\n"
                                            "S s3://bucket - -\nC? x/Outer$Inner - -\n"
                                            "C? x/Methods - -\n");
    fp_class_file_clear(&file);
}

static void test_descriptors(void **state)
{
    static const struct {
        const char *descriptor;
        const char *classes;
    } CASES[] = {{"(IJLx/One;[[Lx/Two;Z)V", "x/One,x/Two,"},
                 {"Lx/One;", "x/One,"},
                 {"(DLJ;)LL;", "J,L,"},
                 {"[[I", ""},
                 {"Lx/One", ""},
                 {"", ""},
                 {"(Lx/One;Lx", "x/One,"}};
    (void) state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        cleanup_buf struct fp_buf seen = FP_BUF_INIT(4096);
        struct fp_class_text rest = {CASES[i].descriptor, strlen(CASES[i].descriptor), 1};
        struct fp_class_text name;
        while (fp_class_next_in_descriptor(&rest, &name)) {
            fp_buf_put(&seen, name.data, name.len);
            fp_buf_put(&seen, ",", 1);
        }
        assert_string_equal(fp_buf_text(&seen), CASES[i].classes);
    }
}

/* A file that is cut off anywhere is none, and what follows its end changes nothing. */
static void test_cut_off(void **state)
{
    cleanup_buf struct fp_buf bytes = make();
    struct fp_class_file file = {0};
    (void) state;
    for (size_t len = 0; len < bytes.len; len++) {
        cleanup_free char *exact = fp_xmalloc(len > 0 ? len : 1);
        memcpy(exact, bytes.data, len);
        assert_false(fp_class_parse(&file, exact, len));
    }
    fp_buf_put(&bytes, "more", 4);
    assert_true(fp_class_parse(&file, bytes.data, bytes.len));
    fp_class_file_clear(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_it_is),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
