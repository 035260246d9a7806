#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../builder/registry/connection.h"
#include "scene.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take_event(struct fp_reporter *self, const struct fp_event *event)
{
    struct scene *scene = (struct scene *) ((char *) self - offsetof(struct scene, reporter));
    (void) pthread_mutex_lock(&lock);
    size_t len = strlen(scene->events);
    if (event->text != NULL)
        (void) snprintf(scene->events + len, sizeof(scene->events) - len, "%s\n", event->text);
    (void) pthread_mutex_unlock(&lock);
}

void scene_open(struct scene *scene, const struct test_reply *replies, size_t count)
{
    (void) signal(SIGPIPE, SIG_IGN);
    (void) setenv("HOME", "/nonexistent", 1);
    (void) setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
    (void) unsetenv("DOCKER_CONFIG");
    (void) unsetenv("DOCKER_AUTH_CONFIG");
    (void) unsetenv("REGISTRY_AUTH_FILE");
    (void) unsetenv("XDG_CONFIG_HOME");
    scene->reporter.event = take_event;
    scene->server = test_server_start(replies, count);
    struct fp_http_options http = {.first_pause_ms = 1, .reporter = &scene->reporter};
    assert_int_equal(fp_http_new(&http, &scene->http, &scene->err), FP_OK);
    struct fp_reference reference = {0};
    cleanup_free char *name =
        fp_xasprintf("%s/team/orders", test_server_url(scene->server) + strlen("http://"));
    assert_int_equal(fp_reference_parse(name, &reference, &scene->err), FP_OK);
    scene->options.http = scene->http;
    scene->options.reporter = &scene->reporter;
    assert_int_equal(fp_registry_open(&scene->options, &reference, &scene->registry, &scene->err),
                     FP_OK);
    fp_reference_clear(&reference);
    /* The few bytes of these tests travel as large blobs do. */
    if (!scene->is_small)
        scene->registry->unasked_bytes = scene->registry->single_bytes = 0;
    scene->registry->pings = !scene->begins_at_once;
}

void scene_close(struct scene *scene)
{
    fp_registry_close(scene->registry);
    fp_http_free(scene->http);
    test_server_stop(scene->server);
}

void scene_assert_requests(struct scene *scene, const char *const *expected)
{
    size_t n = 0;
    for (; expected[n] != NULL; n++) {
        const char *line = test_server_request(scene->server, n)->line;
        size_t len = strlen(expected[n]);
        if (expected[n][len - 1] == '*') {
            if (strncmp(line, expected[n], len - 1) != 0)
                assert_string_equal(line, expected[n]);
            continue;
        }
        cleanup_free char *whole = fp_xasprintf("%s HTTP/1.1", expected[n]);
        assert_string_equal(line, whole);
    }
    assert_int_equal(test_server_count(scene->server), n);
}
