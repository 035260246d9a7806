/* Reads files that name package repositories, line by line, as apk 3 does. */
#include "fetch.h"

#include <string.h>

/* The limits of the length of an expanded value or URL, of the number of variables, and of the
 * number of skipped lines that are reported. */
#define EXPANDED_MAX  ((size_t) 4096)
#define VARIABLES_MAX 100
#define PASSED_MAX    32

static const char blanks[] = " \t\r\n";

/* The state of reading a text. */
struct repositories_reading {
    const struct fp_apk_repositories_source *from;
    struct fp_apk_repositories *ret;
    size_t line;
};

char *fp_repository_display(const char *url)
{
    return url[0] == '/' ? fp_xstrdup(url) : fp_url_display(url);
}

/* Notes a skipped line. Only its URL is shown, because the rest may be a password. */
static void pass(const struct repositories_reading *reading, const char *url, const char *reason)
{
    if (reading->ret->passed.len >= PASSED_MAX)
        return;
    cleanup_free char *shown = fp_repository_display(url);
    cleanup_free char *line =
        reading->from->is_here ? fp_xstrdup(" ") : fp_xasprintf(", line %zu: ", reading->line);
    fp_strv_addf(&reading->ret->passed, "%s%s%s%s%s", reading->from->name, line, shown,
                 shown[0] != '\0' ? ": " : "", reason);
}

static const char *find_variable(const struct repositories_reading *reading, const char *name,
                                 size_t len)
{
    const struct fp_strv *variables = &reading->ret->variables;
    if (len == 8 && strncmp(name, "APK_ARCH", len) == 0)
        return reading->from->arch;
    for (size_t i = 0; i < variables->len; i++) {
        const char *one = variables->items[i];
        if (strncmp(one, name, len) == 0 && one[len] == '=')
            return one + len + 1;
    }
    return NULL;
}

/* Replaces each ${NAME} by its value. NULL if one has no value, or the result is too long. */
static char *expand(const struct repositories_reading *reading, const char *text)
{
    cleanup_buf struct fp_buf out = FP_BUF_INIT(EXPANDED_MAX);
    while (*text != '\0') {
        const char *next = strstr(text, "${");
        const char *end = next != NULL ? strchr(next, '}') : NULL;
        if (end == NULL)
            break;
        const char *value = find_variable(reading, next + 2, (size_t) (end - next) - 2);
        if (value == NULL)
            return NULL;
        fp_buf_put(&out, text, (size_t) (next - text));
        fp_buf_puts(&out, value);
        text = end + 1;
    }
    fp_buf_puts(&out, text);
    return fp_buf_check(&out, NULL) == FP_OK ? fp_buf_take(&out) : NULL;
}

/* Sets a variable, from a text of the form "[-default] NAME=VALUE". */
static void set_variable(const struct repositories_reading *reading, const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "_0123456789";
    struct fp_strv *variables = &reading->ret->variables;
    bool is_default = strncmp(text, "-default", 8) == 0 && strchr(blanks, text[8]) != NULL;
    if (is_default)
        text += 8 + strspn(text + 8, blanks);
    size_t len = strspn(text, letters);
    bool sound = text[len] == '=' && len > 0 && strchr(letters + 52, text[0]) == NULL &&
                 strncmp(text, "APK_", 4) != 0;
    cleanup_free char *value = sound ? expand(reading, text + len + 1) : NULL;
    if (value == NULL || variables->len >= VARIABLES_MAX) {
        pass(reading, "", "a variable that cannot be set");
        return;
    }
    if (is_default && find_variable(reading, text, len) != NULL)
        return;
    cleanup_free char *pair = fp_xasprintf("%.*s=%s", (int) len, text, value);
    for (size_t i = 0; i < variables->len; i++) {
        if (strncmp(variables->items[i], pair, len + 1) == 0) {
            free(variables->items[i]);
            variables->items[i] = steal_pointer(&pair);
            return;
        }
    }
    fp_strv_add(variables, pair);
}

/* Returns the part of a URL from the release on ("/v3.20/main", "/edge/main"), or NULL. */
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

static void trim_slashes(char *text)
{
    for (size_t len = strlen(text); len > 1 && text[len - 1] == '/'; len--)
        text[len - 1] = '\0';
}

/* Whether one repository too many was read, which is enough to report an error. */
static bool is_full(const struct repositories_reading *reading)
{
    return reading->ret->urls.len > FP_APK_REPOSITORIES_MAX ||
           reading->ret->named > FP_APK_REPOSITORIES_NAMED_MAX;
}

static void add_url(const struct repositories_reading *reading, const char *url)
{
    struct fp_strv *urls = &reading->ret->urls;
    reading->ret->named++;
    const char *release = reading->from->mirror != NULL ? find_release(url) : NULL;
    cleanup_free char *mirror = release != NULL ? fp_xstrdup(reading->from->mirror) : NULL;
    if (mirror != NULL)
        trim_slashes(mirror);
    cleanup_free char *whole =
        mirror != NULL ? fp_xasprintf("%s%s", mirror, release) : fp_xstrdup(url);
    trim_slashes(whole);
    if (fp_strv_has(urls, whole))
        return;
    fp_strv_add(urls, whole);
    cleanup_free char *source = fp_xstrdup(url);
    trim_slashes(source);
    fp_strv_add(&reading->ret->sources, source);
}

