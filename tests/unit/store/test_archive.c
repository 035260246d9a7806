#include "fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Two platforms with a shared layer. */
static struct fp_descriptor make_two_platforms(struct fp_repo *parts,
                                               struct fp_descriptor images[2])
{
    const char *const amd[] = {"shared", "amd"};
    const char *const arm[] = {"shared", "arm"};
    images[0] = make_image(parts, "linux/amd64", amd, 2);
    images[1] = make_image(parts, "linux/arm64", arm, 2);
    return make_index(parts, images, 2);
}

static const char *write_archive(const char *name, enum fp_archive_kind kind, struct fp_repo *from,
                                 const struct fp_descriptor *root, const char *image_name)
{
    struct fp_error err = {0};
    struct fp_repo *archive = NULL;
    const char *path = in_folder(name);
    assert_ok(fp_repo_create_archive(path, kind, &archive, &err), &err);
    (void) copy_ok(from, root, archive, image_name);
    fp_repo_free(archive);
    return path;
}

static struct fp_repo *open_archive(const char *path, enum fp_archive_kind kind)
{
    struct fp_error err = {0};
    struct fp_repo *archive = NULL;
    assert_ok(fp_repo_open_archive(path, kind, in_folder("work"), &archive, &err), &err);
    return archive;
}

static void check_open_fails(const char *path, enum fp_archive_kind kind, enum fp_code expected,
                             const char *part)
{
    struct fp_error err = {0};
    struct fp_repo *archive = NULL;
    enum fp_code code = fp_repo_open_archive(path, kind, in_folder("work"), &archive, &err);
    assert_fails(code, expected, &err, part);
    assert_null(archive);
}

static void oci_archives_come_back_as_they_were(void **state)
{
    (void) state;
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor images[2];
    struct fp_descriptor index = make_two_platforms(parts, images);
    const char *path = write_archive("a.tar", FP_ARCHIVE_OCI, parts, &index, "app:1");
    struct fp_repo *archive = open_archive(path, FP_ARCHIVE_OCI);
    check_image(archive, "app:1", &index);
    fp_repo_free(archive);
    size_t len = 0;
    size_t again_len = 0;
    char *bytes = slurp(path, &len);
    char *again = slurp(write_archive("b.tar", FP_ARCHIVE_OCI, parts, &index, "app:1"), &again_len);
    assert_int_equal(len, again_len);
    assert_memory_equal(bytes, again, len);
    free(bytes);
    free(again);
    fp_repo_free(parts);
}

static void a_compressed_archive_is_inflated_and_leaves_nothing(void **state)
{
    (void) state;
    struct fp_repo *parts = fp_repo_new_parts();
    const char *text = "x";
    struct fp_descriptor image = make_image(parts, "linux/amd64", &text, 1);
    size_t len = 0;
    size_t packed_len = 0;
    char *bytes = slurp(write_archive("a.tar", FP_ARCHIVE_OCI, parts, &image, NULL), &len);
    char *packed = make_gzip(bytes, len, &packed_len);
    struct fp_repo *archive =
        open_archive(put_file("a.tar.gz", packed, packed_len), FP_ARCHIVE_OCI);
    check_image(archive, NULL, &image);
    fp_repo_free(archive);
    assert_int_equal(count_files("work"), 0);
    check_open_fails(put_file("cut.tar.gz", packed, packed_len / 2), FP_ARCHIVE_OCI, FP_E_INPUT,
                     "cut.tar.gz");
    assert_int_equal(count_files("work"), 0);
    free(bytes);
    free(packed);
    fp_repo_free(parts);
}

static void an_unfinished_archive_does_not_appear(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *archive = NULL;
    const char *path = put_file("a.tar", "old", 3);
    assert_ok(fp_repo_create_archive(path, FP_ARCHIVE_OCI, &archive, &err), &err);
    fp_repo_free(archive);
    size_t len = 0;
    char *bytes = slurp(path, &len);
    assert_string_equal(bytes, "old");
    free(bytes);
    assert_int_equal(count_files("."), 1);
}

static void docker_archives_keep_layers_and_names(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *parts = fp_repo_new_parts();
    const char *const texts[] = {"one", "two", "one"};
    struct fp_descriptor image = make_image(parts, "linux/amd64", texts, 3);
    const char *path = write_archive("d.tar", FP_ARCHIVE_DOCKER, parts, &image, "team/orders");
    struct fp_repo *archive = open_archive(path, FP_ARCHIVE_DOCKER);
    struct fp_descriptor found = {0};
    /* Manifests of the fixture have no annotations, so rebuilding one gives the same bytes. */
    check_image(archive, "team/orders", &image);
    check_image(archive, "docker.io/team/orders:latest", &image);
    assert_fails(fp_repo_resolve(archive, "team/orders:2", &found, &err), FP_E_NOT_FOUND, &err,
                 "no image 'team/orders:2'");
    assert_string_equal(err.hint, "there are: team/orders:latest");
    fp_repo_free(archive);
    fp_repo_free(parts);
}

