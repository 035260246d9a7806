/* Indexing the classes of jars. */
#include "../layer/zip_maker.h"
#include "class_maker.h"

#include "flinkpack/judge.h"

#define ACC_PUBLIC  0x1
#define ACC_PRIVATE 0x2

/* A class with a method of its own, a private one, and what it inherits from. */
static struct fp_buf make_class(const char *name, const char *super, const char *face,
                                const char *method)
{
    struct class_maker class = class_begin(name, super, 52);
    if (face != NULL)
        class_implement(&class, face);
    class_member(&class, ACC_PUBLIC, method, "()V");
    class_member(&class, ACC_PRIVATE, "hidden", "()V");
    class_member(&class, ACC_PUBLIC, "FIELD", "I");
    return class_end(&class);
}

static void write_jar(const char *path, const struct jar_entry *entries, size_t count)
{
    cleanup_buf struct fp_buf jar = FP_BUF_INIT((size_t) 1 << 20);
    put_jar(&jar, entries, count);
    assert_int_equal(fp_file_write(path, jar.data, jar.len, 0600, NULL), FP_OK);
}

/* The index of the jars at `paths`. */
static struct fp_api *index_of(const char *const *paths, size_t count)
{
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api_builder *builder = fp_api_builder_new();
    struct fp_api *api = NULL;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fp_api_builder_add(builder, paths[i], NULL), FP_OK);
    fp_api_builder_finish(builder, &bytes);
    assert_int_equal(fp_api_parse(bytes.data, bytes.len, "index", &api, NULL), FP_OK);
    return api;
}

static const struct {
    const char *name;
    const char *member; /* a method without parameters, or FIELD */
    enum fp_api_answer answer;
} QUESTIONS[] = {
    {"org/apache/flink/Base", "base", FP_API_THERE},
    {"org/apache/flink/Base", "hidden", FP_API_NO_MEMBER},
    {"org/apache/flink/Base", "other", FP_API_NO_MEMBER},
    {"org/apache/flink/Child", "base", FP_API_THERE},
    {"org/apache/flink/Child", "face", FP_API_THERE},
    {"org/apache/flink/Child", "other", FP_API_NO_MEMBER},
    {"org/apache/flink/Child", "FIELD", FP_API_THERE},
    {"org/apache/flink/shaded/guava/List", NULL, FP_API_THERE},
    {"org/apache/flink/shaded/guava/List", "other", FP_API_UNKNOWN},
    {"org/apache/flink/Broken", NULL, FP_API_THERE},
    {"org/apache/flink/Broken", "other", FP_API_UNKNOWN},
    {"org/apache/flink/Versioned", NULL, FP_API_THERE},
    {"com/acme/Job", NULL, FP_API_THERE},
    {"com/acme/Job", "other", FP_API_UNKNOWN},
    {"com/acme/Job.class", NULL, FP_API_NO_CLASS},
    {"org/apache/flink/notes", NULL, FP_API_NO_CLASS},
};

static void write_jars(const char *one, const char *other)
{
    struct fp_buf base = make_class("org/apache/flink/Base", "java/lang/Object", NULL, "base");
    struct fp_buf face = make_class("org/apache/flink/Face", "java/lang/Object", NULL, "face");
    struct fp_buf child = make_class("org/apache/flink/Child", "org/apache/flink/Base",
                                     "org/apache/flink/Face", "child");
    const struct jar_entry first[] = {
        {.name = "META-INF/MANIFEST.MF", .data = "Manifest-Version: 1.0\n"},
        {.name = "org/apache/flink/Base.class",
         .data = base.data,
         .len = base.len,
         .deflated = true},
        {.name = "org/apache/flink/shaded/guava/List.class", .data = face.data, .len = face.len},
        {.name = "org/apache/flink/Broken.class", .data = "no class"},
        {.name = "META-INF/versions/11/org/apache/flink/Versioned.class",
         .data = face.data,
         .len = face.len},
        {.name = "org/apache/flink/notes", .data = "no class"},
    };
    const struct jar_entry second[] = {
        {.name = "org/apache/flink/Child.class",
         .data = child.data,
         .len = child.len,
         .deflated = true},
        {.name = "org/apache/flink/Face.class", .data = face.data, .len = face.len},
        {.name = "com/acme/Job.class", .data = face.data, .len = face.len},
    };
    write_jar(one, first, sizeof(first) / sizeof(first[0]));
    write_jar(other, second, sizeof(second) / sizeof(second[0]));
    fp_buf_clear(&base);
    fp_buf_clear(&face);
    fp_buf_clear(&child);
}

static void test_members_of_flink(void **state)
{
    const char *folder = *state;
    cleanup_free char *one = fp_path_join(folder, "one.jar");
    cleanup_free char *other = fp_path_join(folder, "other.jar");
    const char *const paths[] = {one, other};
    write_jars(one, other);
    cleanup_api struct fp_api *together = index_of(paths, 2);
    cleanup_api struct fp_api *joined = index_of(paths, 1);
    fp_api_join(joined, index_of(paths + 1, 1));
    for (size_t i = 0; i < sizeof(QUESTIONS) / sizeof(QUESTIONS[0]); i++) {
        const char *member = QUESTIONS[i].member;
        const char *descriptor = member == NULL ? NULL : strcmp(member, "FIELD") == 0 ? "I" : "()V";
        enum fp_api_answer answer = fp_api_find(together, QUESTIONS[i].name, member, descriptor);
        if (answer != QUESTIONS[i].answer)
            fail_msg("%s %s: %d", QUESTIONS[i].name, member, answer);
        assert_int_equal(fp_api_find(joined, QUESTIONS[i].name, member, descriptor), answer);
    }
}

static void test_no_jar(void **state)
{
    cleanup_free char *path = fp_path_join(*state, "text.jar");
    cleanup_api_builder struct fp_api_builder *builder = fp_api_builder_new();
    struct fp_error err = {0};
    assert_int_equal(fp_api_builder_add(builder, path, &err), FP_E_NOT_FOUND);
    assert_int_equal(fp_file_write(path, "text", 4, 0600, NULL), FP_OK);
    assert_int_equal(fp_api_builder_add(builder, path, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "text.jar"));
}

static int setup(void **state)
{
    char *folder = NULL;
    if (fp_temp_dir("/tmp", &folder, NULL) != FP_OK)
        return -1;
    *state = folder;
    return 0;
}

static int teardown(void **state)
{
    fp_temp_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_of_flink),
        cmocka_unit_test(test_no_jar),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