/* Returns the reason why a repository cannot be used, or NULL. */
static const char *find_flaw(const struct repositories_reading *reading, const char *type,
                             const char *url)
{
    if (strcmp(type, "v3") == 0 || fp_text_ends_with(url, ".adb"))
        return "an index in apk 3's own format (ADB), which is not read here";
    if (strcmp(type, "ndx") == 0 && !fp_text_ends_with(url, ".tar.gz"))
        return "expected the URL of an APKINDEX.tar.gz";
    if (url[0] == '/' && !reading->from->is_here)
        return "a path inside the image, which is not there yet";
    if (url[0] == '/')
        return NULL;
    const char *host = strstr(url, "://");
    bool is_http = strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
    return is_http && host[3] != '\0' && host[3] != '/'
               ? NULL
               : "expected an http or https URL, or an absolute path";
}

/* Adds the repositories of a line "URL COMPONENT..."; `type` is "v2", "v3" or "ndx". */
static void add_repository(const struct repositories_reading *reading, const char *type,
                           const char *word, const struct fp_strv *components)
{
    cleanup_free char *expanded = expand(reading, word);
    const char *url = expanded;
    if (url != NULL && strncmp(url, "file:///", 8) == 0)
        url += 7;
    const char *flaw = url != NULL ? find_flaw(reading, type, url)
                                   : "a variable in it has no value, or it is too long";
    if (flaw != NULL) {
        pass(reading, url != NULL ? url : word, flaw);
        return;
    }
    if (components->len == 0)
        add_url(reading, url);
    for (size_t i = 0; i < components->len && !is_full(reading); i++) {
        cleanup_strv struct fp_strv names = {0};
        cleanup_free char *part = expand(reading, components->items[i]);
        if (part == NULL) {
            pass(reading, url, "a component of it is a variable without a value");
            continue;
        }
        fp_strv_split(&names, part, ' ');
        for (size_t k = 0; k < names.len && !is_full(reading); k++) {
            cleanup_free char *whole =
                fp_xasprintf("%s%s%s", url, fp_text_ends_with(url, "/") ? "" : "/", names.items[k]);
            add_url(reading, whole);
        }
    }
}

static void read_line(const struct repositories_reading *reading, char *line)
{
    cleanup_strv struct fp_strv words = {0};
    struct fp_strv components = {0};
    for (char *c = strpbrk(line, "\t\r"); c != NULL; c = strpbrk(c, "\t\r"))
        *c = ' ';
    line += strspn(line, " ");
    for (size_t len = strlen(line); len > 0 && line[len - 1] == ' '; len--)
        line[len - 1] = '\0';
    if (*line == '#' || *line == '\0')
        return;
    if (strncmp(line, "set ", 4) == 0) {
        set_variable(reading, line + 4 + strspn(line + 4, " "));
        return;
    }
    fp_strv_split(&words, line, ' ');
    const char *type = "v2";
    size_t at = 0;
    if (strcmp(words.items[0], "v2") == 0 || strcmp(words.items[0], "v3") == 0 ||
        strcmp(words.items[0], "ndx") == 0)
        type = words.items[at++];
    if (at < words.len && words.items[at][0] == '@') {
        pass(reading, at + 1 < words.len ? words.items[at + 1] : "",
             "a tagged repository, of which only packages are taken that name the tag");
        return;
    }
    if (at >= words.len ||
        (strchr("/$", words.items[at][0]) == NULL && strstr(words.items[at], "://") == NULL)) {
        pass(reading, at < words.len ? words.items[at] : type,
             "expected an http or https URL, or an absolute path");
        return;
    }
    components.items = words.items + at + 1;
    components.len = words.len - at - 1;
    add_repository(reading, type, words.items[at], &components);
}

void fp_apk_repositories_read(const struct fp_apk_repositories_source *from,
                              struct fp_apk_repositories *ret)
{
    struct repositories_reading reading = {.from = from, .ret = ret};
    const char *text = from->text;
    const char *stop = text + strlen(text);
    while (text < stop && !is_full(&reading)) {
        const char *end = memchr(text, '\n', (size_t) (stop - text));
        size_t len = (size_t) ((end != NULL ? end : stop) - text);
        cleanup_free char *line = fp_xstrndup(text, len);
        reading.line++;
        read_line(&reading, line);
        text += len + 1;
    }
}

void fp_apk_repositories_clear(struct fp_apk_repositories *repositories)
{
    fp_strv_clear(&repositories->urls);
    fp_strv_clear(&repositories->sources);
    fp_strv_clear(&repositories->passed);
    fp_strv_clear(&repositories->variables);
}
