/* Indexes of classes: references are resolved as the JVM does, and damaged bytes are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api_build.h"
#include "flinkpack/judge.h"

#define TEXT_TO_VOID "(Ljava/lang/String;)V"

static void add_class(struct fp_api_builder *builder, const char *name)
{
    assert_true(fp_api_builder_class(builder, name, strlen(name)));
}

static struct fp_class_text text_of(const char *text)
{
    return (struct fp_class_text){text, strlen(text), 0};
}

static void add_super(struct fp_api_builder *builder, const char *name)
{
    fp_api_builder_super(builder, text_of(name));
}

static void add_member(struct fp_api_builder *builder, const char *name, const char *descriptor)
{
    fp_api_builder_member(builder, text_of(name), text_of(descriptor));
}

/* f/Base and f/Face, f/Child that has both, f/Odd of an unknown class, f/Failure of the JDK's, and
 * f/shaded/Name, of which only the name is kept. */
static void build(struct fp_buf *ret)
{
    struct fp_api_builder *builder = fp_api_builder_new();
    add_class(builder, "f/shaded/Name");
    add_class(builder, "f/Base");
    fp_api_builder_record(builder);
    add_super(builder, "java/lang/Object");
    add_member(builder, "<init>", "()V");
    add_member(builder, "open", "()V");
    add_member(builder, "open", TEXT_TO_VOID);
    add_class(builder, "f/Face");
    fp_api_builder_record(builder);
    add_super(builder, "java/lang/Object");
    add_super(builder, "java/io/Serializable");
    add_member(builder, "LIMIT", "I");
    add_class(builder, "f/Child");
    fp_api_builder_record(builder);
    add_super(builder, "f/Base");
    add_super(builder, "f/Face");
    add_member(builder, "<init>", "(I)V");
    add_class(builder, "f/Odd");
    fp_api_builder_record(builder);
    add_super(builder, "elsewhere/Odd");
    add_class(builder, "f/Failure");
    fp_api_builder_record(builder);
    add_super(builder, "java/lang/RuntimeException");
    add_class(builder, "f/Half");
    fp_api_builder_record(builder);
    add_member(builder, "half", "()V");
    fp_api_builder_drop(builder);
    fp_api_builder_finish(builder, ret);
    assert_int_equal(fp_buf_check(ret, NULL), FP_OK);
}

static struct fp_api *parse(const struct fp_buf *buf)
{
    struct fp_api *api = NULL;
    assert_int_equal(fp_api_parse(buf->data, buf->len, "x", &api, NULL), FP_OK);
    return api;
}

static const struct {
    const char *name;
    const char *member;
    const char *descriptor;
    enum fp_api_answer answer;
} QUESTIONS[] = {
    {"f/Base", NULL, NULL, FP_API_THERE},
    {"f/shaded/Name", NULL, NULL, FP_API_THERE},
    {"f/Other", NULL, NULL, FP_API_NO_CLASS},
    {"f/Other", "open", "()V", FP_API_NO_CLASS},
    {"[[Lf/Base;", NULL, NULL, FP_API_THERE},
    {"[Lf/Other;", NULL, NULL, FP_API_NO_CLASS},
    {"[Lf/Base;", "clone", "()Ljava/lang/Object;", FP_API_THERE},
    {"[[I", NULL, NULL, FP_API_THERE},
    {"java/lang/String", NULL, NULL, FP_API_UNKNOWN},
    {"f/Base", "open", "()V", FP_API_THERE},
    {"f/Child", "open", TEXT_TO_VOID, FP_API_THERE},
    {"f/Child", "open", "()I", FP_API_NO_MEMBER},
    {"f/Child", "LIMIT", "I", FP_API_THERE},
    {"f/Child", "LIMIT", "J", FP_API_NO_MEMBER},
    {"f/Child", "<init>", "(I)V", FP_API_THERE},
    {"f/Child", "<init>", "()V", FP_API_NO_MEMBER},
    {"f/Child", "hashCode", "()I", FP_API_THERE},
    {"f/Face", "hashCode", "()I", FP_API_THERE},
    {"f/Face", "Code", "()I", FP_API_NO_MEMBER},
    {"f/Face", "has", "()I", FP_API_NO_MEMBER},
    {"f/shaded/Name", "any", "()V", FP_API_UNKNOWN},
    {"f/Odd", "any", "()V", FP_API_UNKNOWN},
    {"f/Odd", "<init>", "()V", FP_API_NO_MEMBER},
    {"f/Failure", "getMessage", "()Ljava/lang/String;", FP_API_THERE},
    {"f/Failure", "explain", "()V", FP_API_NO_MEMBER},
    {"f/Half", "other", "()V", FP_API_UNKNOWN},
};

