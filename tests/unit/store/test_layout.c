#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct fp_repo *open_layout(const char *name)
{
    struct fp_error err = {0};
    struct fp_repo *layout = NULL;
    assert_ok(fp_repo_open_layout(in_folder(name), FP_LAYOUT_OUTPUT, &layout, &err), &err);
    return layout;
}

static const char *blob_in(const char *layout, const struct fp_digest *digest)
{
    char name[256];
    (void) snprintf(name, sizeof(name), "%s/blobs/sha256/%s", layout, fp_digest_hex(digest));
    return in_folder(name);
}

/* Put an image with one layer, made from `text`, into the layout, and name it `name`. */
static struct fp_descriptor put_image(const char *layout_name, const char *name, const char *text)
{
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_repo *layout = open_layout(layout_name);
    struct fp_descriptor image = make_image(parts, "linux/amd64", &text, 1);
    (void) copy_ok(parts, &image, layout, name);
    fp_repo_free(layout);
    fp_repo_free(parts);
    return image;
}

static void what_is_put_can_be_got(void **state)
{
    (void) state;
    struct fp_descriptor image = put_image("out", "app:1", "hello");
    struct fp_repo *layout = open_layout("out");
    check_image(layout, "app:1", &image);
    check_image(layout, NULL, &image);
    fp_repo_free(layout);
    /* The files are oci-layout, index.json, layer, configuration and manifest. */
    assert_int_equal(count_files("out"), 5);
    size_t len = 0;
    char *marker = slurp(in_folder("out/oci-layout"), &len);
    assert_string_equal(marker, "{\"imageLayoutVersion\":\"1.0.0\"}");
    free(marker);
}

static void names_of_others_stay(void **state)
{
    (void) state;
    struct fp_error err = {0};
    (void) put_image("out", "b:1", "one");
    struct fp_descriptor two = put_image("out", "a:1", "two");
    (void) put_image("out", "b:1", "three");
    cleanup_layout_names struct fp_layout_names names = {0};
    assert_ok(fp_layout_list(in_folder("out"), &names, &err), &err);
    assert_int_equal(names.len, 2);
    assert_string_equal(names.items[0].name, "a:1");
    assert_string_equal(names.items[0].descriptor.digest.text, two.digest.text);
    assert_string_equal(names.items[1].name, "b:1");
}

static void nothing_is_visible_before_the_end(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor image = {.media_type = FP_MEDIA_OCI_MANIFEST, .size = 2};
    struct fp_descriptor found = {0};
    image.digest = fp_digest_of("{}", 2);
    assert_ok(fp_repo_put_document(layout, &image, "{}", &err), &err);
    assert_ok(fp_repo_name(layout, &image, "{}", "x", &err), &err);
    assert_int_equal(fp_repo_resolve(layout, "x", &found, &err), FP_E_NOT_FOUND);
    fp_repo_free(layout);
    layout = open_layout("out");
    assert_int_equal(fp_repo_resolve(layout, "x", &found, &err), FP_E_NOT_FOUND);
    fp_repo_free(layout);
}

static void a_folder_that_is_no_layout_is_told(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *layout = NULL;
    assert_fails(fp_repo_open_layout(in_folder("none"), FP_LAYOUT_READ, &layout, &err),
                 FP_E_NOT_FOUND, &err, "no such folder");
    assert_int_equal(mkdir(in_folder("empty"), 0755), 0);
    assert_fails(fp_repo_open_layout(in_folder("empty"), FP_LAYOUT_READ, &layout, &err),
                 FP_E_NOT_FOUND, &err, "not an OCI layout");
    (void) put_file("empty/oci-layout", "{\"imageLayoutVersion\":\"2.0\"}", 28);
    assert_fails(fp_repo_open_layout(in_folder("empty"), FP_LAYOUT_READ, &layout, &err), FP_E_INPUT,
                 &err, "version 2.0");
}

