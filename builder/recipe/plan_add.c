/* --add and --layer: the user's files, which may differ between platforms. */
#include "plan_parts.h"
#include "record.h"

#include <stdlib.h>
#include <string.h>

/* One layer is reserved for the files of --add. */
#define TARS_MAX (FP_OWN_LAYERS_MAX - 1)

char *fp_plan_for_platform(const char *text, const struct fp_platform *platform)
{
    const char *const words[][2] = {{"{os}", platform->os},
                                    {"{arch}", platform->architecture},
                                    {"{variant}", platform->variant}};
    char *out = fp_xstrdup(text);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !fp_path_exists(text); i++) {
        size_t done = 0;
        for (char *at = strstr(out, words[i][0]); at != NULL;
             at = strstr(out + done, words[i][0])) {
            char *next = fp_xasprintf("%.*s%s%s", (int) (at - out), out, words[i][1],
                                      at + strlen(words[i][0]));
            done = (size_t) (at - out) + strlen(words[i][1]);
            free(out);
            out = next;
        }
    }
    return out;
}

bool fp_plan_add_is_for(const struct fp_plan_add *add, const struct fp_platform *platform)
{
    return add->platform == NULL || memcmp(add->platform, platform, sizeof(*platform)) == 0;
}

/* Normalise a path inside the image, and reject one that leads out of it. */
static char *clean_dest(const char *dest)
{
    cleanup_strv struct fp_strv parts = {0};
    fp_strv_split(&parts, dest, '/');
    cleanup_buf struct fp_buf clean = FP_BUF_INIT(4096);
    for (size_t i = 0; i < parts.len; i++) {
        if (strcmp(parts.items[i], ".") == 0)
            continue;
        if (strcmp(parts.items[i], "..") == 0)
            return NULL;
        fp_buf_putf(&clean, "%s%s", clean.len > 0 ? "/" : "", parts.items[i]);
    }
    return clean.len > 0 && !clean.is_full ? fp_buf_take(&clean) : NULL;
}

static bool parse_mode(const char *text, int *ret)
{
    size_t len = strlen(text);
    if (len < 3 || len > 4 || strspn(text, "01234567") != len)
        return false;
    *ret = (int) strtol(text, NULL, 8);
    return true;
}

/* Parse SRC:DEST[:MODE]. If SRC has placeholders, each platform has its own files. */
static enum fp_code parse_add(const char *text, const struct fp_platform *platform,
                              struct fp_plan_add *add, struct fp_error *err)
{
    cleanup_strv struct fp_strv parts = {0};
    fp_strv_split(&parts, text, ':');
    add->mode = -1;
    if (parts.len < 2 || parts.len > 3 || parts.items[1][0] != '/' ||
        (parts.len == 3 && !parse_mode(parts.items[2], &add->mode))) {
        return fp_fail(err, FP_E_USAGE,
                       "--add '%s': expected SRC:/DEST or SRC:/DEST:MODE, MODE as in 0644", text);
    }
    add->source = fp_plan_for_platform(parts.items[0], platform);
    if (!fp_path_exists(add->source))
        return fp_fail(err, FP_E_NOT_FOUND, "--add: '%s' does not exist", add->source);
    const char *dest = parts.items[1];
    cleanup_free char *full =
        fp_xasprintf("%s%s", dest, fp_text_ends_with(dest, "/") ? fp_path_base(add->source) : "");
    add->dest = clean_dest(full);
    if (add->dest == NULL)
        return fp_fail(err, FP_E_USAGE, "--add '%s': no file can be put at '%s'", text, full);
    add->platform = strcmp(add->source, parts.items[0]) != 0 ? platform : NULL;
    return FP_OK;
}

enum fp_code fp_plan_adds(struct fp_plan *plan, const struct fp_build_options *options,
                          struct fp_error *err)
{
    const struct fp_strv *texts = &options->add;
    plan->adds = fp_xcalloc(texts->len * plan->platform_count + 1, sizeof(*plan->adds));
    for (size_t i = 0; i < texts->len * plan->platform_count; i++) {
        const struct fp_platform *platform = &plan->platforms[i % plan->platform_count];
        struct fp_plan_add *add = &plan->adds[plan->add_count++];
        FP_TRY(parse_add(texts->items[i / plan->platform_count], platform, add, err));
        if (add->platform == NULL)
            i += plan->platform_count - 1;
    }
    return FP_OK;
}

enum fp_code fp_plan_tars(struct fp_plan *plan, const struct fp_append_options *append,
                          struct fp_error *err)
{
    const struct fp_strv *tars = &append->layers;
    if (tars->len + plan->add_count == 0) {
        return fp_hinted(fp_fail(err, FP_E_USAGE, "append: nothing is put on the base"), err,
                         "--add SRC:DEST puts a file or folder there, --layer FILE a tar");
    }
    if (tars->len > TARS_MAX)
        return fp_fail(err, FP_E_USAGE, "--layer: more than %d", TARS_MAX);
    for (size_t i = 0; i < tars->len * plan->platform_count; i++) {
        const struct fp_platform *platform = &plan->platforms[i % plan->platform_count];
        cleanup_free char *path =
            fp_plan_for_platform(tars->items[i / plan->platform_count], platform);
        FP_TRY(fp_plan_check_file("--layer", path, err));
    }
    fp_strv_add_all(&plan->tars, tars);
    return FP_OK;
}

bool fp_plan_adds_to(const struct fp_plan *plan, const char *path)
{
    size_t len = strlen(path + 1);
    for (size_t i = 0; i < plan->add_count; i++) {
        const char *dest = plan->adds[i].dest;
        size_t dest_len = strlen(dest);
        if (strncmp(path + 1, dest, dest_len < len ? dest_len : len) == 0)
            return true;
    }
    return false;
}
