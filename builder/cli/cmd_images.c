/* images: prints a table of the images in the local store. */
#include <fnmatch.h>
#include <string.h>

#include "format.h"
#include "image_model.h"

/* The platforms of an image: "linux/amd64,linux/arm64". The caller owns the result. */
static char *platforms_of(const json_t *model)
{
    const json_t *images = json_object_get(model, "images");
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    for (size_t i = 0; i < json_array_size(images); i++) {
        const char *platform = fp_json_string(json_array_get(images, i), "platform");
        fp_buf_putf(&text, "%s%s", i > 0 ? "," : "", platform);
    }
    return fp_buf_take(&text);
}

static json_t *row_of(const json_t *model)
{
    cleanup_free char *platforms = platforms_of(model);
    const json_t *first = json_array_get(json_object_get(model, "images"), 0);
    const char *created = fp_json_string(first, "created");
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s?}", "name", fp_json_string(model, "name"),
                     "digest", fp_json_string(model, "digest"), "mediaType",
                     fp_json_string(model, "mediaType"), "platforms", platforms, "size",
                     (json_int_t) fp_image_model_bytes(model), "created", created);
}

/* A damaged image gets a warning, so that the other images are still shown. */
static void add_row(struct fp_repo *repo, const struct fp_layout_name *entry,
                    struct fp_reporter *reporter, json_t *rows)
{
    struct fp_error err = {0};
    cleanup_json json_t *model = NULL;
    const char *name = entry->name != NULL ? entry->name : "";
    enum fp_code code = fp_image_model(repo, &entry->descriptor, name, NULL, &model, &err);
    if (code == FP_E_INTERRUPTED)
        return;
    if (code != FP_OK) {
        fp_report(reporter, FP_EVENT_WARNING, "%s: %s", name, err.text);
        return;
    }
    fp_json_append(rows, row_of(model));
}

/* A name without a tag matches all tags; '*' and '?' are wildcards as in a shell. */
static bool is_asked_for(const char *name, const struct fp_strv *asked)
{
    bool found = asked->len == 0;
    const char *text = name != NULL ? name : "";
    const char *tag = strrchr(text, ':');
    bool has_tag = tag != NULL && strchr(tag, '/') == NULL;
    cleanup_free char *repository =
        fp_xstrndup(text, has_tag ? (size_t) (tag - text) : strlen(text));
    for (size_t i = 0; i < asked->len && !found; i++)
        found =
            fnmatch(asked->items[i], text, 0) == 0 || fnmatch(asked->items[i], repository, 0) == 0;
    return found;
}

static enum fp_code collect(const struct fp_session *session, const struct fp_strv *asked,
                            json_t *rows, struct fp_error *err)
{
    cleanup_repo struct fp_repo *repo = NULL;
    cleanup_layout_names struct fp_layout_names names = {0};
    if (!fp_layout_is_there(session->store))
        return FP_OK; /* nothing was ever put there */
    FP_TRY(fp_layout_list(session->store, &names, err));
    FP_TRY(fp_repo_open_layout(session->store, FP_LAYOUT_READ, &repo, err));
    for (size_t i = 0; i < names.len; i++) {
        if (is_asked_for(names.items[i].name, asked))
            add_row(repo, &names.items[i], session->context.reporter, rows);
        FP_TRY(fp_cancel_check(err));
    }
    return FP_OK;
}

static int widest_name(const json_t *rows)
{
    size_t widest = strlen("NAME");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        size_t width = fp_text_columns(fp_json_string(json_array_get(rows, i), "name"));
        widest = width > widest ? width : widest;
    }
    return (int) (widest < 200 ? widest : 200);
}

static void put_table(struct fp_buf *out, const json_t *rows)
{
    int width = widest_name(rows);
    fp_buf_putf(out, "%-*s  %-19s  %8s  %-20s  %s\n", width, "NAME", "DIGEST", "SIZE", "CREATED",
                "PLATFORMS");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *created = fp_json_string(row, "created");
        char size[FP_FORMAT_MAX];
        fp_format_bytes((uint64_t) json_integer_value(json_object_get(row, "size")), size);
        fp_buf_putf(out, "%-*s  %-19.19s  %8s  %-20.20s  %s\n", width, fp_json_string(row, "name"),
                    fp_json_string(row, "digest"), size, created != NULL ? created : "",
                    fp_json_string(row, "platforms"));
    }
}

enum fp_code fp_run_images(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_json json_t *rows = json_array();
    FP_TRY(fp_session_open_local(run, &session, err));
    FP_TRY(collect(&session, &run->operands, rows, err));
    if (run->args.format == NULL || strcmp(run->args.format, "text") == 0)
        put_table(&run->out, rows);
    else if (strcmp(run->args.format, "names") == 0)
        for (size_t i = 0; i < json_array_size(rows); i++)
            fp_buf_putf(&run->out, "%s\n", fp_json_string(json_array_get(rows, i), "name"));
    else
        fp_run_put_json(run, rows);
    return FP_OK;
}
