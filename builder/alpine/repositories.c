#include "flinkpack/alpine/repository.h"

#include <string.h>

/* Where in a URL the release begins: "/v3.20/main", "/edge/main". */
static const char *find_release(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *at = scheme != NULL ? strchr(scheme + 3, '/') : NULL;
    for (; at != NULL; at = strchr(at + 1, '/')) {
        if ((at[1] == 'v' && at[2] >= '0' && at[2] <= '9') || strncmp(at, "/edge/", 6) == 0 ||
            strncmp(at, "/latest-stable/", 15) == 0)
            return at;
    }
    return NULL;
}

static void add_url(const char *url, const char *mirror, struct fp_strv *ret)
{
    const char *release = mirror != NULL ? find_release(url) : NULL;
    size_t len = mirror != NULL ? strlen(mirror) : 0;
    while (len > 0 && mirror[len - 1] == '/')
        len--;
    cleanup_free char *whole =
        release != NULL ? fp_xasprintf("%.*s%s", (int) len, mirror, release) : fp_xstrdup(url);
    size_t used = strlen(whole);
    while (used > 0 && whole[used - 1] == '/')
        whole[--used] = '\0';
    if (!fp_strv_has(ret, whole))
        fp_strv_add(ret, whole);
}

static bool is_url(const char *word)
{
    const char *host = strstr(word, "://");
    return (strncmp(word, "http://", 7) == 0 || strncmp(word, "https://", 8) == 0) &&
           host[3] != '\0' && host[3] != '/';
}

static void parse_line(const char *line, const char *mirror, struct fp_strv *ret)
{
    cleanup_strv struct fp_strv words = {0};
    fp_strv_split(&words, line, ' ');
    size_t first = words.len > 0 && strcmp(words.items[0], "v2") == 0 ? 1 : 0;
    if (first >= words.len || !is_url(words.items[first]) ||
        strstr(words.items[first], "${") != NULL)
        return;
    if (first + 1 == words.len) {
        add_url(words.items[first], mirror, ret);
        return;
    }
    for (size_t i = first + 1; i < words.len; i++) {
        cleanup_free char *url = fp_xasprintf("%s/%s", words.items[first], words.items[i]);
        add_url(url, mirror, ret);
    }
}

void fp_apk_repositories_parse(const char *text, const char *mirror, struct fp_strv *ret)
{
    cleanup_strv struct fp_strv lines = {0};
    fp_strv_split(&lines, text, '\n');
    for (size_t i = 0; i < lines.len; i++) {
        char *line = lines.items[i];
        for (char *c = strpbrk(line, "\t\r"); c != NULL; c = strpbrk(c, "\t\r"))
            *c = ' ';
        parse_line(line, mirror, ret);
    }
}
