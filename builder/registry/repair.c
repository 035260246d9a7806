/* Locations that a proxy in front of the registry has made wrong. */
#include "internal.h"

#include <string.h>
#include <strings.h>

/* A URL up to its path; pointers into the text. */
struct authority {
    const char *text;
    size_t scheme_len; /* "https://" */
    size_t host_len;   /* without the port */
    size_t len;        /* with it */
};

static struct authority read_authority(const char *url)
{
    struct authority at = {.text = url};
    const char *host = strstr(url, "://");
    if (host == NULL)
        return at;
    host += 3;
    at.scheme_len = (size_t) (host - url);
    at.len = strcspn(host, "/?#");
    const char *bracket = memrchr(host, ']', at.len);
    const char *colon = memrchr(host, ':', at.len);
    bool has_port = colon != NULL && (bracket == NULL || colon > bracket);
    at.host_len = has_port ? (size_t) (colon - host) : at.len;
    return at;
}

static bool same_host(const struct authority *a, const struct authority *b)
{
    return a->host_len > 0 && a->host_len == b->host_len &&
           strncasecmp(a->text + a->scheme_len, b->text + b->scheme_len, a->host_len) == 0;
}

static bool has_port(const struct authority *at)
{
    return at->len > at->host_len;
}

char *fp_location_repair(const char *base, char *take_location)
{
    struct authority ours = read_authority(base);
    struct authority named = read_authority(take_location);
    bool lost_tls =
        strncasecmp(base, "https://", 8) == 0 && strncasecmp(take_location, "http://", 7) == 0;
    bool lost_port = has_port(&ours) && !has_port(&named);
    if (!same_host(&ours, &named) || !(lost_tls || lost_port))
        return take_location;
    char *repaired = fp_xasprintf("%s%s", base, take_location + named.scheme_len + named.len);
    free(take_location);
    return repaired;
}
