/* The index of Flink's classes: from jars that come as streams, from the cache, from a directory.
 */
#include "../layer/zip_maker.h"

#include <unistd.h>

#include "flink_api.h"
#include "flink_index.h"

#define NAME "org/apache/flink/api/Some"

/* A place with a cache, and a plan that uses it. */
struct place {
    char *folder;
    struct fp_cache *cache;
    struct fp_build_context context;
    struct fp_plan plan;
    struct fp_flink flink;
    struct fp_flink_origin origin;
};

static int setup(void **state)
{
    struct place *place = fp_xcalloc(1, sizeof(*place));
    if (fp_temp_dir("/tmp", &place->folder, NULL) != FP_OK)
        return -1;
    cleanup_free char *cache = fp_path_join(place->folder, "cache");
    if (fp_cache_open(cache, UINT64_MAX, &place->cache, NULL) != FP_OK)
        return -1;
    place->context.cache = place->cache;
    place->plan.context = &place->context;
    place->plan.blob_folder = place->folder;
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;
    fp_flink_clear(&place->flink);
    fp_flink_origin_clear(&place->origin);
    fp_cache_free(place->cache);
    fp_temp_remove(place->folder);
    free(place->plan.flink_path);
    free(place);
    return 0;
}

static void put_class_jar(struct fp_buf *jar, const char *entry)
{
    const struct jar_entry entries[] = {{.name = entry, .data = "no class"}};
    put_jar(jar, entries, 1);
}

/* Let the spool receive bytes as a jar, piece by piece. */
static void receive(const struct fp_api_spool *spool, const char *path, const char *data,
                    size_t len)
{
    const struct fp_jar_receiver *receiver = fp_api_spool_receiver(spool);
    struct fp_sink *opened = NULL;
    assert_int_equal(receiver->open(receiver->context, path, &opened, NULL), FP_OK);
    cleanup_sink struct fp_sink *sink = opened;
    for (size_t i = 0; i < len && sink != NULL; i += 7)
        assert_int_equal(fp_sink_write(sink, data + i, len - i < 7 ? len - i : 7, NULL), FP_OK);
    if (sink != NULL)
        assert_int_equal(fp_sink_finish(sink, NULL), FP_OK);
}

static enum fp_api_answer ask(const struct fp_buf *index, const char *name)
{
    struct fp_api *parsed = NULL;
    assert_int_equal(fp_api_parse(index->data, index->len, "index", &parsed, NULL), FP_OK);
    cleanup_api struct fp_api *api = parsed;
    return fp_api_find(api, name, NULL, NULL);
}

static void test_streams_are_indexed(void **state)
{
    struct place *place = *state;
    cleanup_api_spool struct fp_api_spool *spool = fp_api_spool_new(place->folder);
    cleanup_buf struct fp_buf index = FP_BUF_INIT(FP_API_MAX_BYTES);
    cleanup_strv struct fp_strv paths = {0};
    for (int i = 0; i < 5; i++) {
        cleanup_buf struct fp_buf jar = FP_BUF_INIT(4096);
        cleanup_free char *class = fp_xasprintf(NAME "%d.class", i);
        fp_strv_addf(&paths, "lib/%d.jar", i);
        put_class_jar(&jar, class);
        receive(spool, paths.items[i], jar.data, jar.len);
    }
    fp_strv_add(&paths, "lib/README");
    assert_int_equal(fp_api_spool_finish(spool, &paths, &index, NULL), FP_OK);
    assert_int_equal(ask(&index, NAME "0"), FP_API_THERE);
    assert_int_equal(ask(&index, NAME "4"), FP_API_THERE);
    assert_int_equal(ask(&index, NAME "5"), FP_API_NO_CLASS);
}

/* What lacks a jar is no index: classes would pass for missing. Receiving never fails. */
static void test_half_of_it_is_none(void **state)
{
    struct place *place = *state;
    for (int i = 0; i < 3; i++) {
        cleanup_api_spool struct fp_api_spool *spool = fp_api_spool_new(place->folder);
        cleanup_buf struct fp_buf index = FP_BUF_INIT(FP_API_MAX_BYTES);
        cleanup_buf struct fp_buf jar = FP_BUF_INIT(4096);
        cleanup_strv struct fp_strv paths = {0};
        struct fp_error err = {0};
        fp_strv_add(&paths, "lib/a.jar");
        fp_strv_add(&paths, "lib/b.jar");
        put_class_jar(&jar, NAME ".class");
        receive(spool, "lib/a.jar", jar.data, jar.len);
        if (i < 2)
            receive(spool, "lib/b.jar", jar.data, i == 0 ? jar.len : jar.len / 2);
        enum fp_code code = fp_api_spool_finish(spool, &paths, &index, &err);
        assert_int_equal(code, i == 0 ? FP_OK : FP_E_INPUT);
        if (i > 0)
            assert_non_null(strstr(err.text, "lib/b.jar"));
    }
}

