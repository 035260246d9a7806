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

/* A memory of one digest. */
struct memory {
    char hex[FP_HASH_HEX_MAX];
    size_t recalls;
    size_t remembered;
};

static bool recall(void *context, struct fp_input *input, enum fp_hash_algorithm algorithm,
                   char ret_hex[FP_HASH_HEX_MAX])
{
    struct memory *memory = context;
    assert_non_null(input);
    assert_int_equal(algorithm, FP_SHA512);
    memory->recalls++;
    memcpy(ret_hex, memory->hex, FP_HASH_HEX_MAX);
    return memory->hex[0] != '\0';
}

static void remember(void *context, struct fp_input *input, enum fp_hash_algorithm algorithm,
                     const char *hex)
{
    struct memory *memory = context;
    assert_int_equal(algorithm, FP_SHA512);
    assert_int_equal(strlen(input->sha256), 64);
    memory->remembered++;
    (void) snprintf(memory->hex, sizeof(memory->hex), "%s", hex);
}

static void test_remembered(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {{.body = line}, {.body = GOOD}, {.body = GOOD}};
    struct scene *scene = begin(replies, COUNT(replies));
    struct memory memory = {0};
    const struct fp_digest_memory interface = {&memory, recall, remember};
    scene->options.memory = &interface;
    fetched(scene);
    fetched(scene);
    assert_int_equal(memory.remembered, 1);
    assert_memory_equal(memory.hex, line, 128);

    /* The file is not read where its digest is remembered. */
    assert_int_equal(fp_file_write(scene->release.archive->path, "x", 1, 0644, &scene->err), FP_OK);
    fetched(scene);
    assert_int_equal(scene->release.archive->bytes, 1);
    assert_int_equal(memory.remembered, 1);
    assert_int_equal(test_server_count(scene->server), 2);

    /* A file that is remembered as another one is not taken. */
    memory.hex[0] = memory.hex[0] == 'a' ? 'b' : 'a';
    fetched(scene);
    assert_int_equal(scene->release.archive->bytes, strlen(GOOD));
    assert_int_equal(test_server_count(scene->server), 3);
    end(scene);
}

static void test_verified_by_memory(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    cleanup_free char *given = fp_xasprintf("sha512:%.128s", line);
    struct scene *scene = begin(NULL, 0);
    struct memory memory = {0};
    const struct fp_digest_memory interface = {&memory, recall, remember};
    cleanup_free char *path = fp_path_join(scene->folder, "own.tgz");
    scene->options.checksum = given;
    scene->options.memory = &interface;
    assert_int_equal(fp_file_write(path, GOOD, strlen(GOOD), 0644, &scene->err), FP_OK);
    for (size_t i = 0; i < 2; i++) {
        cleanup_input struct fp_input *input = NULL;
        assert_int_equal(fp_input_open(path, &input, &scene->err), FP_OK);
        assert_int_equal(fp_release_verify(&scene->options, "own.tgz", input, &scene->err), FP_OK);
        assert_true(input->is_pinned);
    }
    assert_int_equal(memory.remembered, 1);
    assert_int_equal(memory.recalls, 2);
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
        cmocka_unit_test(test_verified_by_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
