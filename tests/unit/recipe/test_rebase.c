/* Telling which layers of an image are ours, and making a set-up layer anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "rebase.h"

/* A configuration whose history has these words, separated by ' ': kinds of ours, "base" and
 * "theirs", and "-" for an entry without a layer. */
static struct fp_config config_of(const char *words, bool has_label)
{
    struct fp_config config = {.document = json_object()};
    cleanup_strv struct fp_strv list = {0};
    json_t *history = json_array();
    fp_strv_split(&list, words, ' ');
    for (size_t i = 0; i < list.len; i++) {
        const char *word = list.items[i];
        bool is_ours = strcmp(word, "theirs") != 0 && strcmp(word, "-") != 0;
        cleanup_free char *by =
            fp_xasprintf("%s%s", is_ours ? "flinkpack build # " : "",
                         strcmp(word, "distribution") == 0 ? "flink-1.20.4" : word);
        cleanup_free char *created = fp_xasprintf("2024-01-0%zuT00:00:00Z", i + 1);
        json_t *entry = json_pack("{s:s, s:s}", "created_by", by, "created", created);
        if (strcmp(word, "-") == 0)
            json_object_set_new(entry, "empty_layer", json_true());
        else
            config.diff_id_count++;
        json_array_append_new(history, entry);
    }
    json_object_set_new(config.document, "history", history);
    if (has_label)
        json_object_set_new(config.document, "config",
                            json_pack("{s:{s:s}}", "Labels", "flinkpack.recipes", "{}"));
    return config;
}

static void splits(const char *words, size_t base_count, const char *expected)
{
    struct fp_error err = {0};
    struct fp_config config = config_of(words, true);
    struct fp_rebase_layers layers = {0};
    cleanup_strv struct fp_strv kinds = {0};
    if (fp_rebase_split(&config, "app", &layers, &err) != FP_OK)
        fail_msg("%s", err.text);
    assert_int_equal(layers.base_count, base_count);
    for (size_t i = 0; i < layers.count; i++) {
        fp_strv_add(&kinds, layers.items[i].kind);
        assert_int_equal(layers.items[i].place, base_count + i);
        assert_true(layers.items[i].newest_s > 1704000000);
    }
    cleanup_free char *text = fp_strv_join(&kinds, " ", 200);
    assert_string_equal(text, expected);
    fp_config_clear(&config);
}

static void refuses(const char *words, bool has_label, const char *part, const char *hint)
{
    struct fp_error err = {0};
    struct fp_config config = config_of(words, has_label);
    struct fp_rebase_layers layers = {0};
    assert_int_equal(fp_rebase_split(&config, "app", &layers, &err), FP_E_INPUT);
    if (strstr(err.text, part) == NULL || strstr(err.hint, hint) == NULL)
        fail_msg("'%s' (%s) does not say '%s' (%s)", err.text, err.hint, part, hint);
    fp_config_clear(&config);
}

static void test_split(void **state)
{
    (void) state;
    splits("theirs - theirs packages distribution setup job", 2, "packages distribution setup job");
    splits("theirs distribution hadoop setup -", 1, "distribution hadoop setup");
    splits("base packages distribution setup", 1, "packages distribution setup");
    splits("theirs distribution setup packages setup job", 1,
           "distribution setup packages setup job");
    splits("distribution setup", 0, "distribution setup");
}

static void test_what_cannot_be_split(void **state)
{
    (void) state;
    refuses("theirs distribution setup", false, "has not made it", "--from-release");
    refuses("theirs distribution setup theirs", true, "(theirs)", "put it on top again");
    refuses("theirs setup job", true, "Flink is in its base", "--from-image");
    refuses("theirs distribution", true, "no set-up layer", "anew");
    refuses("theirs distribution job setup", true, "no set-up layer", "anew");
    refuses("", true, "does not say by what", "anew");
}

static void test_history_of_another_length(void **state)
{
    struct fp_error err = {0};
    struct fp_rebase_layers layers = {0};
    struct fp_config config = config_of("theirs distribution setup", true);
    (void) state;
    config.diff_id_count++;
    assert_int_equal(fp_rebase_split(&config, "app", &layers, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "history has 3 layers, and the image has 4"));
    fp_config_clear(&config);
}

