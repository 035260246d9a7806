/* The main section of a manifest as members of a jar's facts, and the faults that were seen. */
#include "manifest_facts.h"

#include <string.h>

#include "manifest.h"

/* The most faults that are kept. */
#define FAULTS_MAX 20

/* The attributes that are kept, as they are spelled. */
static const char *const ATTRIBUTES[] = {"Main-Class",         "program-class", "Multi-Release",
                                         "Start-Class",        "Class-Path",    "Rsrc-Main-Class",
                                         "Spring-Boot-Version"};

/* The two values to fill. */
struct manifest_facts {
    json_t *attributes;
    json_t *faults;
};

/* Consumes `take_what`. */
static void add_fault(json_t *faults, size_t line, char *take_what, bool is_fatal)
{
    cleanup_free char *what = take_what;
    if (json_array_size(faults) >= FAULTS_MAX)
        return;
    json_t *fault = json_object();
    if (line > 0)
        fp_json_set(fault, "line", json_integer((json_int_t) line));
    fp_json_set_text(fault, "what", what);
    fp_json_set(fault, "fatal", json_boolean(is_fatal));
    fp_json_append(faults, fault);
}

static void visit(void *context, size_t section, const char *name, const char *value)
{
    const struct manifest_facts *facts = context;
    for (size_t i = 0; section == 0 && i < sizeof(ATTRIBUTES) / sizeof(ATTRIBUTES[0]); i++) {
        if (strcasecmp(name, ATTRIBUTES[i]) != 0)
            continue;
        const char *old = fp_json_string(facts->attributes, ATTRIBUTES[i]);
        if (old != NULL && strcmp(old, value) != 0)
            add_fault(facts->faults, 0,
                      fp_xasprintf("%s is named twice: \"%.200s\", then \"%.200s\"", ATTRIBUTES[i],
                                   old, value),
                      false);
        fp_json_set_text(facts->attributes, ATTRIBUTES[i], value);
    }
}

/* Tell what Java leaves out, as its line does not end. */
static void look_at_end(const char *text, size_t len, json_t *faults)
{
    const char *last = text + len;
    while (last > text && last[-1] != '\n' && last[-1] != '\r')
        last--;
    for (size_t i = 0; i < sizeof(ATTRIBUTES) / sizeof(ATTRIBUTES[0]); i++) {
        size_t name_len = strlen(ATTRIBUTES[i]);
        if (strncasecmp(last, ATTRIBUTES[i], name_len) == 0 && last[name_len] == ':')
            add_fault(faults, 0,
                      fp_xasprintf("the last line does not end, so Java leaves its %s out",
                                   ATTRIBUTES[i]),
                      false);
    }
}

void fp_manifest_facts(const char *text, size_t len, json_t *attributes, json_t *faults)
{
    size_t line = 0;
    struct manifest_facts facts = {attributes, faults};
    const char *fault = fp_manifest_read(text, len, visit, &facts, &line);
    if (fault != NULL)
        add_fault(faults, line, fp_xstrdup(fault), true);
    else
        look_at_end(text, len, faults);
}
