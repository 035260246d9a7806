#include "base_test.h"

#define MAX_LAYERS 4
#define PLENTY     ((uint64_t) 1 << 20)
#define ENTRY(t, p, x)                                                                             \
    {                                                                                              \
        .type = (t), .path = (p), .text = (x)                                                      \
    }

/* A base made of layers, which consist of entries. */
struct base {
    struct fp_blob *blobs[MAX_LAYERS];
    size_t count;
    struct fp_config config;
};

static void base_clear(struct base *base)
{
    for (size_t i = 0; i < base->count; i++)
        fp_blob_unref(base->blobs[i]);
    fp_config_clear(&base->config);
}
#define cleanup_base  __attribute__((cleanup(base_clear)))
#define cleanup_facts __attribute__((cleanup(fp_base_facts_clear)))

static void set_config(struct base *base, const char *env)
{
    struct fp_buf list = FP_BUF_INIT(4096);
    for (size_t i = 0; i < base->count; i++)
        fp_buf_putf(&list, "%s\"%s\"", i > 0 ? "," : "",
                    fp_blob_descriptor(base->blobs[i])->digest.text);
    cleanup_free char *text =
        fp_xasprintf("{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{\"Env\":[%s]},"
                     "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}",
                     env, fp_buf_text(&list));
    fp_buf_clear(&list);
    assert_int_equal(
        fp_config_parse(text, strlen(text), base->count, "config", &base->config, NULL), FP_OK);
}

static struct base make(const struct tar_entry *const *layers, const char *env)
{
    struct base base = {.count = 0};
    for (; layers[base.count] != NULL; base.count++)
        base.blobs[base.count] = tar_blob(layers[base.count], FP_MEDIA_OCI_LAYER);
    set_config(&base, env);
    return base;
}

static struct fp_base_facts inspect(const struct base *base)
{
    struct fp_base_facts facts = {.tree = NULL};
    struct fp_error err = {0};
    if (fp_base_inspect(base->blobs, base->count, &base->config, NULL, PLENTY, NULL, &facts,
                        &err) != FP_OK)
        fail_msg("%s", err.text);
    return facts;
}

static enum fp_code try_inspect(const struct base *base, uint64_t max_bytes, struct fp_error *err)
{
    cleanup_facts struct fp_base_facts facts = {.tree = NULL};
    enum fp_code code = fp_base_inspect(base->blobs, base->count, &base->config, NULL, max_bytes,
                                        NULL, &facts, err);
    if (code != FP_OK)
        assert_null(facts.tree);
    return code;
}

/* Debian with a merged /usr, bash, and os-release as a link. */
static const struct tar_entry debian[] = {
    ENTRY('5', "./", NULL),
    ENTRY('5', "./etc/", NULL),
    ENTRY('5', "./usr/bin/", NULL),
    ENTRY('2', "./bin", "usr/bin"),
    ENTRY('2', "./lib64", "usr/lib64"),
    ENTRY('5', "./usr/lib64", NULL),
    ENTRY('0', "./usr/lib/x86_64-linux-gnu/ld-2.31.so", "elf"),
    ENTRY('2', "./usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld-2.31.so"),
    ENTRY('0', "./usr/bin/bash", "elf"),
    ENTRY('2', "./etc/os-release", "../usr/lib/os-release"),
    {'0', "./usr/lib/os-release",
     "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n", 0644},
    {'0', "./etc/passwd", "root:x:0:0::/root:/bin/bash\n", 0644},
    {'0', "./etc/group", "root:x:0:\n", 0644},
    {'0', "./etc/shadow", "root:*:1::::::\n", 0640},
    {0},
};
static const struct tar_entry alpine[] = {
    ENTRY('0', "bin/busybox", "elf"),
    ENTRY('2', "bin/sh", "/bin/busybox"),
    ENTRY('0', "lib/ld-musl-x86_64.so.1", "elf"),
    {'0', "etc/os-release", "NAME='Alpine'\nID=alpine\r\nVERSION_ID=3.20.3\n", 0644},
    {'0', "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", 0644},
    {0},
};