static void a_docker_archive_takes_one_platform(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *archive = NULL;
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor images[2];
    struct fp_descriptor index = make_two_platforms(parts, images);
    struct fp_push_result result = {0};
    struct copy_options options = {0};
    struct fp_strv names = {0};
    fp_strv_add(&names, "a:1");
    assert_ok(fp_repo_create_archive(in_folder("d.tar"), FP_ARCHIVE_DOCKER, &archive, &err), &err);
    assert_fails(copy_image(parts, &index, archive, &names, &options, &result, &err), FP_E_USAGE,
                 &err, "one platform only");
    assert_non_null(strstr(err.hint, "--platform"));
    fp_repo_free(archive);
    assert_false(fp_path_exists(in_folder("d.tar")));

    struct fp_platform arm = {0};
    assert_ok(fp_platform_parse("linux/arm64", &arm, &err), &err);
    options.platform = &arm;
    assert_ok(fp_repo_create_archive(in_folder("d.tar"), FP_ARCHIVE_DOCKER, &archive, &err), &err);
    assert_ok(copy_image(parts, &index, archive, &names, &options, &result, &err), &err);
    assert_string_equal(result.root.digest.text, images[1].digest.text);
    fp_descriptor_clear(&result.root);
    fp_repo_free(archive);
    archive = open_archive(in_folder("d.tar"), FP_ARCHIVE_DOCKER);
    check_image(archive, "a:1", &images[1]);
    fp_repo_free(archive);
    fp_strv_clear(&names);
    fp_repo_free(parts);
}

static void bad_repo_tags_are_usage_errors(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *archive = NULL;
    struct fp_repo *parts = fp_repo_new_parts();
    const char *text = "x";
    struct fp_descriptor image = make_image(parts, "linux/amd64", &text, 1);
    struct fp_push_result result = {0};
    const struct copy_options options = {0};
    struct fp_strv names = {0};
    fp_strv_add(&names, "Bad Name");
    assert_ok(fp_repo_create_archive(in_folder("d.tar"), FP_ARCHIVE_DOCKER, &archive, &err), &err);
    assert_fails(copy_image(parts, &image, archive, &names, &options, &result, &err), FP_E_USAGE,
                 &err, "docker-archive:");
    fp_strv_clear(&names);
    fp_repo_free(archive);
    fp_repo_free(parts);
}

/* Docker 1.10 to 24 saves layers in directories, and equal layers as links to the first. */
static char *make_old_docker(const char *config_diff_id, size_t *ret_len, const char *layer)
{
    char config[512];
    char config_name[80];
    char list[512];
    (void) snprintf(config, sizeof(config),
                    "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\","
                    "\"diff_ids\":[\"%s\",\"%s\"]}}",
                    config_diff_id, config_diff_id);
    struct fp_digest digest = fp_digest_of(config, strlen(config));
    (void) snprintf(config_name, sizeof(config_name), "%s.json", fp_digest_hex(&digest));
    (void) snprintf(list, sizeof(list),
                    "[{\"Config\":\"%s\",\"RepoTags\":[\"old:1\"],"
                    "\"Layers\":[\"aa/layer.tar\",\"bb/layer.tar\"]}]",
                    config_name);
    const struct member members[] = {
        {.name = "aa/VERSION", .text = "1.0"},
        {.name = "aa/layer.tar", .text = layer, .len = 5},
        {.name = "bb/layer.tar", .symlink = "../aa/layer.tar"},
        {.name = config_name, .text = config},
        {.name = "repositories", .text = "{}"},
        {.name = "manifest.json", .text = list},
    };
    return make_tar(members, sizeof(members) / sizeof(members[0]), ret_len);
}

static void older_docker_archives_are_read(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_digest diff_id = fp_digest_of("layer", 5);
    size_t len = 0;
    char *tar = make_old_docker(diff_id.text, &len, "layer");
    struct fp_repo *archive = open_archive(put_file("o.tar", tar, len), FP_ARCHIVE_DOCKER);
    struct fp_descriptor found = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_manifest struct fp_manifest manifest = {0};
    assert_ok(fp_repo_resolve(archive, "old:1", &found, &err), &err);
    assert_ok(fp_repo_get_document(archive, &found, &text, &err), &err);
    assert_ok(fp_manifest_parse(fp_buf_text(&text), text.len, NULL, "x", &manifest, &err), &err);
    assert_int_equal(manifest.layer_count, 2);
    assert_string_equal(manifest.layers[1].digest.text, diff_id.text);
    assert_string_equal(manifest.layers[0].media_type, FP_MEDIA_OCI_LAYER);
    check_image(archive, NULL, &found);
    fp_repo_free(archive);
    free(tar);
}

