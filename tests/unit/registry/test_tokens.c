#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "scene.h"

#define ASKS_FOR_TOKENS                                                                            \
    {                                                                                              \
        .head = "HTTP/1.1 401 Unauthorized\r\n"                                                    \
                "WWW-Authenticate: Bearer realm=\"$SELF/token?kept=1\",service=\"the service\""    \
    }
#define ASKS_FOR_PASSWORDS                                                                         \
    {                                                                                              \
        .head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\""                 \
    }
#define TOKEN(name)                                                                                \
    {                                                                                              \
        .body = "{\"token\":\"" name "\",\"expires_in\":300}"                                      \
    }

static const struct fp_credentials_options user = {.username = "me", .password = "secret"};
static const char basic[] = "Authorization: Basic bWU6c2VjcmV0";

static enum fp_code has_blob(struct scene *scene, bool *exists)
{
    struct fp_descriptor descriptor = {.digest = fp_digest_of("x", 1), .size = 1};
    return fp_registry_has_blob(scene->registry, &descriptor, exists, &scene->err);
}

static enum fp_code push(struct scene *scene, const char *mount_from)
{
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    cleanup_blob struct fp_blob *blob = fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xstrdup("x"), 1);
    return fp_registry_push_blob(scene->registry, fp_blob_descriptor(blob), blob, mount_from, NULL,
                                 &outcome, &scene->err);
}

static void assert_no_secret(struct scene *scene)
{
    static const char *const secrets[] = {"secret", "bWU6c2VjcmV0", "tok1", "tok2", "idt"};
    for (size_t i = 0; i < COUNT(secrets); i++) {
        assert_null(strstr(scene->events, secrets[i]));
        assert_null(strstr(scene->err.text, secrets[i]));
        assert_null(strstr(scene->err.hint, secrets[i]));
    }
}

static void test_one_token_serves_until_more_is_needed(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {ASKS_FOR_TOKENS, TOKEN("tok1"), MISSING,
                                                MISSING,         TOKEN("tok2"), {.body = "x"},
                                                {.body = "x"}};
    struct scene scene = {.options.credentials = user};
    bool exists = true;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_false(exists);
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_int_equal(push(&scene, NULL), FP_OK);
    assert_int_equal(has_blob(&scene, &exists), FP_OK); /* this uses the token for pushing */
    const char *const expected[] = {
        "GET /v2/",
        "GET "
        "/token?kept=1&service=the%20service&scope=repository%3Ateam%2Forders%3Apull&account=me",
        "HEAD /v2/team/orders/blobs/*",
        "HEAD /v2/team/orders/blobs/*",
        "GET "
        "/token?kept=1&service=the%20service&scope=repository%3Ateam%2Forders%3Apull%2Cpush&"
        "account=me",
        "HEAD /v2/team/orders/blobs/*",
        "HEAD /v2/team/orders/blobs/*",
        NULL};
    scene_assert_requests(&scene, expected);
    assert_true(test_server_has_header(scene.server, 1, basic));
    assert_true(test_server_has_header(scene.server, 2, "Authorization: Bearer tok1"));
    assert_true(test_server_has_header(scene.server, 6, "Authorization: Bearer tok2"));
    assert_false(test_server_has_header(scene.server, 0, "Authorization"));
    assert_no_secret(&scene);
    scene_close(&scene);
}

static void test_anonymous_token(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        ASKS_FOR_TOKENS, {.body = "{\"access_token\":\"tok1\"}"}, {.body = "x"}};
    struct scene scene = {0};
    bool exists = false;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_true(exists);
    assert_false(test_server_has_header(scene.server, 1, "Authorization"));
    assert_null(strstr(test_server_request(scene.server, 1)->line, "account"));
    scene_close(&scene);
}

