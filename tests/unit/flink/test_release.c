/** The names of releases, and fetching them. */
#include "release_scene.h"

static void named(const char *version, const char *scala, const char *hadoop, const char *expected)
{
    struct fp_release_options options = {.scala_version = scala, .hadoop_version = hadoop};
    struct fp_error err = {0};
    cleanup_free char *name = NULL;
    assert_int_equal(fp_flink_version_parse(version, &options.version, &err), FP_OK);
    if (fp_release_archive_name(&options, &name, &err) != FP_OK)
        fail_msg("%s: %s", version, err.text);
    assert_string_equal(name, expected);
}

static void test_names(void **state)
{
    (void) state;
    named("1.5.0", NULL, NULL, "flink-1.5.0-bin-scala_2.11.tgz");
    named("1.6.0", NULL, NULL, "flink-1.6.0-bin-scala_2.11.tgz");
    named("1.6.0", "2.11", "2.8", "flink-1.6.0-bin-hadoop28-scala_2.11.tgz");
    named("1.7.2", "2.12", "28", "flink-1.7.2-bin-hadoop28-scala_2.12.tgz");
    named("1.7.2", NULL, "2.4.1", "flink-1.7.2-bin-hadoop24-scala_2.11.tgz");
    named("1.8.0", NULL, "2.8.3", "flink-1.8.0-bin-scala_2.11.tgz");
    named("1.10.0", NULL, NULL, "flink-1.10.0-bin-scala_2.11.tgz");
    named("1.14.6", NULL, NULL, "flink-1.14.6-bin-scala_2.12.tgz");
    named("1.14.6", "2.11", NULL, "flink-1.14.6-bin-scala_2.11.tgz");
    named("1.20.4", NULL, NULL, "flink-1.20.4-bin-scala_2.12.tgz");
    named("2.2.1", "2.12", NULL, "flink-2.2.1-bin-scala_2.12.tgz");
}

static void test_names_refused(void **state)
{
    (void) state;
    static const struct {
        const char *version;
        const char *scala;
        const char *hadoop;
        const char *words;
    } CASES[] = {
        {"1.6.0", "2.12", NULL, "there is 2.11"},
        {"1.7.0", "2.1", NULL, "there is 2.11 2.12"},
        {"1.15.0", "2.11", NULL, "there is 2.12"},
        {"1.6.0", "", NULL, "there is 2.11"},
        {"1.6.0", NULL, "3.1", "2.4, 2.6, 2.7 and 2.8"},
        {"1.6.0", NULL, "2.8.4", "2.4, 2.6, 2.7 and 2.8"},
        {"1.20.0", NULL, "3", "2.4, 2.6, 2.7 and 2.8"},
        {"2.4-SNAPSHOT", NULL, NULL, "--from-local-dist"},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct fp_release_options options = {.scala_version = CASES[i].scala,
                                             .hadoop_version = CASES[i].hadoop};
        struct fp_error err = {0};
        cleanup_free char *name = NULL;
        assert_int_equal(fp_flink_version_parse(CASES[i].version, &options.version, &err), FP_OK);
        assert_int_equal(fp_release_archive_name(&options, &name, &err), FP_E_USAGE);
        if (strstr(err.hint, CASES[i].words) == NULL)
            fail_msg("%s [%s]", err.text, err.hint);
    }
}

static void test_order_of_places(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {MISSING, {.body = line}, MISSING, MISSING, {.body = GOOD}};
    struct scene *scene = begin(replies, COUNT(replies));
    fetched(scene);
    asked(scene, 0, "downloads/" FILE_PATH ".sha512");
    asked(scene, 1, "archive/" FILE_PATH ".sha512");
    asked(scene, 2, "mirror/" FILE_PATH);
    asked(scene, 3, "dlcdn/" FILE_PATH);
    asked(scene, 4, "archive/" FILE_PATH);
    assert_string_equal(scene->release.archive_name, "flink-1.6.0-bin-scala_2.11.tgz");
    assert_string_equal(scene->release.scala_version, "2.11");
    assert_memory_equal(scene->release.sha512, line, 128);
    assert_non_null(strstr(scene->release.url, "/archive/" FILE_PATH));
    assert_null(scene->release.hadoop);

    /* The second time, no requests are sent, so --offline works as well. */
    scene->options.offline = true;
    fetched(scene);
    assert_int_equal(test_server_count(scene->server), 5);
    assert_non_null(strstr(scene->release.url, "/archive/" FILE_PATH));
    end(scene);
}