/* Change a byte of a file in place. */
static void damage(const char *path)
{
    size_t len = 0;
    char *bytes = slurp(path, &len);
    bytes[len / 2] ^= 1;
    int fd = open(path, O_WRONLY);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(close(fd), 0);
    free(bytes);
}

static void a_damaged_blob_is_not_copied_on(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_descriptor image = put_image("out", "x", "hello");
    struct fp_repo *from = open_layout("out");
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_manifest struct fp_manifest manifest = {0};
    assert_ok(fp_repo_get_document(from, &image, &text, &err), &err);
    assert_ok(fp_manifest_parse(fp_buf_text(&text), text.len, NULL, "x", &manifest, &err), &err);
    damage(blob_in("out", &manifest.layers[0].digest));

    struct fp_repo *to = open_layout("to");
    struct fp_push_result result = {0};
    const struct copy_options options = {0};
    struct fp_strv names = {0};
    fp_strv_add(&names, "x");
    assert_fails(copy_image(from, &image, to, &names, &options, &result, &err), FP_E_VERIFY, &err,
                 manifest.layers[0].digest.text);
    assert_false(fp_path_exists(in_folder("to/index.json")));
    assert_false(fp_path_exists(blob_in("to", &manifest.layers[0].digest)));
    fp_strv_clear(&names);
    fp_repo_free(from);
    fp_repo_free(to);
}

static void missing_and_short_blobs_are_told(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_descriptor image = put_image("out", "x", "hello");
    struct fp_repo *layout = open_layout("out");
    struct fp_blob *blob = NULL;
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    assert_int_equal(truncate(blob_in("out", &image.digest), 5), 0);
    assert_fails(fp_repo_get_blob(layout, &image, NULL, &blob, &err), FP_E_VERIFY, &err,
                 "has 5 bytes");
    assert_int_equal(unlink(blob_in("out", &image.digest)), 0);
    assert_fails(fp_repo_get_document(layout, &image, &text, &err), FP_E_NOT_FOUND, &err,
                 image.digest.text);
    fp_repo_free(layout);
}

static void a_short_blob_is_replaced(void **state)
{
    (void) state;
    struct fp_descriptor image = put_image("out", "x", "hello");
    assert_int_equal(truncate(blob_in("out", &image.digest), 5), 0);
    (void) put_image("out", "x", "hello");
    struct fp_repo *layout = open_layout("out");
    check_image(layout, "x", &image);
    fp_repo_free(layout);
}

static struct fp_descriptor only_layer(struct fp_repo *layout, const struct fp_descriptor *image)
{
    struct fp_error err = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_manifest struct fp_manifest manifest = {0};
    assert_ok(fp_repo_get_document(layout, image, &text, &err), &err);
    assert_ok(fp_manifest_parse(fp_buf_text(&text), text.len, NULL, "x", &manifest, &err), &err);
    return fp_descriptor_copy(&manifest.layers[0]);
}

/* A damaged blob can still have the right name and size. */
static void a_damaged_blob_is_replaced(void **state)
{
    (void) state;
    struct fp_descriptor image = put_image("out", "x", "hello");
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor layer = only_layer(layout, &image);
    damage(blob_in("out", &layer.digest));
    damage(blob_in("out", &image.digest));
    (void) put_image("out", "x", "hello");
    check_image(layout, "x", &image);
    fp_repo_free(layout);
}

/* If no source has the right bytes, a damaged blob counts as missing. */
static void a_damaged_blob_is_not_there(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_descriptor image = put_image("out", "x", "hello");
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor layer = only_layer(layout, &image);
    enum fp_push_outcome outcome = FP_PUSH_UPLOADED;
    assert_ok(fp_repo_put_blob(layout, &layer, NULL, NULL, NULL, &outcome, &err), &err);
    assert_int_equal(outcome, FP_PUSH_EXISTING);
    damage(blob_in("out", &layer.digest));
    assert_int_equal(fp_repo_put_blob(layout, &layer, NULL, NULL, NULL, &outcome, &err),
                     FP_E_NOT_FOUND);
    fp_repo_free(layout);
}

