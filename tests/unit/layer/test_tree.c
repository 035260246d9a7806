#include "flinkpack/layer/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../../builder/layer/internal.h"

static enum fp_code put(struct fp_tree *tree, const char *path, enum fp_entry_kind kind,
                        const char *link, struct fp_error *err)
{
    struct fp_entry entry = {
        .path = path, .kind = kind, .mode = kind == FP_ENTRY_DIR ? 0755 : 0644, .link = link};
    return fp_tree_put(tree, &entry, err);
}

static void must_put(struct fp_tree *tree, const char *path, enum fp_entry_kind kind,
                     const char *link)
{
    struct fp_error err = {0};
    enum fp_code code = put(tree, path, kind, link, &err);
    if (code != FP_OK)
        print_error("%s\n", err.text);
    assert_int_equal(code, FP_OK);
}

static void file(struct fp_tree *tree, const char *path)
{
    must_put(tree, path, FP_ENTRY_FILE, NULL);
}

static void empty_tree_has_its_root(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    assert_int_equal(fp_tree_count(tree), 0);
    const struct fp_entry *root = fp_tree_get(tree, "");
    assert_non_null(root);
    assert_int_equal(root->kind, FP_ENTRY_DIR);
    assert_int_equal(root->mode, 0755);
    assert_ptr_equal(fp_tree_resolve(tree, "/../.."), root);
    fp_tree_remove(tree, "");
    assert_non_null(fp_tree_get(tree, ""));
}

static void put_makes_parents_and_replaces(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    file(tree, "opt/flink/lib/a.jar");
    assert_int_equal(fp_tree_count(tree), 4);
    assert_int_equal(fp_tree_get(tree, "opt/flink")->kind, FP_ENTRY_DIR);
    must_put(tree, "opt/flink", FP_ENTRY_DIR, NULL);
    assert_non_null(fp_tree_get(tree, "opt/flink/lib/a.jar"));
    file(tree, "opt/flink");
    assert_null(fp_tree_get(tree, "opt/flink/lib/a.jar"));
    assert_null(fp_tree_get(tree, "opt/flink/lib"));
    assert_int_equal(fp_tree_count(tree), 2);
}

static void put_refuses_what_cannot_be_unpacked(void **state)
{
    (void) state;
    static const char *const bad[] = {"/a", "a//b", "a/../b", "./a", "a/", ".."};
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    struct fp_error err = {0};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(put(tree, bad[i], FP_ENTRY_FILE, NULL, &err), FP_E_INPUT);
    file(tree, "etc/passwd");
    assert_int_equal(put(tree, "etc/passwd/x", FP_ENTRY_FILE, NULL, &err), FP_E_INPUT);
    assert_string_equal(err.text, "etc/passwd/x: etc/passwd: not a directory");
    assert_int_equal(put(tree, "", FP_ENTRY_FILE, NULL, &err), FP_E_INPUT);
    cleanup_free char *name = fp_xmalloc(300);
    memset(name, 'n', 299);
    name[299] = '\0';
    assert_int_equal(put(tree, name, FP_ENTRY_FILE, NULL, &err), FP_E_INPUT);
}

static void siblings_with_common_beginnings_are_not_below(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    file(tree, "a/x");
    file(tree, "a-b");
    file(tree, "a.b/y");
    file(tree, "ab");
    file(tree, "a\x01"
               "b");
    file(tree, "a/z/deep");
    fp_tree_next_layer(tree);
    fp_tree_hide(tree, "a", true);
    assert_non_null(fp_tree_get(tree, "a"));
    assert_null(fp_tree_get(tree, "a/x"));
    assert_null(fp_tree_get(tree, "a/z/deep"));
    fp_tree_remove(tree, "a");
    assert_null(fp_tree_get(tree, "a"));
    assert_non_null(fp_tree_get(tree, "a-b"));
    assert_non_null(fp_tree_get(tree, "a.b/y"));
    assert_non_null(fp_tree_get(tree, "ab"));
    assert_non_null(fp_tree_get(tree, "a\x01"
                                      "b"));
    fp_tree_hide(tree, "", true);
    assert_int_equal(fp_tree_count(tree), 0);
}

static void resolve_follows_links_inside_the_root(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    file(tree, "usr/bin/bash");
    file(tree, "usr/bin/dash");
    must_put(tree, "bin", FP_ENTRY_SYMLINK, "usr/bin");
    must_put(tree, "usr/bin/sh", FP_ENTRY_SYMLINK, "dash");
    must_put(tree, "etc/alternatives/java", FP_ENTRY_SYMLINK, "/opt/java/bin/java");
    must_put(tree, "usr/bin/java", FP_ENTRY_SYMLINK, "../../etc/alternatives/java");
    must_put(tree, "escape", FP_ENTRY_SYMLINK, "../../../../usr/bin/bash");
    must_put(tree, "usr/bin/rbash", FP_ENTRY_HARDLINK, "usr/bin/bash");
    file(tree, "opt/java/bin/java");
    assert_string_equal(fp_tree_resolve(tree, "/bin/sh")->path, "usr/bin/dash");
    assert_string_equal(fp_tree_resolve(tree, "bin/java")->path, "opt/java/bin/java");
    assert_string_equal(fp_tree_resolve(tree, "escape")->path, "usr/bin/bash");
    assert_string_equal(fp_tree_resolve(tree, "bin/rbash")->path, "usr/bin/bash");
    assert_string_equal(fp_tree_resolve(tree, "./bin//")->path, "usr/bin");
    assert_null(fp_tree_resolve(tree, "bin/zsh"));
    assert_null(fp_tree_resolve(tree, "bin/bash/x"));
    assert_int_equal(fp_tree_get(tree, "bin")->kind, FP_ENTRY_SYMLINK);
}