static void references_are_resolved(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(FP_API_MAX_BYTES);
    build(&buf);
    cleanup_api struct fp_api *api = parse(&buf);
    for (size_t i = 0; i < sizeof(QUESTIONS) / sizeof(QUESTIONS[0]); i++) {
        enum fp_api_answer answer =
            fp_api_find(api, QUESTIONS[i].name, QUESTIONS[i].member, QUESTIONS[i].descriptor);
        if (answer != QUESTIONS[i].answer)
            fail_msg("%s %s: %d", QUESTIONS[i].name, QUESTIONS[i].member, answer);
    }
}

static void indexes_answer_together(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(FP_API_MAX_BYTES);
    cleanup_buf struct fp_buf more = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api_builder *builder = fp_api_builder_new();
    build(&buf);
    add_class(builder, "elsewhere/Odd");
    fp_api_builder_record(builder);
    add_super(builder, "f/Base");
    fp_api_builder_finish(builder, &more);
    cleanup_api struct fp_api *api = parse(&buf);
    fp_api_join(api, parse(&more));
    assert_int_equal(fp_api_find(api, "f/Odd", "open", "()V"), FP_API_THERE);
    assert_int_equal(fp_api_find(api, "f/Odd", "close", "()V"), FP_API_NO_MEMBER);
    assert_int_equal(fp_api_find(api, "elsewhere/Odd", NULL, NULL), FP_API_THERE);
}

/* Of two classes of one name either may be the one that is loaded. */
static void classes_of_one_name_answer_together(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api_builder *builder = fp_api_builder_new();
    for (size_t i = 0; i < 2; i++) {
        add_class(builder, "f/Twice");
        fp_api_builder_record(builder);
        add_member(builder, i == 0 ? "first" : "second", "()V");
    }
    fp_api_builder_finish(builder, &buf);
    cleanup_api struct fp_api *api = parse(&buf);
    assert_int_equal(fp_api_find(api, "f/Twice", "first", "()V"), FP_API_THERE);
    assert_int_equal(fp_api_find(api, "f/Twice", "second", "()V"), FP_API_THERE);
    assert_int_equal(fp_api_find(api, "f/Twice", "third", "()V"), FP_API_NO_MEMBER);
}

/* Circles, and more supers than any class has, end. */
static void inheritance_is_bounded(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api_builder *builder = fp_api_builder_new();
    add_class(builder, "f/Self");
    fp_api_builder_record(builder);
    add_super(builder, "f/Self");
    add_class(builder, "f/Many");
    fp_api_builder_record(builder);
    for (int i = 0; i < 1000; i++) {
        char name[32];
        (void) snprintf(name, sizeof(name), "f/Many%d", i);
        add_super(builder, name);
    }
    fp_api_builder_finish(builder, &buf);
    cleanup_api struct fp_api *api = parse(&buf);
    assert_int_equal(fp_api_find(api, "f/Self", "any", "()V"), FP_API_NO_MEMBER);
    assert_int_equal(fp_api_find(api, "f/Many", "any", "()V"), FP_API_UNKNOWN);
}

/* Every changed byte gives an index that is refused, or one that can be asked. */
static void damaged_indexes_are_refused(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api *none = NULL;
    struct fp_error err = {0};
    build(&buf);
    for (size_t len = 0; len < buf.len; len++) {
        assert_int_equal(fp_api_parse(buf.data, len, "the index", &none, &err), FP_E_INPUT);
        assert_non_null(strstr(err.text, "the index"));
    }
    for (size_t i = 0; i < buf.len; i++) {
        cleanup_api struct fp_api *api = NULL;
        buf.data[i] = (char) ~buf.data[i];
        enum fp_code code = fp_api_parse(buf.data, buf.len, "x", &api, NULL);
        if (i < 16)
            assert_int_equal(code, FP_E_INPUT);
        if (code == FP_OK)
            (void) fp_api_find(api, "f/Child", "open", "()I");
        buf.data[i] = (char) ~buf.data[i];
    }
}

static void equal_classes_give_equal_bytes(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf one = FP_BUF_INIT(FP_API_MAX_BYTES);
    cleanup_buf struct fp_buf other = FP_BUF_INIT(FP_API_MAX_BYTES);
    build(&one);
    build(&other);
    assert_int_equal(one.len, other.len);
    assert_memory_equal(one.data, other.data, one.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_resolved),
        cmocka_unit_test(indexes_answer_together),
        cmocka_unit_test(classes_of_one_name_answer_together),
        cmocka_unit_test(inheritance_is_bounded),
        cmocka_unit_test(damaged_indexes_are_refused),
        cmocka_unit_test(equal_classes_give_equal_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