static void test_token_that_expired_is_renewed_for_the_same_session(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        ASKS_FOR_TOKENS,
        TOKEN("tok1"),
        MISSING,
        {.head = "HTTP/1.1 202 Accepted\r\nLocation: /upload/1"},
        {.head = "HTTP/1.1 202 Accepted\r\nLocation: /upload/2"},
        {.head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer "
                 "realm=\"$SELF/token\",scope=\"repository:team/orders:push,pull\","
                 "error=\"invalid_token\""},
        TOKEN("tok2"),
        {.head = "HTTP/1.1 201 Created"}};
    struct scene scene = {.options.credentials = user};
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, NULL), FP_OK);
    const char *const expected[] = {"GET /v2/",
                                    "GET /token?*",
                                    "HEAD /v2/team/orders/blobs/*",
                                    "POST /v2/team/orders/blobs/uploads/",
                                    "PATCH /upload/1",
                                    "PUT /upload/2?digest=*",
                                    "GET /token?scope=*",
                                    "PUT /upload/2?digest=*",
                                    NULL};
    scene_assert_requests(&scene, expected);
    assert_true(test_server_has_header(scene.server, 7, "Authorization: Bearer tok2"));
    scene_close(&scene);
}

static void test_second_refusal_is_final(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {ASKS_FOR_TOKENS, TOKEN("tok1"), ASKS_FOR_TOKENS,
                                                TOKEN("tok2"), ASKS_FOR_TOKENS};
    struct scene scene = {.options.credentials = user};
    bool exists = false;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(has_blob(&scene, &exists), FP_E_AUTH);
    assert_int_equal(test_server_count(scene.server), 5);
    assert_non_null(strstr(scene.err.hint, "the command line"));
    assert_no_secret(&scene);
    scene_close(&scene);
}

static void test_token_server_refuses(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        ASKS_FOR_TOKENS,
        {.head = "HTTP/1.1 401 Unauthorized", .body = "{\"details\":\"incorrect password\"}"}};
    struct scene scene = {.options.credentials = user};
    bool exists = false;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(has_blob(&scene, &exists), FP_E_AUTH);
    assert_non_null(strstr(scene.err.text, "no token for repository:team/orders:pull"));
    assert_non_null(strstr(scene.err.text, "incorrect password"));
    assert_no_secret(&scene);
    scene_close(&scene);
}

/* Answers of token servers contain tokens, so only messages meant for people are shown. */
static void test_answers_are_shown_in_part(void **state)
{
    (void) state;
    static const char *const heads[] = {"HTTP/1.1 500 Oops", "HTTP/1.1 400 Bad Request",
                                        "HTTP/1.1 302 Found", "HTTP/1.1 401 Unauthorized"};
    static const char *const bodies[] = {
        "{\"token\":\"leaked\",\"access_token\":\"leaked\",\"refresh_token\":\"leaked\"}",
        "leaked",
        "<html><title>leaked</title></html>",
        "[\"leaked\"]",
        "{\"errors\":[{\"detail\":\"leaked\"}],\"error\":{\"token\":\"leaked\"}}",
        "{\"details\":\"issued leaked\",\"extra\":[{\"refresh_token\":\"leaked\"}]}",
        "{\"error_description\":\"in access_token=leaked%2Fleaked&token: \\\"leaked-leaked\\\"\"}",
        "{\"message\":\"no such user\",\"token\":\"leaked\"}"};
    for (size_t i = 0; i < COUNT(heads) * COUNT(bodies); i++) {
        size_t body = i % COUNT(bodies);
        const struct test_reply replies[] = {
            ASKS_FOR_TOKENS, {.head = heads[i / COUNT(bodies)], .body = bodies[body]}};
        struct scene scene = {.options.credentials = user};
        bool exists = false;
        scene_open(&scene, replies, COUNT(replies));
        assert_true(has_blob(&scene, &exists) != FP_OK);
        assert_null(strstr(scene.err.text, "leaked"));
        assert_null(strstr(scene.err.hint, "leaked"));
        assert_null(strstr(scene.events, "leaked"));
        assert_true(body != COUNT(bodies) - 1 || strstr(scene.err.text, "no such user") != NULL);
        scene_close(&scene);
    }
}

