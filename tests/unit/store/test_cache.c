/* Records and blobs of the cache, and caches that lie. */
#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY   "00000000000000000000000000000000000000000000000000000000000000aa"
#define OTHER "00000000000000000000000000000000000000000000000000000000000000bb"

static struct fp_cache *open_cache(void)
{
    struct fp_error err = {0};
    struct fp_cache *cache = NULL;
    assert_ok(fp_cache_open(in_folder("cache"), FP_CACHE_MAX_BYTES, &cache, &err), &err);
    return cache;
}

static void put(struct fp_cache *cache, const char *key, const char *text)
{
    cleanup_json json_t *record = json_object();
    fp_json_set_text(record, "text", text);
    fp_cache_put(cache, "layer", key, record);
}

static void assert_record(struct fp_cache *cache, const char *key, const char *expected)
{
    cleanup_json json_t *record = fp_cache_get(cache, "layer", key);
    const char *text = fp_json_string(record, "text");
    if (expected == NULL)
        assert_null(record);
    else
        assert_string_equal(text != NULL ? text : "nothing", expected);
}

/* A layer in a file without a name, as the builder of layers makes it. */
static struct fp_blob *make_layer(const char *text)
{
    struct fp_error err = {0};
    cleanup_newfile struct fp_newfile *file = NULL;
    struct fp_descriptor descriptor = {.size = strlen(text)};
    descriptor.digest = fp_digest_of(text, strlen(text));
    (void) snprintf(descriptor.media_type, sizeof(descriptor.media_type), "%s", FP_MEDIA_OCI_LAYER);
    assert_ok(fp_newfile_open_in(in_folder(""), 0644, &file, &err), &err);
    assert_int_equal(write(fp_newfile_fd(file), text, strlen(text)), strlen(text));
    return fp_blob_file(&descriptor, NULL, fp_newfile_fd(file), 0);
}

static const char *blob_path(const struct fp_blob *blob)
{
    cleanup_free char *name =
        fp_xasprintf("cache/blobs/sha256/%s", fp_digest_hex(&fp_blob_descriptor(blob)->digest));
    return in_folder(name);
}

static enum fp_code read_blob(const struct fp_blob *blob, struct fp_buf *ret, struct fp_error *err)
{
    cleanup_source struct fp_source *source = NULL;
    FP_TRY(fp_blob_open(blob, 0, &source, err));
    return fp_source_read_all(source, ret, err);
}

static void assert_blob(struct fp_cache *cache, const struct fp_blob *layer, const char *expected)
{
    struct fp_error err = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    cleanup_blob struct fp_blob *blob = fp_cache_blob(cache, fp_blob_descriptor(layer));
    assert_int_equal(blob != NULL, expected != NULL);
    if (blob == NULL)
        return;
    assert_ok(read_blob(blob, &text, &err), &err);
    assert_string_equal(fp_buf_text(&text), expected);
}