static void holds(struct fp_input *input, const char *text)
{
    struct fp_error err = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    struct fp_source *source = NULL;
    cleanup_buf struct fp_buf body = FP_BUF_INIT(4096);
    assert_int_equal(fp_input_source(input, &source, &err), FP_OK);
    assert_int_equal(fp_source_read_all(source, &body, &err), FP_OK);
    fp_source_free(source);
    assert_string_equal(fp_buf_text(&body), text);
    fp_hash_bytes(FP_SHA256, text, strlen(text), hex);
    assert_string_equal(input->sha256, hex);
    assert_true(input->is_pinned);
}

/* A fetched or cached file stays the verified one, even if another file gets its name. Other
 * fetches do not have to wait for a run that has the file open. */
static void test_another_file_under_the_name(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {{.body = line}, {.body = GOOD}, {.body = GOOD}};
    struct scene *scene = begin(replies, COUNT(replies));
    struct fp_release other = {0};
    fetched(scene);
    assert_int_equal(fp_release_fetch(&scene->options, &other, &scene->err), FP_OK);
    assert_int_equal(fp_file_write(other.archive->path, "x", 1, 0644, &scene->err), FP_OK);
    holds(scene->release.archive, GOOD);
    holds(other.archive, GOOD);
    fp_release_clear(&other);
    assert_int_equal(fp_release_fetch(&scene->options, &other, &scene->err), FP_OK);
    assert_int_equal(test_server_count(scene->server), 3);
    holds(other.archive, GOOD);
    fp_release_clear(&other);
    end(scene);
}

static void test_damaged_cache(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {{.body = line}, {.body = GOOD}, {.body = GOOD}};
    struct scene *scene = begin(replies, COUNT(replies));
    fetched(scene);
    assert_int_equal(fp_file_write(scene->release.archive->path, "x", 1, 0644, &scene->err), FP_OK);
    fetched(scene);
    assert_int_equal(test_server_count(scene->server), 3);
    asked(scene, 2, "mirror/" FILE_PATH);
    assert_int_equal(fp_file_write(scene->release.archive->path, "x", 1, 0644, &scene->err), FP_OK);
    scene->options.offline = true;
    refused(scene, FP_E_NOT_FOUND, "not in the cache, or not with that checksum");
    end(scene);
}

/* A file verified only with a checksum of the user is cached, but Apache has not confirmed it. */
static void test_cached_with_a_checksum_of_the_user(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    cleanup_free char *sum = fp_xasprintf("sha512:%.128s", line);
    const struct test_reply replies[] = {{.body = GOOD}, {.body = line}};
    struct scene *scene = begin(replies, COUNT(replies));
    scene->options.checksum = sum;
    fetched(scene);
    scene->options.offline = true;
    fetched(scene);
    scene->options.checksum = NULL;
    refused(scene, FP_E_NOT_FOUND, "is in the cache");
    assert_non_null(strstr(scene->err.hint, "give --flink-checksum"));

    /* "or build once without --offline": afterwards Apache's checksum is cached, too. */
    scene->options.offline = false;
    fetched(scene);
    assert_int_equal(test_server_count(scene->server), 2);
    scene->options.offline = true;
    fetched(scene);
    scene->options.checksum = sum;
    fetched(scene);
    scene->options.checksum = NULL;
    fetched(scene);
    end(scene);
}

/* A file that an interrupted run cached without a checksum is verified once, then trusted. */
static void test_cached_without_a_checksum(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {{.body = line}};
    struct scene *scene = begin(replies, COUNT(replies));
    cleanup_free char *path = fp_path_join(scene->folder, "flink-1.6.0-bin-scala_2.11.tgz");
    assert_int_equal(fp_file_write(path, GOOD, strlen(GOOD), 0644, &scene->err), FP_OK);
    fetched(scene);
    scene->options.offline = true;
    fetched(scene);
    assert_int_equal(test_server_count(scene->server), 1);
    end(scene);
}

