#include "fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

static struct fp_repo *open_rootfs(const char *path)
{
    struct fp_error err = {0};
    struct fp_platform platform = {0};
    struct fp_repo *repo = NULL;
    assert_ok(fp_platform_parse("linux/arm64", &platform, &err), &err);
    assert_ok(fp_repo_open_rootfs(path, &platform, in_folder("work"), NULL, &repo, &err), &err);
    return repo;
}

static void check_open_fails(const char *path, enum fp_code expected, const char *part)
{
    struct fp_error err = {0};
    const struct fp_platform platform = {.os = "linux", .architecture = "amd64"};
    struct fp_repo *repo = NULL;
    assert_fails(fp_repo_open_rootfs(path, &platform, in_folder("work"), NULL, &repo, &err),
                 expected, &err, part);
    assert_null(repo);
}

/* Read the manifest and the configuration of the image. */
static struct fp_descriptor read_image(struct fp_repo *repo, struct fp_manifest *ret_manifest,
                                       struct fp_config *ret_config)
{
    struct fp_error err = {0};
    struct fp_descriptor root = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    assert_ok(fp_repo_resolve(repo, NULL, &root, &err), &err);
    assert_ok(fp_repo_get_document(repo, &root, &text, &err), &err);
    assert_ok(fp_manifest_parse(fp_buf_text(&text), text.len, NULL, "x", ret_manifest, &err), &err);
    fp_buf_clear(&text);
    assert_ok(fp_repo_get_document(repo, &ret_manifest->config, &text, &err), &err);
    assert_ok(fp_config_parse(fp_buf_text(&text), text.len, 1, "x", ret_config, &err), &err);
    return root;
}

static void check_rootfs(const char *path, const char *media_type, const struct fp_digest *diff_id,
                         const struct fp_digest *layer)
{
    cleanup_manifest struct fp_manifest manifest = {0};
    cleanup_config struct fp_config config = {0};
    struct fp_repo *repo = open_rootfs(path);
    struct fp_descriptor root = read_image(repo, &manifest, &config);
    assert_int_equal(manifest.layer_count, 1);
    assert_string_equal(manifest.layers[0].media_type, media_type);
    assert_string_equal(config.diff_ids[0].text, diff_id->text);
    if (layer != NULL)
        assert_string_equal(manifest.layers[0].digest.text, layer->text);
    assert_string_equal(config.platform.architecture, "arm64");
    assert_string_equal(config.created, "2023-11-14T22:13:20Z");
    check_image(repo, NULL, &root);
    fp_repo_free(repo);
}

static char *make_rootfs(size_t *ret_len)
{
    const struct member members[] = {
        {.name = "./etc/passwd", .text = "root:x:0:0::/root:/bin/sh\n"},
        {.name = "./bin/sh", .text = "not really"},
        {.name = "./bin/bash", .symlink = "sh"},
    };
    return make_tar(members, 3, ret_len);
}

static void a_gzip_tar_is_the_layer_as_it_is(void **state)
{
    (void) state;
    size_t len = 0;
    size_t packed_len = 0;
    char *tar = make_rootfs(&len);
    char *packed = make_gzip(tar, len, &packed_len);
    struct fp_digest diff_id = fp_digest_of(tar, len);
    struct fp_digest packed_digest = fp_digest_of(packed, packed_len);
    check_rootfs(put_file("r.tgz", packed, packed_len), FP_MEDIA_OCI_LAYER_GZIP, &diff_id,
                 &packed_digest);
    assert_false(fp_path_exists(in_folder("work")));
    free(tar);
    free(packed);
}

static void a_plain_tar_is_packed(void **state)
{
    (void) state;
    size_t len = 0;
    char *tar = make_rootfs(&len);
    struct fp_digest diff_id = fp_digest_of(tar, len);
    check_rootfs(put_file("r.tar", tar, len), FP_MEDIA_OCI_LAYER_GZIP, &diff_id, NULL);
    assert_int_equal(count_files("work"), 0);
    free(tar);
}

/* Compress bytes with libarchive as a raw stream. */
static char *compress(const char *data, size_t len, bool zstd, size_t *ret_len)
{
    char *packed = malloc(len + 4096);
    struct archive *raw = archive_write_new();
    assert_int_equal(archive_write_set_format_raw(raw), ARCHIVE_OK);
    if (zstd)
        assert_int_equal(archive_write_add_filter_zstd(raw), ARCHIVE_OK);
    else
        assert_int_equal(archive_write_add_filter_xz(raw), ARCHIVE_OK);
    assert_int_equal(archive_write_set_bytes_in_last_block(raw, 1), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(raw, packed, len + 4096, ret_len), ARCHIVE_OK);
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    assert_int_equal(archive_write_header(raw, entry), ARCHIVE_OK);
    archive_entry_free(entry);
    assert_int_equal(archive_write_data(raw, data, len), len);
    assert_int_equal(archive_write_free(raw), ARCHIVE_OK);
    return packed;
}

static void what_runtimes_may_not_read_is_packed_again(void **state)
{
    (void) state;
    size_t len = 0;
    char *tar = make_rootfs(&len);
    struct fp_digest diff_id = fp_digest_of(tar, len);
    for (int zstd = 0; zstd < 2; zstd++) {
        size_t packed_len = 0;
        char *packed = compress(tar, len, zstd, &packed_len);
        check_rootfs(put_file("r", packed, packed_len), FP_MEDIA_OCI_LAYER_GZIP, &diff_id, NULL);
        assert_int_equal(count_files("work"), 0);
        check_open_fails(put_file("cut", packed, packed_len - 20), FP_E_INPUT, "cut");
        free(packed);
    }
    free(tar);
}

static void the_same_tar_is_the_same_image(void **state)
{
    (void) state;
    size_t len = 0;
    char *tar = make_rootfs(&len);
    struct fp_digest digests[2];
    for (int i = 0; i < 2; i++) {
        cleanup_manifest struct fp_manifest manifest = {0};
        cleanup_config struct fp_config config = {0};
        struct fp_repo *repo = open_rootfs(put_file(i == 0 ? "one.tar" : "two", tar, len));
        digests[i] = read_image(repo, &manifest, &config).digest;
        fp_repo_free(repo);
    }
    assert_string_equal(digests[0].text, digests[1].text);
    free(tar);
}

static void what_is_no_root_file_system_is_refused(void **state)
{
    (void) state;
    size_t len = 0;
    char *tar = make_rootfs(&len);
    check_open_fails(in_folder("none.tar"), FP_E_NOT_FOUND, "none.tar");
    check_open_fails(put_file("t", "only words, and not many", 24), FP_E_INPUT, "/t");
    check_open_fails(put_file("e", "", 0), FP_E_INPUT, "/e");
    check_open_fails(put_file("cut", tar, 700), FP_E_INPUT, "/cut");
    char zeros[10240] = {0};
    check_open_fails(put_file("z", zeros, sizeof(zeros)), FP_E_INPUT, "no file in it");
    free(tar);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_gzip_tar_is_the_layer_as_it_is),           TEST(a_plain_tar_is_packed),
        TEST(what_runtimes_may_not_read_is_packed_again), TEST(the_same_tar_is_the_same_image),
        TEST(what_is_no_root_file_system_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
