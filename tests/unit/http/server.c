#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_REQUESTS    256
#define MAX_CONNECTIONS 32

struct test_server {
    const struct test_reply *replies;
    size_t reply_count;
    char url[64];
    char peer[64];
    int listener;
    int wake[2];
    int connections[MAX_CONNECTIONS];
    bool is_hanging[MAX_CONNECTIONS];
    size_t connection_count;
    pthread_t thread;
    pthread_mutex_t lock;
    struct test_request *requests;
    size_t request_count;
    char head_in[16384];
    char head_out[32768];
};

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    abort();
}

static void send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        data += sent;
        len -= (size_t) sent;
    }
}

/* Read up to the empty line; false if the client has closed the connection. */
static bool read_head(int fd, char *head, size_t cap)
{
    size_t len = 0;
    while (len + 1 < cap) {
        if (recv(fd, head + len, 1, 0) != 1)
            return false;
        head[++len] = '\0';
        if (len >= 4 && strcmp(head + len - 4, "\r\n\r\n") == 0)
            return true;
    }
    return false;
}

static uint64_t content_length(const char *headers)
{
    const char *at = strcasestr(headers, "\r\ncontent-length:");
    if (strncasecmp(headers, "content-length:", 15) == 0)
        at = headers - 2;
    return at != NULL ? strtoull(at + 17, NULL, 10) : 0;
}