static void layers_that_are_not_their_diff_ids_are_refused(void **state)
{
    (void) state;
    struct fp_digest other = fp_digest_of("other", 5);
    size_t len = 0;
    char *tar = make_old_docker(other.text, &len, "layer");
    check_open_fails(put_file("o.tar", tar, len), FP_ARCHIVE_DOCKER, FP_E_VERIFY, "layer 1 is");
    free(tar);
}

static void archives_of_another_form_are_told_apart(void **state)
{
    (void) state;
    struct fp_repo *parts = fp_repo_new_parts();
    const char *text = "x";
    struct fp_descriptor image = make_image(parts, "linux/amd64", &text, 1);
    const char *oci = write_archive("a.tar", FP_ARCHIVE_OCI, parts, &image, NULL);
    const char *docker = write_archive("d.tar", FP_ARCHIVE_DOCKER, parts, &image, "x:1");
    check_open_fails(oci, FP_ARCHIVE_DOCKER, FP_E_INPUT, "no manifest.json");
    check_open_fails(docker, FP_ARCHIVE_OCI, FP_E_INPUT, "no oci-layout");
    check_open_fails(put_file("t", "no tar at all, only words", 25), FP_ARCHIVE_OCI, FP_E_INPUT,
                     "not a sound tar archive");
    check_open_fails(put_file("e", "", 0), FP_ARCHIVE_OCI, FP_E_INPUT, "");
    check_open_fails(in_folder("none"), FP_ARCHIVE_OCI, FP_E_NOT_FOUND, "none");
    fp_repo_free(parts);
}

static void a_cut_archive_is_refused(void **state)
{
    (void) state;
    struct fp_repo *parts = fp_repo_new_parts();
    const char *text = "x";
    struct fp_descriptor image = make_image(parts, "linux/amd64", &text, 1);
    size_t len = 0;
    char *oci = slurp(write_archive("a.tar", FP_ARCHIVE_OCI, parts, &image, NULL), &len);
    /* The archive is cut within its second member, the index. */
    check_open_fails(put_file("cut", oci, 1600), FP_ARCHIVE_OCI, FP_E_INPUT, "cut");
    free(oci);
    char *docker = slurp(write_archive("d.tar", FP_ARCHIVE_DOCKER, parts, &image, "x:1"), &len);
    check_open_fails(put_file("cut", docker, 2100), FP_ARCHIVE_DOCKER, FP_E_INPUT, "cut");
    free(docker);
    fp_repo_free(parts);
}

static void a_damaged_archive_does_not_get_into_a_layout(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *parts = fp_repo_new_parts();
    const char *text = "x";
    struct fp_descriptor image = make_image(parts, "linux/amd64", &text, 1);
    size_t len = 0;
    char *oci = slurp(write_archive("a.tar", FP_ARCHIVE_OCI, parts, &image, "x"), &len);
    /* The layer is the member that begins with the magic of gzip. */
    char *layer = memmem(oci, len, "\x1f\x8b", 2);
    assert_non_null(layer);
    layer[12] ^= 1;
    struct fp_repo *archive = open_archive(put_file("bad.tar", oci, len), FP_ARCHIVE_OCI);
    struct fp_repo *to = NULL;
    struct fp_push_result result = {0};
    const struct copy_options options = {0};
    assert_ok(fp_repo_open_layout(in_folder("to"), FP_LAYOUT_OUTPUT, &to, &err), &err);
    assert_int_equal(copy_image(archive, &image, to, NULL, &options, &result, &err), FP_E_VERIFY);
    assert_false(fp_path_exists(in_folder("to/index.json")));
    fp_repo_free(to);
    assert_ok(fp_repo_create_archive(in_folder("to.tar"), FP_ARCHIVE_OCI, &to, &err), &err);
    assert_int_equal(copy_image(archive, &image, to, NULL, &options, &result, &err), FP_E_VERIFY);
    fp_repo_free(to);
    assert_false(fp_path_exists(in_folder("to.tar")));
    fp_repo_free(archive);
    free(oci);
    fp_repo_free(parts);
}

static const struct fp_archive_member *find(const struct fp_archive_index *index, const char *name,
                                            const char *expected)
{
    struct fp_error err = {0};
    struct fp_buf body = FP_BUF_INIT(4096);
    const struct fp_archive_member *member = fp_archive_find(index, name);
    if (expected == NULL) {
        assert_null(member);
    } else {
        assert_non_null(member);
        assert_ok(fp_archive_read(index, name, &body, &err), &err);
        assert_string_equal(fp_buf_text(&body), expected);
    }
    fp_buf_clear(&body);
    return member;
}