static void test_every_success_is_an_answer(void **state)
{
    (void) state;
    static const char *const heads[] = {"HTTP/1.1 200 OK", "HTTP/1.1 201 Created",
                                        "HTTP/1.1 202 Accepted"};
    for (size_t i = 0; i < COUNT(heads); i++) {
        const struct test_reply replies[] = {
            ASKS_FOR_TOKENS,
            {.head = heads[i], .body = "{\"access_token\":\"tok1\"}"},
            {.body = "x"}};
        struct scene scene = {.options.credentials = user};
        bool exists = false;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(has_blob(&scene, &exists), FP_OK);
        assert_true(test_server_has_header(scene.server, 2, "Authorization: Bearer tok1"));
        scene_close(&scene);
    }
}

static void test_answers_that_hold_no_token(void **state)
{
    (void) state;
    static const char *const bodies[] = {
        "{}", "{\"token\":\"\"}", "{\"token\":\"a\\r\\nX: y\"}", "{\"token\":1}", "nonsense", ""};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        const struct test_reply replies[] = {ASKS_FOR_TOKENS, {.body = bodies[i]}};
        struct scene scene = {.options.credentials = user};
        bool exists = false;
        scene_open(&scene, replies, COUNT(replies));
        assert_true(has_blob(&scene, &exists) != FP_OK);
        /* An answer that may be truncated is requested once more. */
        assert_int_equal(test_server_count(scene.server), i < 4 ? 2 : 3);
        scene_close(&scene);
    }
    static const struct test_reply cut[] = {
        ASKS_FOR_TOKENS, {.body = "{\"tok"}, {.body = "{\"token\":\"tok1\"}"}, {.body = "x"}};
    struct scene scene = {.options.credentials = user};
    bool exists = false;
    scene_open(&scene, cut, COUNT(cut));
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_true(test_server_has_header(scene.server, 3, "Authorization: Bearer tok1"));
    scene_close(&scene);
}

static void test_realms_that_are_refused(void **state)
{
    (void) state;
    static const char *const realms[] = {"ftp://x/", "file:///etc/passwd", "null://x",
                                         "https://u:p@127.0.0.1/token"};
    for (size_t i = 0; i < COUNT(realms); i++) {
        cleanup_free char *head = fp_xasprintf(
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"%s\"", realms[i]);
        const struct test_reply replies[] = {{.head = head}};
        struct scene scene = {.options.credentials = user};
        bool exists = false;
        scene_open(&scene, replies, COUNT(replies));
        assert_true(has_blob(&scene, &exists) != FP_OK);
        assert_int_equal(test_server_count(scene.server), 1);
        scene_close(&scene);
    }
}

static void test_realms_without_a_host(void **state)
{
    (void) state;
    static const char *const realms[][2] = {{"/token?kept=1", "GET /token?kept=1&scope=*"},
                                            {"/api/../token", "GET /token?scope=*"},
                                            {"token", "GET /v2/token?scope=*"},
                                            {"?to=ken", "GET /v2/?to=ken&scope=*"}};
    for (size_t i = 0; i < COUNT(realms); i++) {
        cleanup_free char *head = fp_xasprintf(
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"%s\"", realms[i][0]);
        const struct test_reply replies[] = {{.head = head}, TOKEN("tok1"), MISSING};
        const char *const expected[] = {"GET /v2/", realms[i][1], "HEAD /v2/*", NULL};
        struct scene scene = {.options.credentials = user};
        bool exists = true;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(has_blob(&scene, &exists), FP_OK);
        scene_assert_requests(&scene, expected);
        assert_true(test_server_has_header(scene.server, 1, basic));
        scene_close(&scene);
    }
}

static void test_token_server_may_not_redirect(void **state)
{
    (void) state;
    static const struct test_reply elsewhere[] = {TOKEN("tok1")};
    static const struct test_reply replies[] = {
        ASKS_FOR_TOKENS, {.head = "HTTP/1.1 307 Temporary\r\nLocation: $PEER/token"}};
    struct test_server *peer = test_server_start(elsewhere, 1);
    struct scene scene = {.options.credentials = user};
    bool exists = false;
    scene_open(&scene, replies, COUNT(replies));
    test_server_set_peer(scene.server, peer);
    assert_int_equal(has_blob(&scene, &exists), FP_E_AUTH);
    assert_int_equal(test_server_count(peer), 0);
    scene_close(&scene);
    test_server_stop(peer);
}