static void test_no_room_to_spool(void **state)
{
    struct place *place = *state;
    cleanup_free char *nowhere = fp_path_join(place->folder, "nowhere");
    cleanup_api_spool struct fp_api_spool *spool = fp_api_spool_new(nowhere);
    cleanup_buf struct fp_buf index = FP_BUF_INIT(FP_API_MAX_BYTES);
    const struct fp_strv none = {0};
    receive(spool, "lib/a.jar", "text", 4);
    receive(spool, "lib/b.jar", "text", 4);
    assert_int_equal(fp_api_spool_finish(spool, &none, &index, NULL), FP_E_NOT_FOUND);
}

/* A spool that nobody waits for is freed, whatever its thread does. */
static void test_given_up(void **state)
{
    struct place *place = *state;
    cleanup_buf struct fp_buf jar = FP_BUF_INIT(4096);
    put_class_jar(&jar, NAME ".class");
    struct fp_api_spool *spool = fp_api_spool_new(place->folder);
    for (int i = 0; i < 20; i++)
        receive(spool, i == 3 ? "lib/broken.jar" : "lib/a.jar", jar.data, i == 3 ? 10 : jar.len);
    fp_api_spool_free(spool);
}

/* The index that was made while the distribution was read is there without reading anything. */
static void test_kept(void **state)
{
    struct place *place = *state;
    char key[FP_HASH_HEX_MAX] = "";
    struct fp_api *api = NULL;
    cleanup_buf struct fp_buf jar = FP_BUF_INIT(4096);
    place->plan.source = FP_FROM_RELEASE;
    place->flink.digest = fp_xstrdup("sha512:00");
    assert_int_equal(
        fp_flink_api(&place->plan, &place->flink, &place->origin, NULL, false, &api, NULL), FP_OK);
    assert_null(api);
    assert_false(fp_flink_api_key(&place->plan, &place->flink, NULL, key));

    cleanup_api_spool struct fp_api_spool *spool = fp_api_spool_new(place->folder);
    put_class_jar(&jar, NAME ".class");
    receive(spool, "lib/flink-dist-1.20.0.jar", jar.data, jar.len);
    fp_strv_add(&place->flink.dist.lib_jars, "flink-dist-1.20.0.jar");
    assert_int_equal(fp_flink_index_end(&place->plan, spool, &place->flink, NULL), FP_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            fp_flink_api(&place->plan, &place->flink, &place->origin, NULL, false, &api, NULL),
            FP_OK);
        assert_non_null(api);
        assert_int_equal(fp_api_find(api, NAME, NULL, NULL), FP_API_THERE);
        assert_true(fp_flink_api_key(&place->plan, &place->flink, NULL, key));
        fp_api_free(api);
        fp_buf_clear(&place->flink.index); /* now from the cache */
    }
    free(place->flink.digest);
    place->flink.digest = fp_xstrdup("sha512:01");
    assert_false(fp_flink_api_key(&place->plan, &place->flink, NULL, key));
}

static void write_jar(const struct place *place, const char *name, const char *entry)
{
    cleanup_buf struct fp_buf jar = FP_BUF_INIT(4096);
    cleanup_free char *path = fp_path_join(place->folder, name);
    put_class_jar(&jar, entry);
    assert_int_equal(fp_file_write(path, jar.data, jar.len, 0600, NULL), FP_OK);
}

/* A directory is read at once, and the jars of the plan answer with it. */
static void test_directory(void **state)
{
    struct place *place = *state;
    struct fp_api *found = NULL;
    cleanup_free char *lib = fp_path_join(place->folder, "lib");
    cleanup_free char *bin = fp_path_join(place->folder, "bin");
    assert_int_equal(fp_mkdir_p(lib, 0700, NULL), FP_OK);
    assert_int_equal(fp_mkdir_p(bin, 0700, NULL), FP_OK);
    write_jar(place, "lib/flink-dist-1.20.0.jar", NAME ".class");
    write_jar(place, "one.jar", "com/acme/One.class");
    write_jar(place, "two.jar", "com/acme/Two.class");
    cleanup_free char *one = fp_path_join(place->folder, "one.jar");
    cleanup_free char *two = fp_path_join(place->folder, "two.jar");
    place->plan.source = FP_FROM_LOCAL_DIST;
    place->flink.has_dist = true;
    place->origin.folder = fp_xstrdup(place->folder);
    fp_strv_add(&place->plan.job_jars, one);
    fp_strv_add(&place->plan.libs, two);
    assert_int_equal(
        fp_flink_api(&place->plan, &place->flink, &place->origin, NULL, false, &found, NULL),
        FP_OK);
    cleanup_api struct fp_api *api = found;
    assert_non_null(api);
    assert_int_equal(fp_api_find(api, NAME, NULL, NULL), FP_API_THERE);
    assert_int_equal(fp_api_find(api, "com/acme/One", NULL, NULL), FP_API_THERE);
    assert_int_equal(fp_api_find(api, "com/acme/Two", NULL, NULL), FP_API_THERE);
    assert_int_equal(fp_api_find(api, "com/acme/Three", NULL, NULL), FP_API_NO_CLASS);
    fp_strv_clear(&place->plan.job_jars);
    fp_strv_clear(&place->plan.libs);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_streams_are_indexed),
        TEST(test_half_of_it_is_none),
        TEST(test_no_room_to_spool),
        TEST(test_given_up),
        TEST(test_kept),
        TEST(test_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
