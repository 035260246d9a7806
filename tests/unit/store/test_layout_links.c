#include "fixture.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void move_and_link(const char *from, const char *to)
{
    cleanup_free char *place = fp_xstrdup(in_folder(to));
    assert_int_equal(rename(from, place), 0);
    assert_int_equal(symlink(place, from), 0);
}

/* Bazel and Nix make layouts of links. The link targets are verified against their digests. */
static void a_layout_may_be_of_links(void **state)
{
    (void) state;
    struct fp_error err = {0};
    const char *text = "hello";
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_repo *out = NULL;
    assert_ok(fp_repo_open_layout(in_folder("out"), FP_LAYOUT_OUTPUT, &out, &err), &err);
    struct fp_descriptor image = make_image(parts, "linux/amd64", &text, 1);
    (void) copy_ok(parts, &image, out, "x");
    fp_repo_free(out);
    fp_repo_free(parts);
    cleanup_free char *name = fp_xasprintf("out/blobs/sha256/%s", fp_digest_hex(&image.digest));
    cleanup_free char *path = fp_xstrdup(in_folder(name));
    move_and_link(path, "manifest");
    move_and_link(in_folder("out/index.json"), "index");
    move_and_link(in_folder("out/oci-layout"), "marker");
    move_and_link(in_folder("out/blobs"), "blobs");
    move_and_link(in_folder("out"), "elsewhere");
    cleanup_repo struct fp_repo *layout = NULL;
    assert_ok(fp_repo_open_layout(in_folder("out"), FP_LAYOUT_READ, &layout, &err), &err);
    check_image(layout, "x", &image);
    struct fp_blob *blob = NULL;
    assert_int_equal(unlink(in_folder("manifest")), 0);
    assert_fails(fp_repo_get_blob(layout, &image, NULL, &blob, &err), FP_E_NOT_FOUND, &err,
                 "leads nowhere");
    assert_int_equal(mkfifo(in_folder("manifest"), 0600), 0);
    assert_fails(fp_repo_get_blob(layout, &image, NULL, &blob, &err), FP_E_INPUT, &err,
                 "not a regular file");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_fails(fp_repo_get_blob(layout, &image, NULL, &blob, &err), FP_E_VERIFY, &err,
                 image.digest.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_layout_may_be_of_links, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