static void test_passwords(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {ASKS_FOR_PASSWORDS, {.body = "x"}};
    static const struct test_reply refusing[] = {ASKS_FOR_PASSWORDS};
    struct scene scene = {.options.credentials = user};
    struct scene refused = {.options.credentials = user};
    struct scene anonymous = {0};
    bool exists = false;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_true(test_server_has_header(scene.server, 1, basic));
    scene_close(&scene);
    scene_open(&refused, refusing, 1);
    assert_int_equal(has_blob(&refused, &exists), FP_E_AUTH);
    assert_int_equal(test_server_count(refused.server), 2);
    assert_no_secret(&refused);
    scene_close(&refused);
    scene_open(&anonymous, refusing, 1);
    assert_int_equal(has_blob(&anonymous, &exists), FP_E_AUTH);
    assert_non_null(strstr(anonymous.err.hint, "docker login 127.0.0.1:"));
    scene_close(&anonymous);
}

static void test_credentials_stay_with_the_registry(void **state)
{
    (void) state;
    static const struct test_reply uploads[] = {
        {.head = "HTTP/1.1 202 Accepted\r\nLocation: /more"}, {.head = "HTTP/1.1 201 Created"}};
    static const struct test_reply replies[] = {
        ASKS_FOR_PASSWORDS, MISSING, {.head = "HTTP/1.1 202 Accepted\r\nLocation: $PEER/upload"}};
    struct test_server *peer = test_server_start(uploads, 2);
    struct scene scene = {.options.credentials = user};
    scene_open(&scene, replies, COUNT(replies));
    test_server_set_peer(scene.server, peer);
    assert_int_equal(push(&scene, NULL), FP_OK);
    assert_true(test_server_has_header(scene.server, 2, basic));
    assert_int_equal(test_server_count(peer), 2);
    assert_false(test_server_has_header(peer, 0, "Authorization"));
    assert_false(test_server_has_header(peer, 1, "Authorization"));
    scene_close(&scene);
    test_server_stop(peer);
}

static void test_mount_asks_for_both_repositories(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        ASKS_FOR_TOKENS, TOKEN("tok2"), {.head = "HTTP/1.1 201 Created"}};
    struct scene scene = {.options.credentials = user};
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, "base/jre"), FP_OK);
    const char *line = test_server_request(scene.server, 1)->line;
    assert_non_null(strstr(line, "scope=repository%3Ateam%2Forders%3Apull%2Cpush&"
                                 "scope=repository%3Abase%2Fjre%3Apull&"));
    scene_close(&scene);
}

static void test_no_token_for_a_mount_is_no_failure(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        ASKS_FOR_TOKENS,
        {.head = "HTTP/1.1 403 Forbidden"},
        TOKEN("tok1"),
        MISSING,
        {.head = "HTTP/1.1 202 Accepted\r\nLocation: /upload/1"},
        {.head = "HTTP/1.1 202 Accepted\r\nLocation: /upload/2"},
        {.head = "HTTP/1.1 201 Created"}};
    struct scene scene = {.options.credentials = user};
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, "base/jre"), FP_OK);
    assert_int_equal(test_server_count(scene.server), 7);
    scene_close(&scene);
}

static char *auth_file(const char *entry, const struct test_server *server)
{
    struct fp_error err = {0};
    char *folder = NULL;
    assert_int_equal(fp_temp_dir("/tmp", &folder, &err), FP_OK);
    cleanup_free char *path = fp_path_join(folder, "auth.json");
    cleanup_free char *text =
        fp_xasprintf("{\"auths\":{\"%s\":%s}}", test_server_url(server) + strlen("http://"), entry);
    assert_int_equal(fp_file_write(path, text, strlen(text), 0600, &err), FP_OK);
    assert_int_equal(setenv("REGISTRY_AUTH_FILE", path, 1), 0);
    return folder;
}