static void test_wrong_answers(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {
        {.body = line}, {.body = HTML}, {.body = "\x1f\x8b other"}, {.body = GOOD}};
    struct scene *scene = begin(replies, COUNT(replies));
    fetched(scene);
    asked(scene, 3, "archive/" FILE_PATH);
    end(scene);
}

static void test_nothing_verifies(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {
        {.body = line}, {.body = HTML}, {.body = "\x1f\x8b other"}};
    struct scene *scene = begin(replies, COUNT(replies));
    refused(scene, FP_E_VERIFY, "an HTML page came instead");
    assert_non_null(strstr(scene->err.text, "expected"));
    end(scene);
}

static void test_no_such_release(void **state)
{
    (void) state;
    const struct test_reply replies[] = {MISSING};
    struct scene *scene = begin(replies, 1);
    refused(scene, FP_E_NOT_FOUND, "known releases of 1.6: 1.6.0 1.6.1 1.6.2 1.6.3 1.6.4");
    assert_int_equal(test_server_count(scene->server), 2);
    end(scene);
}

/* If the archive lacks a checksum, the error still says why the first host failed. */
static void test_checksum_host_fails(void **state)
{
    (void) state;
    const struct test_reply replies[] = {{.head = "HTTP/1.1 403 Forbidden"}, MISSING};
    struct scene *scene = begin(replies, COUNT(replies));
    refused(scene, FP_E_NETWORK, "/downloads/" FILE_PATH ".sha512: the server answers 403");
    end(scene);
}

static void test_page_for_a_checksum(void **state)
{
    (void) state;
    const struct test_reply replies[] = {{.body = HTML}};
    struct scene *scene = begin(replies, 1);
    refused(scene, FP_E_INPUT, "an HTML page, not a checksum");
    end(scene);
}

static void test_given_checksum(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {{.body = GOOD}};
    struct scene *scene = begin(replies, 1);
    cleanup_free char *given = fp_xasprintf("sha512:%.128s", line);
    cleanup_free char *file = fp_path_join(scene->folder, "sums");
    scene->options.checksum = given;
    fetched(scene);
    assert_int_equal(test_server_count(scene->server), 1);
    assert_int_equal(fp_file_write(file, line, strlen(line), 0644, &scene->err), FP_OK);
    scene->options.checksum = file;
    fetched(scene);
    scene->options.checksum = "no/such/file";
    refused(scene, FP_E_NOT_FOUND, "sha512:HEX, a file or a URL");
    scene->options.checksum = "sha512:12";
    refused(scene, FP_E_USAGE, "128 hexadecimal digits");
    given[10] = given[10] == 'a' ? 'b' : 'a';
    scene->options.checksum = given;
    refused(scene, FP_E_VERIFY, "expected sha512:");
    end(scene);
}

