/** Digests of directories: they are equal where the layers are. */
#include "dist_place.h"

#include <utime.h>

/* A change of a directory. */
struct change {
    enum { NOTHING, WRITE, MODE, LINK, REMOVE, FOLDER, AGE } kind;
    const char *path;
    const char *text; /* content, or target of a link */
    unsigned mode;
    bool counts; /* whether it gives another layer than no change */
};

#define LIB "lib/flink-scala_2.12-1.20.0.jar"

static const struct change CHANGES[] = {
    {.kind = NOTHING},
    {WRITE, "conf/config.yaml", "rest:\n  port: 8082\n", 0, true},
    {WRITE, LIB, "PK scalb", 0, true},
    {WRITE, LIB, "#! PK scala", 0, true},
    {WRITE, "lib/own.jar", "PK", 0, true},
    {WRITE, "lib/owo.jar", "PK", 0, true},
    {WRITE, "lib/own.jar", "", 0, true},
    {WRITE, "lib/own.ja", "r", 0, true},
    {WRITE, "own.jar", "PK", 0, true},
    {WRITE, "plugins/a/b.jar", "PK", 0, true},
    {WRITE, "plugins/a/b/c.jar", "PK", 0, true},
    {LINK, "lib/own.jar", "flink-dist-1.20.0.jar", 0, true},
    {LINK, "lib/own.jar", &LIB[4], 0, true},
    {LINK, "lib/other.jar", &LIB[4], 0, true},
    {REMOVE, "examples/WordCount.jar", NULL, 0, true},
    {REMOVE, "opt/flink-cep-1.20.0.jar", NULL, 0, true},
    {MODE, "bin/taskmanager.sh", NULL, 0644, false},
    {MODE, LIB, NULL, 0777, false},
    {MODE, "lib", NULL, 0700, false},
    {AGE, LIB, NULL, 0, false},
    {AGE, "bin", NULL, 0, false},
    {WRITE, "log/flink-me-taskexecutor-0-host.log", "lines", 0, false},
    {WRITE, "conf/config.yaml~", "rest:\n", 0, false},
    {WRITE, "lib/._own.jar", "of macOS", 0, false},
    {FOLDER, "usrlib", NULL, 0, false},
    {FOLDER, "log", NULL, 0, false},
    {FOLDER, "plugins/a/b", NULL, 0, false},
};

#define CHANGE_COUNT (sizeof(CHANGES) / sizeof(CHANGES[0]))

static void change(const char *folder, const struct change *change)
{
    static const struct utimbuf OLD = {1000000000, 1000000000};
    struct fp_error err = {0};
    if (change->kind == NOTHING)
        return;
    cleanup_free char *path = fp_path_join(folder, change->path);
    cleanup_free char *parent = fp_xstrndup(path, (size_t) (fp_path_base(path) - path) - 1);
    assert_int_equal(fp_mkdir_p(parent, 0755, &err), FP_OK);
    if (change->kind == WRITE)
        write_plain(path, change->text, strlen(change->text));
    else if (change->kind == MODE)
        assert_int_equal(chmod(path, change->mode), 0);
    else if (change->kind == LINK)
        assert_int_equal(symlink(change->text, path), 0);
    else if (change->kind == REMOVE)
        assert_int_equal(unlink(path), 0);
    else if (change->kind == FOLDER)
        assert_int_equal(fp_mkdir_p(path, 0755, &err), FP_OK);
    else
        assert_int_equal(utime(path, &OLD), 0);
}

/* The files that were asked for, and the one that fails. */
struct asked {
    size_t count;
    const char *fails;
};

static enum fp_code file_digest(void *context, const char *path, char ret_hex[FP_HASH_HEX_MAX],
                                struct fp_error *err)
{
    struct asked *asked = context;
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    asked->count++;
    if (asked->fails != NULL && strstr(path, asked->fails) != NULL)
        return fp_fail(err, FP_E_IO, "%s: no", path);
    FP_TRY(fp_file_read(path, &text, err));
    fp_hash_bytes(FP_SHA256, fp_buf_text(&text), text.len, ret_hex);
    return FP_OK;
}

static void digest(const char *folder, char ret_hex[FP_HASH_HEX_MAX])
{
    struct asked asked = {0};
    struct fp_error err = {0};
    if (fp_distribution_folder_sha256(folder, file_digest, &asked, ret_hex, &err) != FP_OK)
        fail_msg("%s", err.text);
    assert_true(asked.count >= DIST_LINE_COUNT / 2 - 1);
}

static void test_as_the_layer(void **state)
{
    struct place *place = *state;
    char digests[CHANGE_COUNT][FP_HASH_HEX_MAX];
    struct fp_digest layers[CHANGE_COUNT];
    place->options.archive = NULL;
    for (size_t i = 0; i < CHANGE_COUNT; i++) {
        cleanup_free char *folder = fp_xasprintf("%s/%zu", place->folder, i);
        dist_folder(folder);
        change(folder, &CHANGES[i]);
        digest(folder, digests[i]);
        place->options.folder = folder;
        cleanup_distribution struct fp_distribution dist = read_dist(place);
        layers[i] = dist.layer.diff_id;
        if (fp_digest_equal(&layers[i], &layers[0]) == CHANGES[i].counts)
            fail_msg("%s: another layer: %d", CHANGES[i].path, !CHANGES[i].counts);
    }
    for (size_t i = 0; i < CHANGE_COUNT; i++)
        for (size_t j = 0; j < i; j++)
            if ((strcmp(digests[i], digests[j]) == 0) != fp_digest_equal(&layers[i], &layers[j]))
                fail_msg("%s and %s: not as their layers", CHANGES[i].path, CHANGES[j].path);
}

static void test_failures(void **state)
{
    struct place *place = *state;
    char hex[FP_HASH_HEX_MAX] = "";
    struct fp_error err = {0};
    struct asked asked = {.fails = "config.yaml"};
    cleanup_free char *folder = fp_path_join(place->folder, "dist");
    cleanup_free char *pipe = fp_path_join(folder, "lib/pipe");
    dist_folder(folder);
    enum fp_code code = fp_distribution_folder_sha256(folder, file_digest, &asked, hex, &err);
    assert_int_equal(code, FP_E_IO);
    assert_non_null(strstr(err.text, "conf/config.yaml: no"));
    asked.fails = NULL;
    assert_int_equal(mkfifo(pipe, 0600), 0);
    code = fp_distribution_folder_sha256(folder, file_digest, &asked, hex, &err);
    assert_int_equal(code, FP_E_INPUT);
    code = fp_distribution_folder_sha256("/no/such/folder", file_digest, &asked, hex, &err);
    assert_int_equal(code, FP_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_as_the_layer), TEST(test_failures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
