#include "fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void places_are_told_apart(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        enum fp_location_kind kind;
        const char *path;
        const char *name;
    } cases[] = {
        {"oci:out", FP_AT_LAYOUT, "out", NULL},
        {"oci:/a/b:1.0", FP_AT_LAYOUT, "/a/b", "1.0"},
        {"oci:out:registry.example.com:5000/a/b:1", FP_AT_LAYOUT, "out",
         "registry.example.com:5000/a/b:1"},
        {"oci-archive:image.tar:latest", FP_AT_OCI_ARCHIVE, "image.tar", "latest"},
        {"docker-archive:image.tar", FP_AT_DOCKER_ARCHIVE, "image.tar", NULL},
        {"docker-archive:image.tar:orders:2", FP_AT_DOCKER_ARCHIVE, "image.tar", "orders:2"},
        {"rootfs:a:b.tar.gz", FP_AT_ROOTFS, "a:b.tar.gz", NULL},
        {"orders", FP_AT_STORE, NULL, "orders:latest"},
        {"team/orders:2", FP_AT_STORE, NULL, "team/orders:2"},
        {"registry.example.com/orders:2", FP_AT_REGISTRY, NULL, NULL},
        {"localhost/orders", FP_AT_REGISTRY, NULL, NULL},
        {"docker://busybox", FP_AT_REGISTRY, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        struct fp_location location = {0};
        assert_ok(fp_location_parse(cases[i].text, &location, &err), &err);
        assert_int_equal(location.kind, cases[i].kind);
        assert_int_equal(location.path != NULL, cases[i].path != NULL);
        assert_int_equal(location.name != NULL, cases[i].name != NULL);
        if (location.path != NULL)
            assert_string_equal(location.path, cases[i].path);
        if (location.name != NULL)
            assert_string_equal(location.name, cases[i].name);
        fp_location_clear(&location);
    }
}

static void registries_are_whole_references(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_location location = {0};
    assert_ok(fp_location_parse("docker://busybox:1", &location, &err), &err);
    assert_string_equal(location.reference.registry, "docker.io");
    assert_string_equal(location.reference.repository, "library/busybox");
    assert_string_equal(location.reference.tag, "1");
    fp_location_clear(&location);
}

/* Check how the store decides about `text`: as a stored name, or as a name of Docker Hub. */
static void check_settled(const char *text, enum fp_location_kind kind, const char *expected)
{
    struct fp_error err = {0};
    struct fp_location at = {0};
    assert_ok(fp_location_parse(text, &at, &err), &err);
    assert_ok(fp_location_settle(&at, text, in_folder("store"), NULL, &err), &err);
    assert_int_equal(at.kind, kind);
    if (kind == FP_AT_STORE)
        assert_string_equal(at.name, expected);
    else
        assert_string_equal(at.reference.repository, expected);
    fp_location_clear(&at);
}

static void short_names_that_are_not_stored_are_on_docker_hub(void **state)
{
    (void) state;
    static const char digest[] =
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    check_settled("flink:1.20", FP_AT_REGISTRY, "library/flink");
    check_settled("flink", FP_AT_REGISTRY, "library/flink");
    check_settled("team/flink:1.20", FP_AT_STORE, "team/flink:1.20");
    check_settled(digest, FP_AT_STORE, digest);
    check_settled("registry.example.com/flink", FP_AT_REGISTRY, "flink");
}

static void bad_places_are_usage_errors(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"oci:", "no path"},
        {"oci::tag", "no path"},
        {"oci:out:", "name"},
        {"oci:out:-x", "'-x'"},
        {"oci:out:a b", "'a b'"},
        {"rootfs:", "no path"},
        {"docker-daemon:a:1", "docker-daemon:"},
        {"UPPER", ""},
        {"", ""},
        {"containers-storage:a", "containers-storage:"},
        {"a:b:c", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        struct fp_location location = {0};
        enum fp_code code = fp_location_parse(cases[i].text, &location, &err);
        assert_fails(code, FP_E_USAGE, &err, cases[i].part);
        fp_location_clear(&location);
    }
}

static void over_long_names_are_refused(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_location location = {0};
    char text[FP_LAYOUT_NAME_MAX + 10] = "oci:o:";
    memset(text + 6, 'a', FP_LAYOUT_NAME_MAX);
    assert_ok(fp_location_parse(text, &location, &err), &err);
    fp_location_clear(&location);
    text[6 + FP_LAYOUT_NAME_MAX] = 'a';
    assert_int_equal(fp_location_parse(text, &location, &err), FP_E_USAGE);
    fp_location_clear(&location);
}