static void resolve_gives_up_on_loops_and_bombs(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    must_put(tree, "a", FP_ENTRY_SYMLINK, "b");
    must_put(tree, "b", FP_ENTRY_SYMLINK, "a");
    must_put(tree, "self", FP_ENTRY_SYMLINK, "self/self/self/self");
    assert_null(fp_tree_resolve(tree, "a"));
    assert_null(fp_tree_resolve(tree, "self"));
    cleanup_free char *dots = fp_xmalloc(4001);
    for (size_t i = 0; i < 4000; i += 5)
        memcpy(dots + i, "bomb/", 5);
    dots[4000] = '\0';
    must_put(tree, "bomb", FP_ENTRY_SYMLINK, dots);
    assert_null(fp_tree_resolve(tree, "bomb"));
}

static void forty_links_are_followed_and_no_more(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    file(tree, "l0");
    for (int i = 1; i <= 41; i++) {
        cleanup_free char *path = fp_xasprintf("l%d", i);
        cleanup_free char *link = fp_xasprintf("l%d", i - 1);
        must_put(tree, path, FP_ENTRY_SYMLINK, link);
    }
    assert_string_equal(fp_tree_resolve(tree, "l40")->path, "l0");
    assert_null(fp_tree_resolve(tree, "l41"));
}

static void put_goes_through_linked_parents(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    must_put(tree, "usr/lib", FP_ENTRY_DIR, NULL);
    must_put(tree, "lib", FP_ENTRY_SYMLINK, "usr/lib");
    file(tree, "lib/x/libc.so");
    assert_non_null(fp_tree_get(tree, "usr/lib/x/libc.so"));
    assert_int_equal(fp_tree_get(tree, "lib")->kind, FP_ENTRY_SYMLINK);
    file(tree, "lib");
    assert_int_equal(fp_tree_get(tree, "lib")->kind, FP_ENTRY_FILE);
    assert_non_null(fp_tree_get(tree, "usr/lib/x/libc.so"));
}

static void memory_is_bounded(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    struct fp_error err = {0};
    enum fp_code code = FP_OK;
    unsigned count = 0;
    for (; count < 500000 && code == FP_OK; count++) {
        char path[512];
        (void) snprintf(path, sizeof(path), "usr/%0200u/%0200u", count, count);
        code = put(tree, path, FP_ENTRY_FILE, NULL, &err);
    }
    assert_int_equal(code, FP_E_INPUT);
    assert_non_null(strstr(err.text, "40 MiB"));
    /* Each round adds a directory and a file: 200 and 400 bytes, plus the size of the nodes. */
    assert_true(count > 40000 && count < 60000);
}

static void many_entries_in_any_order_are_found(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    for (unsigned i = 0; i < 5000; i++) {
        char path[32];
        (void) snprintf(path, sizeof(path), "d%u/f%u", (i * 7919) % 50, (i * 7919) % 5000);
        file(tree, path);
    }
    assert_int_equal(fp_tree_count(tree), 5050);
    fp_tree_remove(tree, "d7");
    assert_int_equal(fp_tree_count(tree), 5050 - 101);
    assert_null(fp_tree_get(tree, "d7/f7"));
    assert_non_null(fp_tree_get(tree, "d8/f8"));
}

static void children_are_directly_below(void **state)
{
    (void) state;
    static const char *const paths[] = {"a-b/x", "a/z", "a/b/c/d", "a/b-c/d", "a0", "b"};
    static const char *const below_a[] = {"b", "b-c", "z"};
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        file(tree, paths[i]);
    cleanup_strv struct fp_strv names = {0};
    fp_tree_children(tree, "a", &names);
    assert_int_equal(names.len, 3);
    for (size_t i = 0; i < names.len; i++)
        assert_string_equal(names.items[i], below_a[i]);
    cleanup_strv struct fp_strv top = {0};
    fp_tree_children(tree, "", &top);
    assert_int_equal(top.len, 4);
    assert_string_equal(top.items[0], "a");
    cleanup_strv struct fp_strv none = {0};
    fp_tree_children(tree, "a/z", &none);
    fp_tree_children(tree, "no", &none);
    assert_int_equal(none.len, 0);
}

/* A path "a/a/a" with `names` components. The caller owns it. */
static char *nested(size_t names)
{
    char *path = fp_xcalloc(1, names * 2);
    for (size_t i = 0; i + 1 < names; i++)
        memcpy(path + i * 2, "a/", 2);
    path[names * 2 - 2] = 'a';
    return path;
}

static void nesting_is_bounded(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    cleanup_free char *deepest = nested(256);
    cleanup_free char *deeper = nested(257);
    file(tree, deepest);
    assert_int_equal(fp_tree_count(tree), 256);
    assert_int_equal(put(tree, deeper, FP_ENTRY_FILE, NULL, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "nested more than 256 deep"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_tree_has_its_root),
        cmocka_unit_test(put_makes_parents_and_replaces),
        cmocka_unit_test(put_refuses_what_cannot_be_unpacked),
        cmocka_unit_test(siblings_with_common_beginnings_are_not_below),
        cmocka_unit_test(resolve_follows_links_inside_the_root),
        cmocka_unit_test(resolve_gives_up_on_loops_and_bombs),
        cmocka_unit_test(forty_links_are_followed_and_no_more),
        cmocka_unit_test(put_goes_through_linked_parents),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(many_entries_in_any_order_are_found),
        cmocka_unit_test(children_are_directly_below),
        cmocka_unit_test(nesting_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
