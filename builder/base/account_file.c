/* Finds and appends lines of account files such as /etc/passwd. */
#include "internal.h"

#include <string.h>

/* Returns the field number `index` of a line that ends at `end`, or NULL if it has fewer. */
static const char *field(const char *line, const char *end, unsigned index)
{
    for (; index > 0; index--) {
        const char *colon = memchr(line, ':', (size_t) (end - line));
        if (colon == NULL)
            return NULL;
        line = colon + 1;
    }
    return line;
}

/* Parses a field that consists of a number; returns false if it does not. */
static bool number(const char *text, const char *end, unsigned *ret)
{
    uint64_t value = 0;
    const char *p = text;
    for (; p < end && *p >= '0' && *p <= '9' && value <= UINT32_MAX; p++)
        value = value * 10 + (uint64_t) (*p - '0');
    if (p == text || value > UINT32_MAX || (p < end && *p != ':' && *p != '\r'))
        return false;
    *ret = (unsigned) value;
    return true;
}

static bool read_line(const char *line, const char *end, bool with_group, struct account_line *ret)
{
    const char *id = field(line, end, 2);
    const char *group = field(line, end, 3);
    size_t name_len = strcspn(line, ":\n");
    /* '#' begins a comment, and '+' and '-' refer to NIS, so these lines are not accounts. */
    if (id == NULL || name_len == 0 || strchr("#+-", line[0]) != NULL)
        return false;
    if (!number(id, end, &ret->id) ||
        (with_group && (group == NULL || !number(group, end, &ret->group))))
        return false;
    ret->name = line;
    ret->name_len = name_len;
    return true;
}

bool fp_account_line_next(const char **cursor, bool with_group, struct account_line *ret)
{
    while (**cursor != '\0') {
        const char *line = *cursor;
        const char *end = strchrnul(line, '\n');
        *cursor = *end != '\0' ? end + 1 : end;
        if (read_line(line, end, with_group, ret))
            return true;
    }
    return false;
}

bool fp_account_line_is(const struct account_line *line, const char *name)
{
    return strlen(name) == line->name_len && memcmp(line->name, name, line->name_len) == 0;
}

char *fp_account_file_append(const char *text, const char *line)
{
    size_t len = strlen(text);
    bool open = len > 0 && text[len - 1] != '\n';
    return fp_xasprintf("%s%s%s\n", text, open ? "\n" : "", line);
}
