/* Asks a registry what refers to a manifest. Most registries do not know that question. */
#include "flinkpack/registry/referrers.h"

#include <string.h>

#include "answer.h"
#include "send.h"

#define MAX_PAGES 32
/* A page of a thousand descriptors with annotations, as large as the largest manifest. */
#define MAX_PAGE_BYTES ((size_t) 4 << 20)

char *fp_referrers_tag(const struct fp_digest *subject, const char *suffix)
{
    return fp_xasprintf("%s-%.64s%s", fp_digest_algorithm_name(subject), fp_digest_hex(subject),
                        suffix);
}

static char *first_path(const struct fp_registry *registry, const struct fp_digest *subject,
                        const char *artifact_type)
{
    cleanup_free char *path = fp_registry_path(registry, "referrers", subject->text);
    if (artifact_type == NULL)
        return steal_pointer(&path);
    cleanup_free char *escaped = fp_url_escape(artifact_type);
    return fp_xasprintf("%s%cartifactType=%s", path, strchr(path, '?') != NULL ? '&' : '?',
                        escaped);
}

/* The URL of the next page (RFC 8288), which has to be of the same server; NULL: there is none. */
static char *next_page(const struct fp_http_response *response)
{
    const char *link = fp_http_header(response, "link");
    const char *end = link != NULL && link[0] == '<' ? strchr(link, '>') : NULL;
    cleanup_free char *url = NULL;
    if (end == NULL || strstr(end, "next") == NULL)
        return NULL;
    cleanup_free char *location = fp_xstrndup(link + 1, (size_t) (end - link - 1));
    if (fp_url_resolve(response->url, location, &url, NULL) != FP_OK ||
        !fp_url_same_origin(url, response->url))
        return NULL;
    return steal_pointer(&url);
}

/* An answer that is no index comes from a server that takes the path for something else. */
static bool take_page(const struct fp_http_response *response, json_t *entries)
{
    cleanup_json json_t *page = NULL;
    const char *name = "referrers";
    if (response->status != 200 ||
        fp_json_parse(fp_buf_text(&response->body), response->body.len, name, &page, NULL) != FP_OK)
        return false;
    const json_t *found = json_object_get(page, "manifests");
    const char *type = fp_json_string(page, "mediaType");
    if (!json_is_array(found) && !(json_is_null(found) && type != NULL))
        return false;
    size_t i = 0;
    json_t *entry = NULL;
    json_array_foreach(found, i, entry)
    {
        if (json_array_size(entries) < FP_REFERRERS_MAX)
            fp_json_append(entries, json_incref(entry));
    }
    return true;
}

static enum fp_code ask_page(struct fp_registry *registry, const char *url,
                             struct fp_http_response *response, struct fp_error *err)
{
    cleanup_strv struct fp_strv headers = {0};
    cleanup_strv struct fp_strv scopes = {0};
    fp_strv_add(&headers, "Accept: " FP_MEDIA_OCI_INDEX);
    fp_registry_scopes(registry, false, &scopes);
    struct fp_http_request request = {.method = "GET",
                                      .url = url,
                                      .headers = &headers,
                                      .max_bytes = response->body.max,
                                      .max_redirects = FP_REGISTRY_MAX_REDIRECTS,
                                      .patience_s = fp_registry_patience_s(registry)};
    FP_TRY(fp_registry_send(registry, &request, &scopes, response, err));
    return fp_http_status_is_transient(response->status)
               ? fp_registry_refusal(registry, "GET", response, err)
               : FP_OK;
}

/* `*ret_known` is false if the first answer is no list. A later page that is none is an error,
 * because what is listed so far is not all. */
static enum fp_code ask_all(struct fp_registry *registry, char *take_url, json_t *entries,
                            bool *ret_known, struct fp_error *err)
{
    cleanup_free char *url = take_url;
    for (int page = 0; url != NULL && page < MAX_PAGES; page++) {
        cleanup_http_response struct fp_http_response response =
            FP_HTTP_RESPONSE_INIT(MAX_PAGE_BYTES);
        FP_TRY(ask_page(registry, url, &response, err));
        if (!take_page(&response, entries)) {
            *ret_known = page > 0;
            return page > 0 ? fp_registry_refusal(registry, "GET", &response, err) : FP_OK;
        }
        *ret_known = true;
        free(url);
        url = json_array_size(entries) < FP_REFERRERS_MAX ? next_page(&response) : NULL;
    }
    return FP_OK;
}

enum fp_code fp_registry_list_referrers(struct fp_registry *registry,
                                        const struct fp_digest *subject, const char *artifact_type,
                                        json_t **ret, struct fp_error *err)
{
    cleanup_json json_t *entries = json_array();
    bool is_known = false;
    *ret = NULL;
    FP_TRY(
        ask_all(registry, first_path(registry, subject, artifact_type), entries, &is_known, err));
    if (is_known)
        *ret = steal_pointer(&entries);
    return FP_OK;
}

bool fp_registry_keeps_referrers(struct fp_registry *registry)
{
    FP_HOLD(registry);
    return registry->keeps_referrers;
}