static void test_debian(void **state)
{
    (void) state;
    cleanup_base struct base base = make((const struct tar_entry *[]){debian, NULL}, "");
    cleanup_facts struct fp_base_facts facts = inspect(&base);
    assert_string_equal(facts.passwd, "root:x:0:0::/root:/bin/bash\n");
    assert_string_equal(facts.group, "root:x:0:\n");
    assert_string_equal(facts.shadow, "root:*:1::::::\n");
    assert_string_equal(facts.os_id, "debian");
    assert_string_equal(facts.os_version, "12");
    assert_string_equal(facts.os_name, "Debian GNU/Linux 12 (bookworm)");
    assert_false(facts.musl);
    assert_true(facts.has_bash);
    assert_null(facts.java_home);
    assert_int_equal(fp_tree_get(facts.tree, "etc/shadow")->mode, 0640);
}

static void test_alpine(void **state)
{
    (void) state;
    cleanup_base struct base base = make((const struct tar_entry *[]){alpine, NULL}, "");
    cleanup_facts struct fp_base_facts facts = inspect(&base);
    assert_string_equal(facts.os_id, "alpine");
    assert_string_equal(facts.os_version, "3.20.3");
    assert_true(facts.musl);
    assert_false(facts.has_bash);
    assert_null(facts.group);
    assert_null(facts.shadow);
}

