/* What the cache holds, and what is removed from it. */
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KEY   "00000000000000000000000000000000000000000000000000000000000000%02d"
#define BLOCK UINT64_C(4096)

static struct fp_cache *open_cache(uint64_t max_bytes)
{
    struct fp_error err = {0};
    static const char *const parts[] = {"cache", "cache/blobs", "cache/blobs/sha256",
                                        "cache/records"};
    for (size_t i = 0; i < 4; i++)
        (void) mkdir(in_folder(parts[i]), 0700);
    struct fp_cache *cache = NULL;
    assert_ok(fp_cache_open(in_folder("cache"), max_bytes, &cache, &err), &err);
    return cache;
}

static void set_age(const char *name, time_t hours)
{
    const time_t then = time(NULL) - hours * 3600;
    const struct timespec times[2] = {{.tv_sec = then}, {.tv_sec = then}};
    assert_int_equal(utimensat(AT_FDCWD, in_folder(name), times, AT_SYMLINK_NOFOLLOW), 0);
}

static void put_old(const char *name, time_t hours)
{
    (void) put_file(name, "x", 1);
    set_age(name, hours);
}

static const char *record_name(int number)
{
    cleanup_free char *name = fp_xasprintf("cache/records/layer/" KEY, number);
    return in_folder(name);
}

static void put_record(struct fp_cache *cache, int number, time_t hours)
{
    cleanup_json json_t *record = json_object();
    cleanup_free char *key = fp_xasprintf(KEY, number);
    cleanup_free char *name = fp_xasprintf("cache/records/layer/" KEY, number);
    fp_cache_put(cache, "layer", key, record);
    set_age(name, hours);
}

static bool is_there(const char *name)
{
    return fp_path_exists(in_folder(name));
}

static void put_download(const char *name, time_t hours)
{
    static const char *const suffixes[] = {"", ".url", ".sha512"};
    for (size_t i = 0; i < 3; i++) {
        cleanup_free char *file = fp_xasprintf("cache/%s%s", name, suffixes[i]);
        put_old(file, hours);
    }
}

/* Everything that flinkpack makes there, and what only looks like it. */
static void fill(struct fp_cache *cache)
{
    put_record(cache, 1, 1);
    put_download("flink-1.tgz", 5);
    put_download("flink-2.tgz", 3);
    assert_int_equal(mkdir(in_folder("cache/apk"), 0700), 0);
    put_old("cache/apk/bash-5.2-r0.01234567.apk", 2);
    put_old("cache/apk/APKINDEX.01234567.tar.gz", 2);
    put_old("cache/apk/mine.txt", 2);
    put_old("cache/.flinkpack-1", 2);
    put_old("cache/.flinkpack-2", 200);
    put_old("cache/records/layer/.flinkpack-3", 200);
    put_old("cache/records/layer/.flinkpack-4", 2);
    put_old("cache/flink-3.tgz.part", 2);
    put_old("cache/flink-4.tgz.sha512", 2);
    put_old("cache/photo.jpg.sha512", 2);
    put_old("cache/video.part", 300);
    put_old("cache/page.url", 300);
    put_old("cache/photo.jpg", 300);
    assert_int_equal(mkdir(in_folder("cache/store"), 0700), 0);
    put_old("cache/store/index.json", 300);
}

static void all_of_ours_is_listed_oldest_first(void **state)
{
    (void) state;
    struct fp_error err = {0};
    size_t parts[FP_CACHE_PARTS] = {0};
    cleanup_cache struct fp_cache *cache = open_cache(UINT64_MAX);
    cleanup_cache_list struct fp_cache_list list = {0};
    fill(cache);
    assert_ok(fp_cache_entries(cache, &list, &err), &err);
    for (size_t i = 0; i < list.len; i++) {
        parts[list.items[i].part]++;
        if (i > 0)
            assert_true(list.items[i].used.tv_sec >= list.items[i - 1].used.tv_sec);
    }
    assert_int_equal(parts[FP_CACHE_RECORD], 1);
    assert_int_equal(parts[FP_CACHE_DOWNLOAD], 3);
    assert_int_equal(parts[FP_CACHE_PACKAGE], 2);
    assert_int_equal(parts[FP_CACHE_LEFTOVER], 3);
    assert_int_equal(list.len, 9);
    assert_int_equal(list.bytes, (1 + 2 * 3 + 1 + 2 + 3) * BLOCK);
}

static void only_ours_is_cleared(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_cache struct fp_cache *cache = open_cache(UINT64_MAX);
    cleanup_cache_list struct fp_cache_list freed = {0};
    cleanup_cache_list struct fp_cache_list left = {0};
    fill(cache);
    assert_ok(fp_cache_prune(cache, 0, &freed, &err), &err);
    assert_int_equal(freed.len, 9);
    assert_ok(fp_cache_entries(cache, &left, &err), &err);
    assert_int_equal(left.len, 0);
    assert_false(is_there("cache/flink-1.tgz") || is_there("cache/flink-1.tgz.sha512"));
    assert_false(is_there("cache/flink-3.tgz.part") || is_there("cache/.flinkpack-2"));
    /* Younger temporary files may belong to a process. */
    assert_true(is_there("cache/.flinkpack-1") && is_there("cache/records/layer/.flinkpack-4"));
    assert_true(is_there("cache/photo.jpg") && is_there("cache/photo.jpg.sha512") &&
                is_there("cache/video.part") && is_there("cache/page.url") &&
                is_there("cache/apk/mine.txt") && is_there("cache/store/index.json"));
}

