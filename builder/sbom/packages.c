/* The packages that apk and dpkg have installed, out of their databases. */
#include "inventory.h"

#include <string.h>

/* A stanza of either database: lines "KEY: VALUE" or "K:VALUE", up to a blank line. */
struct stanza {
    const char *text;
    size_t len;
};

/* The next stanza from `*at` on. Returns whether there is one. */
static bool next_stanza(const char **at, struct stanza *ret)
{
    const char *text = *at + strspn(*at, "\n");
    const char *end = strstr(text, "\n\n");
    *ret = (struct stanza){text, end != NULL ? (size_t) (end - text) : strlen(text)};
    *at = text + ret->len;
    return ret->len > 0;
}

/* The value of a key of a stanza, without its continuation lines. The caller owns it, or NULL. */
static char *value_of(const struct stanza *stanza, const char *key)
{
    size_t key_len = strlen(key);
    const char *end = stanza->text + stanza->len;
    for (const char *line = stanza->text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t) (end - line));
        size_t len = (size_t) ((stop != NULL ? stop : end) - line);
        if (len > key_len && strncmp(line, key, key_len) == 0) {
            size_t blanks = strspn(line + key_len, " ");
            return len > key_len + blanks
                       ? fp_xstrndup(line + key_len + blanks, len - key_len - blanks)
                       : NULL;
        }
        line += len + 1;
    }
    return NULL;
}

/* Add a package with the values of these keys, if it has a name and a version. */
static void add_package(json_t *packages, const char *type, const struct stanza *stanza,
                        const char *const keys[][2])
{
    cleanup_json json_t *json = json_object();
    fp_json_set_text(json, "type", type);
    for (size_t i = 0; keys[i][0] != NULL; i++) {
        cleanup_free char *value = value_of(stanza, keys[i][1]);
        fp_json_set_text(json, keys[i][0], value);
    }
    if (fp_json_string(json, "name") != NULL && fp_json_string(json, "version") != NULL &&
        json_array_size(packages) < FP_INVENTORY_MAX_PACKAGES)
        fp_json_append(packages, steal_pointer(&json));
}

json_t *fp_packages_of_apk(const char *text)
{
    static const char *const KEYS[][2] = {
        {"name", "P:"},   {"version", "V:"}, {"architecture", "A:"}, {"license", "L:"},
        {"source", "o:"}, {"depends", "D:"}, {"provides", "p:"},     {NULL, NULL}};
    json_t *packages = json_array();
    struct stanza stanza = {0};
    while (next_stanza(&text, &stanza))
        add_package(packages, "apk", &stanza, KEYS);
    return packages;
}

/* Whether a package of dpkg is there, and not only its configuration. The files of distroless
 * images (status.d) state no status. */
static bool is_installed(const struct stanza *stanza)
{
    cleanup_free char *status = value_of(stanza, "Status:");
    return status == NULL || fp_text_ends_with(status, " installed");
}

json_t *fp_packages_of_dpkg(const char *text)
{
    static const char *const KEYS[][2] = {
        {"name", "Package:"},  {"version", "Version:"}, {"architecture", "Architecture:"},
        {"source", "Source:"}, {"depends", "Depends:"}, {"provides", "Provides:"},
        {NULL, NULL}};
    json_t *packages = json_array();
    struct stanza stanza = {0};
    while (next_stanza(&text, &stanza))
        if (is_installed(&stanza))
            add_package(packages, "deb", &stanza, KEYS);
    return packages;
}