static void test_resumed(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {
        {.body = line},
        {.head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-13/14", .body = "e archive"}};
    assert_int_equal(strlen(GOOD), 14);
    struct scene *scene = begin(replies, COUNT(replies));
    cleanup_free char *part = fp_path_join(scene->folder, "flink-1.6.0-bin-scala_2.11.tgz.part");
    assert_int_equal(fp_file_write(part, GOOD, 5, 0644, &scene->err), FP_OK);
    fetched(scene);
    assert_true(test_server_has_header(scene->server, 1, "Range: bytes=5-"));
    assert_false(fp_path_exists(part));
    end(scene);
}

/* A partial file can belong to another file. Then the same host is asked for all of it. */
static void test_wrong_part(void **state)
{
    (void) state;
    cleanup_free char *line = sha512_line();
    const struct test_reply replies[] = {
        {.body = line},
        {.head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-13/14", .body = "e archive"},
        {.body = GOOD}};
    struct scene *scene = begin(replies, COUNT(replies));
    cleanup_free char *part = fp_path_join(scene->folder, "flink-1.6.0-bin-scala_2.11.tgz.part");
    assert_int_equal(fp_file_write(part, "other", 5, 0644, &scene->err), FP_OK);
    fetched(scene);
    asked(scene, 2, "mirror/" FILE_PATH);
    assert_false(test_server_has_header(scene->server, 2, "Range:"));
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
    const struct test_reply replies[] = {{.body = sha512}, MISSING,        MISSING,
                                         {.body = sha1},   {.body = GOOD}, {.body = JAR}};
    struct scene *scene = begin(replies, COUNT(replies));
    assert_int_equal(fp_flink_version_parse("1.9.3", &scene->options.version, &scene->err), FP_OK);
    scene->options.hadoop_version = "2.8";
    fetched(scene);
    asked(scene, 5,
          "maven/org/apache/flink/flink-shaded-hadoop-2-uber/2.8.3-7.0/"
          "flink-shaded-hadoop-2-uber-2.8.3-7.0.jar");
    assert_string_equal(scene->release.hadoop_name, "flink-shaded-hadoop-2-uber-2.8.3-7.0.jar");
    assert_int_equal(strlen(scene->release.hadoop->sha256), 64);
    scene->options.offline = true;
    fetched(scene);
    assert_int_equal(test_server_count(scene->server), 6);
    end(scene);
}

static void test_hadoop_without_checksum(void **state)
{
    (void) state;
    char sha512[FP_HASH_HEX_MAX] = "";
    fp_hash_bytes(FP_SHA512, GOOD, strlen(GOOD), sha512);
    const struct test_reply replies[] = {{.body = sha512}, MISSING};
    struct scene *scene = begin(replies, COUNT(replies));
    assert_int_equal(fp_flink_version_parse("1.8.3", &scene->options.version, &scene->err), FP_OK);
    scene->options.hadoop_version = "2.7.5";
    refused(scene, FP_E_NOT_FOUND,
            "flink-shaded-hadoop2-uber/2.7.5-1.8.3/flink-shaded-hadoop2-uber-2.7.5-1.8.3.jar: the "
            "repository has no checksum");
    end(scene);
}

/* A failure with a very long text is still reported. */
static void test_long_address(void **state)
{
    (void) state;
    char sha512[FP_HASH_HEX_MAX] = "";
    char sha1[FP_HASH_HEX_MAX] = "";
    char folders[1801] = "";
    fp_hash_bytes(FP_SHA512, GOOD, strlen(GOOD), sha512);
    fp_hash_bytes(FP_SHA1, "PK jar", 6, sha1);
    memset(folders, 'f', sizeof(folders) - 1);
    const struct test_reply replies[] = {{.body = sha512}, MISSING,        MISSING,
                                         {.body = sha1},   {.body = GOOD}, MISSING};
    struct scene *scene = begin(replies, COUNT(replies));
    cleanup_free char *maven = fp_xasprintf("%s/%s", scene->options.maven_repository, folders);
    assert_int_equal(fp_flink_version_parse("1.9.3", &scene->options.version, &scene->err), FP_OK);
    scene->options.hadoop_version = "2.8";
    scene->options.maven_repository = maven;
    refused(scene, FP_E_NOT_FOUND, "flink-shaded-hadoop-2-uber-2.8.3-7.0.jar is nowhere to be had");
    assert_non_null(strstr(scene->err.text, "(the server answers 404)"));
    end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_refused),
        cmocka_unit_test(test_order_of_places),
        cmocka_unit_test(test_another_file_under_the_name),
        cmocka_unit_test(test_damaged_cache),
        cmocka_unit_test(test_cached_with_a_checksum_of_the_user),
        cmocka_unit_test(test_cached_without_a_checksum),
        cmocka_unit_test(test_wrong_answers),
        cmocka_unit_test(test_nothing_verifies),
        cmocka_unit_test(test_no_such_release),
        cmocka_unit_test(test_checksum_host_fails),
        cmocka_unit_test(test_page_for_a_checksum),
        cmocka_unit_test(test_given_checksum),
        cmocka_unit_test(test_resumed),
        cmocka_unit_test(test_wrong_part),
        cmocka_unit_test(test_hadoop),
        cmocka_unit_test(test_hadoop_without_checksum),
        cmocka_unit_test(test_long_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
