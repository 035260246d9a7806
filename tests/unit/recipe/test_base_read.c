#include "base_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A base of which nothing but facts is there: no layer can be read. */
static struct fp_base_image image_of(const char *tree, json_t *take_texts)
{
    struct fp_base_image image = {0};
    struct fp_error err = {0};
    cleanup_json json_t *lines = json_string(tree);
    if (fp_tree_parse(lines, "tree", &image.facts.tree, &err) != FP_OK)
        fail_msg("%s", err.text);
    image.facts.texts = take_texts;
    return image;
}

#define ALPINE                                                                                     \
    "d755 0 0 0 /\n"                                                                               \
    "d755 0 0 0 /etc\n"                                                                            \
    "d755 0 0 0 /etc/apk\n"                                                                        \
    "f644 0 0 0 /etc/apk/arch 7\n"                                                                 \
    "d755 0 0 0 /etc/apk/keys\n"                                                                   \
    "f644 0 0 0 /etc/apk/repositories 21\n"                                                        \
    "f644 0 0 0 /etc/apk/world 5\n"                                                                \
    "f644 0 0 0 /etc/group 10\n"                                                                   \
    "f644 0 0 0 /etc/passwd 27\n"                                                                  \
    "l777 0 0 0 /lib =usr/lib\n"                                                                   \
    "d755 0 0 0 /usr\n"                                                                            \
    "d755 0 0 0 /usr/lib\n"                                                                        \
    "d755 0 0 0 /usr/lib/apk\n"                                                                    \
    "d755 0 0 0 /usr/lib/apk/db\n"                                                                 \
    "f644 0 0 0 /usr/lib/apk/db/installed 20"

/* Whatever is asked of apk's state is in the facts. */
static void test_apk_by_facts(void **state)
{
    (void) state;
    struct fp_base_image image =
        image_of(ALPINE, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "etc/apk/arch", "x86_64\n",
                                   "etc/apk/repositories", "https://example.com/a\n",
                                   "etc/apk/world", "musl\n", "etc/group", "root:x:0:\n",
                                   "etc/passwd", "root:x:0:0::/root:/bin/sh\n",
                                   "usr/lib/apk/db/installed", "P:musl\nV:1.2.5-r0\n\n"));
    cleanup_apk_system struct fp_apk_system root = {0};
    struct fp_error err = {0};
    if (fp_apk_system_read(image.facts.tree, fp_base_image_read_many, &image, "x86", &root, &err) !=
        FP_OK)
        fail_msg("%s", err.text);
    assert_true(root.has_database && root.has_world);
    assert_true(fp_apk_system_has(&root, "musl>=1.2"));
    assert_string_equal(root.arch, "x86_64");
    assert_string_equal(root.world, "musl\n");
    assert_string_equal(root.repository_texts.items[0], "https://example.com/a\n");
    assert_string_equal(root.passwd, "root:x:0:0::/root:/bin/sh\n");
    fp_base_facts_clear(&image.facts);
}

static void test_one_file_by_facts(void **state)
{
    (void) state;
    struct fp_base_image image =
        image_of("d755 0 0 0 /\nf644 0 0 0 /a 3\nf644 0 0 0 /b 0\nl777 0 0 0 /c =a\nd755 0 0 0 /d",
                 json_pack("{s:s, s:[s]}", "a", "abc", "b", ""));
    cleanup_buf struct fp_buf text = FP_BUF_INIT(16);
    cleanup_buf struct fp_buf small = FP_BUF_INIT(2);
    struct fp_error err = {0};
    assert_int_equal(fp_base_image_read(&image, "c", &text, &err), FP_OK);
    assert_string_equal(fp_buf_text(&text), "abc");
    fp_buf_clear(&text);
    assert_int_equal(fp_base_image_read(&image, "b", &text, &err), FP_OK);
    assert_int_equal(text.len, 0);
    assert_int_equal(fp_base_image_read(&image, "d", &text, &err), FP_E_NOT_FOUND);
    assert_int_equal(fp_base_image_read(&image, "e", &text, &err), FP_E_NOT_FOUND);
    assert_int_equal(fp_base_image_read(&image, "a", &small, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "'/a'"));
    fp_base_facts_clear(&image.facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apk_by_facts),
        cmocka_unit_test(test_one_file_by_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