/* Check the name of the image "registry.example.com:5000/team/orders:2" at each location. */
static void an_image_is_called_as_the_place_writes_it(void **state)
{
    (void) state;
    static const struct {
        const char *place;
        const char *name;
        const char *expected;
    } cases[] = {
        {"oci:out", "host:5000/team/orders:2", "2"},
        {"oci:out:own", "host:5000/team/orders:2", "own"},
        {"oci:out", "2", "2"},
        {"oci:out", "team/orders", NULL},
        {"oci:out", NULL, NULL},
        {"oci-archive:a.tar", "orders:2", "2"},
        {"oci-archive:a.tar", "orders@sha256:0", NULL},
        {"docker-archive:a.tar", "host:5000/team/orders:2", "host:5000/team/orders:2"},
        {"docker-archive:a.tar:own:1", "orders:2", "own:1"},
        {"docker-archive:a.tar", "orders", NULL},
        {"host:5000/team/orders", "other:2", "latest"},
        {"host:5000/team/orders:3", NULL, "3"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        cleanup_location struct fp_location at = {0};
        cleanup_strv struct fp_strv names = {0};
        assert_ok(fp_location_parse(cases[i].place, &at, &err), &err);
        fp_location_add_name(&at, cases[i].name, &names);
        fp_location_add_name(&at, cases[i].name, &names);
        assert_int_equal(names.len, cases[i].expected != NULL ? 1 : 0);
        if (cases[i].expected != NULL)
            assert_string_equal(names.items[0], cases[i].expected);
    }
}

/* Write an image to the location `text`, and read it back. */
static void check_round_trip(const char *text, struct fp_repo *from,
                             const struct fp_descriptor *image)
{
    struct fp_error err = {0};
    const struct fp_places places = {.store = in_folder("store")};
    cleanup_location struct fp_location at = {0};
    cleanup_repo struct fp_repo *written = NULL;
    cleanup_repo struct fp_repo *read = NULL;
    assert_ok(fp_location_parse(text, &at, &err), &err);
    assert_ok(fp_location_create(&at, &places, &written, &err), &err);
    (void) copy_ok(from, image, written, fp_location_image(&at));
    assert_ok(fp_location_open(&at, &places, NULL, &read, &err), &err);
    check_image(read, fp_location_image(&at), image);
}

static void every_kind_of_place_is_written_and_read(void **state)
{
    (void) state;
    static const char *const kinds[] = {"oci:%s:1", "oci-archive:%s.tar:1",
                                        "docker-archive:%s.docker.tar:orders:1"};
    const char *texts[] = {"a", "b"};
    cleanup_repo struct fp_repo *parts = fp_repo_new_parts();
    cleanup_descriptor struct fp_descriptor image = make_image(parts, "linux/amd64", texts, 2);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const char *colon = strchr(kinds[i], '%');
        cleanup_free char *text = fp_xasprintf("%.*s%s%s", (int) (colon - kinds[i]), kinds[i],
                                               in_folder("place"), colon + 2);
        check_round_trip(text, parts, &image);
    }
    check_round_trip("orders", parts, &image);
}

static void a_root_file_system_is_not_written(void **state)
{
    (void) state;
    struct fp_error err = {0};
    const struct fp_places places = {.store = in_folder("store")};
    cleanup_location struct fp_location at = {0};
    cleanup_repo struct fp_repo *repo = NULL;
    assert_ok(fp_location_parse("rootfs:a.tar", &at, &err), &err);
    assert_fails(fp_location_create(&at, &places, &repo, &err), FP_E_USAGE, &err,
                 "'rootfs:a.tar': a root file system cannot be written");
}

/* Without access to the registry, its image is looked up in the store by the full name. */
static void what_was_pulled_is_in_the_store_under_its_whole_name(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_location struct fp_location at = {0};
    cleanup_location struct fp_location file = {0};
    assert_ok(fp_location_parse("host:5000/team/orders", &at, &err), &err);
    fp_location_to_store(&at);
    assert_int_equal(at.kind, FP_AT_STORE);
    assert_string_equal(fp_location_image(&at), "host:5000/team/orders:latest");
    assert_ok(fp_location_parse("oci:out", &file, &err), &err);
    fp_location_to_store(&file);
    assert_int_equal(file.kind, FP_AT_LAYOUT);
}

