/* Reads YAML into JSON values, by libyaml. */
#include "flinkpack/support/json.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

/* A mapping or sequence that is not complete yet. */
struct level {
    json_t *value;
    char *key; /* of the next value in a mapping; NULL: a key comes next */
};

struct yaml_reader {
    yaml_parser_t parser;
    const char *name;
    json_t *root; /* owned; all levels are in it */
    struct level levels[FP_JSON_MAX_DEPTH];
    size_t depth;
    size_t nodes;
    size_t documents;
    bool done;
};

static void reader_clear(struct yaml_reader *reader)
{
    for (size_t i = 0; i < reader->depth; i++)
        free(reader->levels[i].key);
    json_decref(reader->root);
    yaml_parser_delete(&reader->parser);
}

__attribute__((format(printf, 4, 5))) static enum fp_code refuse(const struct yaml_reader *reader,
                                                                 const yaml_mark_t *mark,
                                                                 struct fp_error *err,
                                                                 const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    cleanup_free char *text = fp_xvasprintf(fmt, args);
    va_end(args);
    return fp_fail(err, FP_E_INPUT, "%s: line %zu, column %zu: %s", reader->name, mark->line + 1,
                   mark->column + 1, text);
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcmp(text, *words) == 0)
            return true;
    }
    return false;
}

/* An integer if printing it gives the same spelling, else NULL. */
static json_t *make_integer(const char *text)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    size_t len = strspn(digits, "0123456789");
    if (len == 0 || digits[len] != '\0' || (digits[0] == '0' && (len > 1 || digits != text)))
        return NULL;
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    return errno == 0 ? json_integer(number) : NULL;
}

static json_t *make_plain(const char *text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", NULL};
    if (is_one_of(text, nulls))
        return json_null();
    if (is_one_of(text, trues))
        return json_true();
    if (is_one_of(text, falses))
        return json_false();
    return make_integer(text);
}

enum scalar_kind { SCALAR_ANY, SCALAR_STRING, SCALAR_INTEGER, SCALAR_BOOLEAN, SCALAR_NULL };

/* The tags of the core schema. There are no floating point numbers here: they keep their spelling.
 */
static const struct scalar_tag {
    const char *tag;
    enum scalar_kind kind;
} scalar_tags[] = {
    {"!", SCALAR_STRING},
    {YAML_STR_TAG, SCALAR_STRING},
    {YAML_FLOAT_TAG, SCALAR_STRING},
    {YAML_INT_TAG, SCALAR_INTEGER},
    {YAML_BOOL_TAG, SCALAR_BOOLEAN},
    {YAML_NULL_TAG, SCALAR_NULL},
};

/* Returns false for a tag that is not of the core schema. */
static bool find_kind(const yaml_event_t *event, enum scalar_kind *ret)
{
    const char *tag = (const char *) event->data.scalar.tag;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    *ret = plain ? SCALAR_ANY : SCALAR_STRING;
    if (tag == NULL)
        return true;
    for (size_t i = 0; i < sizeof(scalar_tags) / sizeof(scalar_tags[0]); i++) {
        if (strcmp(tag, scalar_tags[i].tag) == 0) {
            *ret = scalar_tags[i].kind;
            return true;
        }
    }
    return false;
}

static bool fits(const json_t *value, enum scalar_kind kind)
{
    switch (kind) {
    case SCALAR_ANY:
    case SCALAR_STRING:
        return value != NULL;
    case SCALAR_INTEGER:
        return json_is_integer(value);
    case SCALAR_BOOLEAN:
        return json_is_boolean(value);
    case SCALAR_NULL:
        return json_is_null(value);
    }
    return false;
}

static enum fp_code make_scalar(const struct yaml_reader *reader, const yaml_event_t *event,
                                json_t **ret, struct fp_error *err)
{
    const char *text = (const char *) event->data.scalar.value;
    enum scalar_kind kind = SCALAR_ANY;
    if (!find_kind(event, &kind))
        return refuse(reader, &event->start_mark, err, "the tag %s is not supported",
                      (const char *) event->data.scalar.tag);
    cleanup_json json_t *value = kind == SCALAR_STRING ? NULL : make_plain(text);
    if (value == NULL && (kind == SCALAR_ANY || kind == SCALAR_STRING))
        value = json_string(text);
    if (value == NULL && kind <= SCALAR_STRING)
        return refuse(reader, &event->start_mark, err, "not valid UTF-8");
    if (!fits(value, kind))
        return refuse(reader, &event->start_mark, err, "the value does not fit its tag %s",
                      (const char *) event->data.scalar.tag);
    *ret = steal_pointer(&value);
    return FP_OK;
}

static struct level *innermost(struct yaml_reader *reader)
{
    return reader->depth > 0 ? &reader->levels[reader->depth - 1] : NULL;
}