static void read_body(int fd, struct test_request *request, const struct test_reply *reply)
{
    char buffer[65536];
    uint64_t left = content_length(request->headers);
    if (reply->is_early && reply->read_bytes < left)
        left = reply->read_bytes;
    bool asks = strcasestr(request->headers, "expect: 100-continue") != NULL;
    if (asks && left > 0 && !reply->is_mute)
        send_all(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    while (left > 0) {
        ssize_t len = recv(fd, buffer, left < sizeof(buffer) ? (size_t) left : sizeof(buffer), 0);
        if (len <= 0)
            return;
        if (request->body_len < sizeof(request->body) - 1) {
            size_t room = sizeof(request->body) - 1 - (size_t) request->body_len;
            memcpy(request->body + request->body_len, buffer,
                   (size_t) len < room ? (size_t) len : room);
        }
        request->body_len += (uint64_t) len;
        left -= (uint64_t) len;
    }
}

static void put_head(const struct test_server *server, const char *head, char *out, size_t cap)
{
    size_t len = 0;
    while (*head != '\0' && len + 64 < cap) {
        const char *name = NULL;
        if (strncmp(head, "$SELF", 5) == 0)
            name = server->url;
        else if (strncmp(head, "$PEER", 5) == 0)
            name = server->peer;
        if (name == NULL) {
            out[len++] = *head++;
            continue;
        }
        memcpy(out + len, name, strlen(name));
        len += strlen(name);
        head += 5;
    }
    out[len] = '\0';
}

static void answer(struct test_server *server, int fd, const struct test_request *request,
                   const struct test_reply *reply)
{
    char *head = server->head_out;
    const size_t cap = sizeof(server->head_out);
    const char *given = reply->head != NULL ? reply->head : "HTTP/1.1 200 OK";
    size_t body_len = reply->body_len > 0   ? reply->body_len
                      : reply->body != NULL ? strlen(reply->body)
                                            : 0;
    if (*given == '\0') {
        send_all(fd, reply->body, reply->is_cut ? reply->cut_at : body_len);
        return;
    }
    put_head(server, given, head, cap - 128);
    if (strcasestr(head, "content-length:") == NULL && strstr(head, " 204 ") == NULL)
        (void) snprintf(head + strlen(head), 64, "\r\nContent-Length: %zu", body_len);
    (void) snprintf(head + strlen(head), 8, "\r\n\r\n");
    send_all(fd, head, strlen(head));
    if (strncmp(request->line, "HEAD ", 5) != 0 && reply->body != NULL)
        send_all(fd, reply->body, reply->is_cut ? reply->cut_at : body_len);
}

static void end(struct test_server *server, size_t index, enum test_then then)
{
    int fd = server->connections[index];
    if (then == TEST_HANG)
        server->is_hanging[index] = true;
    if (then == TEST_KEEP || then == TEST_HANG)
        return;
    if (then == TEST_RESET) {
        struct linger linger = {.l_onoff = 1};
        (void) setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    }
    (void) close(fd);
    server->connection_count--;
    server->connections[index] = server->connections[server->connection_count];
    server->is_hanging[index] = server->is_hanging[server->connection_count];
}

static void serve(struct test_server *server, size_t index)
{
    char *head = server->head_in;
    int fd = server->connections[index];
    if (!read_head(fd, head, sizeof(server->head_in))) {
        end(server, index, TEST_CLOSE);
        return;
    }
    struct test_request *request = calloc(1, sizeof(*request));
    must(request != NULL, "calloc");
    size_t line_len = strcspn(head, "\r");
    (void) snprintf(request->line, sizeof(request->line), "%.*s", (int) line_len, head);
    (void) snprintf(request->headers, sizeof(request->headers), "%s", head + line_len + 2);
    (void) pthread_mutex_lock(&server->lock);
    must(server->request_count < MAX_REQUESTS, "too many requests");
    size_t n = server->request_count;
    const struct test_reply *reply =
        &server->replies[n < server->reply_count ? n : server->reply_count - 1];
    (void) pthread_mutex_unlock(&server->lock);
    read_body(fd, request, reply);
    (void) pthread_mutex_lock(&server->lock);
    server->requests[server->request_count++] = *request;
    (void) pthread_mutex_unlock(&server->lock);
    answer(server, fd, request, reply);
    free(request);
    end(server, index, reply->then);
}

static void *run(void *context)
{
    struct test_server *server = context;
    for (;;) {
        struct pollfd polls[MAX_CONNECTIONS + 2] = {{server->wake[0], POLLIN, 0},
                                                    {server->listener, POLLIN, 0}};
        for (size_t i = 0; i < server->connection_count; i++)
            polls[i + 2] = (struct pollfd){server->connections[i],
                                           (short) (server->is_hanging[i] ? 0 : POLLIN), 0};
        must(poll(polls, server->connection_count + 2, -1) > 0, "poll");
        if (polls[0].revents != 0)
            return NULL;
        for (size_t i = server->connection_count; i > 0; i--) {
            if ((polls[i + 1].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
                serve(server, i - 1);
        }
        if (polls[1].revents != 0 && server->connection_count < MAX_CONNECTIONS) {
            int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
            must(fd >= 0, "accept");
            server->is_hanging[server->connection_count] = false;
            server->connections[server->connection_count++] = fd;
        }
    }
}

struct test_server *test_server_start(const struct test_reply *replies, size_t count)
{
    struct test_server *server = calloc(1, sizeof(*server));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    must(server != NULL, "calloc");
    server->replies = replies;
    server->reply_count = count;
    server->requests = calloc(MAX_REQUESTS, sizeof(*server->requests));
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(server->requests != NULL && server->listener >= 0, "socket");
    must(bind(server->listener, (struct sockaddr *) &address, len) == 0, "bind");
    must(listen(server->listener, 32) == 0, "listen");
    must(getsockname(server->listener, (struct sockaddr *) &address, &len) == 0, "getsockname");
    (void) snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u",
                    (unsigned int) ntohs(address.sin_port));
    must(pipe(server->wake) == 0, "pipe");
    (void) pthread_mutex_init(&server->lock, NULL);
    must(pthread_create(&server->thread, NULL, run, server) == 0, "pthread_create");
    return server;
}

void test_server_set_peer(struct test_server *server, const struct test_server *peer)
{
    (void) snprintf(server->peer, sizeof(server->peer), "%s", peer->url);
}

const char *test_server_url(const struct test_server *server)
{
    return server->url;
}

size_t test_server_count(struct test_server *server)
{
    (void) pthread_mutex_lock(&server->lock);
    size_t count = server->request_count;
    (void) pthread_mutex_unlock(&server->lock);
    return count;
}

const struct test_request *test_server_request(struct test_server *server, size_t n)
{
    must(n < test_server_count(server), "no such request");
    return &server->requests[n];
}

bool test_server_has_header(struct test_server *server, size_t n, const char *beginning)
{
    const char *line = test_server_request(server, n)->headers;
    size_t len = strlen(beginning);
    for (; *line != '\0' && *line != '\r'; line = strstr(line, "\r\n") + 2) {
        if (strncasecmp(line, beginning, len) == 0)
            return true;
    }
    return false;
}

void test_server_stop(struct test_server *server)
{
    must(write(server->wake[1], "x", 1) == 1, "write");
    (void) pthread_join(server->thread, NULL);
    for (size_t i = 0; i < server->connection_count; i++)
        (void) close(server->connections[i]);
    (void) close(server->listener);
    (void) close(server->wake[0]);
    (void) close(server->wake[1]);
    (void) pthread_mutex_destroy(&server->lock);
    free(server->requests);
    free(server);
}