static void check_store_path(const char *expected)
{
    struct fp_error err = {0};
    char *path = NULL;
    char *reason = NULL;
    assert_ok(fp_store_path(&path, &reason, &err), &err);
    assert_string_equal(path, expected);
    assert_null(reason);
    free(path);
}

static void the_store_is_found_by_the_environment(void **state)
{
    (void) state;
    check_store_path(in_folder("store"));
    assert_int_equal(unsetenv("FLINKPACK_STORE"), 0);
    assert_int_equal(setenv("XDG_DATA_HOME", "/data", 1), 0);
    check_store_path("/data/flinkpack/store");
    assert_int_equal(setenv("XDG_DATA_HOME", "not/absolute", 1), 0);
    const char *home = in_folder("home");
    assert_int_equal(mkdir(home, 0755), 0);
    assert_int_equal(setenv("HOME", home, 1), 0);
    check_store_path(in_folder("home/.local/share/flinkpack/store"));
}

static char *own_store(void)
{
    struct fp_error err = {0};
    char *path = NULL;
    char *reason = NULL;
    assert_ok(fp_store_path(&path, &reason, &err), &err);
    assert_null(reason);
    return path;
}

static void without_a_home_the_store_is_a_private_temporary_folder(void **state)
{
    (void) state;
    struct fp_error err = {0};
    char *path = NULL;
    char *reason = NULL;
    char name[64];
    assert_int_equal(unsetenv("FLINKPACK_STORE"), 0);
    assert_int_equal(unsetenv("XDG_DATA_HOME"), 0);
    assert_int_equal(unsetenv("HOME"), 0);
    assert_int_equal(mkdir(in_folder("t"), 0755), 0);
    assert_int_equal(setenv("TMPDIR", in_folder("t"), 1), 0);
    (void) snprintf(name, sizeof(name), "t/flinkpack-%ju", (uintmax_t) geteuid());
    check_store_path(in_folder(name));
    struct stat st = {0};
    assert_int_equal(stat(in_folder(name), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    /* If others could have made that directory, another one is used, the same each time. */
    assert_int_equal(chmod(in_folder(name), 0777), 0);
    cleanup_free char *own = own_store();
    assert_memory_equal(own, in_folder(name), strlen(in_folder(name)));
    assert_int_equal(own[strlen(in_folder(name))], '.');
    check_store_path(own);
    assert_int_equal(rmdir(in_folder(name)), 0);
    assert_int_equal(symlink("/etc", in_folder(name)), 0);
    check_store_path(own);
    assert_int_equal(stat(own, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(unlink(in_folder(name)), 0);
    assert_int_equal(setenv("TMPDIR", in_folder("none"), 1), 0);
    assert_fails(fp_store_path(&path, &reason, &err), FP_E_IO, &err, "cannot make the local store");
    assert_non_null(strstr(err.hint, "FLINKPACK_STORE"));
    assert_int_equal(setenv("TMPDIR", in_folder("t"), 1), 0);
    /* This also happens if others can write to the usual directory or to its parent. */
    assert_int_equal(setenv("HOME", in_folder("t"), 1), 0);
    const char *store = in_folder("t/.local/share/flinkpack/store");
    assert_ok(fp_mkdir_p(store, 0700, &err), &err);
    check_store_path(in_folder("t/.local/share/flinkpack/store"));
    for (int i = 0; i < 2; i++) {
        const char *open = i == 0 ? "t/.local/share/flinkpack/store" : "t/.local/share/flinkpack";
        assert_int_equal(chmod(in_folder(open), 0777), 0);
        assert_ok(fp_store_path(&path, &reason, &err), &err);
        assert_string_equal(path, in_folder(name));
        assert_non_null(strstr(reason, in_folder(open)));
        free(path);
        free(reason);
        assert_int_equal(chmod(in_folder(open), 0700), 0);
    }
    assert_int_equal(unsetenv("HOME"), 0);
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_told_apart),
        cmocka_unit_test(registries_are_whole_references),
        cmocka_unit_test_setup_teardown(short_names_that_are_not_stored_are_on_docker_hub,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test(bad_places_are_usage_errors),
        cmocka_unit_test(an_image_is_called_as_the_place_writes_it),
        cmocka_unit_test_setup_teardown(every_kind_of_place_is_written_and_read, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_root_file_system_is_not_written, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test(what_was_pulled_is_in_the_store_under_its_whole_name),
        cmocka_unit_test(over_long_names_are_refused),
        cmocka_unit_test_setup_teardown(the_store_is_found_by_the_environment, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(without_a_home_the_store_is_a_private_temporary_folder,
                                        fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
