#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../builder/layer/internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void put(struct fp_tree *tree, const struct fp_entry *entry)
{
    struct fp_error err = {0};
    if (fp_tree_put(tree, entry, &err) != FP_OK)
        fail_msg("%s", err.text);
}

/* Whatever a layer may hold: names that are no UTF-8, attributes, times before 1970. */
static struct fp_tree *odd_tree(void)
{
    struct fp_tree *tree = fp_tree_new();
    cleanup_json json_t *xattrs =
        json_pack("{s:s, s:s}", "user.b", "AAEC", "security.capability", "AQAAAgAgAAAAAAAA");
    const struct fp_entry entries[] = {
        {.path = "", .kind = FP_ENTRY_DIR, .mode = 0700, .uid = 1, .gid = 2, .mtime_s = -5},
        {.path = "bin", .kind = FP_ENTRY_SYMLINK, .mode = 0777, .link = "usr/bin"},
        {.path = "usr/bin/x",
         .kind = FP_ENTRY_FILE,
         .mode = 06755,
         .size = 1,
         .mtime_s = INT64_MAX},
        {.path = "usr/bin/y",
         .kind = FP_ENTRY_FILE,
         .uid = FP_LAYER_MAX_ID,
         .gid = FP_LAYER_MAX_ID,
         .size = INT64_MAX,
         .mtime_s = INT64_MIN,
         .xattrs = xattrs},
        {.path = "usr/bin/z", .kind = FP_ENTRY_HARDLINK, .link = "usr/bin/x", .mode = 0755},
        {.path = "a b%20=\xff\n\"\\", .kind = FP_ENTRY_DIR, .mode = 01777},
        {.path = "a b%20=\xff\n\"\\/\xc3\xa9", .kind = FP_ENTRY_SYMLINK, .link = "../= %\x01\xfe"},
        {.path = "dev/null", .kind = FP_ENTRY_DEVICE, .mode = 0666},
        {.path = "empty", .kind = FP_ENTRY_SYMLINK, .link = ""},
    };
    for (size_t i = 0; i < COUNT(entries); i++)
        put(tree, &entries[i]);
    return tree;
}

static enum fp_code check_same(void *context, struct fp_node *node, struct fp_error *err)
{
    const struct fp_entry *a = &node->entry;
    const struct fp_entry *b = fp_tree_get(context, a->path);
    (void) err;
    assert_non_null(b);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->mode, b->mode);
    assert_int_equal(a->uid, b->uid);
    assert_int_equal(a->gid, b->gid);
    assert_int_equal(a->mtime_s, b->mtime_s);
    assert_int_equal(a->size, b->size);
    assert_true((a->link == NULL) == (b->link == NULL));
    if (a->link != NULL)
        assert_string_equal(a->link, b->link);
    assert_true(a->xattrs == b->xattrs || json_equal(a->xattrs, b->xattrs));
    return FP_OK;
}

static void everything_survives(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = odd_tree();
    cleanup_tree struct fp_tree *again = NULL;
    struct fp_error err = {0};
    cleanup_json json_t *json = fp_tree_json(tree);
    assert_non_null(json);
    if (fp_tree_parse(json, "tree", &again, &err) != FP_OK)
        fail_msg("%s", err.text);
    assert_int_equal(fp_tree_count(again), fp_tree_count(tree));
    assert_int_equal(fp_map_each(&tree->map, check_same, again, NULL), FP_OK);
    cleanup_json json_t *same = fp_tree_json(again);
    assert_true(json_equal(json, same));
    /* The tree that was read takes more layers. */
    put(again, &(struct fp_entry){.path = "bin/new", .kind = FP_ENTRY_FILE, .mode = 0644});
    assert_non_null(fp_tree_get(again, "usr/bin/new"));
}

static void the_text_is_as_documented(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    put(tree, &(struct fp_entry){.path = "bin/busybox",
                                 .kind = FP_ENTRY_FILE,
                                 .mode = 0755,
                                 .mtime_s = 1700000000,
                                 .size = 821384});
    put(tree,
        &(struct fp_entry){
            .path = "bin/a b", .kind = FP_ENTRY_SYMLINK, .mode = 0777, .link = "/bin/busybox"});
    cleanup_json json_t *json = fp_tree_json(tree);
    assert_string_equal(json_string_value(json), "d755 0 0 0 /\n"
                                                 "d755 0 0 0 /bin\n"
                                                 "l777 0 0 0 /bin/a%20b =/bin/busybox\n"
                                                 "f755 0 0 1700000000 /bin/busybox 821384");
}

