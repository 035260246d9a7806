#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "registry/connection.h"
#include "scene.h"

#define ASKS_FOR_TOKENS                                                                            \
    {                                                                                              \
        .head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"$SELF/token\""      \
    }

static enum fp_code has_blob(struct scene *scene, bool *exists)
{
    struct fp_descriptor descriptor = {.digest = fp_digest_of("x", 1), .size = 1};
    return fp_registry_has_blob(scene->registry, &descriptor, exists, &scene->err);
}

/* The age of a token is computed with the clock of the server, which may differ from ours. Tokens
 * from the future or from too long ago, and those without a date, count as new. */
static void test_age_of_tokens(void **state)
{
    (void) state;
    static const struct {
        const char *issued_at;
        const char *date; /* the Date header of the server */
        int64_t usable_s;
    } cases[] = {
        {"2001-02-03T04:05:06Z", "Sat, 03 Feb 2001 04:05:06 GMT", 240},
        {"2001-02-03T04:05:06Z", "Sat, 03 Feb 2001 04:07:06 GMT", 120},
        {"2001-02-03T04:05:06Z", "Sat, 03 Feb 2001 04:09:36 GMT", 10},
        {"2001-02-03T04:05:06Z", "Sat, 03 Feb 2001 05:05:06 GMT", 240},
        {"2001-02-03T05:05:06Z", "Sat, 03 Feb 2001 04:05:06 GMT", 240},
        {"2001-02-03T04:05:06Z", "now", 240},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cleanup_free char *head = fp_xasprintf("HTTP/1.1 200 OK\r\nDate: %s", cases[i].date);
        cleanup_free char *body = fp_xasprintf(
            "{\"token\":\"tok1\",\"expires_in\":300,\"issued_at\":\"%s\"}", cases[i].issued_at);
        const struct test_reply replies[] = {
            ASKS_FOR_TOKENS, {.head = head, .body = body}, {.body = "x"}};
        struct scene scene = {0};
        bool exists = false;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(has_blob(&scene, &exists), FP_OK);
        assert_int_equal(has_blob(&scene, &exists), FP_OK);
        assert_int_equal(test_server_count(scene.server), 4);
        int64_t left_ms = scene.registry->tokens[0].renew_ms - fp_now_ms();
        assert_in_range(left_ms, (cases[i].usable_s - 5) * 1000, cases[i].usable_s * 1000);
        scene_close(&scene);
    }
}

/* No body is sent with less than a minute left, but short-lived tokens are used repeatedly. */
static void test_use_of_short_lives(void **state)
{
    (void) state;
    static const struct {
        int64_t left_s, usable_s;
    } cases[] = {{300, 240}, {3600, 3540}, {120, 60}, {90, 30}, {60, 20}, {30, 10}, {1, 5}};
    static const struct test_reply token = {.body = "{\"token\":\"tok1\",\"expires_in\":0}"};
    const struct test_reply silent[] = {
        ASKS_FOR_TOKENS, token, {.body = "x"}, token, {.body = "x"}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(fp_token_usable_s(cases[i].left_s), cases[i].usable_s);
    struct scene scene = {0};
    bool exists = false;
    scene_open(&scene, silent, COUNT(silent));
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_in_range(scene.registry->tokens[0].renew_ms - fp_now_ms(), 15000, 20000);
    scene.registry->tokens[0].renew_ms = fp_now_ms() - 1;
    assert_int_equal(has_blob(&scene, &exists), FP_OK);
    assert_non_null(strstr(test_server_request(scene.server, 3)->line, "/token"));
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_age_of_tokens),
        cmocka_unit_test(test_use_of_short_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