static void the_oldest_goes_first(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_cache struct fp_cache *cache = open_cache(UINT64_MAX);
    cleanup_cache_list struct fp_cache_list freed = {0};
    fill(cache);
    /* A use of a download touches what stands beside it. */
    set_age("cache/flink-1.tgz.url", 0);
    assert_ok(fp_cache_prune(cache, 6 * BLOCK, &freed, &err), &err);
    assert_false(is_there("cache/flink-2.tgz") || is_there("cache/flink-2.tgz.url"));
    assert_true(is_there("cache/flink-1.tgz"));
    assert_true(fp_path_exists(record_name(1)));
    assert_false(is_there("cache/.flinkpack-2"));
}

/* A download under way has a lock on its file. */
static void a_download_under_way_stays(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_cache struct fp_cache *cache = open_cache(UINT64_MAX);
    cleanup_cache_list struct fp_cache_list freed = {0};
    cleanup_cache_list struct fp_cache_list later = {0};
    cleanup_fd int fd = -1;
    assert_ok(fp_file_open_locked(in_folder("cache/flink-3.tgz.part"), &fd, &err), &err);
    assert_ok(fp_cache_prune(cache, 0, &freed, &err), &err);
    assert_int_equal(freed.len, 0);
    assert_true(is_there("cache/flink-3.tgz.part"));
    assert_int_equal(flock(fd, LOCK_UN), 0);
    assert_ok(fp_cache_prune(cache, 0, &later, &err), &err);
    assert_false(is_there("cache/flink-3.tgz.part"));
}

static void links_are_not_followed(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_cache struct fp_cache *cache = open_cache(UINT64_MAX);
    cleanup_cache_list struct fp_cache_list freed = {0};
    assert_int_equal(mkdir(in_folder("precious"), 0700), 0);
    put_old("precious/a.apk", 300);
    assert_int_equal(symlink(in_folder("precious"), in_folder("cache/apk")), 0);
    assert_int_equal(symlink(in_folder("precious"), in_folder("cache/records/layer")), 0);
    assert_int_equal(symlink(in_folder("precious/a.apk"), in_folder("cache/blobs/sha256/x")), 0);
    assert_int_equal(symlink(in_folder("precious"), in_folder("cache/.flinkpack-9")), 0);
    set_age("cache/.flinkpack-9", 300);
    assert_ok(fp_cache_prune(cache, 0, &freed, &err), &err);
    assert_true(is_there("precious/a.apk"));
    assert_false(is_there("cache/blobs/sha256/x") || is_there("cache/.flinkpack-9"));
}

/* Closing looks at all files only if what was added may have crossed the bound. */
static void closing_keeps_the_bound(void **state)
{
    (void) state;
    struct fp_cache *cache = open_cache(5 * BLOCK);
    for (int i = 0; i < 4; i++)
        put_record(cache, i, 10 - i);
    fp_cache_free(cache);
    for (int i = 0; i < 4; i++)
        assert_true(fp_path_exists(record_name(i)));
    cache = open_cache(5 * BLOCK);
    put_record(cache, 4, 1);
    put_record(cache, 5, 1);
    fp_cache_free(cache);
    assert_false(fp_path_exists(record_name(0)) || fp_path_exists(record_name(1)));
    assert_true(fp_path_exists(record_name(2)) && fp_path_exists(record_name(5)));
    /* A download of this build counts, although nobody told. */
    cache = open_cache(5 * BLOCK);
    put_download("flink-1.tgz", 0);
    fp_cache_free(cache);
    assert_true(is_there("cache/flink-1.tgz"));
    assert_false(fp_path_exists(record_name(2)) || fp_path_exists(record_name(3)));
    /* A bound that is lower than before holds at once. */
    fp_cache_free(open_cache(2 * BLOCK));
    assert_false(is_there("cache/flink-1.tgz"));
    cache = open_cache(FP_CACHE_MAX_BYTES);
    put_download("flink-1.tgz", 0);
    fp_cache_free(cache);
    assert_true(is_there("cache/flink-1.tgz"));
    fp_cache_free(open_cache(0));
    assert_false(is_there("cache/flink-1.tgz"));
    /* A count that is damaged is one that is not there. */
    (void) put_file("cache/records/.count", "00000000000000000001\n0", 22);
    cache = open_cache(5 * BLOCK);
    put_record(cache, 6, 0);
    fp_cache_free(cache);
    cleanup_free char *count = slurp(in_folder("cache/records/.count"), &(size_t){0});
    assert_string_equal(count, "00000000000000004096\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_of_ours_is_listed_oldest_first, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(only_ours_is_cleared, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(the_oldest_goes_first, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_download_under_way_stays, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(links_are_not_followed, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(closing_keeps_the_bound, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