static void test_compatibility_loaders_are_not_glibc(void **state)
{
    (void) state;
    static const struct tar_entry libc6_compat[] = {
        ENTRY('2', "lib64/ld-linux-x86-64.so.2", "../lib/ld-musl-x86_64.so.1"), {0}};
    static const struct tar_entry gcompat[] = {
        ENTRY('0', "lib/libgcompat.so.0", "elf"),
        ENTRY('0', "lib/ld-linux-x86-64.so.2", "elf"),
        ENTRY('2', "lib64/ld-linux-x86-64.so.2", "../lib/ld-linux-x86-64.so.2"),
        {0}};
    static const struct tar_entry glibc[] = {
        ENTRY('0', "usr/glibc-compat/lib/ld-linux-x86-64.so.2", "elf"),
        ENTRY('2', "lib64/ld-linux-x86-64.so.2", "/usr/glibc-compat/lib/ld-linux-x86-64.so.2"),
        {0}};
    static const struct {
        const struct tar_entry *layer;
        bool musl;
    } cases[] = {{libc6_compat, true}, {gcompat, true}, {glibc, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        cleanup_base struct base base =
            make((const struct tar_entry *[]){alpine, cases[i].layer, NULL}, "");
        cleanup_facts struct fp_base_facts facts = inspect(&base);
        assert_int_equal(facts.musl, cases[i].musl);
    }
}

static void test_nothing_at_all(void **state)
{
    (void) state;
    cleanup_base struct base base = make((const struct tar_entry *[]){NULL}, "");
    cleanup_facts struct fp_base_facts facts = inspect(&base);
    assert_null(facts.passwd);
    assert_null(facts.os_id);
    assert_false(facts.musl);
    assert_false(facts.has_bash);
    assert_int_equal(fp_tree_count(facts.tree), 0);
}

static void test_the_upper_layer_counts(void **state)
{
    (void) state;
    static const struct tar_entry upper[] = {{'0', "etc/passwd", "new:x:1:1::/:/bin/sh\n", 0644},
                                             ENTRY('0', "usr/bin/.wh.bash", NULL),
                                             ENTRY('0', "etc/.wh.shadow", NULL),
                                             {0}};
    cleanup_base struct base base = make((const struct tar_entry *[]){debian, upper, NULL}, "");
    cleanup_facts struct fp_base_facts facts = inspect(&base);
    assert_string_equal(facts.passwd, "new:x:1:1::/:/bin/sh\n");
    assert_string_equal(facts.group, "root:x:0:\n");
    assert_null(facts.shadow);
    assert_false(facts.has_bash);
}

static void test_bash_is_looked_for_on_the_path(void **state)
{
    (void) state;
    static const struct tar_entry odd[] = {ENTRY('0', "opt/tools/bash", "elf"),
                                           ENTRY('5', "a/bash", NULL),
                                           {'0', "b/bash", "elf", 0644},
                                           ENTRY('2', "c/bash", "/nowhere"),
                                           ENTRY('2', "d/bash", "/opt/tools/bash"),
                                           {0}};
    static const struct {
        const char *env;
        bool found;
    } cases[] = {
        {"", false},
        {"\"PATH=/opt/tools\"", true},
        {"\"PATH=/a:/b:/c\"", false},
        {"\"PATH=/a::/x:/d/\"", true},
        {"\"PATH=opt/tools\"", false},
        {"\"PATH=\"", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cleanup_base struct base base = make((const struct tar_entry *[]){odd, NULL}, cases[i].env);
        cleanup_facts struct fp_base_facts facts = inspect(&base);
        assert_int_equal(facts.has_bash, cases[i].found);
    }
}

static void test_wrong_diff_id_names_the_layer(void **state)
{
    (void) state;
    cleanup_base struct base base = make((const struct tar_entry *[]){debian, alpine, NULL}, "");
    struct fp_error err = {0};
    base.config.diff_ids[1] = fp_digest_of("x", 1);
    assert_int_equal(try_inspect(&base, PLENTY, &err), FP_E_VERIFY);
    assert_says(&err, "base layer 2 of 2 (sha256:");
    assert_says(&err, base.config.diff_ids[1].text);
    assert_says(&err, fp_blob_descriptor(base.blobs[1])->digest.text);
    assert_true(err.hint[0] != '\0');
}

static void test_trailing_bytes_belong_to_the_diff_id(void **state)
{
    (void) state;
    static const char zeros[512 * 40];
    char *data = fp_xmalloc(sizeof(zeros));
    memcpy(data, zeros, sizeof(zeros));
    struct base base = {.blobs = {fp_blob_memory(FP_MEDIA_OCI_LAYER, data, sizeof(zeros))},
                        .count = 1};
    set_config(&base, "");
    cleanup_facts struct fp_base_facts facts = inspect(&base);
    assert_int_equal(fp_tree_count(facts.tree), 0);
    base_clear(&base);
}

static void test_refuses(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_base struct base base = make((const struct tar_entry *[]){debian, NULL}, "");
    assert_int_equal(try_inspect(&base, 1024, &err), FP_E_INPUT); /* more than allowed */
    base.config.diff_id_count = 0;
    assert_int_equal(try_inspect(&base, PLENTY, &err), FP_E_INPUT);
    assert_says(&err, "1 layers, and the configuration has 0 diff_ids");
    struct base foreign = {
        .blobs = {tar_blob(debian, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")},
        .count = 1};
    set_config(&foreign, "");
    assert_int_equal(try_inspect(&foreign, PLENTY, &err), FP_E_INPUT);
    assert_says(&err, "base layer 1 of 1: media type");
    base_clear(&foreign);
}

static void test_the_budget_is_of_all_layers(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_base struct base base = make((const struct tar_entry *[]){alpine, alpine, NULL}, "");
    uint64_t one = fp_blob_descriptor(base.blobs[0])->size;
    assert_int_equal(try_inspect(&base, 2 * one, &err), FP_OK);
    assert_int_equal(try_inspect(&base, 2 * one - 1, &err), FP_E_INPUT);
    assert_says(&err, "base layer 2 of 2");
}

static void test_accounts_that_cannot_be_read(void **state)
{
    (void) state;
    static const struct tar_entry cases[][3] = {
        {ENTRY('2', "etc/passwd", "/nix/store/x/passwd"), {0}},
        {ENTRY('5', "etc/passwd", NULL), {0}},
        {ENTRY('0', "nix/passwd", "x"), ENTRY('2', "etc/group", "../nix/passwd"), {0}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cleanup_base struct base base = make((const struct tar_entry *[]){cases[i], NULL}, "");
        struct fp_error err = {0};
        assert_int_equal(try_inspect(&base, PLENTY, &err), FP_E_INPUT);
        assert_says(&err, "is no regular file");
    }
}

static void test_accounts_are_bounded(void **state)
{
    (void) state;
    static char large[2 << 20];
    memset(large, 'x', sizeof(large) - 1);
    cleanup_free char *binary = fp_xcalloc(4, 512);
    struct tar_entry entry = ENTRY('0', "etc/passwd", "root");
    tar_header((unsigned char *) binary, &entry, 4);
    struct base base = {.blobs = {fp_blob_memory(FP_MEDIA_OCI_LAYER, steal_pointer(&binary), 2048)},
                        .count = 1};
    struct fp_error err = {0};
    set_config(&base, "");
    assert_int_equal(try_inspect(&base, PLENTY, &err), FP_E_INPUT); /* four NUL bytes */
    assert_says(&err, "/etc/passwd is not a text file");
    base_clear(&base);

    cleanup_free char *bytes = fp_xcalloc(1, sizeof(large) + 4096);
    tar_header((unsigned char *) bytes, &entry, sizeof(large) - 1);
    memcpy(bytes + 512, large, sizeof(large) - 1);
    struct base heavy = {.blobs = {fp_blob_memory(FP_MEDIA_OCI_LAYER, steal_pointer(&bytes),
                                                  sizeof(large) + 512 + 1024)},
                         .count = 1};
    set_config(&heavy, "");
    assert_int_equal(try_inspect(&heavy, 4 * PLENTY, &err), FP_E_INPUT);
    assert_says(&err, "/etc/passwd is too large");
    base_clear(&heavy);
}

/* A layer with files of a megabyte each, and a link from /etc to `etc` (NULL: no link). */
static struct fp_blob *heavy_layer(const char *etc, const char *const *paths, size_t count)
{
    enum { MIB = 1 << 20 };
    unsigned char *data = fp_xcalloc(1, count * (MIB + 512) + 512 + 1024);
    struct tar_entry link = ENTRY('2', "etc", etc);
    size_t at = etc != NULL ? 512 : 0;
    if (etc != NULL)
        tar_header(data, &link, 0);
    for (size_t i = 0; i < count; i++) {
        struct tar_entry entry = ENTRY('0', paths[i], NULL);
        tar_header(data + at, &entry, MIB);
        memset(data + at + 512, '#', MIB);
        at += 512 + MIB;
    }
    return fp_blob_memory(FP_MEDIA_OCI_LAYER, (char *) data, at + 1024);
}

static void test_accounts_are_held_once(void **state)
{
    (void) state;
    static const char *const again[] = {"etc/passwd", "etc/passwd", "etc/passwd", "etc/passwd",
                                        "etc/passwd", "etc/passwd", "etc/passwd", "etc/passwd",
                                        "etc/passwd", "etc/passwd", "etc/passwd", "etc/passwd"};
    static const char *const all[] = {"etc/passwd", "etc/group", "etc/shadow"};
    struct fp_error err = {0};
    struct base base = {.blobs = {heavy_layer(NULL, again, COUNT(again))}, .count = 1};
    set_config(&base, "");
    assert_int_equal(try_inspect(&base, 16 * PLENTY, &err), FP_OK);
    base_clear(&base);

    struct base wandering = {
        .blobs = {heavy_layer("a", all, 3), heavy_layer("b", all, 3), heavy_layer("c", all, 3)},
        .count = 3};
    set_config(&wandering, "");
    assert_int_equal(try_inspect(&wandering, 16 * PLENTY, &err), FP_E_INPUT);
    assert_says(&err, "/etc/shadow is too large in all its places together");
    base_clear(&wandering);
}

static void test_damaged_layer(void **state)
{
    (void) state;
    struct base base = {.blobs = {fp_blob_memory(FP_MEDIA_OCI_LAYER_GZIP,
                                                 fp_xstrdup("\x1f\x8b\x08 not deflated"), 16)},
                        .count = 1};
    struct fp_error err = {0};
    set_config(&base, "");
    assert_int_equal(try_inspect(&base, PLENTY, &err), FP_E_INPUT);
    assert_says(&err, "base layer 1 of 1");
    base_clear(&base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_debian),
        cmocka_unit_test(test_alpine),
        cmocka_unit_test(test_compatibility_loaders_are_not_glibc),
        cmocka_unit_test(test_nothing_at_all),
        cmocka_unit_test(test_the_upper_layer_counts),
        cmocka_unit_test(test_bash_is_looked_for_on_the_path),
        cmocka_unit_test(test_wrong_diff_id_names_the_layer),
        cmocka_unit_test(test_trailing_bytes_belong_to_the_diff_id),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_the_budget_is_of_all_layers),
        cmocka_unit_test(test_accounts_that_cannot_be_read),
        cmocka_unit_test(test_accounts_are_bounded),
        cmocka_unit_test(test_accounts_are_held_once),
        cmocka_unit_test(test_damaged_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
