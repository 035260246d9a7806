/* A reader of manifests, with the rules of java.util.jar.Manifest and Attributes. */
#include "manifest.h"

#include <string.h>

/* The longest line that Java reads, with its end. */
#define LINE_MAX_BYTES 512
#define NAME_MAX_BYTES 70

#define INVALID_FIELD "invalid header field"

/* A manifest that is being read, line by line. */
struct manifest_lines {
    const char *at;
    const char *end;
    size_t number; /* of the line */
    const char *line;
    size_t len; /* without the line's end */
};

/* Take the next line; false: there is none, or it does not end. */
static bool next_line(struct manifest_lines *reading, const char **ret_fault)
{
    const char *at = reading->at;
    while (at < reading->end && *at != '\r' && *at != '\n')
        at++;
    if (at == reading->end)
        return false;
    reading->number++;
    reading->line = reading->at;
    reading->len = (size_t) (at - reading->at);
    bool is_pair = *at == '\r' && at + 1 < reading->end && at[1] == '\n';
    reading->at = at + (is_pair ? 2 : 1);
    if (reading->at - reading->line > LINE_MAX_BYTES)
        *ret_fault = "line too long";
    return *ret_fault == NULL;
}

/* Append the continuations of a line to what it said. */
static void take_rest(struct manifest_lines *reading, struct fp_buf *value, const char **ret_fault)
{
    while (reading->at < reading->end && *reading->at == ' ' && next_line(reading, ret_fault))
        fp_buf_put(value, reading->line + 1, reading->len - 1);
}

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= NAME_MAX_BYTES &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == len;
}

/* Read one attribute, whose first line was taken. */
static const char *read_attribute(struct manifest_lines *reading, size_t section,
                                  fp_manifest_visitor *visitor, void *context)
{
    const char *fault = NULL;
    const char *colon = memchr(reading->line, ':', reading->len);
    size_t name_len = colon != NULL ? (size_t) (colon - reading->line) : 0;
    if (reading->line[0] == ' ')
        return "misplaced continuation line";
    if (colon == NULL || name_len + 1 >= reading->len || colon[1] != ' ')
        return INVALID_FIELD;
    cleanup_free char *name = fp_xstrndup(reading->line, name_len);
    cleanup_buf struct fp_buf value = FP_BUF_INIT((size_t) (reading->end - reading->line));
    if (!is_name(name))
        return INVALID_FIELD " name";
    fp_buf_put(&value, colon + 2, reading->len - name_len - 2);
    take_rest(reading, &value, &fault);
    if (fault == NULL)
        visitor(context, section, name, fp_buf_text(&value));
    return fault;
}

/* Read the attributes of a section, up to the blank line behind it. */
static const char *read_section(struct manifest_lines *reading, size_t section,
                                fp_manifest_visitor *visitor, void *context)
{
    const char *fault = NULL;
    while (fault == NULL && next_line(reading, &fault) && reading->len > 0)
        fault = read_attribute(reading, section, visitor, context);
    return fault;
}

static bool begins_section(const struct manifest_lines *reading)
{
    static const char NAME[] = "Name: ";
    return reading->len >= strlen(NAME) && strncasecmp(reading->line, NAME, strlen(NAME)) == 0;
}

const char *fp_manifest_read(const char *text, size_t len, fp_manifest_visitor *visitor,
                             void *context, size_t *ret_line)
{
    struct manifest_lines reading = {.at = text, .end = text + len};
    const char *fault = read_section(&reading, 0, visitor, context);
    for (size_t section = 1; fault == NULL && next_line(&reading, &fault);) {
        if (reading.len == 0)
            continue;
        fault = begins_section(&reading) ? read_attribute(&reading, section, visitor, context)
                                         : "invalid manifest format";
        if (fault == NULL)
            fault = read_section(&reading, section++, visitor, context);
    }
    *ret_line = reading.number;
    return fault;
}
