/* The client: its settings, its state for each origin, and idle handles with connections. */
#include "client.h"

#include <string.h>

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_ready = CURLE_FAILED_INIT;

static void init_curl(void)
{
    curl_ready = curl_global_init_mem(CURL_GLOBAL_DEFAULT, fp_xmalloc, free, fp_realloc, fp_xstrdup,
                                      fp_xcalloc);
}

static int or_default(int value, int otherwise)
{
    return value > 0 ? value : otherwise;
}

/* Called with the lock held, or before any other thread can have the client. */
static enum fp_code need_roots(struct fp_http *http, struct fp_error *err)
{
    if (http->are_roots_known)
        return FP_OK;
    fp_buf_clear(&http->roots);
    enum fp_code code = fp_tls_read_roots(&http->options, &http->roots, err);
    http->are_roots_known = code == FP_OK;
    return code;
}

enum fp_code fp_http_new(const struct fp_http_options *options, struct fp_http **ret,
                         struct fp_error *err)
{
    (void) pthread_once(&curl_once, init_curl);
    if (curl_ready != CURLE_OK)
        return fp_fail(err, FP_E_INTERNAL, "libcurl: %s", curl_easy_strerror(curl_ready));
    cleanup_http struct fp_http *http = fp_xcalloc(1, sizeof(*http));
    http->options = *options;
    http->other_bundle = fp_tls_other_bundle();
    if (http->options.user_agent == NULL)
        http->options.user_agent = "flinkpack/" FLINKPACK_VERSION;
    http->options.connect_timeout_s = or_default(options->connect_timeout_s, 15);
    http->options.stall_timeout_s = or_default(options->stall_timeout_s, 60);
    http->options.max_attempts = or_default(options->max_attempts, 5);
    http->options.first_pause_ms = or_default(options->first_pause_ms, 1000);
    http->roots = (struct fp_buf) FP_BUF_INIT(FP_HTTP_MAX_PEM_BYTES);
    (void) pthread_mutex_init(&http->lock, NULL);
    /* A wrong option is reported at once, not at the first https request. */
    FP_TRY(options->ca_file != NULL ? need_roots(http, err) : FP_OK);
    *ret = steal_pointer(&http);
    return FP_OK;
}

void fp_http_free(struct fp_http *http)
{
    if (http == NULL)
        return;
    for (size_t i = 0; i < http->idle_len; i++)
        curl_easy_cleanup(http->idle[i].easy);
    while (http->origins != NULL) {
        struct fp_origin *origin = http->origins;
        http->origins = origin->next;
        fp_tls_clear(&origin->tls);
        free(origin->key);
        free(origin);
    }
    fp_buf_clear(&http->roots);
    (void) pthread_mutex_destroy(&http->lock);
    free(http);
}

static struct fp_origin *find_origin(struct fp_http *http, const char *key)
{
    for (struct fp_origin *origin = http->origins; origin != NULL; origin = origin->next) {
        if (strcmp(origin->key, key) == 0)
            return origin;
    }
    return NULL;
}

/* Called with the lock held. */
static enum fp_code add_origin(struct fp_http *http, const struct fp_url *url,
                               struct fp_origin **ret, struct fp_error *err)
{
    struct fp_tls tls = {0};
    enum fp_code code = FP_OK;
    if (strcmp(url->scheme, "https") == 0)
        code = need_roots(http, err);
    if (code == FP_OK)
        code = fp_tls_init(&tls, &http->options, url, err);
    if (code != FP_OK)
        return code;
    struct fp_origin *origin = fp_xcalloc(1, sizeof(*origin));
    origin->key = fp_xstrdup(url->origin);
    origin->is_local = fp_host_is_loopback(url->host) || fp_address_text_is_local(url->host);
    origin->tls = tls;
    origin->next = http->origins;
    http->origins = origin;
    *ret = origin;
    return FP_OK;
}

enum fp_code fp_http_origin(struct fp_http *http, const char *url, struct fp_origin **ret,
                            struct fp_error *err)
{
    cleanup_url struct fp_url parts = {0};
    enum fp_code code = fp_url_parse(url, &parts, err);
    if (code != FP_OK)
        return code;
    (void) pthread_mutex_lock(&http->lock);
    *ret = find_origin(http, parts.origin);
    if (*ret == NULL)
        code = add_origin(http, &parts, ret, err);
    (void) pthread_mutex_unlock(&http->lock);
    return code;
}

/* Choose a handle with a connection to that origin, else the one that has been idle longest. */
static size_t choose_idle(const struct fp_http *http, const struct fp_origin *origin)
{
    for (size_t i = http->idle_len; i > 0; i--) {
        if (http->idle[i - 1].origin == origin)
            return i - 1;
    }
    return 0;
}

CURL *fp_http_take_easy(struct fp_http *http, const struct fp_origin *origin)
{
    CURL *easy = NULL;
    (void) pthread_mutex_lock(&http->lock);
    if (http->idle_len > 0) {
        size_t chosen = choose_idle(http, origin);
        easy = http->idle[chosen].easy;
        http->idle_len--;
        memmove(&http->idle[chosen], &http->idle[chosen + 1],
                (http->idle_len - chosen) * sizeof(http->idle[0]));
    }
    (void) pthread_mutex_unlock(&http->lock);
    return easy != NULL ? easy : curl_easy_init();
}

void fp_http_put_easy(struct fp_http *http, CURL *easy, const struct fp_origin *origin)
{
    /* This keeps connections, but drops pointers into the exchange that is over. */
    curl_easy_reset(easy);
    (void) pthread_mutex_lock(&http->lock);
    bool kept = http->idle_len < FP_HTTP_IDLE_MAX;
    if (kept) {
        http->idle[http->idle_len].easy = easy;
        http->idle[http->idle_len].origin = origin;
        http->idle_len++;
    }
    (void) pthread_mutex_unlock(&http->lock);
    if (!kept)
        curl_easy_cleanup(easy);
}
