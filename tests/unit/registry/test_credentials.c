#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "registry/credential.h"

/* Each test has its own home directory, and no other variables in the environment. */
static char *home;
static char warnings[4096];

static void take_event(struct fp_reporter *self, const struct fp_event *event)
{
    (void) self;
    if (event->kind != FP_EVENT_WARNING)
        return;
    size_t len = strlen(warnings);
    (void) snprintf(warnings + len, sizeof(warnings) - len, "%s\n", event->text);
}

static struct fp_reporter reporter = {.event = take_event};

static int set_up(void **state)
{
    (void) state;
    struct fp_error err = {0};
    static const char *const variables[] = {"REGISTRY_AUTH_FILE", "DOCKER_AUTH_CONFIG",
                                            "DOCKER_CONFIG", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        (void) unsetenv(variables[i]);
    warnings[0] = '\0';
    if (fp_temp_dir("/tmp", &home, &err) != FP_OK)
        return -1;
    (void) setenv("XDG_RUNTIME_DIR", home, 1); /* do not use the real one */
    return setenv("HOME", home, 1);
}

static int tear_down(void **state)
{
    (void) state;
    fp_temp_remove(home);
    home = NULL;
    return 0;
}

static char *put(const char *name, const char *text, mode_t mode)
{
    struct fp_error err = {0};
    char *path = fp_path_join(home, name);
    cleanup_free char *parent = fp_xstrndup(path, (size_t) (strrchr(path, '/') - path));
    assert_int_equal(fp_mkdir_p(parent, 0700, &err), FP_OK);
    assert_int_equal(fp_file_write(path, text, strlen(text), mode, &err), FP_OK);
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static void put_only(const char *name, const char *text, mode_t mode)
{
    free(put(name, text, mode));
}

/* Write an auths file with one entry, "USER:pw" in base64. */
static void put_user(const char *name, const char *key, const char *user)
{
    cleanup_free char *pair = fp_xasprintf("%s:pw", user);
    cleanup_free char *auth = fp_base64_encode(pair, strlen(pair));
    cleanup_free char *text = fp_xasprintf("{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}", key, auth);
    put_only(name, text, 0600);
}

static enum fp_code find(const char *registry, struct fp_credential *ret, struct fp_error *err)
{
    struct fp_credentials_options options = {0};
    struct fp_credential_query query = {registry, "team/orders", &reporter};
    return fp_credential_find(&options, &query, ret, err);
}

static void assert_user(const char *registry, const char *user)
{
    struct fp_error err = {0};
    cleanup_credential struct fp_credential found = {0};
    assert_int_equal(find(registry, &found, &err), FP_OK);
    if (user == NULL) {
        assert_false(fp_credential_is_set(&found));
        return;
    }
    assert_non_null(found.username);
    assert_string_equal(found.username, user);
    assert_non_null(found.source);
}

static void test_places_in_order(void **state)
{
    (void) state;
    put_only(".dockercfg", "{\"r.example\":{\"auth\":\"b2xkOnB3\"}}", 0600);
    assert_user("r.example", "old");
    put_user(".config/containers/auth.json", "r.example", "podman");
    assert_user("r.example", "podman");
    put_user("containers/auth.json", "r.example", "runtime");
    assert_user("r.example", "runtime");
    put_user(".docker/config.json", "r.example", "docker");
    assert_user("r.example", "docker");
    cleanup_free char *moved = fp_path_join(home, "moved");
    put_user("moved/config.json", "r.example", "moved");
    (void) setenv("DOCKER_CONFIG", moved, 1);
    assert_user("r.example", "moved");
    (void) setenv("DOCKER_AUTH_CONFIG", "{\"auths\":{\"r.example\":{\"auth\":\"Y2k6cHc=\"}}}", 1);
    assert_user("r.example", "ci");
    put_user("only.json", "r.example", "only");
    cleanup_free char *only = fp_path_join(home, "only.json");
    (void) setenv("REGISTRY_AUTH_FILE", only, 1);
    assert_user("r.example", "only");
    assert_user("other.example", NULL);
    assert_string_equal(warnings, "");
}

static void test_command_line_comes_first(void **state)
{
    (void) state;
    struct fp_error err = {0};
    put_user(".docker/config.json", "r.example", "docker");
    struct fp_credentials_options options = {.username = "me", .password = "se:cret"};
    struct fp_credential_query query = {"r.example", "x", &reporter};
    cleanup_credential struct fp_credential found = {0};
    assert_int_equal(fp_credential_find(&options, &query, &found, &err), FP_OK);
    assert_string_equal(found.username, "me");
    assert_string_equal(found.password, "se:cret");
    options.password = NULL;
    assert_int_equal(fp_credential_find(&options, &query, &found, &err), FP_E_USAGE);
}

static void test_named_files_must_be_there_and_right(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_credentials_options options = {.authfile = "/nonexistent/auth.json"};
    struct fp_credential_query query = {"r.example", "x", &reporter};
    cleanup_credential struct fp_credential found = {0};
    assert_int_equal(fp_credential_find(&options, &query, &found, &err), FP_E_NOT_FOUND);
    cleanup_free char *broken = put("broken.json", "{\"auths\":", 0600);
    options.authfile = broken;
    assert_int_equal(fp_credential_find(&options, &query, &found, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "broken.json"));
    (void) setenv("REGISTRY_AUTH_FILE", broken, 1);
    options.authfile = NULL;
    assert_int_equal(fp_credential_find(&options, &query, &found, &err), FP_E_INPUT);
    (void) unsetenv("REGISTRY_AUTH_FILE");
    (void) setenv("DOCKER_AUTH_CONFIG", "nonsense", 1);
    assert_int_equal(fp_credential_find(&options, &query, &found, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "DOCKER_AUTH_CONFIG"));
    assert_non_null(strstr(err.hint, "for a file there is REGISTRY_AUTH_FILE"));
}

static void test_usual_files_that_are_broken_are_left_out(void **state)
{
    (void) state;
    put_only(".docker/config.json", "{\"auths\":", 0600);
    put_user(".config/containers/auth.json", "r.example", "podman");
    assert_user("r.example", "podman");
    assert_non_null(strstr(warnings, ".docker/config.json"));
    assert_non_null(strstr(warnings, "left out"));
}

static void test_docker_hub_has_many_names(void **state)
{
    (void) state;
    static const char *const keys[] = {"https://index.docker.io/v1/", "index.docker.io",
                                       "docker.io", "registry-1.docker.io"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        put_user(".docker/config.json", keys[i], "hub");
        assert_user("docker.io", "hub");
        assert_user("r.example", NULL);
    }
}

static void test_keys(void **state)
{
    (void) state;
    static const struct {
        const char *key, *registry;
        size_t match;
    } cases[] = {
        {"r.example:5000", "r.example:5000", 2},
        {"R.Example:5000", "r.example:5000", 2},
        {"https://r.example:5000", "r.example:5000", 1},
        {"http://r.example:5000/v1/", "r.example:5000", 1},
        {"https://r.example:5000/v2", "r.example:5000", 1},
        {"r.example:5000/v2/", "r.example:5000", 1},
        {"r.example:5000/", "r.example:5000", 1},
        {"r.example:5000/team", "r.example:5000", 6},
        {"r.example:5000/team/orders", "r.example:5000", 13},
        {"https://r.example:5000/team/", "r.example:5000", 6},
        {"https://r.example:5000/v2/team", "r.example:5000", 6},
        {"https://r.example:5000/other", "r.example:5000", 0},
        {"https://r.example:5000/v1/other", "r.example:5000", 0},
        {"https://r.example:5000/v1beta", "r.example:5000", 0},
        {"r.example:5000/v2/team", "r.example:5000", 0},
        {"https://index.docker.io/v1/", "docker.io", 2},
        {"docker.io", "docker.io", 1},
        {"https://index.docker.io/v1/access-token", "docker.io", 0},
        {"r.example:5000/team/ord", "r.example:5000", 0},
        {"r.example:5000/team/orders/more", "r.example:5000", 0},
        {"r.example", "r.example:5000", 0},
        {"r.example:5000", "r.example", 0},
        {"r.example:5000.evil.example", "r.example:5000", 0},
        {"", "r.example", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(fp_credential_match(cases[i].key, cases[i].registry, "team/orders"),
                         cases[i].match);
}

static void test_most_specific_key_wins(void **state)
{
    (void) state;
    put_only(".docker/config.json",
             "{\"auths\":{\"r.example\":{\"auth\":\"aG9zdDpwdw==\"},"
             "\"r.example/team\":{\"auth\":\"dGVhbTpwdw==\"},"
             "\"r.example/other\":{\"auth\":\"b3RoZXI6cHc=\"}}}",
             0600);
    assert_user("r.example", "team");
}

/* In any order, the exact key wins over old forms of keys that other programs have left. */
static void test_the_exact_key_wins(void **state)
{
    (void) state;
    static const char *const old[] = {"https://r.example/v1/", "http://r.example", "r.example/v2/",
                                      "https://r.example/other"};
    for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
        for (int order = 0; order < 2; order++) {
            cleanup_free char *text = fp_xasprintf(
                "{\"auths\":{\"%s\":{\"auth\":\"%s\"},\"%s\":{\"auth\":\"%s\"}}}",
                order == 0 ? old[i] : "r.example", order == 0 ? "b2xkOnB3" : "bmV3OnB3",
                order == 0 ? "r.example" : old[i], order == 0 ? "bmV3OnB3" : "b2xkOnB3");
            put_only(".docker/config.json", text, 0600);
            assert_user("r.example", "new");
        }
    }
    put_user(".docker/config.json", "https://r.example/other", "other");
    assert_user("r.example", NULL);
}

/* Go reads null as a missing value, and ignores line breaks in base64. So does this. */
static void test_auth_as_docker_reads_it(void **state)
{
    (void) state;
    static const struct {
        const char *entry;
        const char *user;
    } cases[] = {
        {"{\"auth\":\"dXNl\\ncjpw\\r\\ndw==\\n\"}", "user"},
        {"{\"auth\":\"dXNlcjpwdw\"}", "user"},
        {"{\"auth\":\"dXNlcjpwdwAAAA==\"}", "user"},
        {"{\"auth\":null,\"username\":\"user\",\"password\":\"pw\"}", "user"},
        {"{\"auth\":null,\"identitytoken\":null}", NULL},
        {"{\"auth\":\"\"}", NULL},
        {"{\"auth\":\"OnB3\"}", NULL},         /* a password without a name */
        {"{\"auth\":\"dXNlcgA6cHc=\"}", NULL}, /* a NUL byte before the colon */
        {"{\"auth\":\"dXNl cjpwdw==\"}", NULL},
        {"{\"auth\":\"dXNlcjpwdw==dXNl\"}", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_free char *text =
            fp_xasprintf("{\"auths\":{\"r.example\":%s},\"credHelpers\":null}", cases[i].entry);
        put_only(".docker/config.json", text, 0600);
        assert_user("r.example", cases[i].user);
    }
}

static void test_entries(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_credential struct fp_credential tokens = {0};
    put_only(".docker/config.json",
             "{\"HttpHeaders\":{},\"auths\":{"
             "\"id.example\":{\"auth\":\"MDAwMDo=\",\"identitytoken\":\"idt\"},"
             "\"reg.example\":{\"registrytoken\":\"rt\"},"
             "\"plain.example\":{\"username\":\"u\",\"password\":\"p:w\"},"
             "\"empty.example\":{},\"odd.example\":[1],"
             "\"colon.example\":{\"auth\":\"dTpwOnc=\"}}}",
             0600);
    assert_int_equal(find("id.example", &tokens, &err), FP_OK);
    assert_string_equal(tokens.identity_token, "idt");
    assert_string_equal(tokens.username, "0000");
    fp_credential_clear(&tokens);
    assert_int_equal(find("reg.example", &tokens, &err), FP_OK);
    assert_string_equal(tokens.registry_token, "rt");
    fp_credential_clear(&tokens);
    assert_int_equal(find("plain.example", &tokens, &err), FP_OK);
    assert_string_equal(tokens.password, "p:w");
    fp_credential_clear(&tokens);
    assert_int_equal(find("colon.example", &tokens, &err), FP_OK);
    assert_string_equal(tokens.password, "p:w");
    assert_user("empty.example", NULL);
    assert_user("odd.example", NULL);
}

static void test_wrong_auth_shows_no_secret(void **state)
{
    (void) state;
    put_only(".docker/config.json", "{\"auths\":{\"r.example\":{\"auth\":\"c2VjcmV0\"}}}", 0600);
    assert_user("r.example", NULL);
    assert_non_null(strstr(warnings, "not USER:PASSWORD"));
    assert_null(strstr(warnings, "secret"));
    assert_null(strstr(warnings, "c2VjcmV0"));
}

static void test_entries_of_wrong_types(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"{\"auths\":{\"r.example\":{\"auth\":5}}}", "not USER:PASSWORD"},
        {"{\"auths\":{\"r.example\":\"dTpw\"}}", "\"auths\" is no object of objects"},
        {"{\"auths\":[]}", "\"auths\" is no object of objects"},
        {"{\"auths\":null}", ""},
        {"{\"auths\":{\"r.example\":null,\"other\":5}}", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        warnings[0] = '\0';
        put_only(".docker/config.json", cases[i].text, 0600);
        assert_user("r.example", NULL);
        assert_non_null(strstr(warnings, cases[i].words));
        assert_int_equal(warnings[0] == '\0', cases[i].words[0] == '\0');
    }
}

static void test_open_files_are_warned_of(void **state)
{
    (void) state;
    put_only(".docker/config.json", "{\"auths\":{\"r.example\":{\"auth\":\"dTpwdw==\"}}}", 0644);
    assert_user("r.example", "u");
    assert_non_null(strstr(warnings, "chmod 600"));
}

/* Install a helper in a new directory on PATH. */
static void put_helper(const char *name, const char *script)
{
    cleanup_free char *path = fp_xasprintf("bin/docker-credential-%s", name);
    cleanup_free char *text = fp_xasprintf("#!/bin/sh\n%s\n", script);
    cleanup_free char *bin = fp_path_join(home, "bin");
    cleanup_free char *search = fp_xasprintf("%s:/usr/bin:/bin", bin);
    put_only(path, text, 0700);
    (void) setenv("PATH", search, 1);
}

static void test_helpers_are_asked(void **state)
{
    (void) state;
    put_helper("good", "[ \"$1\" = get ] || exit 9\nread -r key\n"
                       "printf '{\"ServerURL\":\"%s\",\"Username\":\"for %s\",\"Secret\":\"s\"}' "
                       "\"$key\" \"$key\"");
    put_only(".docker/config.json",
             "{\"auths\":{\"r.example\":{}},\"credHelpers\":{\"r.example\":\"good\"}}", 0600);
    assert_user("r.example", "for r.example");
    assert_user("other.example", NULL);
    put_only(".docker/config.json", "{\"credsStore\":\"good\"}", 0600);
    assert_user("docker.io", "for https://index.docker.io/v1/");
    assert_user("r.example:5000", "for r.example:5000");
    /* An empty helper name means that the credentials are in the file. */
    put_only(".docker/config.json",
             "{\"credsStore\":\"good\",\"credHelpers\":{\"r.example\":\"\"},"
             "\"auths\":{\"r.example\":{\"auth\":\"ZmlsZTpwdw==\"}}}",
             0600);
    assert_user("r.example", "file");
}

static void test_helper_with_identity_token(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_credential struct fp_credential found = {0};
    put_helper("acr", "printf '{\"Username\":\"<token>\",\"Secret\":\"idt\"}'");
    put_only(".docker/config.json", "{\"credsStore\":\"acr\"}", 0600);
    assert_int_equal(find("r.example", &found, &err), FP_OK);
    assert_string_equal(found.identity_token, "idt");
    assert_null(found.username);
    assert_non_null(strstr(found.source, "docker-credential-acr (named in "));
}

static void test_helpers_that_fail(void **state)
{
    (void) state;
    static const char file[] = "{\"auths\":{\"r.example\":{\"auth\":\"ZmlsZTpwdw==\"}},"
                               "\"credsStore\":\"it\"}";
    put_only(".docker/config.json", file, 0600);
    put_helper("it", "echo credentials not found in native keychain; exit 1");
    assert_user("r.example", "file");
    assert_string_equal(warnings, "");
    put_helper(
        "it",
        "printf '{\"message\":\"locked by hunter2 \\\\u001b[2J\",\"Secret\":\"hunter2\"}'; exit 1");
    assert_user("r.example", "file");
    assert_non_null(strstr(warnings, "docker-credential-it"));
    assert_non_null(strstr(warnings, "locked"));
    assert_null(strstr(warnings, "hunter2"));
    assert_null(strchr(warnings, '\033'));
    warnings[0] = '\0';
    put_helper("it", "echo hunter2; echo hunter2 >&2; exit 1");
    assert_user("r.example", "file");
    assert_non_null(strstr(warnings, "it ended with status 1; what it printed may be secret"));
    assert_null(strstr(warnings, "hunter2"));
    warnings[0] = '\0';
    put_helper("it", "echo '{\"Username\":\"u\"}'");
    assert_user("r.example", "file");
    assert_non_null(strstr(warnings, "its answer is no"));
    warnings[0] = '\0';
    put_helper("it", "head -c 100000 /dev/zero");
    assert_user("r.example", "file");
    assert_string_not_equal(warnings, "");
    put_helper("it", "kill -9 $$");
    assert_user("r.example", "file");
    assert_non_null(strstr(warnings, "r.example: it ended with status 137"));
    warnings[0] = '\0';
    put_helper("it", "echo '{\"Username\":\"\",\"Secret\":\"\"}'");
    assert_user("r.example", "file");
    assert_string_equal(warnings, "");
}

static void test_missing_helper_goes_on_without(void **state)
{
    (void) state;
    put_only(".docker/config.json", "{\"credsStore\":\"surely-missing\"}", 0600);
    assert_user("r.example", NULL);
    assert_non_null(strstr(warnings, "docker-credential-surely-missing"));
    assert_non_null(strstr(warnings, "no such program"));
}

static void test_hostile_helper_names(void **state)
{
    (void) state;
    static const char *const names[] = {"../x", "a b", "a;b", "a/b", "$(x)", "\\n"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct fp_error err = {0};
        struct fp_credential_query query = {"r.example", "x", &reporter};
        cleanup_credential struct fp_credential found = {0};
        assert_int_equal(fp_helper_get(names[i], "file", &query, &found, &err), FP_E_INPUT);
    }
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_places_in_order),
        EACH(test_command_line_comes_first),
        EACH(test_named_files_must_be_there_and_right),
        EACH(test_usual_files_that_are_broken_are_left_out),
        EACH(test_docker_hub_has_many_names),
        EACH(test_keys),
        EACH(test_most_specific_key_wins),
        EACH(test_the_exact_key_wins),
        EACH(test_auth_as_docker_reads_it),
        EACH(test_entries),
        EACH(test_wrong_auth_shows_no_secret),
        EACH(test_entries_of_wrong_types),
        EACH(test_open_files_are_warned_of),
        EACH(test_helpers_are_asked),
        EACH(test_helper_with_identity_token),
        EACH(test_helpers_that_fail),
        EACH(test_missing_helper_goes_on_without),
        EACH(test_hostile_helper_names),
    };
    (void) signal(SIGPIPE, SIG_IGN); /* a helper may not read its input */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