static void overwrite(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static void what_is_put_is_found(void **state)
{
    (void) state;
    struct stat st = {0};
    cleanup_cache struct fp_cache *cache = open_cache();
    cleanup_blob struct fp_blob *layer = make_layer("a layer");
    assert_record(cache, KEY, NULL);
    put(cache, KEY, "first");
    put(cache, KEY, "second");
    assert_record(cache, KEY, "second");
    assert_record(cache, OTHER, NULL);
    assert_blob(cache, layer, NULL);
    fp_cache_add_blob(cache, layer);
    fp_cache_add_blob(cache, layer);
    assert_blob(cache, layer, "a layer");
    assert_false(fp_cache_saw_damage(cache));
    assert_int_equal(stat(in_folder("cache"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(in_folder("cache/records/layer"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    cleanup_cache struct fp_cache *again = open_cache();
    assert_record(again, KEY, "second");
    assert_blob(again, layer, "a layer");
}

static void no_cache_has_nothing(void **state)
{
    (void) state;
    char hex[FP_HASH_HEX_MAX] = "";
    uint64_t bytes = 0;
    struct fp_error err = {0};
    cleanup_blob struct fp_blob *layer = make_layer("a layer");
    put(NULL, KEY, "text");
    assert_record(NULL, KEY, NULL);
    fp_cache_add_blob(NULL, layer);
    assert_blob(NULL, layer, NULL);
    assert_false(fp_cache_saw_damage(NULL));
    fp_cache_free(NULL);
    const char *path = put_file("x", "abc", 3);
    assert_ok(fp_cache_file_sha256(NULL, path, hex, &bytes, &err), &err);
    assert_string_equal(hex, fp_digest_of("abc", 3).text + strlen("sha256:"));
    assert_int_equal(bytes, 3);
}

static void names_that_are_paths_are_refused(void **state)
{
    (void) state;
    cleanup_cache struct fp_cache *cache = open_cache();
    static const char *const kinds[] = {"", ".", "..", "a/b", "Layer", ".count"};
    cleanup_json json_t *record = json_object();
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        fp_cache_put(cache, kinds[i], KEY, record);
        assert_null(fp_cache_get(cache, kinds[i], KEY));
    }
    fp_cache_put(cache, "layer", "../../x", record);
    fp_cache_put(cache, "layer", "", record);
    assert_false(fp_path_exists(in_folder("cache")));
}

/* Looking makes no directory, as a command line with a mistake looks too. */
static void looking_makes_nothing(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_cache_list struct fp_cache_list list = {0};
    struct fp_cache *cache = open_cache();
    cleanup_blob struct fp_blob *layer = make_layer("a layer");
    assert_record(cache, KEY, NULL);
    assert_blob(cache, layer, NULL);
    assert_ok(fp_cache_entries(cache, &list, &err), &err);
    assert_int_equal(list.len, 0);
    fp_cache_free(cache);
    assert_false(fp_path_exists(in_folder("cache")));
}

/* A nameless file becomes the blob, in the cache and in the store, in either order. */
static void a_nameless_layer_is_linked(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct stat kept = {0};
    struct stat stored = {0};
    cleanup_cache struct fp_cache *cache = open_cache();
    cleanup_repo struct fp_repo *store = NULL;
    assert_ok(fp_repo_open_layout(in_folder("store"), FP_LAYOUT_STORE, &store, &err), &err);
    for (int first = 0; first < 2; first++) {
        enum fp_push_outcome outcome = FP_PUSH_EXISTING;
        cleanup_blob struct fp_blob *layer = make_layer(first == 0 ? "layer 0" : "layer 1");
        const struct fp_descriptor *descriptor = fp_blob_descriptor(layer);
        cleanup_free char *path = fp_layout_blob_path(in_folder("store"), &descriptor->digest);
        if (first == 0)
            fp_cache_add_blob(cache, layer);
        assert_ok(fp_blob_file_put(path, NULL, descriptor, layer, NULL, &outcome, &err), &err);
        fp_cache_add_blob(cache, layer);
        assert_int_equal(stat(path, &stored), 0);
        assert_int_equal(stat(blob_path(layer), &kept), 0);
        assert_int_equal(stored.st_ino, kept.st_ino);
        assert_int_equal(kept.st_nlink, 2);
    }
}

/* A file of the user's, who may write to it, is copied. */
static void a_named_file_is_copied(void **state)
{
    (void) state;
    struct stat st = {0};
    struct fp_error err = {0};
    int fd = -1;
    cleanup_cache struct fp_cache *cache = open_cache();
    const char *path = put_file("job.tar", "mine", 4);
    struct fp_descriptor descriptor = {.size = 4, .digest = fp_digest_of("mine", 4)};
    assert_ok(fp_file_open(path, &fd, NULL, &err), &err);
    cleanup_blob struct fp_blob *blob = fp_blob_file(&descriptor, path, fd, 0);
    assert_int_equal(close(fd), 0);
    fp_cache_add_blob(cache, blob);
    assert_blob(cache, blob, "mine");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_nlink, 1);
    /* Bytes that are not the blob are not kept. */
    descriptor.digest = fp_digest_of("other", 5);
    cleanup_blob struct fp_blob *wrong = fp_blob_file(&descriptor, path, -1, 0);
    fp_cache_add_blob(cache, wrong);
    assert_blob(cache, wrong, NULL);
}

static void a_download_is_linked(void **state)
{
    (void) state;
    struct stat st = {0};
    struct fp_error err = {0};
    int fd = -1;
    cleanup_cache struct fp_cache *cache = open_cache();
    assert_int_equal(mkdir(in_folder("cache"), 0700), 0);
    const char *path = put_file("cache/flink-1.tgz", "flink", 5);
    const struct fp_descriptor descriptor = {.size = 5, .digest = fp_digest_of("flink", 5)};
    assert_ok(fp_file_open(path, &fd, NULL, &err), &err);
    cleanup_blob struct fp_blob *release = fp_blob_file(&descriptor, path, fd, 0);
    assert_int_equal(close(fd), 0);
    fp_cache_add_blob(cache, release);
    assert_blob(cache, release, "flink");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_nlink, 2);
    /* Where others may write to the directory, they may write to the file. */
    assert_int_equal(unlink(blob_path(release)), 0);
    assert_int_equal(chmod(in_folder("cache"), 0777), 0);
    fp_cache_add_blob(cache, release);
    assert_blob(cache, release, "flink");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_nlink, 1);
}

static void a_damaged_blob_is_a_miss(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    cleanup_cache struct fp_cache *cache = open_cache();
    cleanup_blob struct fp_blob *layer = make_layer("a layer");
    fp_cache_add_blob(cache, layer);
    /* Of another size: never given out. */
    overwrite(blob_path(layer), "a long layer");
    assert_blob(cache, layer, NULL);
    assert_false(fp_path_exists(blob_path(layer)));
    /* Of the same size: told by whoever reads it, and gone. */
    cleanup_blob struct fp_blob *again = make_layer("a layer");
    fp_cache_add_blob(cache, again);
    overwrite(blob_path(layer), "a lAyer");
    cleanup_blob struct fp_blob *blob = fp_cache_blob(cache, fp_blob_descriptor(layer));
    assert_non_null(blob);
    assert_int_equal(fp_blob_fd(blob), -1);
    assert_fails(read_blob(blob, &text, &err), FP_E_VERIFY, &err, "cache/blobs/sha256");
    assert_true(fp_cache_saw_damage(cache));
    assert_blob(cache, layer, NULL);
    /* One that is removed while it is in use can be read. */
    cleanup_blob struct fp_blob *third = make_layer("a layer");
    fp_cache_add_blob(cache, third);
    cleanup_blob struct fp_blob *open = fp_cache_blob(cache, fp_blob_descriptor(third));
    assert_int_equal(unlink(blob_path(layer)), 0);
    fp_buf_clear(&text);
    assert_ok(read_blob(open, &text, &err), &err);
}

static void a_damaged_record_is_a_miss(void **state)
{
    (void) state;
    size_t len = 0;
    cleanup_cache struct fp_cache *cache = open_cache();
    put(cache, KEY, "the text of the record");
    const char *path = in_folder("cache/records/layer/" KEY);
    cleanup_free char *good = slurp(path, &len);
    /* Every truncation and every changed byte is noticed. */
    for (size_t i = 0; i < len; i++) {
        cleanup_free char *bad = fp_xstrdup(good);
        (void) put_file("cache/records/layer/" KEY, good, i);
        assert_int_equal(chmod(path, 0600), 0);
        assert_record(cache, KEY, NULL);
        assert_false(fp_path_exists(path));
        bad[i] ^= 1;
        (void) put_file("cache/records/layer/" KEY, bad, len);
        assert_int_equal(chmod(path, 0600), 0);
        assert_record(cache, KEY, NULL);
    }
    assert_true(fp_cache_saw_damage(cache));
    (void) put_file("cache/records/layer/" KEY, good, len);
    assert_int_equal(chmod(path, 0600), 0);
    assert_record(cache, KEY, "the text of the record");
    /* A record of another key, or of another kind. */
    (void) put_file("cache/records/layer/" OTHER, good, len);
    assert_int_equal(chmod(in_folder("cache/records/layer/" OTHER), 0600), 0);
    assert_record(cache, OTHER, NULL);
    assert_int_equal(mkdir(in_folder("cache/records/base"), 0700), 0);
    (void) put_file("cache/records/base/" KEY, good, len);
    assert_int_equal(chmod(in_folder("cache/records/base/" KEY), 0600), 0);
    assert_null(fp_cache_get(cache, "base", KEY));
}

static void a_record_has_a_bound(void **state)
{
    (void) state;
    cleanup_cache struct fp_cache *cache = open_cache();
    size_t len = ((size_t) 8 << 20) + 1;
    char *text = fp_xmalloc(len + 1);
    memset(text, 'x', len);
    text[len] = '\0';
    put(cache, KEY, text);
    assert_record(cache, KEY, NULL);
    put(cache, OTHER, "text");
    (void) put_file("cache/records/layer-" KEY, text, len);
    assert_int_equal(
        rename(in_folder("cache/records/layer-" KEY), in_folder("cache/records/layer/" KEY)), 0);
    free(text);
    assert_record(cache, KEY, NULL);
    assert_false(fp_path_exists(in_folder("cache/records/layer/" KEY)));
}

/* Links and pipes are not followed, read or waited for, wherever they are planted. */
static void what_is_planted_is_not_believed(void **state)
{
    (void) state;
    cleanup_cache struct fp_cache *cache = open_cache();
    cleanup_blob struct fp_blob *layer = make_layer("a layer");
    put(cache, KEY, "text");
    const char *path = in_folder("cache/records/layer/" KEY);
    const char *moved = in_folder("moved");
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(symlink(moved, path), 0);
    assert_record(cache, KEY, NULL);
    put(cache, KEY, "new");
    assert_record(cache, KEY, "new");
    assert_true(fp_path_exists(moved));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_record(cache, KEY, NULL);
    const char *target = put_file("target", "a layer", 7);
    fp_cache_add_blob(cache, layer);
    assert_int_equal(unlink(blob_path(layer)), 0);
    assert_int_equal(symlink(target, blob_path(layer)), 0);
    assert_blob(cache, layer, NULL);
    fp_cache_add_blob(cache, layer);
    assert_blob(cache, layer, "a layer");
    /* A directory that leads elsewhere, or that others can write to. */
    const char *kind = in_folder("cache/records/layer");
    assert_int_equal(rename(kind, in_folder("elsewhere")), 0);
    assert_int_equal(symlink(in_folder("elsewhere"), kind), 0);
    put(cache, OTHER, "text");
    assert_record(cache, OTHER, NULL);
    assert_false(fp_path_exists(in_folder("elsewhere/" OTHER)));
    assert_int_equal(unlink(kind), 0);
    put(cache, KEY, "text");
    assert_int_equal(chmod(path, 0622), 0);
    assert_record(cache, KEY, NULL);
    put(cache, KEY, "text");
    assert_int_equal(chmod(kind, 0777), 0);
    assert_record(cache, KEY, NULL);
}

static void a_cache_of_others_is_not_opened(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_cache *cache = open_cache();
    put(cache, KEY, "text");
    fp_cache_free(cache);
    const char *records = in_folder("cache/records");
    assert_int_equal(chmod(records, 0770), 0);
    assert_fails(fp_cache_open(in_folder("cache"), 0, &cache, &err), FP_E_IO, &err,
                 "others can write to it");
    assert_int_equal(chmod(records, 0700), 0);
    (void) put_file("file", "", 0);
    assert_int_not_equal(fp_cache_open(in_folder("file"), 0, &cache, &err), FP_OK);
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(in_folder("cache/records/layer/" KEY), 12345, 12345), 0);
    cache = open_cache();
    assert_record(cache, KEY, NULL);
    fp_cache_free(cache);
    assert_int_equal(chown(records, 12345, 12345), 0);
    assert_fails(fp_cache_open(in_folder("cache"), 0, &cache, &err), FP_E_IO, &err,
                 "belongs to another user");
}

/* Nothing can be written: nothing fails, and nothing is left behind. */
static void a_full_disk_costs_the_record(void **state)
{
    (void) state;
    struct rlimit before = {0};
    cleanup_cache struct fp_cache *cache = open_cache();
    const char *path = put_file("job.tar", "a layer", 7);
    const struct fp_descriptor descriptor = {.size = 7, .digest = fp_digest_of("a layer", 7)};
    cleanup_blob struct fp_blob *blob = fp_blob_file(&descriptor, path, -1, 0);
    put(cache, KEY, "text");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit full = {.rlim_cur = 4, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    put(cache, KEY, "new");
    put(cache, OTHER, "text");
    fp_cache_add_blob(cache, blob);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void) signal(SIGXFSZ, handler);
    assert_record(cache, KEY, "text");
    assert_record(cache, OTHER, NULL);
    assert_blob(cache, blob, NULL);
    assert_int_equal(count_files("cache/blobs"), 0);
    assert_int_equal(count_files("cache/records/layer"), 1);
}

static void write_until_killed(int number)
{
    struct fp_cache *cache = NULL;
    if (fp_cache_open(in_folder("cache"), FP_CACHE_MAX_BYTES, &cache, NULL) != FP_OK)
        _exit(1);
    cleanup_json json_t *record = json_object();
    cleanup_free char *text = fp_xmalloc(100001);
    memset(text, 'a' + number, 100000);
    text[100000] = '\0';
    fp_json_set_text(record, "text", text);
    struct fp_blob *blob = fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xasprintf("%s", text), 100000);
    for (;;) {
        fp_cache_put(cache, "layer", KEY, record);
        (void) unlinkat(AT_FDCWD, blob_path(blob), 0);
        fp_cache_add_blob(cache, blob);
    }
}

