/* String constants of a job: URIs of file systems, and SQL that makes tables. */
#include "scan_strings.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define URIS_MAX     64
#define URI_BYTES    ((size_t) 200)
#define SCHEME_BYTES ((size_t) 16)
#define DDL_MAX      32
#define DDL_BYTES    ((size_t) 4 << 10)

void fp_scan_strings_begin(struct fp_scan_strings *strings)
{
    *strings = (struct fp_scan_strings){.uri_list = json_array(), .ddl_list = json_array()};
}

static bool is_scheme_byte(char byte)
{
    return isalnum((unsigned char) byte) || strchr("+.-", byte) != NULL;
}

/* The length of the scheme that ends at `end`; 0: there is none, or it is a part of a longer one,
 * as in "jdbc:mysql://". */
static size_t scheme_before(const char *begin, const char *end)
{
    const char *at = end;
    while (at > begin && (size_t) (end - at) <= SCHEME_BYTES && at[-1] != '\0' &&
           is_scheme_byte(at[-1]))
        at--;
    size_t len = (size_t) (end - at);
    bool is_scheme = len > 1 && len <= SCHEME_BYTES && isalpha((unsigned char) at[0]) &&
                     (at == begin || at[-1] != ':');
    return is_scheme ? len : 0;
}

static void add_uri(struct fp_scan_strings *strings, const char *scheme, size_t scheme_len,
                    const char *end, const char *by)
{
    size_t len = scheme_len;
    while (scheme + len < end && len < URI_BYTES && (unsigned char) scheme[len] > ' ' &&
           strchr("'\"`<>(),;", scheme[len]) == NULL)
        len++;
    uint32_t before = strings->uris.count;
    if (before >= URIS_MAX || fp_names_add(&strings->uris, scheme, len) != before)
        return;
    cleanup_free char *name = fp_xstrndup(scheme, scheme_len);
    cleanup_free char *text = fp_xstrndup(scheme, len);
    json_t *uri = json_object();
    fp_json_set_text(uri, "scheme", name);
    fp_json_set_text(uri, "text", text);
    fp_json_set_text(uri, "by", by);
    fp_json_append(strings->uri_list, uri);
}

static void look_for_uris(struct fp_scan_strings *strings, struct fp_class_text text,
                          const char *by)
{
    const char *end = text.data + text.len;
    for (const char *at = text.data; at < end; at += 3) {
        at = memmem(at, (size_t) (end - at), "://", 3);
        if (at == NULL)
            return;
        size_t len = scheme_before(text.data, at);
        bool is_web = (len == 4 && strncasecmp(at - len, "http", len) == 0) ||
                      (len == 5 && strncasecmp(at - len, "https", len) == 0);
        if (len > 0 && !is_web)
            add_uri(strings, at - len, len, end, by);
    }
}

/* Whether a word of lower-case letters is in a text, in any case. */
static bool has_word(struct fp_class_text text, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++)
        if ((text.data[i] | 0x20) == word[0] && strncasecmp(text.data + i, word, len) == 0)
            return true;
    return false;
}

static void look_for_ddl(struct fp_scan_strings *strings, struct fp_class_text text, const char *by)
{
    if (json_array_size(strings->ddl_list) >= DDL_MAX || text.len < 12)
        return;
    bool makes = has_word(text, "create") && (has_word(text, "table") || has_word(text, "catalog"));
    if (!makes && memmem(text.data, text.len, "'connector'", 11) == NULL)
        return;
    cleanup_free char *copy = fp_xstrndup(text.data, text.len < DDL_BYTES ? text.len : DDL_BYTES);
    json_t *ddl = json_object();
    fp_json_set_text(ddl, "text", copy);
    fp_json_set_text(ddl, "by", by);
    fp_json_append(strings->ddl_list, ddl);
}

void fp_scan_strings_look(struct fp_scan_strings *strings, struct fp_class_text text,
                          const char *by)
{
    look_for_uris(strings, text, by);
    look_for_ddl(strings, text, by);
}

void fp_scan_strings_report(struct fp_scan_strings *strings, json_t *facts)
{
    (void) fp_json_set(facts, "uris", json_incref(strings->uri_list));
    (void) fp_json_set(facts, "ddl", json_incref(strings->ddl_list));
}

void fp_scan_strings_clear(struct fp_scan_strings *strings)
{
    fp_names_clear(&strings->uris);
    json_decref(strings->uri_list);
    json_decref(strings->ddl_list);
}