/* A foreign layout may contain links that lead out of it. */
static void links_in_a_layout_are_not_written_through(void **state)
{
    (void) state;
    const char *victim = put_file("victim", "mine", 4);
    struct fp_descriptor image = put_image("out", "x", "hello");
    assert_int_equal(unlink(blob_in("out", &image.digest)), 0);
    assert_int_equal(unlink(in_folder("out/index.json")), 0);
    assert_int_equal(symlink(victim, blob_in("out", &image.digest)), 0);
    assert_int_equal(symlink(in_folder("nowhere"), in_folder("out/index.json")), 0);
    (void) put_image("out", "x", "hello");
    size_t len = 0;
    char *text = slurp(victim, &len);
    assert_string_equal(text, "mine");
    free(text);
    assert_false(fp_path_exists(in_folder("nowhere")));
}

/* An invalid index is an error at once. It is not overwritten, and no files are added. */
static void an_index_that_is_none_is_told_at_once(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *layout = NULL;
    assert_int_equal(mkdir(in_folder("pipe"), 0755), 0);
    assert_int_equal(mkfifo(in_folder("pipe/index.json"), 0600), 0);
    assert_fails(fp_repo_open_layout(in_folder("pipe"), FP_LAYOUT_OUTPUT, &layout, &err),
                 FP_E_INPUT, &err, "is a pipe or device");
    assert_int_equal(mkdir(in_folder("pipe2"), 0755), 0);
    assert_int_equal(mkfifo(in_folder("pipe2/oci-layout"), 0600), 0);
    assert_fails(fp_repo_open_layout(in_folder("pipe2"), FP_LAYOUT_OUTPUT, &layout, &err),
                 FP_E_INPUT, &err, "oci-layout: is a pipe or device");
    assert_int_equal(mkdir(in_folder("junk"), 0755), 0);
    (void) put_file("junk/index.json", "junk", 4);
    assert_fails(fp_repo_open_layout(in_folder("junk"), FP_LAYOUT_OUTPUT, &layout, &err),
                 FP_E_INPUT, &err, "index.json: not valid JSON");
}

static ino_t inode_of(const char *path)
{
    struct stat st = {0};
    assert_int_equal(lstat(path, &st), 0);
    return st.st_ino;
}

static struct fp_descriptor describe(const char *text)
{
    struct fp_descriptor descriptor = {.media_type = FP_MEDIA_OCI_LAYER, .size = strlen(text)};
    descriptor.digest = fp_digest_of(text, strlen(text));
    return descriptor;
}

static void put_blob_ok(struct fp_repo *layout, const struct fp_descriptor *descriptor,
                        struct fp_blob *blob, enum fp_push_outcome expected)
{
    struct fp_error err = {0};
    enum fp_push_outcome outcome = FP_PUSH_MOUNTED;
    assert_ok(fp_repo_put_blob(layout, descriptor, blob, NULL, NULL, &outcome, &err), &err);
    assert_int_equal(outcome, expected);
}

static void a_nameless_file_becomes_the_blob_itself(void **state)
{
    (void) state;
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor descriptor = describe("bytes");
    int fd = open(in_folder("out/blobs/sha256"), O_TMPFILE | O_RDWR, 0644);
    if (fd < 0)
        skip();
    assert_int_equal(write(fd, "bytes", 5), 5);
    struct stat st = {0};
    assert_int_equal(fstat(fd, &st), 0);
    struct fp_blob *blob = fp_blob_file(&descriptor, NULL, fd, 0);
    put_blob_ok(layout, &descriptor, blob, FP_PUSH_UPLOADED);
    put_blob_ok(layout, &descriptor, blob, FP_PUSH_EXISTING);
    assert_int_equal(inode_of(blob_in("out", &descriptor.digest)), st.st_ino);
    fp_blob_unref(blob);
    assert_int_equal(close(fd), 0);
    fp_repo_free(layout);
}

