#include "../cli/cli_test.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/auth_file.h"

struct fixture {
    char folder[64];
    char *path;
    char *log; /* the requests to the helper, which is a stub */
    struct fp_auth_file file;
    struct fp_error err;
};

static int begin(void **state)
{
    struct fixture *f = fp_xcalloc(1, sizeof(*f));
    (void) snprintf(f->folder, sizeof(f->folder), "/tmp/flinkpack-auth-XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return -1;
    f->path = fp_xasprintf("%s/docker/config.json", f->folder);
    f->log = fp_path_join(f->folder, "log");
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    fp_auth_file_clear(&f->file);
    assert_ok(fp_remove_tree(f->folder, &f->err), f->err);
    free(f->path);
    free(f->log);
    free(f);
    return 0;
}

static void write_config(struct fixture *f, const char *text)
{
    cleanup_free char *folder = fp_path_join(f->folder, "docker");
    assert_ok(fp_mkdir_p(folder, 0700, &f->err), f->err);
    assert_ok(fp_file_write(f->path, text, strlen(text), 0644, &f->err), f->err);
}

static char *read_text(struct fixture *f, const char *path)
{
    struct fp_buf text = FP_BUF_INIT(1 << 20);
    assert_ok(fp_file_read(path, &text, &f->err), f->err);
    return fp_buf_take(&text);
}

static void store(struct fixture *f, const char *host, const char *username, const char *password)
{
    cleanup_free char *where = NULL;
    fp_auth_file_clear(&f->file);
    assert_ok(fp_auth_file_lock(f->path, &f->file, &f->err), f->err);
    assert_ok(fp_auth_file_store(&f->file, host, username, password, &where, &f->err), f->err);
    assert_non_null(where);
}

static void a_new_file_is_for_its_owner(void **state)
{
    struct fixture *f = *state;
    store(f, "registry.example.com", "ci", "secret");
    cleanup_free char *text = read_text(f, f->path);
    assert_string_equal(text, "{\n\t\"auths\": {\n\t\t\"registry.example.com\": {\n\t\t\t\"auth\": "
                              "\"Y2k6c2VjcmV0\"\n\t\t}\n\t}\n}");
    struct stat st = {0};
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    cleanup_free char *folder = fp_path_join(f->folder, "docker");
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void the_rest_of_the_file_stays(void **state)
{
    struct fixture *f = *state;
    write_config(f, "{\"proxies\": {\"default\": {\"noProxy\": \"a  b\"}}, \"auths\": "
                    "{\"other.example.com\": {\"auth\": \"eDp5\"}}, \"detachKeys\": \"x\"}");
    store(f, "registry.example.com", "ci", "secret");
    cleanup_free char *text = read_text(f, f->path);
    assert_contains(text, "\"noProxy\": \"a  b\"");
    assert_contains(text, "\"other.example.com\"");
    assert_contains(text, "\"detachKeys\": \"x\"");
    assert_contains(text, "\"registry.example.com\"");
    assert_true(strstr(text, "proxies") < strstr(text, "auths")); /* the order is kept, too */
    struct stat st = {0};
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void docker_hub_has_its_old_key(void **state)
{
    struct fixture *f = *state;
    store(f, "docker.io", "ci", "secret");
    cleanup_free char *text = read_text(f, f->path);
    assert_contains(text, "\"https://index.docker.io/v1/\"");
}

/* Storing a credential removes older forms of its key, which lookups could find first. */
static void old_forms_of_the_key_go(void **state)
{
    struct fixture *f = *state;
    write_config(f, "{\"auths\": {\"https://r.example.com/v1/\": {\"auth\": \"eDp5\"}, "
                    "\"http://r.example.com\": {}, \"r.example.com/v2/\": {}, "
                    "\"R.EXAMPLE.COM\": {}, \"https://r.example.com/team\": {}, "
                    "\"r.example.com:5000\": {}}}");
    store(f, "r.example.com", "ci", "secret");
    const json_t *auths = json_object_get(f->file.document, "auths");
    assert_int_equal(json_object_size(auths), 3);
    assert_non_null(json_object_get(auths, "r.example.com"));
    assert_non_null(json_object_get(auths, "https://r.example.com/team"));
    assert_non_null(json_object_get(auths, "r.example.com:5000"));
    write_config(f, "{\"auths\": {\"docker.io\": {\"auth\": \"eDp5\"}, "
                    "\"https://index.docker.io/v1/access-token\": {}}}");
    store(f, "docker.io", "ci", "secret");
    cleanup_free char *text = read_text(f, f->path);
    assert_contains(text, "\"https://index.docker.io/v1/\"");
    assert_contains(text, "\"https://index.docker.io/v1/access-token\"");
    assert_lacks(text, "\"docker.io\"");
    bool any = false;
    write_config(f, "{\"auths\": {\"https://r.example.com/v1/\": {\"auth\": \"eDp5\"}}}");
    fp_auth_file_clear(&f->file);
    assert_ok(fp_auth_file_lock(f->path, &f->file, &f->err), f->err);
    assert_ok(fp_auth_file_erase(&f->file, "r.example.com", &any, &f->err), f->err);
    assert_true(any);
    cleanup_free char *erased = read_text(f, f->path);
    assert_lacks(erased, "r.example.com");
}

static void no_lock_is_left(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *lock = fp_xasprintf("%s.lock", f->path);
    store(f, "r.example.com", "ci", "secret");
    assert_true(fp_path_exists(lock));
    fp_auth_file_clear(&f->file);
    assert_false(fp_path_exists(lock));
    /* A process that died has left the lock file behind, but nobody holds the lock. */
    assert_ok(fp_file_write(lock, "", 0, 0600, &f->err), f->err);
    store(f, "other.example.com", "ci", "secret");
    fp_auth_file_clear(&f->file);
    assert_false(fp_path_exists(lock));
}

static void a_link_is_written_through(void **state)
{
    struct fixture *f = *state;
    write_config(f, "{}");
    cleanup_free char *link = fp_path_join(f->folder, "link.json");
    assert_int_equal(symlink(f->path, link), 0);
    cleanup_free char *where = NULL;
    assert_ok(fp_auth_file_read(link, &f->file, &f->err), f->err);
    assert_ok(fp_auth_file_store(&f->file, "r.example.com", "a", "b", &where, &f->err), f->err);
    struct stat st = {0};
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    cleanup_free char *text = read_text(f, f->path);
    assert_contains(text, "r.example.com");
}

static void erasing_leaves_the_others(void **state)
{
    struct fixture *f = *state;
    bool any = false;
    store(f, "a.example.com", "ci", "secret");
    store(f, "b.example.com", "ci", "secret");
    assert_ok(fp_auth_file_erase(&f->file, "a.example.com", &any, &f->err), f->err);
    assert_true(any);
    assert_ok(fp_auth_file_erase(&f->file, "c.example.com", &any, &f->err), f->err);
    assert_false(any);
    cleanup_free char *text = read_text(f, f->path);
    assert_lacks(text, "a.example.com");
    assert_contains(text, "b.example.com");
}

static void damaged_files_are_left_alone(void **state)
{
    struct fixture *f = *state;
    write_config(f, "{\"auths\": ");
    assert_fails(fp_auth_file_read(f->path, &f->file, &f->err), f->err, FP_E_INPUT, "config.json");
    fp_auth_file_clear(&f->file);
    write_config(f, "[]");
    assert_fails(fp_auth_file_read(f->path, &f->file, &f->err), f->err, FP_E_INPUT,
                 "expected a JSON object");
}

/* Install a docker-credential-test that logs its requests and exits with `status`. */
static void install_helper(struct fixture *f, int status)
{
    cleanup_free char *program = fp_path_join(f->folder, "docker-credential-test");
    cleanup_free char *script = fp_xasprintf(
        "#!/bin/sh\n{ echo \"$1\"; cat; } >> %s\n[ %d -eq 2 ] || echo no luck\nexit %d\n", f->log,
        status, status);
    cleanup_free char *path = fp_xasprintf("%s:/usr/bin:/bin", f->folder);
    assert_ok(fp_file_write(program, script, strlen(script), 0755, &f->err), f->err);
    assert_int_equal(setenv("PATH", path, 1), 0);
}

static void helpers_keep_what_they_are_for(void **state)
{
    struct fixture *f = *state;
    install_helper(f, 0);
    write_config(f, "{\"credHelpers\": {\"registry.example.com\": \"test\"}}");
    store(f, "registry.example.com", "ci", "sec\"ret");
    cleanup_free char *text = read_text(f, f->path);
    assert_lacks(text, "auth\"");
    cleanup_free char *log = read_text(f, f->log);
    assert_contains(log, "store\n{\"ServerURL\":\"registry.example.com\",\"Username\":\"ci\","
                         "\"Secret\":\"sec\\\"ret\"}");
    bool any = false;
    assert_ok(fp_auth_file_erase(&f->file, "registry.example.com", &any, &f->err), f->err);
    assert_true(any);
    cleanup_free char *later = read_text(f, f->log);
    assert_contains(later, "erase\nregistry.example.com");
    /* The helper is found as in a lookup, and the old entry of the file is removed. */
    write_config(f, "{\"credHelpers\": {\"https://registry.example.com\": \"test\"}, \"auths\": "
                    "{\"registry.example.com\": {\"auth\": \"eDp5\"}}}");
    store(f, "registry.example.com", "ci", "secret");
    cleanup_free char *emptied = read_text(f, f->path);
    assert_lacks(emptied, "eDp5");
    store(f, "other.example.com", "ci", "secret");
    cleanup_free char *other = read_text(f, f->path);
    assert_contains(other, "other.example.com");
}

static void failing_helpers_are_told_of(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *where = NULL;
    install_helper(f, 1);
    write_config(f, "{\"credsStore\": \"test\"}");
    assert_ok(fp_auth_file_read(f->path, &f->file, &f->err), f->err);
    assert_fails(fp_auth_file_store(&f->file, "r.example.com", "a", "hush", &where, &f->err),
                 f->err, FP_E_AUTH,
                 "docker-credential-test store: it ended with status 1; what it printed may be "
                 "secret and is not shown");
    assert_lacks(f->err.text, "hush");
    assert_lacks(f->err.text, "luck");
    assert_contains(f->err.hint, "mend that helper, or take it out of ");
    assert_contains(f->err.hint, f->path);
    install_helper(f, 2);
    assert_fails(fp_auth_file_store(&f->file, "r.example.com", "a", "hush", &where, &f->err),
                 f->err, FP_E_AUTH, "docker-credential-test store: it ended with status 2");
}

static void helpers_may_have_nothing_to_forget(void **state)
{
    struct fixture *f = *state;
    bool any = true;
    cleanup_free char *program = fp_path_join(f->folder, "docker-credential-test");
    static const char script[] =
        "#!/bin/sh\necho credentials not found in native keychain\nexit 1\n";
    install_helper(f, 1);
    write_config(f, "{\"credsStore\": \"test\"}");
    assert_ok(fp_auth_file_read(f->path, &f->file, &f->err), f->err);
    assert_fails(fp_auth_file_erase(&f->file, "r.example.com", &any, &f->err), f->err, FP_E_AUTH,
                 "docker-credential-test erase: it ended with status 1");
    assert_ok(fp_file_write(program, script, strlen(script), 0755, &f->err), f->err);
    assert_ok(fp_auth_file_erase(&f->file, "r.example.com", &any, &f->err), f->err);
    assert_false(any);
}

static void missing_helpers_are_told_with_their_file(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *where = NULL;
    write_config(f, "{\"credsStore\": \"not-there\"}");
    assert_ok(fp_auth_file_read(f->path, &f->file, &f->err), f->err);
    assert_fails(fp_auth_file_store(&f->file, "r.example.com", "a", "hush", &where, &f->err),
                 f->err, FP_E_NOT_FOUND, "docker-credential-not-there");
    assert_contains(f->err.hint, f->file.path);
}

static void helper_names_lead_nowhere_else(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *where = NULL;
    write_config(f, "{\"credsStore\": \"x/../../bin/sh\"}");
    assert_ok(fp_auth_file_read(f->path, &f->file, &f->err), f->err);
    assert_fails(fp_auth_file_store(&f->file, "r.example.com", "a", "b", &where, &f->err), f->err,
                 FP_E_INPUT, "no name of a credential helper");
}

static void places_are_tried_in_order(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(setenv("HOME", "/home/none", 1), 0);
    assert_int_equal(setenv("DOCKER_CONFIG", "/docker/none", 1), 0);
    assert_int_equal(setenv("REGISTRY_AUTH_FILE", "/auth/none.json", 1), 0);
    assert_ok(fp_auth_file_read(NULL, &f->file, &f->err), f->err);
    assert_string_equal(f->file.path, "/auth/none.json");
    fp_auth_file_clear(&f->file);
    assert_int_equal(unsetenv("REGISTRY_AUTH_FILE"), 0);
    assert_ok(fp_auth_file_read(NULL, &f->file, &f->err), f->err);
    assert_string_equal(f->file.path, "/docker/none/config.json");
    fp_auth_file_clear(&f->file);
    assert_int_equal(unsetenv("DOCKER_CONFIG"), 0);
    assert_ok(fp_auth_file_read(NULL, &f->file, &f->err), f->err);
    assert_string_equal(f->file.path, "/home/none/.docker/config.json");
    fp_auth_file_clear(&f->file);
    assert_int_equal(unsetenv("HOME"), 0);
    assert_fails(fp_auth_file_read(NULL, &f->file, &f->err), f->err, FP_E_USAGE, "HOME");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    (void) signal(SIGPIPE, SIG_IGN); /* a helper may not read its input */
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_is_for_its_owner),
        TEST(the_rest_of_the_file_stays),
        TEST(docker_hub_has_its_old_key),
        TEST(a_link_is_written_through),
        TEST(old_forms_of_the_key_go),
        TEST(no_lock_is_left),
        TEST(erasing_leaves_the_others),
        TEST(damaged_files_are_left_alone),
        TEST(helpers_keep_what_they_are_for),
        TEST(failing_helpers_are_told_of),
        TEST(helpers_may_have_nothing_to_forget),
        TEST(missing_helpers_are_told_with_their_file),
        TEST(helper_names_lead_nowhere_else),
        TEST(places_are_tried_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
