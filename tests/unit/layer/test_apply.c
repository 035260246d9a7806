#include "flinkpack/layer/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tar_maker.h"

#define TAR_MAX ((size_t) 64 << 20)

static enum fp_code apply(struct fp_tree *tree, struct fp_buf *tar, fp_scan_visitor wanted,
                          void *context, struct fp_error *err)
{
    tar_end(tar);
    cleanup_source struct fp_source *source = fp_source_memory(tar->data, tar->len);
    return fp_tree_apply_layer(tree, source, "layer 2", wanted, context, err);
}

/* Apply a layer of names: "x/" is a directory, "x>y" a symbolic link, anything else a file. */
static enum fp_code apply_names(struct fp_tree *tree, const char *const *names,
                                struct fp_error *err)
{
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    for (; *names != NULL; names++) {
        const char *arrow = strchr(*names, '>');
        cleanup_free char *name =
            arrow != NULL ? fp_xstrndup(*names, (size_t) (arrow - *names)) : fp_xstrdup(*names);
        size_t len = strlen(name);
        bool is_folder = len > 0 && name[len - 1] == '/';
        const char *type = arrow != NULL ? "2" : (is_folder ? "5" : "0");
        tar_add(&tar, &(struct tar_entry){
                          .name = name, .type = *type, .link = arrow != NULL ? arrow + 1 : NULL});
    }
    return apply(tree, &tar, NULL, NULL, err);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void must_apply(struct fp_tree *tree, const char *const *names)
{
    struct fp_error err = {0};
    enum fp_code code = apply_names(tree, names, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(code, FP_OK);
}

static void whiteouts_hide_lower_layers(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    must_apply(tree, NAMES("etc/", "etc/a", "etc/b", "opt/x/deep", "opt/xy"));
    must_apply(tree, NAMES("etc/.wh.a", "opt/.wh.x", "opt/.wh.nothing"));
    assert_null(fp_tree_get(tree, "etc/a"));
    assert_non_null(fp_tree_get(tree, "etc/b"));
    assert_null(fp_tree_get(tree, "opt/x/deep"));
    assert_null(fp_tree_get(tree, "opt/x"));
    assert_non_null(fp_tree_get(tree, "opt/xy"));
    assert_null(fp_tree_get(tree, "etc/.wh.a"));
}

static void whiteouts_spare_their_own_layer(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    must_apply(tree, NAMES("d/old", "e/old", "f/sub/old"));
    /* Entries can come before or after the whiteouts. */
    must_apply(tree, NAMES("d/new", "d/.wh..wh..opq", "d/newer", "e/new", ".wh.e", "f/sub/new",
                           "f/.wh.sub"));
    assert_null(fp_tree_get(tree, "d/old"));
    assert_non_null(fp_tree_get(tree, "d/new"));
    assert_non_null(fp_tree_get(tree, "d/newer"));
    assert_null(fp_tree_get(tree, "e/old"));
    assert_non_null(fp_tree_get(tree, "e/new"));
    assert_null(fp_tree_get(tree, "f/sub/old"));
    assert_non_null(fp_tree_get(tree, "f/sub/new"));
    must_apply(tree, NAMES(".wh..wh..opq", "only"));
    assert_int_equal(fp_tree_count(tree), 1);
}

static void whiteouts_go_through_links(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    must_apply(tree, NAMES("usr/lib/a", "usr/lib/b", "lib>usr/lib"));
    must_apply(tree, NAMES("lib/.wh.a", "lib/c"));
    assert_null(fp_tree_get(tree, "usr/lib/a"));
    assert_non_null(fp_tree_get(tree, "usr/lib/b"));
    assert_non_null(fp_tree_get(tree, "usr/lib/c"));
    must_apply(tree, NAMES("lib/.wh..wh..opq"));
    assert_null(fp_tree_get(tree, "usr/lib/b"));
    assert_int_equal(fp_tree_get(tree, "lib")->kind, FP_ENTRY_SYMLINK);
}

static void aufs_leftovers_are_passed_over(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    must_apply(tree, NAMES(".wh..wh.aufs", ".wh..wh.plnk/", ".wh..wh.plnk/12.34", "a"));
    assert_int_equal(fp_tree_count(tree), 1);
}

static void hostile_whiteouts_are_refused(void **state)
{
    (void) state;
    static const char *const bad[] = {"etc/.wh.", "etc/.wh..", "etc/.wh..."};
    for (size_t i = 0; i < 3; i++) {
        cleanup_tree struct fp_tree *tree = fp_tree_new();
        struct fp_error err = {0};
        must_apply(tree, NAMES("etc/passwd"));
        assert_int_equal(apply_names(tree, NAMES(bad[i]), &err), FP_E_INPUT);
        assert_non_null(strstr(err.text, "a whiteout of nothing"));
        assert_non_null(fp_tree_get(tree, "etc/passwd"));
    }
}

static void file_as_parent_is_refused(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    struct fp_error err = {0};
    assert_int_equal(apply_names(tree, NAMES("etc", "etc/passwd"), &err), FP_E_INPUT);
    assert_string_equal(err.text, "layer 2: etc/passwd: etc: not a directory");
    must_apply(tree, NAMES(".wh.nothing/x"));
}

static enum fp_code keep(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                         const char *raw_path, enum fp_scan_action *ret_action,
                         struct fp_error *err)
{
    (void) ret_action;
    (void) raw_path;
    assert_int_equal(entry->kind, FP_ENTRY_FILE);
    if (strcmp(entry->path, "etc/passwd") != 0)
        return FP_OK;
    cleanup_source struct fp_source *source = fp_scan_source(scan);
    return fp_source_read_all(source, context, err);
}

static void wanted_contents_are_kept(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    cleanup_buf struct fp_buf content = FP_BUF_INIT(1000);
    struct fp_error err = {0};
    tar_add(&tar, &(struct tar_entry){.name = "etc/", .type = '5'});
    tar_add(&tar, &(struct tar_entry){.name = "etc/group", .data = "no"});
    tar_add(&tar, &(struct tar_entry){.name = "etc/passwd", .data = "root:x:0:0"});
    tar_add(&tar, &(struct tar_entry){.name = "etc/shadow", .data = "no"});
    assert_int_equal(apply(tree, &tar, keep, &content, &err), FP_OK);
    assert_string_equal(fp_buf_text(&content), "root:x:0:0");
}

static void attributes_come_along(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    struct fp_error err = {0};
    tar_pax(&tar, "SCHILY.xattr.security.capability", "\x01\x02\xff value");
    tar_add(&tar, &(struct tar_entry){
                      .name = "bin/ping", .mode = "0004755", .owner = "0000012", .data = "elf"});
    assert_int_equal(apply(tree, &tar, NULL, NULL, &err), FP_OK);
    const struct fp_entry *entry = fp_tree_get(tree, "bin/ping");
    assert_int_equal(entry->mode, 04755);
    assert_int_equal(entry->uid, 10);
    assert_int_equal(entry->size, 3);
    assert_int_equal(entry->mtime_s, 1500000000);
    assert_string_equal(fp_json_string(entry->xattrs, "security.capability"), "AQL/IHZhbHVl");
}

static void repeated_whiteouts_cost_one_walk(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    struct fp_error err = {0};
    char name[32];
    for (int i = 0; i < 30000; i++) {
        (void) snprintf(name, sizeof(name), "d/%d", i);
        tar_add(&tar, &(struct tar_entry){.name = name});
    }
    for (int i = 0; i < 30000; i++)
        tar_add(&tar, &(struct tar_entry){.name = i % 2 == 0 ? "d/.wh..wh..opq" : ".wh.d"});
    assert_int_equal(apply(tree, &tar, NULL, NULL, &err), FP_OK);
    assert_int_equal(fp_tree_count(tree), 30001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whiteouts_hide_lower_layers),
        cmocka_unit_test(whiteouts_spare_their_own_layer),
        cmocka_unit_test(whiteouts_go_through_links),
        cmocka_unit_test(aufs_leftovers_are_passed_over),
        cmocka_unit_test(hostile_whiteouts_are_refused),
        cmocka_unit_test(file_as_parent_is_refused),
        cmocka_unit_test(wanted_contents_are_kept),
        cmocka_unit_test(attributes_come_along),
        cmocka_unit_test(repeated_whiteouts_cost_one_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