static void only_files_of_the_store_are_hard_linked(void **state)
{
    (void) state;
    struct fp_repo *store = open_layout("store");
    struct fp_repo *layout = open_layout("out");
    fp_layout_link_from(layout, in_folder("store/blobs/sha256"));
    struct fp_descriptor ours = describe("ours");
    struct fp_descriptor theirs = describe("theirs");
    (void) put_file("store/blobs/sha256/x", "", 0);
    const char *in_store = blob_in("store", &ours.digest);
    FILE *file = fopen(in_store, "w");
    assert_true(fputs("ours", file) >= 0);
    assert_int_equal(fclose(file), 0);
    const char *foreign = put_file("theirs.tar", "theirs", 6);

    struct fp_blob *blob = NULL;
    struct fp_error err = {0};
    assert_ok(fp_repo_get_blob(store, &ours, NULL, &blob, &err), &err);
    put_blob_ok(layout, &ours, blob, FP_PUSH_UPLOADED);
    fp_blob_unref(blob);
    assert_int_equal(inode_of(blob_in("out", &ours.digest)), inode_of(in_store));

    blob = fp_blob_file(&theirs, foreign, -1, 0);
    put_blob_ok(layout, &theirs, blob, FP_PUSH_UPLOADED);
    fp_blob_unref(blob);
    assert_int_not_equal(inode_of(blob_in("out", &theirs.digest)), inode_of(foreign));
    fp_repo_free(layout);
    fp_repo_free(store);
}

static void a_damaged_file_of_the_store_is_not_linked(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_descriptor image = put_image("store", "x", "hello");
    struct fp_repo *store = open_layout("store");
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor layer = only_layer(store, &image);
    struct fp_blob *blob = NULL;
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    fp_layout_link_from(layout, in_folder("store/blobs/sha256"));
    damage(blob_in("store", &layer.digest));
    assert_ok(fp_repo_get_blob(store, &layer, NULL, &blob, &err), &err);
    assert_fails(fp_repo_put_blob(layout, &layer, blob, NULL, NULL, &outcome, &err), FP_E_VERIFY,
                 &err, layer.digest.text);
    assert_false(fp_path_exists(blob_in("out", &layer.digest)));
    fp_blob_unref(blob);
    fp_repo_free(layout);
    fp_repo_free(store);
}

static void bytes_that_are_not_the_descriptors_are_refused(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor expected = describe("good");
    struct fp_blob *other = fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xstrdup("evil"), 4);
    const char *changed = put_file("changed", "evil", 4);
    struct fp_blob *liar = fp_blob_file(&expected, changed, -1, 0);
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    assert_int_equal(fp_repo_put_blob(layout, &expected, other, NULL, NULL, &outcome, &err),
                     FP_E_VERIFY);
    assert_fails(fp_repo_put_blob(layout, &expected, liar, NULL, NULL, &outcome, &err), FP_E_VERIFY,
                 &err, expected.digest.text);
    assert_int_equal(fp_repo_put_blob(layout, &expected, NULL, NULL, NULL, &outcome, &err),
                     FP_E_NOT_FOUND);
    assert_int_equal(count_files("out"), 1);
    fp_blob_unref(other);
    fp_blob_unref(liar);
    fp_repo_free(layout);
}

