/** Releases that are found without being fetched, and digests that are remembered. */
#include "release_scene.h"

#define NAME  "flink-1.6.0-bin-scala_2.11.tgz"
#define CLAIM "c1a1"

static void found(struct scene *scene)
{
    fp_release_clear(&scene->release);
    if (fp_release_find(&scene->options, &scene->release, &scene->err) != FP_OK)
        fail_msg("%s", scene->err.text);
    assert_null(scene->release.archive);
    assert_null(scene->release.hadoop);
}

/* What was found, by its checksum, and how. */
static void is(const struct scene *scene, const char *sha512, bool known, bool claim)
{
    const struct fp_release *release = &scene->release;
    assert_string_equal(release->archive_name, NAME);
    assert_string_equal(release->scala_version, "2.11");
    assert_int_equal(strncmp(release->sha512, sha512, strlen(release->sha512)), 0);
    assert_int_equal(release->is_known, known);
    assert_int_equal(release->is_claim, claim);
}

/* One small request tells the checksum, and the fetch that follows does not ask again. */
static void test_found_then_fetched(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {{.body = line}, {.body = GOOD}};
    struct scene *scene = begin(replies, COUNT(replies));
    found(scene);
    is(scene, line, false, false);
    assert_int_equal(test_server_count(scene->server), 1);
    assert_int_equal(fp_release_fetch(&scene->options, &scene->release, &scene->err), FP_OK);
    assert_int_equal(test_server_count(scene->server), 2);
    is(scene, line, false, false);
    assert_non_null(scene->release.archive);
    assert_non_null(strstr(scene->release.url, "/mirror/"));

    /* Now the cache knows, even if the archive was removed from it to save space. */
    scene->options.offline = true;
    found(scene);
    is(scene, line, true, false);
    cleanup_free char *path = fp_path_join(scene->folder, NAME);
    assert_int_equal(unlink(path), 0);
    found(scene);
    is(scene, line, true, false);
    assert_int_equal(test_server_count(scene->server), 2);
    refused(scene, FP_E_NOT_FOUND, "is not in the cache");
    end(scene);
}

static void test_not_found(void **state)
{
    (void) state;
    const struct test_reply replies[] = {MISSING};
    struct scene *scene = begin(replies, COUNT(replies));
    struct fp_release release = {0};
    enum fp_code code = fp_release_find(&scene->options, &release, &scene->err);
    assert_int_equal(code, FP_E_NOT_FOUND);
    scene->options.offline = true;
    code = fp_release_find(&scene->options, &release, &scene->err);
    assert_int_equal(code, FP_E_NOT_FOUND);
    assert_null(release.archive_name);
    end(scene);
}

static void test_given(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    cleanup_free char *hex = fp_xasprintf("sha512:%.128s", line);
    const struct test_reply replies[] = {{.body = line}};
    struct scene *scene = begin(replies, COUNT(replies));
    cleanup_free char *url = fp_xasprintf("%s/sum", test_server_url(scene->server));
    scene->options.checksum = hex;
    scene->options.claimed_sha512 = CLAIM;
    found(scene);
    is(scene, line, true, false);
    assert_string_equal(scene->release.voucher, "--flink-checksum");
    assert_int_equal(test_server_count(scene->server), 0);
    scene->options.checksum = url;
    found(scene);
    is(scene, line, false, false);
    assert_int_equal(test_server_count(scene->server), 1);
    end(scene);
}

/* A claim spares the request, and never verifies an archive. */
static void test_claimed(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {{.body = line}, {.body = GOOD}};
    struct scene *scene = begin(replies, COUNT(replies));
    scene->options.claimed_sha512 = CLAIM;
    scene->options.offline = true;
    found(scene);
    is(scene, CLAIM, false, true);
    assert_null(scene->release.voucher);
    scene->options.offline = false;
    found(scene);
    is(scene, CLAIM, false, true);
    assert_int_equal(test_server_count(scene->server), 0);
    assert_int_equal(fp_release_fetch(&scene->options, &scene->release, &scene->err), FP_OK);
    is(scene, line, false, false);
    asked(scene, 0, "downloads/" FILE_PATH ".sha512");
    assert_int_equal(test_server_count(scene->server), 2);

    /* The cache knows better than a claim. */
    found(scene);
    is(scene, line, true, false);
    end(scene);
}

static void test_claim_of_nothing(void **state)
{
    (void) state;
    const struct test_reply replies[] = {MISSING};
    struct scene *scene = begin(replies, COUNT(replies));
    scene->options.claimed_sha512 = CLAIM;
    refused(scene, FP_E_NOT_FOUND, "Apache has no " NAME);
    scene->options.offline = true;
    refused(scene, FP_E_NOT_FOUND, "is not in the cache");
    end(scene);
}