/* Put a value at the current position of the document. */
static enum fp_code attach(struct yaml_reader *reader, const yaml_mark_t *mark, json_t *take_value,
                           struct fp_error *err)
{
    struct level *level = innermost(reader);
    int failed = 0;
    if (level == NULL) {
        reader->root = take_value;
    } else if (json_is_array(level->value)) {
        failed = json_array_append_new(level->value, take_value);
    } else {
        failed = json_object_set_new(level->value, level->key, take_value);
        free(level->key);
        level->key = NULL;
    }
    return failed == 0 ? FP_OK : refuse(reader, mark, err, "the value cannot be kept");
}

static bool wants_key(const struct level *level)
{
    return level != NULL && json_is_object(level->value) && level->key == NULL;
}

static enum fp_code on_scalar(struct yaml_reader *reader, const yaml_event_t *event,
                              struct fp_error *err)
{
    const char *text = (const char *) event->data.scalar.value;
    struct level *level = innermost(reader);
    if (strlen(text) != event->data.scalar.length)
        return refuse(reader, &event->start_mark, err, "a NUL character is not allowed");
    if (wants_key(level)) {
        if (json_object_get(level->value, text) != NULL)
            return refuse(reader, &event->start_mark, err, "the key \"%s\" is there twice", text);
        level->key = fp_xstrdup(text);
        return FP_OK;
    }
    json_t *value = NULL;
    FP_TRY(make_scalar(reader, event, &value, err));
    return attach(reader, &event->start_mark, value, err);
}

static enum fp_code open_level(struct yaml_reader *reader, const yaml_event_t *event,
                               const char *tag, json_t *take_value, struct fp_error *err)
{
    cleanup_json json_t *value = take_value;
    const char *core = json_is_array(value) ? YAML_SEQ_TAG : YAML_MAP_TAG;
    if (tag != NULL && strcmp(tag, "!") != 0 && strcmp(tag, core) != 0)
        return refuse(reader, &event->start_mark, err, "the tag %s is not supported", tag);
    if (wants_key(innermost(reader)))
        return refuse(reader, &event->start_mark, err, "a key has to be a single text");
    if (reader->depth == FP_JSON_MAX_DEPTH)
        return refuse(reader, &event->start_mark, err, "nested deeper than %d levels",
                      FP_JSON_MAX_DEPTH);
    json_t *borrowed = value;
    enum fp_code code = attach(reader, &event->start_mark, steal_pointer(&value), err);
    if (code == FP_OK)
        reader->levels[reader->depth++] = (struct level){.value = borrowed};
    return code;
}

static enum fp_code on_document(struct yaml_reader *reader, const yaml_event_t *event,
                                struct fp_error *err)
{
    if (reader->documents++ > 0)
        return refuse(reader, &event->start_mark, err, "a second document; one was expected");
    return FP_OK;
}

static enum fp_code on_event(struct yaml_reader *reader, const yaml_event_t *event,
                             struct fp_error *err)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return on_document(reader, event, err);
    case YAML_SCALAR_EVENT:
        return on_scalar(reader, event, err);
    case YAML_SEQUENCE_START_EVENT:
        return open_level(reader, event, (const char *) event->data.sequence_start.tag,
                          json_array(), err);
    case YAML_MAPPING_START_EVENT:
        return open_level(reader, event, (const char *) event->data.mapping_start.tag,
                          json_object(), err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        reader->depth--;
        return FP_OK;
    case YAML_ALIAS_EVENT:
        return refuse(reader, &event->start_mark, err, "aliases (*NAME) are not supported");
    case YAML_STREAM_END_EVENT:
        reader->done = true;
        return FP_OK;
    default:
        return FP_OK;
    }
}

static enum fp_code next_event(struct yaml_reader *reader, struct fp_error *err)
{
    yaml_event_t event = {0};
    if (yaml_parser_parse(&reader->parser, &event) == 0) {
        if (reader->parser.error == YAML_MEMORY_ERROR)
            fp_out_of_memory();
        const char *problem = reader->parser.problem;
        return refuse(reader, &reader->parser.problem_mark, err, "not valid YAML: %s",
                      problem != NULL ? problem : "it cannot be read");
    }
    /* Counts keys, values, and both ends of nested levels. */
    enum fp_code code = FP_OK;
    if (++reader->nodes > FP_JSON_MAX_TOKENS)
        code = refuse(reader, &event.start_mark, err, "more than %d values", FP_JSON_MAX_TOKENS);
    else
        code = on_event(reader, &event, err);
    yaml_event_delete(&event);
    return code;
}

enum fp_code fp_yaml_parse(const char *text, size_t len, const char *name, json_t **ret,
                           struct fp_error *err)
{
    __attribute__((cleanup(reader_clear))) struct yaml_reader reader = {.name = name};
    if (yaml_parser_initialize(&reader.parser) == 0)
        fp_out_of_memory();
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *) (len > 0 ? text : ""),
                                 len);
    while (!reader.done) {
        FP_TRY(next_event(&reader, err));
    }
    /* The document is empty, has only comments, or is "---" alone. */
    if (reader.root == NULL || json_is_null(reader.root)) {
        json_decref(reader.root);
        reader.root = json_object();
    }
    *ret = steal_pointer(&reader.root);
    return FP_OK;
}
