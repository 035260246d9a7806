#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scene.h"

#define MIB    ((size_t) 1 << 20)
#define ROUNDS 8

/* A registry gives the same answer to the body of each upload. */
struct refusal {
    struct test_reply reply;
    size_t bytes; /* the size of the blob */
    size_t uploads;
    enum fp_code code;
    const char *words; /* expected in the text or hint; NULL: anything */
};

static void run(const struct refusal *refusal)
{
    struct test_reply replies[2 + 3 * ROUNDS] = {OPEN_REGISTRY, MISSING};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    cleanup_blob struct fp_blob *blob =
        fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xcalloc(1, refusal->bytes), refusal->bytes);
    /* A registry that sends Retry-After is not asked whether the blob has arrived after all. */
    size_t each = strstr(refusal->reply.head, "Retry-After") != NULL ? 2 : 3;
    for (size_t i = 0; i < ROUNDS; i++) {
        replies[2 + each * i] = (struct test_reply) SESSION("/upload");
        replies[3 + each * i] = refusal->reply;
        replies[4 + each * i] = (struct test_reply) MISSING;
    }
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(fp_registry_push_blob(scene.registry, fp_blob_descriptor(blob), blob, NULL,
                                           NULL, &outcome, &scene.err),
                     refusal->code);
    size_t uploads = 0;
    for (size_t i = 0; i < test_server_count(scene.server); i++)
        uploads += strncmp(test_server_request(scene.server, i)->line, "PATCH ", 6) == 0;
    assert_int_equal(uploads, refusal->uploads);
    if (refusal->words != NULL && strstr(scene.err.hint, refusal->words) == NULL)
        assert_non_null(strstr(scene.err.text, refusal->words));
    scene_close(&scene);
}

#define FULL                                                                                       \
    "{\"errors\":[{\"code\":\"UNKNOWN\",\"detail\":{\"Enclosed\":{\"Op\":\"write\",\"Err\":28}}}]" \
    "}"
#define DENIED "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\"}]}"
#define QUOTA  "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"Quota exceeded\"}]}"

static void test_what_lasts_is_sent_once(void **state)
{
    (void) state;
    static const struct refusal refusals[] = {
        {{.head = "HTTP/1.1 403 Forbidden", .body = DENIED}, 1000, 1, FP_E_AUTH, "DENIED"},
        {{.head = "HTTP/1.1 403 Forbidden", .body = QUOTA}, 1000, 1, FP_E_AUTH, "no room left"},
        {{.head = "HTTP/1.1 500 Oops", .body = FULL}, 1000, 1, FP_E_NETWORK, "no room left"},
        {{.head = "HTTP/1.1 500 Oops", .body = DENIED}, 1000, 1, FP_E_NETWORK, "DENIED"},
        {{.head = "HTTP/1.1 503 Oops", .body = "write: no space left on device"},
         1000,
         1,
         FP_E_NETWORK,
         "no room left"},
        {{.head = "HTTP/1.1 500 Oops\r\nContent-Type: text/html",
          .body = "<p>no space left on device"},
         1000,
         1,
         FP_E_NETWORK,
         "no room left"},
        {{.head = "HTTP/1.1 507 Insufficient Storage"}, 1000, 1, FP_E_NETWORK, "no room left"},
        {{.head = "HTTP/1.1 400 Bad Request"}, 1000, 1, FP_E_INPUT, NULL},
        {{.head = "HTTP/1.1 401 Unauthorized"}, 1000, 1, FP_E_AUTH, NULL},
        {{.head = "HTTP/1.1 413 Too Large"}, 1000, 1, FP_E_INPUT, "client_max_body_size"},
    };
    for (size_t i = 0; i < COUNT(refusals); i++)
        run(&refusals[i]);
}

/* Temporary failures are retried up to five times, as long as few bytes are wasted. */
static void test_bytes_sent_in_vain_are_bounded(void **state)
{
    (void) state;
    static const struct refusal refusals[] = {
        {{.head = "HTTP/1.1 500 Oops"}, 1000, 5, FP_E_NETWORK, "5 uploads"},
        {{.head = "HTTP/1.1 500 Oops"}, 10 * MIB, 2, FP_E_NETWORK, "2 uploads"},
        {{.head = "HTTP/1.1 500 Oops"}, 20 * MIB, 2, FP_E_NETWORK, "2 uploads"},
        {{.head = "HTTP/1.1 400 Bad Request",
          .body = "{\"errors\":[{\"code\":\"BLOB_UPLOAD_INVALID\"}]}"},
         20 * MIB,
         2,
         FP_E_INPUT,
         "2 uploads"},
        /* The request asks first (100-continue), and the refusal comes before the body. */
        {{.head = "HTTP/1.1 503 Busy", .is_early = true}, 20 * MIB, 5, FP_E_NETWORK, "5 uploads"},
        {{.head = "HTTP/1.1 429 Slow Down\r\nRetry-After: 0"}, 1000, 5, FP_E_NETWORK, NULL},
        /* An error page of a proxy in front of the registry, and an answer with Retry-After. */
        {{.head = "HTTP/1.1 500 Oops\r\nContent-Type: Text/HTML",
          .body = "<html>see your quotas and storage limits</html>"},
         1000,
         5,
         FP_E_NETWORK,
         "5 uploads"},
        {{.head = "HTTP/1.1 503 Busy\r\nRetry-After: 0", .body = QUOTA},
         1000,
         5,
         FP_E_NETWORK,
         "5 uploads"},
        {{.head = "HTTP/1.1 400 Bad Request",
          .body = "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\"}]}"},
         1000,
         5,
         FP_E_INPUT,
         NULL},
    };
    for (size_t i = 0; i < COUNT(refusals); i++)
        run(&refusals[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_lasts_is_sent_once),
        cmocka_unit_test(test_bytes_sent_in_vain_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
