/* The words of single options into values. */
#include "plan_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum fp_code fp_plan_pairs(const struct fp_strv *list, const char *option, json_t **ret,
                           struct fp_error *err)
{
    cleanup_json json_t *object = json_object();
    for (size_t i = 0; i < list->len; i++) {
        const char *item = list->items[i];
        const char *equals = strchr(item, '=');
        if (equals == NULL || equals == item) {
            return fp_fail(err, FP_E_USAGE, "%s '%s': expected KEY=VALUE", option, item);
        }
        cleanup_free char *key = fp_xstrndup(item, (size_t) (equals - item));
        json_t *value = json_string(equals + 1);
        if (value == NULL || !fp_json_set(object, key, value))
            return fp_fail(err, FP_E_USAGE, "%s '%s=...': not valid UTF-8", option, key);
    }
    *ret = steal_pointer(&object);
    return FP_OK;
}

static bool parse_id(const char *text, size_t len, unsigned *ret)
{
    unsigned long value = 0;
    if (len == 0 || len > 10)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (unsigned long) (text[i] - '0');
    }
    if (value > 4294967294UL)
        return false;
    *ret = (unsigned) value;
    return true;
}

enum fp_code fp_plan_user(const char *text, unsigned *ret_uid, unsigned *ret_gid,
                          struct fp_error *err)
{
    const char *colon = strchrnul(text, ':');
    unsigned uid = 0;
    unsigned gid = 0;
    bool good = parse_id(text, (size_t) (colon - text), &uid);
    if (*colon == ':')
        good = good && parse_id(colon + 1, strlen(colon + 1), &gid);
    if (!good) {
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "--user '%s': expected UID or UID:GID in digits", text), err,
            "names would have to be looked up where the image runs; Kubernetes "
            "wants a number too");
    }
    *ret_uid = uid;
    *ret_gid = gid;
    return FP_OK;
}

void fp_plan_files(const char *text, struct fp_strv *ret)
{
    if (strchr(text, ',') != NULL && fp_path_exists(text))
        fp_strv_add(ret, text);
    else
        fp_strv_split(ret, text, ',');
}

enum fp_code fp_plan_plugin_parse(const char *text, struct fp_plan_plugin *ret,
                                  struct fp_error *err)
{
    const char *equals = strchrnul(text, '=');
    size_t len = (size_t) (equals - text);
    if (len == 0 || memchr(text, '/', len) != NULL || text[0] == '.')
        return fp_fail(err, FP_E_USAGE, "--plugin '%s': expected NAME or NAME=FILE,FILE", text);
    struct fp_plan_plugin plugin = {.name = fp_xstrndup(text, len)};
    if (*equals == '=') {
        fp_plan_files(equals + 1, &plugin.files);
        if (plugin.files.len == 0) {
            free(plugin.name);
            return fp_fail(err, FP_E_USAGE, "--plugin '%s': no file after '='", text);
        }
    }
    *ret = plugin;
    return FP_OK;
}

/* A path inside the image: cleaned, without a way out of it. */
static char *clean_dest(const char *dest)
{
    cleanup_strv struct fp_strv parts = {0};
    fp_strv_split(&parts, dest, '/');
    cleanup_buf struct fp_buf clean = FP_BUF_INIT(4096);
    for (size_t i = 0; i < parts.len; i++) {
        if (strcmp(parts.items[i], ".") == 0)
            continue;
        if (strcmp(parts.items[i], "..") == 0 ||
            fp_buf_addf(&clean, NULL, "%s%s", clean.len > 0 ? "/" : "", parts.items[i]) != FP_OK)
            return NULL;
    }
    return clean.len > 0 ? fp_buf_take(&clean) : NULL;
}

static bool parse_mode(const char *text, int *ret)
{
    int mode = 0;
    size_t len = strlen(text);
    if (len < 3 || len > 4)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '7')
            return false;
        mode = mode * 8 + (text[i] - '0');
    }
    *ret = mode;
    return true;
}

enum fp_code fp_plan_add_parse(const char *text, const struct fp_platform *platform,
                               struct fp_plan_add *ret, struct fp_error *err)
{
    cleanup_strv struct fp_strv parts = {0};
    fp_strv_split(&parts, text, ':');
    struct fp_plan_add add = {.mode = -1};
    if (parts.len < 2 || parts.len > 3 || parts.items[1][0] != '/' ||
        (parts.len == 3 && !parse_mode(parts.items[2], &add.mode))) {
        return fp_fail(err, FP_E_USAGE,
                       "--add '%s': expected SRC:/DEST or SRC:/DEST:MODE, MODE as in 0644", text);
    }
    cleanup_free char *source = fp_plan_for_platform(parts.items[0], platform);
    if (!fp_path_exists(source))
        return fp_fail(err, FP_E_NOT_FOUND, "--add: '%s' does not exist", source);
    cleanup_free char *dest = fp_xstrdup(parts.items[1]);
    if (dest[strlen(dest) - 1] == '/') {
        char *full = fp_xasprintf("%s%s", dest, fp_path_base(source));
        free(dest);
        dest = full;
    }
    add.dest = clean_dest(dest);
    if (add.dest == NULL)
        return fp_fail(err, FP_E_USAGE, "--add '%s': no file can be put at '%s'", text, dest);
    add.platform = strcmp(source, parts.items[0]) != 0 ? platform : NULL;
    add.source = steal_pointer(&source);
    *ret = add;
    return FP_OK;
}

enum fp_code fp_plan_conf(struct fp_plan *plan, const char *text, struct fp_error *err)
{
    const char *equals = strchr(text, '=');
    if (fp_path_exists(text))
        return fp_plan_conf_file(plan, text, err);
    if (equals == NULL || equals == text) {
        return fp_fail(err, FP_E_USAGE, "--conf '%s': neither KEY=VALUE nor a file that exists",
                       text);
    }
    cleanup_free char *key = fp_xstrndup(text, (size_t) (equals - text));
    if (strpbrk(text, "\n\r") != NULL)
        return fp_fail(err, FP_E_USAGE, "--conf '%s=...': a value is one line", key);
    fp_strv_add(&plan->conf_keys, key);
    fp_strv_add(&plan->conf_values, equals + 1);
    return FP_OK;
}