static void test_hadoop(void **state)
{
    (void) state;
    static const char JAR[] = "PK jar";
    char sha512[FP_HASH_HEX_MAX] = "";
    char sha1[FP_HASH_HEX_MAX] = "";
    fp_hash_bytes(FP_SHA512, GOOD, strlen(GOOD), sha512);
    fp_hash_bytes(FP_SHA1, JAR, strlen(JAR), sha1);
    cleanup_free char *digest = fp_xasprintf("sha1:%s", sha1);
    const struct test_reply replies[] = {{.body = sha512}, {.body = sha512}, MISSING,      MISSING,
                                         {.body = sha1},   {.body = GOOD},   {.body = JAR}};
    struct scene *scene = begin(replies, COUNT(replies));
    assert_int_equal(fp_flink_version_parse("1.9.3", &scene->options.version, &scene->err), FP_OK);
    scene->options.hadoop_version = "2.8";
    scene->options.claimed_hadoop = "sha1:00";
    found(scene);
    assert_string_equal(scene->release.hadoop_name, "flink-shaded-hadoop-2-uber-2.8.3-7.0.jar");
    assert_string_equal(scene->release.hadoop_digest, "sha1:00");
    assert_true(scene->release.is_claim);
    assert_int_equal(test_server_count(scene->server), 1);
    assert_int_equal(fp_release_fetch(&scene->options, &scene->release, &scene->err), FP_OK);
    assert_string_equal(scene->release.hadoop_digest, digest);
    assert_false(scene->release.is_claim);
    assert_non_null(scene->release.hadoop);
    found(scene);
    assert_string_equal(scene->release.hadoop_digest, digest);
    assert_true(scene->release.is_known);
    assert_int_equal(test_server_count(scene->server), 7);
    end(scene);
}

/* A cache in the scene's folder. */
static struct fp_cache *open_cache(const struct scene *scene)
{
    struct fp_error err = {0};
    struct fp_cache *cache = NULL;
    cleanup_free char *folder = fp_path_join(scene->folder, "cache");
    assert_int_equal(fp_mkdir_p(folder, 0700, &err), FP_OK);
    assert_int_equal(fp_cache_open(folder, FP_CACHE_MAX_BYTES, &cache, &err), FP_OK);
    return cache;
}

/* Open a file as if it had been written long ago, so that its state can be remembered. */
static struct fp_input *open_later(const char *path)
{
    struct fp_error err = {0};
    struct fp_input *input = NULL;
    assert_int_equal(fp_input_open(path, &input, &err), FP_OK);
    input->opened_at.tv_sec += 100;
    return input;
}

static bool is_read(struct fp_input *input)
{
    return input->fingerprint[0] != '\0';
}

/* Verify an archive with the checksum of the option, and say whether it was read for that. */
static bool verify(struct scene *scene, const char *path, enum fp_code expected)
{
    cleanup_input struct fp_input *input = open_later(path);
    enum fp_code code = fp_release_verify(&scene->options, "own.tgz", input, &scene->err);
    assert_int_equal(code, expected);
    assert_true(input->is_pinned);
    return is_read(input);
}

static void test_remembered(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    cleanup_free char *given = fp_xasprintf("sha512:%.128s", line);
    struct scene *scene = begin(NULL, 0);
    cleanup_cache struct fp_cache *cache = open_cache(scene);
    cleanup_free char *path = fp_path_join(scene->folder, "own.tgz");
    scene->options.checksum = given;
    assert_int_equal(fp_file_write(path, GOOD, strlen(GOOD), 0644, &scene->err), FP_OK);
    assert_true(verify(scene, path, FP_OK));
    assert_true(verify(scene, path, FP_OK));
    scene->options.cache = cache;
    assert_true(verify(scene, path, FP_OK));
    assert_false(verify(scene, path, FP_OK));
    given[10] = given[10] == 'a' ? 'b' : 'a';
    assert_false(verify(scene, path, FP_E_VERIFY));

    /* Another file is not the one that was remembered. */
    assert_int_equal(fp_file_write(path, "other", 5, 0644, &scene->err), FP_OK);
    assert_true(verify(scene, path, FP_E_VERIFY));
    assert_false(verify(scene, path, FP_E_VERIFY));
    end(scene);
}

/* A download is not read either, where its digest is remembered. */
static void test_download_remembered(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {{.body = line}, {.body = GOOD}};
    struct scene *scene = begin(replies, COUNT(replies));
    cleanup_cache struct fp_cache *cache = open_cache(scene);
    cleanup_free char *path = fp_path_join(scene->folder, NAME);
    char hex[FP_HASH_HEX_MAX] = "";
    scene->options.cache = cache;
    fetched(scene);
    cleanup_input struct fp_input *input = open_later(path);
    assert_int_equal(fp_input_hash(input, FP_SHA512, hex, &scene->err), FP_OK);
    assert_int_equal(fp_cache_input_sha256(cache, input, hex, &scene->err), FP_OK);
    fetched(scene); /* notes its SHA-512 */
    fetched(scene);
    assert_false(is_read(scene->release.archive));
    assert_true(scene->release.archive->is_recalled);
    fp_hash_bytes(FP_SHA256, GOOD, strlen(GOOD), hex);
    assert_string_equal(scene->release.archive->sha256, hex);
    assert_int_equal(test_server_count(scene->server), 2);

    /* It is held to its digest where it is read. */
    cleanup_source struct fp_source *source = NULL;
    cleanup_buf struct fp_buf body = FP_BUF_INIT(4096);
    assert_int_equal(fp_input_source(scene->release.archive, &source, &scene->err), FP_OK);
    assert_int_equal(fp_source_read_all(source, &body, &scene->err), FP_OK);
    assert_false(scene->release.archive->is_recalled);
    end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_then_fetched),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_claimed),
        cmocka_unit_test(test_claim_of_nothing),
        cmocka_unit_test(test_hadoop),
        cmocka_unit_test(test_remembered),
        cmocka_unit_test(test_download_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