static void removing_a_name_deletes_what_nothing_refers_to(void **state)
{
    (void) state;
    struct fp_error err = {0};
    uint64_t freed = 0;
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_repo *layout = open_layout("out");
    const char *const amd[] = {"shared", "amd"};
    const char *const arm[] = {"shared", "arm"};
    const struct fp_descriptor images[] = {make_image(parts, "linux/amd64", amd, 2),
                                           make_image(parts, "linux/arm64", arm, 2)};
    struct fp_descriptor inner = make_index(parts, images, 2);
    struct fp_descriptor outer = make_index(parts, &inner, 1);
    (void) copy_ok(parts, &outer, layout, "all:latest");
    (void) copy_ok(parts, &images[0], layout, "amd:1");
    fp_repo_free(layout);
    assert_int_equal(count_files("out"), 2 + 3 + 2 + 2 + 2);

    assert_ok(fp_layout_remove(in_folder("out"), "all", &freed, &err), &err);
    assert_true(freed > outer.size + inner.size + images[1].size);
    assert_int_equal(count_files("out"), 2 + 2 + 1 + 1);
    layout = open_layout("out");
    check_image(layout, "amd:1", &images[0]);
    fp_repo_free(layout);
    assert_ok(fp_layout_remove(in_folder("out"), "amd:1", NULL, &err), &err);
    assert_int_equal(count_files("out"), 2);
    assert_fails(fp_layout_remove(in_folder("out"), "amd:1", NULL, &err), FP_E_NOT_FOUND, &err,
                 "no image 'amd:1'");
    fp_repo_free(parts);
}

static void nested_images_survive_the_removal_of_others(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_repo *layout = open_layout("out");
    const char *text = "x";
    struct fp_descriptor image = make_image(parts, "linux/amd64", &text, 1);
    struct fp_descriptor inner = make_index(parts, &image, 1);
    struct fp_descriptor outer = make_index(parts, &inner, 1);
    (void) copy_ok(parts, &outer, layout, "keep");
    fp_repo_free(layout);
    (void) put_image("out", "drop", "y");
    assert_ok(fp_layout_remove(in_folder("out"), "drop", NULL, &err), &err);
    layout = open_layout("out");
    check_image(layout, "keep", &outer);
    fp_repo_free(layout);
    fp_repo_free(parts);
}

static void nothing_is_collected_beside_a_running_build(void **state)
{
    (void) state;
    struct fp_error err = {0};
    uint64_t freed = 1;
    (void) put_image("out", "old", "x");
    struct fp_repo *build = open_layout("out");
    struct fp_descriptor fresh = describe("not named yet");
    struct fp_blob *blob = fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xstrdup("not named yet"), 13);
    put_blob_ok(build, &fresh, blob, FP_PUSH_UPLOADED);
    fp_blob_unref(blob);
    assert_ok(fp_layout_remove(in_folder("out"), "old", &freed, &err), &err);
    assert_int_equal(freed, 0);
    assert_true(fp_path_exists(blob_in("out", &fresh.digest)));
    fp_repo_free(build);
    /* The next removal deletes all of these. */
    (void) put_image("out", "next", "y");
    assert_ok(fp_layout_remove(in_folder("out"), "next", &freed, &err), &err);
    assert_int_equal(count_files("out"), 2);
}

static void strange_files_are_left_alone(void **state)
{
    (void) state;
    struct fp_error err = {0};
    (void) put_image("out", "x", "x");
    (void) put_file("out/blobs/sha256/README", "mine", 4);
    (void) put_file("out/blobs/sha256/.abc.partial", "fresh", 5);
    assert_ok(fp_layout_remove(in_folder("out"), "x", NULL, &err), &err);
    assert_true(fp_path_exists(in_folder("out/blobs/sha256/README")));
    assert_true(fp_path_exists(in_folder("out/blobs/sha256/.abc.partial")));
}

