/* Parses headers of answers: lines, numbers, ranges, dates. */
#include "headers.h"
#include "client.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void fp_http_response_clear(struct fp_http_response *response)
{
    fp_strv_clear(&response->headers);
    fp_buf_clear(&response->body);
    free(response->url);
    response->url = NULL;
    response->status = 0;
    response->sent_bytes = 0;
}

static size_t header_bytes(const struct fp_http_response *response)
{
    size_t total = 0;
    for (size_t i = 0; i < response->headers.len; i++)
        total += strlen(response->headers.items[i]);
    return total;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "Name:  value " as "name: value". */
static char *normalized(const char *line, size_t name_len, size_t len)
{
    const char *value = line + name_len + 1;
    const char *end = line + len;
    while (value < end && is_space(*value))
        value++;
    while (end > value && is_space(end[-1]))
        end--;
    char *text = fp_xasprintf("%.*s: %.*s", (int) name_len, line, (int) (end - value), value);
    for (size_t i = 0; i < name_len && text[i] != '\0'; i++)
        text[i] = (char) tolower((unsigned char) text[i]);
    return text;
}

enum fp_code fp_headers_add(struct fp_http_response *response, const char *line, size_t len,
                            struct fp_error *err)
{
    if (len >= 5 && strncmp(line, "HTTP/", 5) == 0) {
        fp_strv_clear(&response->headers);
        return FP_OK;
    }
    const char *colon = memchr(line, ':', len);
    if (colon == NULL || colon == line)
        return FP_OK; /* the empty line, or a line that is no header */
    if (response->headers.len >= FP_HTTP_MAX_HEADERS ||
        header_bytes(response) + len > FP_HTTP_MAX_HEADER_BYTES)
        return fp_fail(err, FP_E_INPUT,
                       "the answer has more headers than the limit of %d or %d bytes",
                       FP_HTTP_MAX_HEADERS, FP_HTTP_MAX_HEADER_BYTES);
    fp_strv_take(&response->headers, normalized(line, (size_t) (colon - line), len));
    return FP_OK;
}

const char *fp_http_header_at(const struct fp_http_response *response, const char *name, size_t n)
{
    size_t name_len = strlen(name);
    for (size_t i = 0; i < response->headers.len; i++) {
        const char *line = response->headers.items[i];
        if (strncmp(line, name, name_len) != 0 || strncmp(line + name_len, ": ", 2) != 0)
            continue;
        if (n-- == 0)
            return line + name_len + 2;
    }
    return NULL;
}

const char *fp_http_header(const struct fp_http_response *response, const char *name)
{
    return fp_http_header_at(response, name, 0);
}

bool fp_parse_u64(const char *text, size_t len, uint64_t *ret)
{
    uint64_t value = 0;
    if (len == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        uint64_t digit = (uint64_t) (text[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *ret = value;
    return true;
}

bool fp_http_header_u64(const struct fp_http_response *response, const char *name, uint64_t *ret)
{
    const char *value = fp_http_header(response, name);
    return value != NULL && fp_parse_u64(value, strlen(value), ret);
}

/* Every form of HTTP-date begins with a day's name; curl_getdate() accepts much else. */
static bool parse_date(const char *value, int64_t *ret_s)
{
    time_t date = isalpha((unsigned char) value[0]) ? curl_getdate(value, NULL) : (time_t) -1;
    if (date != (time_t) -1)
        *ret_s = (int64_t) date;
    return date != (time_t) -1;
}

bool fp_http_header_time(const struct fp_http_response *response, const char *name, int64_t *ret_s)
{
    const char *value = fp_http_header(response, name);
    return value != NULL && parse_date(value, ret_s);
}

bool fp_parse_content_range(const char *value, uint64_t *ret_first, uint64_t *ret_last,
                            uint64_t *ret_total)
{
    if (strncasecmp(value, "bytes ", 6) != 0)
        return false;
    const char *first = value + 6;
    const char *dash = strchr(first, '-');
    const char *slash = strchr(first, '/');
    if (dash == NULL || slash == NULL || dash > slash)
        return false;
    *ret_total = UINT64_MAX;
    if (strcmp(slash + 1, "*") != 0 && !fp_parse_u64(slash + 1, strlen(slash + 1), ret_total))
        return false;
    return fp_parse_u64(first, (size_t) (dash - first), ret_first) &&
           fp_parse_u64(dash + 1, (size_t) (slash - dash - 1), ret_last) &&
           *ret_first <= *ret_last && *ret_last < *ret_total;
}

int64_t fp_parse_retry_after(const char *value, int64_t now_s)
{
    uint64_t seconds = 0;
    if (fp_parse_u64(value, strlen(value), &seconds))
        return seconds > INT32_MAX ? INT32_MAX : (int64_t) seconds;
    int64_t date_s = 0;
    if (!parse_date(value, &date_s))
        return -1;
    return date_s > now_s ? date_s - now_s : 0;
}
