/** Properties of jars as JSON: they are found again, and strangers' JSON is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/flink/job.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct fp_jar make_jar(void)
{
    struct fp_jar jar = {.main_class = fp_xstrdup("com.example.Job"),
                         .class_major = 55,
                         .class_major_of = fp_xstrdup("com/example/New.class"),
                         .natives = fp_xcalloc(2, sizeof(*jar.natives)),
                         .native_count = 2,
                         .has_jars = true,
                         .newest_entry_s = 1700000000,
                         .size = (uint64_t) 5 << 32,
                         .sha256 = HEX};
    jar.natives[0] = (struct fp_jar_native){.entry = fp_xstrdup("linux/libz.so"),
                                            .elf = {.libc = FP_ELF_GLIBC, .machine = 62}};
    jar.natives[1] = (struct fp_jar_native){.entry = fp_xstrdup("musl/\xc3\xa4.so"),
                                            .elf = {.libc = FP_ELF_MUSL}};
    fp_strv_add(&jar.natives[0].elf.needed, "libstdc++.so.6");
    fp_strv_add(&jar.natives[0].elf.needed, "libc.so.6");
    return jar;
}

static void same_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a != NULL)
        assert_string_equal(a, b);
}

static void found_again(const struct fp_jar *jar)
{
    __attribute__((cleanup(fp_jar_clear))) struct fp_jar again = {0};
    cleanup_json json_t *json = fp_jar_json(jar);
    struct fp_error err = {0};
    assert_non_null(json);
    assert_int_equal(fp_jar_parse(json, "record", &again, &err), FP_OK);
    same_text(again.main_class, jar->main_class);
    same_text(again.class_major_of, jar->class_major_of);
    assert_int_equal(again.class_major, jar->class_major);
    assert_int_equal(again.has_flink_runtime, jar->has_flink_runtime);
    assert_int_equal(again.has_jars, jar->has_jars);
    assert_int_equal(again.is_signed, jar->is_signed);
    assert_int_equal(again.newest_entry_s, jar->newest_entry_s);
    assert_int_equal(again.size, jar->size);
    assert_string_equal(again.sha256, jar->sha256);
    assert_int_equal(again.native_count, jar->native_count);
    for (size_t i = 0; i < jar->native_count; i++) {
        const struct fp_jar_native *a = &jar->natives[i];
        const struct fp_jar_native *b = &again.natives[i];
        assert_string_equal(a->entry, b->entry);
        assert_int_equal(a->elf.libc, b->elf.libc);
        assert_int_equal(a->elf.machine, b->elf.machine);
        assert_int_equal(a->elf.needed.len, b->elf.needed.len);
        for (size_t k = 0; k < a->elf.needed.len; k++)
            assert_string_equal(a->elf.needed.items[k], b->elf.needed.items[k]);
    }
}

static void test_found_again(void **state)
{
    (void) state;
    __attribute__((cleanup(fp_jar_clear))) struct fp_jar jar = make_jar();
    const struct fp_jar plain = {
        .newest_entry_s = -1, .is_signed = true, .has_flink_runtime = true, .sha256 = HEX};
    found_again(&jar);
    found_again(&plain);
}

static void test_no_record(void **state)
{
    (void) state;
    __attribute__((cleanup(fp_jar_clear))) struct fp_jar jar = make_jar();
    char *const names[] = {jar.main_class, jar.class_major_of, jar.natives[1].entry,
                           jar.natives[0].elf.needed.items[1]};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char first = names[i][0];
        names[i][0] = '\xff';
        assert_null(fp_jar_json(&jar));
        names[i][0] = first;
    }
    found_again(&jar);
}

static void test_strange_json(void **state)
{
    (void) state;
    static const struct {
        const char *member;
        const char *value; /* NULL: the member is removed */
    } CASES[] = {
        {"version", NULL},
        {"version", "2"},
        {"sha256", NULL},
        {"sha256", "\"../../../../../../../../../../../../../../../../../../../../../etc/pa\""},
        {"size", "-1"},
        {"size", "\"1\""},
        {"newest", "-2"},
        {"newest", NULL},
        {"classMajor", "65536"},
        {"natives", NULL},
        {"natives", "{}"},
        {"natives", "[3]"},
        {"natives", "[{\"entry\": \"a\", \"libc\": \"glibc\", \"machine\": 1}]"},
        {"natives", "[{\"entry\": \"a\", \"libc\": \"bionic\", \"machine\": 1, \"needed\": []}]"},
        {"natives", "[{\"entry\": \"a\", \"libc\": \"musl\", \"machine\": -1, \"needed\": []}]"},
        {"natives", "[{\"entry\": \"a\", \"libc\": \"musl\", \"machine\": 1, \"needed\": [1]}]"},
        {"natives", "[{\"libc\": \"musl\", \"machine\": 1, \"needed\": []}]"},
    };
    __attribute__((cleanup(fp_jar_clear))) struct fp_jar jar = make_jar();
    struct fp_error err = {0};
    struct fp_jar again = {0};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        cleanup_json json_t *json = fp_jar_json(&jar);
        if (CASES[i].value == NULL)
            (void) json_object_del(json, CASES[i].member);
        else
            fp_json_set(json, CASES[i].member, json_loads(CASES[i].value, JSON_DECODE_ANY, NULL));
        if (fp_jar_parse(json, "the record", &again, &err) != FP_E_INPUT)
            fail_msg("%s %s", CASES[i].member, CASES[i].value);
        assert_null(again.main_class);
    }
    assert_int_equal(fp_jar_parse(NULL, "the record", &again, &err), FP_E_INPUT);
}

static void test_many_natives(void **state)
{
    (void) state;
    struct fp_error err = {0};
    for (size_t count = 256; count <= 257; count++) {
        __attribute__((cleanup(fp_jar_clear))) struct fp_jar again = {0};
        __attribute__((cleanup(fp_jar_clear))) struct fp_jar jar = make_jar();
        cleanup_json json_t *json = fp_jar_json(&jar);
        json_t *natives = json_array();
        for (size_t i = 0; i < count; i++)
            fp_json_append(natives, json_pack("{s:s, s:s, s:i, s:[]}", "entry", "a", "libc", "musl",
                                              "machine", 62, "needed"));
        fp_json_set(json, "natives", natives);
        assert_int_equal(fp_jar_parse(json, "record", &again, &err),
                         count == 256 ? FP_OK : FP_E_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_again),
        cmocka_unit_test(test_no_record),
        cmocka_unit_test(test_strange_json),
        cmocka_unit_test(test_many_natives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
