/**
 * @file
 * A scripted registry, opened: what the tests of the protocol need.
 */
#ifndef TESTS_UNIT_REGISTRY_SCENE_H
#define TESTS_UNIT_REGISTRY_SCENE_H

#include "flinkpack/registry.h"
#include "http/server.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/** The answer to the ping of a registry that asks for nothing. */
#define OPEN_REGISTRY                                                                              \
    {                                                                                              \
        .body = "{}"                                                                               \
    }

/** What it has not, what it has taken, and an upload's session. */
#define MISSING                                                                                    \
    {                                                                                              \
        .head = "HTTP/1.1 404 Not Found"                                                           \
    }
#define CREATED                                                                                    \
    {                                                                                              \
        .head = "HTTP/1.1 201 Created"                                                             \
    }
#define SESSION(path)                                                                              \
    {                                                                                              \
        .head = "HTTP/1.1 202 Accepted\r\nLocation: " path                                         \
    }

struct scene {
    struct test_server *server;
    struct fp_http *http;
    struct fp_registry *registry;
    struct fp_registry_options options;
    bool begins_at_once; /**< no GET /v2/ comes before the first request */
    bool is_small;       /**< blobs count as what they are: small */
    struct fp_error err;
    char events[8192]; /**< all lines that were told */
    struct fp_reporter reporter;
};

/** Start the server and open team/orders in it, with these options. */
void scene_open(struct scene *scene, const struct test_reply *replies, size_t count);
/** Close everything. */
void scene_close(struct scene *scene);
/** Fails unless exactly these requests ("METHOD /path") have come. NULL ends the list. A '*' at the
 * end of one stands for any rest. */
void scene_assert_requests(struct scene *scene, const char *const *expected);

#endif