/* A killed process has left behind an old partial download and an old temporary file. */
static void old_leftovers_are_deleted(void **state)
{
    (void) state;
    static const char *const names[] = {"out/blobs/sha256/.abc.partial",
                                        "out/blobs/sha256/" FP_TEMP_PREFIX "0123"};
    const time_t old = time(NULL) - (time_t) 8 * 24 * 3600;
    const struct timespec times[] = {{.tv_sec = old}, {.tv_sec = old}};
    struct fp_error err = {0};
    (void) put_image("out", "x", "x");
    (void) put_image("out", "y", "y");
    for (size_t i = 0; i < 2; i++)
        (void) put_file(names[i], "given up", 8);
    assert_ok(fp_layout_remove(in_folder("out"), "x", NULL, &err), &err);
    for (size_t i = 0; i < 2; i++) {
        assert_true(fp_path_exists(in_folder(names[i])));
        assert_int_equal(utimensat(AT_FDCWD, in_folder(names[i]), times, 0), 0);
    }
    assert_ok(fp_layout_remove(in_folder("out"), "y", NULL, &err), &err);
    for (size_t i = 0; i < 2; i++)
        assert_false(fp_path_exists(in_folder(names[i])));
}

#define PROCESSES 6
#define IMAGES    8

static void build_in_child(int number)
{
    for (int i = 0; i < IMAGES; i++) {
        char name[32];
        char text[32];
        (void) snprintf(name, sizeof(name), "p%d:i%d", number, i);
        (void) snprintf(text, sizeof(text), "layer %d", i);
        (void) put_image("out", name, text);
    }
}

static void processes_side_by_side_lose_nothing(void **state)
{
    (void) state;
    struct fp_error err = {0};
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            build_in_child(i);
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    cleanup_layout_names struct fp_layout_names names = {0};
    assert_ok(fp_layout_list(in_folder("out"), &names, &err), &err);
    assert_int_equal(names.len, PROCESSES * IMAGES);
    /* Each image has a layer, a configuration and a manifest. Equal layers are stored once. */
    assert_int_equal(count_files("out"), 2 + 3 * IMAGES);
}

#define KILLS 12

/* Each named image has to be complete, no matter when the process that wrote it died. */
static void check_all_images(const char *layout_name)
{
    struct fp_error err = {0};
    cleanup_layout_names struct fp_layout_names names = {0};
    assert_ok(fp_layout_list(in_folder(layout_name), &names, &err), &err);
    struct fp_repo *layout = open_layout(layout_name);
    for (size_t i = 0; i < names.len; i++)
        check_image(layout, names.items[i].name, &names.items[i].descriptor);
    fp_repo_free(layout);
}

static void a_killed_build_leaves_a_whole_layout(void **state)
{
    (void) state;
    (void) put_image("out", "first", "before all of it");
    for (int i = 0; i < KILLS; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            build_in_child(i);
            _exit(0);
        }
        /* Kill the child at some point of its work, which differs from run to run. */
        (void) usleep((useconds_t) (i * 1500));
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        check_all_images("out");
    }
    (void) put_image("out", "last", "after all of it");
    check_all_images("out");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_put_can_be_got),
        TEST(names_of_others_stay),
        TEST(nothing_is_visible_before_the_end),
        TEST(a_folder_that_is_no_layout_is_told),
        TEST(a_damaged_blob_is_not_copied_on),
        TEST(missing_and_short_blobs_are_told),
        TEST(a_short_blob_is_replaced),
        TEST(a_damaged_blob_is_replaced),
        TEST(a_damaged_blob_is_not_there),
        TEST(links_in_a_layout_are_not_written_through),
        TEST(an_index_that_is_none_is_told_at_once),
        TEST(a_nameless_file_becomes_the_blob_itself),
        TEST(only_files_of_the_store_are_hard_linked),
        TEST(a_damaged_file_of_the_store_is_not_linked),
        TEST(bytes_that_are_not_the_descriptors_are_refused),
        TEST(removing_a_name_deletes_what_nothing_refers_to),
        TEST(nested_images_survive_the_removal_of_others),
        TEST(nothing_is_collected_beside_a_running_build),
        TEST(strange_files_are_left_alone),
        TEST(old_leftovers_are_deleted),
        TEST(processes_side_by_side_lose_nothing),
        TEST(a_killed_build_leaves_a_whole_layout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
