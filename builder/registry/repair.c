/* Corrects upload locations that are wrong because of a proxy in front of the registry. */
#include "upload.h"

#include <string.h>
#include <strings.h>

/* A URL up to its path, as pointers into the text. */
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

/* Whether the location names TLS for a plain HTTP registry, with the same port or none. */
static bool gained_tls(const struct authority *ours, const struct authority *named)
{
    const char *port = named->text + named->scheme_len + named->host_len;
    size_t len = named->len - named->host_len;
    const char *own = has_port(ours) ? ours->text + ours->scheme_len + ours->host_len : ":80";
    size_t own_len = has_port(ours) ? ours->len - ours->host_len : strlen(own);
    return strncasecmp(ours->text, "http://", 7) == 0 &&
           strncasecmp(named->text, "https://", 8) == 0 &&
           (len == 0 || (len == 4 && memcmp(port, ":443", 4) == 0) ||
            (len == own_len && memcmp(port, own, len) == 0));
}

char *fp_location_repair(const char *base, char *take_location)
{
    struct authority ours = read_authority(base);
    struct authority named = read_authority(take_location);
    bool lost_tls =
        strncasecmp(base, "https://", 8) == 0 && strncasecmp(take_location, "http://", 7) == 0;
    bool lost_port = has_port(&ours) && !has_port(&named);
    /* The registry was reached without TLS already, so plain HTTP discloses nothing new. */
    if (!same_host(&ours, &named) || !(lost_tls || lost_port || gained_tls(&ours, &named)))
        return take_location;
    char *repaired = fp_xasprintf("%s%s", base, take_location + named.scheme_len + named.len);
    free(take_location);
    return repaired;
}