/* Two processes write the same while a third reads, and are killed: what is found is whole. */
static void killed_writers_leave_nothing_half(void **state)
{
    (void) state;
    pid_t writers[2] = {0};
    int found = 0;
    cleanup_cache struct fp_cache *cache = open_cache();
    for (int i = 0; i < 2; i++) {
        writers[i] = fork();
        assert_true(writers[i] >= 0);
        if (writers[i] == 0)
            write_until_killed(i);
    }
    /* At least some, so that the writers were at it. */
    while (found < 50) {
        cleanup_json json_t *record = fp_cache_get(cache, "layer", KEY);
        if (record == NULL)
            continue;
        const char *text = fp_json_string(record, "text");
        assert_int_equal(strlen(text), 100000);
        assert_int_equal(strspn(text, text[0] == 'a' ? "a" : "b"), 100000);
        found++;
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kill(writers[i], SIGKILL), 0);
        assert_int_equal(waitpid(writers[i], NULL, 0), writers[i]);
    }
    assert_false(fp_cache_saw_damage(cache));
    for (int i = 0; i < 2; i++) {
        cleanup_buf struct fp_buf body = FP_BUF_INIT(100001);
        char *text = fp_xmalloc(100001);
        memset(text, 'a' + i, 100000);
        text[100000] = '\0';
        cleanup_blob struct fp_blob *blob = fp_blob_memory(FP_MEDIA_OCI_LAYER, text, 100000);
        cleanup_blob struct fp_blob *kept = fp_cache_blob(cache, fp_blob_descriptor(blob));
        if (kept != NULL)
            assert_int_equal(read_blob(kept, &body, NULL), FP_OK);
        fp_cache_add_blob(cache, blob);
        cleanup_blob struct fp_blob *now = fp_cache_blob(cache, fp_blob_descriptor(blob));
        assert_non_null(now);
    }
    put(cache, KEY, "text");
    assert_record(cache, KEY, "text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_put_is_found, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(no_cache_has_nothing, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(names_that_are_paths_are_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(looking_makes_nothing, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_nameless_layer_is_linked, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_named_file_is_copied, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_download_is_linked, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_damaged_blob_is_a_miss, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_damaged_record_is_a_miss, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_record_has_a_bound, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_is_planted_is_not_believed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_cache_of_others_is_not_opened, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_costs_the_record, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(killed_writers_leave_nothing_half, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