/* An entry of a layer: a directory if it has neither content nor target, and a hard link if it has
 * a target and no mode. */
struct row {
    const char *path;
    const char *text;
    const char *target;
    unsigned mode;
    uint64_t uid;
};

static struct fp_blob *layer_of(const char *folder, const struct row *rows, size_t count)
{
    cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(1600000000);
    cleanup_layer struct fp_layer layer = {0};
    const struct fp_layer_options options = {.folder = folder, .threads = 1};
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        struct fp_entry entry = {
            .path = row->path,
            .kind = row->text != NULL     ? FP_ENTRY_FILE
                    : row->target != NULL ? (row->mode == 0 ? FP_ENTRY_HARDLINK : FP_ENTRY_SYMLINK)
                                          : FP_ENTRY_DIR,
            .mode = row->mode,
            .uid = row->uid,
            .mtime_s = -1,
            .link = row->target};
        struct fp_content content = {.text = row->text};
        if (row->text != NULL)
            entry.size = content.text_len = strlen(row->text);
        fp_layer_builder_add(builder, &entry, row->text != NULL ? &content : NULL);
    }
    assert_int_equal(fp_layer_builder_finish(builder, NULL, NULL), FP_OK);
    assert_int_equal(fp_layer_builder_write(builder, &options, &layer, NULL), FP_OK);
    return fp_blob_ref(layer.blob);
}

static const struct row setup_rows[] = {
    {"etc", NULL, NULL, 0700, 0},
    {"etc/passwd", "old:x:1:1::/:/bin/sh\n", NULL, 0644, 0},
    {"etc/motd", "hello", NULL, 0640, 0},
    {"opt/flink", NULL, NULL, 0775, 9999},
    {"opt/flink/bin", NULL, NULL, 0755, 0},
    {"opt/flink/conf/flink-conf.yaml", "a: b\n", NULL, 0664, 9999},
    {"opt/flink/lib/flink-dist-1.20.4.jar", NULL, "/flink-1.20.4/lib/flink-dist-1.20.4.jar", 0777,
     0},
    {"opt/flink/lib/flink-python-1.20.4.jar", NULL, "/flink-1.20.4/opt/flink-python-1.20.4.jar",
     0777, 0},
    {"srv/empty", NULL, NULL, 0700, 5},
    {"usr/bin/python", NULL, "python3", 0777, 0},
};

static void remove_folder(char **path)
{
    fp_temp_remove(*path);
}
#define cleanup_folder __attribute__((cleanup(remove_folder)))

static void test_setup_is_read(void **state)
{
    cleanup_folder char *folder = NULL;
    __attribute__((cleanup(fp_rebase_setup_clear))) struct fp_rebase_setup setup = {0};
    (void) state;
    assert_int_equal(fp_temp_dir("/tmp", &folder, NULL), FP_OK);
    cleanup_blob struct fp_blob *layer =
        layer_of(folder, setup_rows, sizeof(setup_rows) / sizeof(setup_rows[0]));
    assert_int_equal(fp_rebase_setup_read(layer, "flink-conf.yaml", &setup, NULL), FP_OK);
    assert_int_equal(setup.mtime_s, 1600000000);
    assert_int_equal(setup.uid, 9999);
    assert_true(setup.has_home && setup.has_accounts && setup.has_python);
    assert_string_equal(setup.top, "flink-1.20.4");
    assert_string_equal(setup.conf, "a: b\n");
}

/* Make the layer anew for an account `flink`, on a base with one other account. `ret` gets what is
 * there then. */
static enum fp_code remake(const char *folder, const struct fp_blob *layer, struct fp_tree *tree,
                           struct fp_error *err)
{
    const struct fp_build_context context = {.source_date_epoch = -1, .threads = 1};
    cleanup_free char *blobs = fp_xstrdup(folder);
    cleanup_free char *home = fp_xstrdup("/opt/flink");
    cleanup_free char *passwd = fp_xstrdup("root:x:0:0::/:/bin/sh\n");
    cleanup_free char *group = fp_xstrdup("root:x:0:\n");
    const struct fp_plan plan = {
        .context = &context, .uid = 9999, .gid = 9999, .with_python3 = true, .blob_folder = blobs};
    struct fp_flink flink = {.home = home};
    struct fp_base_image base = {.facts = {.passwd = passwd, .group = group}};
    const struct fp_layer_step step = {
        .plan = &plan, .flink = &flink, .base = &base, .tree = tree, .mtime_s = 1700000000};
    const struct fp_strv accounts = {0};
    cleanup_layer struct fp_layer made = {0};
    return fp_rebase_setup_make(&step, layer, true, &accounts, &made, err);
}

