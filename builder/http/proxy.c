/* Chooses the proxy of a request. libcurl does not choose it, because the addresses that a server
 * sends us to are checked only if we connect to them without a proxy. */
#include "url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static const char *first_set(const char *const *names)
{
    for (; *names != NULL; names++) {
        const char *value = fp_env(*names);
        if (value != NULL)
            return value;
    }
    return NULL;
}

/* Parse a literal address into bytes; returns how many, or 0. */
static size_t parse_address(const char *host, unsigned char ret[16])
{
    char bare[64];
    size_t len = strlen(host);
    bool brackets = len > 2 && host[0] == '[' && host[len - 1] == ']';
    size_t bare_len = brackets ? len - 2 : len;
    if (bare_len >= sizeof(bare))
        return 0;
    memcpy(bare, host + (brackets ? 1 : 0), bare_len);
    bare[bare_len] = '\0';
    if (inet_pton(AF_INET, bare, ret) == 1)
        return 4;
    return inet_pton(AF_INET6, bare, ret) == 1 ? 16 : 0;
}

/* Whether a host is in NETWORK/BITS. */
static bool is_in_network(const char *entry, const char *host)
{
    unsigned char network[16];
    unsigned char address[16];
    uint64_t bits = 0;
    const char *slash = strchr(entry, '/');
    if (slash == NULL || !fp_parse_u64(slash + 1, strlen(slash + 1), &bits))
        return false;
    cleanup_free char *base = fp_xstrndup(entry, (size_t) (slash - entry));
    size_t len = parse_address(base, network);
    if (len == 0 || len != parse_address(host, address) || bits > len * 8)
        return false;
    size_t whole = (size_t) bits / 8;
    unsigned rest = (unsigned) bits % 8;
    if (memcmp(network, address, whole) != 0)
        return false;
    return rest == 0 || (network[whole] >> (8 - rest)) == (address[whole] >> (8 - rest));
}

static bool is_host_or_below(const char *entry, const char *host)
{
    entry += entry[0] == '*' && entry[1] == '.' ? 1 : 0;
    entry += *entry == '.' ? 1 : 0;
    size_t entry_len = strlen(entry);
    size_t host_len = strlen(host);
    if (entry_len == 0 || entry_len > host_len ||
        strcasecmp(host + host_len - entry_len, entry) != 0)
        return false;
    return entry_len == host_len || host[host_len - entry_len - 1] == '.';
}

static bool same_address(const char *entry, const char *host)
{
    unsigned char left[16];
    unsigned char right[16];
    size_t len = parse_address(entry, left);
    return len > 0 && len == parse_address(host, right) && memcmp(left, right, len) == 0;
}

/* An entry of NO_PROXY: "*", HOST, .DOMAIN, *.DOMAIN, HOST:PORT, ADDRESS, NETWORK/BITS. */
static bool is_excepted(const char *entry, const struct fp_url *url)
{
    unsigned char ignored[16];
    const char *colon = strrchr(entry, ':');
    bool has_port = colon != NULL && colon[1] != '\0' && parse_address(entry, ignored) == 0 &&
                    colon[1 + strspn(colon + 1, "0123456789")] == '\0';
    if (has_port && strcmp(colon + 1, url->port) != 0)
        return false;
    cleanup_free char *name =
        has_port ? fp_xstrndup(entry, (size_t) (colon - entry)) : fp_xstrdup(entry);
    return strcmp(name, "*") == 0 || is_host_or_below(name, url->host) ||
           same_address(name, url->host) || is_in_network(name, url->host);
}

static bool goes_past(const struct fp_url *url)
{
    static const char *const names[] = {"no_proxy", "NO_PROXY", NULL};
    const char *list = first_set(names);
    if (fp_host_is_loopback(url->host))
        return true;
    for (size_t len = 0; list != NULL && *list != '\0'; list += len) {
        list += strspn(list, ", \t");
        len = strcspn(list, ", \t");
        cleanup_free char *entry = fp_xstrndup(list, len);
        if (is_excepted(entry, url))
            return true;
    }
    return false;
}

const char *fp_proxy_for(const struct fp_url *url)
{
    /* CI systems set the variables in upper case. HTTP_PROXY is unsafe only in CGI programs. */
    static const char *const http[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", NULL};
    static const char *const https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                        NULL};
    const char *proxy = first_set(strcmp(url->scheme, "https") == 0 ? https : http);
    return proxy != NULL && !goes_past(url) ? proxy : NULL;
}