static const char *const bad[] = {
    "",
    "\n",
    "x",
    "d755 0 0 0 /usr",                                  /* no root */
    "f755 0 0 0 / 0",                                   /* the root is no directory */
    "d755 0 0 0 /\n",                                   /* an empty line */
    "d755 0 0 0 /\nf644 0 0 0 /a/b 1",                  /* no parent */
    "d755 0 0 0 /\nf644 0 0 0 /a 1\nf644 0 0 0 /a/b 1", /* the parent is a file */
    "d755 0 0 0 /\nl777 0 0 0 /a =b\nf644 0 0 0 /a/b 1",
    "d755 0 0 0 /\nf644 0 0 0 /b 1\nf644 0 0 0 /a 1", /* out of order */
    "d755 0 0 0 /\nf644 0 0 0 /a 1\nf644 0 0 0 /a 1", /* twice */
    "d755 0 0 0 /\nd755 0 0 0 /a\nd755 0 0 0 /a/b\nf644 0 0 0 /aa/c 1",
    "d755 0 0 0 /\nd755 0 0 0 /..",
    "d755 0 0 0 /\nd755 0 0 0 //a",
    "d755 0 0 0 /\nd755 0 0 0 /a/",
    "d755 0 0 0 /\nd755 0 0 0 a",
    "d755 0 0 0 /\nd755 0 0 0 /%41", /* need not be escaped */
    "d755 0 0 0 /\nd755 0 0 0 /%fF",
    "d755 0 0 0 /\nd755 0 0 0 /%0",
    "d755 0 0 0 /\nd755 0 0 0 /%00",
    "d10000 0 0 0 /",
    "d0755 0 0 0 /",
    "d8 0 0 0 /",
    "d 0 0 0 /",
    "d755 -1 0 0 /",
    "d755 4294967295 0 0 /",
    "d755 0 99999999999999999999999 0 /",
    "d755 0 0 9223372036854775808 /",
    "d755 0 0 -9223372036854775809 /",
    "d755 0 0 -0 /",
    "d755 0 0  /",
    "d755 0 0 0",
    "d755 0 0 0 / ",
    "d755 0 0 0 / 1",
    "d755 0 0 0 / user.x=A",
    "d755 0 0 0 / =AAAA",
    "d755 0 0 0 / user.x=AAAA user.x=AAAA",
    "d755 0 0 0 /\nf644 0 0 0 /a",
    "d755 0 0 0 /\nf644 0 0 0 /a -1",
    "d755 0 0 0 /\nf644 0 0 0 /a =b",
    "d755 0 0 0 /\nl777 0 0 0 /a",
    "d755 0 0 0 /\nl777 0 0 0 /a 5",
    "d755 0 0 0 /\nh644 0 0 0 /a =/b",
    "d755 0 0 0 /\nh644 0 0 0 /a =../b",
};

static void damage_is_refused(void **state)
{
    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        cleanup_json json_t *json = json_string(bad[i]);
        struct fp_tree *tree = NULL;
        struct fp_error err = {0};
        if (fp_tree_parse(json, "some facts", &tree, &err) != FP_E_INPUT)
            fail_msg("taken: %s", bad[i]);
        assert_null(tree);
        assert_non_null(strstr(err.text, "some facts: the list of files is damaged in line"));
    }
    struct fp_tree *tree = NULL;
    assert_int_equal(fp_tree_parse(NULL, "none", &tree, NULL), FP_E_INPUT);
    cleanup_json json_t *number = json_integer(5);
    assert_int_equal(fp_tree_parse(number, "none", &tree, NULL), FP_E_INPUT);
}

/* The text is not made longer than a record may be. */
static void a_large_tree_is_not_told(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    char path[300] = "";
    memset(path, ' ', 200);
    for (unsigned i = 0; i < 12500; i++) {
        (void) snprintf(path + 200, sizeof(path) - 200, "%u", i);
        put(tree, &(struct fp_entry){.path = path, .kind = FP_ENTRY_FILE});
    }
    assert_null(fp_tree_json(tree));
}

/* Links of all kinds on the way, also where nothing is at its end. */
static void a_way_leads_to_the_same(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    static const char *const links[][2] = {
        {"lib", "usr/lib"},      {"usr/lib/a.so", "../../opt/x/a.so.1"},
        {"opt/x", "/srv/y"},     {"srv/y/loop", "loop"},
        {"srv/y/gone", "/nope"}, {"through", "file/deeper"},
        {"up", "opt/x/../a.so"}, {"odd", "no/../srv/y/a.so.1"},
    };
    static const char *const asked[] = {"lib/a.so",  "/lib/a.so", "opt/x/loop", "opt/x/gone",
                                        "through",   "up",        "odd",        "hard",
                                        "missing/x", "",          "srv",        "file/below"};
    put(tree, &(struct fp_entry){.path = "usr/lib", .kind = FP_ENTRY_DIR, .mode = 0750, .uid = 7});
    put(tree, &(struct fp_entry){.path = "srv/y/a.so.1", .kind = FP_ENTRY_FILE, .size = 5});
    put(tree, &(struct fp_entry){.path = "file", .kind = FP_ENTRY_FILE});
    put(tree, &(struct fp_entry){.path = "unrelated/file", .kind = FP_ENTRY_FILE});
    for (size_t i = 0; i < COUNT(links); i++)
        put(tree,
            &(struct fp_entry){.path = links[i][0], .kind = FP_ENTRY_SYMLINK, .link = links[i][1]});
    put(tree, &(struct fp_entry){
                  .path = "hard", .kind = FP_ENTRY_HARDLINK, .link = "opt/x/a.so.1", .mode = 0644});
    for (size_t i = 0; i < COUNT(asked); i++) {
        cleanup_tree struct fp_tree *part = fp_tree_new();
        const struct fp_entry *there = fp_tree_copy_way(tree, asked[i], part);
        const struct fp_entry *found = fp_tree_resolve(part, asked[i]);
        assert_ptr_equal(there, fp_tree_resolve(tree, asked[i]));
        assert_true((there == NULL) == (found == NULL));
        if (there != NULL)
            assert_string_equal(there->path, found->path);
        assert_int_equal(fp_map_each(&part->map, check_same, tree, NULL), FP_OK);
        assert_null(fp_tree_get(part, "unrelated"));
        cleanup_json json_t *json = fp_tree_json(part);
        cleanup_tree struct fp_tree *again = NULL;
        assert_int_equal(fp_tree_parse(json, "part", &again, NULL), FP_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_survives),     cmocka_unit_test(the_text_is_as_documented),
        cmocka_unit_test(damage_is_refused),       cmocka_unit_test(a_large_tree_is_not_told),
        cmocka_unit_test(a_way_leads_to_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