static void test_identity_token(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {ASKS_FOR_TOKENS, TOKEN("tok1"), {.body = "x"}};
    struct scene scene = {0};
    bool exists = false;
    scene_open(&scene, replies, COUNT(replies));
    char *folder = auth_file("{\"identitytoken\":\"idt+/=\"}", scene.server);
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_string_equal(test_server_request(scene.server, 1)->line, "POST /token?kept=1 HTTP/1.1");
    assert_string_equal(test_server_request(scene.server, 1)->body,
                        "grant_type=refresh_token&client_id=flinkpack&service=the%20service&"
                        "scope=repository%3Ateam%2Forders%3Apull&refresh_token=idt%2B%2F%3D");
    assert_false(test_server_has_header(scene.server, 1, "Authorization"));
    assert_no_secret(&scene);
    fp_temp_remove(folder);
    scene_close(&scene);
}

static void test_identity_token_without_oauth(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        ASKS_FOR_TOKENS, MISSING, TOKEN("tok1"), {.body = "x"}};
    struct scene scene = {0};
    bool exists = false;
    scene_open(&scene, replies, COUNT(replies));
    char *folder = auth_file("{\"auth\":\"bWU6c2VjcmV0\",\"identitytoken\":\"idt\"}", scene.server);
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_true(test_server_has_header(scene.server, 2, basic));
    fp_temp_remove(folder);
    scene_close(&scene);
}

static void test_registry_token_is_used_as_it_is(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {ASKS_FOR_TOKENS, {.body = "x"}};
    struct scene scene = {0};
    bool exists = false;
    scene_open(&scene, replies, COUNT(replies));
    char *folder = auth_file("{\"registrytoken\":\"ready\"}", scene.server);
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_true(test_server_has_header(scene.server, 1, "Authorization: Bearer ready"));
    fp_temp_remove(folder);
    scene_close(&scene);
}

static enum fp_code ask_once(void *context, struct fp_error *err)
{
    struct scene *scene = context;
    struct fp_descriptor descriptor = {.digest = fp_digest_of("x", 1), .size = 1};
    bool exists = false;
    return fp_registry_has_blob(scene->registry, &descriptor, &exists, err);
}

static enum fp_code log_in(const struct test_reply *replies, size_t count, bool *asked_for,
                           struct fp_error *err)
{
    struct scene scene = {0};
    scene_open(&scene, replies, count);
    struct fp_registry_options options = scene.options;
    options.credentials = user;
    enum fp_code code = fp_registry_check_login(
        &options, test_server_url(scene.server) + strlen("http://"), asked_for, err);
    scene.err = *err;
    assert_no_secret(&scene);
    scene_close(&scene);
    return code;
}

