/**
 * @file
 * A server that has a release, and a cache for it.
 */
#ifndef FLINKPACK_TESTS_RELEASE_SCENE_H
#define FLINKPACK_TESTS_RELEASE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../http/server.h"
#include "flinkpack/flink/release.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define GOOD        "\x1f\x8b the archive"
#define HTML        "<html>Sorry</html>"
#define MISSING                                                                                    \
    {                                                                                              \
        .head = "HTTP/1.1 404 Not Found", .body = HTML                                             \
    }

static const struct fp_http_options QUICK = {.first_pause_ms = 1, .max_attempts = 1};

/* One server stands for all hosts, which have different paths. */
struct scene {
    struct test_server *server;
    struct fp_http *http;
    struct fp_strv urls; /* the URLs of the hosts, to be freed */
    struct fp_strv mirrors;
    char *folder;
    struct fp_release_options options;
    struct fp_release release;
    struct fp_error err;
};

static inline char *sha512_line(void)
{
    char hex[FP_HASH_HEX_MAX] = "";
    fp_hash_bytes(FP_SHA512, GOOD, strlen(GOOD), hex);
    return fp_xasprintf("%s  flink-1.6.0-bin-scala_2.11.tgz\n", hex);
}

static inline const char *host(struct scene *scene, const char *path)
{
    fp_strv_addf(&scene->urls, "%s/%s", test_server_url(scene->server), path);
    return scene->urls.items[scene->urls.len - 1];
}

static inline struct scene *begin(const struct test_reply *replies, size_t count)
{
    struct scene *scene = fp_xcalloc(1, sizeof(*scene));
    scene->server = test_server_start(replies, count);
    assert_int_equal(fp_http_new(&QUICK, &scene->http, &scene->err), FP_OK);
    assert_int_equal(fp_temp_dir("/tmp", &scene->folder, &scene->err), FP_OK);
    fp_strv_addf(&scene->mirrors, "%s/mirror/", test_server_url(scene->server));
    scene->options = (struct fp_release_options){.mirrors = &scene->mirrors,
                                                 .apache_url = host(scene, "dlcdn"),
                                                 .archive_url = host(scene, "archive"),
                                                 .checksum_url = host(scene, "downloads"),
                                                 .maven_repository = host(scene, "maven"),
                                                 .cache_folder = scene->folder,
                                                 .http = scene->http};
    assert_int_equal(fp_flink_version_parse("1.6.0", &scene->options.version, &scene->err), FP_OK);
    return scene;
}

static inline void end(struct scene *scene)
{
    fp_release_clear(&scene->release);
    fp_strv_clear(&scene->urls);
    fp_strv_clear(&scene->mirrors);
    fp_http_free(scene->http);
    test_server_stop(scene->server);
    fp_temp_remove(scene->folder);
    free(scene);
}

static inline void fetched(struct scene *scene)
{
    fp_release_clear(&scene->release);
    if (fp_release_fetch(&scene->options, &scene->release, &scene->err) != FP_OK)
        fail_msg("%s", scene->err.text);
}

static inline void refused(struct scene *scene, enum fp_code code, const char *words)
{
    fp_release_clear(&scene->release);
    enum fp_code got = fp_release_fetch(&scene->options, &scene->release, &scene->err);
    if (got != code ||
        (strstr(scene->err.text, words) == NULL && strstr(scene->err.hint, words) == NULL))
        fail_msg("code %d: '%s' [%s]", got, scene->err.text, scene->err.hint);
}

static inline void asked(struct scene *scene, size_t n, const char *path)
{
    const char *line = test_server_request(scene->server, n)->line;
    cleanup_free char *expected = fp_xasprintf("GET /%s HTTP/1.1", path);
    assert_string_equal(line, expected);
}

#define FILE_PATH "flink/flink-1.6.0/flink-1.6.0-bin-scala_2.11.tgz"

#endif