static void put(struct fp_tree *tree, const char *path, enum fp_entry_kind kind, unsigned mode)
{
    const struct fp_entry entry = {.path = path, .kind = kind, .mode = mode, .mtime_s = 5};
    assert_int_equal(fp_tree_put(tree, &entry, NULL), FP_OK);
}

static void has(const struct fp_tree *tree, const char *path, unsigned mode, uint64_t uid)
{
    const struct fp_entry *entry = fp_tree_get(tree, path);
    if (entry == NULL) {
        fail_msg("%s is not there", path);
        return;
    }
    assert_int_equal(entry->mode, mode);
    assert_int_equal(entry->uid, uid);
}

static void test_setup_is_made_anew(void **state)
{
    cleanup_folder char *folder = NULL;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    struct fp_error err = {0};
    (void) state;
    assert_int_equal(fp_temp_dir("/tmp", &folder, NULL), FP_OK);
    cleanup_blob struct fp_blob *layer =
        layer_of(folder, setup_rows, sizeof(setup_rows) / sizeof(setup_rows[0]));
    put(tree, "etc", FP_ENTRY_DIR, 0711);
    put(tree, "etc/passwd", FP_ENTRY_FILE, 0604);
    put(tree, "usr/bin/python", FP_ENTRY_FILE, 0755);
    if (remake(folder, layer, tree, &err) != FP_OK)
        fail_msg("%s", err.text);
    has(tree, "etc", 0711, 0);
    has(tree, "etc/passwd", 0604, 0);
    assert_int_equal(fp_tree_get(tree, "etc/passwd")->mtime_s, 1700000000);
    has(tree, "etc/motd", 0640, 0);
    has(tree, "opt/flink", 0775, 9999);
    has(tree, "srv/empty", 0755, 0);
    has(tree, "usr/bin/python", 0755, 0);
    assert_int_equal(fp_tree_get(tree, "usr/bin/python")->kind, FP_ENTRY_FILE);
}

/* What flinkpack never puts into such a layer is somebody else's. */
static void test_strange_setups(void **state)
{
    static const struct row rows[] = {{"opt/flink/bin/a", "", NULL, 0644, 0},
                                      {"opt/flink/bin/b", NULL, "opt/flink/bin/a", 0, 0}};
    cleanup_folder char *folder = NULL;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    struct fp_error err = {0};
    (void) state;
    assert_int_equal(fp_temp_dir("/tmp", &folder, NULL), FP_OK);
    cleanup_blob struct fp_blob *layer = layer_of(folder, rows, 2);
    assert_int_equal(remake(folder, layer, tree, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "/opt/flink/bin/b"));
}

static void test_world(void **state)
{
    static const struct row rows[] = {
        {"etc/apk/world", "bash\nbusybox\nlibc6-compat\n!x y\ntini>=0.19\n", NULL, 0644, 0}};
    cleanup_folder char *folder = NULL;
    cleanup_strv struct fp_strv packages = {0};
    (void) state;
    assert_int_equal(fp_temp_dir("/tmp", &folder, NULL), FP_OK);
    cleanup_blob struct fp_blob *layer = layer_of(folder, rows, 1);
    assert_int_equal(fp_rebase_world(layer, &packages, NULL), FP_OK);
    cleanup_free char *text = fp_strv_join(&packages, " ", 200);
    assert_string_equal(text, "busybox tini>=0.19");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_what_cannot_be_split),
        cmocka_unit_test(test_history_of_another_length),
        cmocka_unit_test(test_setup_is_read),
        cmocka_unit_test(test_setup_is_made_anew),
        cmocka_unit_test(test_strange_setups),
        cmocka_unit_test(test_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