static void test_login_asks_the_registry(void **state)
{
    (void) state;
    static const struct test_reply open[] = {OPEN_REGISTRY};
    static const struct test_reply right[] = {ASKS_FOR_PASSWORDS, {.body = "{}"}};
    static const struct test_reply wrong[] = {ASKS_FOR_PASSWORDS, ASKS_FOR_PASSWORDS};
    static const struct test_reply token[] = {ASKS_FOR_TOKENS, TOKEN("tok1"), {.body = "{}"}};
    static const struct test_reply no_token[] = {
        ASKS_FOR_TOKENS, {.head = "HTTP/1.1 401 Unauthorized", .body = "{\"details\":\"no\"}"}};
    static const struct test_reply no_registry[] = {MISSING};
    const struct {
        const struct test_reply *replies;
        size_t count;
        enum fp_code code;
        bool asked_for;
        const char *words;
    } cases[] = {
        {open, COUNT(open), FP_OK, false, ""},
        {right, COUNT(right), FP_OK, true, ""},
        {wrong, COUNT(wrong), FP_E_AUTH, true, "refuses this user name and password"},
        {token, COUNT(token), FP_OK, true, ""},
        {no_token, COUNT(no_token), FP_E_AUTH, true, "no token from http://127.0.0.1:"},
        {no_registry, COUNT(no_registry), FP_E_NOT_FOUND, false, "404"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fp_error err = {0};
        bool asked_for = false;
        assert_int_equal(log_in(cases[i].replies, cases[i].count, &asked_for, &err), cases[i].code);
        assert_int_equal(asked_for, cases[i].asked_for);
        assert_non_null(strstr(err.text, cases[i].words));
    }
}

static void test_pinned_token_hosts(void **state)
{
    (void) state;
    static const struct test_reply foreign[] = {
        {.head = "HTTP/1.1 401 Unauthorized\r\n"
                 "WWW-Authenticate: Bearer realm=\"http://127.0.0.2:9/token\""}};
    struct fp_strv hosts = {0};
    struct scene scene = {0};
    bool exists = false;
    fp_strv_add(&hosts, "tokens.example.com");
    scene.options.credentials = user;
    scene.options.token_hosts = &hosts;
    scene_open(&scene, foreign, COUNT(foreign));
    assert_int_equal(has_blob(&scene, &exists), FP_E_AUTH);
    assert_non_null(strstr(scene.err.text, "none of those that --token-host allows"));
    assert_string_equal(scene.err.hint, "if it is the right one: --token-host 127.0.0.2:9");
    assert_no_secret(&scene);
    scene_close(&scene);
    /* The host of the registry itself is always allowed. */
    static const struct test_reply own[] = {ASKS_FOR_TOKENS, TOKEN("tok1"), {.body = ""}};
    struct scene second = {0};
    second.options.token_hosts = &hosts;
    scene_open(&second, own, COUNT(own));
    assert_int_equal(has_blob(&second, &exists), FP_OK);
    scene_close(&second);
    fp_strv_clear(&hosts);
}

/* Pulling continues without a broken helper. Pushing fails and says what is broken. */
static void test_missing_helper_stops_a_push(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {ASKS_FOR_TOKENS, TOKEN("tok1"), {.body = ""}};
    static const char config[] = "{\"credsStore\":\"surely-missing\"}";
    struct scene scene = {0};
    bool exists = false;
    scene_open(&scene, replies, COUNT(replies));
    (void) setenv("DOCKER_AUTH_CONFIG", config, 1);
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_non_null(strstr(scene.events, "there is no such program on PATH; going on without"));
    assert_int_equal(push(&scene, NULL), FP_E_AUTH);
    assert_non_null(strstr(scene.err.text, "pushing needs credentials, and "
                                           "docker-credential-surely-missing (named in "
                                           "DOCKER_AUTH_CONFIG) gave no credentials"));
    assert_non_null(strstr(scene.err.hint, "mend that helper"));
    assert_int_equal(test_server_count(scene.server), 3);
    (void) unsetenv("DOCKER_AUTH_CONFIG");
    scene_close(&scene);
}

static void test_threads_fetch_one_token(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {ASKS_FOR_TOKENS, TOKEN("tok1"), {.body = "x"}};
    struct scene scene = {.options.credentials = user};
    cleanup_group struct fp_group *group = fp_group_new(NULL, FP_GROUP_MAX);
    scene_open(&scene, replies, COUNT(replies));
    for (int i = 0; i < FP_GROUP_MAX; i++)
        fp_group_go(group, ask_once, &scene);
    assert_int_equal(fp_group_wait(group, &scene.err), FP_OK);
    assert_int_equal(test_server_count(scene.server), 2 + FP_GROUP_MAX);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_token_serves_until_more_is_needed),
        cmocka_unit_test(test_anonymous_token),
        cmocka_unit_test(test_token_that_expired_is_renewed_for_the_same_session),
        cmocka_unit_test(test_second_refusal_is_final),
        cmocka_unit_test(test_token_server_refuses),
        cmocka_unit_test(test_answers_are_shown_in_part),
        cmocka_unit_test(test_every_success_is_an_answer),
        cmocka_unit_test(test_answers_that_hold_no_token),
        cmocka_unit_test(test_realms_that_are_refused),
        cmocka_unit_test(test_realms_without_a_host),
        cmocka_unit_test(test_token_server_may_not_redirect),
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_credentials_stay_with_the_registry),
        cmocka_unit_test(test_mount_asks_for_both_repositories),
        cmocka_unit_test(test_no_token_for_a_mount_is_no_failure),
        cmocka_unit_test(test_identity_token),
        cmocka_unit_test(test_identity_token_without_oauth),
        cmocka_unit_test(test_registry_token_is_used_as_it_is),
        cmocka_unit_test(test_login_asks_the_registry),
        cmocka_unit_test(test_pinned_token_hosts),
        cmocka_unit_test(test_missing_helper_stops_a_push),
        cmocka_unit_test(test_threads_fetch_one_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