static void members_are_found_where_they_lie(void **state)
{
    (void) state;
    struct fp_error err = {0};
    char long_name[300];
    memset(long_name, 'n', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    const struct member members[] = {
        {.name = "./dir//a", .text = "first"},
        {.name = long_name, .text = "after a pax header"},
        {.name = "dir/a", .text = "the last one counts"},
        {.name = "dir/soft", .symlink = "../dir/./a"},
        {.name = "hard", .hardlink = "dir/soft"},
        {.name = "up", .symlink = "../../../../dir/a"},
        {.name = "loop", .symlink = "loop"},
        {.name = "dangling", .symlink = "/etc/passwd"},
        {.name = "../../escape", .text = "stays inside"},
    };
    size_t len = 0;
    char *tar = make_tar(members, sizeof(members) / sizeof(members[0]), &len);
    const char *path = put_file("t.tar", tar, len);
    struct fp_archive_index index = {0};
    assert_ok(fp_archive_index_open(path, in_folder("work"), true, &index, &err), &err);
    (void) find(&index, "dir/a", "the last one counts");
    (void) find(&index, "./dir/a", "the last one counts");
    const struct fp_archive_member *member = find(&index, long_name, "after a pax header");
    struct fp_digest digest = fp_digest_of("after a pax header", 18);
    assert_string_equal(member->digest.text, digest.text);
    (void) find(&index, "dir/soft", "the last one counts");
    (void) find(&index, "hard", "the last one counts");
    (void) find(&index, "up", "the last one counts");
    (void) find(&index, "loop", NULL);
    (void) find(&index, "dangling", NULL);
    (void) find(&index, "escape", "stays inside");
    struct fp_buf small = FP_BUF_INIT(4);
    assert_fails(fp_archive_read(&index, "dir/a", &small, &err), FP_E_INPUT, &err, "larger than 4");
    assert_fails(fp_archive_read(&index, "none", &small, &err), FP_E_INPUT, &err, "no file none");
    fp_archive_index_clear(&index);
    free(tar);
}

static void bombs_are_refused(void **state)
{
    (void) state;
    assert_true(fp_inflate_limit(0) == (uint64_t) 512 << 20);
    assert_true(fp_inflate_limit(100 << 20) == (uint64_t) 10000 << 20);
    assert_true(fp_inflate_limit(UINT64_MAX) == (uint64_t) 64 << 30);
    /* Ten megabytes must not inflate to ten gigabytes. */
    assert_true(fp_inflate_limit(10 << 20) < (uint64_t) 10 << 30);
}

static void too_many_members_are_refused(void **state)
{
    (void) state;
    struct member *members = calloc(FP_ARCHIVE_MAX_MEMBERS + 1, sizeof(*members));
    for (size_t i = 0; i <= FP_ARCHIVE_MAX_MEMBERS; i++)
        members[i] = (struct member){.name = "a", .text = ""};
    size_t len = 0;
    char *tar = make_tar(members, FP_ARCHIVE_MAX_MEMBERS + 1, &len);
    check_open_fails(put_file("many", tar, len), FP_ARCHIVE_DOCKER, FP_E_INPUT, "more than 20000");
    free(tar);
    free(members);
}

static void too_long_names_are_refused(void **state)
{
    (void) state;
    char name[514];
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    const struct member members[] = {{.name = name, .text = ""},
                                     {.name = "a", .symlink = name},
                                     {.name = "a", .hardlink = name}};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        size_t len = 0;
        char *tar = make_tar(&members[i], 1, &len);
        check_open_fails(put_file("long", tar, len), FP_ARCHIVE_OCI, FP_E_INPUT,
                         "more than 512 bytes");
        free(tar);
    }
}

static void an_unwritable_place_is_told_at_once(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *archive = NULL;
    assert_int_equal(
        fp_repo_create_archive(in_folder("no/such/a.tar"), FP_ARCHIVE_OCI, &archive, &err),
        FP_E_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(oci_archives_come_back_as_they_were),
        TEST(a_compressed_archive_is_inflated_and_leaves_nothing),
        TEST(an_unfinished_archive_does_not_appear),
        TEST(docker_archives_keep_layers_and_names),
        TEST(a_docker_archive_takes_one_platform),
        TEST(bad_repo_tags_are_usage_errors),
        TEST(older_docker_archives_are_read),
        TEST(layers_that_are_not_their_diff_ids_are_refused),
        TEST(archives_of_another_form_are_told_apart),
        TEST(a_cut_archive_is_refused),
        TEST(a_damaged_archive_does_not_get_into_a_layout),
        TEST(members_are_found_where_they_lie),
        TEST(bombs_are_refused),
        TEST(too_many_members_are_refused),
        TEST(too_long_names_are_refused),
        TEST(an_unwritable_place_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
